import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import { EventsView } from '../../../../features/events/events-view.tsx'
import { isFiltered, readFilter, writeFilter } from '../../../../features/events/filter.ts'
import { LiveButton } from '../../../../features/events/live-button.tsx'
import { hasEvents, hasOlder, listEvents } from '../../../../features/events/queries.ts'
import { text } from '../../../../features/events/text.ts'
import { SendTestButton } from '../../../../features/send-test/send-test-dialog.tsx'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { LoadFailed } from '../../../../features/shell/load-failed.tsx'
import { orNone } from '../../../../server/or-none.ts'
import { pageMember } from '../../../../server/page.ts'
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
  const found = await orNone('events', listEvents(member, filter))
  const base = `/${tenant}/events`
  const header = (
    <PageHeader
      title={text.title}
      actions={
        <>
          <LiveButton />
          <SendTestButton
            slug={tenant}
            disabledReason={can(member.role, 'events.send') ? undefined : 'Viewers cannot send events.'}
          />
        </>
      }
    />
  )
  const fault = found?.state === 'faults' ? found.faults[0] : undefined
  const isLoaded = found?.state === 'page'
  const page = isLoaded ? found.page : { rows: [], older: null, isRangeIgnored: false }
  const isNew = isLoaded && page.rows.length === 0 && !isFiltered(filter) && !(await hasEvents(member))
  const isOlderThere = isLoaded && page.rows.length === 0 && !isNew && (await hasOlder(member, filter))
  const widened = writeFilter({ ...filter, range: '30d', between: undefined })
  return (
    <>
      {header}
      <EventsView
        slug={tenant}
        initial={page}
        mayExport={can(member.role, 'events.export')}
        empty={
          !isLoaded && fault === undefined ? (
            <LoadFailed title={found === undefined ? text.failed : text.tooLong} />
          ) : isNew ? (
            <EmptyState
              title={text.emptyTitle}
              actions={
                <LinkButton kind="primary" href={`/${tenant}/get-started`}>
                  {text.getStarted}
                </LinkButton>
              }
            >
              {text.emptyHint}
            </EmptyState>
          ) : (
            <EmptyState
              title={fault === undefined ? text.noneTitle : text.fault(fault.text, fault.expected)}
              actions={
                <>
                  {isFiltered(filter) && <LinkButton href={base}>{text.clear}</LinkButton>}
                  {isOlderThere && (
                    <LinkButton kind="primary" href={`${base}?${widened}`}>
                      {text.searchAll}
                    </LinkButton>
                  )}
                </>
              }
            >
              {isOlderThere ? text.olderExist : undefined}
            </EmptyState>
          )
        }
      />
    </>
  )
}
