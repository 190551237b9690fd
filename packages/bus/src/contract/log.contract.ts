import { randomUUID } from 'node:crypto'
import { type Database, positions } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type AppendResult,
  type Batch,
  FencedError,
  type Log,
  type LogRecord,
  type StoredRecord,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionEvent,
} from '../log.ts'
import { recordBytesMax } from '../record.ts'

/** One backend with an empty log, and what the suite does to it. */
export type LogHarness = {
  /** Another process' log on the same backend, with the rights of that process. The suite closes it. */
  open(as: 'ingest' | 'engine', limits?: { bufferBytesMax?: number; bufferRecordsMax?: number }): Promise<Log>
  /** The engine's database: it keeps the positions. */
  readonly database: Database
  /** kill −9 of the server that keeps the records, and its start on the same data and address. */
  killBackend(): Promise<void>
  startBackend(): Promise<void>
  /** From here on the server takes what is sent and answers nothing, until `hear`. */
  silenceBackend(): Promise<void>
  hearBackend(): Promise<void>
  /** An append that has its place in the log and is not visible yet. Left out where a log has no such state. */
  holdAppend?(topic: Topic, record: LogRecord): Promise<{ commit(): Promise<void> }>
  readonly features: LogFeatures
  close(): Promise<void>
}

/** Where logs differ for a reason of their own. */
export type LogFeatures = {
  /** Postgres: 1, since one head row makes offsets visible in order. Kafka: the topics'. */
  readonly partitions: number
  /** Until appends succeed again after `startBackend`: Kafka elects leaders and rejoins groups first. */
  readonly recoveryMs: number
}

const appendMs = 5_000

