import type { Log } from '@eventmesh/bus'
import { type Database, indexUpkeep, keyModes, sourceModes } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import type { Logger, Metrics } from '@eventmesh/runtime'
import { createAnnouncer } from './announce.ts'
import { createOriginCheck } from './check-origin.ts'
import type { EngineConfig } from './config.ts'
import { createIndexer, indexedTopics, indexerGroup } from './indexer.ts'
import { keepUp } from './upkeep.ts'
import { watch } from './watchdog.ts'

export type RunningIndexer = {
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
  /** Waits for the batch at hand. */
  stop(): Promise<void>
}

const watchdogCheckMs = 5_000
// Seconds: after an outage it is hours.
const delayBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600, 14_400]

/** The role `indexer`: reads the log's topics into the index, wakes live readers, keeps the index's days. */
export async function runIndexer(given: {
  readonly config: EngineConfig
  readonly database: Database
  readonly log: Log
  readonly logger: Logger
  readonly metrics: Metrics
}): Promise<RunningIndexer> {
  const { config, database, log, metrics } = given
  const logger = given.logger.child({ role: 'indexer' })
  const counted = countersOf(metrics)
  const handled = new Map<Topic, number>()
  const announcer = createAnnouncer(() => indexUpkeep.notify(database))
  const upkeep = await keepUp(database, logger, config.ENGINE_ROLL)

  const indexer = createIndexer({
    db: database,
    log,
    checkOrigins: createOriginCheck({
      keyModes: (tenantId, ids) => keyModes(database, tenantId, ids),
      sourceModes: (tenantId, ids) => sourceModes(database, tenantId, ids),
    }),
    triesMax: config.ENGINE_TRIES_MAX,
    onIndexed(topic, result, entries) {
      const now = Date.now()
      for (const entry of entries) {
        // Two machines' clocks: one that is behind shows as no delay at all.
        if (entry.kind !== 'counter')
          counted.delay.observe({ topic }, Math.max(0, now - entry.row.receivedAtMs) / 1_000)
      }
      for (const [ending, n] of Object.entries(result)) if (n > 0) counted.records.inc({ topic, ending }, n)
      announcer.announce()
    },
    onDead({ record, reason, detail }) {
      const { topic, partition, offset } = record
      counted.dead.inc({ topic, reason })
      logger.error({ topic, partition, offset, reason, detail }, 'a record became a dead letter')
    },
  })

  const watchdog = await watch({
    patienceMs: config.ENGINE_WATCHDOG,
    checkMs: Math.min(watchdogCheckMs, config.ENGINE_WATCHDOG / 4),
    progress: (topic) => handled.get(topic) ?? 0,
    subscribe: () =>
      log.subscribe({
        group: indexerGroup,
        topics: indexedTopics,
        maxRecords: config.ENGINE_BATCH_RECORDS_MAX,
        maxBytes: config.ENGINE_BATCH_BYTES_MAX,
        async handle(batch) {
          const end = counted.seconds.startTimer({ topic: batch.topic })
          await indexer.handle(batch)
          handled.set(batch.topic, (handled.get(batch.topic) ?? 0) + 1)
          end()
        },
        onEvent(event) {
          const { kind, topic, partition } = event
          if (kind === 'failed')
            logger.warn({ topic, partition, error: event.error }, 'a batch failed and is tried again')
          else if (kind === 'position-reset') {
            counted.resets.inc({ topic })
            logger.error({ topic, partition, detail: event.detail }, 'reading starts at the earliest record')
          } else logger.info({ topic, partition, action: kind }, 'the share of the log changed')
        },
      }),
    onRestart(topic, lag) {
      counted.restarts.inc({ topic })
      logger.error({ topic, lag }, 'there is lag and no progress: the subscription starts again')
    },
    onHung() {
      logger.error({}, 'the subscription does not stop: the process ends to be started anew')
      process.exit(1)
    },
  })
  for (const topic of indexedTopics) {
    // Not a number while the log does not answer: 0 would say that all is well.
    const read = async () => {
      const lag = await watchdog.lag().catch(() => undefined)
      return lag === undefined ? Number.NaN : (lag[topic] ?? 0)
    }
    metrics.gaugeOf(`eventmesh_indexer_lag_${topic}_records`, `Records of ${topic} that are not indexed yet.`, read)
  }
  metrics.gaugeOf(
    'eventmesh_index_stray_rows',
    'Rows that no day of the index holds: more than 0 is an alarm.',
    upkeep.stray,
  )

  return {
    async check() {
      try {
        const lag = await watchdog.lag()
        const held = Object.entries(lag).map(([topic, records]) => `${topic} ${records} behind`)
        return { ok: true, detail: held.length === 0 ? 'standing by: another member reads' : held.join(', ') }
      } catch {
        return { ok: false, detail: 'the log does not say how far it is' }
      }
    },
    async stop() {
      await watchdog.stop()
      await announcer.close()
      await upkeep.stop()
    },
  }
}

function countersOf(metrics: Metrics) {
  return {
    records: metrics.counter('eventmesh_indexer_records_total', 'Records by what became of them.', ['topic', 'ending']),
    dead: metrics.counter('eventmesh_indexer_dead_letters_total', 'Records that were given up.', ['topic', 'reason']),
    restarts: metrics.counter('eventmesh_indexer_restarts_total', 'Restarts by the watchdog.', ['topic']),
    resets: metrics.counter('eventmesh_indexer_position_resets_total', 'Starts at the earliest record.', ['topic']),
    seconds: metrics.histogram('eventmesh_indexer_batch_seconds', 'From a batch to its commit.', ['topic']),
    delay: metrics.histogram(
      'eventmesh_index_delay_seconds',
      'From the arrival of a request at ingest to its row in the index.',
      ['topic'],
      delayBuckets,
    ),
  }
}
