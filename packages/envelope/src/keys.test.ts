import { describe, expect, it } from 'vitest'
import { checkIdempotencyKey, generateIdempotencyKey, isEnvelopeKey } from './keys.ts'

const visible = Array.from({ length: 0x7e - 0x21 + 1 }, (_, i) => String.fromCharCode(0x21 + i)).join('')

describe('idempotency key', () => {
  it.each(['a', 'order-42', 'k'.repeat(255), visible.replace(',', ''), '"quoted"'])('takes %j', (key) => {
    expect(checkIdempotencyKey(key)).toBe('ok')
  })

  it.each(['', 'k'.repeat(256), 'a,b', 'a b', ' a', 'a\u007f', 'a\u0000', 'ordér', 'a\n', '😀', '\ud800'])(
    'refuses %j',
    (key) => {
      expect(checkIdempotencyKey(key)).not.toBe('ok')
    },
  )

  it('never repeats the key in its detail', () => {
    expect(checkIdempotencyKey('canary secret')).not.toContain('canary')
  })

  it('leaves the comma to a provider', () => {
    expect(isEnvelopeKey(visible)).toBe(true)
    expect(isEnvelopeKey('a,b')).toBe(true)
    expect(isEnvelopeKey('')).toBe(false)
    expect(isEnvelopeKey('k'.repeat(256))).toBe(false)
    expect(isEnvelopeKey('a\n')).toBe(false)
  })

  it('generates 128 bits that fit its own form', () => {
    const keys = Array.from({ length: 5_000 }, generateIdempotencyKey)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key) && checkIdempotencyKey(key) === 'ok')).toBe(true)
  })
})
