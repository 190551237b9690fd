import { randomUUID } from 'node:crypto'
import { type Database, positions } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import { withDeadline } from './deadline.ts'
import { type KafkaConnection, topicName, topicOf } from './log.kafka.connection.ts'
import type {
  ConsumerTimes,
  Fetched,
  KafkaClient,
  OffsetRange,
  RunningConsumer,
  TopicPartition,
} from './log.kafka.consume.ts'
import { keepBeating } from './log.kafka.heartbeat.ts'
import { encodePosition } from './log.kafka.position.ts'
import { storedRecord } from './log.kafka.stored.ts'
import {
  FencedError,
  type StoredRecord,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionEvent,
} from './log.ts'

export type SubscribeContext = {
  readonly client: KafkaClient
  readonly connection: KafkaConnection
  readonly database: Database
  readonly times: ConsumerTimes
  readonly onAlarm: (detail: string) => void
}

const fetchLimits = { recordsMax: 500, bytesMax: 8 * 1024 * 1024 }
const partitionsAtOnce = 4
const pauseMs = { first: 100, most: 5_000 }
const reopenMs = 1_000
const stopMs = 5_000
const watchdogMs = { every: 10_000, stalled: 60_000 }

/** No lease: the broker's group decides who has a partition, and its member takes it by force. */
const leaseMs = 0

/**
 * One member of a group. The broker's group says who has which partition; the row in Postgres says where it stands:
 *
 *   assigned ─take: epoch + 1, seek to the row▶ ready ─fetched at the row's offset▶ handling ─advance▶ ready
 *      ready ─another epoch took it▶ fenced ─still assigned▶ assigned
 *      ready ─fetched elsewhere▶ seek to the row, or to the earliest record when the log no longer holds it
 *   handling ─the handler throws▶ paused ─▶ the same batch again
 */