/** What `log.ts` promises, as tests. Every adapter passes them unchanged. */
export function logContract(name: string, makeHarness: () => Promise<LogHarness>): void {
  describe(`${name} keeps the promise of the log`, () => {
    let harness: LogHarness
    let producer: Log
    let consumer: Log
    const subscriptions: Subscription[] = []

    beforeAll(async () => {
      harness = await makeHarness()
      producer = await harness.open('ingest')
      consumer = await harness.open('engine')
    }, 120_000)

    afterEach(async () => {
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()))
    })

    afterAll(async () => {
      await Promise.all([producer?.close(), consumer?.close()])
      await harness?.close()
    }, 60_000)

    async function follow(options: Partial<SubscribeOptions> & Pick<SubscribeOptions, 'handle'>, log = consumer) {
      const events: SubscriptionEvent[] = []
      const group = options.group ?? `contract-${randomUUID()}`
      const subscription = await log.subscribe({
        topics: ['events'],
        onEvent: (event) => events.push(event),
        ...options,
        group,
      })
      subscriptions.push(subscription)
      return { group, events, stop: subscription.stop, lag: subscription.lag }
    }

    /** Everything in the log with this mark, as a fresh group sees it. */
    async function stored(mark: string, count: number, topic: Topic = 'events'): Promise<StoredRecord[]> {
      const found: StoredRecord[] = []
      const { stop } = await follow({
        topics: [topic],
        handle: async (batch) => {
          found.push(...batch.records.filter((record) => record.key.startsWith(mark)))
        },
      })
      await expect.poll(() => found.length, { timeout: harness.features.recoveryMs }).toBeGreaterThanOrEqual(count)
      await stop()
      return found
    }

    describe('append', () => {
      it('resolves with one position per record, each where a reader finds that record', async () => {
        const mark = newMark()
        const records = Array.from({ length: 50 }, (_, index) => record(`${mark}:${index}`, { index }))
        const results = await producer.append('events', records, { deadlineMs: appendMs })

        const found = new Map((await stored(mark, 50)).map((one) => [placeOf(one), one.key]))
        expect(results.map((result) => found.get(placeOf(appended(result))))).toEqual(records.map((one) => one.key))
      })

      it('answers an empty call with no results', async () => {
        expect(await producer.append('events', [], { deadlineMs: appendMs })).toEqual([])
      })

      it.each(unusualRecords)('gives back byte for byte: %s', async (_title, unusual) => {
        const mark = newMark()
        const sent = { ...unusual, key: `${mark}:${unusual.key}` }
        const [result] = await producer.append('events', [sent], { deadlineMs: appendMs })
        const [found] = await stored(mark, 1)
        expect(found).toMatchObject({ topic: 'events', key: sent.key, headers: sent.headers })
        expect(found!.value.equals(sent.value)).toBe(true)
        expect(found!.exactBody?.toString('hex')).toBe(sent.exactBody?.toString('hex'))
        expect(placeOf(found!)).toBe(placeOf(appended(result)))
      })

      it('stamps each record with the time of the append', async () => {
        const mark = newMark()
        const before = Date.now()
        await producer.append('events', [record(`${mark}:1`)], { deadlineMs: appendMs })
        const [found] = await stored(mark, 1)
        expect(found!.appendedAtMs).toBeGreaterThanOrEqual(before - 2_000)
        expect(found!.appendedAtMs).toBeLessThanOrEqual(Date.now() + 2_000)
      })

      it('keeps the order of one key over calls that wait for each other', async () => {
        const mark = newMark()
        for (let index = 0; index < 40; index += 1) {
          const [result] = await producer.append('events', [record(`${mark}:same`, { index })], {
            deadlineMs: appendMs,
          })
          appended(result)
        }
        const found = await stored(mark, 40)
        expect(found.map((one) => JSON.parse(one.value.toString()).index)).toEqual(range(40))
        expect(new Set(found.map((one) => one.partition)).size).toBe(1)
      })

      it('keeps topics apart', async () => {
        const mark = newMark()
        await producer.append('outcomes', [record(`${mark}:outcome`)], { deadlineMs: appendMs })
        await producer.append('events', [record(`${mark}:event`)], { deadlineMs: appendMs })
        expect((await stored(mark, 1)).map((one) => one.key)).toEqual([`${mark}:event`])
        expect((await stored(mark, 1, 'outcomes')).map((one) => one.key)).toEqual([`${mark}:outcome`])
      })

      it.each(impossibleRecords)('throws for %s and sends nothing of that call', async (_title, impossible) => {
        const mark = newMark()
        const good = record(`${mark}:good`)
        const bad = { ...impossible, key: `${mark}:${impossible.key}` }
        await expect(producer.append('events', [good, bad], { deadlineMs: appendMs })).rejects.toThrow(/^log record/)
        await producer.append('events', [record(`${mark}:after`)], { deadlineMs: appendMs })
        expect((await stored(mark, 1)).map((one) => one.key)).toEqual([`${mark}:after`])
      })

      it('refuses, not unknown, when the deadline is over before anything is sent', async () => {
        const mark = newMark()
        const results = await producer.append('events', [record(`${mark}:late`)], { deadlineMs: 0 })
        expect(results).toMatchObject([{ status: 'refused' }])
        await producer.append('events', [record(`${mark}:after`)], { deadlineMs: appendMs })
        expect((await stored(mark, 1)).map((one) => one.key)).toEqual([`${mark}:after`])
      })

      it('is overloaded above its records and below them is not', async () => {
        const log = await harness.open('ingest', { bufferRecordsMax: 10 })
        const mark = newMark()
        const many = range(11).map((index) => record(`${mark}:${index}`))
        expect(statusesOf(await log.append('events', many, { deadlineMs: appendMs }))).toEqual(
          Array(11).fill('overloaded'),
        )
        const fewer = many.slice(1)
        expect(statusesOf(await log.append('events', fewer, { deadlineMs: appendMs }))).toEqual(
          Array(10).fill('appended'),
        )
        expect((await stored(mark, 10)).length).toBe(10)
        await log.close()
      })

      it('is overloaded above its bytes and takes records again afterwards', async () => {
        const log = await harness.open('ingest', { bufferBytesMax: 64 * 1024 })
        const big = () => record(`${newMark()}:big`, { filling: 'x'.repeat(40 * 1024) })
        const results = await Promise.all([
          log.append('events', [big()], { deadlineMs: appendMs }),
          log.append('events', [big()], { deadlineMs: appendMs }),
        ])
        expect(results.map((one) => one[0]!.status)).toEqual(['appended', 'overloaded'])
        expect(statusesOf(await log.append('events', [big()], { deadlineMs: appendMs }))).toEqual(['appended'])
        await log.close()
      })

      it('finishes what it accepted when it closes, and refuses what comes after', async () => {
        const log = await harness.open('ingest')
        const mark = newMark()
        const pending = log.append(
          'events',
          range(20).map((index) => record(`${mark}:${index}`)),
          { deadlineMs: appendMs },
        )
        await log.close()
        expect(statusesOf(await pending)).toEqual(Array(20).fill('appended'))
        expect(await log.append('events', [record(`${mark}:closed`)], { deadlineMs: appendMs })).toMatchObject([
          { status: 'refused' },
        ])
      })
    })

    describe('subscribe', () => {
      it('skips no offset while two processes append at once', async () => {
        const mark = newMark()
        const second = await harness.open('ingest')
        const found: StoredRecord[] = []
        await follow({ handle: async (batch) => void found.push(...batch.records) })

        const results = await Promise.all(
          range(200).map((index) => {
            const log = index % 2 === 0 ? producer : second
            return log.append('events', [record(`${mark}:${index}`)], { deadlineMs: appendMs })
          }),
        )
        const places = results.map((one) => placeOf(appended(one[0])))
        expect(new Set(places).size).toBe(200)
        await expect.poll(() => found.filter((one) => one.key.startsWith(mark)).length, { timeout: 10_000 }).toBe(200)
        expect(new Set(found.map(placeOf))).toEqual(new Set([...found.map(placeOf), ...places]))
        expectAscending(found)
        await second.close()
      })

      it('skips no record whose append becomes visible late', async (context) => {
        if (!harness.holdAppend) return context.skip('this log has no append that holds a place unseen')
        const mark = newMark()
        const found: string[] = []
        await follow({
          handle: async (batch) =>
            void found.push(...batch.records.map((one) => one.key).filter((key) => key.startsWith(mark))),
        })
        await producer.append('events', [record(`${mark}:before`)], { deadlineMs: appendMs })
        const held = await harness.holdAppend('events', record(`${mark}:held`))
        const later = producer.append('events', [record(`${mark}:later`)], { deadlineMs: appendMs })
        await expect.poll(() => found).toEqual([`${mark}:before`])
        await held.commit()
        appended((await later)[0])
        await expect.poll(() => found, { timeout: 10_000 }).toEqual([`${mark}:before`, `${mark}:held`, `${mark}:later`])
      })

      it('starts a group without a position at the earliest record and says so', async () => {
        const mark = newMark()
        await producer.append('events', [record(`${mark}:old`)], { deadlineMs: appendMs })
        const keys: string[] = []
        const { events } = await follow({
          handle: async (batch) => void keys.push(...batch.records.map((one) => one.key)),
        })
        await expect.poll(() => keys, { timeout: 15_000 }).toContain(`${mark}:old`)
        expect(events.some((event) => event.kind === 'position-reset')).toBe(true)
      })

      it('starts at the earliest record and says so when the log does not hold the position', async () => {
        const mark = newMark()
        const group = `contract-${randomUUID()}`
        for (const partition of range(harness.features.partitions)) {
          const of = { group, topic: 'events' as const, partition }
          const taken = await positions.take(harness.database, of, { owner: 'test', leaseMs: 1 })
          await positions.advance(harness.database, of, { epoch: taken!.epoch, nextOffset: 9_000_000_000 })
        }
        await producer.append('events', [record(`${mark}:old`)], { deadlineMs: appendMs })
        const keys: string[] = []
        const { events } = await follow({
          group,
          handle: async (batch) => void keys.push(...batch.records.map((one) => one.key)),
        })
        await expect.poll(() => keys, { timeout: 15_000 }).toContain(`${mark}:old`)
        expect(events.some((event) => event.kind === 'position-reset')).toBe(true)
      })

      it('goes on after the position when the group comes back, in another process too', async () => {
        const mark = newMark()
        await producer.append(
          'events',
          range(5).map((index) => record(`${mark}:a${index}`)),
          { deadlineMs: appendMs },
        )
        const first: string[] = []
        const one = await follow({ handle: async (batch) => void first.push(...keysOf(batch, mark)) })
        await expect.poll(() => first.length, { timeout: 15_000 }).toBe(5)
        await one.stop()

        await producer.append(
          'events',
          range(5).map((index) => record(`${mark}:b${index}`)),
          { deadlineMs: appendMs },
        )
        const other = await harness.open('engine')
        const second: string[] = []
        const events: SubscriptionEvent[] = []
        const again = await other.subscribe({
          group: one.group,
          topics: ['events'],
          onEvent: (event) => events.push(event),
          handle: async (batch) => void second.push(...keysOf(batch, mark)),
        })
        await expect.poll(() => second.length, { timeout: harness.features.recoveryMs }).toBe(5)
        expect(second.sort()).toEqual(range(5).map((index) => `${mark}:b${index}`))
        expect(events.some((event) => event.kind === 'position-reset')).toBe(false)
        await again.stop()
        await other.close()
      })

      it('gives a batch again whose handler threw, without moving the position', async () => {
        const mark = newMark()
        await producer.append('events', [record(`${mark}:1`)], { deadlineMs: appendMs })
        let tries = 0
        const { events } = await follow({
          handle: async (batch) => {
            if (keysOf(batch, mark).length === 0) return
            tries += 1
            if (tries < 3) throw new Error('not yet')
          },
        })
        await expect.poll(() => tries, { timeout: 15_000 }).toBe(3)
        expect(events.filter((event) => event.kind === 'failed').length).toBe(2)
      })

      it('moves the position with the transaction of the effect, or not at all', async () => {
        const mark = newMark()
        await producer.append('events', [record(`${mark}:1`)], { deadlineMs: appendMs })
        const seen: { offset: number; nextOffset: number | undefined }[] = []
        const { group } = await follow({
          handle: async (batch) => {
            await harness.database.transaction(async (tx) => {
              const nextOffset = await positionOf(batch)
              await batch.advance(tx)
              const [mine] = batch.records.filter((one) => one.key.startsWith(mark))
              if (mine === undefined) return
              seen.push({ offset: mine.offset, nextOffset })
              if (seen.length === 1) throw new Error('the effect failed')
            })
          },
        })
        async function positionOf(batch: Batch): Promise<number | undefined> {
          const rows = await harness.database.sql<{ next_offset: string | null }[]>`
            select next_offset from log_position
            where consumer_group = ${group} and topic = ${batch.topic} and partition = ${batch.partition}`
          return rows[0]?.next_offset == null ? undefined : Number(rows[0].next_offset)
        }
        await expect.poll(() => seen.length, { timeout: 15_000 }).toBe(2)
        const [failed, repeated] = seen
        expect(repeated!.offset).toBe(failed!.offset)
        expect(repeated!.nextOffset ?? 0).toBeLessThanOrEqual(failed!.offset)
      })

      it('moves nothing for an epoch that another member has ended', async () => {
        const mark = newMark()
        const [result] = await producer.append('events', [record(`${mark}:1`)], { deadlineMs: appendMs })
        const { partition } = appended(result)
        const errors: unknown[] = []
        const { group, events, stop } = await follow({
          handle: async (batch) => {
            if (keysOf(batch, mark).length === 0) return
            const of = { group, topic: batch.topic, partition: batch.partition }
            if (errors.length === 0) {
              await positions.take(harness.database, of, { owner: 'thief', leaseMs: 60_000, force: true })
            }
            try {
              await harness.database.transaction((tx) => batch.advance(tx))
            } catch (error) {
              errors.push(error)
              throw error
            }
          },
        })
        await expect.poll(() => events.some((event) => event.kind === 'fenced'), { timeout: 15_000 }).toBe(true)
        expect(errors[0]).toBeInstanceOf(FencedError)
        await stop()
        const next = await positions.take(
          harness.database,
          { group, topic: 'events', partition },
          { owner: 'next', leaseMs: 1, force: true },
        )
        expect(next!.nextOffset ?? 0).toBeLessThanOrEqual(appended(result).offset)
      })

      it('moves nothing on its own either when the handler left the position to it and lost the epoch', async () => {
        const mark = newMark()
        const [result] = await producer.append('events', [record(`${mark}:1`)], { deadlineMs: appendMs })
        let isStolen = false
        const { group, events } = await follow({
          handle: async (batch) => {
            if (isStolen || keysOf(batch, mark).length === 0) return
            isStolen = true
            const of = { group, topic: batch.topic, partition: batch.partition }
            const taken = await positions.take(harness.database, of, { owner: 'thief', leaseMs: 60_000, force: true })
            expect(taken!.nextOffset ?? 0).toBeLessThanOrEqual(appended(result).offset)
          },
        })
        await expect.poll(() => events.some((event) => event.kind === 'fenced'), { timeout: 15_000 }).toBe(true)
      })

      it('gives each record to one member of the group, and all to the other when one leaves', async () => {
        const mark = newMark()
        const group = `contract-${randomUUID()}`
        const other = await harness.open('engine')
        const seen: string[] = []
        const bySecond: string[] = []
        const one = await follow({ group, handle: async (batch) => void seen.push(...keysOf(batch, mark)) })
        const two = await follow(
          {
            group,
            handle: async (batch) => {
              seen.push(...keysOf(batch, mark))
              bySecond.push(...keysOf(batch, mark))
            },
          },
          other,
        )
        await producer.append(
          'events',
          range(20).map((index) => record(`${mark}:a${index}`)),
          { deadlineMs: appendMs },
        )
        await expect.poll(() => new Set(seen).size, { timeout: harness.features.recoveryMs }).toBe(20)
        expect(seen.length).toBe(20)

        await one.stop()
        await producer.append(
          'events',
          range(20).map((index) => record(`${mark}:b${index}`)),
          { deadlineMs: appendMs },
        )
        await expect
          .poll(() => bySecond.filter((key) => key.includes(':b')).length, { timeout: harness.features.recoveryMs })
          .toBe(20)
        await two.stop()
        await other.close()
      })

      it('waits for the running handler when it stops, and calls none afterwards', async () => {
        const mark = newMark()
        const gate = Promise.withResolvers<void>()
        const started = Promise.withResolvers<void>()
        const log: string[] = []
        const { stop } = await follow({
          handle: async (batch) => {
            if (keysOf(batch, mark).length === 0) return
            log.push('started')
            started.resolve()
            await gate.promise
            log.push('finished')
          },
        })
        await producer.append('events', [record(`${mark}:1`)], { deadlineMs: appendMs })
        await started.promise
        const stopped = stop().then(() => log.push('stopped'))
        gate.resolve()
        await stopped
        await producer.append('events', [record(`${mark}:2`)], { deadlineMs: appendMs })
        expect(log).toEqual(['started', 'finished', 'stopped'])
      })

      it('holds a batch to its records and bytes, unless one record alone is larger', async () => {
        const mark = newMark()
        const records = range(9).map((index) =>
          record(`${mark}:same`, { index, filling: 'x'.repeat(index === 8 ? 9_000 : 1_000) }),
        )
        await producer.append('events', records, { deadlineMs: appendMs })
        const batches: number[] = []
        await follow({
          maxRecords: 3,
          maxBytes: 2_500,
          handle: async (batch) => {
            expect(batch.records.length).toBeLessThanOrEqual(3)
            const bytes = batch.records.reduce((sum, one) => sum + one.value.length, 0)
            expect(batch.records.length === 1 || bytes <= 2_500).toBe(true)
            batches.push(keysOf(batch, mark).length)
          },
        })
        await expect.poll(() => sum(batches), { timeout: 15_000 }).toBe(9)
      })

      it('tells the lag of what it holds', async () => {
        const gate = Promise.withResolvers<void>()
        const mark = newMark()
        let isHolding = false
        const { lag } = await follow({
          topics: ['quarantine'],
          handle: async () => {
            isHolding = true
            await gate.promise
          },
        })
        await producer.append(
          'quarantine',
          range(3).map(() => record(`${mark}:same`)),
          { deadlineMs: appendMs },
        )
        await expect.poll(() => isHolding, { timeout: 15_000 }).toBe(true)
        await expect.poll(async () => (await lag()).quarantine, { timeout: 15_000 }).toBe(3)
        gate.resolve()
        await expect.poll(async () => (await lag()).quarantine, { timeout: 15_000 }).toBe(0)
      })
    })

    describe('read', () => {
      it('reads from the beginning up to its limit and continues after any position', async () => {
        const mark = newMark()
        await producer.append(
          'dead-letters',
          range(6).map((index) => record(`${mark}:same`, { index })),
          { deadlineMs: appendMs },
        )
        const all = await collect(consumer.read('dead-letters', { from: 'beginning', limit: 6 }))
        expect(all.map((one) => one.key)).toEqual(Array(6).fill(`${mark}:same`))
        const rest = await collect(consumer.read('dead-letters', { from: all[2]!.position, limit: 3 }))
        expect(rest.map(placeOf)).toEqual(all.slice(3).map(placeOf))
      })

      it('follows the end until it is told to stop', async () => {
        const mark = newMark()
        const stop = new AbortController()
        const found: string[] = []
        const ended = (async () => {
          for await (const one of consumer.read('events', { from: 'end', signal: stop.signal })) found.push(one.key)
        })()
        let sent = 0
        await expect
          .poll(
            async () => {
              sent += 1
              await producer.append('events', [record(`${mark}:${sent}`)], { deadlineMs: appendMs })
              return found.length
            },
            { timeout: 15_000 },
          )
          .toBeGreaterThan(0)
        stop.abort()
        await ended
        expect(found.every((key) => key.startsWith(mark))).toBe(true)
      })

      it('rejects a text that is no position', async () => {
        await expect(collect(consumer.read('events', { from: 'yesterday', limit: 1 }))).rejects.toThrow(/position/)
      })
    })

    // Last: they take the backend away under everybody.
    describe('faults', () => {
      const timeout = { timeout: 180_000 }

      async function untilAppends(mark: string): Promise<void> {
        await expect
          .poll(
            async () => statusesOf(await producer.append('events', [record(`${mark}:probe`)], { deadlineMs: 2_000 })),
            {
              timeout: harness.features.recoveryMs,
              interval: 200,
            },
          )
          .toEqual(['appended'])
      }

      it('answers unknown, never refused, when what was sent gets no answer', timeout, async () => {
        const mark = newMark()
        await untilAppends(mark)
        await harness.silenceBackend()
        const startedAt = performance.now()
        const results = await producer.append('events', [record(`${mark}:maybe`)], { deadlineMs: 500 })
        const tookMs = performance.now() - startedAt
        await harness.hearBackend()
        expect(results).toMatchObject([{ status: 'unknown' }])
        expect(tookMs).toBeLessThan(1_500)
        await untilAppends(mark)
      })

      it('is overloaded while a silent backend holds the buffer full, and recovers', timeout, async () => {
        const log = await harness.open('ingest', { bufferRecordsMax: 10 })
        const mark = newMark()
        await log.append('events', [record(`${mark}:first`)], { deadlineMs: appendMs })
        await harness.silenceBackend()
        const held = log.append(
          'events',
          range(10).map((index) => record(`${mark}:${index}`)),
          { deadlineMs: 1_500 },
        )
        const shed = await log.append('events', [record(`${mark}:shed`)], { deadlineMs: 1_500 })
        await harness.hearBackend()
        expect(shed).toEqual([{ status: 'overloaded' }])
        await held
        await expect
          .poll(async () => statusesOf(await log.append('events', [record(`${mark}:again`)], { deadlineMs: 2_000 })), {
            timeout: harness.features.recoveryMs,
          })
          .toEqual(['appended'])
        await log.close()
      })

      it('keeps every record that was appended when the backend is killed a moment later', timeout, async () => {
        const mark = newMark()
        const results = await producer.append(
          'events',
          range(100).map((index) => record(`${mark}:${index}`)),
          { deadlineMs: appendMs },
        )
        await harness.killBackend()
        expect(statusesOf(results)).toEqual(Array(100).fill('appended'))
        await harness.startBackend()
        const found = await stored(mark, 100)
        expect(new Set(found.map(placeOf))).toEqual(new Set(results.map((result) => placeOf(appended(result)))))
      })

      it(
        'keeps what it called appended and nothing that it refused when the backend is killed in between',
        timeout,
        async () => {
          const mark = newMark()
          await untilAppends(mark)
          const tried: { key: string; result: AppendResult }[] = []
          const load = new AbortController()
          const senders = range(8).map(async (sender) => {
            for (let index = 0; !load.signal.aborted; index += 1) {
              const key = `${mark}:${sender}-${index}`
              const [result] = await producer.append('events', [record(key)], { deadlineMs: 2_000 })
              tried.push({ key, result: result! })
            }
          })
          await expect.poll(() => tried.filter(({ result }) => result.status === 'appended').length).toBeGreaterThan(50)
          await harness.killBackend()
          await expect
            .poll(() => tried.some(({ result }) => result.status !== 'appended'), { timeout: 10_000 })
            .toBe(true)
          expect((await producer.check()).ok).toBe(false)
          load.abort()
          await Promise.all(senders)
          await harness.startBackend()
          await untilAppends(mark)

          const kept = tried.filter(({ result }) => result.status === 'appended')
          const found = new Map((await stored(mark, kept.length)).map((one) => [one.key, placeOf(one)]))
          for (const { key, result } of tried) {
            if (result.status === 'appended') expect(found.get(key)).toBe(placeOf(result))
            if (result.status === 'refused') expect(found.has(key)).toBe(false)
          }
          await expect
            .poll(async () => (await producer.check()).ok, { timeout: harness.features.recoveryMs })
            .toBe(true)
        },
      )

      it('goes on delivering after the backend was killed', timeout, async () => {
        const mark = newMark()
        const keys: string[] = []
        await follow({ handle: async (batch) => void keys.push(...keysOf(batch, mark)) })
        await producer.append('events', [record(`${mark}:before`)], { deadlineMs: appendMs })
        await expect.poll(() => keys, { timeout: 15_000 }).toContain(`${mark}:before`)
        await harness.killBackend()
        await harness.startBackend()
        await untilAppends(newMark())
        await producer.append('events', [record(`${mark}:after`)], { deadlineMs: appendMs })
        await expect.poll(() => keys, { timeout: harness.features.recoveryMs }).toContain(`${mark}:after`)
      })
    })
  })
}

