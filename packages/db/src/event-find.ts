import { isUuid, type TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { type EventFacts, eventFacts, type StoredEvent, storedColumns } from './event-facts.ts'
import { requestCondition } from './event-filter.ts'
import { reading } from './reading.ts'
import { splitItem } from './search-grammar.ts'

/** As what a text was found; one text can be several of them. */
export type FoundBy = 'event' | 'request' | 'item' | 'idempotency_key' | 'trace'

export type EventMatch = {
  readonly by: FoundBy
  /** `request`: in item order, at most 200. Otherwise newest first, at most 20; of an event id the event itself first. */
  readonly rows: readonly EventFacts[]
}

const rowsMax = { request: 200, other: 20 }

/** Rows by any id, however old: event, request, `request.item`, trace or idempotency key. Nothing found: no matches. */
export async function find(db: Database, tenantId: TenantId, text: string): Promise<readonly EventMatch[]> {
  const wanted = text.trim()
  if (wanted === '' || wanted.length > 300 || /\0/.test(wanted) || !wanted.isWellFormed()) return []
  return await reading(db, tenantId, async (tx) => {
    const matches: EventMatch[] = []
    for (const [by, search] of searches(wanted)) {
      const rows = await search(tx, tenantId)
      if (rows.length > 0) matches.push({ by, rows: await eventFacts(tx, tenantId, rows) })
    }
    return matches
  })
}

type Search = (tx: Transaction, tenantId: TenantId) => Promise<readonly StoredEvent[]>

function searches(text: string): readonly (readonly [FoundBy, Search])[] {
  const byKey = ['idempotency_key', (tx, tenantId) => byIdempotencyKey(tx, tenantId, text)] as const satisfies [
    FoundBy,
    Search,
  ]
  const id = splitItem(text)
  if (id?.item !== undefined) return [['item', (tx, tenantId) => byRequest(tx, tenantId, text)], byKey]
  if (id !== undefined) {
    return [
      ['event', (tx, tenantId) => byEventId(tx, tenantId, id.id)],
      ['request', (tx, tenantId) => byRequest(tx, tenantId, id.id)],
      byKey,
    ]
  }
  if (/^[0-9a-f]{32}$/i.test(text)) {
    return [['trace', (tx, tenantId) => byTrace(tx, tenantId, text.toLowerCase())], byKey]
  }
  return [byKey]
}

/** The locator names the event's own row; the index has what repeated it, and what outlived it. */
export async function byEventId(tx: Transaction, tenantId: TenantId, eventId: string): Promise<readonly StoredEvent[]> {
  if (!isUuid(eventId)) return []
  const own = await eventRow(tx, tenantId, eventId)
  const others = await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and event_id = ${eventId} and outcome <> 'copy'
    order by received_at desc, request_id desc, item desc limit ${rowsMax.other}`
  if (own === undefined) return others
  return [own, ...others.filter((row) => row.request_id !== own.request_id || row.item !== own.item)]
}

/** The accepted row of an event: one probe of the locator, one of the day it names. */
export async function eventRow(tx: Transaction, tenantId: TenantId, eventId: string): Promise<StoredEvent | undefined> {
  const [place] = await tx.sql<{ received_at: Date; request_id: string; item: number }[]>`
    select received_at, request_id, item from event_locator where event_id = ${eventId} and tenant_id = ${tenantId}`
  if (place === undefined) return undefined
  const [row] = await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and received_at = ${place.received_at} and request_id = ${place.request_id}
      and item = ${place.item}`
  return row
}

/** `request` or `request.item`: its UUIDv7 says when, so only that time's days are opened. */
export async function byRequest(tx: Transaction, tenantId: TenantId, text: string): Promise<readonly StoredEvent[]> {
  return await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and ${requestCondition(tx.sql, text)}
    order by item, received_at limit ${rowsMax.request}`
}

async function byIdempotencyKey(tx: Transaction, tenantId: TenantId, key: string): Promise<readonly StoredEvent[]> {
  return await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and idempotency_key = ${key} and outcome <> 'copy'
    order by received_at desc, request_id desc, item desc limit ${rowsMax.other}`
}

async function byTrace(tx: Transaction, tenantId: TenantId, traceId: string): Promise<readonly StoredEvent[]> {
  return await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and trace_id = ${traceId} and outcome <> 'copy'
    order by received_at desc, request_id desc, item desc limit ${rowsMax.other}`
}
