import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Database, type Transaction } from './connect.ts'
import { events } from './events.ts'
import { type Population, populate } from './index-population.ts'
import { indexUpkeep } from './index-upkeep.ts'
import * as keys from './keys.ts'
import { parseSearch, type SearchTerm } from './search-grammar.ts'
import { stats } from './stats.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

// 120 tenants of skewed sizes that share a payload value: what each read touches, as the console's role.

let server: TestDatabase
let console_: Database
let population: Population
const rows = 50_000
const day = 86_400_000
const month = { lastMs: 30 * day }

beforeAll(async () => {
  server = await testDatabase()
  const options = { max: 1, statementTimeoutMs: 60_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  const engine = connect({ ...options, url: server.urls.engine, role: 'engine' })
  await indexUpkeep.roll(engine)
  await engine.close()
  population = await populate(server.urls.superuser, rows)
  console_ = connect({ ...options, url: server.urls.console, role: 'console' })
}, 180_000)

afterAll(async () => {
  await console_?.close()
  await server?.close()
})

type Touched = { readonly readInSequence: number; readonly indexScans: number; readonly fetched: number }

/** What the statements of an operation read of the index and its sums, by the connection's own counters. */
async function touched(run: (db: Database) => Promise<unknown>): Promise<Touched> {
  const sum = { readInSequence: 0, indexScans: 0, fetched: 0 }
  const watched: Database = {
    ...console_,
    forTenant: (tenantId, inside, options) =>
      console_.forTenant(
        tenantId,
        async (tx) => {
          const before = await counters(tx)
          const result = await inside(tx)
          const after = await counters(tx)
          sum.readInSequence += after.readInSequence - before.readInSequence
          sum.indexScans += after.indexScans - before.indexScans
          sum.fetched += after.fetched - before.fetched
          return result
        },
        options,
      ),
  }
  await run(watched)
  return sum
}

// They hold earlier transactions' counts too until these are sent to the server's statistics, which never happens in one.
async function counters(tx: Transaction): Promise<Touched> {
  const [read] = await tx.sql<Touched[]>`
    select coalesce(sum(seq_tup_read), 0)::int as "readInSequence", coalesce(sum(idx_scan), 0)::int as "indexScans",
           coalesce(sum(idx_tup_fetch), 0)::int as fetched
    from pg_stat_xact_user_tables
    where relname ~ '^(event_(index|body|locator)_[0-9d]|rejected_body_|event_stats_|event_latency)'`
  if (read === undefined) throw new Error('the counters are gone')
  return read
}

function terms(q: string): readonly SearchTerm[] {
  const parsed = parseSearch(q)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.terms
}

// The text and how many rows may be fetched at most; the largest tenant has 25,000, the smallest some sixty.
const searches: readonly (readonly [string, number])[] = [
  ['', 200],
  ['type:order.type3', 200],
  ['type:order.*', 200],
  // One in 25: read past the others where that is less than sorting.
  ['outcome:rejected', 4_000],
  ['idem:key-24242', 10],
  // A single key: at most one day of it is sorted.
  ['key:deploy', 1_000],
  ['payload.order_id:24242', 200],
  ['payload.shop:main', 1_000],
  ['payload.city:c7', 1_000],
  ['payload.items[].sku:MUG-7 type:order.type0', 1_000],
]

describe.each(['largest', 'smallest'] as const)('for the %s tenant', (size) => {
  const tenant = () => population[size]

  test.each(searches)('a page of "%s" reads by index', async (q, fetchedMax) => {
    for (const range of [undefined, month, { lastMs: day }]) {
      // More than five times: no generic plan takes over.
      for (let turn = 0; turn < 7; turn += 1) {
        const read = await touched((db) => events.page(db, tenant(), { terms: terms(q), range }))
        expect(read.readInSequence).toBe(0)
        expect(read.indexScans).toBeGreaterThan(0)
        expect(read.fetched).toBeLessThanOrEqual(fetchedMax)
      }
    }
  })

  test('every id is found by index', async () => {
    const page = await events.page(console_, tenant(), { terms: terms('outcome:accepted'), limit: 1 })
    const row = page.ok ? page.rows[0] : undefined
    if (row === undefined) throw new Error('an empty tenant')
    const ids = [row.eventId, row.requestId, `${row.requestId}.0`, row.idempotencyKey, row.traceId, 'nothing']
    for (const id of ids) {
      const read = await touched(async (db) => {
        const found = await events.find(db, tenant(), id ?? '')
        expect(found.map((match) => match.rows[0]?.requestId)).toEqual(id === 'nothing' ? [] : [row.requestId])
      })
      expect(read.readInSequence).toBe(0)
      // A tenant of some sixty rows may be read by another index than the id's.
      expect(read.fetched).toBeLessThanOrEqual(size === 'largest' ? 20 : 60)
    }
    const place = { requestId: row.requestId, item: 0 }
    for (const operation of [
      (db: Database) => events.detail(db, tenant(), place),
      (db: Database) => events.body(db, tenant(), { ...place, part: 'envelope' }),
      (db: Database) => events.related(db, tenant(), place),
      (db: Database) => events.items(db, tenant(), { requestId: row.requestId }),
    ]) {
      const read = await touched(operation)
      expect(read.readInSequence).toBe(0)
      expect(read.fetched).toBeLessThanOrEqual(60)
    }
  })

  test('a live reader reads its own rows after a number by index', async () => {
    for (const after of [undefined, 0, rows - 200, rows]) {
      const read = await touched((db) => events.since(db, tenant(), { terms: [], after, limit: 100 }))
      expect(read.readInSequence).toBe(0)
      expect(read.fetched).toBeLessThanOrEqual(400)
    }
  })

  test('sums are read by index', async () => {
    const now = new Date()
    for (const lastMs of [3_600_000, day, 7 * day, 30 * day]) {
      const range = { from: new Date(now.getTime() - lastMs), to: now }
      for (const operation of [
        (db: Database) => stats.series(db, tenant(), range),
        (db: Database) => stats.top(db, tenant(), { ...range, dimension: 'type' }),
        (db: Database) => stats.top(db, tenant(), { ...range, dimension: 'reason' }),
        (db: Database) => events.facets(db, tenant(), { terms: terms('type:order.type0'), range }),
      ]) {
        const read = await touched(operation)
        expect(read.readInSequence).toBe(0)
        expect(read.indexScans).toBeGreaterThan(0)
      }
    }
    for (const operation of [
      (db: Database) => stats.attention(db, tenant()),
      (db: Database) => keys.usage(db, tenant(), { span: 'month' }),
    ]) {
      const read = await touched(operation)
      expect(read.readInSequence).toBe(0)
      expect(read.indexScans).toBeGreaterThan(0)
    }
  })
})
