import { newRequestId } from '@eventmesh/envelope'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, type Database } from './connect.ts'
import { otherTenant, sampleEvent, sampleRejection, sampleTenant } from './event-index-sample.ts'
import { events } from './events.ts'
import { indexUpkeep } from './index-upkeep.ts'
import { type IndexEntry, indexWriter } from './index-writer.ts'
import { latencyBucket, latencyBucketsMs } from './latency-histogram.ts'
import { otherType, stats, typesPerDayMax } from './stats.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let test: TestDatabase
let engine: Database
let console_: Database
let superuser: Database

beforeAll(async () => {
  test = await testDatabase()
  const options = { max: 4, statementTimeoutMs: 30_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  engine = connect({ ...options, url: test.urls.engine, role: 'engine' })
  console_ = connect({ ...options, url: test.urls.console, role: 'console' })
  superuser = connect({ ...options, url: test.urls.superuser })
  await indexUpkeep.roll(engine)
})

afterAll(async () => {
  await Promise.all([engine, console_, superuser].map((db) => db?.close()))
  await test?.close()
})

beforeEach(async () => {
  // Not truncate: that makes new files for a thousand indexes.
  for (const table of [
    'event_index',
    'event_body',
    'rejected_body',
    'event_locator',
    'event_stats_minute',
    'event_stats_hour',
    'event_latency',
    'event_stats_type',
    'outcome_counter',
  ]) {
    await superuser.sql`delete from ${superuser.sql(table)}`
  }
})

function write(...entries: IndexEntry[]) {
  return engine.transaction((tx) => indexWriter.write(tx, entries))
}

async function rows(q = '', tenantId = sampleTenant) {
  const list = await events.list(console_, tenantId, { q, limit: 10_000, withEnvelope: true })
  if (!list.ok) throw new Error(JSON.stringify(list.faults))
  return list.events
}

async function counted(table = 'event_stats_minute') {
  const [row] = await superuser.sql<{ n: string | null }[]>`
    select sum(n) as n from ${superuser.sql(table)} ${table === 'event_stats_minute' ? superuser.sql`where dimension = 'outcome'` : superuser.sql``}`
  return Number(row?.n ?? 0)
}

describe('index writer', () => {
  it('keeps the envelope byte for byte, whatever jsonb makes of the payload', async () => {
    const payloads = [
      '{"n":12345678901234567890, "n2":9223372036854775807}',
      '{"nul":"\\u0000"}',
      '{"lone":"\\ud800", "pair":"\\ud83d\\ude00"}',
      '{ "a":1,\n\t"a":2, "e":1e309, "z":-0 }',
      '{"__proto__":{"x":1},"toJSON":"é\u2028𝒳"}',
      `{"deep":${'['.repeat(63)}1${']'.repeat(63)}}`,
    ]
    const sent = payloads.map((payload, n) => sampleEvent({ payload, receivedAtMs: Date.now() + n }))
    expect(await write(...sent)).toMatchObject({ accepted: payloads.length, repeated: 0 })

    const found = await rows()
    expect(found.map(({ envelope }) => envelope)).toEqual(sent.map(({ body }) => body.envelope).reverse())
    const [nulls] = await superuser.sql`select count(*)::int as n from event_index where payload is null`
    expect(nulls).toEqual({ n: 2 })
  })

  it('takes a record of the largest size', async () => {
    const large = sampleEvent({ payload: `{"text":"${'x'.repeat(7_900_000)}"}` })
    await write(large, sampleEvent())
    expect((await rows(`event:${large.eventId}`))[0]?.envelope).toEqual(large.body.envelope)
  })

  it('changes nothing when the same records come again', async () => {
    const batch = [sampleEvent(), sampleEvent({ item: 1, items: 2 }), sampleRejection()]
    await write(...batch)
    const before = await rows()
    const sums = await counted()

    expect(await write(...batch)).toMatchObject({ accepted: 0, rejected: 0, repeated: 3 })
    expect(await rows()).toEqual(before)
    expect(await counted()).toBe(sums)
    expect(sums).toBe(3)
  })

  it('collapses copies across batches and inside one, hidden unless asked for', async () => {
    const first = sampleEvent({ key: 'k' })
    expect(await write(first, sampleEvent({ key: 'k' }))).toMatchObject({ accepted: 1, copy: 1 })
    expect(await write(sampleEvent({ key: 'k' }))).toMatchObject({ accepted: 0, copy: 1 })

    expect((await rows()).map(({ row }) => row.request_id)).toEqual([first.row.requestId])
    expect(await rows('outcome:copy')).toHaveLength(2)
    expect(await counted()).toBe(1)
    expect(await counted('event_latency')).toBe(2)
  })

  it('quarantines another body under the same key; the first on the log wins', async () => {
    const first = sampleEvent({ key: 'k', fp: '1'.repeat(64) })
    const second = sampleEvent({ key: 'k', fp: '2'.repeat(64) })
    expect(await write(first, second)).toMatchObject({ accepted: 1, quarantined: 1 })
    expect(await write(sampleEvent({ key: 'k', fp: '3'.repeat(64) }))).toMatchObject({ quarantined: 1 })

    const quarantined = await rows('outcome:quarantined reason:idempotency_mismatch')
    expect(quarantined).toHaveLength(2)
    expect(quarantined.at(-1)?.envelope).toEqual(second.body.envelope)
    const found = await events.get(console_, sampleTenant, first.eventId)
    expect(found).toMatchObject({ state: 'found', events: [{ row: { request_id: first.row.requestId } }] })
  })

  it('keeps the same key of two tenants apart', async () => {
    await write(sampleEvent({ key: 'k' }), sampleEvent({ key: 'k', tenantId: otherTenant, fp: 'b'.repeat(64) }))
    expect(await rows()).toHaveLength(1)
    expect(await rows('', otherTenant)).toHaveLength(1)
  })

  it('stores what a rejected request said, U+0000 included', async () => {
    await write(sampleRejection({ diagnosis: 'payload\u0000 is missing', eventType: 'x'.repeat(3_000) }))
    const [found] = await rows('outcome:rejected')
    expect(found).toMatchObject({
      envelope: null,
      row: { reason: 'schema_invalid', diagnosis: 'payload\ufffd is missing' },
    })
    expect(found?.row.event_type).toHaveLength(255)
    const [body] = await superuser.sql<{ body: Buffer; problem: string }[]>`select body, problem from rejected_body`
    expect(body?.body.toString()).toBe('{"a\u0000":1}')
    expect(body?.problem).toBe('{"detail":"\\u0000"}')
  })

  it('keeps the bytes of a quarantined webhook whose outcome was indexed first', async () => {
    const record = { ...sampleEvent(), kind: 'quarantined' } as const
    const outcome: IndexEntry = {
      kind: 'outcome',
      outcome: 'quarantined',
      row: record.row,
      eventId: record.eventId,
      reason: 'idempotency_mismatch',
      status: 202,
      diagnosis: null,
      rejected: undefined,
    }
    await write(outcome)
    expect(await write(record)).toMatchObject({ quarantined: 0, repeated: 1 })
    expect(await rows()).toMatchObject([{ row: { outcome: 'quarantined' }, envelope: record.body.envelope }])
    expect(await counted()).toBe(1)
  })

  it('counts a counter once by its place on the log', async () => {
    const counter: IndexEntry = {
      kind: 'counter',
      tenantId: sampleTenant,
      outcome: 'rejected',
      reason: 'rate_limited',
      keyId: null,
      source: 'native',
      mode: 'live',
      n: 41,
      fromMs: Date.now(),
      toMs: Date.now() + 10_000,
      position: { topic: 'outcomes', partition: 0, offset: 7 },
    }
    expect(await write(counter, sampleRejection())).toMatchObject({ counted: 1, rejected: 1 })
    expect(await write(counter)).toMatchObject({ counted: 0 })
    expect(await counted()).toBe(42)
  })

  it('adds up: rows and sums of every dimension agree', async () => {
    const batch: IndexEntry[] = []
    for (let n = 0; n < 300; n++) {
      const eventType = `type.${n % 7}`
      batch.push(n % 3 === 0 ? sampleRejection({ eventType }) : sampleEvent({ eventType, key: `k${n % 100}` }))
    }
    const result = await write(...batch)
    expect(result.accepted + result.copy + result.rejected + result.quarantined).toBe(300)
    const total = result.accepted + result.rejected
    for (const dimension of ['outcome', 'source', 'type'] as const) {
      const series = await stats.counts(console_, sampleTenant, {
        dimension,
        from: new Date(Date.now() - 3_600_000),
        to: new Date(Date.now() + 3_600_000),
        bucketMinutes: 60,
      })
      expect(series.reduce((sum, row) => sum + row.n, 0)).toBe(total)
    }
    expect(await counted('event_stats_hour')).toBe(total)
  })

  it('gives at most a thousand types of a day rows of their own', async () => {
    const types = Array.from({ length: typesPerDayMax + 5 }, (_, n) => sampleEvent({ eventType: `t${n}` }))
    await write(...types.slice(0, 600))
    await write(...types.slice(600))
    await write(sampleEvent({ eventType: 'late.type' }), sampleEvent({ eventType: 't0' }))
    const [other] = await superuser.sql<{ n: string }[]>`
      select n from event_stats_minute where dimension = 'type' and value = ${otherType}`
    expect(Number(other?.n)).toBe(6)
    const [known] = await superuser.sql`select count(*)::int as n from event_stats_type`
    expect(known).toEqual({ n: typesPerDayMax })
  })

  it('numbers rows in the order of commits, so that nothing appears below what a reader has seen', async () => {
    const seen: number[] = []
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; n < 5; n++) {
          await write(sampleEvent({ key: `${writer}-${n}` }), sampleEvent({ key: `${writer}-${n}b` }))
          const [row] = await superuser.sql<{ max: string }[]>`select max(indexed_seq) from event_index`
          seen.push(Number(row?.max))
        }
      }),
    )
    const all = await superuser.sql<{ indexed_seq: string }[]>`select indexed_seq from event_index`
    expect(new Set(all.map((row) => row.indexed_seq)).size).toBe(80)
    const [head] = await superuser.sql<{ seq: string }[]>`select seq from event_index_head`
    expect(Number(head?.seq)).toBe(Math.max(...seen))
  })

  it('leaves nothing behind when its transaction is rolled back', async () => {
    const attempt = engine.transaction(async (tx) => {
      await indexWriter.write(tx, [sampleEvent(), sampleRejection()])
      throw new Error('fenced')
    })
    await expect(attempt).rejects.toThrow('fenced')
    expect(await rows()).toHaveLength(0)
    expect(await counted()).toBe(0)
  })

  it('lets two writers of the same events race without an error', async () => {
    const keys = Array.from({ length: 200 }, (_, n) => `race-${n}`)
    const batches = Array.from({ length: 4 }, (_, n) =>
      (n % 2 ? keys : keys.toReversed()).map((key) => sampleEvent({ key })),
    )
    const results = await Promise.all(batches.map((batch) => write(...batch)))
    expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(200)
    expect(results.reduce((sum, { copy }) => sum + copy, 0)).toBe(600)
    expect(await counted()).toBe(200)
  })

  it('puts each latency into one bucket', () => {
    expect([0, 1, 1.01, 12_000, 12_000.5].map(latencyBucket)).toEqual([
      0,
      0,
      1,
      latencyBucketsMs.length - 1,
      latencyBucketsMs.length,
    ])
  })
})

