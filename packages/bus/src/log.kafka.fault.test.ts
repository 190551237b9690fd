import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tool } from '../../../tests/parts/kafka.mjs'
import type { AppendResult, Log } from './log.ts'
import type { TestKafka } from './testing/kafka.ts'
import { appendOne, hurried, newMark, readByBroker, record } from './testing/kafka-faults.ts'
import { openStage, type Stage } from './testing/kafka-stage.ts'
import { kafkaPart, withPart } from './testing/parts.ts'

/** Kafka's API keys (protocol guide). */
const api = { produce: 0, fetch: 1, listOffsets: 2, metadata: 3, offsetCommit: 8, joinGroup: 11, heartbeat: 12 }

withPart(kafkaPart, () => {
  describe('calls to one broker under faults', { timeout: 120_000 }, () => {
    let stage: Stage
    let kafka: TestKafka
    let log: Log

    beforeAll(async () => {
      stage = await openStage()
      kafka = stage.kafka
      log = stage.log
    }, 120_000)

    afterAll(async () => await stage.close(), 60_000)

    test('B1: a broker that refuses connections makes no append succeed, and each ends in time', async () => {
      await stage.untilAppends()
      kafka.proxies[0]!.faults.isRefusing = true
      kafka.proxies[0]!.cut()
      const startedAt = performance.now()
      const results = await Promise.all(Array.from({ length: 50 }, () => appendOne(log, newMark(), 1_500)))
      expect(performance.now() - startedAt).toBeLessThan(2_500)
      kafka.proxies[0]!.faults.isRefusing = false
      expect(results.filter(({ status }) => status === 'appended' || status === 'overloaded')).toEqual([])
      await stage.untilAppends()
    })

    test('B1: five seconds of latency end as unknown in time', async () => {
      await stage.untilAppends()
      kafka.proxies[0]!.faults.latencyMs = 5_000
      const startedAt = performance.now()
      const result = await appendOne(log, newMark(), 1_500)
      expect(performance.now() - startedAt).toBeLessThan(2_000)
      kafka.proxies[0]!.faults.latencyMs = 0
      kafka.proxies[0]!.cut()
      expect(result.status).toBe('unknown')
      await stage.untilAppends()
    })

    test('B1: with half a second to the broker each of sixteen senders has its answer within one', async () => {
      const own = await stage.open({})
      await stage.untilAppends(own)
      // Every connection stands before the broker turns slow.
      await expect.poll(() => kafka.proxies[0]!.connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(4)
      kafka.proxies[0]!.faults.latencyMs = 250
      const appended = new Map<string, string>()
      const tookMs: number[] = []
      const senders = Array.from({ length: 16 }, async () => {
        for (let round = 0; round < 6; round += 1) {
          const key = newMark()
          const startedAt = performance.now()
          const result = await appendOne(own, key, 5_000)
          tookMs.push(performance.now() - startedAt)
          if (result.status === 'appended') appended.set(`${result.partition}/${result.offset}`, key)
        }
      })
      await Promise.all(senders)
      kafka.proxies[0]!.faults.latencyMs = 0
      await own.close()
      expect(Math.min(...tookMs)).toBeGreaterThan(490)
      expect(Math.max(...tookMs)).toBeLessThan(1_000)
      const stored = await readByBroker(kafka, 'eventmesh.events')
      expect(appended.size).toBe(96)
      expect([...appended].filter(([place, key]) => stored.get(place) !== key)).toEqual([])
    })

    test.each(['cut', 'killed'] as const)(
      'B2: of several calls in flight to a broker that is %s, each counts by its own answer',
      async (how) => {
        const own = await stage.open({ callLateMs: 20 })
        await stage.untilAppends(own)
        await expect.poll(() => kafka.proxies[0]!.connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(4)
        const proxy = kafka.proxies[0]!
        const appended = new Map<string, string>()
        const statuses = new Map<string, number>()
        const slots = [0, 1, 2].map(() => newMark())
        const order = new Map<string, number[]>(slots.map((key) => [key, []]))
        let sent = 0
        async function send(key: string, n: number): Promise<void> {
          sent += 1
          const [result] = await own.append('events', [record(key, { n })], { deadlineMs: 9_000 })
          statuses.set(result!.status, (statuses.get(result!.status) ?? 0) + 1)
          if (result?.status !== 'appended') return
          appended.set(`${result.partition}/${result.offset}`, key)
          order.get(key)?.push(result.offset)
        }
        proxy.faults.latencyMs = 100
        const load = new AbortController()
        const senders = [
          ...Array.from({ length: 16 }, async () => {
            while (!load.signal.aborted) await send(newMark(), 0)
          }),
          // One after another, as the promise on order says.
          ...slots.map(async (key) => {
            for (let n = 0; !load.signal.aborted; n += 1) await send(key, n)
          }),
        ]
        const grown = async (by: number) => {
          const target = appended.size + by
          await expect.poll(() => appended.size, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(target)
        }
        await grown(100)
        for (let round = 0; round < (how === 'cut' ? 8 : 2); round += 1) {
          if (how === 'cut') {
            await proxy.cutAfter(round % 2 === 0 ? 'to-client' : 'to-server', 1 + round * 150)
            if (round % 3 === 0) proxy.cut()
          } else {
            await kafka.cluster.kill(1)
            await kafka.cluster.start(1)
            await kafka.cluster.ready({ count: 1 })
          }
          await grown(60)
        }
        load.abort()
        await Promise.all(senders)
        proxy.faults.latencyMs = 0
        await own.close()
        const stored = await readByBroker(kafka, 'eventmesh.events')
        expect([...appended].filter(([place, key]) => stored.get(place) !== key)).toEqual([])
        expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(sent)
        for (const offsets of order.values()) {
          expect(offsets.length).toBeGreaterThan(3)
          expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
        }
      },
    )

    test('B2: a key whose call has no answer waits for its end, while later calls are answered', async () => {
      const own = await stage.open({ ...hurried, callLateMs: 20 })
      await stage.untilAppends(own)
      await expect.poll(() => kafka.proxies[0]!.connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(4)
      const key = newMark()
      const { caught } = kafka.proxies[0]!.catchAnswer(api.produce, { kind: 'hold' })
      const ended: string[] = []
      const note = async (name: string, result: Promise<AppendResult>) => {
        const { status } = await result
        ended.push(`${name} ${status}`)
        return await result
      }
      const first = note('first', appendOne(own, key, 5_000))
      await caught
      const second = note('second', appendOne(own, key, 5_000))
      const other = note('other', appendOne(own, newMark(), 5_000))
      const results = await Promise.all([first, second, other])
      expect(ended[0]).toBe('other appended')
      expect(ended.at(-1)).toBe('second appended')
      await own.close()
      const stored = await readByBroker(kafka, 'eventmesh.events')
      const offsets = [...stored].filter(([, each]) => each === key).map(([place]) => Number(place.split('/')[1]))
      // The held one is in the log: found again by the client or not, it stands before the second.
      expect(offsets.length).toBeGreaterThanOrEqual(2)
      expect(results[1].status === 'appended' && results[1].offset).toBe(Math.max(...offsets))
    })

    test('B2: an answer that is lost after the append is found again: one record, not two', async () => {
      const patient = await stage.open({})
      await stage.untilAppends(patient)
      const key = newMark()
      const { caught } = kafka.proxies[0]!.catchAnswer(api.produce, { kind: 'drop' })
      const result = await appendOne(patient, key, 10_000)
      await caught
      expect(result.status).toBe('appended')
      const stored = await readByBroker(kafka, 'eventmesh.events')
      const places = [...stored].filter(([, each]) => each === key).map(([place]) => place)
      expect(result.status === 'appended' && places).toEqual([
        result.status === 'appended' && `${result.partition}/${result.offset}`,
      ])
      await patient.close()
    })

    test('B2: an answer that never comes is unknown, with its record in the log, and the next append keeps the order', async () => {
      await stage.untilAppends()
      const key = newMark()
      const { caught } = kafka.proxies[0]!.catchAnswer(api.produce, { kind: 'hold' })
      const held = appendOne(log, key, 900)
      await caught
      kafka.proxies[0]!.faults.blackhole = 'to-client'
      const first = await held
      kafka.proxies[0]!.faults.blackhole = 'none'
      expect(first.status).toBe('unknown')
      const second = await log.append('events', [record(key, { second: true })], { deadlineMs: 8_000 })
      expect(second).toMatchObject([{ status: 'appended' }])
      const stored = await readByBroker(kafka, 'eventmesh.events')
      const places = [...stored].filter(([, each]) => each === key).map(([place]) => Number(place.split('/')[1]))
      expect(places.length).toBeGreaterThanOrEqual(2)
      expect(second[0]!.status === 'appended' && second[0]!.offset).toBeGreaterThan(Math.min(...places))
    })

    test('B2: connections cut inside an answer lose a consumer nothing, and nothing is thrown past it', async () => {
      const uncaught: unknown[] = []
      const note = (error: unknown) => void uncaught.push(error)
      process.on('uncaughtException', note)
      const mark = newMark()
      const cuts = [
        [api.fetch, 5],
        [api.fetch, 130],
        [api.offsetCommit, 7],
        [api.offsetCommit, 20],
        [api.heartbeat, 5],
        [api.listOffsets, 9],
        [api.metadata, 40],
      ] as const
      const keys = Array.from({ length: cuts.length * 50 }, (_, index) => `${mark}:${index}`)
      const seen = new Set<string>()
      const subscription = await log.subscribe({
        group: newMark(),
        topics: ['events'],
        handle: async (batch) => {
          for (const { key } of batch.records) seen.add(key)
        },
      })
      for (const [index, [apiKey, bytes]] of cuts.entries()) {
        const { caught } = kafka.proxies[0]!.catchAnswer(apiKey, { kind: 'cut-inside', bytes })
        const lag = subscription.lag().catch(() => undefined) // it may be the one that is cut
        const part = keys.slice(index * 50, index * 50 + 50)
        await Promise.all(part.map((key) => untilAppended(key)))
        await Promise.all([caught, lag])
      }
      await expect.poll(() => keys.filter((key) => !seen.has(key)), { timeout: 60_000 }).toEqual([])
      await subscription.stop()
      process.off('uncaughtException', note)
      expect(uncaught).toEqual([])

      async function untilAppended(key: string): Promise<void> {
        await expect
          .poll(async () => (await appendOne(log, key, 2_000)).status, { timeout: 30_000, interval: 50 })
          .toBe('appended')
      }
    })

    test('K3: a member that is stopped while it joins anew does not come back, and leaves its partitions to the others', async () => {
      await stage.untilAppends()
      const alarms: string[] = []
      const own = await stage.open({}, (line) => alarms.push(line))
      const group = newMark()
      let assigned = 0
      const subscription = await own.subscribe({
        group,
        topics: ['events'],
        handle: async () => undefined,
        onEvent: ({ kind }) => {
          if (kind === 'assigned') assigned += 1
        },
      })
      await expect.poll(() => assigned, { timeout: 60_000 }).toBeGreaterThanOrEqual(6)
      kafka.proxies[0]!.faults.isRefusing = true
      kafka.proxies[0]!.cut()
      await expect.poll(() => alarms.join(), { timeout: 30_000 }).toContain('lost its consumer')
      const join = kafka.proxies[0]!.catchAnswer(api.joinGroup, { kind: 'hold' })
      kafka.proxies[0]!.faults.isRefusing = false
      await join.caught
      await subscription.stop()
      join.release()
      const members = async () => {
        const { stdout } = await tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
          ...['--bootstrap-server', kafka.cluster.direct.join(','), '--describe', '--members'],
          ...['--group', `eventmesh.${group}`],
        ])
        return stdout.split('\n').filter((line) => line.includes(`eventmesh.${group}`)).length
      }
      // The one that it had been is put out after its session.
      await expect.poll(members, { timeout: 40_000, interval: 1_000 }).toBe(0)
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      expect(await members()).toBe(0)
      await own.close()
    })
  })
})
