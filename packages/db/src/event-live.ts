import type { TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { type EventFacts, eventFacts, type StoredEvent, storedColumns } from './event-facts.ts'
import { eventFilter } from './event-filter.ts'
import { searchRows } from './event-search.ts'
import { reading } from './reading.ts'
import type { SearchTerm } from './search-grammar.ts'

export type LiveQuery = {
  readonly terms: readonly SearchTerm[]
  /** Rows above this `seq`; none: the backlog of the newest 50, and where to go on. */
  readonly after?: number | undefined
  /** At most this many rows, 1–1,000, default 500. */
  readonly limit?: number | undefined
}

export type LiveRows = {
  /** Ascending by `seq`. */
  readonly rows: readonly EventFacts[]
  /** Ask for rows after this next; never below `after`. */
  readonly seq: number
  /** The limit cut the answer short. */
  readonly hasMore: boolean
}

export const liveBacklog = 50
export const liveRowsMax = 1_000

/**
 * What came into the index after a row that was seen. Numbers are given in the order of commits and head and rows are
 * read in one snapshot, so whoever goes on from `seq` misses nothing and sees nothing twice.
 */
export async function since(db: Database, tenantId: TenantId, query: LiveQuery): Promise<LiveRows> {
  const limit = query.limit ?? 500
  if (!Number.isInteger(limit) || limit < 1 || limit > liveRowsMax) {
    throw new RangeError(`limit must be from 1 to ${liveRowsMax}`)
  }
  const { terms, after } = query
  return await reading(
    db,
    tenantId,
    async (tx) => {
      const [{ seq: head } = { seq: '0' }] = await tx.sql<{ seq: string }[]>`select seq from event_index_head`
      if (after === undefined) {
        const newest = await searchRows(tx, tenantId, { terms, direction: 'older', limit: liveBacklog })
        const rows = newest.sort((a, b) => Number(a.indexed_seq) - Number(b.indexed_seq))
        return { rows: await eventFacts(tx, tenantId, rows), seq: Number(head), hasMore: false }
      }
      const found = await tx.sql<StoredEvent[]>`
        select ${storedColumns(tx)} from event_index
        where ${eventFilter(tx.sql, tenantId, terms)} and indexed_seq > ${after} and indexed_seq <= ${head}
        order by indexed_seq limit ${limit + 1}`
      const rows = found.slice(0, limit)
      const hasMore = found.length > limit
      const last = rows.at(-1)
      return {
        rows: await eventFacts(tx, tenantId, rows),
        seq: hasMore && last !== undefined ? Number(last.indexed_seq) : Math.max(Number(head), after),
        hasMore,
      }
    },
    'repeatable read',
  )
}