describe('event index', () => {
  it('shows a tenant nothing of another, nor anything when none is set', async () => {
    const event = sampleEvent()
    await write(event)
    expect(await rows('', otherTenant)).toEqual([])
    expect(await events.get(console_, otherTenant, event.eventId)).toEqual({ state: 'absent' })
    expect(await events.get(console_, otherTenant, event.row.requestId)).toEqual({ state: 'absent' })
    for (const table of ['event_index', 'event_body', 'event_locator', 'event_stats_minute', 'rejected_body']) {
      await expect(console_.sql`select * from ${console_.sql(table)}`.then((all) => all.length)).rejects.toThrow(
        /app.tenant_id|uuid/,
      )
    }
  })

  it('lets the engine write every tenant’s rows and read none of their content', async () => {
    await write(sampleEvent())
    for (const statement of [
      'select payload from event_index',
      'select * from event_body',
      'delete from event_index',
    ]) {
      const reading = engine.forTenant(sampleTenant, async (tx) => await tx.sql.unsafe(statement))
      await expect(reading).rejects.toThrow('permission denied')
    }
    await expect(console_.sql`select event_index_roll()`).rejects.toThrow('permission denied')
    const deleting = console_.forTenant(sampleTenant, async (tx) => await tx.sql`delete from event_locator`)
    await expect(deleting).rejects.toThrow('permission denied')
  })

  it('protects every partition as its parent', async () => {
    const open = await superuser.sql`
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent::regclass::text in ('event_index', 'event_body', 'rejected_body', 'event_locator')
        and not (c.relrowsecurity and c.relforcerowsecurity
          and (select count(*) from pg_policy p where p.polrelid = c.oid) >= (select count(*) from pg_policy p where p.polrelid = i.inhparent and p.polname <> 'retention'))`
    expect(open).toHaveLength(0)
  })

  it('keeps days from 30 back to 7 ahead, drops older ones and moves strays to their day', async () => {
    const day = 86_400_000
    const name = (ms: number) => `event_index_${new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')}`
    const exists = async (ms: number) => (await superuser.sql`select to_regclass(${name(ms)}) as it`)[0]?.it !== null
    const now = Date.now()
    expect([await exists(now - 30 * day), await exists(now - 31 * day)]).toEqual([true, false])
    expect([await exists(now + 7 * day), await exists(now + 8 * day)]).toEqual([true, false])

    const early = sampleEvent({ receivedAtMs: now + 20 * day })
    await superuser.sql.unsafe(`drop table ${name(now + 7 * day)}`)
    const stray = sampleEvent({ receivedAtMs: now + 7 * day })
    await write(early, stray)
    await superuser.sql.unsafe(`
      create table ${name(now - 31 * day)} (like event_index including all);
      alter table event_index attach partition ${name(now - 31 * day)}
        for values from ('${new Date(now - 31 * day).toISOString().slice(0, 10)}') to ('${new Date(now - 30 * day).toISOString().slice(0, 10)}');
      alter table ${name(now - 31 * day)} owner to eventmesh_migrator`)

    expect(await indexUpkeep.roll(engine)).toEqual({ created: 1, dropped: 1, stray: 2 })
    const [moved] =
      await superuser.sql`select tableoid::regclass::text as it from event_index where event_id = ${stray.eventId}`
    expect(moved?.it).toBe(name(now + 7 * day))
    expect(await rows()).toHaveLength(2)
  })

  it('purges what is past retention, and nothing younger', async () => {
    const old = Date.now() - 36 * 86_400_000
    const kept = Date.now() - 34 * 86_400_000
    const oldEvent = sampleEvent({ receivedAtMs: old, requestId: newRequestId(old) })
    await write(oldEvent, sampleEvent({ receivedAtMs: kept }), sampleEvent())
    const purged = await indexUpkeep.purge(engine)
    expect(purged).toBeGreaterThan(0)
    const locators = await superuser.sql`select event_id from event_locator`
    expect(locators).toHaveLength(2)
    expect(locators.map((row) => row.event_id)).not.toContain(oldEvent.eventId)
    expect(await counted()).toBe(1)
    expect(await indexUpkeep.purge(engine)).toBe(0)
  })
})
