import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { pageMember } from '../../../../server/page.ts'

export const metadata: Metadata = { title: 'Not found' }

type Props = { readonly params: Promise<{ readonly tenant: string }> }

/** Every address that no page has: absent within the shell for members, as any other for everybody else. */
export default async function UnknownPage({ params }: Props) {
  await pageMember((await params).tenant, 'events.read')
  notFound()
}
