'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { Section } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { updateSource } from './actions.ts'
import { OptionFields, optionsIn } from './option-fields.tsx'
import type { ProviderSheet } from './provider-sheet.ts'
import { RotateUrlDialog } from './rotate-url-dialog.tsx'
import type { SourceRights, SourceRow } from './source-row.ts'
import { text } from './text.ts'

const { settings } = text

type Props = {
  readonly slug: string
  readonly source: SourceRow
  readonly provider: ProviderSheet
  readonly rights: SourceRights
}

export function SourceSettings({ slug, source, provider, rights }: Props) {
  const router = useRouter()
  const [isRotating, setRotating] = useState(false)
  const [isSaved, setSaved] = useState(false)
  const form = useForm(
    ({ name = '', ...values }) => updateSource(slug, { id: source.id, name, options: optionsIn(values) }),
    () => {
      setSaved(true)
      router.refresh()
    },
  )
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <Section title={text.tabs.settings}>
        <form
          onSubmit={form.onSubmit}
          onChange={() => setSaved(false)}
          noValidate
          className="flex max-w-[480px] flex-col gap-4"
        >
          <FormFault fault={form.fault} />
          <Field name="name" label={text.name} error={form.errors.name}>
            <Input maxLength={64} defaultValue={source.name} required spellCheck={false} />
          </Field>
          <OptionFields options={provider.options} given={source.options} errors={form.errors} />
          <span className="flex items-center gap-3">
            <Button
              type="submit"
              kind="primary"
              isPending={form.isPending}
              disabledReason={rights.write ? undefined : text.needsWrite}
            >
              {settings.save}
            </Button>
            <span role="status" className="text-fg-2">
              {isSaved ? settings.saved : ''}
            </span>
          </span>
        </form>
      </Section>
      <Section title={text.adding.url}>
        <div className="flex flex-col items-start gap-3">
          <p className="text-fg-2">{settings.urlLead}</p>
          {source.previousUrlEndsAt !== null && (
            <p className="text-warn-text">
              {settings.oldUntil} <Time at={source.previousUrlEndsAt} />.
            </p>
          )}
          <Button disabledReason={rights.secret ? undefined : text.needsSecret} onClick={() => setRotating(true)}>
            {settings.rotate}
          </Button>
        </div>
      </Section>
      {isRotating && (
        <RotateUrlDialog
          slug={slug}
          sourceId={source.id}
          onClose={() => {
            setRotating(false)
            router.refresh()
          }}
        />
      )}
    </div>
  )
}
