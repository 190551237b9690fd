import { keys, tenants } from '@eventmesh/db'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noFaults, type TcpProxy } from '../../parts/proxy.ts'
import type { MeshProcess } from '../../stack/process.ts'
import { asOperator } from '../../stack/stack.ts'
import { type Attempt, violations } from '../harness/history.ts'
import { until } from '../harness/processes.ts'
import { attempt, send, sendUntilKept, type Target } from '../harness/send.ts'
import { at, describePairs, effectsOf, hurried, recordsOf } from './pairs.ts'

// The rows R, B and D1 of reliability.md, section 5, on each pair of adapters.
describePairs((stack, pair) => {
  let one: MeshProcess
  let two: MeshProcess

  beforeAll(async () => {
    // The second tenant would rather wait than have copies.
    const {
      postgres,
      tenants: [, strict],
    } = stack()
    await asOperator(postgres, (db) => tenants.set(db, strict.id, { claims: 'strict' }))
    ;[one, two] = await Promise.all([
      stack().start('ingest', hurried(pair)),
      stack().start('ingest', hurried(pair)),
      stack().start('engine', stack().directLog),
    ])
    // Its keys are cached, its connections are open.
    for (const ingest of [one, two]) {
      for (const tenant of [0, 1]) {
        await until('it to serve', 20_000, async () => await serves(at(stack(), ingest, 'live', tenant)))
      }
    }
  })

  afterEach(heal)

  describe('claims', () => {
    afterEach(async () => {
      await heal()
      await until('claims to be answered', 30_000, async () => {
        const both = await Promise.all([one, two].map((each) => dedupeOf(each)))
        return both.every((dedupe) => dedupe === 'claimed')
      })
    })

    test('R1: dead under load, events are kept unchecked, or refused where the tenant is strict; back, all is as before', async () => {
      const { claims } = stack()
      const history: Attempt[] = []
      const times: number[] = []
      let isOver = false
      const load = Array.from({ length: 8 }, async (_, sender) => {
        for (let n = 0; !isOver; n += 1) {
          const startedAt = performance.now()
          history.push(await attempt(at(stack(), n % 2 === 0 ? one : two), `r1-${sender}-${n}`, `{"n":${n}}`))
          times.push(performance.now() - startedAt)
        }
      })
      await until('the load to run', 20_000, () => history.length > 50)
      await claims.kill()
      const killedAt = history.length
      const refused = await send(at(stack(), two, 'live', 1), 'r1-refused', '{}')
      await until('events without claims', 20_000, () => history.length > killedAt + 50)
      await claims.start()
      isOver = true
      await Promise.all(load)

      expect([refused.status, refused.body.code]).toEqual([503, 'claims_unavailable'])
      expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
      expect(new Set(history.map(({ status }) => status))).toEqual(new Set([202]))
      expect(Math.max(...times)).toBeLessThan(12_000)
      const log = await stack().readLog()
      expect(violations(history, log)).toEqual([])
      const dedupes = new Set(log.filter(({ key }) => key.startsWith('r1-')).map(({ dedupe }) => dedupe))
      expect(dedupes).toEqual(new Set(['claimed', 'unchecked']))
      expect(log.filter(({ key }) => key === 'r1-refused')).toEqual([])
    })

    test('R1: away at the start, a process gets ready and keeps events unchecked until they are back', async () => {
      await stack().claims.kill()
      const late = await stack().start('ingest')
      expect((await attempt(at(stack(), late), 'r1-boot', '{}')).status).toBe(202)
      expect((await recordsOf(stack(), 'r1-boot')).map(({ dedupe }) => dedupe)).toEqual(['unchecked'])
      await stack().claims.start()
      await until('its claims', 30_000, async () => (await dedupeOf(late)) === 'claimed')
      await stack().stop(late)
    })

    test('R2: silent, they cost an event a quarter of a second, on Redis until its breaker opens', async () => {
      await stack().claims.freeze()
      const times: number[] = []
      const history: Attempt[] = []
      for (let n = 0; n < 30; n += 1) {
        const startedAt = performance.now()
        history.push(await attempt(at(stack(), one), `r2-${n}`, '{}'))
        times.push(performance.now() - startedAt)
      }
      await stack().claims.thaw()
      expect(new Set(history.map(({ status }) => status))).toEqual(new Set([202]))
      expect(Math.max(...times)).toBeLessThan(12_000)
      // On Redis: five timeouts, one trial every two seconds after them, and nothing in between.
      const median = times.toSorted((a, b) => a - b)[15]
      expect(median).toBeLessThan(pair === 'kafka+redis' ? 250 : 1_000)
      expect(violations(history, await stack().readLog())).toEqual([])
    })

    test('R4: forgotten in the middle of the load, they leave copies at most, and one effect', async () => {
      const payload = '{"kept":true}'
      const history: Attempt[] = []
      count += 1
      const keys = Array.from({ length: 20 }, (_, n) => `r4-${count}-${n}`)
      for (const key of keys) await sendUntilKept(at(stack(), one), key, payload, history)
      // What is settled beside the answer would come after the forgetting.
      await until('the last to be settled', 10_000, async () => {
        history.push(await attempt(at(stack(), one), keys.at(-1) ?? '', payload))
        return history.at(-1)?.outcome === 'duplicate'
      })
      await stack().claims.forget()
      for (const key of keys) await sendUntilKept(at(stack(), two), key, payload, history)
      const log = await stack().readLog()
      expect(violations(history, log)).toEqual([])
      const records = log.filter(({ key }) => keys.includes(key))
      expect(records.length).toBe(40)
      const ids = new Set(records.map(({ eventId }) => eventId))
      expect(ids.size).toBe(20)
      await until('a copy of each beside it', 30_000, async () => {
        const rows = (await stack().readIndex()).filter(({ event_id }) => ids.has(event_id ?? ''))
        const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length
        return count('accepted') === 20 && count('copy') === 20
      })
    })
  })

  describe('the log', () => {
    test.each([
      ['refuses connections', async () => void isRefusing(true), async () => isRefusing(false)],
      ['is stopped', async () => await stack().log.freeze(), async () => await stack().log.thaw()],
      ['answers 5 s late', async () => void isLate(5_000), async () => isLate(0)],
    ])('B1: %s: 503 in time, nothing lost, and all is well by itself within 30 s', async (how, begin, end) => {
      await until('it to serve', 30_000, async () => await serves(at(stack(), one)))
      const history: Attempt[] = []
      await begin()
      const startedAt = performance.now()
      const tried = await Promise.all(
        Array.from({ length: 20 }, (_, n) => attempt(at(stack(), one), `b1-${how.length}-${n}`, `{"n":${n}}`)),
      )
      expect(performance.now() - startedAt).toBeLessThan(12_000)
      await end()
      history.push(...tried)
      expect(tried.filter(({ status }) => status !== 503)).toEqual([])
      await until('it to heal', 30_000, async () => await serves(at(stack(), one)))
      for (const { key, payload } of tried) await sendUntilKept(at(stack(), one), key, payload, history)
      const log = await stack().readLog()
      expect(violations(history, log)).toEqual([])
      for (const { eventId } of history.filter(({ ending }) => ending === 'ok').slice(0, 3)) {
        await until('one effect', 60_000, async () => (await effectsOf(stack(), eventId)) === 1)
      }
    })

    test.each([
      ['lost', 0],
      ['cut inside', 5],
    ])('B2: an answer that is %s after the append: one effect, order kept', async (_, bytes) => {
      await until('it to serve', 30_000, async () => await serves(at(stack(), one)))
      const payloads = Array.from({ length: 6 }, (_each, n) => `{ "cut": ${bytes}, "n": ${n} }`)
      const cut = stack().log.cutAnswer(bytes)
      const ids: string[] = []
      // No keys of their own, so that a process on Postgres says nothing to it but appends.
      for (const payload of payloads) {
        let answer = await postOrdered(one, payload)
        await until(`${payload} to be kept`, 30_000, async () => {
          if (answer.status === 202) return true
          answer = await postOrdered(two, payload, answer.body.idempotency_key)
          return answer.status === 202
        })
        ids.push(answer.body.event_id)
      }
      await cut
      expect(new Set(ids).size).toBe(payloads.length)
      const log = (await stack().readLog()).filter(({ payload }) => payloads.includes(payload))
      const firsts = [...new Map(log.toReversed().map((record) => [record.eventId, record])).values()].toReversed()
      expect(firsts.map(({ eventId }) => eventId)).toEqual(ids)
      expect(firsts.map(({ payload }) => payload)).toEqual(payloads)
      for (const id of ids) await until('one effect', 60_000, async () => (await effectsOf(stack(), id)) === 1)
      expect([one, two].every((each) => each.isRunning())).toBe(true)
    })

    function isRefusing(is: boolean): void {
      const { proxy } = stack().log
      proxy.faults.isRefusing = is
      if (is) proxy.cut()
    }

    function isLate(ms: number): void {
      const { proxy } = stack().log
      proxy.faults.latencyMs = ms
      if (ms === 0) proxy.cut()
    }
  })

  describe('D1: Postgres', () => {
    test.each([
      ['killed', () => stack().postgres.kill(), () => stack().postgres.start()],
      ['stopped', async () => stack().postgres.freeze(), async () => stack().postgres.thaw()],
      ['out of connections', () => noConnections(true), () => noConnections(false)],
    ])(
      '%s: a cached key is served as far as the log goes, no key is ever called wrong, and all heals',
      async (how, begin, end) => {
        const unknown = await freshKey(how)
        await until('it to serve', 30_000, async () => await serves(at(stack(), one)))
        const history: Attempt[] = []
        await begin()
        const cached = await Promise.all(
          Array.from({ length: 4 }, (_, n) => attempt(at(stack(), one), `d1-${how.length}-${n}`, `{"n":${n}}`)),
        )
        const other = await send({ ...at(stack(), one), apiKey: unknown }, 'd1-unknown', '{}')
        await end()
        history.push(...cached)
        const codes = new Set(cached.map(({ status, code }) => `${status} ${code ?? ''}`.trim()))
        if (pair === 'kafka+redis') expect(codes).toEqual(new Set(['202']))
        else for (const code of codes) expect(code).toMatch(/^503 (log_unavailable|log_unknown|claims_unavailable)$/)
        expect([other.status, other.body.code]).toEqual([503, 'auth_unavailable'])
        await until('it to heal', 30_000, async () => await serves(at(stack(), one)))
        for (const { key, payload } of cached) await sendUntilKept(at(stack(), one), key, payload, history)
        await until('the new key to be known', 30_000, async () => {
          return (await send({ ...at(stack(), one), apiKey: unknown }, 'd1-unknown', '{}')).status === 202
        })
        const log = await stack().readLog()
        expect(violations(history, log)).toEqual([])
        const kept = history.find(({ ending }) => ending === 'ok')
        await until('the engine to be back', 90_000, async () => (await effectsOf(stack(), kept?.eventId)) === 1)
      },
    )

    async function noConnections(are: boolean): Promise<void> {
      const { postgres } = stack()
      await postgres.query(`alter role eventmesh_ingest connection limit ${are ? 0 : -1}`)
      await postgres.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'eventmesh-ingest-%'`,
      )
    }
  })

  describe('N1: a network that swallows bytes, and connections that stay open for ever,', () => {
    type Silence = readonly [what: string, direction: 'both' | 'to-client', proxy: () => TcpProxy, isServed: boolean]
    const onTheWayTo: readonly Silence[] =
      pair === 'kafka+redis'
        ? [
            ['the log', 'to-client', () => stack().log.proxy, false],
            ['the claims', 'both', () => stack().claims.proxy, true],
            ['Postgres', 'both', () => stack().postgresProxy, true],
          ]
        : [
            ['Postgres', 'both', () => stack().postgresProxy, false],
            ['Postgres', 'to-client', () => stack().postgresProxy, false],
          ]

    test.each(onTheWayTo)(
      'to %s (%s): answers in time, nothing lost, all is well by itself within 30 s',
      async (...given) => {
        const [what, direction, proxy, isServed] = given
        for (const ingest of [one, two]) {
          await until('it to serve', 30_000, async () => await serves(at(stack(), ingest)))
        }
        const { faults } = proxy()
        const history: Attempt[] = []
        faults.blackhole = direction
        const startedAt = performance.now()
        const tried = await Promise.all(
          Array.from({ length: 12 }, (_, n) => {
            return attempt(
              at(stack(), n % 2 === 0 ? one : two),
              `n1-${what.replaceAll(' ', '-')}-${direction}-${n}`,
              `{"n":${n}}`,
            )
          }),
        )
        const tookMs = performance.now() - startedAt
        faults.blackhole = 'none'
        history.push(...tried)
        expect(tookMs).toBeLessThan(12_000)
        expect(new Set(tried.map(({ status }) => status))).toEqual(new Set([isServed ? 202 : 503]))
        const healedBy = performance.now() + 30_000
        for (const ingest of [one, two]) {
          const leftMs = Math.max(1, healedBy - performance.now())
          await until('it to heal', leftMs, async () => await serves(at(stack(), ingest)))
        }
        for (const { key, payload } of tried) await sendUntilKept(at(stack(), one), key, payload, history)
        expect(violations(history, await stack().readLog())).toEqual([])
      },
    )
  })

  test('and nothing was written to any process’ output that nobody caught', () => {
    for (const each of stack().processes) expect(each.output()).not.toMatch(/unhandled|uncaught|at .*\.ts:\d+/i)
  })

  let count = 0

  /** What is left of the fault of a test that failed would fail the next ones. */
  async function heal(): Promise<void> {
    const { log, claims, postgres, postgresProxy } = stack()
    for (const { faults } of [log.proxy, claims.proxy, postgresProxy]) {
      Object.assign(faults, noFaults)
    }
    postgres.thaw()
    await postgres.start()
    await postgres.query('alter role eventmesh_ingest connection limit -1')
    await log.thaw()
    await claims.thaw()
    await claims.start()
  }

  async function serves(target: Target): Promise<boolean> {
    count += 1
    return (await attempt(target, `serves-${count}`, '{}')).status === 202
  }

  /** Under which condition an event of now is kept. */
  async function dedupeOf(ingest: MeshProcess): Promise<string | undefined> {
    count += 1
    const { ending } = await attempt(at(stack(), ingest), `dedupe-${count}`, '{}')
    if (ending !== 'ok') return undefined
    return (await recordsOf(stack(), `dedupe-${count}`))[0]?.dedupe
  }

  async function freshKey(name: string): Promise<string> {
    const created = await asOperator(stack().postgres, (db) =>
      keys.create(db, { tenantId: stack().tenants[0].id, name: `d1 ${name}`, mode: 'live' }),
    )
    if (!created.ok) throw new Error(created.detail)
    return created.secret
  }

  async function postOrdered(ingest: MeshProcess, payload: string, key?: string) {
    const response = await fetch(`${ingest.url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stack().tenants[0].live}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: `{"event_type":"test.ordered","ordering_key":"b2","payload":${payload}}`,
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
})
