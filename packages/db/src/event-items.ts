import type { Outcome, RequestId, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { type EventFacts, eventFacts, type StoredEvent, storedColumns } from './event-facts.ts'
import { requestCondition } from './event-filter.ts'
import { reading } from './reading.ts'

export type RequestItemsQuery = {
  readonly requestId: RequestId
  /** Items above this one; default: from the first. */
  readonly after?: number | undefined
  /** 1–200, default 100. */
  readonly limit?: number | undefined
}

/** A request and what became of its items. */
export type RequestItems = {
  readonly requestId: RequestId
  readonly receivedAt: string
  /** How many items it had (`em-item`). */
  readonly items: number
  readonly counts: Readonly<Record<Outcome, number>>
  /** Items without a row: not decided when the request ended. */
  readonly undecided: number
  /** In item order. */
  readonly rows: readonly EventFacts[]
  /** Ask for items after this next; null: there are none. */
  readonly next: number | null
}

/** Undefined: no such request of this tenant. */
export async function items(
  db: Database,
  tenantId: TenantId,
  query: RequestItemsQuery,
): Promise<RequestItems | undefined> {
  const limit = query.limit ?? 100
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw new RangeError('limit must be from 1 to 200')
  return await reading(db, tenantId, async (tx) => {
    const own = tx.sql`tenant_id = ${tenantId} and ${requestCondition(tx.sql, query.requestId)}`
    const outcomes = await tx.sql<{ outcome: Outcome; n: number; decided: number; items: number; received_at: Date }[]>`
      select outcome, count(*)::int as n, max(items) as items, min(received_at) as received_at from event_index
      where ${own} group by outcome`
    if (outcomes.length === 0) return undefined
    const [{ decided } = { decided: 0 }] = await tx.sql<{ decided: number }[]>`
      select count(distinct item)::int as decided from event_index where ${own}`
    const found = await tx.sql<StoredEvent[]>`
      select ${storedColumns(tx)} from event_index where ${own} and item > ${query.after ?? -1}
      order by item, received_at limit ${limit + 1}`
    const rows = found.slice(0, limit)
    const total = Math.max(...outcomes.map((each) => each.items))
    const counts = { accepted: 0, duplicate: 0, rejected: 0, quarantined: 0, copy: 0 }
    for (const { outcome, n } of outcomes) counts[outcome] = n
    return {
      requestId: query.requestId,
      receivedAt: new Date(Math.min(...outcomes.map((each) => each.received_at.getTime()))).toISOString(),
      items: total,
      counts,
      undecided: Math.max(0, total - decided),
      rows: await eventFacts(tx, tenantId, rows),
      next: found.length > limit ? (rows.at(-1)?.item ?? null) : null,
    }
  })
}
