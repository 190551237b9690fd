'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Field, Input } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { saveName } from './actions.ts'
import { SaveRow } from './save-row.tsx'
import { text } from './text.ts'

export function NameForm({ name }: { readonly name: string | null }) {
  const words = text.profile
  const router = useRouter()
  const [isSaved, setSaved] = useState(false)
  const form = useForm(saveName, () => {
    setSaved(true)
    router.refresh()
  })
  return (
    <form onSubmit={form.onSubmit} onInput={() => setSaved(false)} noValidate className="flex flex-col gap-4">
      <FormFault fault={form.fault} />
      <Field name="name" label={words.name} hint={words.hint} error={form.errors.name} isOptional>
        <Input autoComplete="name" maxLength={80} defaultValue={name ?? ''} />
      </Field>
      <SaveRow button={words.button} done={words.done} isPending={form.isPending} isDone={isSaved} />
    </form>
  )
}
