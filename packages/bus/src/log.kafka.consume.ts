import kafkajs, { type Consumer, type EachBatchPayload, type Kafka, type KafkaMessage } from 'kafkajs'
import type { KafkaConnection } from './log.kafka.connection.ts'
import { connectFramed } from './log.kafka.frames.ts'

/** The consuming side's times (reliability.md §9). */
export type ConsumerTimes = {
  readonly sessionTimeoutMs: number
  readonly heartbeatMs: number
  readonly rebalanceTimeoutMs: number
}

export const consumerTimes: ConsumerTimes = { sessionTimeoutMs: 45_000, heartbeatMs: 3_000, rebalanceTimeoutMs: 60_000 }

export type TopicPartition = { readonly topic: string; readonly partition: number }

/** What one fetch brought of one partition, from the offset that was asked for. */
export type Fetched = TopicPartition & {
  readonly askedOffset: number
  /** Where the next fetch goes on when all of it is handled; control records lie between it and the last record. */
  readonly nextOffset: number
  readonly records: readonly FetchedRecord[]
  /** False once the group stops or something sought elsewhere: what is left is not to be handled. */
  isCurrent(): boolean
  /** Says that this member lives, at most once per interval; throws when the group has to be joined again. */
  heartbeat(): Promise<void>
  /** The next fetch goes on after this record. */
  resolve(offset: number): void
  /** Tells the broker for lag tools; nothing is read from there. */
  commitHint(nextOffset: number): Promise<void>
}

export type FetchedRecord = {
  readonly offset: number
  readonly key: string
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly exactBody: Buffer | undefined
  /** LogAppendTime where the topic keeps it, milliseconds since 1970. */
  readonly timestampMs: number
}

export type ConsumeOptions = {
  readonly group: string
  readonly topics: readonly string[]
  readonly times: ConsumerTimes
  /** Bytes of one fetch; a larger record comes alone. */
  readonly fetchBytesMax: number
  readonly partitionsAtOnce: number
  /** Runs before the first fetch of the new assignment. */
  readonly onAssigned: (partitions: readonly TopicPartition[], consumer: RunningConsumer) => void
  /** Throws only what `heartbeat` threw. */
  readonly onFetched: (fetched: Fetched) => Promise<void>
  /** Nothing but control records stood between these offsets. */
  readonly onSkipped: (skipped: TopicPartition & { readonly from: number; readonly nextOffset: number }) => void
  readonly onCrashed: (error: Error, willRestart: boolean) => void
}

export type RunningConsumer = {
  seek(to: TopicPartition & { readonly offset: number }): void
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  /** Waits for the running handler, leaves the group, disconnects. */
  stop(): Promise<void>
}

export type OffsetRange = { readonly low: number; readonly high: number }

export type TopicFacts = {
  readonly name: string
  readonly partitions: readonly { readonly replicas: number; readonly hasLeader: boolean }[]
  /** Undefined: the broker would not show the topic's settings. */
  readonly settings: ReadonlyMap<string, string> | undefined
}

export type KafkaClient = {
  consume(options: ConsumeOptions): Promise<RunningConsumer>
  /** First and next offset per partition. */
  offsets(topic: string): Promise<ReadonlyMap<number, OffsetRange>>
  brokerCount(): Promise<number>
  /** Only topics that exist. */
  describeTopics(names: readonly string[]): Promise<readonly TopicFacts[]>
  createTopic(topic: {
    readonly name: string
    readonly partitions: number
    readonly replicas: number
    readonly settings: Readonly<Record<string, string>>
  }): Promise<void>
  deleteGroup(group: string): Promise<void>
  close(): Promise<void>
}

/**
 * Consumes and administers with kafkajs 2.2.4; nothing is produced with it (docs/decisions/0003-two-kafka-clients.md).
 * Its sockets hand on whole answers only (`guardFrames`), it creates no topic by itself, and it writes no log.
 */
