import { connect, type Database, positions } from '@eventmesh/db'
import { emptyTestDatabase, type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logContract } from './contract/index.ts'
import { startPostgresServer } from './contract/postgres-server.ts'
import { openPostgresLog } from './log.postgres.ts'
import type { Log, LogRecord, SubscriptionEvent } from './log.ts'

logContract('the log on Postgres', async () => {
  const server = await startPostgresServer()
  const ingest = open(server.urls.ingest)
  const engine = open(server.urls.engine)
  const times = { leaseMs: 2_000, heartbeatMs: 300, pollMs: 100, retryFirstMs: 20 }
  return {
    open: async (as, limits = {}) => openPostgresLog(as === 'ingest' ? ingest : engine, { limits, times }),
    database: engine,
    killBackend: server.kill,
    startBackend: server.start,
    silenceBackend: server.silence,
    hearBackend: server.hear,
    async holdAppend(topic, record) {
      const release = Promise.withResolvers<void>()
      const isHeld = Promise.withResolvers<void>()
      const text = [record.key, JSON.stringify(record.headers), '-', record.value.toString()].join('\u001f')
      const committed = ingest.transaction(async (tx) => {
        await tx.sql`select log_append(${topic}, 1, ${text})`
        isHeld.resolve()
        await release.promise
      })
      await isHeld.promise
      return {
        async commit() {
          release.resolve()
          await committed
        },
      }
    },
    features: { partitions: 1, recoveryMs: 30_000 },
    async close() {
      await Promise.all([ingest.close(), engine.close()])
      await server.remove()
    },
  }
})

function open(url: string): Database {
  return connect({ url, max: 8, acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000, applicationName: 'log-contract' })
}

