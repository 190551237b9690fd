import { can } from '@eventmesh/db'
import { isUuid } from '@eventmesh/envelope'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { AuditTable } from '../../../../../features/audit/audit-table.tsx'
import { Expires, KeyStatusMark, LastUsed, Mode } from '../../../../../features/keys/key-facts.tsx'
import { KeyMenu } from '../../../../../features/keys/key-menu.tsx'
import type { LinkedKey } from '../../../../../features/keys/key-row.ts'
import { KeyUsage } from '../../../../../features/keys/key-usage.tsx'
import { OverlapHint } from '../../../../../features/keys/overlap-hint.tsx'
import { getKey, keyChanges, monthOfUse, rejectionsOf } from '../../../../../features/keys/queries.ts'
import { text } from '../../../../../features/keys/text.ts'
import { ForbiddenPage } from '../../../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../../../server/page.ts'
import { Fact, Facts } from '../../../../../ui/facts.tsx'
import { Id } from '../../../../../ui/id.tsx'
import { PageHeader } from '../../../../../ui/page-header.tsx'
import { Section } from '../../../../../ui/states.tsx'
import { Time } from '../../../../../ui/time.tsx'

export const metadata: Metadata = { title: text.one }

export default async function KeyPage({
  params,
}: {
  readonly params: Promise<{ readonly tenant: string; readonly id: string }>
}) {
  const { tenant, id } = await params
  const answer = await pageMember(tenant, 'keys.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const row = isUuid(id) ? await getKey(member, id) : undefined
  if (row === undefined) notFound()
  const isAuditor = can(member.role, 'audit.read')
  const [month, rejections, changes] = await Promise.all([
    monthOfUse(member, id),
    rejectionsOf(member, id),
    isAuditor ? keyChanges(member, id) : [],
  ])
  return (
    <>
      <PageHeader
        title={row.name}
        crumb={
          <Link href={`/${tenant}/keys`} className="text-fg-3 no-underline hover:text-fg">
            {text.title}
          </Link>
        }
        actions={<KeyMenu row={row} />}
      />
      <div className="grid gap-4 p-4 xl:grid-cols-2">
        <Section title={text.details}>
          <Facts>
            <Fact label={text.key}>
              <code>{row.display}</code>
            </Fact>
            <Fact label={text.status}>
              <KeyStatusMark row={row} />
              <OverlapHint row={row} />
            </Fact>
            <Fact label={text.mode}>
              <Mode mode={row.mode} />
            </Fact>
            <Fact label={text.lastUse}>
              <LastUsed row={row} />
            </Fact>
            <Fact label={text.expires}>
              <Expires row={row} />
            </Fact>
            <Fact label={text.allowedIps}>{row.allowedIps.length === 0 ? text.any : row.allowedIps.join(', ')}</Fact>
            <Fact label={text.created}>
              <Time at={row.createdAt} />
              {row.createdBy !== null && <span className="text-fg-3"> · {row.createdBy}</span>}
            </Fact>
            {row.replaces !== null && (
              <Fact label={text.replacesLabel}>
                <KeyLink slug={tenant} linked={row.replaces} />
              </Fact>
            )}
            {row.replacedBy !== null && (
              <Fact label={text.replacedByLabel}>
                <KeyLink slug={tenant} linked={row.replacedBy} />
              </Fact>
            )}
            <Fact label={text.id}>
              <Id id={row.id} label={text.copyId} />
            </Fact>
          </Facts>
        </Section>
        <KeyUsage slug={tenant} id={row.id} month={month} rejections={rejections} />
        {isAuditor && (
          <Section title={text.recentChanges} className="xl:col-span-2">
            {changes.length === 0 ? (
              <p className="text-fg-3">{text.noChanges}</p>
            ) : (
              <AuditTable rows={changes} slug={tenant} isShort />
            )}
          </Section>
        )}
      </div>
    </>
  )
}

function KeyLink({ slug, linked }: { readonly slug: string; readonly linked: LinkedKey }) {
  return (
    <>
      <Link
        href={`/${slug}/keys/${linked.id}`}
        prefetch={false}
        className="text-accent-text no-underline hover:underline"
      >
        {linked.name}
      </Link>{' '}
      <code className="text-fg-2">{linked.display}</code>
    </>
  )
}
