'use client'

import { Checkbox } from '../../ui/checkbox.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Field } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { Section } from '../../ui/states.tsx'
import type { OperatorLimits } from './operator-limits.ts'
import { SettingsForm } from './settings-form.tsx'
import { text } from './text.ts'

type Values = {
  readonly requireIdempotencyKey: boolean
  readonly claims: 'degrade' | 'strict'
  readonly dedupWindowS: number | null
  readonly viewersSeePayloads: boolean
}

type Props = { readonly slug: string; readonly initial: Values; readonly operator: OperatorLimits }

export function IngestionForm({ slug, initial, operator }: Props) {
  const words = text.ingestion
  return (
    <SettingsForm slug={slug} initial={initial}>
      {({ values, change }) => (
        <>
          <Checkbox
            name="requireIdempotencyKey"
            label={words.requireKey}
            hint={words.requireKeyHint}
            isChecked={values.requireIdempotencyKey}
            onChange={(requireIdempotencyKey) => change({ requireIdempotencyKey })}
          />
          <RadioGroup
            name="claims"
            label={words.claims}
            value={values.claims}
            onChange={(claims) => change({ claims })}
            choices={[
              { value: 'degrade', label: words.degrade, hint: words.degradeHint },
              { value: 'strict', label: words.strict, hint: words.strictHint },
            ]}
          />
          <Field name="dedupWindowS" label={words.window} hint={words.windowHint}>
            <Select
              name="dedupWindowS"
              label={words.window}
              value={values.dedupWindowS === null ? 'default' : String(values.dedupWindowS)}
              onChange={(value) => change({ dedupWindowS: value === 'default' ? null : Number(value) })}
              choices={[
                { value: 'default', label: words.windowDefault(operator.window) },
                ...Object.entries(words.windows).map(([value, label]) => ({ value, label })),
              ]}
            />
          </Field>
          <Checkbox
            name="viewersSeePayloads"
            label={words.viewers}
            hint={words.viewersHint}
            isChecked={values.viewersSeePayloads}
            onChange={(viewersSeePayloads) => change({ viewersSeePayloads })}
          />
          <Section title={text.operator.title}>
            <Facts className="sm:grid-cols-[176px_minmax(0,1fr)]">
              {operator.facts.map(({ label, value }) => (
                <Fact key={label} label={label}>
                  {value}
                </Fact>
              ))}
            </Facts>
          </Section>
        </>
      )}
    </SettingsForm>
  )
}
