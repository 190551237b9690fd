import { randomHex } from './random.ts'

/**
 * Whether a sender may use `text` as idempotency key: 1–255 characters of 0x21–0x7E without comma (a comma joins
 * repeated headers). Answers `ok`, or what is wrong; the key itself is never repeated in it.
 */
export function checkIdempotencyKey(text: string): 'ok' | (string & {}) {
  if (text.length === 0) return 'the idempotency key is empty; send 1 to 255 visible ASCII characters, or none at all'
  if (text.length > 255) return `the idempotency key has ${text.length} characters; at most 255 are allowed`
  if (text.includes(',')) return 'the idempotency key contains a comma; use visible ASCII characters without comma'
  if (!isEnvelopeKey(text)) return 'the idempotency key may hold visible ASCII characters only (no space, no accents)'
  return 'ok'
}

/** Whether `text` can stand in an envelope: 1–255 visible ASCII characters (a provider's delivery id may hold commas). */
export function isEnvelopeKey(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text)
}

/** A key for a request that came without one: 128 random bits as 32 hex digits. */
export function generateIdempotencyKey(): string {
  return randomHex(16)
}