export function openKafkaClient(connection: KafkaConnection): KafkaClient {
  const kafka = new kafkajs.Kafka({
    clientId: connection.clientId ?? 'eventmesh',
    brokers: [...connection.brokers],
    connectionTimeout: 2_000,
    requestTimeout: 6_000,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 5, initialRetryTime: 50, maxRetryTime: 1_000 },
    socketFactory: connectFramed,
    ...(connection.sasl && { sasl: saslOptions(connection.sasl) }),
    ...(connection.tls && { ssl: connection.tls === true ? true : { ca: [connection.tls.ca] } }),
  })
  const admin = kafka.admin()
  let connected: Promise<void> | undefined

  /** Connects at the first use, so that a process starts while the brokers are away. */
  async function asAdmin<T>(run: () => Promise<T>): Promise<T> {
    connected ??= admin.connect()
    try {
      await connected
    } catch (error) {
      connected = undefined
      throw error
    }
    return await run()
  }

  return {
    consume: (options) => consume(kafka, options),
    offsets: (topic) =>
      asAdmin(async () => {
        const partitions = await admin.fetchTopicOffsets(topic)
        return new Map(
          partitions.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
        )
      }),
    brokerCount: () => asAdmin(async () => (await admin.describeCluster()).brokers.length),
    describeTopics: (names) =>
      asAdmin(async () => {
        const present = new Set(await admin.listTopics())
        const wanted = names.filter((name) => present.has(name))
        if (wanted.length === 0) return []
        const { topics } = await admin.fetchTopicMetadata({ topics: wanted })
        const settings = await readSettings(wanted)
        return topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ replicas, leader }) => ({
            replicas: replicas.length,
            hasLeader: leader >= 0,
          })),
          settings: settings.get(name),
        }))
      }),
    createTopic: ({ name, partitions, replicas, settings }) =>
      asAdmin(async () => {
        const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }))
        await admin.createTopics({
          topics: [{ topic: name, numPartitions: partitions, replicationFactor: replicas, configEntries }],
          // Its own wait fails on a cluster: a broker that has not heard of the topic yet answers that there is none.
          waitForLeaders: false,
          timeout: 15_000,
        })
      }),
    deleteGroup: (group) => asAdmin(async () => void (await admin.deleteGroups([group]))),
    async close() {
      if (connected === undefined) return
      await connected.catch(() => undefined) // it never connected: there is nothing to close
      await admin.disconnect()
    },
  }

  async function readSettings(names: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    })
    return new Map(
      resources
        .filter(({ errorCode }) => errorCode === 0)
        .map(({ resourceName, configEntries }) => [
          resourceName,
          new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
        ]),
    )
  }
}

async function consume(kafka: Kafka, options: ConsumeOptions): Promise<RunningConsumer> {
  let isStopped = false
  const consumer = kafka.consumer({
    groupId: options.group,
    sessionTimeout: options.times.sessionTimeoutMs,
    heartbeatInterval: options.times.heartbeatMs,
    rebalanceTimeout: options.times.rebalanceTimeoutMs,
    maxBytes: options.fetchBytesMax,
    maxBytesPerPartition: options.fetchBytesMax,
    maxWaitTimeInMs: 500,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: async () => !isStopped },
  })
  const running: RunningConsumer = {
    seek: ({ topic, partition, offset }) => consumer.seek({ topic, partition, offset: String(offset) }),
    pause: ({ topic, partition }) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: ({ topic, partition }) => consumer.resume([{ topic, partitions: [partition] }]),
    async stop() {
      isStopped = true
      await consumer.disconnect()
    },
  }
  watch(consumer, running, options, () => isStopped)
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.partitionsAtOnce,
      eachBatch: (payload) => options.onFetched(fetchedOf(payload)),
    })
  } catch (error) {
    await running.stop().catch(() => undefined) // the first failure is the one to tell
    throw error
  }
  return running
}

function watch(consumer: Consumer, running: RunningConsumer, options: ConsumeOptions, isStopped: () => boolean): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // The client forgets a join that is under way when it is stopped: as a member whom nobody knows it would hold
    // partitions for ever. Thrown here, the join fails, and a failure is not tried again.
    if (isStopped()) throw new Error('stopped while it joined the group')
    options.onAssigned(
      Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
      running,
    )
  })
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, batchSize, firstOffset, lastOffset } = payload
    if (batchSize > 0 || firstOffset === null) return
    options.onSkipped({ topic, partition, from: Number(firstOffset), nextOffset: Number(lastOffset) + 1 })
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!isStopped()) options.onCrashed(payload.error, payload.restart)
  })
}

function fetchedOf(payload: EachBatchPayload): Fetched {
  const { batch } = payload
  const { topic, partition } = batch
  return {
    topic,
    partition,
    askedOffset: askedOffsetOf(batch),
    nextOffset: Number(batch.lastOffset()) + 1,
    records: batch.messages.map(fetchedRecord),
    isCurrent: () => payload.isRunning() && !payload.isStale(),
    heartbeat: () => payload.heartbeat(),
    resolve: (offset) => payload.resolveOffset(String(offset)),
    commitHint: (nextOffset) =>
      payload.commitOffsetsIfNecessary({
        topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }],
      }),
  }
}

/** The client's own type leaves `fetchedOffset` out; its Batch class has had it since 1.0. */
function askedOffsetOf(batch: EachBatchPayload['batch']): number {
  return Number((batch as unknown as { readonly fetchedOffset: string }).fetchedOffset)
}

function fetchedRecord({ offset, key, value, headers, timestamp }: KafkaMessage): FetchedRecord {
  const text: [string, string][] = []
  let exactBody: Buffer | undefined
  for (const [name, given] of Object.entries(headers ?? {})) {
    const last = Array.isArray(given) ? given.at(-1) : given
    if (last === undefined || last === null) continue
    if (name === 'em-body') exactBody = Buffer.from(last)
    else text.push([name, last.toString()])
  }
  return {
    offset: Number(offset),
    key: key?.toString() ?? '',
    value: value ?? Buffer.alloc(0),
    // fromEntries makes own members of any name, `__proto__` too.
    headers: Object.fromEntries(text),
    exactBody,
    timestampMs: Number(timestamp),
  }
}

function saslOptions({ mechanism, username, password }: NonNullable<KafkaConnection['sasl']>) {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password } as const
    case 'scram-sha-256':
      return { mechanism, username, password } as const
    case 'scram-sha-512':
      return { mechanism, username, password } as const
  }
}
