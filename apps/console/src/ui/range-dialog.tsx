'use client'

import { type FormEvent, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { DialogBody, DialogFooter } from './dialog-parts.tsx'
import { Field, Input } from './field.tsx'
import { useZone } from './time.tsx'
import { fromWallClock, toWallClock } from './wall-clock.ts'

export type Between = { readonly from: Date; readonly to: Date }

type Props = {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  /** What it begins with: a range, or so many milliseconds back from now. */
  readonly start: Between | number
  readonly onChoose: (between: Between) => void
}

const timeFault = 'Write it as 2026-11-25 14:30 or 2026-11-25 14:30:00.'

/** From and to, typed as the clocks of the screen's zone show them. */
export function RangeDialog({ isOpen, onOpenChange, start, onChoose }: Props) {
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title="Time range">
      {isOpen && (
        <RangeForm
          start={start}
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

type FormProps = Pick<Props, 'start' | 'onChoose'> & { readonly onCancel: () => void }
type Faults = { readonly from?: string; readonly to?: string }

function RangeForm({ start, onChoose, onCancel }: FormProps) {
  const { zone } = useZone()
  const shown = (at: Date) => toWallClock(at, zone.timeZone)
  const [first] = useState(() => {
    const now = new Date()
    return typeof start === 'number' ? { from: new Date(now.getTime() - start), to: now } : start
  })
  const [from, setFrom] = useState(shown(first.from))
  const [to, setTo] = useState(shown(first.to))
  const [faults, setFaults] = useState<Faults>({})

  function submit(event: FormEvent) {
    event.preventDefault()
    const [begin, end] = [fromWallClock(from, zone.timeZone), fromWallClock(to, zone.timeZone)]
    if (begin === undefined || end === undefined) {
      setFaults({
        ...(begin === undefined ? { from: timeFault } : {}),
        ...(end === undefined ? { to: timeFault } : {}),
      })
    } else if (begin >= end) setFaults({ to: 'The end must be after the beginning.' })
    else onChoose({ from: begin, to: end })
  }
  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-col">
      <DialogBody>
        <p className="text-fg-2">{`Times are in ${zone.timeZone}.`}</p>
        <Field name="from" label="From" error={faults.from}>
          <Input value={from} onChange={(event) => setFrom(event.currentTarget.value)} className="font-mono" />
        </Field>
        <Field name="to" label="To" error={faults.to}>
          <Input value={to} onChange={(event) => setTo(event.currentTarget.value)} className="font-mono" />
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" type="submit">
          Show range
        </Button>
      </DialogFooter>
    </form>
  )
}