export function subscribeToKafka(context: SubscribeContext, options: SubscribeOptions): Subscription {
  const { client, connection, database, times, onAlarm } = context
  const owner = randomUUID()
  const recordsMax = options.maxRecords ?? fetchLimits.recordsMax
  const bytesMax = options.maxBytes ?? fetchLimits.bytesMax
  const held = new Map<string, Held>()
  const stopping = new AbortController()
  let consumer: RunningConsumer | undefined
  let lastProgressAtMs = performance.now()
  let opening: Promise<void> = open()
  const watchdog = setInterval(() => void lookAfter(), watchdogMs.every)
  watchdog.unref()

  async function open(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const opened = await client.consume({
          group: connection.topicPrefix + options.group,
          topics: options.topics.map((topic) => topicName(connection, topic)),
          times,
          fetchBytesMax: bytesMax,
          partitionsAtOnce,
          onAssigned: assign,
          onFetched: handleFetched,
          onSkipped: skip,
          onCrashed: crashed,
        })
        consumer = opened
        lastProgressAtMs = performance.now()
        if (stopping.signal.aborted) await close()
        return
      } catch (error) {
        onAlarm(`group ${options.group} cannot join: ${describe(error)}`)
        forgetAll()
        await wait(reopenMs)
      }
    }
  }

  /** The client restarts by itself after what passes; after anything else it is made anew. */
  function crashed(error: Error, willRestart: boolean): void {
    onAlarm(`group ${options.group} lost its consumer: ${error.message}`)
    if (!willRestart) reopen()
  }

  function reopen(): void {
    opening = opening.then(async () => {
      await close()
      await wait(reopenMs)
      await open()
    })
  }

  async function close(): Promise<void> {
    try {
      await consumer?.stop()
    } catch (error) {
      onAlarm(`group ${options.group} left without goodbye: ${describe(error)}`)
    }
    consumer = undefined
    forgetAll()
  }

  /** Lag without progress for a minute, while nothing is being handled or retried: the consumer is stuck. */
  async function lookAfter(): Promise<void> {
    if (consumer === undefined || performance.now() - lastProgressAtMs < watchdogMs.stalled) return
    if ([...held.values()].some((hold) => hold.isHandling || hold.failures > 0)) return
    try {
      const behind = Object.values(await lag()).reduce((sum, records) => sum + records, 0)
      lastProgressAtMs = performance.now()
      if (behind === 0) return
      onAlarm(
        `group ${options.group} has ${behind} records and made no progress for ${watchdogMs.stalled} ms: restarting`,
      )
      reopen()
    } catch {
      // No broker answers: a restart would not help, the next round looks again.
    }
  }

  function assign(partitions: readonly TopicPartition[], active: RunningConsumer): void {
    consumer = active
    const assigned = new Set(partitions.map(nameOf))
    for (const [name, hold] of [...held]) if (!assigned.has(name)) forget(hold)
    for (const partition of partitions) {
      const hold = held.get(nameOf(partition))
      if (hold === undefined) void take(partition)
      else if (hold.isReady && !hold.isResting) active.seek({ ...hold.at, offset: hold.next })
      else active.pause(hold.at)
    }
  }

  /** Until the row is read the partition is paused: what the broker remembers is only a hint. */
  async function take(at: TopicPartition, delayMs = 0): Promise<void> {
    const topic = topicOf(connection, at.topic)
    if (topic === undefined) return
    const hold = startHold(at, { group: options.group, topic, partition: at.partition })
    held.set(nameOf(at), hold)
    consumer?.pause(at)
    if (delayMs > 0) await wait(delayMs)
    while (isHeld(hold)) {
      try {
        const taken = await positions.take(database, hold.of, { owner, leaseMs, force: true })
        if (taken === undefined) throw new Error('the position row was not given')
        hold.epoch = taken.epoch
        hold.next = await firstOffset(hold, taken.nextOffset)
        break
      } catch (error) {
        await holdBack(hold, error)
      }
    }
    if (!isHeld(hold)) return
    hold.isReady = true
    hold.isAssigned = true
    hold.failures = 0
    emit({ kind: 'assigned', topic, partition: at.partition })
    goOn(hold)
  }

  function goOn(hold: Held): void {
    consumer?.seek({ ...hold.at, offset: hold.next })
    consumer?.resume(hold.at)
  }

  async function firstOffset(hold: Held, position: number | undefined): Promise<number> {
    const { low, high } = await rangeOf(hold.at)
    if (position !== undefined && position >= low && position <= high) return position
    // A log that never held a record: a new installation, and nothing to alarm about.
    if (position === undefined && high === 0) return 0
    await reset(hold, position, { low, high })
    return low
  }

  async function reset(hold: Held, position: number | undefined, { low, high }: OffsetRange): Promise<void> {
    const { topic, partition } = hold.of
    await move(database, hold, low)
    const detail =
      position === undefined
        ? `the group has no position; starting at ${low}`
        : `position ${position} is outside of the log (${low} to ${high}); starting at ${low}`
    emit({ kind: 'position-reset', topic, partition, detail })
  }

  async function rangeOf({ topic, partition }: TopicPartition): Promise<OffsetRange> {
    const range = (await client.offsets(topic)).get(partition)
    if (range === undefined) throw new Error(`${topic} has no partition ${partition}`)
    return range
  }

  async function handleFetched(fetched: Fetched): Promise<void> {
    const hold = held.get(nameOf(fetched))
    if (hold === undefined || !hold.isReady || hold.isHandling || stopping.signal.aborted) return
    hold.isHandling = true
    const heart = keepBeating(fetched, times.heartbeatMs)
    try {
      if (fetched.askedOffset === hold.next) await deliver(hold, fetched)
      else await resync(hold)
    } finally {
      hold.isHandling = false
      heart.stop()
    }
    heart.rethrow()
    if (isHeld(hold) && hold.failures === 0) await tellBroker(fetched, hold.next)
    await fetched.heartbeat()
  }

  async function deliver(hold: Held, fetched: Fetched): Promise<void> {
    let rest = fetched.records.map((record) => storedRecord(hold.of.topic, hold.of.partition, record, positionAfter))
    while (rest.length > 0) {
      if (!fetched.isCurrent() || !isHeld(hold) || stopping.signal.aborted) return
      const batch = rest.slice(0, hold.again ?? countOf(rest, recordsMax, bytesMax))
      rest = rest.slice(batch.length)
      if (!(await handleBatch(hold, batch))) return
      hold.next = rest.length === 0 ? fetched.nextOffset : batch.at(-1)!.offset + 1
      hold.again = undefined
      hold.failures = 0
      lastProgressAtMs = performance.now()
      fetched.resolve(batch.at(-1)!.offset)
    }
  }

  /** False: not handled, and what comes next is arranged. */
  async function handleBatch(hold: Held, records: readonly StoredRecord[]): Promise<boolean> {
    const { topic, partition } = hold.of
    const nextOffset = records.at(-1)!.offset + 1
    let isAdvanced = false
    try {
      await options.handle({
        topic,
        partition,
        records,
        async advance(tx) {
          await move(tx, hold, nextOffset)
          isAdvanced = true
        },
      })
      if (!isAdvanced) await move(database, hold, nextOffset)
      return true
    } catch (error) {
      if (!hold.isReady) takeAgain(hold)
      else {
        hold.again = records.length
        retryLater(hold, error)
      }
      return false
    }
  }

  async function move(on: Parameters<typeof positions.advance>[0], hold: Held, nextOffset: number): Promise<void> {
    if (await positions.advance(on, hold.of, { epoch: hold.epoch, nextOffset })) return
    hold.isReady = false
    const { group, topic, partition } = hold.of
    throw new FencedError(`${group} on ${topic}/${partition}: a newer epoch than ${hold.epoch} has the partition`)
  }

  /** After a heartbeat: a member that the group has put out learns it then, and does not take the owner's epoch away. */
  function takeAgain(hold: Held): void {
    const { topic, partition } = hold.of
    emit({ kind: 'fenced', topic, partition })
    if (!isHeld(hold)) return
    forget(hold)
    void take(hold.at, times.heartbeatMs)
  }

  /** The partition rests while the others go on; the read after it starts at the same record. */
  function retryLater(hold: Held, error: unknown): void {
    hold.isResting = true
    consumer?.pause(hold.at)
    void holdBack(hold, error).then(() => {
      hold.isResting = false
      if (isHeld(hold)) goOn(hold)
    })
  }

  async function holdBack(hold: Held, error: unknown): Promise<void> {
    const { topic, partition } = hold.of
    emit({ kind: 'failed', topic, partition, error })
    hold.failures += 1
    await wait(Math.min(pauseMs.first * 2 ** (hold.failures - 1), pauseMs.most) * (0.5 + Math.random() / 2))
  }

  /** The read began elsewhere: behind a stale hint, or at the earliest record because the log lost the position. */
  async function resync(hold: Held): Promise<void> {
    try {
      const range = await rangeOf(hold.at)
      if (hold.next < range.low || hold.next > range.high) {
        await reset(hold, hold.next, range)
        hold.next = range.low
      }
      consumer?.seek({ ...hold.at, offset: hold.next })
    } catch (error) {
      if (hold.isReady) retryLater(hold, error)
      else takeAgain(hold)
    }
  }

  function skip({ from, nextOffset, ...at }: TopicPartition & { from: number; nextOffset: number }): void {
    const hold = held.get(nameOf(at))
    if (hold?.isReady && hold.next === from) hold.next = nextOffset
  }

  function forgetAll(): void {
    for (const hold of [...held.values()]) forget(hold)
  }

  function forget(hold: Held): void {
    held.delete(nameOf(hold.at))
    if (hold.isAssigned) emit({ kind: 'revoked', topic: hold.of.topic, partition: hold.of.partition })
  }

  function isHeld(hold: Held): boolean {
    return held.get(nameOf(hold.at)) === hold
  }

  function emit(event: SubscriptionEvent): void {
    options.onEvent?.(event)
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      stopping.signal.addEventListener('abort', done)
    })
  }

  async function lag(): Promise<Partial<Record<Topic, number>>> {
    const behind: Partial<Record<Topic, number>> = {}
    for (const topic of options.topics) {
      const holds = [...held.values()].filter((hold) => hold.of.topic === topic && hold.isReady)
      if (holds.length === 0) continue
      const ranges = await client.offsets(topicName(connection, topic))
      behind[topic] = holds.reduce(
        (sum, { of, next }) => sum + Math.max(0, (ranges.get(of.partition)?.high ?? 0) - next),
        0,
      )
    }
    return behind
  }

  return {
    lag,
    async stop() {
      stopping.abort()
      clearInterval(watchdog)
      // A client that is still looking for its brokers is closed when it has found them.
      await withDeadline(stopMs, opening, () => new Error('still opening')).catch(() => undefined)
      await close()
    },
  }
}

