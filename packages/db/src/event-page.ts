import type { TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { decodeCursor, type EventCursor, encodeCursor, questionOf } from './event-cursor.ts'
import { type EventFacts, eventFacts, type StoredEvent } from './event-facts.ts'
import { type EventRange, type FixedRange, fixRange } from './event-range.ts'
import { searchRows } from './event-search.ts'
import { reading } from './reading.ts'
import { type SearchTerm, splitItem } from './search-grammar.ts'

export type EventPageQuery = {
  /** From `parseSearch`. */
  readonly terms: readonly SearchTerm[]
  readonly range?: EventRange | undefined
  /** `older` or `newer` of a page of the same question. */
  readonly cursor?: string | undefined
  /** 1–200, default 100. */
  readonly limit?: number | undefined
}

export type EventPage =
  | {
      readonly ok: true
      /** Newest first. */
      readonly rows: readonly EventFacts[]
      /** Cursor to the rows before the last one; null: there are none. */
      readonly older: string | null
      /** Cursor to the rows after the first one, up to where the first page began; null: this is the first. */
      readonly newer: string | null
      /** An id was asked for: it is found whenever it came. */
      readonly isRangeIgnored: boolean
    }
  /** The cursor is damaged, another version's or another question's: the list starts over. */
  | { readonly ok: false; readonly code: 'cursor_mismatch' }

export const eventPageLimitMax = 200

/** One page by keyset. The first page fixes the end, so what arrives meanwhile moves nothing. */
export async function page(db: Database, tenantId: TenantId, query: EventPageQuery): Promise<EventPage> {
  const limit = query.limit ?? 100
  if (!Number.isInteger(limit) || limit < 1 || limit > eventPageLimitMax) {
    throw new RangeError(`limit must be from 1 to ${eventPageLimitMax}`)
  }
  const question = questionOf(query.terms, query.range)
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, question)
  if (query.cursor !== undefined && cursor === undefined) return { ok: false, code: 'cursor_mismatch' }

  const isRangeIgnored = query.terms.some(asksForId)
  const range = cursor?.range ?? firstRange(isRangeIgnored ? undefined : query.range)
  const direction = cursor?.direction ?? 'older'
  return await reading(db, tenantId, async (tx) => {
    const found = await searchRows(tx, tenantId, {
      terms: query.terms,
      range,
      past: cursor,
      direction,
      limit: limit + 1,
    })
    const rows = found.slice(0, limit)
    if (direction === 'newer') rows.reverse()
    const hasMore = found.length > limit
    const at = (row: StoredEvent | undefined, to: EventCursor['direction']) =>
      row === undefined ? null : encodeCursor(cursorAt(row, to, range), question)
    return {
      ok: true,
      rows: await eventFacts(tx, tenantId, rows),
      older: direction === 'newer' || hasMore ? at(rows.at(-1), 'older') : null,
      newer: cursor !== undefined && (direction === 'older' || hasMore) ? at(rows[0], 'newer') : null,
      isRangeIgnored,
    }
  })
}

function cursorAt(row: StoredEvent, direction: EventCursor['direction'], range: FixedRange): EventCursor {
  return { direction, receivedText: row.received_text, requestId: row.request_id, item: row.item, range }
}

/** Everything that is kept; its end is now, and a millisecond more for what arrived in this one. */
function firstRange(range: EventRange | undefined): FixedRange {
  const now = new Date(Date.now() + 1)
  return range === undefined ? { from: new Date(0), to: now } : fixRange(range, now)
}

function asksForId(term: SearchTerm): boolean {
  return term.kind === 'bare' && !term.isNegated && splitItem(term.text) !== undefined
}
