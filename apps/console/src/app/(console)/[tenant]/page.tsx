import type { Metadata } from 'next'
import { pageMember } from '../../../server/page.ts'
import { PageHeader } from '../../../ui/page-header.tsx'

export const metadata: Metadata = { title: 'Overview' }

export default async function OverviewPage({ params }: { readonly params: Promise<{ readonly tenant: string }> }) {
  await pageMember((await params).tenant, 'events.read')
  return <PageHeader title="Overview" />
}
