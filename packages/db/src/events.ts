import {
  type EventId,
  isUuid,
  type KeyId,
  type Mode,
  type Outcome,
  type RequestId,
  type SourceId,
  type TenantId,
} from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { body } from './event-bytes.ts'
import { detail } from './event-detail.ts'
import { facets } from './event-facets.ts'
import { type StoredEvent, sourceNames, storedColumns } from './event-facts.ts'
import { eventFilter } from './event-filter.ts'
import { find } from './event-find.ts'
import { items } from './event-items.ts'
import { sample, since } from './event-live.ts'
import { page } from './event-page.ts'
import { related } from './event-related.ts'
import { type RowPosition, searchRows } from './event-search.ts'
import { parseSearch, type SearchFault, type SearchTerm, splitItem } from './search-grammar.ts'

/** Reading the index of events: rows newest first, by search or by id, with the envelope's exact bytes on request. */

/** A row as `event list --json` prints it. */
export type EventRow = {
  readonly request_id: RequestId
  readonly item: number
  readonly outcome: Outcome
  readonly reason: string | null
  readonly event_id: EventId | null
  readonly event_type: string | null
  /** `native`, or the source's name as it is now. */
  readonly source: string
  readonly key_id: KeyId | null
  readonly mode: Mode
  readonly idempotency_key: string | null
  /** RFC 3339, UTC, milliseconds. */
  readonly occurred_at: string | null
  readonly received_at: string
  readonly size: number
  readonly diagnosis: string | null
}

/** `envelope`: the bytes on the log; null where there are none (a rejection, a duplicate) or nobody asked. */
export type ListedEvent = {
  readonly row: EventRow
  /** Null of the API itself. */
  readonly sourceId: SourceId | null
  readonly envelope: Buffer | null
}

export type EventSearch = {
  /** The search grammar; empty: everything but copies. */
  readonly q?: string | undefined
  /** 1–10,000. */
  readonly limit: number
  readonly withEnvelope?: boolean | undefined
}

export type EventList =
  | { readonly ok: true; readonly events: readonly ListedEvent[] }
  | { readonly ok: false; readonly faults: readonly SearchFault[] }

/** A request of several items answers several events. */
export type EventLookup =
  | { readonly state: 'found'; readonly events: readonly ListedEvent[] }
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly expected: string }

export const eventListLimitMax = 10_000

// Rows with envelopes are large: fewer of them at once.
const pageRows = { plain: 1_000, withEnvelope: 100 }

export const events = {
  async list(db: Database, tenantId: TenantId, search: EventSearch): Promise<EventList> {
    if (!Number.isInteger(search.limit) || search.limit < 1 || search.limit > eventListLimitMax) {
      throw new RangeError(`limit must be from 1 to ${eventListLimitMax}`)
    }
    const parsed = parseSearch(search.q ?? '')
    if (!parsed.ok) return parsed

    const size = search.withEnvelope ? pageRows.withEnvelope : pageRows.plain
    const found: ListedEvent[] = []
    let past: RowPosition | undefined
    while (found.length < search.limit) {
      const limit = Math.min(size, search.limit - found.length)
      const { terms } = parsed
      const rows = await db.forTenant(
        tenantId,
        async (tx) => {
          const stored = await searchRows(tx, tenantId, { terms, past, direction: 'older', limit })
          return { stored, listed: await listed(tx, tenantId, stored, search.withEnvelope ?? false) }
        },
        { readOnly: true },
      )
      found.push(...rows.listed)
      const last = rows.stored.at(-1)
      if (last === undefined || rows.stored.length < limit) break
      past = { receivedText: last.received_text, requestId: last.request_id, item: last.item }
    }
    return { ok: true, events: found }
  },

  /**
   * By `event_id`, `request_id` or `request_id.item`, envelopes included. Without a tenant each one is asked, which only
   * the operator's connection can do.
   */
  async get(db: Database, tenantId: TenantId | undefined, id: string): Promise<EventLookup> {
    const wanted = splitItem(id)
    if (wanted === undefined) return { state: 'invalid', expected: 'an event id, a request id or request_id.item' }

    const found = await db.transaction(
      async (tx) => {
        for (const tenant of tenantId === undefined ? await allTenants(tx) : [tenantId]) {
          await tx.sql`select set_config('app.tenant_id', ${tenant}, true)`
          const rows = await rowsById(tx, tenant, wanted)
          if (rows.length > 0) return await listed(tx, tenant, rows, true)
        }
        return []
      },
      { readOnly: true },
    )
    return found.length === 0 ? { state: 'absent' } : { state: 'found', events: found }
  },

  page,
  since,
  sample,
  find,
  items,
  detail,
  body,
  related,
  facets,
}

