import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Hash, Mac } from './mac.ts'

const hashes: readonly Hash[] = ['sha1', 'sha256', 'sha512']

/** Bytes that depend on their name alone. */
function bytes(name: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, at) =>
    createHash('sha512').update(`${name} ${at}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

describe.each(hashes)('%s', (hash) => {
  it("gives the platform's own HMAC for keys of 0 to 300 bytes, and for messages of 0 to 300", () => {
    for (let length = 0; length <= 300; length += 1) {
      const key = bytes('key', length)
      const message = bytes('message', (length * 7) % 301)
      const expected = createHmac(hash, key).update(message).digest('hex')
      expect(new Mac(hash, key).over([message]).toString('hex'), `${length} bytes`).toBe(expected)
    }
  })

  it.each([65_535, 65_536, 65_537, 200_000])('gives it for a message of %i bytes in several parts', (length) => {
    const key = bytes('key', 40)
    const message = bytes('message', length)
    const expected = createHmac(hash, key).update(message).digest('hex')
    const mac = new Mac(hash, key)
    expect(mac.over([message]).toString('hex')).toBe(expected)
    expect(mac.over([message.subarray(0, 7), Buffer.alloc(0), message.subarray(7)]).toString('hex')).toBe(expected)
  })

  it('gives the same for each message whatever came before it, and keeps no hold of the bytes of its key', () => {
    const key = bytes('key', 32)
    const expected = createHmac(hash, key).update('one').digest('hex')
    const mac = new Mac(hash, key)
    key.fill(0)
    mac.over([Buffer.from('another')])
    expect(mac.over([Buffer.from('one')]).toString('hex')).toBe(expected)
  })
})

/** https://www.rfc-editor.org/rfc/rfc4231 section 4.3, https://www.rfc-editor.org/rfc/rfc2202 section 3 */
it.each([
  ['sha1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
  ['sha256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  [
    'sha512',
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  ],
] as const)('gives the published %s of the second test case', (hash, expected) => {
  const mac = new Mac(hash, Buffer.from('Jefe'))
  expect(mac.over([Buffer.from('what do ya want for nothing?')]).toString('hex')).toBe(expected)
})
