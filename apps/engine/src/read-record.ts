import type { StoredRecord } from '@eventmesh/bus'
import type { IndexEntry, IndexRow } from '@eventmesh/db'
import {
  decodeOutcome,
  type EventId,
  eventId,
  isUuid,
  type KeyId,
  type Mode,
  type OutcomeRecord,
  readEnvelope,
  type TenantId,
} from '@eventmesh/envelope'

/** Whose a record says it is: what only the database can confirm. */
export type Origin = {
  readonly tenantId: TenantId
  readonly source: string
  readonly mode: Mode
  readonly keyId: KeyId | null
}

export type ReadRecord =
  | { readonly ok: true; readonly entry: IndexEntry; readonly origin: Origin }
  /** `unreadable`: not a record of ours. `forged`: one whose parts contradict each other (S33). */
  | { readonly ok: false; readonly reason: 'unreadable' | 'forged'; readonly detail: string }

/** A record of `events`, `quarantine` or `outcomes` as an entry of the index. */
export function readRecord(record: StoredRecord): ReadRecord {
  return record.topic === 'outcomes' ? readOutcome(record) : readEvent(record)
}

function unreadable(detail: string): ReadRecord {
  return { ok: false, reason: 'unreadable', detail }
}

function forged(detail: string): ReadRecord {
  return { ok: false, reason: 'forged', detail }
}

function readEvent(record: StoredRecord): ReadRecord {
  const envelope = readEnvelope(record.value)
  if (!envelope.ok) return unreadable(`envelope: ${envelope.detail}`)
  const headers = readHeaders(record.headers)
  if (typeof headers === 'string') return unreadable(headers)

  const { fields, payload } = envelope
  const { tenantId, requestId, eventType, idempotencyKey, occurredAt } = fields
  const { source, mode, keyId } = headers
  if (!record.key.startsWith(`${tenantId}:`)) return forged('the record key names another tenant')
  if (headers.eventId !== fields.eventId) return forged('em-event-id is not the envelope’s')
  if (modeOf(source) !== undefined && modeOf(source) !== mode) return forged('em-mode is not that of em-source')
  if (eventId({ tenantId, scope: source, key: idempotencyKey }) !== fields.eventId) {
    return forged('event_id does not follow from tenant, source and key')
  }

  const receivedAtMs = Date.parse(fields.receivedAt)
  const row: IndexRow = {
    tenantId,
    requestId,
    item: headers.item,
    items: headers.items,
    receivedAtMs,
    eventType,
    source,
    keyId,
    mode,
    idempotencyKey,
    occurredAt,
    size: headers.size ?? record.value.length,
    // Two clocks: below 0 shows as 0.
    latencyMs: Math.max(0, record.appendedAtMs - receivedAtMs),
    ip: record.headers['em-ip'] ?? null,
    traceId: traceId(record.headers.traceparent),
    dedupe: record.headers['em-dedupe'] ?? null,
    position: { topic: record.topic, partition: record.partition, offset: record.offset },
    appendedAtMs: record.appendedAtMs,
  }
  const body = { envelope: record.value, headers: record.headers, exactBody: record.exactBody, payload }
  const kind = record.topic === 'quarantine' ? 'quarantined' : 'event'
  const entry: IndexEntry = { kind, row, eventId: fields.eventId, fp: headers.fp, body }
  return { ok: true, entry, origin: { tenantId, source, mode, keyId } }
}

type EventHeaders = {
  readonly eventId: string
  readonly source: string
  readonly mode: Mode
  readonly keyId: KeyId | null
  readonly item: number
  readonly items: number
  readonly fp: string
  readonly size: number | undefined
}

