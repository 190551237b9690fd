import type { Transaction } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'

/**
 * The event log. Callers never know which vendor keeps it; each adapter passes `contract/log.contract.ts` unchanged.
 */
export interface Log {
  /**
   * Appends records to one topic and resolves once for all of them, one result per record in the given order.
   * - `appended`: the record is durable (on every in-sync replica; on Postgres: committed with synchronous_commit on)
   *   and readers will see it at this position. It was not durable a moment before.
   * - `refused`: the log said no and the record is certainly not there. `canRetry`: the log was out of reach or busy, and
   *   the same record may be taken a moment later; absent where nothing speaks for another try.
   * - `unknown`: no certain answer within the deadline; the record may be there or may still appear. Never reported
   *   as refused, never as appended.
   * - `overloaded`: the buffer (bytes or records) is full; nothing was sent.
   * Order: records with one key, appended one call after the other's result, are read in that order.
   * Broker faults are results; it throws only for a caller's bug (`record.ts`: a control character in key or header, a
   * value that cannot be JSON text, a record over the limit). Nothing of that call is sent then.
   */
  append(topic: Topic, records: readonly LogRecord[], options: AppendOptions): Promise<readonly AppendResult[]>

  /**
   * Delivers every record at least once, in order per partition, to one member of the group at a time.
   * The group's position is a row in Postgres, fenced by an epoch: it moves only through `batch.advance` (inside the
   * handler's own transaction) or, when the handler resolved without calling it, right after the handler.
   * A handler that throws gets the same batch again after a pause; `stop` waits for a running handler.
   * No position yet, or one that the log no longer holds: the earliest record, with an event of kind `position-reset`
   * unless the log never held a record.
   */
  subscribe(options: SubscribeOptions): Promise<Subscription>

  /**
   * Reads without a group, from a position on, and follows the end until `signal` aborts or `limit` records were given.
   * `from` is `beginning`, `end` or a `position` string that an earlier record carried (it continues after that record).
   */
  read(topic: Topic, options: ReadOptions): AsyncIterable<StoredRecord>

  /**
   * Whether the log can take an append now; `detail` is for `/readyz?verbose` and `doctor`, free of secrets.
   * `unsafe` names each setting under which a crash may take acknowledged records along: with
   * `EVENTMESH_DURABILITY=production` a process with an entry there does not start. Present in every answer with `ok`.
   */
  check(): Promise<{ readonly ok: boolean; readonly detail: string; readonly unsafe?: readonly string[] }>

  /** Finishes what was accepted (appends in flight, running handlers), then lets go of every connection. */
  close(): Promise<void>
}

export type LogRecord = {
  /** `<tenant_id>:<ordering_key or event_id>`; the partition is murmur2 of its bytes where there are partitions. */
  readonly key: string
  /** The envelope (or an outcome): UTF-8 JSON. Read back byte for byte. */
  readonly value: Buffer
  /** Record headers by name: text without control characters. */
  readonly headers: Readonly<Record<string, string>>
  /** Header `em-body`: exact body bytes that the payload does not hold (forms only). */
  readonly exactBody?: Buffer | undefined
}

export type StoredRecord = LogRecord & {
  readonly topic: Topic
  readonly partition: number
  /** Below 2^53. */
  readonly offset: number
  /** An opaque token for `read({ from })`. */
  readonly position: string
  /** LogAppendTime, milliseconds since 1970. */
  readonly appendedAtMs: number
}

export type AppendOptions = {
  /** Milliseconds from now after which the result is `unknown` at the latest. */
  readonly deadlineMs: number
}

export type AppendResult =
  | { readonly status: 'appended'; readonly partition: number; readonly offset: number }
  | { readonly status: 'refused'; readonly detail: string; readonly canRetry?: true }
  | { readonly status: 'unknown'; readonly detail: string }
  | { readonly status: 'overloaded' }

export type Batch = {
  readonly topic: Topic
  readonly partition: number
  /** Never empty; ascending offsets of one partition. */
  readonly records: readonly StoredRecord[]
  /**
   * Moves the group's position past this batch inside the caller's transaction.
   * Throws `FencedError` when another member has taken the partition: the caller's transaction must then roll back.
   */
  advance(tx: Transaction): Promise<void>
}

export type SubscribeOptions = {
  readonly group: string
  readonly topics: readonly Topic[]
  readonly handle: (batch: Batch) => Promise<void>
  readonly onEvent?: (event: SubscriptionEvent) => void
  readonly maxRecords?: number
  readonly maxBytes?: number
}

export type SubscriptionEvent =
  | { readonly kind: 'assigned' | 'revoked' | 'fenced'; readonly topic: Topic; readonly partition: number }
  | { readonly kind: 'position-reset'; readonly topic: Topic; readonly partition: number; readonly detail: string }
  | { readonly kind: 'failed'; readonly topic: Topic; readonly partition: number; readonly error: unknown }

export interface Subscription {
  /** Records not yet handled per topic, over the partitions that this member holds. */
  lag(): Promise<Readonly<Partial<Record<Topic, number>>>>
  /** Stops taking work, waits for the running handler, gives the partitions up. */
  stop(): Promise<void>
}

export type ReadOptions = {
  readonly from: string
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** The group's partition belongs to a newer epoch: whoever sees this must not keep the effect. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}
