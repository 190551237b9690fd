import { hash } from 'node:crypto'
import { keys } from '@eventmesh/db'
import { beforeAll, describe, expect, test } from 'vitest'
import type { MeshProcess } from '../../stack/process.ts'
import { asOperator } from '../../stack/stack.ts'
import { type Attempt, violations } from '../harness/history.ts'
import { until } from '../harness/processes.ts'
import { attempt, send, sendUntilKept, type Target } from '../harness/send.ts'
import { at, attemptUntilDecided, describePairs, effectsOf, hurried, recordsOf } from './pairs.ts'

/** Claims are exclusive for this long (reliability.md, section 9). */
const leaseMs = 15_000

// The rows P, X and L1 of reliability.md, section 5, on each pair of adapters.
describePairs((stack, pair) => {
  let one: MeshProcess
  let two: MeshProcess

  beforeAll(async () => {
    ;[one, two] = await Promise.all([stack().start('ingest'), stack().start('ingest'), stack().start('engine')])
  })

  describe('a process that dies', () => {
    type Death = {
      readonly history: Attempt[]
      readonly kept: Attempt
      /** From the first retry to the 2xx. */
      readonly retriedMs: number
      readonly records: readonly { readonly eventId: string; readonly key: string; readonly payload: string }[]
    }
    type Round = { readonly deaths: ReadonlyMap<string, Death>; readonly batch: Batch }
    const payload = '{ "try": 1 }'

    // All die at once, and their retries wait for the ends of the leases together; again where a test is tried again.
    const rounds: Promise<Round>[] = []
    function roundOf({ result }: { readonly result?: { readonly retryCount?: number } }): Promise<Round> {
      const round = result?.retryCount ?? 0
      rounds[round] ??= dieAndRetry(`-${round}`)
      return rounds[round]
    }

    async function dieAndRetry(suffix: string): Promise<Round> {
      // One after the other: both hold the next answer of the log.
      const held = await dieWithAnswerHeld(suffix)
      const kept = await dieInBatch(suffix)
      const byFailpoint = await Promise.all(
        (['after_validate', 'after_claim', 'after_append', 'after_settle'] as const).map(async (failpoint) => {
          const dying = await stack().start('ingest', { EVENTMESH_FAILPOINT: failpoint })
          const tried = await attempt(at(stack(), dying), failpoint + suffix, payload)
          await dying.exited
          return tried
        }),
      )
      const retries = [held, ...byFailpoint].map(async (first) => {
        const history = [first]
        const startedAt = performance.now()
        const kept = await sendUntilKept(at(stack(), two), first.key, payload, history, leaseMs + 15_000)
        return { history, kept, retriedMs: performance.now() - startedAt }
      })
      const [batch, ...retried] = await Promise.all([retryBatch(kept, suffix), ...retries])
      const log = await stack().readLog()
      const deaths = retried.map((death) => {
        const { key } = death.kept
        return [key, { ...death, records: log.filter((each) => each.key === key) }] as const
      })
      return { deaths: new Map(deaths), batch }
    }

    test.for([
      ['P0', 'after_validate', 1, 1],
      ['P1', 'after_claim', 1, 1],
      ['P2', 'answer-held', 1, 2],
      ['P3', 'after_append', 2, 2],
      ['P4', 'after_settle', 1, 1],
    ] as const)(
      '%s %s: the retry elsewhere is the same event, one lease later at most',
      async ([row, how, least, most], { task }) => {
        const { deaths } = await roundOf(task)
        const { history, kept, retriedMs, records } = deaths.get(`${how}-${task.result?.retryCount ?? 0}`)!
        // Settling stands beside the answer: only there the sender may have got one.
        if (row !== 'P4') expect(history[0]?.ending).toBe('info')
        expect(retriedMs).toBeLessThan(leaseMs + 5_000)
        if (row === 'P1') expect(history.some(({ code }) => code === 'idempotency_in_flight')).toBe(true)
        if (row === 'P0') expect(history).toHaveLength(2)
        if (row === 'P4') expect(kept.outcome).toBe('duplicate')
        expect(records.length).toBeGreaterThanOrEqual(least)
        expect(records.length).toBeLessThanOrEqual(most)
        expect(violations(history, await stack().readLog())).toEqual([])
        await until('one effect', 30_000, async () => (await effectsOf(stack(), kept.eventId)) > 0)
        expect(await effectsOf(stack(), kept.eventId)).toBe(1)
      },
    )

    test('X6 in the middle of a batch: every item is kept once, under the id that its key has', async ({ task }) => {
      const { batch } = await roundOf(task)
      const prefix = `x6-${task.result?.retryCount ?? 0}-`
      expect(batch.statuses.at(-1)).toBe(202)
      expect(
        batch.results.map(({ status }) => status).filter((status) => status !== 'accepted' && status !== 'duplicate'),
      ).toEqual([])
      const log = (await stack().readLog()).filter(({ key }) => key.startsWith(prefix))
      const idsByKey = new Map<string, Set<string>>()
      for (const { key, eventId } of log) idsByKey.set(key, (idsByKey.get(key) ?? new Set()).add(eventId))
      expect(idsByKey.size).toBe(batchItems)
      for (const [n, { event_id }] of batch.results.entries()) {
        expect(idsByKey.get(`${prefix}${n}`)).toEqual(new Set([event_id]))
      }
      const ids = new Set(batch.results.map(({ event_id }) => event_id))
      await until('one effect of each', 60_000, async () => {
        const rows = (await stack().readIndex()).filter(({ event_id }) => ids.has(event_id ?? ''))
        return rows.filter(({ outcome }) => outcome === 'accepted').length === batchItems
      })
    })

    /** P2: the append is on its way or done, and its answer never comes. */
    async function dieWithAnswerHeld(suffix: string): Promise<Attempt> {
      const dying = await stack().start('ingest')
      expect((await send(at(stack(), dying), `answer-held-before${suffix}`, '{}')).status).toBe(202)
      const { reached, release } = await stack().log.holdAnswer()
      const sending = attempt(at(stack(), dying), `answer-held${suffix}`, payload)
      await reached
      await dying.kill()
      await release()
      return await sending
    }

    /** X6: all of one ordering key, so that Kafka gets them in two calls, and the second waits for the first. */
    async function dieInBatch(suffix: string): Promise<number> {
      const dying = await stack().start('ingest')
      expect((await send(at(stack(), dying), `in-batch-before${suffix}`, '{}')).status).toBe(202)
      const { reached, release } = await stack().log.holdAnswer()
      const sending = postBatch(at(stack(), dying), suffix).catch(() => undefined)
      await reached
      await dying.kill()
      await release()
      expect(await sending).toBeUndefined()
      let kept = 0
      await until('the batch to be in the log in part', 10_000, async () => {
        kept = (await stack().readLog()).filter(({ key }) => key.startsWith(`x6${suffix}-`)).length
        return kept > 0
      })
      return kept
    }

    async function retryBatch(kept: number, suffix: string): Promise<Batch> {
      if (pair === 'kafka+redis') expect(kept).toBe(500)
      const statuses: number[] = []
      let results: readonly BatchResult[] = []
      await until('the batch to be kept', leaseMs + 15_000, async () => {
        const answer = await postBatch(at(stack(), two), suffix)
        statuses.push(answer.status)
        results = answer.results
        return answer.status === 202
      })
      return { results, statuses }
    }
  })

  test('X1: a hundred senders at once through two processes get 202 or 409, and one event comes of it', async () => {
    const history = await Promise.all(
      Array.from({ length: 100 }, (_, n) => attempt(at(stack(), n % 2 === 0 ? one : two), 'x1', '{"same":"bytes"}')),
    )
    expect(history.filter(({ status }) => status !== 202 && status !== 409)).toEqual([])
    expect(history.filter(({ outcome }) => outcome === 'accepted').length).toBeGreaterThan(0)
    const records = await recordsOf(stack(), 'x1')
    expect(violations(history, records)).toEqual([])
    expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(1)
    await until('one effect', 30_000, async () => (await effectsOf(stack(), records[0]?.eventId)) === 1)
  })

  test('X2: another body is 409 while the first is in flight, 422 once it is kept, and nowhere on the log', async () => {
    const history: Attempt[] = []
    const { reached, release } = await stack().log.holdAnswer()
    const first = attempt(at(stack(), one), 'x2', '{"body":1}')
    await reached
    const during = await attempt(at(stack(), two), 'x2', '{"body":2}')
    expect(during).toMatchObject({ status: 409, code: 'idempotency_in_flight' })
    await release()
    history.push(await first, during)
    await sendUntilKept(at(stack(), one), 'x2', '{"body":1}', history)
    for (const ingest of [one, two]) {
      const refused = await attempt(at(stack(), ingest), 'x2', '{"body":2}')
      expect(refused).toMatchObject({ status: 422, code: 'idempotency_mismatch' })
      history.push(refused)
    }
    const records = await recordsOf(stack(), 'x2')
    expect(violations(history, records)).toEqual([])
    expect(new Set(records.map(({ payload }) => payload))).toEqual(new Set(['{"body":1}']))
  })

  test('X2: after a first try without a 2xx another body wins, and no key has two ids', async () => {
    const impatient = await stack().start('ingest', hurried(pair))
    expect((await send(at(stack(), impatient), 'x2-before', '{}')).status).toBe(202)
    const history: Attempt[] = []
    await stack().log.freeze()
    history.push(await attempt(at(stack(), impatient), 'x2-yield', '{"body":1}'))
    await stack().log.thaw()
    expect(history[0]).toMatchObject({ status: 503 })
    const kept = await sendUntilKept(at(stack(), two), 'x2-yield', '{"body":2}', history)
    const records = await recordsOf(stack(), 'x2-yield')
    expect(violations(history, records)).toEqual([])
    // The first body where the broker had it all the same: then the second one is a conflict that consumers see.
    await until('one effect', 30_000, async () => (await effectsOf(stack(), kept.eventId)) === 1)
    const rows = (await stack().readIndex()).filter(({ event_id }) => event_id === kept.eventId)
    const bodies = new Set(records.map(({ payload }) => payload)).size
    await until('the other body to be set aside', 30_000, async () => {
      const now = (await stack().readIndex()).filter(({ event_id }) => event_id === kept.eventId)
      return now.filter(({ outcome }) => outcome === 'quarantined').length === bodies - 1
    })
    expect(rows.length).toBeGreaterThan(0)
    await stack().stop(impatient)
  })

  test('X3: one key and body of two tenants, live and test, and keys that only differ in where they are cut, stay apart', async () => {
    const targets = [0, 1].flatMap((tenant) =>
      (['live', 'test'] as const).map((mode) => at(stack(), tenant === 0 ? one : two, mode, tenant)),
    )
    const history = await Promise.all(targets.map((target) => attempt(target, 'x3', '{"same":true}')))
    const parts = await Promise.all([
      sendCloudEvent(at(stack(), one), '/a', 'bc'),
      sendCloudEvent(at(stack(), two), '/ab', 'c'),
    ])
    expect(history.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    const ids = [...history.map(({ eventId }) => eventId), ...parts.map(({ event_id }) => event_id)]
    expect(new Set(ids).size).toBe(6)
    const log = await stack().readLog()
    expect(violations(history, log)).toEqual([])
    expect(
      log
        .filter(({ key }) => key === 'x3')
        .map(({ tenantId, scope }) => `${tenantId} ${scope}`)
        .toSorted(),
    ).toEqual(
      stack()
        .tenants.flatMap(({ id }) => [`${id} native`, `${id} native-test`])
        .toSorted(),
    )
  })

  test('X4: a retry with the rotated key through another process, in another form, is the same event', async () => {
    const { id: tenantId } = stack().tenants[0]
    const { created, rotated } = await asOperator(stack().postgres, async (db) => {
      const first = await keys.create(db, { tenantId, name: 'x4', mode: 'live' })
      if (!first.ok) throw new Error(first.detail)
      const second = await keys.rotate(db, { tenantId, id: first.key.id, overlapMs: 3_600_000 })
      if (!second.ok) throw new Error(second.detail)
      return { created: first.secret, rotated: second.secret }
    })
    const item = '{"event_type":"test.sent","payload":{"n":1},"idempotency_key":"x4"}'
    const first = await postItem({ ...at(stack(), one), apiKey: created }, '/v1/events', 'application/json', item)
    expect(first).toMatchObject({ status: 'accepted' })
    const again = [
      [created, '/v1/events', 'application/json', item],
      [rotated, '/v1/events', 'application/json', item],
      [rotated, '/v1/events/batch', 'application/json', `[${item}]`],
      [rotated, '/v1/events/batch', 'application/x-ndjson', `${item}\n`],
    ] as const
    await until('the claim to be settled', 10_000, async () => {
      const { status } = await postItem(
        { ...at(stack(), two), apiKey: rotated },
        '/v1/events',
        'application/json',
        item,
      )
      return status === 'duplicate'
    })
    for (const [apiKey, path, mediaType, body] of again) {
      const repeated = await postItem({ ...at(stack(), two), apiKey }, path, mediaType, body)
      expect(repeated).toMatchObject({ status: 'duplicate', event_id: first.event_id })
    }
    expect(await recordsOf(stack(), 'x4')).toHaveLength(1)
  })

  test('X5: a retry after the time to live has the same id and one effect; another body is set aside', async () => {
    const history: Attempt[] = [await attempt(at(stack(), one), 'x5', '{"body":1}')]
    expect(history[0]).toMatchObject({ status: 202 })
    await until('it to be settled', 10_000, async () => {
      return (await attempt(at(stack(), one), 'x5', '{"body":1}')).outcome === 'duplicate'
    })
    await stack().claims.expire()
    history.push(...(await attemptUntilDecided(at(stack(), two), 'x5', '{"body":1}')))
    expect(history.at(-1)).toMatchObject({ outcome: 'accepted', eventId: history[0]?.eventId })
    await until('it to be settled again', 10_000, async () => {
      return (await attempt(at(stack(), one), 'x5', '{"body":1}')).outcome === 'duplicate'
    })
    await stack().claims.expire()
    history.push(...(await attemptUntilDecided(at(stack(), two), 'x5', '{"body":2}')))
    expect(history.at(-1)).toMatchObject({ outcome: 'accepted', eventId: history[0]?.eventId })

    const records = await recordsOf(stack(), 'x5')
    expect(violations(history, records)).toEqual([])
    expect(records.map(({ payload }) => payload)).toEqual(['{"body":1}', '{"body":1}', '{"body":2}'])
    await until('one effect, one copy, one conflict', 30_000, async () => {
      const rows = (await stack().readIndex()).filter(({ event_id, log_topic }) => {
        return event_id === history[0]?.eventId && log_topic === 'events'
      })
      return (
        rows
          .map(({ outcome }) => outcome)
          .toSorted()
          .join() === 'accepted,copy,quarantined'
      )
    })
  })

  test('L1: SIGTERM under load: not ready, still serving for the drain delay, every answer given, exit 0 within 20 s', async () => {
    const leaving = await stack().start('ingest', { DRAIN_DELAY: '2s' })
    const history: Attempt[] = []
    let isEnding = false
    let acknowledged = 0
    const senders = Array.from({ length: 8 }, async (_, sender) => {
      for (let n = 0; !isEnding; n += 1) {
        const key = `l1-${sender}-${n}`
        history.push(await attempt(at(stack(), leaving), key, `{"n":${n}}`))
        if (history.at(-1)?.ending === 'ok') acknowledged += 1
        else await sendUntilKept(at(stack(), two), key, `{"n":${n}}`, history)
      }
    })
    await until('the load to run', 20_000, () => acknowledged >= 50)
    const startedAt = performance.now()
    leaving.signal('SIGTERM')
    await until('it to say that it is not ready', 5_000, async () => {
      const { status } = await fetch(`${leaving.adminUrl}/readyz`)
      return status === 503
    })
    const before = acknowledged
    await until('events during the delay', 2_000, () => acknowledged > before)
    expect(await leaving.exited).toEqual({ code: 0, signal: null })
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    isEnding = true
    await Promise.all(senders)
    expect(violations(history, await stack().readLog())).toEqual([])
    // Whoever had sent its request got its answer: only those who found nobody there any more did not.
    expect(history.filter(({ status }) => status !== undefined && status !== 202 && status !== 503)).toEqual([])
  })

  test('and nothing was written to any process’ output that nobody caught', () => {
    for (const each of stack().processes) expect(each.output()).not.toMatch(/unhandled|uncaught|at .*\.ts:\d+/i)
  })
})

const batchItems = 600

type Batch = { readonly results: readonly BatchResult[]; readonly statuses: readonly number[] }
type BatchResult = { readonly status: string; readonly event_id: string }

async function postBatch(target: Target, suffix: string): Promise<{ status: number; results: readonly BatchResult[] }> {
  const items = Array.from({ length: batchItems }, (_, n) => {
    return `{"event_type":"test.sent","payload":{"n":${n}},"idempotency_key":"x6${suffix}-${n}","ordering_key":"x6${suffix}"}`
  })
  const { status, body } = await post(target, '/v1/events/batch', { 'content-type': 'application/json' }, `[${items}]`)
  return { status, results: body.results }
}

async function postItem(target: Target, path: string, mediaType: string, body: string) {
  const answer = await post(target, path, { 'content-type': mediaType }, body)
  return path.endsWith('/batch') ? answer.body.results[0] : answer.body
}

async function sendCloudEvent(target: Target, source: string, id: string) {
  const headers = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-type': 'test.sent' }
  const answer = await post(target, '/v1/events', { ...headers, 'ce-source': source, 'ce-id': id }, '{"same":true}')
  expect(answer.status).toBe(202)
  expect(answer.body.idempotency_key).toBe(cloudEventKey(source, id))
  return answer.body
}

/** As reliability.md, section 3, writes it down. */
function cloudEventKey(...parts: readonly string[]): string {
  const prefixed = parts.flatMap((part) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(Buffer.byteLength(part))
    return [length, Buffer.from(part)]
  })
  return `ce:${hash('sha256', Buffer.concat(prefixed), 'hex')}`
}

async function post(target: Target, path: string, headers: Readonly<Record<string, string>>, body: string) {
  const response = await fetch(`${target.ingestUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.apiKey}`, ...headers },
    body,
    signal: AbortSignal.timeout(20_000),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}
