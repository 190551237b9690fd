import { newUuid } from '@eventmesh/envelope'
import { expect, test } from 'vitest'
import * as audit from './audit.ts'
import { connect } from './connect.ts'
import * as tenants from './tenants.ts'
import { testDatabase } from './testing.ts'

test('pages through entries of the same millisecond without repeating or losing one', async () => {
  const server = await testDatabase()
  const db = connect({
    url: server.urls.migrator,
    role: 'migrator',
    max: 2,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
  })
  const created = await tenants.create(db, { slug: 'paged' })
  if (!created.ok) throw new Error(created.detail)
  const tenantId = created.tenant.id
  await db.forTenant(tenantId, async (tx) => {
    for (let n = 0; n < 20; n += 1) {
      await tx.sql`
        insert into audit (tenant_id, id, occurred_at, actor_kind, actor_name, action, target_kind, target_id, target_name)
        values (${tenantId}, ${newUuid()}, now() + ${n % 7} * interval '1 microsecond', 'operator', 'operator',
                'tenant.tested', 'tenant', ${tenantId}, 'paged')`
    }
  })
  const seen: string[] = []
  for (let before: string | undefined; ; before = seen.at(-1)) {
    const page = await audit.list(db, tenantId, { limit: 3, ...(before === undefined ? {} : { before }) })
    seen.push(...page.map(({ id }) => id))
    if (page.length < 3) break
  }
  expect(seen).toHaveLength(21)
  expect(new Set(seen).size).toBe(21)

  const counted = async (query: audit.AuditQuery) => (await audit.list(db, tenantId, { limit: 200, ...query })).length
  expect(await counted({ actions: ['tenant.tested'] })).toBe(20)
  expect(await counted({ actions: ['tenant.tested', 'tenant.created'], actors: ['operator'] })).toBe(21)
  expect(await counted({ actors: ['nobody'] })).toBe(0)
  expect(await counted({ target: 'paged' })).toBe(21)
  expect(await counted({ target: 'page' })).toBe(0)
  expect(await counted({ target: tenantId })).toBe(21)
  expect(await counted({ to: new Date(Date.now() - 60_000) })).toBe(0)
  expect(await counted({ from: new Date(Date.now() - 60_000) })).toBe(21)
  expect(await audit.names(db, tenantId)).toEqual({
    actors: ['operator'],
    actions: ['tenant.created', 'tenant.tested'],
  })
  await db.close()
  await server.close()
})
