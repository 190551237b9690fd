import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { goThroughOutage, outageFaults } from '../../stack/outage.ts'
import type { MeshProcess } from '../../stack/process.ts'
import { type Attempt, violations } from '../harness/history.ts'
import { until } from '../harness/processes.ts'
import { attempt, send, sendUntilKept } from '../harness/send.ts'
import { at, describePairs, effectsOf, hurried, recordsOf } from './pairs.ts'

// What a sender is promised (reliability.md, section 1), on each pair of adapters, through two ingest processes.
describePairs((stack, pair) => {
  let one: MeshProcess
  let two: MeshProcess
  /** Kept while the log came and went. */
  const survivors: Attempt[] = []

  beforeAll(async () => {
    ;[one, two] = await Promise.all([
      stack().start('ingest', hurried(pair)),
      stack().start('ingest', hurried(pair)),
      stack().start('engine'),
    ])
  })

  describe('the first try fails, and the retry with the same key', () => {
    test.each(['killed', 'frozen'] as const)(
      'is acknowledged only when it is on the log, and makes one event (log %s)',
      async (how) => {
        const { log } = stack()
        const key = `first-fails-${how}-${randomUUID()}`
        const payload = '{ "exact": 9007199254740993.10 }'
        expect((await attempt(at(stack(), one), `${key}-before`, '{}')).status).toBe(202)
        expect((await attempt(at(stack(), two), `${key}-before`, '{}')).status).toBe(202)
        const history: Attempt[] = []
        const unknownBefore = await unknownTries([one, two])

        await (how === 'killed' ? log.kill() : log.freeze())
        try {
          for (const ingest of [one, two]) history.push(await attempt(at(stack(), ingest), key, payload))
        } finally {
          await (how === 'killed' ? log.start() : log.thaw())
        }
        expect(history.map(({ ending, status }) => [ending, status])).toEqual([
          ['info', 503],
          ['info', 503],
        ])

        const kept = await sendUntilKept(at(stack(), two), key, payload, history)
        const records = await recordsOf(stack(), key)
        expect(records.map(({ eventId }) => eventId)).toContain(kept.eventId)
        // A frozen broker reads on what it was sent: a request that tries again on it leaves a copy for each such try.
        const unknown = (await unknownTries([one, two])) - unknownBefore
        expect(records.length).toBeLessThanOrEqual(1 + unknown)
        expect(violations(history, records)).toEqual([])

        survivors.push(kept)
        const again = await attempt(at(stack(), one), key, payload)
        expect(again).toMatchObject({ status: 202, eventId: kept.eventId })
      },
    )
  })

  test('a duplicate that comes while the first hangs on a frozen log never gets 2xx before the first is on it', async () => {
    const { log } = stack()
    const key = `frozen-${randomUUID()}`
    expect((await attempt(at(stack(), one), 'frozen-before', '{}')).status).toBe(202)
    expect((await attempt(at(stack(), two), 'frozen-before', '{}')).status).toBe(202)
    const before = await stack().claims.uses()
    await log.freeze()
    let isThawed = false
    const early: Attempt[] = []
    const history: Attempt[] = []
    const note = async (sent: Promise<Attempt>): Promise<void> => {
      const ended = await sent
      history.push(ended)
      if (!isThawed) early.push(ended)
    }
    const running = [note(attempt(at(stack(), one), key, '{"same":true}'))]
    try {
      await until('the first to have its claim', 10_000, async () => (await stack().claims.uses()) > before)
      for (let n = 0; n < 40; n += 1) {
        running.push(note(attempt(at(stack(), n % 2 === 0 ? one : two), key, '{"same":true}')))
        await pause(50)
      }
    } finally {
      isThawed = true
      await log.thaw()
    }
    await Promise.all(running)
    await sendUntilKept(at(stack(), two), key, '{"same":true}', history)

    expect(early.length).toBeGreaterThan(0)
    expect(early.filter(({ ending }) => ending === 'ok')).toEqual([])
    expect(history.filter(({ status = 0 }) => ![202, 409, 503].includes(status))).toEqual([])
    const records = await recordsOf(stack(), key)
    expect(violations(history, records)).toEqual([])
    expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(1)
  })

  test('two events without a key never share one, however equal and however close', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => postWithoutKey(n % 2 === 0 ? one.url : two.url, '{"equal":true}')),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map(({ body }) => body.status))).toEqual(new Set(['accepted']))
    const keys = new Set(answers.map(({ body }) => body.idempotency_key))
    expect(keys.size).toBe(60)
    expect(new Set(answers.map(({ body }) => body.event_id)).size).toBe(60)
    const records = (await stack().readLog()).filter(({ key }) => keys.has(key))
    expect(records).toHaveLength(60)
  })

  test('malformed, too deep and too big are refused before a claim is touched', async () => {
    // The event itself is the first level of 64.
    const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`
    const refused = [
      ['{"event_type":"a","payload":{}', 400, 'body_malformed'],
      [`{"event_type":"a","payload":${nested(64)}}`, 400, 'body_malformed'],
      [`{"event_type":"a","payload":{"a":"${'x'.repeat(1_048_577)}"}}`, 413, 'payload_too_large'],
      ['{"event_type":"a","payload":[]}', 422, 'schema_invalid'],
    ] as const
    const key = randomUUID()
    const before = await settledUses()
    for (const ingest of [one, two]) {
      for (const [body, status, code] of refused) {
        const answer = await post(ingest.url, body, { 'idempotency-key': key })
        expect([answer.status, answer.body.code]).toEqual([status, code])
      }
    }
    expect(await settledUses()).toBe(before)
    // Control: what passes is counted, and the refused ones left the key free.
    expect((await send(at(stack(), one), key, nested(63))).body).toMatchObject({ status: 'accepted' })
    await until('the accepted one to be counted', 20_000, async () => (await stack().claims.uses()) > before)
  })

  // Only now: an engine on Kafka is back when the broker has put its former self out of the group.
  test('what was kept while the log came and went has one row each in the index', async () => {
    for (const { eventId } of survivors) {
      await until('its row', 90_000, async () => (await effectsOf(stack(), eventId)) > 0)
      expect(await effectsOf(stack(), eventId)).toBe(1)
    }
  })

  test('an outage of 20 s is 503 with Retry-After inside the deadline and flat memory, and heals by itself', async () => {
    const patient = await stack().start('ingest')
    const outage = await goThroughOutage(stack(), patient, at(stack(), patient), { how: 'killed', ms: 20_000 })
    expect(outageFaults(outage)).toEqual([])
    await stack().stop(patient)
  })

  /** The store counts a moment behind. */
  async function settledUses(): Promise<number> {
    let last = -1
    await until('the count of claims to stand', 20_000, async () => {
      const now = await stack().claims.uses()
      const isStill = now === last
      last = now
      if (!isStill) await pause(1_500)
      return isStill
    })
    return last
  }

  async function post(url: string, body: string, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stack().tenants[0].live}`,
        'content-type': 'application/json',
        ...headers,
      },
      body,
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }

  async function postWithoutKey(url: string, payload: string) {
    return await post(url, `{"event_type":"test.keyless","payload":${payload}}`)
  }
})

/** Tries to append an event whose outcome these processes do not know, by their own count. */
async function unknownTries(processes: readonly MeshProcess[]): Promise<number> {
  let count = 0
  for (const { adminUrl } of processes) {
    const text = await (await fetch(`${adminUrl}/metrics`)).text()
    const series = /^eventmesh_log_records_total\{topic="events",result="unknown"[^}]*\} (\d+)$/m.exec(text)
    count += Number(series?.[1] ?? 0)
  }
  return count
}
