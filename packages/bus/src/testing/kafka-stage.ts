import { testDatabase } from '@eventmesh/db/testing'
import { expect } from 'vitest'
import type { ProducerLimits } from '../log.kafka.accumulate.ts'
import { openKafkaLog } from '../log.kafka.ts'
import type { Log } from '../log.ts'
import { startTestKafka, type TestKafka } from './kafka.ts'
import { appendOne, hurried, newMark, openDatabase } from './kafka-faults.ts'

/** One broker behind its proxy, and a log on it that is hurried unless it is opened otherwise. */
export type Stage = {
  readonly kafka: TestKafka
  readonly log: Log
  open(limits?: Partial<ProducerLimits>, onAlarm?: (line: string) => void): Promise<Log>
  /** Whatever a fault left behind is over then. */
  untilAppends(on?: Log): Promise<void>
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const [kafka, database] = await Promise.all([startTestKafka(), testDatabase()])
  const engine = openDatabase(database.urls.engine)
  const open: Stage['open'] = async (limits = hurried, onAlarm = () => undefined) =>
    await openKafkaLog({
      onAlarm,
      connection: kafka.connection,
      durability: 'dev',
      database: engine,
      limits,
      times: { sessionTimeoutMs: 10_000, heartbeatMs: 1_000, rebalanceTimeoutMs: 10_000 },
    })
  const log = await open()
  return {
    kafka,
    log,
    open,
    async untilAppends(on = log) {
      await expect
        .poll(async () => (await appendOne(on, newMark(), 2_000)).status, { timeout: 60_000, interval: 100 })
        .toBe('appended')
    },
    async close() {
      await log.close()
      await engine.close()
      await Promise.all([kafka.close(), database.close()])
    },
  }
}
