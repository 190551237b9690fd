import { describe, expect, test } from 'vitest'
import {
  type Accumulator,
  accumulate,
  type BatchOutcome,
  type PartitionBatch,
  type ProducerLimits,
  producerLimits,
} from './log.kafka.accumulate.ts'
import { partitionOf } from './log.kafka.partition.ts'
import { judgeAnswer } from './log.kafka.produce.ts'
import type { LogRecord } from './log.ts'

const partitions = 4

function record(key: string, bytes = 2): LogRecord {
  return { key, value: Buffer.alloc(bytes, 0x20), headers: {} }
}

/** A key of this partition. */
function keyIn(partition: number, name = 'k'): string {
  for (let at = 0; ; at += 1) {
    const key = `${name}${at}`
    if (partitionOf(Buffer.from(key), partitions) === partition) return key
  }
}

type Call = {
  readonly leader: number
  readonly batches: readonly PartitionBatch[]
  answer(outcomes?: readonly BatchOutcome[]): void
}

/** Partitions 0 and 1 belong to leader 1, 2 and 3 to leader 2; calls end when the test answers them. */
function makeAccumulator(limits: Partial<ProducerLimits> = {}) {
  const calls: Call[] = []
  const known = {
    count: partitions as number | undefined,
    leaders: [1, 1, 2, 2] as (number | undefined)[],
    isReady: true,
  }
  let refreshes = 0
  const accumulator: Accumulator = accumulate(
    {
      partitionCount: () => known.count,
      leaderOf: (_topic, partition) => known.leaders[partition],
      refresh: () => {
        refreshes += 1
      },
    },
    {
      isReady: () => known.isReady,
      send: (leader, batches) =>
        new Promise((resolve) => {
          const answer = (outcomes = batches.map((): BatchOutcome => ({ baseOffset: 100 }))): void => resolve(outcomes)
          calls.push({ leader, batches, answer })
        }),
    },
    { ...producerLimits, ...limits },
  )
  return { accumulator, calls, known, refreshes: () => refreshes }
}

