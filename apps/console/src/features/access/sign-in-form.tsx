'use client'

import { useRouter } from 'next/navigation'
import { Button } from '../../ui/button.tsx'
import { Field, Input, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { signIn } from './actions.ts'
import { text } from './text.ts'

export function SignInForm({ next, email = '' }: { readonly next: string; readonly email?: string }) {
  const router = useRouter()
  const form = useForm(signIn, () => router.replace(next))
  return (
    <form onSubmit={form.onSubmit} noValidate className="mt-6 flex flex-col gap-4">
      <FormFault fault={form.fault} />
      <Field name="email" label={text.email} error={form.errors.email}>
        <Input
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={email}
          required
        />
      </Field>
      <Field name="password" label={text.password} error={form.errors.password}>
        <PasswordInput autoComplete="current-password" required />
      </Field>
      <Button type="submit" kind="primary" isPending={form.isPending}>
        {text.signIn.button}
      </Button>
      <p className="text-12 text-fg-3">{text.signIn.lost}</p>
    </form>
  )
}
