import { join } from 'node:path'
import type { Database } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tool } from '../../../tests/parts/kafka.mjs'
import type { ProducerLimits } from './log.kafka.accumulate.ts'
import { openKafkaLog } from './log.kafka.ts'
import type { AppendResult, Log } from './log.ts'
import { startTestKafka, type TestKafka } from './testing/kafka.ts'
import {
  appendOne,
  countByBroker,
  hurried,
  newMark,
  openDatabase,
  readByBroker,
  record,
} from './testing/kafka-faults.ts'
import { kafkaPart, mountSmallDisk, smallDiskPart, withPart } from './testing/parts.ts'

/** Kafka's API keys (protocol guide). */
const api = { produce: 0, fetch: 1, listOffsets: 2, metadata: 3, offsetCommit: 8, joinGroup: 11, heartbeat: 12 }

function tcpSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

withPart(kafkaPart, () => {
  describe('the log on one broker under faults', { timeout: 120_000 }, () => {
    let kafka: TestKafka
    let database: TestDatabase
    let engine: Database
    let log: Log

    beforeAll(async () => {
      const parts = await Promise.all([startTestKafka(), testDatabase()])
      kafka = parts[0]
      database = parts[1]
      engine = openDatabase(database.urls.engine)
      log = await open()
    }, 120_000)

    afterAll(async () => {
      await log.close()
      await engine.close()
      await Promise.all([kafka.close(), database.close()])
    }, 60_000)

    const open = (limits: Partial<ProducerLimits> = hurried, onAlarm: (line: string) => void = () => undefined) =>
      openKafkaLog({
        onAlarm,
        connection: kafka.connection,
        durability: 'dev',
        database: engine,
        limits,
        times: { sessionTimeoutMs: 10_000, heartbeatMs: 1_000, rebalanceTimeoutMs: 10_000 },
      })

    const untilAppends = async (on = log) =>
      await expect
        .poll(async () => (await appendOne(on, newMark(), 2_000)).status, { timeout: 60_000, interval: 100 })
        .toBe('appended')

    test('production does not open on topics that one disk can lose', async () => {
      await expect(openKafkaLog({ connection: kafka.connection, durability: 'production' })).rejects.toThrow(
        /fewer than 3 replicas/,
      )
    })

    test('production does not open while no broker tells its settings', async () => {
      const nowhere = { ...kafka.connection, brokers: ['127.0.0.1:1'] }
      await expect(openKafkaLog({ connection: nowhere, durability: 'production' })).rejects.toThrow(/not readable/)
    })

    test('a setting that drifts while it runs is an alarm, told once', async () => {
      const alarms: string[] = []
      const own = await openKafkaLog({
        connection: kafka.connection,
        durability: 'dev',
        settingsEveryMs: 100,
        onAlarm: (line) => alarms.push(line),
      })
      const set = async (value: string) =>
        await tool('kafka.admin.ConfigCommand', [
          ...['--bootstrap-server', kafka.cluster.direct[0]!, '--alter', '--entity-type', 'topics'],
          ...['--entity-name', 'eventmesh.outcomes', '--add-config', `retention.ms=${value}`],
        ])
      expect(alarms).toEqual([])
      expect((await set('3600000')).code).toBe(0)
      await expect.poll(() => alarms).toEqual([expect.stringContaining('eventmesh.outcomes: retention.ms is 3600000')])
      expect((await own.check()).unsafe).toContain(alarms[0])
      expect((await set('604800000')).code).toBe(0)
      await expect.poll(async () => (await own.check()).unsafe?.includes(alarms[0]!)).toBe(false)
      expect(alarms.length).toBe(1)
      await own.close()
    })

    test('B7: without its topics it says so, and never creates them', async () => {
      const connection = { ...kafka.connection, topicPrefix: 'missing.' }
      const lost = await openKafkaLog({ connection, durability: 'dev', limits: hurried })
      expect(await appendOne(lost, newMark(), 500)).toMatchObject({ status: 'refused' })
      expect(await lost.check()).toMatchObject({ ok: false })
      expect((await lost.check()).unsafe?.join()).toContain('missing.events does not exist')
      await lost.close()
      const { topics } = await kafka.cluster.metadata([])
      expect(topics.map(({ name }) => name).filter((name) => name.startsWith('missing.'))).toEqual([])
    })

    test('B5: a client over its quota has each append end in time, loses none, and goes on when it is lifted', async () => {
      const quota = async (...change: readonly string[]) =>
        await tool('kafka.admin.ConfigCommand', [
          ...[
            '--bootstrap-server',
            kafka.cluster.direct[0]!,
            '--alter',
            '--entity-type',
            'clients',
            '--entity-default',
          ],
          ...change,
        ])
      await untilAppends()
      expect((await quota('--add-config', 'producer_byte_rate=500')).code).toBe(0)
      const appended = new Map<string, string>()
      const statuses = new Set<string>()
      let slowestMs = 0
      for (let round = 0; round < 10; round += 1) {
        const keys = Array.from({ length: 8 }, newMark)
        const startedAt = performance.now()
        const records = keys.map((key) => record(key, { filler: 'x'.repeat(4_000) }))
        const results = await log.append('events', records, { deadlineMs: 400 })
        slowestMs = Math.max(slowestMs, performance.now() - startedAt)
        for (const [n, result] of results.entries()) {
          statuses.add(result.status)
          if (result.status === 'appended') appended.set(`${result.partition}/${result.offset}`, keys[n]!)
        }
      }
      expect((await quota('--delete-config', 'producer_byte_rate')).code).toBe(0)
      // Control: the broker makes such a client wait for up to a second.
      expect([...statuses].some((status) => status !== 'appended')).toBe(true)
      expect(slowestMs).toBeLessThan(1_000)
      await untilAppends()
      const stored = await readByBroker(kafka, 'eventmesh.events')
      expect([...appended].filter(([place, key]) => stored.get(place) !== key)).toEqual([])
    })

    test('B6: a record above the topic’s limit is never called appended and holds up no other', async () => {
      const limit = async (bytes: number) =>
        await tool('kafka.admin.ConfigCommand', [
          ...['--bootstrap-server', kafka.cluster.direct[0]!, '--alter', '--entity-type', 'topics'],
          ...['--entity-name', 'eventmesh.quarantine', '--add-config', `max.message.bytes=${bytes}`],
        ])
      const append = async (key: string, bytes: number) => {
        const big = record(key, { filler: 'x'.repeat(bytes) })
        return (await log.append('quarantine', [big], { deadlineMs: 2_000 }))[0]!.status
      }
      const key = newMark()
      const fits = async () => await expect.poll(() => append(key, 10), { timeout: 30_000 }).toBe('appended')
      await fits()
      expect((await limit(2_000)).code).toBe(0)
      await expect.poll(() => append(key, 8_000), { timeout: 10_000 }).toBe('unknown')
      await fits()
      const before = await countByBroker(kafka, 'eventmesh.quarantine')
      expect(await append(key, 8_000)).toBe('unknown')
      await fits()
      expect(await countByBroker(kafka, 'eventmesh.quarantine')).toBe(before! + 1)
      expect((await limit(8_454_144)).code).toBe(0)
      await expect.poll(() => append(key, 8_000), { timeout: 30_000 }).toBe('appended')
    })

    test('B1: a broker that refuses connections makes no append succeed, and each ends in time', async () => {
      await untilAppends()
      kafka.proxies[0]!.faults.isRefusing = true
      kafka.proxies[0]!.cut()
      const startedAt = performance.now()
      const results = await Promise.all(Array.from({ length: 50 }, () => appendOne(log, newMark(), 1_500)))
      expect(performance.now() - startedAt).toBeLessThan(2_500)
      kafka.proxies[0]!.faults.isRefusing = false
      expect(results.filter(({ status }) => status === 'appended' || status === 'overloaded')).toEqual([])
      await untilAppends()
    })

    test('B1: five seconds of latency end as unknown in time', async () => {
      await untilAppends()
      kafka.proxies[0]!.faults.latencyMs = 5_000
      const startedAt = performance.now()
      const result = await appendOne(log, newMark(), 1_500)
      expect(performance.now() - startedAt).toBeLessThan(2_000)
      kafka.proxies[0]!.faults.latencyMs = 0
      kafka.proxies[0]!.cut()
      expect(result.status).toBe('unknown')
      await untilAppends()
    })

    test('B1: with half a second to the broker each of sixteen senders has its answer within one', async () => {
      const own = await open({})
      await untilAppends(own)
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
        const own = await open({ callLateMs: 20 })
        await untilAppends(own)
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
      const own = await open({ ...hurried, callLateMs: 20 })
      await untilAppends(own)
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
      const patient = await open({})
      await untilAppends(patient)
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
      await untilAppends()
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
      await untilAppends()
      const alarms: string[] = []
      const own = await open({}, (line) => alarms.push(line))
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

    test.each(['killed', 'stopped'] as const)(
      'I8: memory, sockets and buffer stay flat while the broker is %s and senders go on',
      async (how) => {
        const own = await open({ ...hurried, requestTimeoutMs: 150, callDeadlineMs: 200, bufferRecordsMax: 2_000 })
        await untilAppends(own)
        if (how === 'killed') await kafka.cluster.kill(1)
        else await kafka.cluster.freeze(1)
        const statuses = new Map<string, number>()
        const filling = { filling: 'x'.repeat(4_000) }
        async function load(ms: number): Promise<void> {
          const end = performance.now() + ms
          const senders = Array.from({ length: 32 }, async () => {
            while (performance.now() < end) {
              const batch = Array.from({ length: 20 }, () => record(newMark(), filling))
              for (const { status } of await own.append('events', batch, { deadlineMs: 250 })) {
                statuses.set(status, (statuses.get(status) ?? 0) + 1)
              }
              await new Promise((resolve) => setTimeout(resolve, 1))
            }
          })
          await Promise.all(senders)
        }
        await load(3_000)
        const before = { rss: process.memoryUsage.rss(), sockets: tcpSockets() }
        await load(10_000)
        const after = { rss: process.memoryUsage.rss(), sockets: tcpSockets() }

        if (how === 'stopped') await kafka.cluster.thaw(1)
        else await kafka.cluster.start(1)
        await kafka.cluster.ready({ count: 1 })
        expect(statuses.get('appended') ?? 0).toBe(0)
        expect((after.rss - before.rss) / 1024 / 1024).toBeLessThan(64)
        expect(after.sockets).toBeLessThan(before.sockets + 10)
        await own.close()
        await untilAppends()
      },
    )
  })

  withPart(smallDiskPart, () => {
    test('B5: a broker whose disk is full makes each append end in time, loses none, and is used again once it has room', async () => {
      const disk = mountSmallDisk(64)!
      const kafka = await startTestKafka({
        data: join(disk.path, 'kafka'),
        // Index files are mapped at their full size: on a full disk a write to them would end the JVM first.
        settings: { 'log.index.size.max.bytes': 16_384, 'log.segment.bytes': 8_388_608 },
      })
      const log = await openKafkaLog({ connection: kafka.connection, durability: 'dev', limits: hurried })
      const appended = new Map<string, string>()
      async function append(): Promise<string> {
        const key = newMark()
        const [result] = await log.append('events', [record(key, { filling: 'x'.repeat(200_000) })], {
          deadlineMs: 2_000,
        })
        if (result?.status === 'appended') appended.set(`${result.partition}/${result.offset}`, key)
        return result!.status
      }
      try {
        await expect.poll(append, { timeout: 30_000 }).toBe('appended')
        let slowestMs = 0
        const statuses: string[] = []
        // Five in a row: the disk is full, not the network slow.
        for (let failed = 0; failed < 5 && statuses.length < 600; ) {
          const startedAt = performance.now()
          const status = await append()
          slowestMs = Math.max(slowestMs, performance.now() - startedAt)
          statuses.push(status)
          failed = status === 'appended' ? 0 : failed + 1
        }
        expect(appended.size).toBeGreaterThan(20)
        expect(statuses.slice(-5)).not.toContain('appended')
        expect(slowestMs).toBeLessThan(3_000)
        expect(disk.freeBytes()).toBeLessThan(1_000_000)

        disk.grow(512)
        if (kafka.cluster.pid(1) !== undefined) await kafka.cluster.kill(1)
        await kafka.cluster.start(1)
        await kafka.cluster.ready({ count: 1 })
        await expect.poll(append, { timeout: 60_000 }).toBe('appended')
        await log.close()
        const stored = await readByBroker(kafka, 'eventmesh.events')
        expect([...appended].filter(([place, key]) => stored.get(place) !== key)).toEqual([])
      } finally {
        await log.close()
        await kafka.close()
        disk.close()
      }
    }, 240_000)
  })
})