const newMark = () => `contract-${randomUUID()}`

function record(key: string, payload: unknown = {}): LogRecord {
  return { key, value: Buffer.from(JSON.stringify(payload)), headers: { 'content-type': 'application/json' } }
}

const allBytes = Buffer.from(range(256))

const unusualRecords: readonly (readonly [string, LogRecord])[] = [
  [
    'a number beyond 2^53 and a repeated member',
    { key: 'n', value: Buffer.from('{"n":9223372036854775807,"n":1e309}'), headers: {} },
  ],
  ['tabs, newlines and spaces around JSON', { key: 's', value: Buffer.from('\t{\r\n "a" : 1 }\n\n'), headers: {} }],
  [
    'a raw DEL, escapes and a lone surrogate escape',
    { key: 'e', value: Buffer.from('{"a":"\u007f\\u0000\\u001e\\ud800"}'), headers: {} },
  ],
  [
    'astral characters and a byte order mark inside',
    { key: 'é🚀', value: Buffer.from('{"é":"\ufeff🚀"}'), headers: { ce_é: '🚀' } },
  ],
  [
    'headers that look like syntax',
    { key: 'h', value: Buffer.from('{}'), headers: { a: '"},{', b: '', c: "'; --", __proto__x: '\\' } },
  ],
  [
    'an exact body of every byte',
    { key: 'x', value: Buffer.from('{}'), headers: { 'em-wrap': 'form' }, exactBody: allBytes },
  ],
  ['an empty exact body', { key: 'x0', value: Buffer.from('{}'), headers: {}, exactBody: Buffer.alloc(0) }],
  ['a value of 3 MiB', { key: 'b', value: Buffer.from(`{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`), headers: {} }],
]

