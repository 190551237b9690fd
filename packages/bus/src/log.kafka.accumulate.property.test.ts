import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { accumulate, type BatchOutcome, type PartitionBatch, producerLimits } from './log.kafka.accumulate.ts'
import { partitionOf } from './log.kafka.partition.ts'
import type { AppendResult, LogRecord } from './log.ts'

const partitions = 4
const limits = {
  ...producerLimits,
  bufferRecordsMax: 60,
  bufferBytesMax: 12_000,
  batchRecordsMax: 6,
  batchBytesMax: 1_000,
  callBytesMax: 1_500,
  callsPerLeaderMax: 3,
  callLateMs: 10,
}

/** What the transport knows of a record; `key` and `n` say which of its key it is. */
type Sent = { readonly key: string; readonly n: number; outcome?: number | 'unknown' }
type Flight = { readonly leader: number; readonly sentAt: number; readonly sent: readonly Sent[]; end(): void }
type Appended = { readonly key: string; readonly n: number; result?: AppendResult }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Thousands of appends over a transport that answers late, in any order, in part or not at all, while leaders move. */
describe('accumulate, whatever the transport does', () => {
  test.each(Array.from({ length: 15 }, (_, at) => at + 1))(
    'keeps bounds, order and one outcome (seed %i)',
    async (seed) => {
      const random = mulberry32(seed)
      const below = (end: number) => Math.floor(random() * end)
      const keys = Array.from({ length: 10 }, (_, n) => `key-${n}`)
      const counts = new Map<string, number>()
      const leaders: (number | undefined)[] = [1, 1, 2, 2]
      const offsets = Array<number>(partitions).fill(0)
      const flights: Flight[] = []
      const sent = new Map<string, Sent>()
      const newest = new Map<string, number>()
      const appended = new Map<string, Appended>()
      const open: Promise<void>[] = []
      const violations: string[] = []
      let isReady = true
      let mostInFlight = 0

      const accumulator = accumulate(
        {
          partitionCount: () => partitions,
          leaderOf: (_topic, partition) => leaders[partition],
          refresh: () => undefined,
        },
        { isReady: () => isReady, send },
        limits,
      )

      /** Collected, since what is thrown inside a transport would only stop it. */
      function check(isTrue: boolean, violation: string): void {
        if (!isTrue) violations.push(violation)
      }

      function send(leader: number, batches: readonly PartitionBatch[]): Promise<readonly BatchOutcome[]> {
        const others = flights.filter((flight) => flight.leader === leader)
        check(others.length < limits.callsPerLeaderMax, 'too many calls to one leader')
        const newestAt = Math.max(...others.map(({ sentAt }) => sentAt))
        check(others.length === 0 || isReady, 'a call without a connection')
        check(others.length === 0 || performance.now() - newestAt >= limits.callLateMs, 'a call that is not late')
        mostInFlight = Math.max(mostInFlight, others.length + 1)
        const keysInFlight = new Set(flights.flatMap((flight) => flight.sent.map(({ key }) => key)))
        const now = batches.map(({ partition, records }) => {
          const bytes = records.reduce((sum, { key, value }) => sum + 32 + key.length + value.length, 0)
          check(records.length > 0 && records.length <= limits.batchRecordsMax, 'records of a batch')
          check(records.length === 1 || bytes <= limits.batchBytesMax, 'bytes of a batch')
          return records.map(({ key, value }) => {
            const { n } = JSON.parse(value.toString()) as { n: number }
            check(partitionOf(Buffer.from(key), partitions) === partition, `${key} in another partition`)
            check(!keysInFlight.has(key), `${key} in two calls`)
            check(n > (newest.get(key) ?? 0), `${key}/${n} again, or after a later one`)
            check(appended.get(`${key}/${n}`)?.result === undefined, `${key}/${n} sent after its result`)
            newest.set(key, n)
            const entry: Sent = { key, n }
            sent.set(`${key}/${n}`, entry)
            return entry
          })
        })
        return new Promise((resolve) => {
          const flight: Flight = {
            leader,
            sentAt: performance.now(),
            sent: now.flat(),
            end() {
              flights.splice(flights.indexOf(flight), 1)
              const lost = below(4)
              const outcomes = batches.map(({ partition }, at): BatchOutcome => {
                const isUnknown = lost === 0 || (lost === 1 && below(2) === 0)
                const baseOffset = offsets[partition]!
                for (const [i, entry] of now[at]!.entries()) entry.outcome = isUnknown ? 'unknown' : baseOffset + i
                if (isUnknown) return { unknown: 'cut' }
                offsets[partition] = baseOffset + now[at]!.length
                return { baseOffset }
              })
              // An answer that is too short speaks for none of the rest.
              if (lost === 0 && below(2) === 0) resolve([])
              else resolve(outcomes)
            },
          }
          flights.push(flight)
        })
      }

      function append(): void {
        const records = Array.from({ length: 1 + below(5) }, (): LogRecord => {
          const key = keys[below(keys.length)]!
          const n = (counts.get(key) ?? 0) + 1
          counts.set(key, n)
          const value = Buffer.from(JSON.stringify({ n, filling: 'x'.repeat(below(20) === 0 ? 1_100 : below(200)) }))
          return { key, value, headers: {} }
        })
        const entries = records.map(({ key }, at): Appended => {
          const later = records.slice(at + 1).filter((each) => each.key === key).length
          return { key, n: counts.get(key)! - later }
        })
        for (const entry of entries) appended.set(`${entry.key}/${entry.n}`, entry)
        open.push(
          accumulator.append('t', records, 5 + below(150)).then((results) => {
            expect(results.length).toBe(entries.length)
            for (const [at, entry] of entries.entries()) {
              expect(entry.result).toBeUndefined()
              entry.result = results[at]!
            }
          }),
        )
      }

      for (let step = 0; step < 500; step += 1) {
        const dice = below(20)
        if (dice < 9) append()
        else if (dice < 15 && flights.length > 0) flights[below(flights.length)]!.end()
        else if (dice === 15) leaders[below(partitions)] = [1, 2, undefined][below(3)]
        else if (dice === 16) isReady = !isReady
        else await vi.advanceTimersByTimeAsync(below(15))
        await vi.advanceTimersByTimeAsync(0)
        expect(accumulator.buffered.records).toBeLessThanOrEqual(limits.bufferRecordsMax)
        expect(accumulator.buffered.bytes).toBeLessThanOrEqual(limits.bufferBytesMax)
      }
      leaders.splice(0, partitions, 1, 1, 2, 2)
      const drained = accumulator.drain()
      for (let at = 0; at < 100; at += 1) {
        for (const flight of [...flights]) flight.end()
        await vi.advanceTimersByTimeAsync(10)
      }
      await Promise.all([drained, ...open])

      expect(violations).toEqual([])
      expect(flights).toEqual([])
      expect(accumulator.buffered).toEqual({ records: 0, bytes: 0 })
      const statuses = new Set([...appended.values()].map(({ result }) => result?.status))
      expect(statuses).toEqual(new Set(['appended', 'unknown', 'refused', 'overloaded']))
      expect(mostInFlight).toBeGreaterThan(1)
      const places = new Map<string, number>()
      for (const { key, n, result } of appended.values()) {
        const entry = sent.get(`${key}/${n}`)
        const wasSent = result?.status === 'appended' || result?.status === 'unknown'
        expect(entry !== undefined, `${key}/${n} is ${result?.status}`).toBe(wasSent)
        if (result?.status !== 'appended') continue
        expect(result.offset).toBe(entry?.outcome)
        expect(result.offset).toBeGreaterThan(places.get(key) ?? -1)
        places.set(key, result.offset)
      }
    },
  )
})

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
