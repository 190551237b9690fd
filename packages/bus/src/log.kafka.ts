import type { Database } from '@eventmesh/db'
import { MeshError, topics } from '@eventmesh/envelope'
import { withDeadline } from './deadline.ts'
import { accumulate, type ProducerLimits, producerLimits } from './log.kafka.accumulate.ts'
import { type KafkaConnection, topicName } from './log.kafka.connection.ts'
import { type ConsumerTimes, consumerTimes, type KafkaClient, openKafkaClient } from './log.kafka.consume.ts'
import { openSender } from './log.kafka.produce.ts'
import { readFromKafka } from './log.kafka.read.ts'
import { subscribeToKafka } from './log.kafka.subscribe.ts'
import { createMissingTopics, type Durability, reportTopics, type TopicsReport } from './log.kafka.topics.ts'
import type { Log, Subscription } from './log.ts'
import { checkRecord } from './record.ts'

export type { KafkaConnection } from './log.kafka.connection.ts'
export type { Durability, TopicReport, TopicsReport } from './log.kafka.topics.ts'

export type KafkaLogOptions = {
  readonly connection: KafkaConnection
  /** `production` refuses to open while a topic is unsafe or cannot be read. */
  readonly durability: Durability
  /** Keeps the groups' positions; a process that only appends needs none. It stays the caller's. */
  readonly database?: Database
  readonly limits?: Partial<ProducerLimits>
  readonly times?: Partial<ConsumerTimes>
  /** Connects to the leaders at once, not at the first append. */
  readonly connectsAtOnce?: boolean
  /** How often the topics' settings are read again; a minute by default. */
  readonly settingsEveryMs?: number
  /** What an operator should see: settings that drifted, a group that cannot join. Free of secrets. */
  readonly onAlarm?: (detail: string) => void
}

const startMs = 10_000
const settingsEveryMs = 60_000

/**
 * The log on Kafka: produces with one client, consumes and administers with the other
 * (docs/decisions/0003-two-kafka-clients.md).
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<Log> {
  const { connection, durability, database } = options
  const onAlarm = options.onAlarm ?? (() => undefined)
  const limits = { ...producerLimits, ...options.limits }
  const times = { ...consumerTimes, ...options.times }
  const names = topics.map((topic) => topicName(connection, topic))
  const client = openKafkaClient(connection)
  const sender = openSender(connection, names, limits, {
    connectsAtOnce: options.connectsAtOnce ?? false,
    onChange: () => accumulator.flush(),
  })
  const accumulator = accumulate(sender.leaders, sender.carrier, limits)
  const subscriptions = new Set<Subscription>()
  const closing = new AbortController()
  const settings = watchSettings(client, connection, options.settingsEveryMs ?? settingsEveryMs, onAlarm)

  await settings.read()
  if (durability === 'production' && settings.unsafe().length > 0) {
    await Promise.all([settings.close(), sender.close(), client.close()])
    throw new MeshError('log_unavailable', `the log's settings are not safe: ${settings.unsafe().join('; ')}`)
  }
  // Without brokers a development process starts all the same; `check` says why it is not ready.
  await sender.readLeaders(names).catch(() => undefined)

  return {
    async append(topic, records, { deadlineMs }) {
      for (const record of records) checkRecord(record)
      if (closing.signal.aborted) return records.map(() => ({ status: 'refused', detail: 'the log is closed' }))
      return await accumulator.append(topicName(connection, topic), records, deadlineMs)
    },
    async subscribe(given) {
      if (database === undefined)
        throw new TypeError('a group keeps its position in Postgres: open the log with a database')
      const subscription = subscribeToKafka({ client, connection, database, times, onAlarm }, given)
      subscriptions.add(subscription)
      return {
        lag: subscription.lag,
        async stop() {
          subscriptions.delete(subscription)
          await subscription.stop()
        },
      }
    },
    read: (topic, given) =>
      readFromKafka(client, connection, topic, {
        ...given,
        signal: given.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, given.signal]),
      }),
    async check() {
      const unsafe = settings.unsafe()
      try {
        await sender.readLeaders(names)
      } catch {
        return { ok: false, detail: 'kafka: no broker names the leaders', unsafe }
      }
      const leaderless = names.filter((name) => {
        const count = sender.leaders.partitionCount(name)
        if (count === undefined) return true
        return Array.from({ length: count }, (_, at) => sender.leaders.leaderOf(name, at)).includes(undefined)
      })
      const detail = leaderless.length === 0 ? 'kafka' : `kafka: no leader for ${leaderless.join(', ')}`
      return { ok: leaderless.length === 0, detail: [detail, ...unsafe].join('; '), unsafe }
    },
    async close() {
      closing.abort()
      settings.close()
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      await accumulator.drain()
      await Promise.all([sender.close(), client.close()])
    },
  }
}

/** `eventmesh topics create`: creates what is missing, changes nothing that exists. */
export async function createTopics(connection: KafkaConnection, durability: Durability): Promise<TopicsReport> {
  return await withClient(connection, (client) => createMissingTopics(client, connection, durability))
}

/** `eventmesh topics check`: what stands, and what of it is unsafe. */
export async function checkTopics(connection: KafkaConnection): Promise<TopicsReport> {
  return await withClient(connection, (client) => reportTopics(client, connection))
}

async function withClient<T>(connection: KafkaConnection, run: (client: KafkaClient) => Promise<T>): Promise<T> {
  const client = openKafkaClient(connection)
  try {
    return await run(client)
  } finally {
    await client.close()
  }
}

/** Reads the topics' settings, again each minute, and alarms about each line that was not there the time before. */
function watchSettings(
  client: KafkaClient,
  connection: KafkaConnection,
  everyMs: number,
  onAlarm: (detail: string) => void,
) {
  let unsafe: readonly string[] | undefined
  let counts: ReadonlyMap<string, number> | undefined
  const timer = setInterval(() => void read(), everyMs)
  timer.unref()

  async function read(): Promise<void> {
    const found = await readUnsafe()
    for (const line of found) if (unsafe !== undefined && !unsafe.includes(line)) onAlarm(line)
    unsafe = found
  }

  async function readUnsafe(): Promise<readonly string[]> {
    try {
      const report = await withDeadline(startMs, reportTopics(client, connection), () => new Error('no answer in time'))
      return [...report.unsafe, ...changedCounts(report)]
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'no reason given'
      return [`the topics' settings are not readable: ${reason}`]
    }
  }

  /** Another partition count moves keys to other partitions: order and copies no longer stay together. */
  function changedCounts(report: TopicsReport): readonly string[] {
    const now = new Map(report.topics.map(({ name, partitions }) => [name, partitions]))
    counts ??= now
    return [...now].flatMap(([name, count]) => {
      const first = counts?.get(name)
      return first === undefined || first === count
        ? []
        : [`${name} has ${count} partitions, it had ${first}: keys moved`]
    })
  }

  return { read, unsafe: () => unsafe ?? [], close: () => clearInterval(timer) }
}
