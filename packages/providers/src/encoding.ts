import { hash, timingSafeEqual } from 'node:crypto'

export type Encoding = 'hex' | 'base64' | 'base64url'

/**
 * Strict decoding: the text must be exactly what encoding the bytes gives (hex in either case, base64 padding optional).
 * Buffer.from alone would skip foreign characters and let many texts stand for one signature.
 */
export function decode(text: string, encoding: Encoding): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  if (bytes.length === 0) return undefined
  const canonical = bytes.toString(encoding)
  if (encoding === 'hex') return canonical === text.toLowerCase() ? bytes : undefined
  return withoutPadding(canonical) === withoutPadding(text) && isPadded(text) ? bytes : undefined
}

function withoutPadding(text: string): string {
  return text.replace(/={1,2}$/, '')
}

function isPadded(text: string): boolean {
  return !text.endsWith('=') || text.length % 4 === 0
}

/** Constant time for equal lengths; the length of a digest is no secret. */
export function equalBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Constant time whatever the lengths: the digests are compared. */
export function equalText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
