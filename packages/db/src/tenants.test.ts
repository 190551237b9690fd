import { newUuid, type TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as audit from './audit.ts'
import { connect, type Database } from './connect.ts'
import * as keys from './keys.ts'
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
  expect(tenant.settings).toEqual({ requireIdempotencyKey: false, claims: 'degrade', dedupWindowS: null })
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
  expect((await tenants.find(db, id))!.settings).toEqual({
    requireIdempotencyKey: true,
    claims: 'strict',
    dedupWindowS: null,
  })
  expect(tenants.parseSetting('claims=maybe')).toMatchObject({ ok: false })
  const [row] = await audit.list(db, id)
  expect(row).toMatchObject({
    action: 'tenant.settings_changed',
    changes: { requireIdempotencyKey: { from: false, to: true } },
  })
})

test('takes the windows that are offered, and no other', async () => {
  const id = await make('windows')
  for (const [written, seconds] of [...Object.entries(tenants.dedupWindows), ['default', null] as const]) {
    const parsed = tenants.parseSetting(`dedup_window=${written}`)
    expect(parsed).toEqual({ ok: true, settings: { dedupWindowS: seconds } })
    if (!parsed.ok) continue
    expect(await tenants.set(db, id, parsed.settings)).toMatchObject({
      tenant: { settings: { dedupWindowS: seconds } },
    })
  }
  for (const other of ['2h', '0', '', '24', '1h ', 'null']) {
    expect(tenants.parseSetting(`dedup_window=${other}`)).toMatchObject({ code: 'invalid' })
  }
  expect(await tenants.set(db, id, { dedupWindowS: 7_200 })).toMatchObject({ code: 'invalid' })
  const by = { kind: 'user', id: newUuid(), name: 'bo@example.com' } as const
  expect(await tenants.edit(db, { tenantId: id, from: {}, to: { dedupWindowS: 30 } }, by)).toMatchObject({
    code: 'invalid',
  })
  const first = { tenantId: id, from: { dedupWindowS: null }, to: { dedupWindowS: 3_600 } }
  expect(await tenants.edit(db, first, by)).toMatchObject({ ok: true })
  expect(await tenants.edit(db, { ...first, to: { dedupWindowS: 86_400 } }, by)).toMatchObject({ code: 'conflict' })
  const [row] = await audit.list(db, id)
  expect(row).toMatchObject({ changes: { dedupWindowS: { from: null, to: 3_600 } } })
})

test('takes a form as a whole, unless somebody else changed what it shows', async () => {
  const id = await make('edited')
  const by = { kind: 'user', id: newUuid(), name: 'bo@example.com' } as const
  const shown = { viewersSeePayloads: true, keyDaysMax: null }
  const first = { tenantId: id, from: shown, to: { viewersSeePayloads: false, keyDaysMax: 90 } }
  expect(await tenants.edit(db, first, by)).toMatchObject({
    ok: true,
    tenant: { policy: { viewersSeePayloads: false, keyDaysMax: 90, sessionHoursMax: null } },
  })
  expect(await tenants.edit(db, { ...first, to: { viewersSeePayloads: true } }, by)).toEqual({
    ok: false,
    code: 'conflict',
    detail: 'bo@example.com changed it meanwhile',
    changed: { by: 'bo@example.com', at: expect.any(Date) },
  })
  expect(await tenants.edit(db, { tenantId: id, from: {}, to: { keyDaysMax: 0 } }, by)).toMatchObject({
    code: 'invalid',
  })
  await make('edit-taken')
  expect(await tenants.edit(db, { tenantId: id, from: {}, to: { slug: 'edit-taken' } }, by)).toMatchObject({
    code: 'slug_taken',
  })
  expect(await tenants.edit(db, { tenantId: id, from: { slug: 'edited' }, to: { slug: 'renamed' } }, by)).toMatchObject(
    {
      tenant: { slug: 'renamed' },
    },
  )
  const [row] = await audit.list(db, id)
  expect(row).toMatchObject({ action: 'tenant.renamed', changes: { slug: { from: 'edited', to: 'renamed' } } })
})

test('holds new keys to the longest life that it allows', async () => {
  const id = await make('capped')
  const day = 86_400_000
  await tenants.edit(db, { tenantId: id, from: {}, to: { keyDaysMax: 30 } }, { kind: 'operator', name: 'operator' })
  const wish = (expiresAt: Date | null) => keys.create(db, { tenantId: id, name: newUuid(), expiresAt })
  expect(await wish(null)).toMatchObject({ ok: false, code: 'invalid' })
  expect(await wish(new Date(Date.now() + 31 * day))).toMatchObject({ ok: false, code: 'invalid' })
  const made = await wish(new Date(Date.now() + 30 * day))
  if (!made.ok) throw new Error(made.detail)
  const change = { tenantId: id, id: made.key.id }
  expect(await keys.update(db, { ...change, expiresAt: null })).toMatchObject({ code: 'invalid' })
  expect(await keys.rotate(db, { ...change, expiresAt: null })).toMatchObject({ code: 'invalid' })
  const rotated = await keys.rotate(db, change)
  expect(rotated).toMatchObject({ ok: true })
  const unsaid = await keys.create(db, { tenantId: id, name: 'unsaid' })
  expect(unsaid.ok && Math.round((unsaid.key.expiresAt!.getTime() - Date.now()) / day)).toBe(30)
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
