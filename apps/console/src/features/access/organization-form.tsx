'use client'

import { useRouter } from 'next/navigation'
import { Button } from '../../ui/button.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { createOrganization } from './actions.ts'
import { OrganizationFields } from './organization-fields.tsx'
import { text } from './text.ts'

export function OrganizationForm({ origin }: { readonly origin: string }) {
  const router = useRouter()
  const form = useForm(createOrganization, ({ slug }) => router.replace(`/${slug}/get-started`))
  return (
    <form onSubmit={form.onSubmit} noValidate className="mt-6 flex flex-col gap-4">
      <FormFault fault={form.fault} />
      <OrganizationFields errors={form.errors} origin={origin} />
      <Button type="submit" kind="primary" isPending={form.isPending}>
        {text.organization.button}
      </Button>
    </form>
  )
}
