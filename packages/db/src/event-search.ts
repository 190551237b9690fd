import type { TenantId } from '@eventmesh/envelope'
import type { Transaction } from './connect.ts'
import { type StoredEvent, storedColumns } from './event-facts.ts'
import { eventFilter, payloadDocuments } from './event-filter.ts'
import type { FixedRange } from './event-range.ts'
import type { SearchTerm } from './search-grammar.ts'

export type RowSearch = {
  readonly terms: readonly SearchTerm[]
  /** None: everything that is kept. */
  readonly range?: FixedRange | undefined
  /** Only rows past this one, in the direction of the search. */
  readonly past?: RowPosition | undefined
  /** `older`: newest first; `newer`: oldest first. */
  readonly direction: 'older' | 'newer'
  readonly limit: number
}

export type RowPosition = { readonly receivedText: string; readonly requestId: string; readonly item: number }

/** Matching rows of the index by keyset. */
export async function searchRows(tx: Transaction, tenantId: TenantId, search: RowSearch): Promise<StoredEvent[]> {
  const others = search.terms.filter((term) => term.kind !== 'payload')
  if (others.length < search.terms.length) return await searchPayloads(tx, tenantId, search, others)

  const { range, past } = search
  const within = range === undefined ? tx.sql`` : tx.sql`and received_at >= ${range.from} and received_at < ${range.to}`
  const beyond =
    past === undefined
      ? tx.sql``
      : tx.sql`and (received_at, request_id, item) ${search.direction === 'older' ? tx.sql`<` : tx.sql`>`}
          (${past.receivedText}::text::timestamptz, ${past.requestId}, ${past.item})`
  const order =
    search.direction === 'older'
      ? tx.sql`received_at desc, request_id desc, item desc`
      : tx.sql`received_at, request_id, item`
  const rows = await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where ${eventFilter(tx.sql, tenantId, others)} ${within} ${beyond}
    order by ${order} limit ${search.limit}`
  return [...rows]
}

// What the function finds is filtered by the other terms here, so it is asked for more until enough is left.
const chunkRows = { min: 200, max: 5_000 }

async function searchPayloads(
  tx: Transaction,
  tenantId: TenantId,
  search: RowSearch,
  others: readonly SearchTerm[],
): Promise<StoredEvent[]> {
  const wanted = search.terms.flatMap((term) => (term.kind === 'payload' ? [payloadDocuments(term)] : []))
  const from = search.range?.from.toISOString() ?? '-infinity'
  const to = search.range?.to.toISOString() ?? 'infinity'
  const found: StoredEvent[] = []
  let past = search.past
  for (let size = Math.max(search.limit, chunkRows.min); ; size = Math.min(size * 4, chunkRows.max)) {
    const chunk = await tx.sql<(StoredEvent & { is_match: boolean })[]>`
      select ${storedColumns(tx)}, (${eventFilter(tx.sql, tenantId, others)}) is true as is_match
      from event_payload_search(${`[${wanted.map((any) => `[${any.join(',')}]`).join(',')}]`}::text::jsonb,
        ${from}::text::timestamptz, ${to}::text::timestamptz, ${past?.receivedText ?? null}::text::timestamptz,
        ${past?.requestId ?? null}::uuid, ${past?.item ?? null}::integer, ${search.direction === 'older'}::boolean,
        ${size}::integer) as event_index`
    found.push(...chunk.filter((row) => row.is_match))
    if (found.length >= search.limit || chunk.length < size) return found.slice(0, search.limit)
    const last = chunk.at(-1)
    past = last && { receivedText: last.received_text, requestId: last.request_id, item: last.item }
  }
}