describe('the log on Postgres', () => {
  let server: TestDatabase
  let ingest: Database
  let engine: Database
  let migrator: Database
  const logs: Log[] = []

  beforeEach(async () => {
    server = await testDatabase()
    ingest = open(server.urls.ingest)
    engine = open(server.urls.engine)
    migrator = open(server.urls.migrator)
  })

  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()))
    await Promise.all([ingest.close(), engine.close(), migrator.close()])
    await server.close()
  })

  function openLog(database = ingest, times = {}): Log {
    const log = openPostgresLog(database, { times: { pollMs: 50, heartbeatMs: 50, ...times } })
    logs.push(log)
    return log
  }

  async function appendMany(log: Log, count: number): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => recordOf(`many:${index}`))
    const results = await log.append('events', records, { deadlineMs: 20_000 })
    expect(results.every((result) => result.status === 'appended')).toBe(true)
  }

  async function firstOffset(): Promise<number> {
    for await (const record of openLog(engine).read('events', { from: 'beginning', limit: 1 })) return record.offset
    throw new Error('the log is empty')
  }

  async function rangesOf(topic: string): Promise<{ from: number; to: number }[]> {
    const rows = await migrator.sql<{ from: string; to: string }[]>`
      select from_offset as from, to_offset as to from log_range where topic = ${topic} order by from_offset`
    return rows.map((row) => ({ from: Number(row.from), to: Number(row.to) }))
  }

  it('gathers the appends of one turn into few transactions of at most 500 records', async () => {
    const log = openLog()
    await Promise.all(
      Array.from({ length: 1_200 }, (_, index) =>
        log.append('events', [recordOf(`turn:${index}`)], { deadlineMs: 20_000 }),
      ),
    )
    const rows = await migrator.sql<{ records: number }[]>`
      select count(*)::int as records from log_record where topic = 'events' group by xmin::text order by 1`
    expect(rows.map((row) => row.records)).toEqual([200, 500, 500])
  })

  it('sends a record above the batch size alone, and those around it together', async () => {
    const log = openLog()
    const large = { ...recordOf('large'), value: Buffer.from(JSON.stringify('x'.repeat(1024 * 1024))) }
    await log.append('events', [recordOf('a'), recordOf('b'), large, recordOf('c')], { deadlineMs: 20_000 })
    const rows = await migrator.sql<{ keys: string }[]>`
      select string_agg(key, ',' order by "offset") as keys from log_record where topic = 'events' group by xmin::text`
    expect(rows.map((row) => row.keys).sort()).toEqual(['a,b', 'c', 'large'])
  })

  it('drops the ranges whose newest record is too old, never the one that is written', async () => {
    const log = openLog()
    await appendMany(log, 5_001)
    expect((await rangesOf('events'))[0]).toEqual({ from: 0, to: 5_000 })
    await migrator.sql`select from log_roll()`
    expect(await firstOffset()).toBe(0)

    await migrator.sql`update log_head set retention = interval '0 seconds' where topic = 'events'`
    await migrator.sql`select from log_roll()`
    expect(await firstOffset()).toBe(5_000)
    await migrator.sql`select from log_roll()`
    expect(await firstOffset()).toBe(5_000)
  })

  it('drops the oldest ranges of a topic that is too large, and of no other', async () => {
    const log = openLog()
    await appendMany(log, 5_001)
    await log.append('outcomes', [recordOf('outcome')], { deadlineMs: 5_000 })
    await migrator.sql`update log_head set retention_bytes = 1 where topic = 'events'`
    await migrator.sql`select from log_roll()`
    expect(await firstOffset()).toBe(5_000)
    const outcomes = await migrator.sql`select from log_record where topic = 'outcomes'`
    expect(outcomes.length).toBe(1)
  })

  it('tells a group whose records were dropped, and goes on with the earliest', async () => {
    const log = openLog()
    await appendMany(log, 10)
    const events: SubscriptionEvent[] = []
    const offsets: number[] = []
    const consumer = openLog(engine)
    const subscription = await consumer.subscribe({
      group: 'late',
      topics: ['events'],
      onEvent: (event) => events.push(event),
      handle: async (batch) => {
        // The group is slow: what comes after its first batch is dropped before it gets there.
        if (offsets.length === 0) {
          await appendMany(log, 5_000)
          await migrator.sql`update log_head set retention = interval '0 seconds' where topic = 'events'`
          await migrator.sql`select from log_roll()`
        }
        offsets.push(...batch.records.map((record) => record.offset))
      },
    })
    await expect.poll(() => offsets, { timeout: 10_000 }).toEqual([...range(0, 10), ...range(5_000, 5_010)])
    const resets = events.filter((event) => event.kind === 'position-reset')
    expect(resets.map((event) => 'detail' in event && event.detail)).toEqual([
      'the group has no position; starting at 0',
      'position 10 is outside of the log (5000 to 5010); starting at 5000',
    ])
    await subscription.stop()
  })

  it('makes room by itself when an append finds no range', async () => {
    const log = openLog()
    await appendMany(log, 1)
    await migrator.sql`delete from log_range where topic = 'events'`
    await migrator.sql`drop table log_record_events`
    await migrator.sql.unsafe(
      `create table log_record_events partition of log_record for values in ('events') partition by range ("offset")`,
    )
    const results = await log.append('events', [recordOf('a')], { deadlineMs: 10_000 })
    expect(results).toEqual([{ status: 'appended', partition: 0, offset: 1 }])
  })

  it('keeps ranges ahead of the head while it moves', async () => {
    const log = openLog()
    await appendMany(log, 9_000)
    await expect.poll(async () => (await rangesOf('events')).at(-1)!.to, { timeout: 10_000 }).toBeGreaterThan(15_000)
    await appendMany(log, 9_000)
    const ranges = await rangesOf('events')
    for (const [index, { from }] of ranges.entries()) expect(from).toBe(ranges[index - 1]?.to ?? 0)
  })

  it.each([
    ['a record in a record', 1, 'k\u001f{}\u001f-\u001f{}\u001ek\u001f{}\u001f-\u001f{}'],
    ['a field in a record', 1, 'k\u001f{}\u001f-\u001f{}\u001f{}'],
    ['a missing field', 1, 'k\u001f{}\u001f-'],
    ['a missing record', 2, 'k\u001f{}\u001f-\u001f{}'],
  ])('writes nothing when the server finds %s', async (_title, count, text) => {
    await expect(ingest.sql`select log_append('events', ${count}, ${text})`).rejects.toThrow()
    const [head] = await migrator.sql`select next_offset from log_head where topic = 'events'`
    expect(head).toEqual({ next_offset: '0' })
    expect((await migrator.sql`select from log_record`).length).toBe(0)
  })

  it('refuses an append that the server undid, and later ones go through', async () => {
    const log = openLog()
    await appendMany(log, 1)
    const release = Promise.withResolvers<void>()
    const isHeld = Promise.withResolvers<void>()
    const holding = migrator.transaction(async (tx) => {
      await tx.sql`select from log_head where topic = 'events' for update`
      isHeld.resolve()
      await release.promise
    })
    await isHeld.promise
    const refused = await log.append('events', [recordOf('refused')], { deadlineMs: 10_000 })
    expect(refused).toEqual([{ status: 'refused', detail: 'postgres: 55P03', canRetry: true }])
    release.resolve()
    await holding
    await appendMany(log, 1)
    const keys = await migrator.sql`select from log_record where key = 'refused'`
    expect(keys.length).toBe(0)
  })

  it('waits for the disk whatever the session says', async () => {
    await ingest.transaction(async (tx) => {
      await tx.sql`set local synchronous_commit = off`
      await tx.sql`select log_append('events', 1, ${'k\u001f{}\u001f-\u001f{}'})`
      expect(await tx.sql`show synchronous_commit`).toMatchObject([{ synchronous_commit: 'on' }])
    })
  })

  it('names the settings under which a crash loses records', async () => {
    const database = open(`${server.urls.ingest}?synchronous_commit=off`)
    const { ok, unsafe } = await openLog(database).check()
    expect(ok).toBe(true)
    expect(unsafe).toEqual(['fsync is off', 'full_page_writes is off', 'synchronous_commit is off'])
    await database.close()
  })

  it('is not ready without its tables, and says what to do', async () => {
    const empty = await emptyTestDatabase()
    const database = open(empty.urls.superuser)
    const log = openPostgresLog(database)
    expect(await log.check()).toMatchObject({ ok: false, detail: 'the log has no tables: run the migrations' })
    const results = await log.append('events', [recordOf('a')], { deadlineMs: 5_000 })
    expect(results).toEqual([{ status: 'refused', detail: 'postgres: 42883' }])
    await log.close()
    await database.close()
    await empty.close()
  })

  it('wakes readers at most five times a second', async () => {
    const messages: string[] = []
    const listener = await engine.listen('eventmesh_log', (payload) => messages.push(payload))
    const log = openLog()
    const startedAt = performance.now()
    while (performance.now() - startedAt < 1_000) await appendMany(log, 1)
    await expect.poll(() => messages.length).toBeGreaterThan(2)
    expect(messages.length).toBeLessThanOrEqual(6 + (performance.now() - startedAt - 1_000) / 200)
    expect(new Set(messages)).toEqual(new Set(['events']))
    await listener.close()
  })

  it('wakes a reader long before it would poll', async () => {
    const log = openLog()
    await appendMany(log, 1)
    const consumer = openLog(engine, { pollMs: 60_000 })
    const offsets: number[] = []
    const subscription = await consumer.subscribe({
      group: 'woken',
      topics: ['events'],
      handle: async (batch) => void offsets.push(...batch.records.map((record) => record.offset)),
    })
    await expect.poll(() => offsets).toEqual([0])
    await appendMany(log, 1)
    await expect.poll(() => offsets, { timeout: 5_000 }).toEqual([0, 1])
    await subscription.stop()
  })

  it('gives the partition to another member when one stops renewing its lease', async () => {
    const log = openLog()
    await appendMany(log, 1)
    const dead = await positions.take(
      engine,
      { group: 'g', topic: 'events', partition: 0 },
      { owner: 'dead', leaseMs: 400 },
    )
    const offsets: number[] = []
    const startedAt = performance.now()
    const subscription = await openLog(engine).subscribe({
      group: 'g',
      topics: ['events'],
      handle: async (batch) => void offsets.push(...batch.records.map((record) => record.offset)),
    })
    await expect.poll(() => offsets, { timeout: 10_000 }).toEqual([0])
    expect(performance.now() - startedAt).toBeGreaterThan(300)
    expect(
      await positions.advance(
        engine,
        { group: 'g', topic: 'events', partition: 0 },
        { epoch: dead!.epoch, nextOffset: 0 },
      ),
    ).toBe(false)
    await subscription.stop()
  })

  it.each([
    ['ingest', 'select from log_record'],
    ['ingest', 'select from log_position'],
    ['ingest', "update log_record set value = ''"],
    ['ingest', 'delete from log_record'],
    ['ingest', 'select from log_record_events'],
    ['engine', "update log_record set value = ''"],
    ['engine', 'delete from log_record'],
    ['engine', 'select from log_record_events_0'],
    ['engine', 'update log_head set retention_bytes = 1'],
    ['engine', 'select from log_range_drop(null)'],
    ['console', 'select from log_record'],
    ['console', 'select retention from log_head'],
    ['console', 'update log_head set next_offset = 0'],
    ['console', "select log_append('events', 0, '')"],
    ['console', 'select from log_roll()'],
  ] as const)('does not let %s run: %s', async (role, statement) => {
    const database = open(server.urls[role])
    await expect(database.sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
    await database.close()
  })

  it('forces row-level security with both policies on the log and on every range of it', async () => {
    const rows = await migrator.sql<{ name: string; forced: boolean; policies: string }[]>`
      select relname as name, relrowsecurity and relforcerowsecurity as forced,
        (select string_agg(polname, ',' order by polname) from pg_policy where polrelid = pg_class.oid) as policies
      from pg_class where relname like 'log\\_record%' and relkind in ('r', 'p')`
    expect(rows.length).toBeGreaterThan(12)
    for (const row of rows) expect(row).toMatchObject({ forced: true, policies: 'log_append,log_read' })
  })
})

function recordOf(key: string): LogRecord {
  return { key, value: Buffer.from('{}'), headers: {} }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}
