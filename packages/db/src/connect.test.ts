import net from 'node:net'
import { inspect } from 'node:util'
import { newUuid, type TenantId } from '@eventmesh/envelope'
import { eq } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectOptions, connect, type Database, type Transaction } from './connect.ts'
import { DatabaseError } from './database-error.ts'
import type { RawSql } from './redirect.ts'
import { tenantTable } from './schema/tenant.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  server = await testDatabase()
})

afterAll(async () => {
  for (const close of closers.reverse()) await close()
  await server.close()
})

describe('a transaction', () => {
  test('commits what resolves and undoes what throws', async () => {
    const db = open()
    const [kept, undone] = [newUuid() as TenantId, newUuid() as TenantId]
    await db.transaction((tx) => tx.insert(tenantTable).values({ id: kept, slug: 'kept', name: 'Kept' }))
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(tenantTable).values({ id: undone, slug: 'undone', name: 'Undone' })
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await db.sql`select slug from tenant where id in (${kept}, ${undone})`).toEqual([{ slug: 'kept' }])
  })

  test('gives drizzle and raw statements the same connection', async () => {
    await open().transaction(async (tx) => {
      const [raw] = await tx.sql`select pg_backend_pid() as pid`
      const [built] = await tx.execute<{ pid: number }>('select pg_backend_pid() as pid')
      expect(built).toEqual({ pid: raw!.pid })
    })
  })

  test('passes dates, JSON, arrays and bytes both ways', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const db = open({ max: 4 })
    // Each on a connection of its own: types are known from its first statement on.
    const rows = await Promise.all(
      [1, 2, 3, 4].map(() =>
        db.transaction(async (tx) => {
          const [row] = await tx.sql`
            select ${at}::timestamptz as at, ${{ a: [1, 'ü'] } as never}::jsonb as json, ${['a', 'b,"c']}::text[] as list,
                   ${Buffer.from([0, 255])}::bytea as bytes, '{10.0.0.0/8}'::cidr[] as ranges, pg_sleep(0.05)::text as slept`
          return row
        }),
      ),
    )
    for (const row of rows) {
      expect(row).toEqual({
        at,
        json: { a: [1, 'ü'] },
        list: ['a', 'b,"c'],
        bytes: Buffer.from([0, 255]),
        ranges: ['10.0.0.0/8'],
        slept: '',
      })
    }
  })

  test('runs again after a serialization failure and then succeeds', async () => {
    const db = open({ max: 4 })
    const id = newUuid() as TenantId
    await db.transaction((tx) => tx.insert(tenantTable).values({ id, slug: 'counted', name: '0' }))
    let runs = 0
    const increment = () =>
      db.transaction(
        async (tx) => {
          runs += 1
          const [row] = await tx.select({ name: tenantTable.name }).from(tenantTable).where(eq(tenantTable.id, id))
          await tx
            .update(tenantTable)
            .set({ name: String(Number(row!.name) + 1) })
            .where(eq(tenantTable.id, id))
        },
        { isolation: 'serializable', tries: 20 },
      )
    await Promise.all([increment(), increment(), increment()])
    const [row] = await db.sql`select name from tenant where id = ${id}`
    expect(row).toEqual({ name: '3' })
    expect(runs).toBeGreaterThanOrEqual(3)
  })
})

