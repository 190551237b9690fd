import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tool } from '../../../tests/parts/kafka.mjs'
import { openKafkaLog } from './log.kafka.ts'
import type { Log } from './log.ts'
import { startTestKafka, type TestKafka } from './testing/kafka.ts'
import { appendOne, countByBroker, hurried, newMark, readByBroker, record } from './testing/kafka-faults.ts'
import { openStage, type Stage } from './testing/kafka-stage.ts'
import { kafkaPart, mountSmallDisk, smallDiskPart, withPart } from './testing/parts.ts'

function tcpSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

withPart(kafkaPart, () => {
  describe('a broker that may not, cannot or does not take more', { timeout: 120_000 }, () => {
    let stage: Stage
    let kafka: TestKafka
    let log: Log

    beforeAll(async () => {
      stage = await openStage()
      kafka = stage.kafka
      log = stage.log
    }, 120_000)

    afterAll(async () => await stage.close(), 60_000)

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
      await stage.untilAppends()
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
      await stage.untilAppends()
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

    test.each(['killed', 'stopped'] as const)(
      'I8: memory, sockets and buffer stay flat while the broker is %s and senders go on',
      async (how) => {
        const own = await stage.open({
          ...hurried,
          requestTimeoutMs: 150,
          callDeadlineMs: 200,
          bufferRecordsMax: 2_000,
        })
        await stage.untilAppends(own)
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
        await stage.untilAppends()
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
