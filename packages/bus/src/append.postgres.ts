import type { Database } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import { statementFault } from './fault.postgres.ts'
import type { AppendOptions, AppendResult, LogRecord } from './log.ts'
import type { Ranges } from './ranges.postgres.ts'
import { checkRecord } from './record.ts'
import type { Wake } from './wake.postgres.ts'

export type AppendLimits = {
  readonly bufferBytesMax: number
  readonly bufferRecordsMax: number
  readonly batchRecordsMax: number
  /** A larger record goes alone. */
  readonly batchBytesMax: number
  /** Statements per topic. The head row lets one commit at a time; the second is parsed and waits beside it. */
  readonly inFlightMax: number
}

export const appendLimits: AppendLimits = {
  bufferBytesMax: 64 * 1024 * 1024,
  bufferRecordsMax: 10_000,
  batchRecordsMax: 500,
  batchBytesMax: 900 * 1024,
  inFlightMax: 2,
}

export type Appender = {
  append(topic: Topic, records: readonly LogRecord[], options: AppendOptions): Promise<readonly AppendResult[]>
  /** Refuses from now on and resolves when every record has its result and no statement is running. */
  close(): Promise<void>
}

/**
 * Gathers what is appended during one turn of the event loop into one statement: a lone record waits for nobody, a
 * crowd shares a commit. While `inFlightMax` statements run, the next gathers.
 *
 *   waiting ─taken into a statement▶ sent ─answer▶ appended | refused
 *   waiting ─deadline▶ refused (never sent)        sent ─deadline or lost connection▶ unknown
 */
export function createAppender(
  database: Database,
  { ranges, wake, limits }: { readonly ranges: Ranges; readonly wake: Wake; readonly limits: AppendLimits },
): Appender {
  const lanes = new Map<Topic, Lane>()
  let bufferedBytes = 0
  let bufferedRecords = 0
  let flushScheduled = false
  let isClosed = false
  let idle: (() => void) | undefined

  function flushAll(): void {
    flushScheduled = false
    for (const lane of lanes.values()) flush(lane)
  }

  function flush(lane: Lane): void {
    while (lane.inFlight < limits.inFlightMax) {
      const batch = takeBatch(lane, limits)
      if (batch.length === 0) return
      lane.inFlight += 1
      void send(lane, batch)
    }
  }

  async function send(lane: Lane, batch: readonly Entry[]): Promise<void> {
    const results = await appendBatch(lane.topic, batch)
    for (const [index, entry] of batch.entries()) {
      entry.state = 'done'
      release(entry)
      settle(entry, results(index))
    }
    lane.inFlight -= 1
    flush(lane)
    if (bufferedRecords === 0) idle?.()
  }

  async function appendBatch(topic: Topic, batch: readonly Entry[]): Promise<(index: number) => AppendResult> {
    const text = batch.map((entry) => entry.text).join(recordSeparator)
    try {
      const first = await writeWithRoom(topic, batch.length, text)
      ranges.reached(topic, first + batch.length)
      wake.appended(topic)
      return (index) => ({ status: 'appended', partition: 0, offset: first + index })
    } catch (error) {
      const fault = statementFault(error)
      const detail = `postgres: ${fault.code}`
      if (fault.effect === 'unknown') return () => ({ status: 'unknown', detail })
      return () => ({ status: 'refused', detail, ...(fault.isPassing ? { canRetry: true } : {}) })
    }
  }

  // The ranges are rolled ahead; an append that finds none all the same was undone by the server, so it may go again.
  async function writeWithRoom(topic: Topic, count: number, text: string): Promise<number> {
    try {
      return await write(topic, count, text)
    } catch (error) {
      if (statementFault(error).code !== checkViolation) throw error
      await ranges.roll()
      return await write(topic, count, text)
    }
  }

  async function write(topic: Topic, count: number, text: string): Promise<number> {
    const [row] = await database.sql<{ first_offset: string }[]>`
      select log_append(${topic}, ${count}, ${text}) as first_offset`
    return Number(row!.first_offset)
  }

  function release(entry: Entry): void {
    bufferedBytes -= entry.bytes
    bufferedRecords -= 1
  }

  function expire(call: Call, lane: Lane): void {
    for (const entry of call.entries) {
      if (entry.state === 'waiting') {
        entry.state = 'done'
        release(entry)
        settle(entry, { status: 'refused', detail: 'not sent before the deadline' })
      } else {
        settle(entry, { status: 'unknown', detail: 'no answer before the deadline' })
      }
    }
    while (lane.waiting[0]?.state === 'done') lane.waiting.shift()
    if (bufferedRecords === 0) idle?.()
  }

  return {
    async append(topic, records, { deadlineMs }) {
      const encoded = records.map((record) => ({ bytes: checkRecord(record), text: encode(record) }))
      if (records.length === 0) return []
      if (isClosed) return fill(records, { status: 'refused', detail: 'the log is closed' })
      if (deadlineMs <= 0) return fill(records, { status: 'refused', detail: 'the deadline was over' })

      const bytes = encoded.reduce((sum, one) => sum + one.bytes, 0)
      const isFull =
        bufferedBytes + bytes > limits.bufferBytesMax || bufferedRecords + records.length > limits.bufferRecordsMax
      if (isFull) return fill(records, { status: 'overloaded' })
      bufferedBytes += bytes
      bufferedRecords += records.length

      const lane = lanes.get(topic) ?? { topic, waiting: [], inFlight: 0 }
      lanes.set(topic, lane)
      return await new Promise<readonly AppendResult[]>((resolve) => {
        const call: Call = {
          entries: [],
          results: new Array(records.length),
          open: records.length,
          resolve,
          timer: undefined,
        }
        call.timer = setTimeout(expire, deadlineMs, call, lane)
        for (const [index, one] of encoded.entries()) {
          const entry: Entry = { ...one, call, index, state: 'waiting' }
          call.entries.push(entry)
          lane.waiting.push(entry)
        }
        if (flushScheduled) return
        flushScheduled = true
        setImmediate(flushAll)
      })
    },
    async close() {
      isClosed = true
      if (bufferedRecords === 0) return
      await new Promise<void>((resolve) => {
        idle = resolve
      })
    },
  }
}

