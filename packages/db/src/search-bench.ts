import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { connect } from './connect.ts'
import { startEmbedded } from './embedded.ts'
import { events } from './events.ts'
import { populate, populationTenants } from './index-population.ts'
import { indexUpkeep } from './index-upkeep.ts'
import * as keys from './keys.ts'
import { migrate } from './migrate.ts'
import { parseSearch } from './search-grammar.ts'
import { stats } from './stats.ts'

/**
 * How long the console's reads take on a filled index: `scripts/run packages/db/src/search-bench.ts [rows]`, default 1,000,000 of 120
 * tenants over 30 days. Milliseconds of each operation, its transaction included, for the largest and the smallest tenant.
 */
const rows = Number(process.argv[2] ?? 1_000_000)
const turns = 30

const dataDir = await mkdtemp(join(tmpdir(), 'eventmesh-search-'))
await chmod(dataDir, 0o755)
const server = await startEmbedded({ dataDir, log: () => {}, isDurable: false })
try {
  await migrate({ url: server.urls.migrator })
  const options = { max: 1, statementTimeoutMs: 60_000, acquireTimeoutMs: 10_000, applicationName: 'bench' }
  const engine = connect({ ...options, url: server.urls.engine, role: 'engine' })
  await indexUpkeep.roll(engine)
  await engine.close()
  const superuser = postgres(server.urls.superuser, { max: 1, onnotice: () => {} })
  const { largest, smallest } = await populate(server.urls.superuser, rows)
  const [{ version, bytes, index_bytes } = { version: '', bytes: '0', index_bytes: '0' }] = await superuser`
    select current_setting('server_version') as version, pg_size_pretty(sum(pg_total_relation_size(inhrelid))) as bytes,
           pg_size_pretty(sum(pg_indexes_size(inhrelid))) as index_bytes
    from pg_inherits where inhparent = 'event_index'::regclass`
  await superuser.end()
  const db = connect({ ...options, url: server.urls.console, role: 'console' })
  console.log(`Node ${process.version}, Postgres ${version}, ${cpus().length} × ${cpus()[0]?.model}`)
  console.log(`${rows} rows of ${populationTenants} tenants over 30 days: ${bytes}, of which indexes ${index_bytes}`)

  const terms = (q: string) => {
    const parsed = parseSearch(q)
    if (!parsed.ok) throw new Error(q)
    return parsed.terms
  }
  const now = new Date()
  const month = { from: new Date(now.getTime() - 30 * 86_400_000), to: now }
  for (const [size, tenant] of Object.entries({ largest, smallest })) {
    const page = await events.page(db, tenant, { terms: terms('outcome:accepted'), limit: 1 })
    const row = page.ok ? page.rows[0] : undefined
    if (row === undefined) throw new Error('an empty tenant')
    const place = { requestId: row.requestId, item: row.item }
    const operations: Record<string, () => Promise<unknown>> = {
      'page, 24 h': () => events.page(db, tenant, { terms: [], range: { lastMs: 86_400_000 } }),
      'page, 30 d': () => events.page(db, tenant, { terms: [], range: month }),
      'page, type:order.type3': () => events.page(db, tenant, { terms: terms('type:order.type3'), range: month }),
      'page, outcome:rejected': () => events.page(db, tenant, { terms: terms('outcome:rejected'), range: month }),
      'page, key:deploy': () => events.page(db, tenant, { terms: terms('key:deploy'), range: month }),
      'payload of one row': () =>
        events.page(db, tenant, { terms: terms(`payload.order_id:${row.seq}`), range: month }),
      'payload of no row': () => events.page(db, tenant, { terms: terms('payload.order_id:-1'), range: month }),
      'payload of 1 %': () => events.page(db, tenant, { terms: terms('payload.city:c7'), range: month }),
      'payload of every row': () => events.page(db, tenant, { terms: terms('payload.shop:main'), range: month }),
      'payload and a type': () =>
        events.page(db, tenant, { terms: terms('payload.items[].sku:MUG-7 type:order.type0'), range: month }),
      'find event id': () => events.find(db, tenant, row.eventId ?? ''),
      'find request id': () => events.find(db, tenant, row.requestId),
      'find idempotency key': () => events.find(db, tenant, row.idempotencyKey ?? ''),
      detail: () => events.detail(db, tenant, place),
      related: () => events.related(db, tenant, place),
      'since, nothing new': () => events.since(db, tenant, { terms: [], after: rows }),
      'since, 100 rows': () => events.since(db, tenant, { terms: [], after: 0, limit: 100 }),
      'facets, 24 h': () => events.facets(db, tenant, { terms: [], range: { lastMs: 86_399_000 } }),
      'facets, 30 d': () => events.facets(db, tenant, { terms: [], range: month }),
      'series, 24 h': () => stats.series(db, tenant, { from: new Date(now.getTime() - 86_400_000), to: now }),
      'series, 30 d': () => stats.series(db, tenant, month),
      'top types, 30 d': () => stats.top(db, tenant, { ...month, dimension: 'type' }),
      attention: () => stats.attention(db, tenant),
      'key usage, 30 d': () => keys.usage(db, tenant, { span: 'month' }),
    }
    console.log(`\n${size} tenant`.padEnd(28), 'p50'.padStart(8), 'p95'.padStart(8), 'max'.padStart(8))
    for (const [name, run] of Object.entries(operations)) {
      const times: number[] = []
      await run()
      for (let turn = 0; turn < turns; turn += 1) {
        const startedAt = performance.now()
        await run()
        times.push(performance.now() - startedAt)
      }
      times.sort((a, b) => a - b)
      const at = (share: number) => (times[Math.ceil(turns * share) - 1] ?? 0).toFixed(1).padStart(8)
      console.log(name.padEnd(27), at(0.5), at(0.95), at(1))
    }
  }
  await db.close()
} finally {
  await server.stop()
  await rm(dataDir, { recursive: true })
}
