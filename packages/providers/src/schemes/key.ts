import { createHmac, type Hmac } from 'node:crypto'
import { decode, decodePasted } from '../encoding.ts'
import type { KeyDecoding } from './scheme.ts'

/** Key bytes of a secret; undefined when its text is not of the form. Set per provider, never guessed. */
export function keyBytes(secret: string, decoding: KeyDecoding): Buffer | undefined {
  if (secret === '') return undefined
  switch (decoding) {
    case 'utf8':
      return Buffer.from(secret, 'utf8')
    case 'nfkd':
      return Buffer.from(secret.normalize('NFKD'), 'utf8')
    case 'hex':
      return decode(secret, 'hex')
    case 'base64':
      return decodePasted(secret)
  }
}

/**
 * `createHmac` with these bytes as its key, handed over as text: of a Buffer Node first finds out that it is no key object,
 * which takes four times as long as the HMAC of a kilobyte (docs/benchmarks.md).
 */
export function keyedHash(hash: string, key: Buffer): Hmac {
  return createHmac(hash, key.toString('latin1'), { encoding: 'latin1' })
}

/** `name:secret`, divided at the first colon. */
export function namedKey(secret: string): { readonly name: string; readonly key: string } | undefined {
  const colon = secret.indexOf(':')
  if (colon < 1 || colon === secret.length - 1) return undefined
  return { name: secret.slice(0, colon), key: secret.slice(colon + 1) }
}
