'use client'

import { useState } from 'react'
import { Field, Input } from '../../ui/field.tsx'
import { dayWithYear } from '../../ui/format.ts'
import { Select } from '../../ui/select.tsx'
import { useZone } from '../../ui/time.tsx'
import { text } from './text.ts'

const dayMs = 86_400_000
const presets = ['never', '30', '90', '365', 'date'] as const
type Preset = (typeof presets)[number] | 'keep'

/** Answers the end as RFC 3339, null for never, undefined while a date is missing. */
export type Expiry = string | null | undefined

type Props = {
  readonly label: string
  readonly error: string | undefined
  /** Of a key that has one: the first choice keeps it. */
  readonly current?: string | null
  readonly onChange: (expiry: Expiry) => void
}

export function ExpiryField({ label, error, current, onChange }: Props) {
  const { zone } = useZone()
  const [preset, setPreset] = useState<Preset>(current ? 'keep' : 'never')
  const [date, setDate] = useState('')
  const end = ending(preset, date, current ?? null)

  function choose(next: Preset, nextDate: string) {
    setPreset(next)
    setDate(nextDate)
    onChange(ending(next, nextDate, current ?? null))
  }

  const shown = (at: string) => dayWithYear(new Date(at), zone.timeZone)
  return (
    <Field name="expiresAt" label={label} error={error} hint={typeof end === 'string' ? shown(end) : undefined}>
      <div className="flex gap-2">
        <Select
          name="expiry"
          label={label}
          value={preset}
          onChange={(next) => choose(next, date)}
          choices={[
            ...(current ? [{ value: 'keep' as const, label: shown(current) }] : []),
            ...presets.map((value) => ({ value, label: presetText(value) })),
          ]}
        />
        {preset === 'date' && (
          <Input
            type="date"
            aria-label={text.onDate}
            min={new Date(Date.now() + dayMs).toISOString().slice(0, 10)}
            value={date}
            onChange={(event) => choose('date', event.currentTarget.value)}
          />
        )}
      </div>
    </Field>
  )
}

function presetText(preset: (typeof presets)[number]): string {
  if (preset === 'never') return text.never
  return preset === 'date' ? text.onDate : text.days(Number(preset))
}

function ending(preset: Preset, date: string, current: string | null): Expiry {
  switch (preset) {
    case 'keep':
      return current
    case 'never':
      return null
    case 'date':
      return date === '' ? undefined : `${date}T23:59:59.000Z`
    default:
      return new Date(Date.now() + Number(preset) * dayMs).toISOString()
  }
}
