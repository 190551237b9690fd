'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { Banner } from '../../ui/states.tsx'
import { createSource } from './actions.ts'
import { Connected } from './connected.tsx'
import { OptionFields, optionsIn } from './option-fields.tsx'
import type { ProviderSheet } from './provider-sheet.ts'
import type { SourceRights } from './source-row.ts'
import { text } from './text.ts'

const { adding } = text

type Props = { readonly slug: string; readonly provider: ProviderSheet; readonly rights: SourceRights }

/** Makes the source, then shows its address, the one time that it is known. */
export function ConnectForm({ slug, provider, rights }: Props) {
  const [mode, setMode] = useState<'live' | 'test'>('live')
  const [created, setCreated] = useState<{ readonly id: string; readonly url: string }>()
  // One per page: a repeated submit never makes a second source.
  const [operationId] = useState(() => crypto.randomUUID())
  const form = useForm(
    ({ name = '', ...values }) =>
      createSource(slug, { provider: provider.id, name, mode, options: optionsIn(values), operationId }),
    (source) => {
      setCreated(source)
      // A reload goes on with this source, whose address is gone then.
      window.history.replaceState(null, '', `/${slug}/sources/new?source=${source.id}`)
    },
  )
  if (created !== undefined)
    return <Connected slug={slug} provider={provider} rights={rights} sourceId={created.id} url={created.url} />
  return (
    <form onSubmit={form.onSubmit} noValidate className="flex max-w-[480px] flex-col gap-4">
      <FormFault fault={form.fault} />
      {provider.isOpen && <Banner severity="warn">{adding.openWarning}.</Banner>}
      <Field name="name" label={text.name} hint={adding.nameHint} error={form.errors.name}>
        <Input maxLength={64} defaultValue={provider.id} autoFocus required spellCheck={false} />
      </Field>
      <RadioGroup
        name="mode"
        label={adding.mode}
        isRow
        value={mode}
        onChange={setMode}
        choices={[
          { value: 'live', label: adding.live, hint: adding.liveHint },
          { value: 'test', label: adding.testMode, hint: adding.testHint },
        ]}
      />
      <OptionFields options={provider.options} given={{}} errors={form.errors} />
      <span>
        <Button type="submit" kind="primary" isPending={form.isPending}>
          {adding.create}
        </Button>
      </span>
    </form>
  )
}
