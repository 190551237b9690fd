import { describe, expect, it } from 'vitest'
import { errorCatalogue } from './errors.ts'
import { type FixKey, type FixSource, fixText, fixTexts } from './fix-texts.ts'

const nowMs = Date.parse('2026-11-23T14:00:00Z')
const hour = 3_600_000
const key: FixKey = {
  display: 'em_live_…9KdP',
  endsAtMs: null,
  revokedAtMs: null,
  disabledAtMs: null,
  isRotated: false,
  rotatedBy: null,
  allowedIps: [],
}
const source: FixSource = { provider: 'GitHub', retry: 'never', pausedAtMs: null, deletedAtMs: null, deletedBy: null }

describe('how to fix', () => {
  it('has a way out for exactly the codes that can be a reason', () => {
    const reasons = Object.entries(errorCatalogue).flatMap(([code, entry]) => (entry.reason ? [code] : []))
    expect(Object.keys(fixTexts).toSorted()).toEqual(reasons.toSorted())
  })

  it('names the key, when it ended and who rotated it', () => {
    const ended = { ...key, endsAtMs: nowMs - 2 * hour }
    expect(fixText('key_expired', { nowMs, key: { ...ended, isRotated: true, rotatedBy: 'ana@example.com' } })).toBe(
      'Key em_live_…9KdP expired 2 h ago (rotated by ana@example.com). Deploy the new key.',
    )
    expect(fixText('key_expired', { nowMs, key: ended })).toBe(
      'Key em_live_…9KdP expired 2 h ago. Create a new key and deploy it.',
    )
    expect(fixText('key_revoked', { nowMs, key: { ...key, revokedAtMs: nowMs - 30_000 } })).toContain('30 s ago')
    expect(fixText('key_disabled', { nowMs, key: { ...key, disabledAtMs: nowMs } })).toContain('just now')
    expect(fixText('key_disabled', { nowMs, key })).toContain('is no longer')
  })

  it('names the address and the ranges of the key, at most five of them', () => {
    const allowedIps = ['10.0.0.0/8', '192.0.2.0/24']
    expect(fixText('ip_not_allowed', { nowMs, ip: '203.0.113.9', key: { ...key, allowedIps } })).toContain(
      '203.0.113.9 is in none of the ranges of key em_live_…9KdP: 10.0.0.0/8, 192.0.2.0/24.',
    )
    const many = ['1', '2', '3', '4', '5', '6', '7'].map((n) => `10.0.0.${n}/32`)
    expect(fixText('ip_not_allowed', { nowMs, ip: '::1', key: { ...key, allowedIps: many } })).toContain(
      '10.0.0.5/32 and 2 more.',
    )
  })

  it('dates a suspension, a pause and a deletion', () => {
    const at = Date.parse('2026-11-02T23:59:00Z')
    expect(fixText('tenant_suspended', { nowMs, suspendedAtMs: at })).toContain('by the operator on Nov 2, 2026.')
    expect(fixText('source_paused', { nowMs, source: { ...source, pausedAtMs: at } })).toBe(
      'The source is paused since Nov 2, 2026. Resume it to take deliveries again. How GitHub retries: never.',
    )
    expect(fixText('source_paused', { nowMs, source })).toContain('takes deliveries again')
    expect(fixText('source_deleted', { nowMs, source: { ...source, deletedAtMs: at, deletedBy: 'bo@acme.io' } })).toBe(
      'The source was deleted by bo@acme.io on Nov 2, 2026. Remove the URL at GitHub.',
    )
  })

  it('names a limit and the size that was above it', () => {
    const detail = 'the body has more than 1048576 bytes; send less in one event'
    expect(fixText('payload_too_large', { nowMs, detail, bodyBytes: 2_000_000 })).toBe(
      'The limit is 1,048,576 bytes; the body had 2,000,000. Send less in one event.',
    )
    expect(fixText('payload_too_large', { nowMs, detail, bodyBytes: 0, source })).toBe(
      'The limit is 1,048,576 bytes. Send less, or raise the limit of the source.',
    )
    expect(fixText('batch_too_large', { nowMs, detail: 'the batch has more than 1000 items; send smaller ones' })).toBe(
      'The limit of a batch is 1,000 items. Split it.',
    )
  })

  it('says how long to wait, and for whose bucket', () => {
    const detail = 'the API key sends more events than its rate allows; send the same request again after 3 s'
    expect(fixText('rate_limited', { nowMs, detail })).toContain('The bucket of the API key was empty. Wait 3 s,')
    expect(fixText('idempotency_in_flight', { nowMs, detail })).toContain('again after 3 s.')
  })

  it('stays general where nothing is known', () => {
    for (const [reason, text] of Object.entries(fixTexts)) {
      expect(fixText(reason as keyof typeof fixTexts)).toBe(text)
      expect(fixText(reason as keyof typeof fixTexts, { nowMs })).toBe(text)
    }
    expect(fixText('key_expired', { nowMs, key: { ...key, endsAtMs: nowMs + hour } })).toBe(fixTexts.key_expired)
  })
})
