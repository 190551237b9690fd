import type { Metadata } from 'next'
import { AuditTable } from '../../../../features/audit/audit-table.tsx'
import { auditPage } from '../../../../features/audit/queries.ts'
import { text } from '../../../../features/audit/text.ts'
import { pageMember } from '../../../../server/page.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { Forbidden } from '../../../../ui/forbidden.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function AuditLogPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'audit.read')
  if (!answer.ok) return <Forbidden title={text.title} role={answer.role} capability={answer.capability} />
  const given = await searchParams
  const filter = Object.fromEntries(
    (['action', 'actor', 'target', 'before'] as const).flatMap((name) => {
      const value = given[name]
      return typeof value === 'string' && value !== '' ? [[name, value.slice(0, 200)]] : []
    }),
  )
  const { rows, older } = await auditPage(answer.member, filter)
  const base = `/${tenant}/audit`
  return (
    <>
      <PageHeader title={text.title} />
      {rows.length > 0 ? (
        <AuditTable rows={rows} slug={tenant} />
      ) : (
        <EmptyState title={text.none} actions={<LinkButton href={base}>{text.clear}</LinkButton>} />
      )}
      {(older !== undefined || 'before' in filter) && (
        <nav aria-label="Pages" className="flex gap-2 p-4">
          {'before' in filter && <LinkButton href={base}>{text.newest}</LinkButton>}
          {older !== undefined && (
            <LinkButton href={`${base}?${new URLSearchParams({ ...filter, before: older })}`}>{text.older}</LinkButton>
          )}
        </nav>
      )}
    </>
  )
}
