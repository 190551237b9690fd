'use client'

import type { RequestItems } from '@eventmesh/db'
import { useRouter } from 'next/navigation'
import { LinkButton } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { count } from '../../ui/format.ts'
import { Id } from '../../ui/id.tsx'
import { Banner } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { outcomeText } from '../../words/outcomes.ts'
import { SenderFacts } from './event-facts.tsx'
import { rowId } from './event-row.ts'
import { EventsTable } from './events-table.tsx'
import { text } from './text.ts'

/** A batch or a split webhook: what became of each of its items, in their order. */
export function RequestItemsView({ slug, items }: { readonly slug: string; readonly items: RequestItems }) {
  const router = useRouter()
  const counts = Object.entries(items.counts).filter(([, n]) => n > 0)
  const summary = counts.map(
    ([outcome, n]) => `${count(n)} ${outcomeText[outcome as keyof typeof outcomeText].toLowerCase()}`,
  )
  // Of one request they are the same for all items.
  const [sender] = items.rows
  return (
    <>
      <div className="flex flex-col gap-3 border-line border-b p-4">
        <Facts>
          <Fact label={text.detail.request}>
            <Id id={items.requestId} label={text.detail.copyRequest} />
          </Fact>
          <Fact label={text.received}>
            <Time at={items.receivedAt} />
          </Fact>
          {sender !== undefined && <SenderFacts slug={slug} facts={sender} />}
          <Fact label={text.items}>{`${text.total(count(items.items))}: ${summary.join(', ')}`}</Fact>
        </Facts>
        {items.undecided > 0 && <Banner severity="warn">{text.undecided(items.undecided)}</Banner>}
      </div>
      <EventsTable
        slug={slug}
        rows={items.rows}
        selected={null}
        isNarrow={false}
        isInItemOrder
        onOpen={(row) => router.push(`/${slug}/events/${rowId(row)}`)}
      />
      {items.next !== null && (
        <nav aria-label={text.pages} className="p-4">
          <LinkButton href={`/${slug}/events/${items.requestId}?after=${items.next}`}>{text.nextItems}</LinkButton>
        </nav>
      )}
    </>
  )
}
