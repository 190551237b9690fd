import {
  Base,
  type BaseOptions,
  type ClusterMetadata,
  type Connection,
  ProduceAcks,
  Producer,
} from '@platformatic/kafka'
import { withDeadline } from './deadline.ts'
import type { BatchOutcome, Carrier, Leaders, PartitionBatch, ProducerLimits } from './log.kafka.accumulate.ts'
import type { KafkaConnection } from './log.kafka.connection.ts'
import { encodeHeadersAtOnce } from './log.kafka.headers.ts'
import { type Lane, openLanes } from './log.kafka.lanes.ts'
import type { LogRecord } from './log.ts'

encodeHeadersAtOnce()

const keepAliveMs = 30_000
/** By default the client asks again every five seconds, and the call at hand waits for it; lanes ask between calls. */
const producerMetadataMaxAgeMs = 600_000
const leaderMapMaxAgeMs = 1_000
const leaderMapDeadlineMs = 5_000

export type KafkaSender = {
  readonly leaders: Leaders
  readonly carrier: Carrier
  /** Reads the leaders of these topics now; rejects when no broker answers in time. */
  readLeaders(topics: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Produces with @platformatic/kafka, idempotent and acknowledged by every in-sync replica, with the settings that held
 * under faults (docs/decisions/0003-two-kafka-clients.md). Each lane to a leader has a producer of its own: after an
 * unknown outcome that one is closed by force and made anew, and all other calls go on.
 * `connectsAtOnce`: the first record does not wait for the connections; `onChange`: leaders moved, or a lane is open.
 */
export function openSender(
  connection: KafkaConnection,
  topics: readonly string[],
  limits: ProducerLimits,
  { connectsAtOnce, onChange }: { readonly connectsAtOnce: boolean; readonly onChange: () => void },
): KafkaSender {
  const leaders = followLeaders(connection, topics, () => {
    lanes.keepOnly(leaders.ids())
    if (connectsAtOnce) lanes.open(leaders.ids())
    onChange()
  })
  // One more than calls: while it is opened or looked at, the others carry as many as there may be.
  const lanes = openLanes((leader) => makeLane(leader), limits.callsPerLeaderMax + 1, onChange)

  function makeLane(leader: number): Lane {
    let opened: BytesProducer | undefined
    const producer = () => (opened ??= makeProducer(connection, leaders.bootstrapFor(leader), limits))
    return {
      async open() {
        const late = () => new Error(`the leader was not ready within ${limits.callDeadlineMs} ms`)
        await withDeadline(limits.callDeadlineMs, openProducer(producer(), leader, leaders.known(topics)), late)
      },
      isOpen: () => opened?.isConnected() ?? false,
      async call(batches) {
        const unknown = `no answer of the leader within ${limits.callDeadlineMs} ms`
        const call = callProducer(producer(), batches)
        return await withDeadline(limits.callDeadlineMs, call, () => new Error(unknown)).catch(() =>
          batches.map(() => ({ unknown })),
        )
      },
      close() {
        if (opened !== undefined) closeByForce(opened)
      },
    }
  }

  return {
    leaders,
    carrier: lanes,
    readLeaders: (names) => leaders.read(names),
    async close() {
      leaders.close()
      lanes.close()
    },
  }
}

type BytesProducer = Producer<Buffer, Buffer, Buffer, Buffer>

function makeProducer(
  connection: KafkaConnection,
  brokers: readonly string[],
  { brokerTimeoutMs, requestTimeoutMs }: ProducerLimits,
): BytesProducer {
  const producer: BytesProducer = new Producer({
    ...clientOptions(connection, brokers),
    acks: ProduceAcks.ALL,
    idempotent: true,
    retries: 12,
    retryDelay: (_client, _operation, attempt) => Math.min(50 * 2 ** (attempt - 1), 500),
    timeout: brokerTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectTimeout: 2_000,
    metadataMaxAge: producerMetadataMaxAgeMs,
  })
  watchConnections(producer)
  return producer
}

/** The metadata anew, the connection to the leader, and once the producer's id: what a call would ask for first. */
async function openProducer(producer: BytesProducer, leader: number, topics: readonly string[]): Promise<void> {
  await producer.metadata({ topics: [...topics], forceUpdate: true })
  await producer.connectToBrokers([leader])
  if (producer.producerId === undefined) await producer.initIdempotentProducer({})
}

async function callProducer(
  producer: BytesProducer,
  batches: readonly PartitionBatch[],
): Promise<readonly BatchOutcome[]> {
  const messages = batches.flatMap(({ topic, partition, records }) =>
    records.map((record) => ({
      topic,
      partition,
      key: Buffer.from(record.key),
      value: record.value,
      headers: headerMap(record),
    })),
  )
  try {
    const { offsets } = await producer.send({ messages, acks: ProduceAcks.ALL })
    return judgeAnswer(batches, offsets ?? [])
  } catch (error) {
    return judgeFailure(batches, error)
  }
}

type Entry = { readonly topic: string; readonly partition: number; readonly offset: bigint }

/**
 * Accepts exactly one entry per asked partition with an offset; an entry nobody asked for makes the answer somebody
 * else's, and the whole of it unknown.
 */
export function judgeAnswer(batches: readonly PartitionBatch[], entries: readonly Entry[]): readonly BatchOutcome[] {
  const asked = new Set(batches.map(partitionName))
  if (entries.some((entry) => !asked.has(partitionName(entry)))) {
    return batches.map(() => ({ unknown: 'the answer speaks of partitions that were not asked for' }))
  }
  return batches.map((batch) => {
    const own = entries.filter(({ topic, partition }) => topic === batch.topic && partition === batch.partition)
    const offset = own.length === 1 ? Number(own[0]!.offset) : -1
    if (!Number.isSafeInteger(offset) || offset < 0) return { unknown: 'the answer has no offset for this partition' }
    return { baseOffset: offset }
  })
}

/**
 * A rejected call is unknown, whatever its reason: an earlier try inside the client may have been appended. Only
 * partitions for which some answer said success with an offset are in the log.
 */
function judgeFailure(batches: readonly PartitionBatch[], error: unknown): readonly BatchOutcome[] {
  const confirmed = new Map<string, number>()
  for (const { name, partitionResponses } of produceAnswers(error)) {
    for (const { index, errorCode, baseOffset } of partitionResponses) {
      const offset = Number(baseOffset)
      if (errorCode !== 0 || !Number.isSafeInteger(offset) || offset < 0) continue
      confirmed.set(partitionName({ topic: name, partition: index }), offset)
    }
  }
  const unknown = `produce failed: ${describeError(error)}`
  return batches.map((batch) => {
    const baseOffset = confirmed.get(partitionName(batch))
    return baseOffset === undefined ? { unknown } : { baseOffset }
  })
}

function partitionName({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}:${partition}`
}

type TopicAnswer = {
  readonly name: string
  readonly partitionResponses: readonly {
    readonly index: number
    readonly errorCode: number
    readonly baseOffset: bigint
  }[]
}

/** The broker's answers that the client's error tree carries (`response` of a ResponseError). */
function produceAnswers(error: unknown): readonly TopicAnswer[] {
  return causes(error).flatMap((each) => {
    const response: unknown = 'response' in each ? each.response : undefined
    if (typeof response !== 'object' || response === null || !('responses' in response)) return []
    return Array.isArray(response.responses) ? (response.responses as TopicAnswer[]) : []
  })
}

/** The error itself and everything below it: the client hides causes in `errors`. */
function causes(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return []
  const below = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [error, ...[...below, error.cause].flatMap(causes)]
}

/** The distinct messages of the error tree, innermost last; brokers' addresses at most, never a record's bytes. */
export function describeError(error: unknown): string {
  const messages = new Set(causes(error).map(({ message }) => message))
  return messages.size === 0 ? 'no reason given' : [...messages].slice(0, 4).join(' / ').slice(0, 500)
}

/** Names, and the values that come again and again (modes, media types, the key in use): their bytes are made once. */
const headerTexts = new Map<string, Buffer>()
const headerTextsMax = 1_000
/** Different in every record, or as good as. */
const uniqueHeaders: ReadonlySet<string> = new Set(['em-event-id', 'em-fp', 'em-ms', 'traceparent'])

function headerMap({ headers, exactBody }: LogRecord): Map<Buffer, Buffer> {
  const map = new Map<Buffer, Buffer>()
  for (const name in headers) {
    const value = headers[name]!
    map.set(bytesOf(name), uniqueHeaders.has(name) ? Buffer.from(value) : bytesOf(value))
  }
  if (exactBody !== undefined) map.set(bytesOf('em-body'), exactBody)
  return map
}

function bytesOf(text: string): Buffer {
  const known = headerTexts.get(text)
  if (known !== undefined) return known
  const bytes = Buffer.from(text)
  if (headerTexts.size >= headerTextsMax) headerTexts.clear()
  headerTexts.set(text, bytes)
  return bytes
}

type LeaderMap = Leaders & {
  read(topics: readonly string[]): Promise<void>
  /** All that lead a partition. */
  ids(): ReadonlySet<number>
  /** Those of the topics that a broker has told of. */
  known(topics: readonly string[]): readonly string[]
  /** Where a producer for this leader starts: at the leader itself, so that a frozen broker delays only its own. */
  bootstrapFor(leader: number): readonly string[]
  close(): void
}

function followLeaders(connection: KafkaConnection, topics: readonly string[], onChanged: () => void): LeaderMap {
  const partitions = new Map<string, readonly number[]>()
  let addresses = new Map<number, string>()
  let reading: Promise<void> | undefined
  let client = openClient()

  function openClient(): Base {
    const base = new Base({
      ...clientOptions(connection, connection.brokers),
      retries: 3,
      retryDelay: 50,
      requestTimeout: 1_000,
      connectTimeout: 1_000,
    })
    watchConnections(base)
    return base
  }

  /** One read at a time for everyone; a read that does not end in time gets a new client. */
  function read(names: readonly string[]): Promise<void> {
    reading ??= readOnce(names).finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readOnce(names: readonly string[]): Promise<void> {
    const asked = client
    try {
      const late = () => new Error(`no broker named the leaders within ${leaderMapDeadlineMs} ms`)
      keep(await withDeadline(leaderMapDeadlineMs, readTopics(asked, names), late))
    } catch (error) {
      if (client === asked) client = openClient()
      closeByForce(asked)
      throw error
    }
  }

  function keep(found: readonly TopicLeaders[]): void {
    let isChanged = false
    for (const { topic, leaders, brokers } of found) {
      addresses = new Map([...addresses, ...brokers])
      const known = partitions.get(topic)
      if (known?.length === leaders.length && known.every((leader, at) => leader === leaders[at])) continue
      partitions.set(topic, leaders)
      isChanged = true
    }
    if (isChanged) onChanged()
  }

  const refresh = (): void => {
    // A failed read is told by `check` and by the deadlines of what waits; the next tick reads again.
    read(topics).catch(() => undefined)
  }
  const timer = setInterval(refresh, leaderMapMaxAgeMs)
  timer.unref()

  return {
    partitionCount: (topic) => partitions.get(topic)?.length,
    leaderOf(topic, partition) {
      const leader = partitions.get(topic)?.[partition]
      return leader === undefined || leader < 0 ? undefined : leader
    },
    ids: () => new Set([...partitions.values()].flat().filter((leader) => leader >= 0)),
    known: (names) => names.filter((topic) => partitions.has(topic)),
    refresh,
    read,
    bootstrapFor(leader) {
      const own = addresses.get(leader)
      const others = [...addresses.values(), ...connection.brokers].filter((address) => address !== own)
      return [...new Set([...(own === undefined ? [] : [own]), ...others])]
    },
    close() {
      clearInterval(timer)
      closeByForce(client)
    },
  }
}

type TopicLeaders = {
  readonly topic: string
  /** Node id by partition; −1 without a leader. */
  readonly leaders: readonly number[]
  readonly brokers: ReadonlyMap<number, string>
}

/** All topics at once; when one of them fails the client fails the lot, so then each by itself. */
async function readTopics(client: Base, topics: readonly string[]): Promise<readonly TopicLeaders[]> {
  try {
    return leadersIn(await client.metadata({ topics: [...topics], forceUpdate: true }), topics)
  } catch (error) {
    if (topics.length <= 1) throw error
    const single = await Promise.allSettled(topics.map((topic) => readTopics(client, [topic])))
    const found = single.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    if (found.length === 0) throw error
    return found
  }
}

function leadersIn(metadata: ClusterMetadata, topics: readonly string[]): readonly TopicLeaders[] {
  const brokers = new Map([...metadata.brokers].map(([id, { host, port }]) => [id, `${host}:${port}`] as const))
  return topics.flatMap((topic) => {
    const known = metadata.topics.get(topic)
    return known === undefined ? [] : [{ topic, leaders: known.partitions.map(({ leader }) => leader), brokers }]
  })
}

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const

function clientOptions(connection: KafkaConnection, brokers: readonly string[]): BaseOptions {
  const { sasl, tls } = connection
  return {
    clientId: connection.clientId ?? 'eventmesh',
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
    ...(sasl && { sasl: { mechanism: mechanisms[sasl.mechanism], username: sasl.username, password: sasl.password } }),
    ...(tls && { tls: tls === true ? {} : { ca: tls.ca } }),
  }
}

/** The client sets TCP_NODELAY itself; an `error` without a listener would end the process. */
function watchConnections(client: Base): void {
  const ignore = (): void => undefined
  client.on('error', ignore)
  client.connections.on('connecting', ({ connection }: { connection: Connection }) => connection.on('error', ignore))
  client.connections.on('connect', ({ connection }: { connection: Connection }) => {
    connection.socket.setKeepAlive(true, keepAliveMs)
  })
}

/**
 * Closes and lets go of the sockets at once: to a broker that reads no more the client's own close waits for bytes
 * that never leave, and keeps them.
 */
function closeByForce(client: Base): void {
  const sockets = [...client.connections].map(([, { socket }]) => socket)
  // Whatever closing has to say, the client is not used again.
  client.close().catch(() => undefined)
  for (const socket of sockets) socket?.destroy()
}
