import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type AppendResult, type Log, type LogRecord, openLog, recordBytesMax, type StoredRecord } from '@eventmesh/bus'
import { connect, type Database, events, indexUpkeep, keyModes, sourceModes } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { type KeyId, newRequestId, newUuid, type TenantId, type Topic } from '@eventmesh/envelope'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOriginCheck } from './check-origin.ts'
import { bury, type DeadLetter } from './dead-letter.ts'
import { createIndexer, indexedTopics, indexerGroup } from './indexer.ts'
import { type Sample, sampleOutcome, sampleRecord, stored } from './sample-record.ts'

const tenantId = newUuid() as TenantId
const otherTenant = newUuid() as TenantId
const keyId = newUuid() as KeyId
const otherKey = newUuid() as KeyId

let test: TestDatabase
let engine: Database
let console_: Database
let superuser: Database
let log: Log
let endings: (() => Promise<unknown>)[]

beforeEach(async () => {
  endings = []
  test = await testDatabase()
  const options = { statementTimeoutMs: 30_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  engine = connect({ ...options, url: test.urls.engine, role: 'engine', max: 8 })
  console_ = connect({ ...options, url: test.urls.console, role: 'console', max: 2 })
  superuser = connect({ ...options, url: test.urls.superuser, max: 2 })
  log = await openLog({ database: engine })
  await indexUpkeep.roll(engine)
  await superuser.sql`insert into tenant (id, slug, name) values (${tenantId}, 'acme', 'a'), (${otherTenant}, 'other', 'o')`
  await superuser.sql`insert into api_key (tenant_id, id, name, mode, hash, last_four) values
    (${tenantId}, ${keyId}, 'k', 'live', ${Buffer.alloc(32, 1)}, 'aaaa'),
    (${otherTenant}, ${otherKey}, 'k', 'live', ${Buffer.alloc(32, 2)}, 'bbbb')`
})

afterEach(async () => {
  for (const end of endings.reverse()) await end()
  await log.close()
  await Promise.all([engine, console_, superuser].map((db) => db.close()))
  await test.close()
})

const record = (given: Partial<Sample> = {}) => sampleRecord({ tenantId, keyId, ...given })

async function append(topic: Topic, ...records: LogRecord[]): Promise<void> {
  const results: readonly AppendResult[] = await log.append(topic, records, { deadlineMs: 10_000 })
  expect(results.map((result) => result.status)).toEqual(records.map(() => 'appended'))
}

function originCheck() {
  return createOriginCheck({
    keyModes: (tenant, ids) => keyModes(engine, tenant, ids),
    sourceModes: (tenant, ids) => sourceModes(engine, tenant, ids),
  })
}

async function startIndexer(triesMax = 2): Promise<{ dead: DeadLetter[]; stop(): Promise<void> }> {
  const dead: DeadLetter[] = []
  const indexer = createIndexer({
    db: engine,
    log,
    checkOrigins: originCheck(),
    triesMax,
    onIndexed() {},
    onDead: (letter) => dead.push(letter),
  })
  const subscription = await log.subscribe({ group: indexerGroup, topics: indexedTopics, handle: indexer.handle })
  const stop = () => subscription.stop()
  endings.push(stop)
  return { dead, stop }
}

async function rows(q = '', tenant = tenantId) {
  const list = await events.list(console_, tenant, { q, limit: 1_000, withEnvelope: true })
  if (!list.ok) throw new Error(JSON.stringify(list.faults))
  return list.events
}

async function eventually<T>(look: () => Promise<T>, isRight: (it: T) => boolean, deadlineMs = 15_000): Promise<T> {
  const until = performance.now() + deadlineMs
  for (;;) {
    const it = await look()
    if (isRight(it)) return it
    if (performance.now() > until) throw new Error(`not reached: ${JSON.stringify(it)}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Until every topic's position stands behind its last record. */
function drained(): Promise<unknown> {
  return eventually(
    async () =>
      await superuser.sql<{ topic: string; behind: string }[]>`
      select h.topic, h.next_offset - coalesce(p.next_offset, 0) as behind from log_head h
      left join log_position p on p.topic = h.topic and p.consumer_group = ${indexerGroup}
      where h.topic in ('events', 'outcomes', 'quarantine')`,
    (behind) => behind.every((row) => Number(row.behind) === 0),
  )
}

async function deadLetters(n: number): Promise<StoredRecord[]> {
  const found: StoredRecord[] = []
  for await (const letter of log.read('dead-letters', {
    from: 'beginning',
    limit: n,
    signal: AbortSignal.timeout(10_000),
  })) {
    found.push(letter)
  }
  return found
}

async function sums(): Promise<Record<string, number>> {
  const counted = await superuser.sql<{ outcome: string; n: string }[]>`
    select outcome, sum(n) as n from event_stats_minute where dimension = 'outcome' group by 1`
  return Object.fromEntries(counted.map((row) => [row.outcome, Number(row.n)]))
}

/** The group starts over, as after a restored log: everything is delivered again. */
async function rewind(): Promise<void> {
  await superuser.sql`update log_position set next_offset = 0, lease_until = clock_timestamp() where consumer_group = ${indexerGroup}`
}

describe('indexer', () => {
  it('brings records of every topic into the index, bytes unchanged', async () => {
    const payloads = ['{"n":12345678901234567890,"nul":"\\u0000"}', '{ "lone" : "\\udfff" }', '{"é":"𝒳"}']
    const sent = payloads.map((payload) => record({ payload }))
    await append('events', ...sent)
    await append(
      'outcomes',
      sampleOutcome({ tenantId, keyId, outcome: { outcome: 'duplicate', status: 202, reason: null } }),
    )
    await append('outcomes', sampleOutcome({ tenantId, keyId }))
    await append('quarantine', record({ key: 'q', fp: 'b'.repeat(64) }))
    await startIndexer()
    await drained()

    const accepted = await rows('outcome:accepted')
    expect(accepted.map(({ envelope }) => envelope?.toString('hex')).sort()).toEqual(
      sent.map(({ value }) => value.toString('hex')).sort(),
    )
    expect(await rows('outcome:duplicate status:202')).toHaveLength(1)
    expect(await rows('outcome:rejected reason:schema_invalid')).toHaveLength(1)
    expect(await rows('outcome:quarantined')).toHaveLength(1)
  })

  it('changes nothing when the whole log is delivered again, and adds up', async () => {
    const keys = Array.from({ length: 40 }, (_, n) => `k${n % 25}`)
    await append('events', ...keys.map((key, n) => record({ key, fp: (n >= 35 ? 'c' : 'a').repeat(64) })))
    await append('outcomes', ...Array.from({ length: 7 }, () => sampleOutcome({ tenantId, keyId })))
    const first = await startIndexer()
    await drained()
    await first.stop()
    const before = [await rows(), await rows('outcome:copy'), await sums()]
    // 25 keys: 25 accepted; of 15 repeats the last 5 have another body.
    expect(before[2]).toEqual({ accepted: 25, quarantined: 5, rejected: 7 })
    expect(before[1]).toHaveLength(10)

    await rewind()
    await startIndexer()
    await drained()
    expect([await rows(), await rows('outcome:copy'), await sums()]).toEqual(before)
  })

  it('leaves what nobody can read or trust on dead-letters and goes on', async () => {
    const bad = [
      record({ value: Buffer.from('{"hello":"world"}') }),
      record({ headers: { 'em-fp': undefined } }),
      record({ value: Buffer.from(`{"payload":${'['.repeat(6_000)}${']'.repeat(6_000)}}`) }),
      record({ keyId: otherKey }),
      record({ recordKey: `${otherTenant}:x` }),
      record({ headers: { 'em-mode': 'test' } }),
    ]
    const good = [record({ key: 'before' }), record({ key: 'after' })]
    await append('events', good[0]!, ...bad, good[1]!)
    const { dead } = await startIndexer()
    await drained()

    expect((await rows()).map(({ row }) => row.idempotency_key).sort()).toEqual(['after', 'before'])
    expect(await rows('', otherTenant)).toEqual([])
    const letters = await deadLetters(bad.length)
    expect(letters.map(({ value }) => value)).toEqual(bad.map(({ value }) => value))
    expect(letters.map(({ headers }) => headers['em-dead-reason'])).toEqual([
      'unreadable',
      'unreadable',
      'unreadable',
      'forged',
      'forged',
      'forged',
    ])
    expect(letters[0]?.headers).toMatchObject({
      'em-dead-topic': 'events',
      'em-dead-partition': '0',
      'em-dead-offset': '1',
      'em-dead-group': 'indexer',
      'em-event-id': bad[0]?.headers['em-event-id'],
    })
    expect(dead).toHaveLength(bad.length)
  })

  it('buries bytes that no log can hold as they are', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x1e])
    const large = Buffer.alloc(recordBytesMax + 1, 0x61)
    const letters = [bytes, large].map((value) => ({
      record: stored({ key: 'a\u0001b', value, headers: { 'x\n': 'é\u0000', 'em-fp': 'f' } }),
      reason: 'unreadable' as const,
      detail: 'not JSON',
    }))
    await bury(log, 'indexer', letters)
    const [small, cut] = await deadLetters(2)
    expect(JSON.parse(small!.value.toString())).toEqual({ base64: bytes.toString('base64') })
    expect(small!.headers).toMatchObject({
      'em-dead-encoding': 'base64',
      'x?': 'é?',
      'em-fp': 'f',
      'em-dead-reason': 'unreadable',
    })
    expect(small!.key).toBe('a?b')
    expect(cut!.headers['em-dead-cut']).toBe(String(large.length))
  })

  it('isolates a record that always fails in the database and indexes its neighbours', async () => {
    const neighbours = Array.from({ length: 9 }, (_, n) => sampleOutcome({ tenantId, keyId, key: `n${n}` }))
    // A status that no column holds.
    const poison = sampleOutcome({ tenantId, keyId, key: 'poison', outcome: { status: 70_000 } })
    await append('outcomes', ...neighbours.slice(0, 6), poison, ...neighbours.slice(6))
    const { dead } = await startIndexer(3)
    await drained()

    expect((await rows()).map(({ row }) => row.idempotency_key).sort()).toEqual(
      neighbours.map((_, n) => `n${n}`).sort(),
    )
    expect(dead.map(({ reason, record: { offset } }) => [reason, offset])).toEqual([['failed', 6]])
    const [letter] = await deadLetters(1)
    expect(letter?.value).toEqual(poison.value)
    expect(letter?.headers['em-dead-detail']).toMatch(/22003/)
    expect(await sums()).toEqual({ rejected: 9 })

    await append('outcomes', sampleOutcome({ tenantId, keyId, key: 'later' }))
    await drained()
    expect(await rows('later')).toHaveLength(1)
  })

  it('waits for a database that refuses instead of giving records up', async () => {
    await append('events', record({ key: 'patient' }))
    await superuser.sql`revoke insert on event_locator from eventmesh_engine`
    const failures: unknown[] = []
    const indexer = createIndexer({
      db: engine,
      log,
      checkOrigins: originCheck(),
      triesMax: 1,
      onIndexed() {},
      onDead: () => failures.push('dead'),
    })
    const subscription = await log.subscribe({
      group: indexerGroup,
      topics: ['events'],
      handle: indexer.handle,
      onEvent: (event) => event.kind === 'failed' && failures.push('failed'),
    })
    endings.push(() => subscription.stop())
    await eventually(
      async () => failures.length,
      (n) => n >= 3,
    )
    await superuser.sql`grant insert on event_locator to eventmesh_engine`
    await eventually(
      () => rows('patient'),
      (found) => found.length === 1,
    )
    expect(failures).not.toContain('dead')
  })

  it('keeps nothing of a member whose partition was taken while it worked', async () => {
    await append('events', record({ key: 'contended' }))
    let isTaken = false
    const indexer = createIndexer({
      db: engine,
      log,
      async checkOrigins(origins) {
        if (!isTaken) {
          isTaken = true
          await superuser.sql`update log_position set epoch = epoch + 1, owner = 'zombie slayer', lease_until = clock_timestamp()`
        }
        return origins.map(() => undefined)
      },
      triesMax: 2,
      onIndexed: (_, result) => results.push(result.accepted),
      onDead: () => results.push(-1),
    })
    const results: number[] = []
    const subscription = await log.subscribe({ group: indexerGroup, topics: ['events'], handle: indexer.handle })
    endings.push(() => subscription.stop())
    await eventually(
      () => rows('contended'),
      (found) => found.length === 1,
    )
    expect(results).toEqual([1])
    expect(await sums()).toEqual({ accepted: 1 })
  })

  it('shares the work of two members without doing any of it twice', async () => {
    const first = await startIndexer()
    await startIndexer()
    for (let n = 0; n < 20; n++) {
      await append('events', ...Array.from({ length: 5 }, (_, i) => record({ key: `s${n}-${i}` })))
      if (n === 10) await first.stop()
    }
    await drained()
    expect(await rows()).toHaveLength(100)
    expect(await rows('outcome:copy')).toHaveLength(0)
    expect(await sums()).toEqual({ accepted: 100 })
  })
})

describe('engine process', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))

  function start(
    variables: Record<string, string> = {},
    args: string[] = [],
  ): { child: ChildProcess; exit: Promise<number | string>; output: () => string } {
    const child = spawn(process.execPath, [main, ...args], {
      env: {
        PATH: process.env.PATH,
        ENGINE_DATABASE_URL: test.urls.engine,
        EVENTMESH_DURABILITY: 'dev',
        ENGINE_ADMIN_PORT: '0',
        LOG_FORMAT: 'json',
        ...variables,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    const exit = new Promise<number | string>((resolve) =>
      child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)),
    )
    endings.push(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exit
    })
    return { child, exit, output: () => output }
  }

  const freeLeases = () => superuser.sql`update log_position set lease_until = clock_timestamp()`

  it.each(['before_effect', 'after_effect', 'after_commit'])(
    'redelivers and counts once after a kill at %s',
    async (name) => {
      const requestId = newRequestId(Date.now())
      await append('events', ...[0, 1, 2].map((item) => record({ key: `k${item}`, requestId, item: `${item}/3` })))
      const killed = start({ EVENTMESH_FAILPOINT: `${name}=kill` })
      expect(await killed.exit).toBe('SIGKILL')
      expect(await rows()).toHaveLength(name === 'after_commit' ? 3 : 0)

      await freeLeases()
      const next = start()
      await eventually(
        async () => next.output(),
        (output) => output.includes('engine runs'),
      )
      await drained()
      expect(await rows()).toHaveLength(3)
      expect(await sums()).toEqual({ accepted: 3 })
      next.child.kill('SIGTERM')
      expect(await next.exit).toBe(0)
    },
    40_000,
  )

  it('keeps nothing of a process that was stopped with its effect open and wakes up later', async () => {
    await append('events', ...Array.from({ length: 5 }, (_, n) => record({ key: `z${n}` })))
    const zombie = start({ EVENTMESH_FAILPOINT: 'after_effect#1=stop' })
    await eventually(
      async () =>
        await superuser.sql`select from pg_stat_activity where state = 'idle in transaction'
        and application_name = 'eventmesh-engine-index' and query like '%log_position%' and now() - state_change > interval '200 ms'`,
      (open) => open.length > 0,
      20_000,
    )
    const heir = start()
    // The zombie's lease runs out, and the server ends its idle transaction: 10 s each.
    await eventually(
      () => rows(),
      (found) => found.length === 5,
      40_000,
    )
    zombie.child.kill('SIGCONT')
    await eventually(
      async () => zombie.output(),
      (output) => /fenced|failed and is tried again/.test(output),
    )
    await append('events', record({ key: 'z-last' }))
    await drained()
    expect(await rows()).toHaveLength(6)
    expect(await rows('outcome:copy')).toHaveLength(0)
    expect(await sums()).toEqual({ accepted: 6 })
    for (const { child, exit } of [zombie, heir]) {
      child.kill('SIGTERM')
      expect(await exit).toBe(0)
    }
  }, 90_000)

  it('answers readiness and metrics, and drains on SIGTERM', async () => {
    await append('events', record())
    const { child, exit, output } = start({}, ['--role', 'indexer'])
    const started = await eventually(
      async () => /"port":(\d+)/.exec(output()),
      (match) => match !== null,
    )
    const admin = `http://127.0.0.1:${started?.[1]}`
    await drained()
    const verbose = await fetch(`${admin}/readyz?verbose`)
    expect(verbose.status).toBe(200)
    expect(await verbose.json()).toMatchObject({ ok: true })
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    expect(metrics).toMatch(/eventmesh_indexer_records_total\{[^}]*ending="accepted"[^}]*\} 1/)
    expect(metrics).toMatch(/eventmesh_indexer_lag_events_records\{[^}]*\} 0/)
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    expect(output()).not.toContain('order.created')
  }, 30_000)

  it('refuses a role it does not have and what production forbids, one line each', async () => {
    const wrong = start({ EVENTMESH_DURABILITY: 'production' }, ['--role', 'worker'])
    expect(await wrong.exit).toBe(1)
    expect(wrong.output().trim().split('\n')).toEqual([
      expect.stringContaining('KAFKA_BROKERS is not set'),
      expect.stringContaining('--role must be one of indexer'),
    ])
  })
})
