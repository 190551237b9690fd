import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import { AddSourceButton } from '../../../../features/sources/add-button.tsx'
import { listSources } from '../../../../features/sources/queries.ts'
import { SourcesTable } from '../../../../features/sources/sources-table.tsx'
import { statusText, text } from '../../../../features/sources/text.ts'
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

export default async function SourcesPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'sources.read')
  if (!answer.ok) return <Forbidden title={text.title} role={answer.role} capability={answer.capability} />
  const { q, status } = await searchParams
  const search = typeof q === 'string' && q !== '' ? q.slice(0, 64) : undefined
  const wanted = typeof status === 'string' && Object.hasOwn(statusText, status) ? status : undefined
  const { rows, direct } = await listSources(answer.member, { status: wanted, search })
  const isFiltered = search !== undefined || wanted !== undefined
  const canAdd = can(answer.member.role, 'sources.write')
  const add = <AddSourceButton slug={tenant} canAdd={canAdd} />
  return (
    <>
      <PageHeader title={text.title} actions={add} />
      <ListFilter searchLabel={text.search} statuses={statusText} anyStatus={text.anyStatus} />
      {(rows.length > 0 || !isFiltered) && (
        <SourcesTable slug={tenant} rows={rows} direct={isFiltered ? [] : direct} canAdd={canAdd} />
      )}
      {rows.length === 0 &&
        (isFiltered ? (
          <EmptyState
            title={text.filteredEmpty}
            actions={<LinkButton href={`/${tenant}/sources`}>{text.clearFilters}</LinkButton>}
          />
        ) : (
          <EmptyState title={text.empty} actions={add}>
            {text.emptyHint}
          </EmptyState>
        ))}
    </>
  )
}
