import type { Metadata } from 'next'
import { Heading } from '../../../features/access/heading.tsx'
import { OrganizationForm } from '../../../features/access/organization-form.tsx'
import { text } from '../../../features/access/text.ts'
import { config } from '../../../server/config.ts'
import { pageUser } from '../../../server/page.ts'

export const metadata: Metadata = { title: text.organization.title }

export default async function NewOrganizationPage() {
  await pageUser()
  return (
    <>
      <Heading title={text.organization.title}>{text.organization.lead}</Heading>
      <OrganizationForm origin={new URL(config().publicUrl).host} />
    </>
  )
}
