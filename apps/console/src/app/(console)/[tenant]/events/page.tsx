import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import type { FirstPage } from '../../../../features/events/event-row.ts'
import { EventsView } from '../../../../features/events/events-view.tsx'
import { type EventsFilter, isFiltered, readFilter } from '../../../../features/events/filter.ts'
import { LiveButton } from '../../../../features/events/live-button.tsx'
import { NoneFound } from '../../../../features/events/none-found.tsx'
import { hasEvents, listEvents, matchOutside } from '../../../../features/events/queries.ts'
import { text } from '../../../../features/events/text.ts'
import { SendTestButton } from '../../../../features/send-test/send-test-dialog.tsx'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { LoadFailed } from '../../../../features/shell/load-failed.tsx'
import { orNone } from '../../../../server/or-none.ts'
import { pageMember } from '../../../../server/page.ts'
import { requestFacts } from '../../../../server/request.ts'
import type { Member } from '../../../../server/session.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function EventsListPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'events.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const given = await searchParams
  const filter = readFilter({
    get: (name) => {
      const value = given[name]
      return typeof value === 'string' ? value : null
    },
  })
  const { requestId } = await requestFacts()
  return (
    <>
      <PageHeader
        title={text.title}
        actions={
          <>
            <LiveButton />
            <SendTestButton
              slug={tenant}
              disabledReason={can(member.role, 'events.send') ? undefined : text.cannotSend}
            />
          </>
        }
      />
      <EventsView
        slug={tenant}
        initial={firstPage(member, filter)}
        requestId={requestId}
        mayExport={can(member.role, 'events.export')}
      />
    </>
  )
}

const noPage = { rows: [], older: null, isRangeIgnored: false } as const

/** Comes behind the frame of the page, and with it what is shown where there is no row. */
async function firstPage(member: Member, filter: EventsFilter): Promise<FirstPage> {
  const found = await orNone('events', listEvents(member, filter))
  if (found?.state === 'faults') {
    const [fault] = found.faults
    const { slug } = member.tenant
    return {
      page: noPage,
      empty: fault && (
        <EmptyState
          title={text.fault(fault.text, fault.expected)}
          actions={<LinkButton href={`/${slug}/events`}>{text.clear}</LinkButton>}
        />
      ),
    }
  }
  if (found?.state !== 'page')
    return { page: noPage, empty: <LoadFailed title={found === undefined ? text.failed : text.tooLong} /> }
  const { page } = found
  return { page, empty: page.rows.length === 0 && (await nothing(member, filter, page.isRangeIgnored)) }
}

async function nothing(member: Member, filter: EventsFilter, isRangeIgnored: boolean) {
  const { slug } = member.tenant
  if (!isFiltered(filter) && !(await hasEvents(member))) {
    return (
      <EmptyState
        title={text.emptyTitle}
        actions={
          <LinkButton kind="primary" href={`/${slug}/get-started`}>
            {text.getStarted}
          </LinkButton>
        }
      >
        {text.emptyHint}
      </EmptyState>
    )
  }
  const outside = isRangeIgnored ? undefined : await matchOutside(member, filter)
  return <NoneFound slug={slug} filter={filter} isRangeIgnored={isRangeIgnored} outside={outside} />
}
