import { randomUUID } from 'node:crypto'
import {
  type EventId,
  eventId,
  type KeyId,
  newRequestId,
  type RequestId,
  spliceEnvelope,
  type TenantId,
} from '@eventmesh/envelope'
import type { IndexEntry } from './index-writer.ts'

/** Hand-made entries for tests of the index. */

type EventEntry = Extract<IndexEntry, { kind: 'event' }>

export type Sample = {
  tenantId?: TenantId
  key?: string
  requestId?: RequestId
  item?: number
  items?: number
  receivedAtMs?: number
  eventType?: string
  payload?: string
  fp?: string
  offset?: number
  keyId?: KeyId
  occurredAt?: string
  latencyMs?: number
  size?: number
  ip?: string
  traceId?: string
}

export const sampleTenant = '018f0000-0000-7000-8000-00000000000a' as TenantId
export const otherTenant = '018f0000-0000-7000-8000-00000000000b' as TenantId

let offset = 0

export function sampleEvent(given: Sample = {}): EventEntry {
  const tenantId = given.tenantId ?? sampleTenant
  const receivedAtMs = given.receivedAtMs ?? Date.now()
  const requestId = given.requestId ?? newRequestId(receivedAtMs)
  const key = given.key ?? randomUUID()
  const id: EventId = eventId({ tenantId, scope: 'native', key })
  const receivedAt = new Date(receivedAtMs).toISOString()
  const occurredAt = given.occurredAt ?? receivedAt
  const eventType = given.eventType ?? 'order.created'
  const payload = Buffer.from(given.payload ?? '{}')
  const envelope = spliceEnvelope(
    { eventId: id, eventType, tenantId, requestId, occurredAt, receivedAt, idempotencyKey: key },
    payload,
  )
  return {
    kind: 'event',
    eventId: id,
    fp: given.fp ?? 'a'.repeat(64),
    body: { envelope, headers: { 'em-event-id': id }, exactBody: undefined, payload },
    row: {
      tenantId,
      requestId,
      item: given.item ?? 0,
      items: given.items ?? 1,
      receivedAtMs,
      eventType,
      source: 'native',
      keyId: given.keyId ?? null,
      mode: 'live',
      idempotencyKey: key,
      occurredAt,
      size: given.size ?? payload.length,
      latencyMs: given.latencyMs ?? 4,
      ip: given.ip ?? null,
      traceId: given.traceId ?? null,
      dedupe: 'claimed',
      position: { topic: 'events', partition: 0, offset: given.offset ?? offset++ },
      appendedAtMs: receivedAtMs + 4,
    },
  }
}

export function sampleRejection(given: Sample & { reason?: string; diagnosis?: string } = {}): IndexEntry {
  const { row } = sampleEvent(given)
  return {
    kind: 'outcome',
    outcome: 'rejected',
    eventId: null,
    reason: given.reason ?? 'schema_invalid',
    status: 422,
    diagnosis: given.diagnosis ?? null,
    rejected: {
      contentType: 'application/json',
      problem: '{"detail":"\\u0000"}',
      body: '{"a\u0000":1}',
      isTruncated: false,
    },
    row: { ...row, position: { ...row.position, topic: 'outcomes' } },
  }
}
