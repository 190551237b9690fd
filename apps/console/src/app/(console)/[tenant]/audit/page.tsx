import type { AuditRow } from '@eventmesh/db'
import type { Metadata } from 'next'
import { AuditFilterRow } from '../../../../features/audit/audit-filter.tsx'
import { AuditTable, Changes } from '../../../../features/audit/audit-table.tsx'
import { type Entry, EntryDialog } from '../../../../features/audit/entry-dialog.tsx'
import { readAuditFilter } from '../../../../features/audit/filter.ts'
import { auditNames, auditPage } from '../../../../features/audit/queries.ts'
import { kindOf, text } from '../../../../features/audit/text.ts'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../../server/page.ts'
import { requestFacts } from '../../../../server/request.ts'
import type { Member } from '../../../../server/session.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { Part } from '../../../../ui/part.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function AuditLogPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'audit.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const query = new URLSearchParams(
    Object.entries(await searchParams).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  const { requestId } = await requestFacts()
  return (
    <>
      <PageHeader title={text.title} />
      <AuditFilterRow names={auditNames(member)} />
      <Part requestId={requestId} rows={12} columns={['w-32', 'w-40', 'w-24', 'w-48']}>
        <Entries member={member} query={query} />
      </Part>
    </>
  )
}

async function Entries({ member, query }: { readonly member: Member; readonly query: URLSearchParams }) {
  const before = query.get('before') ?? undefined
  const { rows, older } = await auditPage(member, readAuditFilter(query, new Date()), before)
  const { slug } = member.tenant
  const base = `/${slug}/audit`
  const open = addressWith(base, query, 'selected')
  const selected = rows.find(({ id }) => id === query.get('selected'))
  return (
    <>
      {rows.length > 0 ? (
        <AuditTable rows={rows} slug={slug} open={open} />
      ) : (
        <EmptyState title={text.none} actions={<LinkButton href={base}>{text.clear}</LinkButton>} />
      )}
      {selected !== undefined && (
        <EntryDialog entry={entryOf(selected)}>
          <Changes row={selected} />
        </EntryDialog>
      )}
      {(older !== undefined || before !== undefined) && (
        <nav aria-label={text.pages} className="flex gap-2 p-4">
          {before !== undefined && <LinkButton href={base}>{text.newest}</LinkButton>}
          {older !== undefined && (
            <LinkButton href={addressWith(base, query, 'before')(older)}>{text.older}</LinkButton>
          )}
        </nav>
      )}
    </>
  )
}

function addressWith(base: string, params: URLSearchParams, name: string): (value: string) => string {
  return (value) => {
    const next = new URLSearchParams(params)
    next.delete('selected')
    next.set(name, value)
    return `${base}?${next}`
  }
}

function entryOf(row: AuditRow): Entry {
  return {
    occurredAt: row.occurredAt.toISOString(),
    actor: row.actorName,
    actorKind: kindOf(row),
    action: row.action,
    target: row.targetName,
    targetId: row.targetId,
    ip: row.ip,
    requestId: row.requestId,
    sessionId: row.sessionId,
  }
}
