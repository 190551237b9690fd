'use client'

import { useRouter } from 'next/navigation'
import { Button } from '../../ui/button.tsx'
import { Field, Input, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { setUp } from './actions.ts'
import { OrganizationFields } from './organization-fields.tsx'
import { PersonNameField } from './person-name-field.tsx'
import { text } from './text.ts'

type Props = {
  readonly token: string
  readonly isSignedIn: boolean
  readonly origin: string
  readonly currentSlug: string
}

export function SetupForm({ token, isSignedIn, origin, currentSlug }: Props) {
  const router = useRouter()
  const form = useForm(
    (values) => setUp({ ...values, token }),
    ({ slug }) => router.replace(`/${slug}/get-started`),
  )
  return (
    <form onSubmit={form.onSubmit} noValidate className="mt-6 flex flex-col gap-4">
      <FormFault fault={form.fault} />
      {!isSignedIn && (
        <>
          <Field name="email" label={text.email} error={form.errors.email}>
            <Input type="email" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
          </Field>
          <Field name="password" label={text.password} hint={text.passwordHint} error={form.errors.password}>
            <PasswordInput autoComplete="new-password" required />
          </Field>
          <PersonNameField error={form.errors.personName} />
        </>
      )}
      <OrganizationFields errors={form.errors} origin={origin} currentSlug={currentSlug} />
      <Button type="submit" kind="primary" isPending={form.isPending}>
        {text.setup.button}
      </Button>
    </form>
  )
}
