import { can } from '@eventmesh/db'
import { isUuid } from '@eventmesh/envelope'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { AuditTable } from '../../../../../features/audit/audit-table.tsx'
import { Expires, KeyStatusMark, LastUsed, Mode } from '../../../../../features/keys/key-facts.tsx'
import { KeyMenu } from '../../../../../features/keys/key-menu.tsx'
import { getKey, keyChanges, monthOfUse } from '../../../../../features/keys/queries.ts'
import { text } from '../../../../../features/keys/text.ts'
import { ForbiddenPage } from '../../../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../../../server/page.ts'
import { Fact, Facts } from '../../../../../ui/facts.tsx'
import { count } from '../../../../../ui/format.ts'
import { Id } from '../../../../../ui/id.tsx'
import { PageHeader } from '../../../../../ui/page-header.tsx'
import { Spark } from '../../../../../ui/spark.tsx'
import { Section } from '../../../../../ui/states.tsx'
import { Time } from '../../../../../ui/time.tsx'

export const metadata: Metadata = { title: 'API key' }

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
  const [month, changes] = await Promise.all([monthOfUse(member, id), isAuditor ? keyChanges(member, id) : []])
  const total = (pick: 'accepted' | 'rejected') => month.reduce((all, day) => all + day[pick], 0)
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
            <Fact label="Key">
              <code>{row.display}</code>
            </Fact>
            <Fact label="Status">
              <KeyStatusMark row={row} />
            </Fact>
            <Fact label={text.mode}>
              <Mode mode={row.mode} />
            </Fact>
            <Fact label="Last used">
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
              <Fact label="Replaces">
                <KeyLink slug={tenant} id={row.replaces} />
              </Fact>
            )}
            {row.replacedBy !== null && (
              <Fact label="Replaced by">
                <KeyLink slug={tenant} id={row.replacedBy} />
              </Fact>
            )}
            <Fact label="ID">
              <Id id={row.id} label="Copy key id" />
            </Fact>
          </Facts>
        </Section>
        <Section title={text.usage30}>
          {total('accepted') + total('rejected') === 0 ? (
            <p className="text-fg-3">{text.noUsage}</p>
          ) : (
            <div className="flex flex-col gap-3">
              <p className="tabular flex gap-6">
                <Figure label="Accepted" n={total('accepted')} />
                <Figure label="Rejected" n={total('rejected')} />
              </p>
              <Spark
                bars={month}
                label={`${count(total('accepted'))} accepted, ${count(total('rejected'))} rejected in 30 days`}
                className="h-24 w-full"
              />
            </div>
          )}
        </Section>
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

function Figure({ label, n }: { readonly label: string; readonly n: number }) {
  return (
    <span className="flex flex-col">
      <span className="font-semibold text-22">{count(n)}</span>
      <span className="text-12 text-fg-3">{label}</span>
    </span>
  )
}

function KeyLink({ slug, id }: { readonly slug: string; readonly id: string }) {
  return (
    <Link href={`/${slug}/keys/${id}`} prefetch={false} className="text-accent-text no-underline hover:underline">
      <code>{id}</code>
    </Link>
  )
}
