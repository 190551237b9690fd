import type { KeyStatus } from '@eventmesh/db'
import type { Metadata } from 'next'
import { CreateKeyButton } from '../../../../features/keys/create-button.tsx'
import { KeysTable } from '../../../../features/keys/keys-table.tsx'
import { listKeys } from '../../../../features/keys/queries.ts'
import { statusText, text } from '../../../../features/keys/text.ts'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../../server/page.ts'
import { requestFacts } from '../../../../server/request.ts'
import type { Member } from '../../../../server/session.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { ListFilter } from '../../../../ui/list-filter.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { Part } from '../../../../ui/part.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function KeysPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'keys.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { q, status } = await searchParams
  const search = typeof q === 'string' && q !== '' ? q.slice(0, 64) : undefined
  const wanted = typeof status === 'string' && Object.hasOwn(statusText, status) ? (status as KeyStatus) : undefined
  const { requestId } = await requestFacts()
  return (
    <>
      <PageHeader title={text.title} actions={<CreateKeyButton />} />
      <ListFilter searchLabel={text.search} statuses={statusText} anyStatus={text.anyStatus} />
      <Part requestId={requestId} rows={5} columns={['w-40', 'w-28', 'w-16', 'w-24']}>
        <Keys member={answer.member} status={wanted} search={search} />
      </Part>
    </>
  )
}

type Wanted = { readonly member: Member; readonly status: KeyStatus | undefined; readonly search: string | undefined }

async function Keys({ member, status, search }: Wanted) {
  const rows = await listKeys(member, { status, search })
  if (rows.length > 0) return <KeysTable rows={rows} />
  return search !== undefined || status !== undefined ? (
    <EmptyState
      title={text.filteredEmpty}
      actions={<LinkButton href={`/${member.tenant.slug}/keys`}>{text.clearFilters}</LinkButton>}
    />
  ) : (
    <EmptyState title={text.empty} actions={<CreateKeyButton />}>
      {text.emptyHint}
    </EmptyState>
  )
}