describe('limits', () => {
  test('refuse as busy who gets no connection in time, and serve the next one when one is free again', async () => {
    const db = open({ max: 2, acquireTimeoutMs: 150 })
    const held = await Promise.all([hold(db), hold(db)])
    const startedAt = performance.now()
    await expect(db.transaction(async () => {})).rejects.toMatchObject({ kind: 'busy', mayHaveCommitted: false })
    await expect(db.query((sql) => sql`select 1`)).rejects.toMatchObject({ kind: 'busy' })
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    const waiting = db.transaction((tx) => tx.sql`select 'served' as was`)
    held[0]!.release()
    expect((await waiting)[0]).toEqual({ was: 'served' })
    held[1]!.release()
    await Promise.all(held.map(({ done }) => done))
  })

  test('serve 100 callers in the order they came', async () => {
    const db = open({ max: 1, acquireTimeoutMs: 5_000 })
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        db.transaction(async (tx) => {
          order.push(n)
          await tx.sql`select 1`
        }),
      ),
    )
    expect(order).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  test('stop a statement, a wait for a lock and an idle transaction', async () => {
    const db = open({ statementTimeoutMs: 200, lockTimeoutMs: 100, idleInTransactionTimeoutMs: 100, max: 3 })
    await expect(db.query((sql) => sql`select pg_sleep(5)`)).rejects.toMatchObject({
      kind: 'failed',
      sqlState: '57014',
    })
    const held = await hold(open(), (sql) => sql`lock table audit in access exclusive mode`)
    await expect(db.query((sql) => sql`select 1 from audit`)).rejects.toMatchObject({
      kind: 'conflict',
      sqlState: '55P03',
    })
    held.release()
    await held.done
    await expect(
      db.transaction(async (tx) => {
        await tx.sql`select 1`
        await new Promise((resolve) => setTimeout(resolve, 400))
        await tx.sql`select 1`
      }),
    ).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await db.query((sql) => sql`select 1 as one`)).toEqual([{ one: 1 }])
  })
})

