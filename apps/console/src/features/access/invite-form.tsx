'use client'

import { useRouter } from 'next/navigation'
import { Button } from '../../ui/button.tsx'
import { Field, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { acceptInvite } from './actions.ts'
import { PersonNameField } from './person-name-field.tsx'
import { text } from './text.ts'

export function InviteForm({ token, isSignedIn }: { readonly token: string; readonly isSignedIn: boolean }) {
  const router = useRouter()
  const form = useForm(
    (values) => acceptInvite({ ...values, token }),
    ({ slug }) => router.replace(`/${slug}`),
  )
  return (
    <form onSubmit={form.onSubmit} noValidate className="mt-6 flex flex-col gap-4">
      <FormFault fault={form.fault} />
      {!isSignedIn && (
        <>
          <Field name="password" label={text.password} hint={text.passwordHint} error={form.errors.password}>
            <PasswordInput autoComplete="new-password" required />
          </Field>
          <PersonNameField error={form.errors.personName} />
        </>
      )}
      <Button type="submit" kind="primary" isPending={form.isPending}>
        {text.invite.button}
      </Button>
    </form>
  )
}
