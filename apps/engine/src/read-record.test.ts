import { eventId, type KeyId, newUuid, type SourceId, spliceEnvelope, type TenantId } from '@eventmesh/envelope'
import { describe, expect, it } from 'vitest'
import { createOriginCheck } from './check-origin.ts'
import { readRecord } from './read-record.ts'
import { type Sample, sampleOutcome, sampleRecord, stored } from './sample-record.ts'

const tenantId = newUuid() as TenantId
const otherTenant = newUuid() as TenantId
const keyId = newUuid() as KeyId
const sample = (given: Partial<Sample> = {}) => stored(sampleRecord({ tenantId, keyId, ...given }))

function envelopeOf(parts: { tenant: TenantId; key: string; scope?: string }): Buffer {
  const at = new Date().toISOString()
  return spliceEnvelope(
    {
      eventId: eventId({ tenantId: parts.tenant, scope: parts.scope ?? 'native', key: parts.key }),
      eventType: 'a',
      tenantId: parts.tenant,
      requestId: '018f0000-0000-7000-8000-0000000000a1' as never,
      occurredAt: at,
      receivedAt: at,
      idempotencyKey: 'forged',
    },
    Buffer.from('{}'),
  )
}

describe('reading a record', () => {
  it('takes what ingest writes', () => {
    const record = sample({ key: 'order-42', item: '3/12' })
    expect(readRecord(record)).toMatchObject({
      ok: true,
      origin: { tenantId, source: 'native', mode: 'live', keyId },
      entry: {
        kind: 'event',
        eventId: eventId({ tenantId, scope: 'native', key: 'order-42' }),
        row: { item: 3, items: 12, idempotencyKey: 'order-42', traceId: '0af7651916cd43dd8448eb211c80319c' },
        body: { envelope: record.value, payload: Buffer.from('{"n":12345678901234567890}') },
      },
    })
    expect(readRecord(stored(sampleRecord({ tenantId, keyId }), 'quarantine'))).toMatchObject({
      entry: { kind: 'quarantined' },
    })
    expect(readRecord(stored(sampleOutcome({ tenantId, keyId }), 'outcomes'))).toMatchObject({
      entry: { kind: 'outcome' },
    })
  })

  it('shows a clock that is behind as no latency', () => {
    const record = { ...sample(), appendedAtMs: Date.now() - 60_000 }
    expect(readRecord(record)).toMatchObject({ entry: { row: { latencyMs: 0 } } })
  })

  it.each([
    ['bytes that are no JSON', { value: Buffer.from([0xff, 0xfe, 0x00]) }],
    ['an empty value', { value: Buffer.alloc(0) }],
    ['6,000 levels', { value: Buffer.from(`{"payload":${'['.repeat(6_000)}${']'.repeat(6_000)}}`) }],
    ['another document', { value: Buffer.from('{"hello":1}') }],
    ['no fingerprint', { headers: { 'em-fp': undefined } }],
    ['no item', { headers: { 'em-item': 'x/1' } }],
    ['another envelope version', { headers: { 'em-envelope': '2' } }],
    ['no source', { headers: { 'em-source': undefined } }],
    ['no mode', { headers: { 'em-mode': 'prod' } }],
  ])('cannot read %s', (_, given: Partial<Sample>) => {
    expect(readRecord(sample(given))).toMatchObject({ ok: false, reason: 'unreadable' })
  })

  it.each([
    ['the key of another tenant', { recordKey: `${otherTenant}:x` }],
    ['another event id in its header', { headers: { 'em-event-id': newUuid() } }],
    ['an event id of another key', { value: envelopeOf({ tenant: tenantId, key: 'other' }) }],
    ['a live source in test mode', { headers: { 'em-mode': 'test' } }],
    ['the scope of test under a live event id', { headers: { 'em-source': 'native-test', 'em-mode': 'test' } }],
  ])('finds %s forged', (_, given: Partial<Sample>) => {
    const record = sample(given)
    const headers =
      given.value === undefined
        ? record.headers
        : { ...record.headers, 'em-event-id': given.value.toString().slice(13, 49) }
    expect(readRecord({ ...record, headers })).toMatchObject({ ok: false, reason: 'forged' })
  })

  it('finds an outcome of another tenant’s record key forged', () => {
    const record = stored(sampleOutcome({ tenantId, keyId, recordKey: `${otherTenant}:x` }), 'outcomes')
    expect(readRecord(record)).toMatchObject({ ok: false, reason: 'forged' })
    const broken = stored(
      { ...sampleOutcome({ tenantId, keyId }), value: Buffer.from('{"outcome":"accepted"}') },
      'outcomes',
    )
    expect(readRecord(broken)).toMatchObject({ ok: false, reason: 'unreadable' })
  })
})

describe('origin check', () => {
  const origin = { tenantId, source: 'native', mode: 'live', keyId } as const

  const sourceId = newUuid() as SourceId
  const webhook = { tenantId, source: sourceId, mode: 'live', keyId: null } as const

  function check() {
    const asked: string[] = []
    const judge = createOriginCheck({
      keyModes: async (tenant) => {
        asked.push('key')
        return new Map(tenant === tenantId ? [[keyId, 'live' as const]] : [])
      },
      sourceModes: async (tenant) => {
        asked.push('source')
        return new Map(tenant === tenantId ? [[sourceId, 'live' as const]] : [])
      },
    })
    return { judge, asked }
  }

  it('confirms a key and a source once and remembers them', async () => {
    const { judge, asked } = check()
    expect(await judge([origin, webhook, origin])).toEqual([undefined, undefined, undefined])
    expect(await judge([webhook, origin])).toEqual([undefined, undefined])
    expect(asked).toEqual(['key', 'source'])
  })

  it('refuses a foreign key, another mode, no key and an unknown source', async () => {
    const { judge } = check()
    const verdicts = await judge([
      { ...origin, tenantId: otherTenant },
      { ...origin, mode: 'test', source: 'native-test' },
      { ...origin, keyId: null },
      { ...origin, source: newUuid() },
      origin,
    ])
    expect(verdicts.map((verdict) => verdict === undefined)).toEqual([false, false, false, false, true])
  })

  it('refuses a foreign source, one of another mode, and a webhook with an API key', async () => {
    const { judge } = check()
    const verdicts = await judge([
      { ...webhook, tenantId: otherTenant },
      { ...webhook, mode: 'test' },
      { ...webhook, keyId },
      webhook,
    ])
    expect(verdicts.map((verdict) => verdict === undefined)).toEqual([false, false, false, true])
  })
})