type Held = {
  readonly at: TopicPartition
  readonly of: positions.PartitionOfGroup
  epoch: number
  /** The first offset that is not handled. */
  next: number
  /** The row is read and this member's epoch has it. */
  isReady: boolean
  /** `assigned` was told. */
  isAssigned: boolean
  isHandling: boolean
  /** Paused after a handler that threw. */
  isResting: boolean
  failures: number
  /** How many records the batch had whose handler threw: the same ones come again. */
  again: number | undefined
}

function startHold(at: TopicPartition, of: positions.PartitionOfGroup): Held {
  const flags = { isReady: false, isAssigned: false, isHandling: false, isResting: false }
  return { at, of, epoch: 0, next: 0, failures: 0, again: undefined, ...flags }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

function positionAfter(partition: number, offset: number): string {
  return encodePosition(new Map([[partition, offset + 1]]))
}

/** As many records as a batch may have; one that is larger than the limit comes alone. */
function countOf(records: readonly StoredRecord[], recordsMax: number, bytesMax: number): number {
  let count = 0
  let bytes = 0
  for (const { value, exactBody } of records) {
    bytes += value.length + (exactBody?.length ?? 0)
    if (count > 0 && (count >= recordsMax || bytes > bytesMax)) break
    count += 1
  }
  return count
}

/** The broker's own position serves lag tools alone, so only a lost membership matters here: the next beat tells it. */
async function tellBroker(fetched: Fetched, nextOffset: number): Promise<void> {
  await fetched.commitHint(nextOffset).catch(() => undefined)
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason given'
}
