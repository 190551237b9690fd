import { type KeyId, newUuid, type SourceId, type TenantId } from '@eventmesh/envelope'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Database } from './connect.ts'
import { type Sample, sampleEvent, sampleRejection } from './event-index-sample.ts'
import { events } from './events.ts'
import { indexUpkeep } from './index-upkeep.ts'
import { type IndexEntry, indexWriter } from './index-writer.ts'
import * as keys from './keys.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { parseSearch, type SearchTerm } from './search-grammar.ts'
import { stats } from './stats.ts'
import { bucketedRange } from './stats-range.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
let engine: Database
let console_: Database
let operator: Database
let superuser: Sql

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
// Half past ten: not at the beginning of any bucket but the smallest.
const now = new Date(Math.floor(Date.now() / day) * day - day + 10.5 * hour)

beforeAll(async () => {
  server = await testDatabase()
  const options = { max: 2, statementTimeoutMs: 30_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  engine = connect({ ...options, url: server.urls.engine, role: 'engine' })
  console_ = connect({ ...options, url: server.urls.console, role: 'console' })
  operator = connect({ ...options, url: server.urls.migrator, role: 'migrator' })
  superuser = postgres(server.urls.superuser, { max: 1, onnotice: () => {} })
  await indexUpkeep.roll(engine)
})

afterAll(async () => {
  await Promise.all([engine, console_, operator].map((db) => db?.close()))
  await superuser?.end()
  await server?.close()
})

async function newTenant(): Promise<TenantId> {
  const id = newUuid() as TenantId
  await operator.sql`insert into tenant (id, slug, name) values (${id}, ${`t-${id.slice(-12)}`}, 't')`
  return id
}

async function newKey(tenantId: TenantId, name: string): Promise<KeyId> {
  const made = await keys.create(operator, { tenantId, name })
  if (!made.ok) throw new Error(made.code)
  return made.key.id
}

async function write(...entries: IndexEntry[]): Promise<void> {
  await engine.transaction((tx) => indexWriter.write(tx, entries))
}

function many(n: number, sample: Sample): IndexEntry[] {
  return Array.from({ length: n }, () => sampleEvent(sample))
}

function refusals(n: number, sample: Sample & { reason?: string }): IndexEntry[] {
  return Array.from({ length: n }, () => sampleRejection(sample))
}

function terms(q: string): readonly SearchTerm[] {
  const parsed = parseSearch(q)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.terms
}

const ago = (ms: number) => now.getTime() - ms
const last = (ms: number) => ({ from: new Date(ago(ms)), to: now })

describe('ranges', () => {
  it.each([
    [hour, minute, 60],
    [hour + 1, 5 * minute, 13],
    [6 * hour, 5 * minute, 72],
    [day, 15 * minute, 96],
    [day + 1, hour, 25],
    [7 * day, hour, 169],
    [30 * day, 6 * hour, 121],
    [400 * day, 6 * hour, 125],
  ])('of %i ms have buckets of %i ms', (lengthMs, bucketMs, count) => {
    const range = bucketedRange(last(lengthMs), now)
    expect(range.bucketMs).toBe(bucketMs)
    expect(range.from.getTime() % bucketMs).toBe(0)
    expect(Math.ceil((range.to.getTime() - range.from.getTime()) / bucketMs)).toBe(count)
  })
})

describe('percentiles', () => {
  it('lie between the ends of their bucket, and merge', () => {
    const histogram = new LatencyHistogram()
    expect(histogram.percentiles()).toBeNull()
    histogram.add(6, 50)
    const other = new LatencyHistogram()
    other.add(7, 50)
    histogram.merge(other)
    expect(histogram.percentiles()).toEqual({ n: 100, p50Ms: 20, p95Ms: 29, p99Ms: 29.8 })
    const slow = new LatencyHistogram()
    slow.add(21, 1)
    expect(slow.percentiles()).toEqual({ n: 1, p50Ms: 12_000, p95Ms: 12_000, p99Ms: 12_000 })
  })
})

describe('series', () => {
  it('has every bucket, the shares, the latencies and the period before', async () => {
    const tenantId = await newTenant()
    await write(
      ...many(3, { tenantId, receivedAtMs: ago(1), latencyMs: 20 }),
      ...many(5, { tenantId, receivedAtMs: ago(hour - 1), latencyMs: 12 }),
      ...refusals(2, { tenantId, receivedAtMs: ago(minute) }),
      ...many(7, { tenantId, receivedAtMs: ago(hour + minute) }),
      ...many(1, { tenantId, receivedAtMs: now.getTime() + minute }),
    )
    const series = await stats.series(console_, tenantId, last(hour), now)
    expect(series.buckets).toHaveLength(60)
    expect(series.buckets[0]).toMatchObject({ at: new Date(ago(hour)), accepted: 5, rejected: 0, isPartial: false })
    expect(series.buckets[59]).toMatchObject({ at: new Date(ago(minute)), accepted: 3, rejected: 2, isPartial: false })
    expect(series.buckets[30]).toMatchObject({ accepted: 0, latency: null })
    expect(series.buckets[59]?.latency).toMatchObject({ n: 3, p99Ms: expect.closeTo(19.92, 5) })
    expect(series.totals).toMatchObject({ accepted: 8, rejected: 2, duplicateShare: 0, rejectedShare: 0.2 })
    expect(series.totals.latency?.n).toBe(8)
    expect(series.previous).toMatchObject({ accepted: 7, rejectedShare: 0 })
  })

  it('tells the same of any longer range, its last bucket partial', async () => {
    const tenantId = await newTenant()
    await write(
      ...many(4, { tenantId, receivedAtMs: ago(10 * minute) }),
      ...many(2, { tenantId, receivedAtMs: ago(6 * day) }),
    )
    for (const [lengthMs, accepted] of [
      [6 * hour, 4],
      [day, 4],
      [7 * day, 6],
      [30 * day, 6],
    ] as const) {
      const { buckets, totals, previous } = await stats.series(console_, tenantId, last(lengthMs), now)
      expect(totals.accepted).toBe(accepted)
      expect(totals.latency?.n).toBe(accepted)
      expect(buckets.reduce((sum, bucket) => sum + bucket.accepted, 0)).toBe(accepted)
      expect(buckets.at(-1)?.isPartial).toBe(lengthMs > day)
      expect(previous === null).toBe(lengthMs > 15 * day)
    }
    const empty = await stats.series(console_, await newTenant(), last(day), now)
    expect(empty.totals).toMatchObject({ accepted: 0, duplicateShare: null, rejectedShare: null, latency: null })
  })
})

describe('top', () => {
  it('ranks types, sources, keys and reasons with their shares, the same from minutes and hours', async () => {
    const tenantId = await newTenant()
    const keyId = await newKey(tenantId, 'deploy')
    await write(
      ...many(6, { tenantId, receivedAtMs: ago(5 * minute), eventType: 'a', keyId }),
      ...many(3, { tenantId, receivedAtMs: ago(5 * minute), eventType: 'b' }),
      ...refusals(1, { tenantId, receivedAtMs: ago(5 * minute), eventType: 'b', reason: 'rate_limited' }),
    )
    for (const lengthMs of [hour, 7 * day]) {
      const ask = (dimension: 'type' | 'source' | 'key' | 'reason', limit?: number) =>
        stats.top(console_, tenantId, { ...last(lengthMs), dimension, limit }, now)
      expect(await ask('type')).toEqual({
        n: 10,
        hasMore: false,
        values: [
          { value: 'a', name: 'a', n: 6, share: 0.6, accepted: 6, duplicate: 0, rejected: 0, quarantined: 0 },
          { value: 'b', name: 'b', n: 4, share: 0.4, accepted: 3, duplicate: 0, rejected: 1, quarantined: 0 },
        ],
      })
      expect(await ask('type', 1)).toMatchObject({ n: 10, hasMore: true, values: [{ value: 'a' }] })
      expect(await ask('source')).toMatchObject({ values: [{ value: 'native', n: 10 }] })
      expect(await ask('key')).toMatchObject({ n: 6, values: [{ value: keyId, name: 'deploy', share: 1 }] })
      expect(await ask('reason')).toMatchObject({ values: [{ value: 'rate_limited', rejected: 1, n: 1 }] })
    }
    const foreign = await stats.top(console_, await newTenant(), { ...last(hour), dimension: 'type' }, now)
    expect(foreign).toEqual({ values: [], n: 0, hasMore: false })
  })
})

describe('key usage', () => {
  it('has 24 hours or 30 days per key, of this tenant alone', async () => {
    const tenantId = await newTenant()
    const [one, two] = [await newKey(tenantId, 'one'), await newKey(tenantId, 'two')]
    await write(
      ...many(2, { tenantId, receivedAtMs: ago(0), keyId: one }),
      ...refusals(1, { tenantId, receivedAtMs: ago(0), keyId: one }),
      ...many(4, { tenantId, receivedAtMs: ago(23 * hour), keyId: two }),
      ...many(8, { tenantId, receivedAtMs: ago(25 * hour), keyId: two }),
    )
    const usage = await keys.usage(console_, tenantId, { span: 'day' }, now)
    expect([...usage.keys()].sort()).toEqual([one, two].sort())
    expect(usage.get(one)).toHaveLength(24)
    expect(usage.get(one)?.[23]).toMatchObject({ at: new Date(ago(hour / 2)), accepted: 2, rejected: 1 })
    expect(usage.get(two)?.map(({ accepted }) => accepted)).toEqual([4, ...Array.from({ length: 23 }, () => 0)])
    const month = await keys.usage(console_, tenantId, { span: 'month', keyIds: [two] }, now)
    expect([...month.keys()]).toEqual([two])
    expect(
      month
        .get(two)
        ?.slice(-2)
        .reduce((sum, { accepted }) => sum + accepted, 0),
    ).toBe(12)
    expect((await keys.usage(console_, await newTenant(), { span: 'day', keyIds: [one] }, now)).size).toBe(0)
  })
})

describe('attention', () => {
  it('is nothing when all is well', async () => {
    expect(await stats.attention(console_, await newTenant())).toEqual({
      suspended: null,
      expiringKeys: [],
      silentSources: [],
      rejected: null,
      quarantined: 0,
      delayed: null,
    })
  })

  it('names what is wrong, on both sides of 5 %', async () => {
    const tenantId = await newTenant()
    const expiresAt = new Date(Date.now() + 6 * day)
    await keys.create(operator, { tenantId, name: 'short', expiresAt })
    await keys.create(operator, { tenantId, name: 'long', expiresAt: new Date(Date.now() + 8 * day) })
    await operator.sql`update tenant set suspended_at = now(), suspended_reason = 'unpaid' where id = ${tenantId}`
    await write(
      ...many(19, { tenantId, receivedAtMs: Date.now() }),
      ...refusals(1, { tenantId, receivedAtMs: Date.now() }),
      sampleEvent({ tenantId, key: 'q', receivedAtMs: Date.now() - 2 * hour }),
      sampleEvent({ tenantId, key: 'q', receivedAtMs: Date.now() - hour, fp: 'b'.repeat(64) }),
    )
    expect(await stats.attention(console_, tenantId)).toMatchObject({
      suspended: { reason: 'unpaid' },
      expiringKeys: [{ name: 'short', expiresAt }],
      rejected: null,
      quarantined: 1,
    })
    await write(...refusals(1, { tenantId, receivedAtMs: Date.now() }))
    expect((await stats.attention(console_, tenantId)).rejected).toEqual({ n: 2, share: 2 / 21 })
  })

  it('names a source that went silent', async () => {
    const tenantId = await newTenant()
    const id = newUuid() as SourceId
    await operator.forTenant(
      tenantId,
      (tx) => tx.sql`insert into source (tenant_id, id, name, provider, mode, token_hash)
        values (${tenantId}, ${id}, 'shop', 'stripe', 'live', ${Buffer.alloc(32, 9)})`,
    )
    const deliveries = [3, 4, 5].map((hours) => {
      const event = sampleEvent({ tenantId, receivedAtMs: Date.now() - hours * hour })
      return { ...event, row: { ...event.row, source: id } }
    })
    await write(...deliveries)
    expect((await stats.attention(console_, tenantId)).silentSources).toMatchObject([{ id, name: 'shop' }])
  })

  it('says that the index is late: rows that came late, or a log that nobody reads', async () => {
    const tenantId = await newTenant()
    const late = sampleEvent({ tenantId, receivedAtMs: Date.now() - 31_000 })
    await write({ ...late, row: { ...late.row, appendedAtMs: Date.now() - 31_000 } })
    expect((await stats.attention(console_, tenantId)).delayed?.byMs).toBeGreaterThan(30_000)
    await write(sampleEvent({ tenantId, receivedAtMs: Date.now() }))
    expect((await stats.attention(console_, tenantId)).delayed).toBeNull()

    await superuser`insert into log_position (consumer_group, topic, partition, next_offset, epoch, owner, lease_until)
      values ('indexer', 'events', 0, 0, 1, 'a', now() - interval '31 s')`
    expect((await stats.attention(console_, tenantId)).delayed).toBeNull()
    await superuser`update log_head set next_offset = 1 where topic = 'events'`
    expect((await stats.attention(console_, tenantId)).delayed).toEqual({ byMs: null })
    await superuser`update log_position set lease_until = now() - interval '20 s'`
    expect((await stats.attention(console_, tenantId)).delayed).toBeNull()
    await superuser`delete from log_position`
  })
})

describe('facets', () => {
  it('count under the terms of the other fields, from minutes and from hours', async () => {
    const tenantId = await newTenant()
    const keyId = await newKey(tenantId, 'deploy')
    await write(
      ...many(6, { tenantId, receivedAtMs: ago(5 * minute), eventType: 'order.a', keyId }),
      ...many(3, { tenantId, receivedAtMs: ago(5 * minute), eventType: 'order.b' }),
      ...refusals(2, { tenantId, receivedAtMs: ago(5 * minute), eventType: 'other', reason: 'rate_limited' }),
    )
    const shortly = (q: string) => events.facets(console_, tenantId, { terms: terms(q), range: last(hour) }, now)
    const long = (q: string) => events.facets(console_, tenantId, { terms: terms(q), range: last(day) }, now)
    const counts = (facets: readonly { value: string; n: number | null }[]) => facets.map(({ value, n }) => [value, n])

    for (const ask of [shortly, long]) {
      const all = await ask('')
      expect(all).toMatchObject({ total: 11, isApproximate: ask === long, notKept: [] })
      expect(counts(all.fields.outcome)).toEqual([
        ['accepted', 9],
        ['rejected', 2],
      ])
      expect(counts(all.fields.type)).toEqual([
        ['order.a', 6],
        ['order.b', 3],
        ['other', 2],
      ])
      expect(counts(all.fields.reason)).toEqual([['rate_limited', 2]])
      expect(all.fields.key).toEqual([{ value: keyId, name: 'deploy', n: 6 }])
      expect(counts(all.fields.source)).toEqual([['native', 11]])

      const types = await ask('type:order.*')
      expect(types.total).toBe(9)
      expect(counts(types.fields.type)[2]).toEqual(['other', 2])
      expect(counts(types.fields.outcome)).toEqual([['accepted', 9]])
      expect((await ask('outcome:rejected source:native')).total).toBe(2)
      expect((await ask('key:deploy')).total).toBe(6)
      expect((await ask('source:nobody')).total).toBe(0)

      for (const q of ['payload.a:1', '-type:other', 'size:>1', 'outcome:copy', 'word', 'mode:live']) {
        const untold = await ask(q)
        expect(untold.total, q).toBeNull()
        expect(
          counts(untold.fields.type).map(([, n]) => n),
          q,
        ).toEqual([null, null, null])
      }
    }
    // Minutes have one field at a time, hours all of them together.
    expect(await shortly('type:order.a key:deploy')).toMatchObject({ total: null })
    expect(await long('type:order.a key:deploy')).toMatchObject({ total: 6 })
    expect((await shortly('type:order.a')).fields.key).toMatchObject([{ n: null }])
    expect((await long('type:order.a')).fields.key).toMatchObject([{ n: 6 }])
  })

  it('tell what was counted and not kept', async () => {
    const tenantId = await newTenant()
    await write({
      kind: 'counter',
      tenantId,
      outcome: 'rejected',
      reason: 'rate_limited',
      keyId: null,
      source: 'native',
      mode: 'live',
      n: 1_204,
      fromMs: ago(minute),
      toMs: ago(minute) + 10_000,
      position: { topic: 'outcomes', partition: 0, offset: 77 },
    })
    const ask = async (q: string, lengthMs = hour) =>
      (await events.facets(console_, tenantId, { terms: terms(q), range: last(lengthMs) }, now)).notKept
    const told = [{ outcome: 'rejected', reason: 'rate_limited', n: 1_204 }]
    for (const q of ['', 'outcome:rejected', 'mode:live', 'source:native']) expect(await ask(q)).toEqual(told)
    for (const q of ['outcome:duplicate', 'mode:test', 'idem:x', '-outcome:accepted']) expect(await ask(q)).toEqual([])
    expect(await ask('', minute - 1)).toEqual([])
  })
})
