import type { EventId, KeyId, Mode, Outcome, RequestId, SourceId, TenantId } from '@eventmesh/envelope'
import { isUuid } from '@eventmesh/envelope'
import type { Transaction } from './connect.ts'
import { displayKey } from './key-text.ts'

/** One row of the index: what is known of one item of a request. Times are RFC 3339 in UTC with milliseconds. */
export type EventFacts = EventPlace & {
  /** How many items its request has. */
  readonly items: number
  readonly outcome: Outcome
  /** Error code of a rejection or quarantine. */
  readonly reason: string | null
  readonly eventId: EventId | null
  readonly eventType: string | null
  readonly idempotencyKey: string | null
  readonly source: EventSource
  readonly key: EventKey | null
  readonly mode: Mode
  readonly receivedAt: string
  readonly occurredAt: string | null
  /** LogAppendTime of its record. */
  readonly appendedAt: string
  readonly indexedAt: string
  /** Bytes of the request's body. */
  readonly size: number
  /** HTTP status; null for what came from the log: the answer left after the record. */
  readonly status: number | null
  readonly latencyMs: number | null
  readonly ip: string | null
  readonly traceId: string | null
  /** `claimed`, `generated` (the key is ours) or `unchecked` (claims were down); null of an outcome. */
  readonly dedupe: string | null
  readonly diagnosis: string | null
  /** `indexed_seq`: higher is later. */
  readonly seq: number
}

/** A row's identity. */
export type EventPlace = { readonly requestId: RequestId; readonly item: number }

/** `id` null: the API itself, named `native` or `native-test`. Otherwise the name as it is now. */
export type EventSource = { readonly id: SourceId | null; readonly name: string }

/** Name and display (`em_live_…4QXa`) as they are now; null when the key is gone. */
export type EventKey = { readonly id: KeyId; readonly name: string | null; readonly display: string | null }

/** A row as the table has it. */
export type StoredEvent = {
  readonly received_at: Date
  /** With microseconds: what a `Date` would lose. */
  readonly received_text: string
  readonly request_id: RequestId
  readonly item: number
  readonly items: number
  readonly outcome: Outcome
  readonly reason: string | null
  readonly event_id: EventId | null
  readonly event_type: string | null
  readonly source: string
  readonly key_id: KeyId | null
  readonly mode: Mode
  readonly idempotency_key: string | null
  readonly occurred_at: Date | null
  readonly size: string
  readonly status: number | null
  readonly latency_ms: number | null
  readonly ip: string | null
  readonly trace_id: string | null
  readonly dedupe: string | null
  readonly diagnosis: string | null
  readonly appended_at: Date
  readonly indexed_at: Date
  readonly indexed_seq: string
}

export function storedColumns(tx: Transaction) {
  return tx.sql`received_at, to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_text,
    request_id, item, items, outcome, reason, event_id, event_type, source, key_id, mode, idempotency_key, occurred_at,
    size, status, latency_ms, ip, trace_id, dedupe, diagnosis, appended_at, indexed_at, indexed_seq`
}

/** The rows with the names of their sources and keys. */
export async function eventFacts(
  tx: Transaction,
  tenantId: TenantId,
  rows: readonly StoredEvent[],
): Promise<readonly EventFacts[]> {
  const sources = await sourceNames(
    tx,
    tenantId,
    rows.map(({ source }) => source),
  )
  const keys = await keyNames(
    tx,
    tenantId,
    rows.flatMap(({ key_id }) => key_id ?? []),
  )
  return rows.map((row) => ({
    requestId: row.request_id,
    item: row.item,
    items: row.items,
    outcome: row.outcome,
    reason: row.reason,
    eventId: row.event_id,
    eventType: row.event_type,
    idempotencyKey: row.idempotency_key,
    source: sources(row.source),
    key: row.key_id === null ? null : keys(row.key_id),
    mode: row.mode,
    receivedAt: row.received_at.toISOString(),
    occurredAt: row.occurred_at?.toISOString() ?? null,
    appendedAt: row.appended_at.toISOString(),
    indexedAt: row.indexed_at.toISOString(),
    size: Number(row.size),
    status: row.status,
    latencyMs: row.latency_ms,
    ip: row.ip,
    traceId: row.trace_id,
    dedupe: row.dedupe,
    diagnosis: row.diagnosis,
    seq: Number(row.indexed_seq),
  }))
}

/** Names of sources as the index writes them: `native`, `native-test` or an id. */
export async function sourceNames(
  tx: Transaction,
  tenantId: TenantId,
  sources: readonly string[],
): Promise<(source: string) => EventSource> {
  const ids = [...new Set(sources.filter((source) => isUuid(source)))]
  const rows =
    ids.length === 0
      ? []
      : await tx.sql<{ id: SourceId; name: string }[]>`
          select id, name from source where tenant_id = ${tenantId} and id = any(${ids}::uuid[])`
  const names = new Map<string, string>(rows.map(({ id, name }) => [id, name]))
  return (source) =>
    isUuid(source) ? { id: source as SourceId, name: names.get(source) ?? source } : { id: null, name: source }
}

export async function keyNames(
  tx: Transaction,
  tenantId: TenantId,
  ids: readonly string[],
): Promise<(id: string) => EventKey> {
  const wanted = [...new Set(ids)]
  const rows =
    wanted.length === 0
      ? []
      : await tx.sql<{ id: KeyId; name: string; mode: Mode; last_four: string }[]>`
          select id, name, mode, last_four from api_key where tenant_id = ${tenantId} and id = any(${wanted}::uuid[])`
  const known = new Map<string, EventKey>(
    rows.map((row) => [row.id, { id: row.id, name: row.name, display: displayKey(row.mode, row.last_four) }]),
  )
  return (id) => known.get(id) ?? { id: id as KeyId, name: null, display: null }
}