const impossibleRecords: readonly (readonly [string, LogRecord])[] = [
  ['a record separator in the value', { key: 'a', value: Buffer.from('{"a":"\u001e"}'), headers: {} }],
  ['a unit separator in the value', { key: 'a', value: Buffer.from('{"a":"\u001f"}'), headers: {} }],
  ['a NUL in the value', { key: 'a', value: Buffer.from('{"a":"\u0000"}'), headers: {} }],
  ['a value that is not UTF-8', { key: 'a', value: Buffer.from([0x22, 0xff, 0x22]), headers: {} }],
  ['a unit separator in the key', { key: 'a\u001fb', value: Buffer.from('{}'), headers: {} }],
  ['a record separator in a header', { key: 'a', value: Buffer.from('{}'), headers: { a: 'b\u001ec' } }],
  ['a line break in a header', { key: 'a', value: Buffer.from('{}'), headers: { a: 'b\r\nc' } }],
  ['a control character in a header name', { key: 'a', value: Buffer.from('{}'), headers: { 'a\u001f': 'b' } }],
  ['a lone surrogate in the key', { key: 'a\ud800', value: Buffer.from('{}'), headers: {} }],
  ['a record over the limit', { key: 'a', value: Buffer.alloc(recordBytesMax, 0x20), headers: {} }],
]

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of from) all.push(one)
  return all
}

function appended(result: AppendResult | undefined): { partition: number; offset: number } {
  if (result?.status !== 'appended') throw new Error(`expected appended, got ${JSON.stringify(result)}`)
  return result
}

function statusesOf(results: readonly AppendResult[]): string[] {
  return results.map((result) => result.status)
}

function placeOf({ partition, offset }: { partition: number; offset: number }): string {
  return `${partition}/${offset}`
}

function keysOf(batch: Batch, mark: string): string[] {
  return batch.records.map((one) => one.key).filter((key) => key.startsWith(mark))
}

function expectAscending(records: readonly StoredRecord[]): void {
  const last = new Map<number, number>()
  for (const { partition, offset } of records) {
    expect(offset).toBeGreaterThan(last.get(partition) ?? -1)
    last.set(partition, offset)
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
