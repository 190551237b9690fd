import { partitionOf } from './log.kafka.partition.ts'
import type { AppendResult, LogRecord } from './log.ts'

/** The producer's bounds (reliability.md §9). Sizes count key, value and headers. */
export type ProducerLimits = {
  readonly bufferBytesMax: number
  readonly bufferRecordsMax: number
  readonly batchBytesMax: number
  readonly batchRecordsMax: number
  /** All partitions of one call together, below the broker's `socket.request.max.bytes` (100 MiB). */
  readonly callBytesMax: number
  /** The broker may wait this long for its in-sync replicas. */
  readonly brokerTimeoutMs: number
  /** One answer may take this long before the client asks again inside the same call. */
  readonly requestTimeoutMs: number
  readonly callDeadlineMs: number
  /** Calls in flight to one leader at once. */
  readonly callsPerLeaderMax: number
  /** A further call leaves when every one in flight to that leader is older than this. */
  readonly callLateMs: number
}

export const producerLimits: ProducerLimits = {
  bufferBytesMax: 64 * 1024 * 1024,
  bufferRecordsMax: 10_000,
  batchBytesMax: 900_000,
  batchRecordsMax: 500,
  callBytesMax: 16 * 1024 * 1024,
  brokerTimeoutMs: 5_000,
  requestTimeoutMs: 6_000,
  callDeadlineMs: 6_500,
  callsPerLeaderMax: 4,
  callLateMs: 100,
}

/** What one produce call carries for one partition: one record batch, so record i stands at base offset + i. */
export type PartitionBatch = {
  readonly topic: string
  readonly partition: number
  readonly records: readonly LogRecord[]
}

/** Per partition: the base offset, or why nobody knows. */
export type BatchOutcome = { readonly baseOffset: number } | { readonly unknown: string }

/** Sends one call to one leader; ends within the call deadline and never throws. One outcome per batch, in order. */
export type SendToLeader = (leader: number, batches: readonly PartitionBatch[]) => Promise<readonly BatchOutcome[]>

/** What carries the calls: a few connections to each leader, one call in flight on each. */
export type Carrier = {
  readonly send: SendToLeader
  /** Whether one more call to this leader would leave at once. */
  isReady(leader: number): boolean
}

/** Who leads which partition, as far as is known: a hint, since the client finds a moved leader by itself. */
export type Leaders = {
  partitionCount(topic: string): number | undefined
  leaderOf(topic: string, partition: number): number | undefined
  /** Reads the map again soon; `flush` is called when it changed. */
  refresh(): void
}

export type Accumulator = {
  append(topic: string, records: readonly LogRecord[], deadlineMs: number): Promise<readonly AppendResult[]>
  /** Sends what can be sent now. */
  flush(): void
  /** Resolves once nothing is buffered; every append ends by its own deadline. */
  drain(): Promise<void>
  readonly buffered: { readonly records: number; readonly bytes: number }
}

/**
 * Gathers records and sends them once per event-loop turn, without a linger: one call to a leader with all its waiting
 * partitions, and what comes while it flies waits for the next. A lone record pays nothing, a crowd shares; a leader
 * that does not answer holds up no other.
 *
 * A call that is late is overtaken: once all calls in flight to a leader are older than `callLateMs`, one more leaves, up
 * to `callsPerLeaderMax`. Of two calls either may be appended first, so a record waits while one with its key is in flight.
 *
 *   waiting ─call▶ sent ─good entry▶ appended
 *      │             └─anything else, or the deadline▶ unknown
 *      └─deadline▶ refused: it never left this process
 */
