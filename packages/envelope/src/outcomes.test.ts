import { describe, expect, it } from 'vitest'
import type { EventId, KeyId, RequestId, TenantId } from './names.ts'
import { decodeOutcome, encodeOutcome, type OutcomeCounter, type OutcomeRecord, severity } from './outcomes.ts'

const record: OutcomeRecord = {
  outcome: 'rejected',
  tenant_id: '018f0000-0000-7000-8000-00000000000a' as TenantId,
  request_id: '01932a1b-7c00-7abc-8def-0123456789ab' as RequestId,
  item: 0,
  items: 1,
  reason: 'schema_invalid',
  status: 422,
  event_id: null,
  event_type: 'order created',
  source: 'native',
  key_id: '018f0000-0000-7000-8000-0000000000c1' as KeyId,
  mode: 'live',
  idempotency_key: null,
  occurred_at: null,
  received_at: '2026-11-23T14:32:58.024Z',
  size: 42,
  latency_ms: 1.25,
  ip: '192.0.2.7',
  trace_id: null,
  content_type: 'application/json',
  diagnosis: null,
  problem: {
    type: 'http://localhost:4000/errors/schema_invalid',
    title: 'Event not valid',
    status: 422,
    code: 'schema_invalid',
    detail: 'the event type may hold letters, digits and . _ : / - only',
    request_id: '01932a1b-7c00-7abc-8def-0123456789ab',
    retryable: false,
    errors: [{ pointer: '/event_type', code: 'form', detail: 'see the alphabet' }],
  },
  body: { text: '{"event_type":"order created"}', truncated: false },
}

const duplicate: OutcomeRecord = {
  ...record,
  outcome: 'duplicate',
  reason: null,
  status: 202,
  event_id: '128c3b4f-91de-8465-bc63-ab666e4ff1d0' as EventId,
  problem: null,
  body: null,
}

const counter: OutcomeCounter = {
  counter: true,
  tenant_id: record.tenant_id,
  outcome: 'rejected',
  reason: 'rate_limited',
  key_id: null,
  source: '018f0000-0000-7000-8000-0000000000b1',
  mode: 'test',
  count: 1_204,
  from: '2026-11-23T14:32:50.000Z',
  to: '2026-11-23T14:33:00.000Z',
}

const decode = (value: unknown) => decodeOutcome(Buffer.from(JSON.stringify(value)))

describe('outcome on the log', () => {
  it.each([record, duplicate])('is read back: $outcome', (sent) => {
    expect(decodeOutcome(encodeOutcome(sent))).toEqual({ ok: true, kind: 'record', record: sent })
  })

  it('of a counter is read back', () => {
    expect(decodeOutcome(encodeOutcome(counter))).toEqual({ ok: true, kind: 'counter', counter })
  })

  it('survives a lone surrogate and a NUL in the kept body', () => {
    const odd = { ...record, body: { text: 'a\u0000\ud800', truncated: true } }
    expect(decodeOutcome(encodeOutcome(odd))).toEqual({ ok: true, kind: 'record', record: odd })
  })

  it('drops members of a newer writer', () => {
    expect(decode({ ...record, region: 'eu' })).toEqual({ ok: true, kind: 'record', record })
  })

  it.each([
    ['an unknown reason', { ...record, reason: 'because' }],
    ['an inherited name as reason', { ...record, reason: 'toString' }],
    ['accepted, which is an event', { ...record, outcome: 'accepted' }],
    ['a tenant that is no id', { ...record, tenant_id: 'acme' }],
    ['a local time', { ...record, received_at: '2026-11-23T14:32:58' }],
    ['a negative item', { ...record, item: -1 }],
    ['a missing source', { ...record, source: undefined }],
    ['a counter of nothing', { ...counter, count: 0 }],
    ['a counter that is false', { ...counter, counter: false }],
    ['an array', [record]],
    ['null', null],
  ])('refuses %s', (_, value) => {
    expect(decode(value)).toMatchObject({ ok: false })
  })

  it('refuses bytes that are no JSON, no UTF-8 or too deep', () => {
    expect(decodeOutcome(Buffer.from('{'))).toMatchObject({ ok: false })
    expect(decodeOutcome(Buffer.from([0xff]))).toMatchObject({ ok: false })
    expect(decodeOutcome(Buffer.from('['.repeat(1_000_000)))).toMatchObject({ ok: false })
  })

  it('names the member that is wrong', () => {
    expect(decode({ ...record, problem: { ...record.problem, status: 'x' } })).toMatchObject({
      detail: expect.stringContaining('problem.status'),
    })
  })
})

describe('words', () => {
  it('is loud about everything but the normal case', () => {
    expect((['accepted', 'duplicate', 'quarantined', 'rejected', 'copy'] as const).map(severity)).toEqual([
      'ok',
      'dup',
      'warn',
      'bad',
      'neutral',
    ])
  })
})
