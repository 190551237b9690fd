'use client'

import { useState } from 'react'
import { Field, Input } from '../../ui/field.tsx'
import { SettingsForm } from './settings-form.tsx'
import { text } from './text.ts'

type Values = { readonly sessionHoursMax: number | null; readonly keyDaysMax: number | null }

export function SecurityForm({ slug, initial }: { readonly slug: string; readonly initial: Values }) {
  const words = text.security
  return (
    <SettingsForm slug={slug} initial={initial}>
      {({ values, errors, change }) => (
        <>
          <Field name="sessionHoursMax" label={words.session} hint={words.sessionHint} error={errors.sessionHoursMax}>
            <Limit
              value={values.sessionHoursMax}
              unit={words.sessionUnit}
              onChange={(sessionHoursMax) => change({ sessionHoursMax })}
            />
          </Field>
          <Field name="keyDaysMax" label={words.keys} hint={words.keysHint} error={errors.keyDaysMax}>
            <Limit value={values.keyDaysMax} unit={words.keysUnit} onChange={(keyDaysMax) => change({ keyDaysMax })} />
          </Field>
        </>
      )}
    </SettingsForm>
  )
}

/** A number or nothing; what is no number is sent as typed to be refused beside its field. */
function Limit({
  value,
  unit,
  onChange,
}: {
  readonly value: number | null
  readonly unit: string
  readonly onChange: (value: number | null) => void
}) {
  const [typed, setTyped] = useState(value === null ? '' : String(value))
  const isStale = (typed === '' ? null : Number(typed)) !== value && !Number.isNaN(Number(typed))
  return (
    <span className="flex items-center gap-2">
      <Input
        inputMode="numeric"
        maxLength={5}
        className="w-28"
        value={isStale ? (value ?? '') : typed}
        onChange={(event) => {
          const text = event.currentTarget.value.trim()
          setTyped(text)
          onChange(text === '' ? null : Number(text))
        }}
      />
      <span className="text-fg-2">{unit}</span>
    </span>
  )
}
