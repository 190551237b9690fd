import { links } from '@eventmesh/db'
import type { Metadata } from 'next'
import { Heading } from '../../../../features/access/heading.tsx'
import { ResetForm } from '../../../../features/access/reset-form.tsx'
import { SpentLink } from '../../../../features/access/spent-link.tsx'
import { text } from '../../../../features/access/text.ts'
import { database } from '../../../../server/database.ts'

export const metadata: Metadata = { title: text.reset.title }

export default async function ResetPage({ params }: { readonly params: Promise<{ readonly token: string }> }) {
  const { token } = await params
  const link = await links.findResetLink(database(), token)
  if (link.state !== 'open') return <SpentLink title={text.reset.title} reason={text[link.state]} />
  return (
    <>
      <Heading title={text.reset.title}>{text.reset.lead(link.email)}</Heading>
      <ResetForm token={token} />
    </>
  )
}