export function accumulate(leaders: Leaders, carrier: Carrier, limits: ProducerLimits): Accumulator {
  /** Records whose topic has no known partition count yet stand here, before any queue. */
  const arrived: Waiting[] = []
  /** Oldest first: a queue that was served goes to the end. */
  const queues = new Map<string, Queue>()
  const flights = new Map<number, Flights>()
  const buffered = { records: 0, bytes: 0 }
  let isScheduled = false
  let whenEmpty: (() => void)[] = []

  function append(topic: string, records: readonly LogRecord[], deadlineMs: number): Promise<readonly AppendResult[]> {
    if (deadlineMs <= 0)
      return Promise.resolve(records.map(() => ({ status: 'refused', detail: neverSent(deadlineMs) }) as const))
    const sizes = records.map(recordBytes)
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    if (buffered.records + records.length > limits.bufferRecordsMax || buffered.bytes + bytes > limits.bufferBytesMax) {
      return Promise.resolve(records.map(() => ({ status: 'overloaded' }) as const))
    }
    if (records.length === 0) return Promise.resolve([])
    buffered.records += records.length
    buffered.bytes += bytes
    return new Promise((resolve) => {
      const call = startAppend(records.length, resolve)
      const waiting = records.map((record, index) => ({
        record,
        bytes: sizes[index]!,
        topic,
        call,
        index,
        isSent: false,
      }))
      arrived.push(...waiting)
      call.timer = setTimeout(() => expire(waiting, deadlineMs), deadlineMs)
      schedule()
    })
  }

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      flush()
    })
  }

  function flush(): void {
    place()
    for (const [leader, batches] of gather()) void launch(leader, batches)
  }

  function place(): void {
    const kept: Waiting[] = []
    for (const waiting of arrived) {
      const count = leaders.partitionCount(waiting.topic)
      if (count === undefined) {
        kept.push(waiting)
        continue
      }
      const partition = partitionOf(Buffer.from(waiting.record.key), count)
      const name = `${waiting.topic}:${partition}`
      let queue = queues.get(name)
      if (queue === undefined) {
        queue = { topic: waiting.topic, partition, waiting: [], inFlight: new Set() }
        queues.set(name, queue)
      }
      queue.waiting.push(waiting)
    }
    arrived.length = 0
    arrived.push(...kept)
    if (kept.length > 0) leaders.refresh()
  }

  function gather(): Map<number, TakenBatch[]> {
    const calls = new Map<number, TakenBatch[]>()
    const bytesByLeader = new Map<number, number>()
    for (const [name, queue] of [...queues]) {
      dropSettled(queue.waiting)
      if (queue.waiting.length === 0) {
        if (queue.inFlight.size === 0) queues.delete(name)
        continue
      }
      const leader = leaders.leaderOf(queue.topic, queue.partition)
      if (leader === undefined) {
        leaders.refresh()
        continue
      }
      if (!calls.has(leader) && !mayLaunch(leader)) continue
      const { picked, bytes } = pick(queue)
      const callBytes = bytesByLeader.get(leader) ?? 0
      if (picked.length === 0 || (callBytes > 0 && callBytes + bytes > limits.callBytesMax)) continue
      bytesByLeader.set(leader, callBytes + bytes)
      take(queue, picked)
      const batch = { queue, taken: picked }
      const call = calls.get(leader)
      if (call === undefined) calls.set(leader, [batch])
      else call.push(batch)
      queues.delete(name)
      queues.set(name, queue)
    }
    return calls
  }

  /** Asks again by itself when the newest call becomes late; for a free connection the carrier calls `flush`. */
  function mayLaunch(leader: number): boolean {
    const flying = flights.get(leader)
    if (flying === undefined || flying.count === 0) return true
    if (flying.count >= limits.callsPerLeaderMax) return false
    const earlyMs = flying.newestAt + limits.callLateMs - performance.now()
    if (earlyMs <= 0) return carrier.isReady(leader)
    flying.timer ??= setTimeout(() => {
      flying.timer = undefined
      flush()
    }, Math.ceil(earlyMs))
    return false
  }

  /** The oldest that one batch holds, without those whose key is in flight; a record above the batch limit goes alone. */
  function pick({ waiting, inFlight }: Queue): { readonly picked: readonly Waiting[]; readonly bytes: number } {
    const keysInFlight = new Set([...inFlight].flatMap((taken) => taken.map(({ record }) => record.key)))
    const picked: Waiting[] = []
    let bytes = 0
    for (const each of waiting) {
      if (isSettled(each) || keysInFlight.has(each.record.key)) continue
      const isFull = picked.length >= limits.batchRecordsMax || bytes + each.bytes > limits.batchBytesMax
      if (picked.length > 0 && isFull) break
      picked.push(each)
      bytes += each.bytes
    }
    return { picked, bytes }
  }

  /** Lets go of those that ended while they waited, too: what was called refused must not be sent. */
  function take(queue: Queue, picked: readonly Waiting[]): void {
    for (const each of picked) each.isSent = true
    queue.inFlight.add(picked)
    const gone: Waiting[] = []
    const left: Waiting[] = []
    for (const each of queue.waiting) {
      if (each.isSent) continue
      if (isSettled(each)) gone.push(each)
      else left.push(each)
    }
    queue.waiting = left
    release(gone)
  }

  async function launch(leader: number, batches: readonly TakenBatch[]): Promise<void> {
    const flying = flights.get(leader) ?? { count: 0, newestAt: 0, timer: undefined }
    flights.set(leader, flying)
    flying.count += 1
    flying.newestAt = performance.now()
    const outcomes = await carrier.send(
      leader,
      batches.map(({ queue, taken }) => ({
        topic: queue.topic,
        partition: queue.partition,
        records: taken.map(({ record }) => record),
      })),
    )
    flying.count -= 1
    for (const [at, { queue, taken }] of batches.entries()) {
      queue.inFlight.delete(taken)
      release(taken)
      const outcome = outcomes[at] ?? { unknown: 'the call ended without an outcome for this partition' }
      for (const [i, waiting] of taken.entries()) settle(waiting, resultOf(outcome, queue.partition, i))
    }
    if (outcomes.some((outcome) => 'unknown' in outcome)) leaders.refresh()
    flush()
  }

  function expire(all: readonly Waiting[], deadlineMs: number): void {
    for (const waiting of all) {
      const detail = waiting.isSent ? `no answer of the log within ${deadlineMs} ms` : neverSent(deadlineMs)
      settle(waiting, { status: waiting.isSent ? 'unknown' : 'refused', detail })
    }
    dropSettled(arrived)
    for (const [name, queue] of [...queues]) {
      dropSettled(queue.waiting)
      if (queue.waiting.length === 0 && queue.inFlight.size === 0) queues.delete(name)
    }
  }

  /** Lets go of records from the front whose append has ended: they hold memory until they are dropped. */
  function dropSettled(waiting: Waiting[]): void {
    let settled = 0
    while (settled < waiting.length && isSettled(waiting[settled]!)) settled += 1
    if (settled > 0) release(waiting.splice(0, settled))
  }

  function release(gone: readonly Waiting[]): void {
    buffered.records -= gone.length
    for (const { bytes } of gone) buffered.bytes -= bytes
    if (buffered.records > 0) return
    for (const resolve of whenEmpty) resolve()
    whenEmpty = []
  }

  function drain(): Promise<void> {
    if (buffered.records === 0) return Promise.resolve()
    return new Promise((resolve) => whenEmpty.push(resolve))
  }

  return { append, flush, drain, buffered }
}

