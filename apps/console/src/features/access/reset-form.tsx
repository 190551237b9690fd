'use client'

import { useRouter } from 'next/navigation'
import { Button } from '../../ui/button.tsx'
import { Field, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { resetPassword } from './actions.ts'
import { text } from './text.ts'

export function ResetForm({ token }: { readonly token: string }) {
  const router = useRouter()
  const form = useForm(
    (values) => resetPassword({ ...values, token }),
    () => router.replace('/sign-in'),
  )
  return (
    <form onSubmit={form.onSubmit} noValidate className="mt-6 flex flex-col gap-4">
      <FormFault fault={form.fault} />
      <Field name="password" label={text.newPassword} hint={text.passwordHint} error={form.errors.password}>
        <PasswordInput autoComplete="new-password" required />
      </Field>
      <Button type="submit" kind="primary" isPending={form.isPending}>
        {text.reset.button}
      </Button>
    </form>
  )
}
