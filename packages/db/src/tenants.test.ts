import { newUuid, type TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as audit from './audit.ts'
import { connect, type Database } from './connect.ts'
import * as tenants from './tenants.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
let db: Database

beforeAll(async () => {
  server = await testDatabase()
  db = connect({
    url: server.urls.migrator,
    role: 'migrator',
    max: 4,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
  })
})

afterAll(async () => {
  await db.close()
  await server.close()
})

test('creates, lists and finds by slug and by id', async () => {
  const created = await tenants.create(db, { slug: 'acme', name: 'Acme Ltd' })
  if (!created.ok) throw new Error(created.detail)
  const { tenant } = created
  expect(tenant).toMatchObject({ slug: 'acme', name: 'Acme Ltd', suspendedAt: null })
  expect(tenant.settings).toEqual({ requireIdempotencyKey: false, claims: 'degrade' })
  expect(await tenants.find(db, 'acme')).toEqual(tenant)
  expect(await tenants.find(db, tenant.id)).toEqual(tenant)
  expect(await tenants.find(db, 'nobody')).toBeUndefined()
  expect((await tenants.list(db)).map(({ slug }) => slug)).toContain('acme')
  expect(await tenants.create(db, { slug: 'acme' })).toMatchObject({ ok: false, code: 'slug_taken' })
})

test.each([
  'ab',
  'a'.repeat(41),
  'Acme',
  'a_b',
  '-ab',
  'ab-',
  'ab cd',
  'api',
  'sign-in',
  'livez',
  newUuid(),
  'äöü',
  '',
])('refuses the slug %j', async (slug) => {
  expect(await tenants.create(db, { slug })).toMatchObject({ ok: false, code: 'invalid' })
})

test.each(['abc', 'a-1', `b${'x'.repeat(39)}`])('takes the slug %j', async (slug) => {
  expect(await tenants.create(db, { slug })).toMatchObject({ ok: true, tenant: { slug, name: slug } })
})

test('suspends and resumes once each, with a row in the audit log', async () => {
  const id = await make('suspended')
  expect(await tenants.suspend(db, id, { reason: 'unpaid' })).toMatchObject({ tenant: { suspendedReason: 'unpaid' } })
  await tenants.suspend(db, id, { reason: 'again' })
  expect((await tenants.find(db, id))!.suspendedReason).toBe('unpaid')
  expect(await tenants.resume(db, id)).toMatchObject({ tenant: { suspendedAt: null, suspendedReason: null } })
  expect((await audit.list(db, id)).map(({ action }) => action)).toEqual([
    'tenant.resumed',
    'tenant.suspended',
    'tenant.created',
  ])
})

test('sets what the operator types', async () => {
  const id = await make('settings')
  const parsed = tenants.parseSetting('claims=strict')
  if (!parsed.ok) throw new Error(parsed.detail)
  await tenants.set(db, id, parsed.settings)
  await tenants.set(db, id, { requireIdempotencyKey: true })
  expect((await tenants.find(db, id))!.settings).toEqual({ requireIdempotencyKey: true, claims: 'strict' })
  expect(tenants.parseSetting('claims=maybe')).toMatchObject({ ok: false })
  const [row] = await audit.list(db, id)
  expect(row).toMatchObject({
    action: 'tenant.settings_changed',
    changes: { requireIdempotencyKey: { from: false, to: true } },
  })
})

test('hides a deleted tenant and frees its slug', async () => {
  const id = await make('short-lived')
  expect(await tenants.markDeleted(db, id)).toMatchObject({ ok: true })
  expect(await tenants.find(db, 'short-lived')).toBeUndefined()
  expect(await tenants.find(db, id)).toBeUndefined()
  expect(await tenants.markDeleted(db, id)).toMatchObject({ ok: false, code: 'not_found' })
  expect(await make('short-lived')).not.toBe(id)
})

async function make(slug: string): Promise<TenantId> {
  const created = await tenants.create(db, { slug })
  if (!created.ok) throw new Error(created.detail)
  return created.tenant.id
}