const recordSeparator = '\u001e'
const fieldSeparator = '\u001f'
/** SQLSTATE of "no partition of relation found for row". */
const checkViolation = '23514'

type Lane = { readonly topic: Topic; readonly waiting: Entry[]; inFlight: number }

type Call = {
  readonly entries: Entry[]
  readonly results: AppendResult[]
  /** Records without a result. */
  open: number
  readonly resolve: (results: readonly AppendResult[]) => void
  timer: NodeJS.Timeout | undefined
}

type Entry = {
  readonly text: string
  readonly bytes: number
  readonly call: Call
  readonly index: number
  state: 'waiting' | 'sent' | 'done'
}

function takeBatch(lane: Lane, limits: AppendLimits): readonly Entry[] {
  const batch: Entry[] = []
  let bytes = 0
  let taken = 0
  for (const entry of lane.waiting) {
    if (entry.state === 'waiting') {
      if (batch.length === limits.batchRecordsMax) break
      if (batch.length > 0 && bytes + entry.bytes > limits.batchBytesMax) break
      entry.state = 'sent'
      batch.push(entry)
      bytes += entry.bytes
    }
    taken += 1
  }
  lane.waiting.splice(0, taken)
  return batch
}

function settle({ call, index }: Entry, result: AppendResult): void {
  if (call.results[index] !== undefined) return
  call.results[index] = result
  call.open -= 1
  if (call.open > 0) return
  clearTimeout(call.timer)
  call.resolve(call.results)
}

// Key and headers cannot hold a separator after `checkRecord`, JSON text of the headers cannot hold a raw one at all.
function encode(record: LogRecord): string {
  const exactBody = record.exactBody === undefined ? '-' : record.exactBody.toString('base64')
  return [record.key, JSON.stringify(record.headers), exactBody, record.value.toString('utf8')].join(fieldSeparator)
}

function fill(records: readonly LogRecord[], result: AppendResult): readonly AppendResult[] {
  return records.map(() => result)
}
