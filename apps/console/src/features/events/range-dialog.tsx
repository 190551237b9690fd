'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { useZone } from '../../ui/time.tsx'
import { fromWallClock, toWallClock } from '../../ui/wall-clock.ts'
import type { EventsFilter } from './filter.ts'
import { ranges } from './range.ts'
import { text } from './text.ts'

type Props = {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly filter: EventsFilter
  readonly onChoose: (between: NonNullable<EventsFilter['between']>) => void
}

export function RangeDialog({ isOpen, onOpenChange, filter, onChoose }: Props) {
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={text.customTitle}>
      {isOpen && (
        <RangeForm
          filter={filter}
          onCancel={() => onOpenChange(false)}
          onChoose={(between) => {
            onOpenChange(false)
            onChoose(between)
          }}
        />
      )}
    </Dialog>
  )
}

type FormProps = Pick<Props, 'filter' | 'onChoose'> & { readonly onCancel: () => void }
type Faults = { readonly from?: string; readonly to?: string }

function RangeForm({ filter, onChoose, onCancel }: FormProps) {
  const { zone } = useZone()
  const shown = (at: Date) => toWallClock(at, zone.timeZone)
  const now = new Date()
  const start = filter.between ?? { from: new Date(now.getTime() - ranges[filter.range].ms), to: now }
  const [from, setFrom] = useState(shown(start.from))
  const [to, setTo] = useState(shown(start.to))
  const [faults, setFaults] = useState<Faults>({})

  function submit(event: FormEvent) {
    event.preventDefault()
    const [begin, end] = [fromWallClock(from, zone.timeZone), fromWallClock(to, zone.timeZone)]
    if (begin === undefined || end === undefined) {
      setFaults({
        ...(begin === undefined ? { from: text.timeFault } : {}),
        ...(end === undefined ? { to: text.timeFault } : {}),
      })
    } else if (begin >= end) setFaults({ to: text.customFault })
    else onChoose({ from: begin, to: end })
  }
  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-col">
      <DialogBody>
        <p className="text-fg-2">{text.customHint(zone.timeZone)}</p>
        <Field name="from" label={text.from} error={faults.from}>
          <Input value={from} onChange={(event) => setFrom(event.currentTarget.value)} className="font-mono" />
        </Field>
        <Field name="to" label={text.to} error={faults.to}>
          <Input value={to} onChange={(event) => setTo(event.currentTarget.value)} className="font-mono" />
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>{text.cancel}</Button>
        <Button kind="primary" type="submit">
          {text.showRange}
        </Button>
      </DialogFooter>
    </form>
  )
}
