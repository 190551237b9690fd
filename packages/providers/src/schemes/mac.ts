import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

const blockBytes = { sha1: 64, sha256: 64, sha512: 128 }
export const digestBytes = { sha1: 20, sha256: 32, sha512: 64 }

export type Hash = keyof typeof blockBytes

/** Above it the copy of a message costs more than it spares. */
const copiedBytesMax = 64 * 1024

/**
 * HMAC under one key, for many messages. As RFC 2104 writes it, from two hashes in one call each: Node sets an Hmac object
 * up for three times as long as a kilobyte takes to hash (docs/decisions/0009-hmac-of-two-hashes.md).
 */
export class Mac {
  readonly #hash: Hash
  readonly #key: KeyObject
  /** The key's padded block; the other one, with room behind it for the inner digest. */
  readonly #inner: Buffer
  readonly #outer: Buffer

  constructor(algorithm: Hash, key: Buffer) {
    const block = Buffer.alloc(blockBytes[algorithm])
    const short = key.length > block.length ? hash(algorithm, key, 'buffer') : key
    short.copy(block)
    this.#hash = algorithm
    this.#key = createSecretKey(key)
    this.#inner = Buffer.from(block.map((byte) => byte ^ 0x36))
    this.#outer = Buffer.alloc(block.length + digestBytes[algorithm])
    this.#outer.set(block.map((byte) => byte ^ 0x5c))
  }

  over(message: readonly Buffer[]): Buffer {
    let size = 0
    for (const part of message) size += part.length
    // By way of text: as a Buffer each digest gets memory of its own outside of the heap.
    return Buffer.from(size > copiedBytesMax ? this.#streamed(message) : this.#copied(message, size), 'latin1')
  }

  #copied(message: readonly Buffer[], size: number): string {
    const inner = Buffer.allocUnsafe(this.#inner.length + size)
    inner.set(this.#inner)
    let at = this.#inner.length
    for (const part of message) {
      inner.set(part, at)
      at += part.length
    }
    this.#outer.write(hash(this.#hash, inner, 'binary'), this.#inner.length, 'latin1')
    return hash(this.#hash, this.#outer, 'binary')
  }

  #streamed(message: readonly Buffer[]): string {
    const mac = createHmac(this.#hash, this.#key)
    for (const part of message) mac.update(part)
    return mac.digest('binary')
  }
}
