import type { TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { type EventFacts, type EventPlace, eventFacts, type StoredEvent, storedColumns } from './event-facts.ts'
import { requestCondition } from './event-filter.ts'
import { eventRow } from './event-find.ts'
import { reading } from './reading.ts'

/** At most 20 rows, newest first. */
export type RelatedRows = { readonly rows: readonly EventFacts[]; readonly hasMore: boolean }

export type RelatedEvents = {
  /** The accepted event that this row repeats or contradicts; null: itself, or none is kept. */
  readonly event: EventFacts | null
  readonly duplicates: RelatedRows
  readonly copies: RelatedRows
  readonly quarantined: RelatedRows
  /** Refused with the same idempotency key. */
  readonly rejected: RelatedRows
  readonly sameRequest: RelatedRows
  readonly sameTrace: RelatedRows
}

const rowsMax = 20

/** What else is known about a row's event, key, request and trace, the row itself left out. Undefined: no such row. */
export async function related(db: Database, tenantId: TenantId, place: EventPlace): Promise<RelatedEvents | undefined> {
  return await reading(db, tenantId, async (tx) => {
    const row = await rowAt(tx, tenantId, place)
    if (row === undefined) return undefined
    const event = await acceptedOf(tx, tenantId, row)
    const eventId = row.event_id ?? event?.event_id ?? null
    const sameEvent = (outcome: string) =>
      eventId === null ? tx.sql`false` : tx.sql`event_id = ${eventId} and outcome = ${outcome}`
    const sameKey =
      row.idempotency_key === null
        ? tx.sql`false`
        : tx.sql`idempotency_key = ${row.idempotency_key} and source = ${row.source} and outcome = 'rejected'`
    const others = async (condition: ReturnType<typeof sameEvent>): Promise<RelatedRows> => {
      const found = await tx.sql<StoredEvent[]>`
        select ${storedColumns(tx)} from event_index
        where tenant_id = ${tenantId} and ${condition}
          and (request_id, item) <> (${place.requestId}, ${place.item})
        order by received_at desc, request_id desc, item desc limit ${rowsMax + 1}`
      return { rows: await eventFacts(tx, tenantId, found.slice(0, rowsMax)), hasMore: found.length > rowsMax }
    }
    const isItself = event !== undefined && event.request_id === row.request_id && event.item === row.item
    return {
      event: event === undefined || isItself ? null : ((await eventFacts(tx, tenantId, [event]))[0] ?? null),
      duplicates: await others(sameEvent('duplicate')),
      copies: await others(sameEvent('copy')),
      quarantined: await others(sameEvent('quarantined')),
      rejected: await others(sameKey),
      sameRequest: await others(tx.sql`${requestCondition(tx.sql, place.requestId)} and outcome <> 'copy'`),
      sameTrace: await others(
        row.trace_id === null ? tx.sql`false` : tx.sql`trace_id = ${row.trace_id} and outcome <> 'copy'`,
      ),
    }
  })
}

/** One row by its identity; of one that was received twice the newest. */
export async function rowAt(tx: Transaction, tenantId: TenantId, place: EventPlace): Promise<StoredEvent | undefined> {
  const [row] = await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and ${requestCondition(tx.sql, `${place.requestId}.${place.item}`)}
    order by received_at desc limit 1`
  return row
}

/** By its event id, or, for a rejection that has none, by key and source. */
async function acceptedOf(tx: Transaction, tenantId: TenantId, row: StoredEvent): Promise<StoredEvent | undefined> {
  if (row.event_id !== null) return await eventRow(tx, tenantId, row.event_id)
  if (row.idempotency_key === null) return undefined
  const [accepted] = await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and idempotency_key = ${row.idempotency_key} and source = ${row.source}
      and outcome = 'accepted'
    order by received_at desc limit 1`
  return accepted
}
