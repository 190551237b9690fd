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
import { eventFilter } from './event-filter.ts'
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

/** Where a page continues: the last row of the one before. */
export type EventCursor = { readonly receivedAt: string; readonly requestId: RequestId; readonly item: number }

export type EventPageOptions = {
  readonly terms: readonly SearchTerm[]
  readonly after?: EventCursor | undefined
  readonly limit: number
  readonly withEnvelope?: boolean | undefined
}

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
    while (found.length < search.limit) {
      const limit = Math.min(size, search.limit - found.length)
      const { withEnvelope } = search
      const page = await events.page(db, tenantId, {
        terms: parsed.terms,
        after: cursorOf(found.at(-1)),
        limit,
        withEnvelope,
      })
      found.push(...page)
      if (page.length < limit) break
    }
    return { ok: true, events: found }
  },

  /** One page by keyset: rows that arrive meanwhile move nothing. */
  async page(db: Database, tenantId: TenantId, options: EventPageOptions): Promise<readonly ListedEvent[]> {
    return await db.forTenant(
      tenantId,
      async (tx) => {
        const { after } = options
        const older =
          after === undefined
            ? tx.sql``
            : tx.sql`and (received_at, request_id, item) < (${after.receivedAt}, ${after.requestId}, ${after.item})`
        const rows = await tx.sql<StoredRow[]>`
          select ${columns(tx)} from event_index
          where ${eventFilter(tx.sql, tenantId, options.terms)} ${older}
          order by received_at desc, request_id desc, item desc limit ${options.limit}`
        return await listed(tx, tenantId, rows, options.withEnvelope ?? false)
      },
      { readOnly: true },
    )
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
}

type StoredRow = Omit<EventRow, 'occurred_at' | 'received_at' | 'size'> & {
  readonly occurred_at: Date | null
  readonly received_at: Date
  readonly size: string
}

function columns(tx: Transaction) {
  return tx.sql`request_id, item, outcome, reason, event_id, event_type, source, key_id, mode, idempotency_key, occurred_at,
    received_at, size, diagnosis`
}

async function allTenants(tx: Transaction): Promise<readonly TenantId[]> {
  return (await tx.sql<{ id: TenantId }[]>`select id from tenant order by created_at`).map(({ id }) => id)
}

type WantedId = { readonly id: string; readonly item: number | undefined }

async function rowsById(tx: Transaction, tenantId: TenantId, wanted: WantedId): Promise<readonly StoredRow[]> {
  if (isUuid(wanted.id, 8) && wanted.item === undefined) return await rowByEventId(tx, tenantId, wanted.id)
  const text = wanted.item === undefined ? wanted.id : `${wanted.id}.${wanted.item}`
  const request: SearchTerm = { kind: 'field', isNegated: false, field: 'request', values: [{ kind: 'text', text }] }
  const copies: SearchTerm = { kind: 'field', isNegated: false, field: 'outcome', values: everyOutcome }
  return await tx.sql<StoredRow[]>`
    select ${columns(tx)} from event_index where ${eventFilter(tx.sql, tenantId, [request, copies])} order by item`
}

const everyOutcome = ['accepted', 'duplicate', 'rejected', 'quarantined', 'copy'].map(
  (text) => ({ kind: 'text', text }) as const,
)

// The locator names the day and the row.
async function rowByEventId(tx: Transaction, tenantId: TenantId, eventId: string): Promise<readonly StoredRow[]> {
  const [place] = await tx.sql<{ received_at: Date; request_id: string; item: number }[]>`
    select received_at, request_id, item from event_locator where event_id = ${eventId} and tenant_id = ${tenantId}`
  if (place === undefined) return []
  return await tx.sql<StoredRow[]>`
    select ${columns(tx)} from event_index
    where tenant_id = ${tenantId} and received_at = ${place.received_at} and request_id = ${place.request_id}
      and item = ${place.item}`
}

async function listed(
  tx: Transaction,
  tenantId: TenantId,
  rows: readonly StoredRow[],
  withEnvelope: boolean,
): Promise<readonly ListedEvent[]> {
  const envelopes = withEnvelope ? await envelopesOf(tx, tenantId, rows) : undefined
  const names = await sourceNames(tx, tenantId, rows)
  return rows.map((row) => {
    const sourceId = isUuid(row.source) ? (row.source as SourceId) : null
    const source = sourceId === null ? 'native' : (names.get(sourceId) ?? sourceId)
    return {
      row: eventRow(row, source),
      sourceId,
      envelope: envelopes?.get(`${row.request_id}.${row.item}`) ?? null,
    }
  })
}

async function sourceNames(
  tx: Transaction,
  tenantId: TenantId,
  rows: readonly StoredRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.map((row) => row.source).filter((source) => isUuid(source)))]
  if (ids.length === 0) return new Map()
  const found = await tx.sql<{ id: SourceId; name: string }[]>`
    select id, name from source where tenant_id = ${tenantId} and id = any(${ids}::uuid[])`
  return new Map(found.map(({ id, name }) => [id, name]))
}

async function envelopesOf(
  tx: Transaction,
  tenantId: TenantId,
  rows: readonly StoredRow[],
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

function eventRow(row: StoredRow, source: string): EventRow {
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

function cursorOf(last: ListedEvent | undefined): EventCursor | undefined {
  return last && { receivedAt: last.row.received_at, requestId: last.row.request_id, item: last.row.item }
}
