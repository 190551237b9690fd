import { newUuid, type SourceId, type TenantId } from '@eventmesh/envelope'
import { beforeAll, describe, expect, test } from 'vitest'
import { createMasterKey, type MasterKey, openSecret, sealSecret } from './sealed-secrets.ts'

const place = { tenantId: newUuid() as TenantId, sourceId: newUuid() as SourceId }
let key: MasterKey
let other: MasterKey

beforeAll(async () => {
  key = await createMasterKey(Buffer.alloc(32, 1))
  other = await createMasterKey(Buffer.alloc(32, 2))
})

describe('a sealed secret', () => {
  test.each([
    'whsec_plain',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
    'ключ 🔑',
    'x'.repeat(16_384),
  ])('opens with its key and place', async (secret) => {
    const sealed = await sealSecret(key, place, secret)
    expect(sealed.keyId).toBe(key.keyId)
    expect(sealed.sealed.includes(Buffer.from(secret.slice(0, 8)))).toBe(false)
    expect(openSecret([other, key], place, sealed)).toEqual({ ok: true, secret })
  })

  test('is another box each time', async () => {
    const [one, two] = [await sealSecret(key, place, 'same'), await sealSecret(key, place, 'same')]
    expect(one.sealed.equals(two.sealed)).toBe(false)
  })

  test('needs only the public half to be sealed', async () => {
    const sealed = await sealSecret({ keyId: key.keyId, publicKey: key.publicKey }, place, 'secret')
    expect(openSecret([key], place, sealed)).toEqual({ ok: true, secret: 'secret' })
  })

  test('does not open with a key of another id, nor with the wrong key under its id', async () => {
    const sealed = await sealSecret(key, place, 'secret')
    expect(openSecret([other], place, sealed)).toEqual({ ok: false, why: 'unknown_key' })
    expect(openSecret([{ ...other, keyId: key.keyId }], place, sealed)).toEqual({ ok: false, why: 'damaged' })
  })

  test('does not open in the row of another tenant or source', async () => {
    const sealed = await sealSecret(key, place, 'secret')
    const elsewhere = [
      { ...place, tenantId: newUuid() as TenantId },
      { ...place, sourceId: newUuid() as SourceId },
    ]
    for (const other of elsewhere) expect(openSecret([key], other, sealed)).toEqual({ ok: false, why: 'other_place' })
  })

  test('does not open once a bit has changed, or when something else was sealed', async () => {
    const { sealed, keyId } = await sealSecret(key, place, 'secret')
    for (const at of [0, 40, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed[at]! ^= 1
      expect(openSecret([key], place, { sealed: changed, keyId })).toEqual({ ok: false, why: 'damaged' })
    }
    expect(openSecret([key], place, { sealed: sealed.subarray(0, 20), keyId })).toEqual({ ok: false, why: 'damaged' })
    const { default: sodium } = await import('libsodium-wrappers')
    for (const text of ['no json', '{"tenant":1}', 'null']) {
      const foreign = Buffer.from(sodium.crypto_box_seal(text, key.publicKey))
      expect(openSecret([key], place, { sealed: foreign, keyId })).toEqual({ ok: false, why: 'damaged' })
    }
  })
})

describe('a master key', () => {
  test('is a pure function of its 32 bytes, as any libsodium derives it', async () => {
    expect((await createMasterKey(Buffer.alloc(32, 1))).publicKey.equals(key.publicKey)).toBe(true)
    expect({ id: key.keyId, publicKey: key.publicKey.toString('hex') }).toMatchInlineSnapshot(`
      {
        "id": "e882d2cd5a6a8df1",
        "publicKey": "8c596a2378c2ef8877eb8b2c58557eee285eef2669347f6d5d070b7c3007384f",
      }
    `)
    expect(other.keyId).not.toBe(key.keyId)
    for (const length of [0, 31, 33]) await expect(createMasterKey(Buffer.alloc(length))).rejects.toThrow('32 bytes')
  })

  test('shows its private half to nobody', () => {
    expect(Object.keys(key)).toEqual(['keyId', 'publicKey', 'unseal'])
  })
})
