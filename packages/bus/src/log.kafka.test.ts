import { connect, type Database } from '@eventmesh/db'
import { testDatabase } from '@eventmesh/db/testing'
import { logContract } from './contract/index.ts'
import { openKafkaLog } from './log.kafka.ts'
import { startTestKafka } from './testing/kafka.ts'
import { kafkaPart, withPart } from './testing/parts.ts'

withPart(kafkaPart, () => {
  logContract('the log on Kafka', async () => {
    const [kafka, database] = await Promise.all([startTestKafka(), testDatabase()])
    const engine = openDatabase(database.urls.engine)
    const times = { sessionTimeoutMs: 10_000, heartbeatMs: 1_000, rebalanceTimeoutMs: 15_000 }
    return {
      open: (as, limits = {}) =>
        openKafkaLog({
          connection: kafka.connection,
          durability: 'dev',
          limits,
          times,
          ...(as === 'engine' ? { database: engine } : {}),
        }),
      database: engine,
      killBackend: () => kafka.cluster.kill(1),
      async startBackend() {
        await kafka.cluster.start(1)
        await kafka.cluster.ready({ count: 1 })
      },
      silenceBackend: () => kafka.cluster.freeze(1),
      hearBackend: () => kafka.cluster.thaw(1),
      features: { partitions: 6, recoveryMs: 60_000 },
      async close() {
        await engine.close()
        await Promise.all([kafka.close(), database.close()])
      },
    }
  })
})

function openDatabase(url: string): Database {
  return connect({ url, max: 8, acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000, applicationName: 'log-contract' })
}
