import { hash, timingSafeEqual } from 'node:crypto'

export type Encoding = 'hex' | 'base64' | 'base64url'

/**
 * Strict decoding: the text must be exactly what encoding the bytes gives (hex in either case). Buffer.from alone would
 * skip foreign characters and let many texts stand for one signature.
 */
export function decode(text: string, encoding: Encoding): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  if (bytes.length === 0) return undefined
  return bytes.toString(encoding) === (encoding === 'hex' ? text.toLowerCase() : text) ? bytes : undefined
}

/** Base64 of a secret, whose padding people cut off when they copy. */
export function decodePasted(text: string): Buffer | undefined {
  return decode(text.padEnd(Math.ceil(text.length / 4) * 4, '='), 'base64')
}

/** Constant time for equal lengths; the length of a digest is no secret. */
export function equalBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Constant time whatever the lengths: the digests are compared. */
export function equalText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
