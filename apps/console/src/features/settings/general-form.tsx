'use client'

import { Fact, Facts } from '../../ui/facts.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Id } from '../../ui/id.tsx'
import { Time } from '../../ui/time.tsx'
import { SettingsForm } from './settings-form.tsx'
import { text } from './text.ts'

type Props = { readonly id: string; readonly createdAt: string; readonly name: string; readonly slug: string }

export function GeneralForm({ id, createdAt, name, slug }: Props) {
  const words = text.general
  return (
    <SettingsForm slug={slug} initial={{ name, slug }}>
      {({ values, errors, change }) => (
        <>
          <Field name="name" label={words.name} error={errors.name}>
            <Input
              maxLength={200}
              value={values.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
          </Field>
          <Field name="slug" label={words.slug} hint={words.slugHint} error={errors.slug}>
            <Input
              maxLength={40}
              spellCheck={false}
              autoCapitalize="none"
              value={values.slug}
              onChange={(event) => change({ slug: event.currentTarget.value })}
            />
          </Field>
          <Facts>
            <Fact label={words.id}>
              <Id id={id} label={words.copyId} />
            </Fact>
            <Fact label={words.created}>
              <Time at={createdAt} />
            </Fact>
          </Facts>
        </>
      )}
    </SettingsForm>
  )
}
