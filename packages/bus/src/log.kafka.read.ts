import { randomUUID } from 'node:crypto'
import type { Topic } from '@eventmesh/envelope'
import { type KafkaConnection, topicName } from './log.kafka.connection.ts'
import {
  consumerTimes,
  type Fetched,
  type FetchedRecord,
  type KafkaClient,
  type RunningConsumer,
} from './log.kafka.consume.ts'
import { keepBeating } from './log.kafka.heartbeat.ts'
import { decodePosition, encodePosition } from './log.kafka.position.ts'
import { storedRecord } from './log.kafka.stored.ts'
import type { ReadOptions, StoredRecord } from './log.ts'

const fetchBytesMax = 8 * 1024 * 1024
const queuedRecordsMax = 1_000

/**
 * Follows all partitions of a topic without a position of its own: the client knows groups only, so each reader is the
 * one member of a group with a random name, which is deleted when it ends. Each record's `position` names the next
 * offset of every partition: a reader that continues from it repeats nothing and skips nothing.
 */
export async function* readFromKafka(
  client: KafkaClient,
  connection: KafkaConnection,
  topic: Topic,
  { from, limit = Number.POSITIVE_INFINITY, signal }: ReadOptions & { readonly signal: AbortSignal },
): AsyncGenerator<StoredRecord, void, undefined> {
  const name = topicName(connection, topic)
  const group = `${connection.topicPrefix}read.${randomUUID()}`
  const next = await startingOffsets(client, name, from)
  const queue = createQueue(signal)
  const reader = fillQueue(client, name, new Map(next), queue)
  const consumer = await client.consume({ group, topics: [name], ...reader })
  try {
    for (let given = 0; given < limit; ) {
      const item = await queue.next()
      if (item === undefined) return
      const { partition, record } = item
      if (record.offset < (next.get(partition) ?? 0)) continue // fetched again after the group was joined anew
      next.set(partition, record.offset + 1)
      yield storedRecord(topic, partition, record, () => encodePosition(next))
      given += 1
    }
  } finally {
    queue.close()
    await consumer.stop()
    // A group without members goes by itself after the broker's `offsets.retention.minutes`.
    await client.deleteGroup(group).catch(() => undefined)
  }
}

function fillQueue(client: KafkaClient, topic: string, fetchedUpTo: Map<number, number>, queue: Queue) {
  let consumer: RunningConsumer | undefined

  async function enqueue({ partition, records, nextOffset, resolve }: Fetched): Promise<void> {
    for (const record of records) if (!(await queue.push({ partition, record }))) return
    fetchedUpTo.set(partition, nextOffset)
    resolve(nextOffset - 1)
  }

  /** Fetched elsewhere than asked: behind a rejoin, or because the log no longer holds the offset. */
  async function seekBack({ partition }: Fetched): Promise<void> {
    const low = (await client.offsets(topic)).get(partition)?.low ?? 0
    fetchedUpTo.set(partition, Math.max(low, fetchedUpTo.get(partition) ?? 0))
    consumer?.seek({ topic, partition, offset: fetchedUpTo.get(partition)! })
  }

  return {
    times: consumerTimes,
    fetchBytesMax,
    partitionsAtOnce: 1,
    onAssigned(partitions: readonly { readonly topic: string; readonly partition: number }[], active: RunningConsumer) {
      consumer = active
      for (const at of partitions) active.seek({ ...at, offset: fetchedUpTo.get(at.partition) ?? 0 })
    },
    async onFetched(fetched: Fetched) {
      const heart = keepBeating(fetched, consumerTimes.heartbeatMs)
      try {
        await (fetched.askedOffset === (fetchedUpTo.get(fetched.partition) ?? 0) ? enqueue(fetched) : seekBack(fetched))
      } finally {
        heart.stop()
      }
      heart.rethrow()
    },
    onSkipped({ partition, from, nextOffset }: { partition: number; from: number; nextOffset: number }) {
      if (fetchedUpTo.get(partition) === from) fetchedUpTo.set(partition, nextOffset)
    },
    onCrashed(error: Error, willRestart: boolean) {
      if (!willRestart) queue.fail(error)
    },
  }
}

async function startingOffsets(client: KafkaClient, topic: string, from: string): Promise<Map<number, number>> {
  const position = from === 'beginning' || from === 'end' ? undefined : decodePosition(from)
  if (position === undefined && from !== 'beginning' && from !== 'end') {
    throw new RangeError('not a position of this log: expected beginning, end or a position')
  }
  const ranges = await client.offsets(topic)
  return new Map(
    [...ranges].map(([partition, { low, high }]) => {
      if (position === undefined) return [partition, from === 'end' ? high : low]
      const offset = position.get(partition) ?? low
      return [partition, offset >= low && offset <= high ? offset : low]
    }),
  )
}

type Item = { readonly partition: number; readonly record: FetchedRecord }

type Queue = {
  /** Waits for room; false once the queue is closed. */
  push(item: Item): Promise<boolean>
  /** Waits for an item; undefined once the queue is closed. */
  next(): Promise<Item | undefined>
  fail(error: Error): void
  close(): void
}

function createQueue(signal: AbortSignal): Queue {
  const items: Item[] = []
  let isClosed = signal.aborted
  let failure: Error | undefined
  let waiting: (() => void)[] = []

  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }

  function close(): void {
    isClosed = true
    signal.removeEventListener('abort', close)
    wake()
  }

  const changed = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  signal.addEventListener('abort', close)

  return {
    async push(item) {
      while (!isClosed && items.length >= queuedRecordsMax) await changed()
      if (isClosed) return false
      items.push(item)
      wake()
      return true
    },
    async next() {
      while (!isClosed && failure === undefined && items.length === 0) await changed()
      if (isClosed) return undefined
      const item = items.shift()
      if (item === undefined) throw failure
      wake()
      return item
    },
    fail(error) {
      failure = error
      wake()
    },
    close,
  }
}
