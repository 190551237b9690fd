import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { cloudEventKey, eventId, isUuid, itemKey, newRequestId, newUuid, uuidv7TimeMs } from './ids.ts'
import type { TenantId } from './names.ts'

const tenantId = '018f0000-0000-7000-8000-00000000000a' as TenantId
const sourceId = '018f0000-0000-7000-8000-0000000000b1'

describe('event id', () => {
  it.each([
    ['native', 'order-42', '128c3b4f-91de-8465-bc63-ab666e4ff1d0'],
    ['native-test', 'order-42', 'ba776f9f-f260-8eae-acdb-0cf36a0ad872'],
    [sourceId, 'order-42', '81df5606-482e-87c2-959a-7d09943df6cd'],
    ['native', cloudEventKey('/shop', 'A-1'), '585a6c84-9db6-8f0e-84b5-d8cec39c07b9'],
    ['native', itemKey('order-42', 0), '49289845-b5e0-85de-8633-0021c1dbde23'],
  ])('gives the known answer for scope %s and key %s', (scope, key, id) => {
    expect(eventId({ tenantId, scope, key })).toBe(id)
  })

  it('keeps apart what concatenation would confuse', () => {
    expect(eventId({ tenantId, scope: 'a', key: 'bc' })).not.toBe(eventId({ tenantId, scope: 'ab', key: 'c' }))
    expect(cloudEventKey('a', 'bc')).not.toBe(cloudEventKey('ab', 'c'))
    expect(itemKey('order-42', 0)).not.toBe(itemKey('order-42', 1))
  })

  it('depends on the tenant', () => {
    const other = '018f0000-0000-7000-8000-00000000000b' as TenantId
    expect(eventId({ tenantId: other, scope: 'native', key: 'order-42' })).not.toBe(
      eventId({ tenantId, scope: 'native', key: 'order-42' }),
    )
  })

  it('is a UUID of version 8 whatever the digest', () => {
    for (let i = 0; i < 2_000; i++) expect(isUuid(eventId({ tenantId, scope: 'native', key: `k${i}` }), 8)).toBe(true)
  })

  it('agrees with the specification read as one big number', () => {
    for (const key of [
      '',
      'é',
      '😀',
      'a\u0000b',
      'k'.repeat(255),
      ...Array.from({ length: 500 }, (_, i) => `key-${i}`),
    ]) {
      expect(eventId({ tenantId, scope: 'native', key })).toBe(asOneNumber(key))
    }
  })
})

/** custom_a, version, custom_b, variant, custom_c of RFC 9562 from the digest's first 122 bits. */
function asOneNumber(key: string): string {
  const part = (text: string) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(Buffer.byteLength(text))
    return Buffer.concat([size, Buffer.from(text)])
  }
  const digest = createHash('sha256')
    .update('eventmesh/event-id/1')
    .update(Buffer.concat([part(tenantId), part('native'), part(key)]))
    .digest('hex')
  const bits = BigInt(`0x${digest}`) >> 134n
  const number =
    ((bits >> 74n) << 80n) | (8n << 76n) | (((bits >> 62n) & 0xfffn) << 64n) | (2n << 62n) | (bits & ((1n << 62n) - 1n))
  return number
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}

describe('request id', () => {
  const nowMs = Date.UTC(2026, 10, 23, 14, 32, 58, 24)

  it('carries its time', () => {
    expect(uuidv7TimeMs(newRequestId(nowMs))).toBe(nowMs)
    expect(uuidv7TimeMs(newRequestId(0))).toBe(0)
  })

  it('is a UUID of version 7 and never the same twice', () => {
    const ids = Array.from({ length: 10_000 }, () => newRequestId(nowMs))
    expect(ids.every((id) => isUuid(id, 7))).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('ascends within a millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newRequestId(nowMs + 1))
    expect(ids.toSorted()).toEqual(ids)
  })

  it('takes a row id from the clock', () => {
    const before = Date.now()
    const timeMs = uuidv7TimeMs(newUuid())
    expect(timeMs).toBeGreaterThanOrEqual(before)
    expect(timeMs).toBeLessThanOrEqual(Date.now())
  })

  it('reads no time from another text', () => {
    expect(uuidv7TimeMs('128c3b4f-91de-8465-bc63-ab666e4ff1d0')).toBeUndefined()
    expect(uuidv7TimeMs('order-42')).toBeUndefined()
  })
})

describe('uuid form', () => {
  it('is lower case, complete and nothing more', () => {
    expect(isUuid(tenantId)).toBe(true)
    expect(isUuid(tenantId.toUpperCase())).toBe(false)
    expect(isUuid(`${tenantId}\n`)).toBe(false)
    expect(isUuid(`{${tenantId}}`)).toBe(false)
    expect(isUuid(tenantId.slice(1))).toBe(false)
    expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true)
  })

  it('judges version and variant when asked', () => {
    expect(isUuid(tenantId, 7)).toBe(true)
    expect(isUuid(tenantId, 8)).toBe(false)
    expect(isUuid('018f0000-0000-7000-c000-00000000000a', 7)).toBe(false)
  })
})
