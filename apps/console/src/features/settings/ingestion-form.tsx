'use client'

import { Checkbox } from '../../ui/checkbox.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/states.tsx'
import { SettingsForm } from './settings-form.tsx'
import { text } from './text.ts'

type Values = {
  readonly requireIdempotencyKey: boolean
  readonly claims: 'degrade' | 'strict'
  readonly viewersSeePayloads: boolean
}

export function IngestionForm({ slug, initial }: { readonly slug: string; readonly initial: Values }) {
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
          <Checkbox
            name="viewersSeePayloads"
            label={words.viewers}
            hint={words.viewersHint}
            isChecked={values.viewersSeePayloads}
            onChange={(viewersSeePayloads) => change({ viewersSeePayloads })}
          />
          <Section title={words.operator}>
            <Facts>
              <Fact label={words.window}>{words.windowValue}</Fact>
              <Fact label={words.bodies}>{words.bodiesValue}</Fact>
              <Fact label={words.retention}>{words.retentionValue}</Fact>
            </Facts>
          </Section>
        </>
      )}
    </SettingsForm>
  )
}
