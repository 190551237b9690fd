import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppendResult, Log } from '@eventmesh/bus'
import { migrate } from '@eventmesh/db'
import { startEmbedded } from '@eventmesh/db/embedded'
import type { EventId } from '@eventmesh/envelope'
import { describe, expect, it } from 'vitest'
import { type Item, newItem } from './item.ts'
import { publish } from './publish.ts'
import { startTestIngest } from './testing.ts'

const appended: AppendResult = { status: 'appended', partition: 3, offset: 7 }
const refused: AppendResult = { status: 'refused', detail: 'not this record' }
const away: AppendResult = { status: 'refused', detail: 'out of reach', canRetry: true }
const unknown: AppendResult = { status: 'unknown', detail: 'no answer' }
const overloaded: AppendResult = { status: 'overloaded' }

/** A log that answers each record's tries by its script, and its last line for ever. */
function scripted(scripts: Readonly<Record<string, readonly AppendResult[]>>) {
  const calls: { keys: string[]; deadlineMs: number }[] = []
  const tries = new Map<string, number>()
  const log = {
    append: async (_topic: string, records: readonly { key: string }[], { deadlineMs }: { deadlineMs: number }) => {
      calls.push({ keys: records.map(({ key }) => key), deadlineMs })
      return records.map(({ key }) => {
        const at = tries.get(key) ?? 0
        tries.set(key, at + 1)
        const script = scripts[key]!
        return script[Math.min(at, script.length - 1)]!
      })
    },
  } as unknown as Log
  return { log, calls }
}

function itemOf(key: string, index = 0): Item {
  const item = newItem(index, Buffer.from('{}'))
  item.candidate = { idempotencyKey: key } as unknown as NonNullable<Item['candidate']>
  item.identity = { eventId: `event of ${key}` as EventId, fp: 'f' }
  item.record = { key, value: Buffer.from('{}'), headers: {} }
  return item
}

async function endingOf(deadlineMs: number, ...script: AppendResult[]) {
  const { log, calls } = scripted({ k: script })
  const item = itemOf('k')
  await publish([item], log, deadlineMs)
  const { ending } = item
  return { ending: ending?.status === 'unknown' ? ending.refusal.code : ending?.status, item, calls }
}

describe('publish', () => {
  it.each<[string, AppendResult[]]>([
    ['an unknown outcome', [unknown, appended]],
    ['a log out of reach', [away, appended]],
    ['both, several times', [away, unknown, away, unknown, appended]],
  ])('appends again after %s, and accepts on a good acknowledgement alone', async (_title, script) => {
    const { ending, item, calls } = await endingOf(10_000, ...script)
    expect(ending).toBe('accepted')
    expect(item.position).toEqual({ partition: 3, offset: 7 })
    expect(calls).toHaveLength(script.length)
  })

  it.each<[string, AppendResult[], string, number]>([
    ['a refusal for good ends it', [refused, appended], 'log_unavailable', 1],
    ['a full buffer ends it', [overloaded, appended], 'overloaded', 1],
    ['a refusal for good after a passing one', [away, refused], 'log_unavailable', 2],
    ['a refusal after an UNKNOWN stays UNKNOWN', [unknown, refused], 'log_unknown', 2],
    ['a full buffer after an UNKNOWN stays UNKNOWN', [unknown, away, overloaded], 'log_unknown', 3],
  ])('%s', async (_title, script, code, tries) => {
    const { ending, item, calls } = await endingOf(10_000, ...script)
    expect(ending).toBe(code)
    expect(item.position).toBeUndefined()
    expect(calls).toHaveLength(tries)
  })

  it.each<[AppendResult, string]>([
    [away, 'log_unavailable'],
    [unknown, 'log_unknown'],
  ])('ends within its deadline when the log stays as it is: %o', async (result, code) => {
    const startedAt = performance.now()
    const { ending, calls } = await endingOf(400, result)
    expect(ending).toBe(code)
    expect(performance.now() - startedAt).toBeLessThan(400)
    expect(calls.length).toBeGreaterThan(2)
    for (const [at, { deadlineMs }] of calls.entries()) {
      expect(deadlineMs).toBeLessThanOrEqual(calls[at - 1]?.deadlineMs ?? 400)
    }
  })

  it('sends nothing when no time is left', async () => {
    const { ending, calls } = await endingOf(0, appended)
    expect([ending, calls.length]).toEqual(['log_unavailable', 0])
  })

  it('sends only those records of a request again that need it', async () => {
    const { log, calls } = scripted({ a: [appended], b: [unknown, appended], c: [refused], d: [away, refused] })
    const items = ['a', 'b', 'c', 'd'].map(itemOf)
    await publish(items, log, 10_000)
    expect(calls.map(({ keys }) => keys)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
    ])
    expect(items.map(({ ending }) => ending?.status)).toEqual(['accepted', 'accepted', 'unknown', 'unknown'])
  })
})

describe('the log on Postgres', { timeout: 120_000 }, () => {
  it('stops for a moment under load: what is in flight ends 202, within its deadline', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'eventmesh-publish-'))
    let server = await startEmbedded({ dataDir, log: () => {} })
    const { urls, port } = server
    await migrate({ url: urls.superuser })
    const t = await startTestIngest({ database: { urls, close: async () => {} } })
    try {
      const answers: Promise<{ status: number; ms: number }>[] = []
      const send = async (n: number) => {
        const startedAt = performance.now()
        const { status } = await t.post(`{"event_type":"a","payload":{"n":${n}}}`, { 'idempotency-key': `n-${n}` })
        return { status, ms: performance.now() - startedAt }
      }
      expect((await send(0)).status).toBe(202)
      const load = setInterval(() => answers.push(send(answers.length + 1)), 10)
      await server.stop()
      server = await startEmbedded({ dataDir, port, log: () => {} })
      clearInterval(load)

      const ended = await Promise.all(answers)
      expect(ended.length).toBeGreaterThan(10)
      expect(new Set(ended.map(({ status }) => status))).toEqual(new Set([202]))
      expect(Math.max(...ended.map(({ ms }) => ms))).toBeLessThan(12_000)
      const kept = new Set((await t.records()).map(({ headers }) => headers['em-event-id']))
      expect(kept.size).toBe(ended.length + 1)
    } finally {
      await t.close()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
