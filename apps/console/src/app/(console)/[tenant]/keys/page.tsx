import type { KeyStatus } from '@eventmesh/db'
import type { Metadata } from 'next'
import { CreateKeyButton } from '../../../../features/keys/create-button.tsx'
import { KeysTable } from '../../../../features/keys/keys-table.tsx'
import { listKeys } from '../../../../features/keys/queries.ts'
import { statusText, text } from '../../../../features/keys/text.ts'
import { pageMember } from '../../../../server/page.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { Forbidden } from '../../../../ui/forbidden.tsx'
import { ListFilter } from '../../../../ui/list-filter.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function KeysPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'keys.read')
  if (!answer.ok) return <Forbidden title={text.title} role={answer.role} capability={answer.capability} />
  const { q, status } = await searchParams
  const search = typeof q === 'string' && q !== '' ? q.slice(0, 64) : undefined
  const wanted = typeof status === 'string' && Object.hasOwn(statusText, status) ? (status as KeyStatus) : undefined
  const rows = await listKeys(answer.member, { status: wanted, search })
  const isFiltered = search !== undefined || wanted !== undefined
  return (
    <>
      <PageHeader title={text.title} actions={<CreateKeyButton />} />
      <ListFilter searchLabel={text.search} statuses={statusText} anyStatus={text.anyStatus} />
      {rows.length > 0 ? (
        <KeysTable rows={rows} />
      ) : isFiltered ? (
        <EmptyState
          title={text.filteredEmpty}
          actions={<LinkButton href={`/${tenant}/keys`}>{text.clearFilters}</LinkButton>}
        />
      ) : (
        <EmptyState title={text.empty} actions={<CreateKeyButton />}>
          {text.emptyHint}
        </EmptyState>
      )}
    </>
  )
}
