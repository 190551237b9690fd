'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Field, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { changePassword } from './actions.ts'
import { SaveRow } from './save-row.tsx'
import { text } from './text.ts'

export function PasswordForm({ email }: { readonly email: string }) {
  const words = text.password
  const router = useRouter()
  // Another number is another form: what was typed is gone from the page.
  const [changes, setChanges] = useState(0)
  const form = useForm(changePassword, () => {
    setChanges(changes + 1)
    router.refresh()
  })
  return (
    <form key={changes} onSubmit={form.onSubmit} noValidate className="flex flex-col gap-4">
      <FormFault fault={form.fault} />
      <input type="text" name="username" autoComplete="username" defaultValue={email} readOnly hidden />
      <Field name="current" label={words.current} error={form.errors.current}>
        <PasswordInput autoComplete="current-password" required />
      </Field>
      <Field name="fresh" label={words.fresh} hint={words.hint} error={form.errors.fresh}>
        <PasswordInput autoComplete="new-password" required />
      </Field>
      <SaveRow button={words.button} done={words.done} isPending={form.isPending} isDone={changes > 0} />
    </form>
  )
}