/** A string is what is wrong. */
function readHeaders(headers: StoredRecord['headers']): EventHeaders | string {
  const version = headers['em-envelope']
  if (version !== '1') return `em-envelope is ${version === undefined ? 'missing' : 'not 1'}`
  const eventId = headers['em-event-id']
  if (eventId === undefined) return 'em-event-id is missing'
  const source = headers['em-source']
  if (source === undefined || !isSource(source)) return 'em-source is missing or neither native, native-test nor an id'
  const mode = headers['em-mode']
  if (mode !== 'live' && mode !== 'test') return 'em-mode is missing or neither live nor test'
  const keyId = headers['em-key-id']
  if (keyId !== undefined && !isUuid(keyId)) return 'em-key-id is not an id'
  const fp = headers['em-fp']
  if (fp === undefined || !/^[0-9a-f]{64}$/.test(fp)) return 'em-fp is missing or not 64 hex digits'
  const place = /^(\d{1,6})\/(\d{1,6})$/.exec(headers['em-item'] ?? '')
  if (place === null) return 'em-item is missing or not i/n'
  const size = headers['em-size']
  return {
    eventId,
    source,
    mode,
    keyId: (keyId ?? null) as KeyId | null,
    item: Number(place[1]),
    items: Number(place[2]),
    fp,
    size: size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : undefined,
  }
}

function isSource(text: string): boolean {
  return modeOf(text) !== undefined || isUuid(text)
}

/** The native API's scopes say their mode; a source's is its row's. */
function modeOf(source: string): Mode | undefined {
  return source === 'native' ? 'live' : source === 'native-test' ? 'test' : undefined
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function traceId(traceparent: string | undefined): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1] ?? null
}

function readOutcome(record: StoredRecord): ReadRecord {
  const decoded = decodeOutcome(record.value)
  if (!decoded.ok) return unreadable(`outcome: ${decoded.detail.slice(0, 500)}`)
  const said = decoded.kind === 'counter' ? decoded.counter : decoded.record
  const origin: Origin = { tenantId: said.tenant_id, source: said.source, mode: said.mode, keyId: said.key_id }
  if (!record.key.startsWith(`${said.tenant_id}:`)) return forged('the record key names another tenant')
  if (!isSource(said.source)) return unreadable('source is neither native, native-test nor an id')
  if (modeOf(said.source) !== undefined && modeOf(said.source) !== said.mode)
    return forged('mode is not that of source')

  const position = { topic: record.topic, partition: record.partition, offset: record.offset }
  if (decoded.kind === 'record') return { ok: true, entry: outcomeEntry(decoded.record, record, position), origin }
  const { counter } = decoded
  return {
    ok: true,
    origin,
    entry: {
      kind: 'counter',
      tenantId: counter.tenant_id,
      outcome: counter.outcome,
      reason: counter.reason,
      keyId: counter.key_id,
      source: counter.source,
      mode: counter.mode,
      n: counter.count,
      fromMs: Date.parse(counter.from),
      toMs: Date.parse(counter.to),
      position,
    },
  }
}

function outcomeEntry(outcome: OutcomeRecord, record: StoredRecord, position: IndexRow['position']): IndexEntry {
  const { problem, body } = outcome
  const isEmpty = problem === null && body === null
  return {
    kind: 'outcome',
    outcome: outcome.outcome,
    eventId: outcome.event_id as EventId | null,
    reason: outcome.reason,
    status: outcome.status,
    diagnosis: outcome.diagnosis,
    rejected: isEmpty
      ? undefined
      : {
          contentType: outcome.content_type,
          problem: problem === null ? null : JSON.stringify(problem),
          body: body?.text ?? null,
          isTruncated: body?.truncated ?? false,
        },
    row: {
      tenantId: outcome.tenant_id,
      requestId: outcome.request_id,
      item: outcome.item,
      items: outcome.items,
      receivedAtMs: Date.parse(outcome.received_at),
      eventType: outcome.event_type,
      source: outcome.source,
      keyId: outcome.key_id,
      mode: outcome.mode,
      idempotencyKey: outcome.idempotency_key,
      occurredAt: outcome.occurred_at,
      size: outcome.size,
      latencyMs: outcome.latency_ms,
      ip: outcome.ip,
      traceId: outcome.trace_id,
      dedupe: null,
      position,
      appendedAtMs: record.appendedAtMs,
    },
  }
}