describe('a server that', () => {
  test('ends a connection in the middle of a transaction undoes it, and no later statement of it reaches anybody', async () => {
    const db = open({ max: 1 })
    const [zombie, innocent] = [newUuid() as TenantId, newUuid() as TenantId]
    const faults: unknown[] = []
    const ended = db.transaction(async (tx) => {
      await tx.insert(tenantTable).values({ id: zombie, slug: 'zombie', name: 'Zombie' })
      const [row] = await tx.sql`select pg_backend_pid() as pid`
      await terminate(row!.pid)
      for (let i = 0; i < 3; i += 1) {
        await tx.sql`insert into tenant (id, slug, name) values (${zombie}, 'zombie', 'Zombie')`.catch((error) =>
          faults.push(error),
        )
        await tx
          .insert(tenantTable)
          .values({ id: zombie, slug: 'zombie', name: 'Z' })
          .catch((error) => faults.push(error))
      }
    })
    await expect(ended).rejects.toMatchObject({ kind: 'unavailable', mayHaveCommitted: false })
    await db.transaction(async (tx) => {
      await tx.insert(tenantTable).values({ id: innocent, slug: 'innocent', name: 'Innocent' })
      await expect.poll(() => faults.length).toBe(6)
      await tx.sql`select 1`
    })
    expect(await db.sql`select slug from tenant where id in (${zombie}, ${innocent})`).toEqual([{ slug: 'innocent' }])
  })

  test('ends idle connections is connected to again without a failed statement', async () => {
    const db = open({ max: 3 })
    const pids = await Promise.all(
      [1, 2, 3].map(async () => (await db.sql`select pg_backend_pid() as pid, pg_sleep(0.05)::text`)[0]!.pid),
    )
    await Promise.all(pids.map(terminate))
    await expect.poll(() => db.sql`select pg_backend_pid() as pid`.then(([row]) => pids.includes(row!.pid))).toBe(false)
    for (let i = 0; i < 6; i += 1) expect(await db.sql`select 1 as one`).toEqual([{ one: 1 }])
  })

  test('ends connections under load lets every caller know and serves the next ones', async () => {
    const db = open({ max: 4, acquireTimeoutMs: 5_000, applicationName: 'under-load' })
    let isOver = false
    const tally = { ok: 0, unavailable: 0, other: [] as unknown[] }
    const workers = Array.from({ length: 8 }, async (_, n) => {
      while (!isOver) {
        const work =
          n % 2 === 0
            ? db.transaction(async (tx) => {
                await tx.sql`select ${'x'.repeat(2_000)}::text as a`
                await tx.sql`select pg_sleep(0.002)::text`
                await tx.select().from(tenantTable).limit(1)
              })
            : db.query((sql) => sql`select ${n}::int, pg_sleep(0.001)::text`)
        await work.then(
          () => (tally.ok += 1),
          (error: unknown) => {
            if (error instanceof DatabaseError && error.kind === 'unavailable') tally.unavailable += 1
            else tally.other.push(error)
          },
        )
      }
    })
    const killer = postgres(server.urls.superuser, { max: 1 })
    for (let i = 0; i < 20; i += 1) {
      await killer`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'under-load'`
      await killer`select pg_sleep(0.02)`
    }
    await killer.end()
    const before = tally.ok
    await expect.poll(() => tally.ok).toBeGreaterThan(before + 20)
    isOver = true
    await Promise.all(workers)
    expect(tally.other).toEqual([])
  })

  test('has a function made anew by a migration is asked again by processes that run on', async () => {
    const superuser = postgres(server.urls.superuser, { max: 1, onnotice: () => {} })
    closers.push(() => superuser.end())
    const make = (columns: string, values: string) =>
      superuser.unsafe(`
        drop function if exists looked_up(int);
        create function looked_up(n int) returns table (${columns}) language sql stable begin atomic select ${values}; end`)
    const db = open({ max: 1 })
    const look = (n: number) => db.query((sql) => sql`select * from looked_up(${n})`)
    await make('a int', 'n')
    for (const n of [1, 2]) expect(await look(n)).toEqual([{ a: n }])
    await make('a int, b int', 'n, n + 1')
    for (const n of [1, 2]) expect(await look(n)).toEqual([{ a: n, b: n + 1 }])
  })

  test('is not there is unavailable', async () => {
    const db = open({ url: 'postgres://x:y@127.0.0.1:1/none' })
    await expect(db.query((sql) => sql`select 1`)).rejects.toMatchObject({
      kind: 'unavailable',
      mayHaveCommitted: true,
    })
    await expect(db.transaction((tx) => tx.sql`select 1`)).rejects.toMatchObject({
      kind: 'unavailable',
      mayHaveCommitted: false,
    })
  })

  test('goes silent is answered for by our own clocks, and served again once it is back', async () => {
    const proxy = await openProxy(server.urls.migrator)
    const db = open({ url: proxy.url, max: 1, acquireTimeoutMs: 300, statementTimeoutMs: 300 })
    await db.query((sql) => sql`select 1`)
    proxy.pause()
    await expect(db.query((sql) => sql`select 1`)).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(db.transaction(async () => {})).rejects.toMatchObject({ kind: 'busy' })
    proxy.resume()
    await expect.poll(() => db.query((sql) => sql`select 1 as one`).catch(() => 'not yet')).toEqual([{ one: 1 }])
  })

  test('goes silent for good has its place taken by another connection', async () => {
    const proxy = await openProxy(server.urls.migrator)
    const db = open({ url: proxy.url, max: 1, acquireTimeoutMs: 300, statementTimeoutMs: 300 })
    for (const ask of [
      () => db.query((sql) => sql`select 1`),
      () => db.transaction((tx) => tx.sql`select 1`),
      () => db.transaction(async () => {}),
    ]) {
      await db.query((sql) => sql`select 1`)
      proxy.silence()
      await expect(ask()).rejects.toBeInstanceOf(DatabaseError)
      await expect
        .poll(() => db.query((sql) => sql`select 1 as one`).catch(() => 'not yet'), { timeout: 10_000 })
        .toEqual([{ one: 1 }])
    }
  })

  test('goes silent for good in a transaction has its place taken too, whatever it was asked', async () => {
    const asked: Readonly<Record<string, (tx: Transaction) => Promise<unknown>>> = {
      commit: async () => undefined,
      rollback: async () => await Promise.reject(new Error('undone')),
      statement: async (tx) => await tx.sql`select 1`,
      'statement whose failure is not minded': async (tx) => await tx.sql`select 1`.catch(() => undefined),
    }
    const ends = Object.entries(asked).map(async ([what, ask]) => {
      const proxy = await openProxy(server.urls.migrator)
      const db = open({ url: proxy.url, max: 1, acquireTimeoutMs: 5_000, statementTimeoutMs: 300 })
      const lost = db.transaction(async (tx) => {
        await tx.sql`select 1`
        proxy.silence()
        return await ask(tx)
      })
      const mayHaveCommitted = what === 'commit'
      await expect(lost, what).rejects.toMatchObject({ kind: 'unavailable', mayHaveCommitted })
      await expect
        .poll(() => db.query((sql) => sql`select 1 as one`).catch(() => 'not yet'), { timeout: 10_000 })
        .toEqual([{ one: 1 }])
    })
    await Promise.all(ends)
  })

  test('goes silent in a transaction lets the caller go at its deadline and keeps nothing', async () => {
    const proxy = await openProxy(server.urls.migrator)
    const db = open({ url: proxy.url, max: 1 })
    const id = newUuid() as TenantId
    const startedAt = performance.now()
    const late = db.transaction(
      async (tx) => {
        await tx.insert(tenantTable).values({ id, slug: 'abandoned', name: 'Abandoned' })
        proxy.pause()
        await tx.sql`select 1`
      },
      { deadlineMs: 400 },
    )
    await expect(late).rejects.toMatchObject({ kind: 'unavailable', mayHaveCommitted: false })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    proxy.resume()
    await expect
      .poll(() => db.query((sql) => sql`select count(*)::int as n from tenant where id = ${id}`))
      .toEqual([{ n: 0 }])
  })

  test('takes a commit and loses the answer leaves the caller told that it may have happened', async () => {
    const proxy = await openProxy(server.urls.migrator)
    const db = open({ url: proxy.url, max: 1 })
    const id = newUuid() as TenantId
    await db.query((sql) => sql`select 1`)
    const lost = db.transaction(async (tx) => {
      await tx.insert(tenantTable).values({ id, slug: 'unknown', name: 'Unknown' })
      proxy.cutAfterCommit()
    })
    await expect(lost).rejects.toMatchObject({ kind: 'unavailable', mayHaveCommitted: true })
    await expect
      .poll(() => open().query((sql) => sql`select slug from tenant where id = ${id}`))
      .toEqual([{ slug: 'unknown' }])
  })
})