async function allTenants(tx: Transaction): Promise<readonly TenantId[]> {
  return (await tx.sql<{ id: TenantId }[]>`select id from tenant order by created_at`).map(({ id }) => id)
}

type WantedId = { readonly id: string; readonly item: number | undefined }

async function rowsById(tx: Transaction, tenantId: TenantId, wanted: WantedId): Promise<readonly StoredEvent[]> {
  if (isUuid(wanted.id, 8) && wanted.item === undefined) return await rowByEventId(tx, tenantId, wanted.id)
  const text = wanted.item === undefined ? wanted.id : `${wanted.id}.${wanted.item}`
  const request: SearchTerm = { kind: 'field', isNegated: false, field: 'request', values: [{ kind: 'text', text }] }
  const copies: SearchTerm = { kind: 'field', isNegated: false, field: 'outcome', values: everyOutcome }
  return await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index where ${eventFilter(tx.sql, tenantId, [request, copies])} order by item`
}

const everyOutcome = ['accepted', 'duplicate', 'rejected', 'quarantined', 'copy'].map(
  (text) => ({ kind: 'text', text }) as const,
)

// The locator names the day and the row.
async function rowByEventId(tx: Transaction, tenantId: TenantId, eventId: string): Promise<readonly StoredEvent[]> {
  const [place] = await tx.sql<{ received_at: Date; request_id: string; item: number }[]>`
    select received_at, request_id, item from event_locator where event_id = ${eventId} and tenant_id = ${tenantId}`
  if (place === undefined) return []
  return await tx.sql<StoredEvent[]>`
    select ${storedColumns(tx)} from event_index
    where tenant_id = ${tenantId} and received_at = ${place.received_at} and request_id = ${place.request_id}
      and item = ${place.item}`
}

async function listed(
  tx: Transaction,
  tenantId: TenantId,
  rows: readonly StoredEvent[],
  withEnvelope: boolean,
): Promise<readonly ListedEvent[]> {
  const envelopes = withEnvelope ? await envelopesOf(tx, tenantId, rows) : undefined
  const source = await sourceNames(
    tx,
    tenantId,
    rows.map((row) => row.source),
  )
  return rows.map((row) => {
    const { id, name } = source(row.source)
    return {
      row: eventRow(row, id === null ? 'native' : name),
      sourceId: id,
      envelope: envelopes?.get(`${row.request_id}.${row.item}`) ?? null,
    }
  })
}

async function envelopesOf(
  tx: Transaction,
  tenantId: TenantId,
  rows: readonly StoredEvent[],
): Promise<ReadonlyMap<string, Buffer>> {
  if (rows.length === 0) return new Map()
  const times = rows.map((row) => row.received_at.getTime())
  const requests = [...new Set(rows.map((row) => row.request_id))]
  const bodies = await tx.sql<{ request_id: string; item: number; envelope: Buffer }[]>`
    select request_id, item, envelope from event_body
    where tenant_id = ${tenantId} and request_id = any(${requests}::uuid[])
      and received_at >= ${new Date(Math.min(...times))} and received_at <= ${new Date(Math.max(...times))}`
  return new Map(bodies.map((body) => [`${body.request_id}.${body.item}`, body.envelope]))
}

function eventRow(row: StoredEvent, source: string): EventRow {
  return {
    request_id: row.request_id,
    item: row.item,
    outcome: row.outcome,
    reason: row.reason,
    event_id: row.event_id,
    event_type: row.event_type,
    source,
    key_id: row.key_id,
    mode: row.mode,
    idempotency_key: row.idempotency_key,
    occurred_at: row.occurred_at?.toISOString() ?? null,
    received_at: row.received_at.toISOString(),
    size: Number(row.size),
    diagnosis: row.diagnosis,
  }
}
