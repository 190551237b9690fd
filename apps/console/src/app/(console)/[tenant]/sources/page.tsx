import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { AddSourceButton } from '../../../../features/sources/add-button.tsx'
import { listSources } from '../../../../features/sources/queries.ts'
import { SourcesTable } from '../../../../features/sources/sources-table.tsx'
import { statusText, text } from '../../../../features/sources/text.ts'
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

export default async function SourcesPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'sources.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { q, status } = await searchParams
  const search = typeof q === 'string' && q !== '' ? q.slice(0, 64) : undefined
  const wanted = typeof status === 'string' && Object.hasOwn(statusText, status) ? status : undefined
  const canAdd = can(answer.member.role, 'sources.write')
  const { requestId } = await requestFacts()
  return (
    <>
      <PageHeader title={text.title} actions={<AddSourceButton slug={tenant} canAdd={canAdd} />} />
      <ListFilter searchLabel={text.search} statuses={statusText} anyStatus={text.anyStatus} />
      <Part requestId={requestId} rows={6} columns={['w-48', 'w-16', 'w-24', 'w-20']}>
        <Sources member={answer.member} status={wanted} search={search} canAdd={canAdd} />
      </Part>
    </>
  )
}

type Wanted = {
  readonly member: Member
  readonly status: string | undefined
  readonly search: string | undefined
  readonly canAdd: boolean
}

async function Sources({ member, status, search, canAdd }: Wanted) {
  const { rows, direct } = await listSources(member, { status, search })
  const { slug } = member.tenant
  const isFiltered = search !== undefined || status !== undefined
  return (
    <>
      {(rows.length > 0 || !isFiltered) && <SourcesTable slug={slug} rows={rows} direct={isFiltered ? [] : direct} />}
      {rows.length === 0 &&
        (isFiltered ? (
          <EmptyState
            title={text.filteredEmpty}
            actions={<LinkButton href={`/${slug}/sources`}>{text.clearFilters}</LinkButton>}
          />
        ) : (
          <EmptyState
            title={text.empty}
            actions={
              <>
                <AddSourceButton slug={slug} canAdd={canAdd} />
                <LinkButton href={`/${slug}/get-started`}>{text.showCurl}</LinkButton>
              </>
            }
          >
            {text.emptyHint}
          </EmptyState>
        ))}
    </>
  )
}
