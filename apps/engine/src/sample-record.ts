import { randomUUID } from 'node:crypto'
import type { LogRecord, StoredRecord } from '@eventmesh/bus'
import {
  encodeOutcome,
  eventId,
  type KeyId,
  newRequestId,
  type OutcomeRecord,
  type RequestId,
  spliceEnvelope,
  type TenantId,
} from '@eventmesh/envelope'

/** Records as ingest writes them, made by hand for tests. */

export type Sample = {
  tenantId: TenantId
  keyId: KeyId
  key?: string
  payload?: string
  fp?: string
  requestId?: RequestId
  item?: string
  headers?: Record<string, string | undefined>
  recordKey?: string
  value?: Buffer
}

export function sampleRecord(given: Sample): LogRecord {
  const receivedAtMs = Date.now()
  const receivedAt = new Date(receivedAtMs).toISOString()
  const idempotencyKey = given.key ?? randomUUID()
  const { tenantId } = given
  const id = eventId({ tenantId, scope: 'native', key: idempotencyKey })
  const requestId = given.requestId ?? newRequestId(receivedAtMs)
  const payload = Buffer.from(given.payload ?? '{"n":12345678901234567890}')
  const fields = {
    eventId: id,
    eventType: 'order.created',
    tenantId,
    requestId,
    occurredAt: receivedAt,
    receivedAt,
    idempotencyKey,
  }
  const headers: Record<string, string | undefined> = {
    'em-event-id': id,
    'em-key-id': given.keyId,
    'em-source': 'native',
    'em-mode': 'live',
    'em-item': given.item ?? '0/1',
    'em-fp': given.fp ?? 'a'.repeat(64),
    'em-dedupe': 'claimed',
    'em-envelope': '1',
    'em-size': String(payload.length),
    'em-ip': '127.0.0.1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'content-type': 'application/json',
    ...given.headers,
  }
  return {
    key: given.recordKey ?? `${tenantId}:${id}`,
    value: given.value ?? spliceEnvelope(fields, payload),
    headers: Object.fromEntries(
      Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
  }
}

export function sampleOutcome(given: Sample & { outcome?: Partial<OutcomeRecord> }): LogRecord {
  const receivedAtMs = Date.now()
  const requestId = given.requestId ?? newRequestId(receivedAtMs)
  const record: OutcomeRecord = {
    outcome: 'rejected',
    tenant_id: given.tenantId,
    request_id: requestId,
    item: 0,
    items: 1,
    reason: 'schema_invalid',
    status: 422,
    event_id: null,
    event_type: null,
    source: 'native',
    key_id: given.keyId,
    mode: 'live',
    idempotency_key: given.key ?? null,
    occurred_at: null,
    received_at: new Date(receivedAtMs).toISOString(),
    size: 9,
    latency_ms: 1.5,
    ip: null,
    trace_id: null,
    content_type: 'application/json',
    diagnosis: null,
    problem: null,
    body: { text: '{"a":1}', truncated: false },
    ...given.outcome,
  }
  return { key: given.recordKey ?? `${given.tenantId}:${requestId}`, value: encodeOutcome(record), headers: {} }
}

let offset = 0

/** The same as a reader gets it, without a log. */
export function stored(record: LogRecord, topic: StoredRecord['topic'] = 'events'): StoredRecord {
  return { ...record, topic, partition: 0, offset: offset++, position: String(offset), appendedAtMs: Date.now() }
}