const carried = ({ batches }: Call) => batches.flatMap(({ records }) => records.map(({ key }) => key))

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('accumulate', () => {
  test('sends what one turn of the event loop brought in one call per leader, with all its partitions', async () => {
    const { accumulator, calls } = makeAccumulator()
    const results = [0, 1, 2, 3].map((partition) => accumulator.append('t', [record(keyIn(partition))], 1_000))
    expect(calls).toEqual([])
    await turn()
    expect(calls.map(({ leader, batches }) => [leader, batches.map(({ partition }) => partition)])).toEqual([
      [1, [0, 1]],
      [2, [2, 3]],
    ])
    for (const call of calls) call.answer()
    expect((await Promise.all(results)).flat()).toEqual(
      [0, 1, 2, 3].map((partition) => ({ status: 'appended', partition, offset: 100 })),
    )
  })

  test('gathers while a call flies, and a leader that does not answer holds up no other', async () => {
    const { accumulator, calls } = makeAccumulator()
    void accumulator.append('t', [record(keyIn(0))], 60_000)
    await turn()
    void accumulator.append('t', [record(keyIn(1))], 60_000)
    void accumulator.append('t', [record(keyIn(0))], 60_000)
    const other = accumulator.append('t', [record(keyIn(2))], 60_000)
    await turn()
    expect(calls.map(({ leader }) => leader)).toEqual([1, 2])
    calls[1]!.answer()
    expect(await other).toMatchObject([{ status: 'appended' }])
    calls[0]!.answer()
    await turn()
    expect(calls[2]!.batches.map(({ partition }) => partition).sort()).toEqual([0, 1])
    for (const call of calls) call.answer()
  })

  test('gives record i of a batch the base offset plus i, in the order of the calls', async () => {
    const { accumulator, calls } = makeAccumulator()
    const key = keyIn(3)
    const first = accumulator.append('t', [record(key), record(key)], 1_000)
    const second = accumulator.append('t', [record(key)], 1_000)
    await turn()
    calls[0]!.answer([{ baseOffset: 7 }])
    expect([...(await first), ...(await second)].map((one) => one.status === 'appended' && one.offset)).toEqual([
      7, 8, 9,
    ])
  })

  test('a key is never in two calls, though its leader moved meanwhile', async () => {
    const { accumulator, calls, known } = makeAccumulator()
    void accumulator.append('t', [record(keyIn(0))], 60_000)
    await turn()
    known.leaders[0] = 2
    void accumulator.append('t', [record(keyIn(0))], 60_000)
    void accumulator.append('t', [record(keyIn(0, 'other'))], 60_000)
    await turn()
    expect(calls.map(carried)).toEqual([[keyIn(0)], [keyIn(0, 'other')]])
    calls[0]!.answer()
    calls[1]!.answer()
    await turn()
    expect(calls.slice(2).map(({ leader }) => leader)).toEqual([2])
    calls[2]!.answer()
  })

  test('a late call is overtaken by another, up to four, and not before it is late', async () => {
    const { accumulator, calls } = makeAccumulator({ callLateMs: 50 })
    for (const n of [1, 2, 3, 4]) {
      void accumulator.append('t', [record(keyIn(0, `n${n}-`))], 60_000)
      await turn()
      expect(calls.length).toBe(Math.max(1, n - 1))
      if (n > 1) await expect.poll(() => calls.length, { interval: 2 }).toBe(n)
    }
    void accumulator.append('t', [record(keyIn(0, 'n5-'))], 60_000)
    // By the time that a later call to another leader was overtaken, a fifth to this one would have left too.
    for (const name of ['a', 'b']) {
      void accumulator.append('t', [record(keyIn(2, name))], 60_000)
      await turn()
    }
    await expect.poll(() => calls.map(({ leader }) => leader), { interval: 2 }).toEqual([1, 1, 1, 1, 2, 2])
    calls[2]!.answer()
    await turn()
    expect(calls.map(carried)[6]).toEqual([keyIn(0, 'n5-')])
    for (const call of calls) call.answer()
    await accumulator.drain()
  })

  test('a late call is not overtaken while no other connection is ready', async () => {
    const { accumulator, calls, known } = makeAccumulator({ callLateMs: 1 })
    known.isReady = false
    void accumulator.append('t', [record(keyIn(0))], 60_000)
    await turn()
    void accumulator.append('t', [record(keyIn(0, 'other'))], 60_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(calls.length).toBe(1)
    known.isReady = true
    accumulator.flush()
    expect(calls.length).toBe(2)
    for (const call of calls) call.answer()
  })

  test('a record waits while one with its key is in flight, and those behind it pass', async () => {
    const { accumulator, calls } = makeAccumulator({ callLateMs: 1 })
    const key = keyIn(0)
    void accumulator.append('t', [record(key)], 60_000)
    await turn()
    for (const each of [key, keyIn(0, 'other'), key]) void accumulator.append('t', [record(each)], 60_000)
    await expect.poll(() => calls.map(carried), { interval: 2 }).toEqual([[key], [keyIn(0, 'other')]])
    calls[0]!.answer([{ unknown: 'cut' }])
    await expect.poll(() => calls.map(carried)[2], { interval: 2 }).toEqual([key, key])
    for (const call of calls) call.answer()
    await accumulator.drain()
  })

  test('a record that was called refused is not sent when the call before it ends', async () => {
    const { accumulator, calls } = makeAccumulator({ callsPerLeaderMax: 1 })
    const key = keyIn(0)
    void accumulator.append('t', [record(key)], 60_000)
    await turn()
    const patient = accumulator.append('t', [record(keyIn(0, 'patient'))], 60_000)
    const hurried = accumulator.append('t', [record(keyIn(0, 'hurried'))], 20)
    expect(await hurried).toMatchObject([{ status: 'refused' }])
    calls[0]!.answer()
    await turn()
    expect(calls.map(carried)).toEqual([[key], [keyIn(0, 'patient')]])
    calls[1]!.answer()
    expect(await patient).toMatchObject([{ status: 'appended' }])
    expect(accumulator.buffered).toEqual({ records: 0, bytes: 0 })
  })

  test('a partition without a good outcome is unknown, and alone', async () => {
    const { accumulator, calls, refreshes } = makeAccumulator()
    const results = [0, 1].map((partition) => accumulator.append('t', [record(keyIn(partition))], 1_000))
    await turn()
    calls[0]!.answer([{ unknown: 'cut' }, { baseOffset: 5 }])
    expect((await Promise.all(results)).flat()).toMatchObject([
      { status: 'unknown', detail: 'cut' },
      { status: 'appended' },
    ])
    expect(refreshes()).toBeGreaterThan(0)
  })

  test('what was sent ends as unknown at its deadline, what was not as refused; a late answer changes neither', async () => {
    const { accumulator, calls } = makeAccumulator()
    const sent = accumulator.append('t', [record(keyIn(0))], 30)
    await turn()
    const waiting = accumulator.append('t', [record(keyIn(0))], 30)
    expect(await sent).toMatchObject([{ status: 'unknown' }])
    expect(await waiting).toMatchObject([{ status: 'refused' }])
    calls[0]!.answer()
    await turn()
    expect(await sent).toMatchObject([{ status: 'unknown' }])
    expect(calls.length).toBe(1)
    expect(accumulator.buffered).toEqual({ records: 0, bytes: 0 })
  })

  test('records of a topic that no broker knows are refused at their deadline', async () => {
    const { accumulator, known, refreshes } = makeAccumulator()
    known.count = undefined
    expect(await accumulator.append('t', [record('k')], 20)).toMatchObject([{ status: 'refused' }])
    expect(refreshes()).toBeGreaterThan(0)
    expect(accumulator.buffered.records).toBe(0)
  })

  test('records wait for a leader and go once there is one', async () => {
    const { accumulator, calls, known } = makeAccumulator()
    known.leaders[0] = undefined
    const result = accumulator.append('t', [record(keyIn(0))], 5_000)
    await turn()
    expect(calls).toEqual([])
    known.leaders[0] = 2
    accumulator.flush()
    calls[0]!.answer()
    expect(await result).toMatchObject([{ status: 'appended' }])
  })

  test.each([
    [500, [500]],
    [501, [500, 1]],
  ])('%i records make batches of %j', async (count, sizes) => {
    const { accumulator, calls } = makeAccumulator()
    const key = keyIn(0)
    const result = accumulator.append(
      't',
      Array.from({ length: count }, () => record(key)),
      5_000,
    )
    await turn()
    while (calls.length < sizes.length) {
      calls.at(-1)!.answer()
      await turn()
    }
    calls.at(-1)!.answer()
    await result
    expect(calls.map(({ batches }) => batches[0]!.records.length)).toEqual(sizes)
  })

  test('a record above the batch limit goes alone', async () => {
    const { accumulator, calls } = makeAccumulator()
    const key = keyIn(0)
    const result = accumulator.append('t', [record(key), record(key, 1_000_000), record(key), record(key)], 5_000)
    for (const size of [1, 1, 2]) {
      await turn()
      expect(calls.at(-1)!.batches[0]!.records.length).toBe(size)
      calls.at(-1)!.answer()
    }
    await result
  })

  test('a call carries no more than its bytes; the partition left over is first in the next', async () => {
    const { accumulator, calls } = makeAccumulator({ callBytesMax: 1_000 })
    void accumulator.append('t', [record(keyIn(0), 700)], 5_000)
    void accumulator.append('t', [record(keyIn(1), 700)], 5_000)
    await turn()
    void accumulator.append('t', [record(keyIn(0), 700)], 5_000)
    await turn()
    calls[0]!.answer()
    await turn()
    expect(calls.map(({ batches }) => batches.map(({ partition }) => partition))).toEqual([[0], [1]])
    calls[1]!.answer()
    await turn()
    calls[2]!.answer()
    await accumulator.drain()
  })

  test.each([
    [10, 'appended'],
    [11, 'overloaded'],
  ])('%i records in a buffer of 10 are %s', async (count, status) => {
    const { accumulator, calls } = makeAccumulator({ bufferRecordsMax: 10 })
    const records = Array.from({ length: count }, () => record(keyIn(0)))
    const result = accumulator.append('t', records, 1_000)
    await turn()
    calls[0]?.answer()
    expect((await result).map((one) => one.status)).toEqual(Array(count).fill(status))
    expect(accumulator.buffered.records).toBe(0)
  })

  test('drain waits for the last call', async () => {
    const { accumulator, calls } = makeAccumulator()
    void accumulator.append('t', [record(keyIn(0))], 1_000)
    let isDrained = false
    const drained = accumulator.drain().then(() => {
      isDrained = true
    })
    await turn()
    expect(isDrained).toBe(false)
    calls[0]!.answer()
    await drained
  })
})

describe('judgeAnswer', () => {
  const asked = [0, 1].map((partition) => ({ topic: 't', partition, records: [record('k')] }))
  const entry = (partition: number, offset: bigint, topic = 't') => ({ topic, partition, offset })

  test('takes one entry per asked partition', () => {
    expect(judgeAnswer(asked, [entry(1, 9n), entry(0, 0n)])).toEqual([{ baseOffset: 0 }, { baseOffset: 9 }])
  })

  test.each([
    ['no entry', []],
    ['a negative offset', [entry(0, -1n)]],
    ['two entries', [entry(0, 4n), entry(0, 5n)]],
    ['an offset beyond 2^53', [entry(0, 2n ** 53n)]],
  ])('%s for a partition is unknown for that partition only', (_title, entries) => {
    expect(judgeAnswer(asked, [...entries, entry(1, 3n)])).toMatchObject([
      { unknown: expect.any(String) },
      { baseOffset: 3 },
    ])
  })

  test.each([
    ['another partition', entry(2, 5n)],
    ['another topic', entry(0, 5n, 'u')],
  ])('an entry of %s makes all of the answer unknown', (_title, foreign) => {
    const outcomes = judgeAnswer(asked, [entry(0, 1n), entry(1, 2n), foreign])
    expect(outcomes.every((outcome) => 'unknown' in outcome)).toBe(true)
  })
})
