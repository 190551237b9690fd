import { keptDays } from '@eventmesh/db'
import type { Metadata } from 'next'
import Link from 'next/link'
import { EventDetailView } from '../../../../../features/events/event-detail.tsx'
import { resolveEvent, viewEvent } from '../../../../../features/events/queries.ts'
import { RequestItemsView } from '../../../../../features/events/request-items.tsx'
import { text } from '../../../../../features/events/text.ts'
import { ForbiddenPage } from '../../../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../../../server/page.ts'
import { LinkButton } from '../../../../../ui/button.tsx'
import { shortId } from '../../../../../ui/format.ts'
import { PageHeader } from '../../../../../ui/page-header.tsx'
import { EmptyState } from '../../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.event }

type Props = {
  readonly params: Promise<{ readonly tenant: string; readonly id: string }>
  readonly searchParams: Promise<{ readonly after?: string | string[] }>
}

export default async function EventDetailPage({ params, searchParams }: Props) {
  const { tenant, id } = await params
  const answer = await pageMember(tenant, 'events.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const after = Number((await searchParams).after ?? '-1')
  const resolved = await resolveEvent(
    member,
    decodeURIComponent(id),
    Number.isInteger(after) && after >= 0 ? after : undefined,
  )
  const view = resolved.kind === 'row' ? await viewEvent(member, resolved.facts) : undefined
  const crumb = (
    <Link href={`/${tenant}/events`} className="text-fg-3 no-underline hover:text-fg">
      {text.title}
    </Link>
  )
  if (resolved.kind === 'request') {
    return (
      <>
        <PageHeader title={`${text.request} ${shortId(resolved.items.requestId)}`} crumb={crumb} />
        <RequestItemsView slug={tenant} items={resolved.items} />
      </>
    )
  }
  if (view === undefined) {
    return (
      <>
        <PageHeader title={text.event} crumb={crumb} />
        <EmptyState
          title={text.unknownTitle(id.length > 48 ? `${id.slice(0, 48)}…` : id, member.tenant.name)}
          actions={<LinkButton href={`/${tenant}/events`}>{text.title}</LinkButton>}
        >
          {text.unknownHint(keptDays.metadata)}
        </EmptyState>
      </>
    )
  }
  return (
    <>
      <PageHeader title={view.facts.eventType ?? view.facts.reason ?? text.title} crumb={crumb} />
      <div className="mx-auto w-full max-w-[912px] p-4">
        <EventDetailView slug={tenant} facts={view.facts} view={view} />
      </div>
    </>
  )
}
