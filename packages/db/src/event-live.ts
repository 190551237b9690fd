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

export type LiveSampleQuery = {
  readonly terms: readonly SearchTerm[]
  readonly after: number
  /** Nothing above this number, which somebody has been given already; none: up to the newest row. */
  readonly to?: number | undefined
  /** How many rows at most, 0–1,000. */
  readonly rows: number
}

export type LiveSample = {
  /** The newest ones, ascending by `seq`. */
  readonly rows: readonly EventFacts[]
  /** Older ones that were left out; above `liveCountMax` no further counted. */
  readonly skipped: number
  readonly seq: number
}

export const liveBacklog = 50
export const liveCountMax = 100_000
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

/** As `since`, for somebody who cannot take everything: what is left out is counted, and lies before the first row. */
export async function sample(db: Database, tenantId: TenantId, query: LiveSampleQuery): Promise<LiveSample> {
  const { terms, after, to, rows: wanted } = query
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > liveRowsMax) {
    throw new RangeError(`rows must be from 0 to ${liveRowsMax}`)
  }
  return await reading(
    db,
    tenantId,
    async (tx) => {
      const [{ seq } = { seq: '0' }] = await tx.sql<{ seq: string }[]>`select seq from event_index_head`
      const upTo = Math.max(after, Math.min(Number(seq), to ?? Number.POSITIVE_INFINITY))
      const within = tx.sql`
        ${eventFilter(tx.sql, tenantId, terms)} and indexed_seq > ${after} and indexed_seq <= ${upTo}`
      const newest = await tx.sql<StoredEvent[]>`
        select ${storedColumns(tx)} from event_index where ${within} order by indexed_seq desc limit ${wanted + 1}`
      const rows = await eventFacts(tx, tenantId, newest.slice(0, wanted).reverse())
      if (newest.length <= wanted) return { rows, skipped: 0, seq: upTo }
      const [{ n } = { n: 0 }] = await tx.sql<{ n: number }[]>`
        select count(*)::integer as n
        from (select from event_index where ${within} limit ${wanted + liveCountMax}) as arrived`
      return { rows, skipped: n - rows.length, seq: upTo }
    },
    'repeatable read',
  )
}