type Waiting = {
  readonly record: LogRecord
  readonly bytes: number
  readonly topic: string
  readonly call: PendingAppend
  readonly index: number
  isSent: boolean
}

type Queue = {
  readonly topic: string
  readonly partition: number
  waiting: Waiting[]
  /** What its calls carry now, by call. */
  readonly inFlight: Set<readonly Waiting[]>
}

/** The calls of one leader; the timer asks again when the newest is late. */
type Flights = { count: number; newestAt: number; timer: NodeJS.Timeout | undefined }

type TakenBatch = { readonly queue: Queue; readonly taken: readonly Waiting[] }

type PendingAppend = {
  readonly results: (AppendResult | undefined)[]
  open: number
  timer: NodeJS.Timeout | undefined
  readonly resolve: (results: readonly AppendResult[]) => void
}

function startAppend(count: number, resolve: (results: readonly AppendResult[]) => void): PendingAppend {
  return { results: new Array<AppendResult | undefined>(count).fill(undefined), open: count, timer: undefined, resolve }
}

function isSettled({ call, index }: Waiting): boolean {
  return call.results[index] !== undefined
}

/** The first result stays: an answer after the deadline changes nothing. */
function settle({ call, index }: Waiting, result: AppendResult): void {
  if (call.results[index] !== undefined) return
  call.results[index] = result
  call.open -= 1
  if (call.open > 0) return
  clearTimeout(call.timer)
  call.resolve(call.results.filter((each) => each !== undefined))
}

function resultOf(outcome: BatchOutcome, partition: number, index: number): AppendResult {
  if ('unknown' in outcome) return { status: 'unknown', detail: outcome.unknown }
  return { status: 'appended', partition, offset: outcome.baseOffset + index }
}

function neverSent(deadlineMs: number): string {
  return `no leader took the record within ${deadlineMs} ms; it was never sent`
}

/** Key, value, headers and the batch format's own bytes per record and header, rounded up. */
function recordBytes({ key, value, headers, exactBody }: LogRecord): number {
  let bytes = 32 + Buffer.byteLength(key) + value.length + (exactBody === undefined ? 0 : exactBody.length + 16)
  for (const name in headers) bytes += name.length + Buffer.byteLength(headers[name]!) + 8
  return bytes
}
