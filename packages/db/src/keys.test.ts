import { newUuid, type TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as audit from './audit.ts'
import { connect, type Database } from './connect.ts'
import { keyChannel } from './key-changes.ts'
import { keyStatus } from './key-status.ts'
import * as keys from './keys.ts'
import * as tenants from './tenants.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

let server: TestDatabase
let db: Database
let ingest: Database
let tenantId: TenantId
let otherTenantId: TenantId

beforeAll(async () => {
  server = await testDatabase()
  const common = { max: 4, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, applicationName: 'test' }
  db = connect({ ...common, url: server.urls.migrator, role: 'migrator' })
  ingest = connect({ ...common, url: server.urls.ingest, role: 'ingest' })
  tenantId = await tenant('keys-one')
  otherTenantId = await tenant('keys-two')
})

afterAll(async () => {
  await Promise.all([db.close(), ingest.close()])
  await server.close()
})

test('creates a key that is found by its hash and never shown again', async () => {
  const created = ok(
    await keys.create(db, { tenantId, name: 'backend', allowedIps: ['10.1.2.3', '2001:db8::/48', '10.0.0.5/8'] }),
  )
  expect(created.key).toMatchObject({
    name: 'backend',
    mode: 'live',
    status: 'active',
    replaces: null,
    lastUsedAt: null,
  })
  expect(created.key.display).toBe(`em_live_…${created.secret.slice(-4)}`)
  expect(JSON.stringify(created.key)).not.toContain(created.secret)

  const found = await keys.lookup(ingest, keys.parseKey(created.secret)!.hash)
  expect(found).toEqual({
    keyId: created.key.id,
    tenantId,
    tenantSlug: 'keys-one',
    tenantSuspendedAt: null,
    mode: 'live',
    kind: 'standard',
    scopes: ['events:write'],
    allowedIps: ['10.1.2.3/32', '2001:db8::/48', '10.0.0.0/8'],
    expiresAt: null,
    revokedAt: null,
    disabledAt: null,
    overlapEndsAt: null,
    settings: { requireIdempotencyKey: false, claims: 'degrade', dedupWindowS: null },
  })
  expect(await keys.lookup(db, keys.parseKey(created.secret)!.hash)).toEqual(found)
  expect(await keys.lookup(ingest, Buffer.alloc(32))).toBeUndefined()
  expect(JSON.stringify(await audit.list(db, tenantId, { targetId: created.key.id }))).not.toContain(
    created.secret.slice(8),
  )
})

test('refuses a name that a usable key has, and takes it once that key is revoked', async () => {
  const first = ok(await keys.create(db, { tenantId, name: 'unique' }))
  expect(await keys.create(db, { tenantId, name: 'unique' })).toMatchObject({ ok: false, code: 'name_taken' })
  ok(await keys.create(db, { tenantId: otherTenantId, name: 'unique' }))
  ok(await keys.revoke(db, { tenantId, id: first.key.id }))
  ok(await keys.create(db, { tenantId, name: 'unique' }))
})

test('gives one of two simultaneous creations the name', async () => {
  const results = await Promise.all([1, 2, 3].map(() => keys.create(db, { tenantId, name: 'raced' })))
  expect(results.filter((result) => result.ok)).toHaveLength(1)
})

test('refuses what is not a name, an address or a future', async () => {
  for (const input of [
    { name: '' },
    { name: 'x'.repeat(65) },
    { name: 'a', allowedIps: ['10.0.0.0/33'] },
    { name: 'a', allowedIps: ['fe80::1%eth0'] },
    { name: 'a', allowedIps: ['10.0.0.1/8/8'] },
    { name: 'a', expiresAt: new Date(Date.now() - 1) },
  ]) {
    expect(await keys.create(db, { tenantId, ...input })).toMatchObject({ ok: false, code: 'invalid' })
  }
  ok(await keys.create(db, { tenantId, name: 'x'.repeat(64) }))
  expect(await keys.create(db, { tenantId: newUuid() as TenantId, name: 'a' })).toMatchObject({
    code: 'tenant_not_found',
  })
})

test('makes one key of a repeated creation', async () => {
  const operationId = newUuid()
  const first = ok(await keys.create(db, { tenantId, name: 'once', operationId }))
  const again = await keys.create(db, { tenantId, name: 'once', operationId })
  expect(again).toMatchObject({ ok: false, code: 'already_created', key: { id: first.key.id } })
  expect(again).not.toHaveProperty('secret')
})

test('rotates: the new key follows the old one, which lives for the overlap', async () => {
  const old = ok(await keys.create(db, { tenantId, name: 'rotated', mode: 'test', allowedIps: ['10.0.0.0/24'] }))
  const next = ok(await keys.rotate(db, { tenantId, id: old.key.id }))
  expect(next.key).toMatchObject({
    name: 'rotated',
    mode: 'test',
    allowedIps: ['10.0.0.0/24'],
    replaces: old.key.id,
    status: 'active',
    expiresAt: null,
  })
  const before = (await keys.get(db, { tenantId, id: old.key.id }))!
  expect(before).toMatchObject({ status: 'rotating_out', replacedBy: next.key.id })
  expect(before.overlapEndsAt!.getTime() - before.rotatedAt!.getTime()).toBe(dayMs)
  expect(await keys.rotate(db, { tenantId, id: old.key.id })).toMatchObject({ ok: false, code: 'not_rotatable' })

  const listed = (await keys.list(db, tenantId, { search: 'ROTATED' })).map((key) => key.id)
  expect(listed).toEqual([next.key.id, old.key.id])
})

test('ends the old key at once with an overlap of 0, as expired and not as revoked', async () => {
  const old = ok(await keys.create(db, { tenantId, name: 'cut off' }))
  ok(await keys.rotate(db, { tenantId, id: old.key.id, overlapMs: 0 }))
  expect(await keys.get(db, { tenantId, id: old.key.id })).toMatchObject({ status: 'expired', revokedAt: null })
})

test("never lets an overlap outlive the old key's expiry, and gives the new key the same lifetime", async () => {
  const expiresAt = new Date(Date.now() + hourMs)
  const old = ok(await keys.create(db, { tenantId, name: 'short', expiresAt }))
  const next = ok(await keys.rotate(db, { tenantId, id: old.key.id }))
  expect((await keys.get(db, { tenantId, id: old.key.id }))!.overlapEndsAt).toEqual(expiresAt)
  expect(Math.abs(next.key.expiresAt!.getTime() - expiresAt.getTime())).toBeLessThan(10_000)
  const forever = ok(await keys.rotate(db, { tenantId, id: next.key.id, expiresAt: null }))
  expect(forever.key.expiresAt).toBeNull()
})

test('lets one of two simultaneous rotations win', async () => {
  const old = ok(await keys.create(db, { tenantId, name: 'twice' }))
  const results = await Promise.all([1, 2, 3].map(() => keys.rotate(db, { tenantId, id: old.key.id })))
  expect(results.filter((result) => result.ok)).toHaveLength(1)
})

test('extends an overlap up to 7 days after the rotation and ends it as revoked', async () => {
  const old = ok(await keys.create(db, { tenantId, name: 'extended' }))
  ok(await keys.rotate(db, { tenantId, id: old.key.id, overlapMs: hourMs }))
  const { rotatedAt } = (await keys.get(db, { tenantId, id: old.key.id }))!
  const at = (ms: number) => ({ tenantId, id: old.key.id, endsAt: new Date(rotatedAt!.getTime() + ms) })
  expect(await keys.extendOverlap(db, at(7 * dayMs + 1))).toMatchObject({ ok: false, code: 'invalid' })
  expect(await keys.extendOverlap(db, at(hourMs))).toMatchObject({ ok: false, code: 'invalid' })
  expect(ok(await keys.extendOverlap(db, at(7 * dayMs))).key.status).toBe('rotating_out')

  expect(ok(await keys.endOverlap(db, { tenantId, id: old.key.id })).key.status).toBe('revoked')
  expect(await keys.endOverlap(db, { tenantId, id: old.key.id })).toMatchObject({ code: 'not_rotating_out' })
  expect(await keys.extendOverlap(db, at(7 * dayMs))).toMatchObject({ code: 'not_rotating_out' })
})

test('revokes once: a second time changes nothing', async () => {
  const { key } = ok(await keys.create(db, { tenantId, name: 'revoked' }))
  const first = ok(await keys.revoke(db, { tenantId, id: key.id }))
  expect(ok(await keys.revoke(db, { tenantId, id: key.id })).key.revokedAt).toEqual(first.key.revokedAt)
  const actions = (await audit.list(db, tenantId, { targetId: key.id })).map((row) => row.action)
  expect(actions).toEqual(['key.revoked', 'key.created'])
  expect(await keys.setDisabled(db, { tenantId, id: key.id, disabled: true })).toMatchObject({ code: 'not_usable' })
})

test('disables and enables', async () => {
  const { key } = ok(await keys.create(db, { tenantId, name: 'paused' }))
  expect(ok(await keys.setDisabled(db, { tenantId, id: key.id, disabled: true })).key.status).toBe('disabled')
  expect(ok(await keys.setDisabled(db, { tenantId, id: key.id, disabled: false })).key.status).toBe('active')
})

test('changes name, addresses and expiry with before and after in the audit log', async () => {
  const { key } = ok(await keys.create(db, { tenantId, name: 'before' }))
  ok(
    await keys.update(
      db,
      { tenantId, id: key.id, name: 'after', allowedIps: ['10.0.0.1'] },
      { kind: 'user', id: 'u1', name: 'bo@example.com', ip: '10.0.0.9' },
    ),
  )
  const [row] = await audit.list(db, tenantId, { targetId: key.id })
  expect(row).toMatchObject({
    action: 'key.changed',
    actorKind: 'user',
    actorId: 'u1',
    ip: '10.0.0.9',
    targetName: 'after',
    changes: { name: { from: 'before', to: 'after' }, allowedIps: { from: [], to: ['10.0.0.1/32'] } },
  })
})

test("does not find another tenant's key", async () => {
  const { key } = ok(await keys.create(db, { tenantId, name: 'mine' }))
  const foreign = { tenantId: otherTenantId, id: key.id }
  expect(await keys.get(db, foreign)).toBeUndefined()
  expect(await keys.revoke(db, foreign)).toMatchObject({ code: 'not_found' })
  expect(await keys.rotate(db, foreign)).toMatchObject({ code: 'not_found' })
  expect(await keys.findTenant(db, key.id)).toBe(tenantId)
  expect((await keys.get(db, { tenantId, id: key.id }))!.status).toBe('active')
})

test('remembers the newest use, of several tenants at once', async () => {
  const mine = ok(await keys.create(db, { tenantId, name: 'used' })).key
  const theirs = ok(await keys.create(db, { tenantId: otherTenantId, name: 'used' })).key
  const at = (ms: number) => new Date(1_700_000_000_000 + ms)
  await keys.touchLastUsed(ingest, [
    { tenantId, id: mine.id, usedAt: at(2_000), ip: '10.0.0.2' },
    { tenantId: otherTenantId, id: theirs.id, usedAt: at(1_000), ip: null },
  ])
  await keys.touchLastUsed(ingest, [{ tenantId, id: mine.id, usedAt: at(1_000), ip: '10.0.0.1' }])
  expect(await keys.get(db, { tenantId, id: mine.id })).toMatchObject({ lastUsedAt: at(2_000), lastUsedIp: '10.0.0.2' })
  expect(await keys.get(db, { tenantId: otherTenantId, id: theirs.id })).toMatchObject({
    lastUsedAt: at(1_000),
    lastUsedIp: null,
  })
})

test('announces each change with the hash of its key, after it is committed', async () => {
  const heard: string[] = []
  const listener = await ingest.listen(keyChannel, (payload) => heard.push(payload))
  const created = ok(await keys.create(db, { tenantId, name: 'announced' }))
  const hash = keys.parseKey(created.secret)!.hash
  ok(await keys.setDisabled(db, { tenantId, id: created.key.id, disabled: true }))
  await expect.poll(() => heard).toContain(hash.toString('hex'))
  expect((await keys.lookup(ingest, hash))!.disabledAt).not.toBeNull()
  await tenants.suspend(db, otherTenantId)
  await expect.poll(() => heard).toContain(otherTenantId)
  await tenants.resume(db, otherTenantId)
  await listener.close()
})

test('finds no key of a deleted tenant, and the suspension of a suspended one', async () => {
  const gone = await tenant('keys-gone')
  const { secret } = ok(await keys.create(db, { tenantId: gone, name: 'last' }))
  const { hash } = keys.parseKey(secret)!
  await tenants.suspend(db, gone, { reason: 'unpaid' })
  expect((await keys.lookup(ingest, hash))!.tenantSuspendedAt).toBeInstanceOf(Date)
  await tenants.markDeleted(db, gone)
  expect(await keys.lookup(ingest, hash)).toBeUndefined()
})

test.each([
  ['active', {}],
  ['expiring', { expiresAt: 7 * dayMs - 1 }],
  ['active', { expiresAt: 7 * dayMs }],
  ['expired', { expiresAt: 0 }],
  ['expiring', { expiresAt: 1 }],
  ['rotating_out', { overlapEndsAt: 1 }],
  ['expired', { overlapEndsAt: 0 }],
  ['disabled', { disabledAt: -1, overlapEndsAt: 1 }],
  ['expired', { disabledAt: -1, expiresAt: 0 }],
  ['revoked', { revokedAt: -1, expiresAt: -1, disabledAt: -1, overlapEndsAt: -1 }],
] as const)('derives %s from %j', (status, times) => {
  const now = Date.now()
  const none = { expiresAt: null, revokedAt: null, disabledAt: null, overlapEndsAt: null }
  const dates = Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, new Date(now + ms)]))
  expect(keyStatus({ ...none, ...dates }, new Date(now))).toBe(status)
})

async function tenant(slug: string): Promise<TenantId> {
  return ok(await tenants.create(db, { slug })).tenant.id
}

function ok<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`)
  return result as Extract<T, { ok: true }>
}
