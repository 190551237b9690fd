import { createHash } from 'node:crypto'
import { connect, type Database, type Transaction } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import type { EventId, TenantId } from '@eventmesh/envelope'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPostgresClaims } from './claims.postgres.ts'
import { claimsContract } from './contract/index.ts'
import { startPostgresServer } from './contract/postgres-server.ts'

claimsContract('claims on Postgres', async () => {
  const server = await startPostgresServer()
  const ingest = open(server.urls.ingest)
  const migrator = open(server.urls.migrator)
  return {
    open: async (as, times = {}) => openPostgresClaims(as === 'ingest' ? ingest : migrator, times),
    killBackend: server.kill,
    startBackend: server.start,
    silenceBackend: server.silence,
    hearBackend: server.hear,
    async close() {
      await Promise.all([ingest.close(), migrator.close()])
      await server.remove()
    },
  }
})

function open(url: string): Database {
  return connect({
    url,
    max: 8,
    acquireTimeoutMs: 2_000,
    statementTimeoutMs: 2_000,
    applicationName: 'claims-contract',
  })
}

describe('claims on Postgres', () => {
  let server: TestDatabase
  let ingest: Database
  let migrator: Database

  beforeEach(async () => {
    server = await testDatabase()
    ingest = open(server.urls.ingest)
    migrator = open(server.urls.migrator)
  })

  afterEach(async () => {
    await Promise.all([ingest.close(), migrator.close()])
    await server.close()
  })

  const tenant = '018f0000-0000-7000-8000-00000000000a'
  const hash = 'ab'.repeat(32)
  const claim = [tenant, 'native', hash, hash, 'owner'].join('\u001f')
  const settle = [tenant, 'native', hash, hash, tenant, '1', '0', '0', '1000'].join('\u001f')

  it('keeps the hash of a key, never the key', async () => {
    const claims = openPostgresClaims(ingest)
    await claims.claim([{ tenantId: tenant as TenantId, scope: 'native', key: 'order-42', fp: hash, owner: 'owner' }])
    const rows = await migrator.sql<
      { text: string; key_hash: Buffer }[]
    >`select claim::text as text, key_hash from claim`
    expect(rows[0]!.text).not.toContain('order-42')
    expect(rows[0]!.key_hash.toString('hex')).toBe(createHash('sha256').update('order-42').digest('hex'))
    await claims.close()
  })

  it.each([
    ['claim_take', (tx: Transaction) => tx.sql`select from claim_take(${claim}, 1000, 1000)`],
    ['claim_settle', (tx: Transaction) => tx.sql`select from claim_settle(${settle})`],
    ['claim_yield', (tx: Transaction) => tx.sql`select claim_yield(${claim})`],
  ])('does not wait for the disk in %s', async (_name, run) => {
    await ingest.transaction(async (tx) => {
      await tx.sql`set local synchronous_commit = on`
      await run(tx)
      expect(await tx.sql`show synchronous_commit`).toMatchObject([{ synchronous_commit: 'off' }])
    })
  })

  it('purges what has expired, stretch by stretch, and nothing else', async () => {
    const claims = openPostgresClaims(ingest)
    const requests = Array.from({ length: 600 }, (_, index) => ({
      tenantId: tenant as TenantId,
      scope: 'native',
      key: `key-${index}`,
      fp: hash,
      result: { eventId: tenant as unknown as EventId, acceptedAtMs: 1, partition: 0, offset: index },
      ttlMs: index % 2 === 0 ? 1 : 60_000,
    }))
    await claims.settle(requests)
    let block = 0
    let stretches = 0
    do {
      const [row] = await ingest.sql<{ next: string }[]>`select claim_purge(${block}, 2) as next`
      block = Number(row!.next)
      stretches += 1
    } while (block > 0)
    expect(stretches).toBeGreaterThan(1)
    const [left] =
      await migrator.sql`select count(*)::int as rows, count(*) filter (where expires_at <= clock_timestamp())::int as expired from claim`
    expect(left).toEqual({ rows: 300, expired: 0 })
    await claims.close()
  })

  it('lets only the operator reset', async () => {
    const claims = openPostgresClaims(ingest)
    await expect(claims.reset()).rejects.toMatchObject({
      code: 'claims_unavailable',
      message: expect.stringContaining('42501'),
    })
    await claims.close()
  })

  it('refuses a field that would forge another request', async () => {
    const claims = openPostgresClaims(ingest)
    const forged = { tenantId: tenant as TenantId, scope: 'native', key: 'a', fp: hash, owner: `o\u001e${claim}` }
    await expect(claims.claim([forged])).rejects.toThrow()
    expect((await migrator.sql`select from claim`).length).toBe(0)
    await claims.close()
  })

  it.each([
    ['ingest', 'delete from claim'],
    ['ingest', 'select claim_reset()'],
    ['engine', 'select from claim'],
    ['engine', 'select claim_purge(0, 1)'],
    ['console', 'select from claim'],
  ] as const)('does not let %s run: %s', async (role, statement) => {
    const database = open(server.urls[role])
    await expect(database.sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
    await database.close()
  })
})
