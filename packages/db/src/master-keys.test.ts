import type { TenantId } from '@eventmesh/envelope'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connect, type Database } from './connect.ts'
import * as masterKeys from './master-keys.ts'
import { createMasterKey, type MasterKey } from './sealed-secrets.ts'
import * as secrets from './source-secrets.ts'
import { tokenHash } from './source-token.ts'
import * as sources from './sources.ts'
import * as tenants from './tenants.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
let db: Database
let ingest: Database
let one: MasterKey
let two: MasterKey
let three: MasterKey
let tenantId: TenantId

beforeEach(async () => {
  server = await testDatabase()
  const common = { max: 6, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, applicationName: 'test' }
  db = connect({ ...common, url: server.urls.migrator, role: 'migrator' })
  ingest = connect({ ...common, url: server.urls.ingest, role: 'ingest' })
  const keys = await Promise.all([1, 2, 3].map((byte) => createMasterKey(Buffer.alloc(32, byte))))
  ;[one, two, three] = keys as [MasterKey, MasterKey, MasterKey]
  const created = await tenants.create(db, { slug: 'acme' })
  if (!created.ok) throw new Error(created.detail)
  tenantId = created.tenant.id
})

afterEach(async () => {
  await Promise.all([db.close(), ingest.close()])
  await server.close()
})

async function source(name: string, given: string[] = ['a secret']) {
  const created = await sources.create(db, { tenantId, name, provider: 'github', secrets: given })
  if (!created.ok) throw new Error(created.detail)
  return created
}

async function values(token: string, keys: readonly MasterKey[]) {
  const found = await sources.byTokenHash(ingest, tokenHash(token))
  return sources.openSecrets(keys, found!)
}

describe('publishing', () => {
  test('comes before the first secret; a source without one needs no key', async () => {
    expect(await masterKeys.current(ingest)).toBeUndefined()
    const refused = await sources.create(db, { tenantId, name: 'a', provider: 'github', secrets: ['x'] })
    expect(refused).toMatchObject({ ok: false, code: 'no_master_key' })
    const { source: bare } = await source('a', [])
    const place = { tenantId, id: bare.id }
    expect(await secrets.add(db, { ...place, secrets: ['x'] })).toMatchObject({ code: 'no_master_key' })
    expect(await secrets.learn(ingest, { ...place, secret: 'x' })).toMatchObject({ code: 'no_master_key' })
    expect(await masterKeys.publish(db, one)).toEqual({ ok: true, state: 'published' })
    expect(await secrets.learn(ingest, { ...place, secret: 'x' })).toMatchObject({ ok: true })
    expect(await masterKeys.current(ingest)).toEqual({ keyId: one.keyId, publicKey: one.publicKey })
  })

  test('is repeatable, also twice at once', async () => {
    const states = await Promise.all([1, 2, 3].map(() => masterKeys.publish(db, one)))
    expect(states.filter((result) => result.ok && result.state === 'published')).toHaveLength(1)
    expect(states.filter((result) => result.ok && result.state === 'known')).toHaveLength(2)
  })

  test('replaces a key that nothing usable is sealed to, and no other', async () => {
    await masterKeys.publish(db, one)
    expect(await masterKeys.publish(db, two)).toEqual({ ok: true, state: 'published' })
    const { source: made } = await source('a')
    expect(await masterKeys.publish(db, three)).toMatchObject({ ok: false, code: 'in_use' })
    expect((await masterKeys.current(db))!.keyId).toBe(two.keyId)
    await sources.markDeleted(db, { tenantId, id: made.id })
    expect(await masterKeys.publish(db, three)).toEqual({ ok: true, state: 'published' })
    expect(await masterKeys.publish(db, one)).toEqual({ ok: true, state: 'published' })
  })
})

describe('the check before a start', () => {
  test('refuses a missing key where it is required, and a key the database does not know', async () => {
    expect(await masterKeys.problem(ingest, [], { isRequired: true })).toContain('EVENTMESH_SECRET_KEY: missing')
    expect(await masterKeys.problem(ingest, [], { isRequired: false })).toBeUndefined()
    expect(await masterKeys.problem(ingest, [one], { isRequired: true })).toContain('npm run migrate')
    expect(await masterKeys.problem(ingest, [one], { isRequired: false })).toBeUndefined()
  })

  test('refuses a wrong key in any mode, and takes the right one in either place', async () => {
    await masterKeys.publish(db, one)
    expect(await masterKeys.problem(ingest, [one], { isRequired: true })).toBeUndefined()
    expect(await masterKeys.problem(ingest, [two, one], { isRequired: true })).toBeUndefined()
    for (const isRequired of [true, false]) {
      expect(await masterKeys.problem(ingest, [two], { isRequired })).toContain('not the master key of this database')
    }
  })
})

describe('resealing', () => {
  test('moves every secret, removed ones too, to the new key while both are held', async () => {
    await masterKeys.publish(db, one)
    const made = await source('a', ['kept', 'gone'])
    const [, gone] = await secrets.list(db, { tenantId, id: made.source.id })
    await secrets.remove(db, { tenantId, sourceId: made.source.id, id: gone!.id })
    expect(await values(made.token, [two])).toEqual({ secrets: [], retired: [], unreadable: 1 })

    expect(await secrets.reseal(db, { from: one, to: two })).toEqual({ ok: true, resealed: 2, unreadable: 0 })
    const after = await values(made.token, [two])
    expect(after.secrets.map(({ value }) => value)).toEqual(['kept'])
    expect(after.retired.map(({ value }) => value)).toEqual(['gone'])
    expect(await masterKeys.problem(ingest, [one], { isRequired: true })).toContain('not the master key')
    expect(await masterKeys.problem(ingest, [two], { isRequired: true })).toBeUndefined()
    expect(await secrets.reseal(db, { from: one, to: two })).toEqual({ ok: true, resealed: 0, unreadable: 0 })
  })

  test('changes nothing when a usable secret is sealed to a third key', async () => {
    await masterKeys.publish(db, one)
    await source('a')
    expect(await secrets.reseal(db, { from: two, to: three })).toMatchObject({ ok: false, code: 'key_missing' })
    expect((await masterKeys.current(db))!.keyId).toBe(one.keyId)
  })

  test('leaves no secret behind that is added meanwhile', async () => {
    await masterKeys.publish(db, one)
    const made = await source(
      'a',
      Array.from({ length: 10 }, (_, index) => `secret ${index}`),
    )
    const place = { tenantId, id: made.source.id }
    await Promise.all([
      secrets.reseal(db, { from: one, to: two }),
      ...[1, 2, 3].map((index) => secrets.add(db, { ...place, secrets: [`meanwhile ${index}`] })),
    ])
    expect((await values(made.token, [one, two])).secrets).toHaveLength(13)
    expect(await values(made.token, [two])).toMatchObject({ unreadable: 0 })
  })
})