describe('errors', () => {
  const canary = 'canary-4f1e'

  test.each<[string, (db: Database) => Promise<unknown>]>([
    [
      'a unique violation',
      async (db) => {
        const values = () => ({ id: newUuid() as TenantId, slug: canary, name: canary })
        await db.transaction((tx) => tx.insert(tenantTable).values(values()))
        await db.transaction((tx) => tx.insert(tenantTable).values(values()))
      },
    ],
    [
      'a failed check',
      (db) =>
        db.transaction((tx) =>
          tx.insert(tenantTable).values({ id: newUuid() as TenantId, slug: `${canary}-`, name: canary }),
        ),
    ],
    ['text that is no uuid', (db) => db.transaction((tx) => tx.sql`select ${canary}::uuid`)],
    ['text that is no number', (db) => db.query((sql) => sql`select ${canary}::text::int`)],
    [
      'a builder’s bad value',
      (db) =>
        db.transaction((tx) =>
          tx
            .select()
            .from(tenantTable)
            .where(eq(tenantTable.id, canary as TenantId)),
        ),
    ],
    [
      'a builder’s bad value outside of a transaction',
      (db) =>
        db.drizzle
          .select()
          .from(tenantTable)
          .where(eq(tenantTable.id, canary as TenantId))
          .catch((error) => {
            throw Object.assign(new Error(error.name), { stack: '', inner: Object.keys(error.parameters ?? {}) })
          }),
    ],
    ['a broken statement', (db) => db.transaction((tx) => tx.sql`select ${canary} from nowhere`)],
  ])('carry no parameter and no row: %s', async (_, run) => {
    const error: unknown = await run(open()).then(
      () => undefined,
      (failure: unknown) => failure,
    )
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary)
    expect(JSON.stringify(error)).not.toContain(canary)
  })

  test('name the constraint', async () => {
    const run = () =>
      open().transaction((tx) => tx.insert(tenantTable).values({ id: newUuid() as TenantId, slug: 'named', name: 'N' }))
    await run()
    const error = await run().catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toMatchObject({ kind: 'refused', sqlState: '23505', constraint: 'tenant_slug', table: 'tenant' })
  })
})

describe('listen', () => {
  test('hears what others notify, and again after its connection was lost', async () => {
    const db = open()
    const heard: string[] = []
    let connected = 0
    const listener = await db.listen('a_channel', (payload) => heard.push(payload), {
      onConnected: () => (connected += 1),
    })
    expect(connected).toBe(1)
    await db.sql`select pg_notify('a_channel', 'one'), pg_notify('another', 'not ours')`
    await expect.poll(() => heard).toEqual(['one'])

    const superuser = postgres(server.urls.superuser, { max: 1 })
    await superuser`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`
    await superuser.end()
    await expect.poll(() => connected, { timeout: 10_000 }).toBe(2)
    await db.sql`select pg_notify('a_channel', 'two')`
    await expect.poll(() => heard).toEqual(['one', 'two'])
    await listener.close()
    await db.sql`select pg_notify('a_channel', 'three')`
    expect(heard).toEqual(['one', 'two'])
  })

  test('resolves where no server is, goes on trying, and closes', async () => {
    const db = open({ url: 'postgres://x:y@127.0.0.1:1/none' })
    const listener = await db.listen('a_channel', () => {})
    await listener.close()
  })
})

test('closing waits for a running transaction', async () => {
  const db = connect(options({}))
  const running = db.transaction(async (tx) => (await tx.sql`select pg_sleep(0.2)::text as slept`)[0])
  await db.query((sql) => sql`select 1`)
  await db.close()
  expect(await running).toEqual({ slept: '' })
})

function options(given: Partial<ConnectOptions>): ConnectOptions {
  return {
    url: server.urls.migrator,
    max: 2,
    acquireTimeoutMs: 2_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
    ...given,
  }
}

function open(given: Partial<ConnectOptions> = {}): Database {
  const db = connect(options(given))
  closers.push(() => db.close())
  return db
}

async function terminate(pid: number): Promise<void> {
  const superuser = postgres(server.urls.superuser, { max: 1 })
  await superuser`select pg_terminate_backend(${pid}, 2000)`
  await superuser.end()
}

async function hold(
  db: Database,
  first: (sql: RawSql) => PromiseLike<unknown> = (sql) => sql`select 1`,
): Promise<{ release(): void; done: Promise<void> }> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let done: Promise<void> = Promise.resolve()
  await new Promise<void>((holding) => {
    done = db.transaction(async (tx) => {
      await first(tx.sql)
      holding()
      await released
    })
  })
  return { release, done }
}

type Proxy = { url: string; silence(): void; pause(): void; resume(): void; cutAfterCommit(): void }

/** A network between us and the server that can go silent or lose an answer. */
async function openProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const state = { paused: false, cutting: false }
  const pairs = new Set<[net.Socket, net.Socket]>()
  const proxy = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname)
    pairs.add([client, upstream])
    client.on('data', (chunk) => {
      upstream.write(chunk)
      if (state.cutting && chunk.includes('commit')) {
        state.cutting = false
        client.destroy()
      }
    })
    upstream.on('data', (chunk) => client.destroyed || client.write(chunk))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.end())
    }
    if (state.paused) client.pause()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    for (const [client, upstream] of pairs) for (const socket of [client, upstream]) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  const url = new URL(target)
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  const each = (run: (socket: net.Socket) => void) => {
    for (const [client, upstream] of pairs) for (const socket of [client, upstream]) run(socket)
  }
  return {
    url: url.href,
    /** Of the connections there are; new ones pass. */
    silence: () => each((socket) => socket.pause()),
    pause() {
      state.paused = true
      each((socket) => socket.pause())
    },
    resume() {
      state.paused = false
      each((socket) => socket.resume())
    },
    cutAfterCommit() {
      state.cutting = true
    },
  }
}
