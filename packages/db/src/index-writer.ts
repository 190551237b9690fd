import type { EventId, KeyId, Mode, Outcome, RequestId, TenantId } from '@eventmesh/envelope'
import type { Transaction } from './connect.ts'
import { DatabaseError } from './database-error.ts'
import { type Counted, stats } from './stats.ts'

/**
 * The effect of the indexer: what a batch of the log adds to the index. Everything stands in the caller's transaction,
 * is idempotent by the row's identity (received_at, request_id, item), and reads nothing but those identities, the
 * locator and its own sums.
 */

/** What every row knows, wherever it comes from. */
export type IndexRow = {
  readonly tenantId: TenantId
  readonly requestId: RequestId
  readonly item: number
  readonly items: number
  readonly receivedAtMs: number
  readonly eventType: string | null
  /** native, native-test or a source's id. */
  readonly source: string
  readonly keyId: KeyId | null
  readonly mode: Mode
  readonly idempotencyKey: string | null
  readonly occurredAt: string | null
  readonly size: number
  readonly latencyMs: number | null
  readonly ip: string | null
  readonly traceId: string | null
  readonly dedupe: string | null
  readonly position: LogPlace
  readonly appendedAtMs: number
}

export type LogPlace = { readonly topic: string; readonly partition: number; readonly offset: number }

/** A record's bytes, kept as they are on the log. */
export type RecordBody = {
  readonly envelope: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly exactBody: Buffer | undefined
  /** The payload's slice of the envelope, for search. */
  readonly payload: Buffer
}

export type IndexEntry =
  /** A record of `events`: the locator decides whether it is accepted, a copy or quarantined. */
  | {
      readonly kind: 'event'
      readonly row: IndexRow
      readonly eventId: EventId
      readonly fp: string
      readonly body: RecordBody
    }
  /** A record of `quarantine`: a webhook that reused a key with another body. */
  | {
      readonly kind: 'quarantined'
      readonly row: IndexRow
      readonly eventId: EventId
      readonly fp: string
      readonly body: RecordBody
    }
  /** A record of `outcomes`. */
  | {
      readonly kind: 'outcome'
      readonly row: IndexRow
      readonly outcome: Exclude<Outcome, 'accepted' | 'copy'>
      readonly eventId: EventId | null
      readonly reason: string | null
      readonly status: number
      readonly diagnosis: string | null
      readonly rejected: RejectedBody | undefined
    }
  /** Outcomes that ingest only counted. */
  | {
      readonly kind: 'counter'
      readonly tenantId: TenantId
      readonly outcome: string
      readonly reason: string | null
      readonly keyId: KeyId | null
      readonly source: string
      readonly mode: Mode
      readonly n: number
      readonly fromMs: number
      readonly toMs: number
      readonly position: LogPlace
    }

export type RejectedBody = {
  readonly contentType: string | null
  /** problem+json as text. */
  readonly problem: string | null
  /** Redacted already. */
  readonly body: string | null
  readonly isTruncated: boolean
}

/** How many entries ended as what; `repeated` were indexed before and changed nothing. */
export type WriteResult = { readonly [Ending in Outcome | 'counted' | 'repeated']: number }

type ItemEntry = Exclude<IndexEntry, { kind: 'counter' }>
type CounterEntry = Extract<IndexEntry, { kind: 'counter' }>
type EventEntry = Extract<IndexEntry, { kind: 'event' }>
type Judged = { readonly entry: ItemEntry; readonly outcome: Outcome; readonly reason: string | null }

export const indexWriter = {
  /**
   * Entries in log order. Statements are set-based and sorted, whatever the batch holds; the last one takes the block of
   * indexed_seq, so the order of commits is the order of the numbers. The caller advances its position right after it.
   */
  async write(tx: Transaction, entries: readonly IndexEntry[]): Promise<WriteResult> {
    const items = entries.filter((entry) => entry.kind !== 'counter')
    const judged = firstOfEach(await judge(tx, items))
    const indexed = await identitiesIndexed(tx, judged)
    const fresh = judged.filter(({ entry }) => !indexed.has(identity(entry.row)))
    const counters = await writeCounters(tx, entries)

    await writeBodies(tx, judged)
    await writeRejectedBodies(tx, fresh)
    await stats.count(tx, [...fresh.flatMap(countedRow), ...counters.map(countedCounter)])
    await writeRows(tx, fresh)
    return summary(items.length - fresh.length, fresh, counters.length)
  },
}

function identity(row: IndexRow): string {
  return `${row.requestId}.${row.item}@${row.receivedAtMs}`
}

/** The first occurrence on the log wins, inside one batch too. */
async function judge(tx: Transaction, items: readonly ItemEntry[]): Promise<readonly Judged[]> {
  const events = items.filter((entry) => entry.kind === 'event')
  const owners = await locate(tx, events)
  return items.map((entry) => {
    if (entry.kind === 'quarantined') return { entry, outcome: 'quarantined', reason: 'idempotency_mismatch' }
    if (entry.kind === 'outcome') return { entry, outcome: entry.outcome, reason: entry.reason }
    const owner = owners.get(entry.eventId)
    if (owner === undefined) throw new Error(`event ${entry.eventId} is neither new to the locator nor in it`)
    if (owner.identity === identity(entry.row)) return { entry, outcome: 'accepted', reason: null }
    if (owner.fp === entry.fp) return { entry, outcome: 'copy', reason: null }
    return { entry, outcome: 'quarantined', reason: 'idempotency_mismatch' }
  })
}

type Owner = { readonly identity: string; readonly fp: string }

async function locate(tx: Transaction, events: readonly EventEntry[]): Promise<ReadonlyMap<EventId, Owner>> {
  const first = new Map<EventId, EventEntry>()
  for (const event of events) if (!first.has(event.eventId)) first.set(event.eventId, event)
  if (first.size === 0) return new Map()

  const rows = [...first.values()].map(({ eventId, row, fp }) => ({
    event_id: eventId,
    tenant_id: row.tenantId,
    received_at: time(row.receivedAtMs),
    request_id: row.requestId,
    item: row.item,
    fp,
  }))
  const added = await tx.sql<{ event_id: EventId }[]>`
    insert into event_locator (event_id, tenant_id, received_at, request_id, item, fp)
    select r.* from json_to_recordset(${JSON.stringify(rows)}::json)
      as r (event_id uuid, tenant_id uuid, received_at timestamptz, request_id uuid, item integer, fp text)
    order by r.event_id
    on conflict (event_id) do nothing
    returning event_id`

  const owners = new Map<EventId, Owner>()
  for (const { event_id } of added) {
    const event = first.get(event_id)
    if (event !== undefined) owners.set(event_id, { identity: identity(event.row), fp: event.fp })
  }
  const others = [...first.keys()].filter((id) => !owners.has(id))
  if (others.length === 0) return owners

  // A statement of its own: under read committed it sees what the insert above waited for.
  const found = await tx.sql<{ event_id: EventId; request_id: string; item: number; received_at: Date; fp: string }[]>`
    select event_id, request_id, item, received_at, fp from event_locator where event_id = any(${others}::uuid[])`
  for (const row of found) {
    owners.set(row.event_id, { identity: `${row.request_id}.${row.item}@${row.received_at.getTime()}`, fp: row.fp })
  }
  return owners
}

function firstOfEach(judged: readonly Judged[]): readonly Judged[] {
  const first = new Map<string, Judged>()
  for (const each of judged) {
    const id = identity(each.entry.row)
    if (!first.has(id)) first.set(id, each)
  }
  return [...first.values()]
}

async function identitiesIndexed(tx: Transaction, judged: readonly Judged[]): Promise<ReadonlySet<string>> {
  if (judged.length === 0) return new Set()
  const times = judged.map(({ entry }) => entry.row.receivedAtMs)
  const requests = [...new Set(judged.map(({ entry }) => entry.row.requestId))]
  const rows = await tx.sql<{ request_id: string; item: number; received_at: Date }[]>`
    select request_id, item, received_at from event_index
    where request_id = any(${requests}::uuid[])
      and received_at >= ${new Date(Math.min(...times))} and received_at <= ${new Date(Math.max(...times))}`
  return new Set(rows.map((row) => `${row.request_id}.${row.item}@${row.received_at.getTime()}`))
}

async function writeCounters(tx: Transaction, entries: readonly IndexEntry[]): Promise<readonly CounterEntry[]> {
  const counters = entries.filter((entry) => entry.kind === 'counter')
  if (counters.length === 0) return []
  const rows = counters.map((counter) => ({
    tenant_id: counter.tenantId,
    log_partition: counter.position.partition,
    log_offset: counter.position.offset,
    outcome: counter.outcome,
    reason: counter.reason,
    key_id: counter.keyId,
    source: text(counter.source),
    mode: counter.mode,
    n: counter.n,
    counted_from: time(counter.fromMs),
    counted_to: time(counter.toMs),
  }))
  const added = await tx.sql<{ log_partition: number; log_offset: string }[]>`
    insert into outcome_counter
      (tenant_id, log_partition, log_offset, outcome, reason, key_id, source, mode, n, counted_from, counted_to)
    select r.* from json_to_recordset(${JSON.stringify(rows)}::json) as r
      (tenant_id uuid, log_partition integer, log_offset bigint, outcome text, reason text, key_id uuid, source text,
       mode text, n bigint, counted_from timestamptz, counted_to timestamptz)
    order by r.tenant_id, r.log_partition, r.log_offset
    on conflict do nothing
    returning log_partition, log_offset`
  const places = new Set(added.map((row) => `${row.log_partition}:${row.log_offset}`))
  return counters.filter(({ position }) => places.has(`${position.partition}:${position.offset}`))
}

// Every entry's body, not only that of new rows: an outcome's row may have come before the record of its own request.
async function writeBodies(tx: Transaction, judged: readonly Judged[]): Promise<void> {
  const rows = judged.flatMap(({ entry }) =>
    entry.kind === 'outcome'
      ? []
      : {
          ...key(entry.row),
          envelope: hex(entry.body.envelope),
          headers: JSON.stringify(entry.body.headers),
          exact_body: entry.body.exactBody === undefined ? null : hex(entry.body.exactBody),
        },
  )
  if (rows.length === 0) return
  await tx.sql`
    insert into event_body (received_at, request_id, item, tenant_id, envelope, headers, exact_body)
    select r.received_at, r.request_id, r.item, r.tenant_id, r.envelope, r.headers, r.exact_body
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (received_at timestamptz, request_id uuid, item integer,
      tenant_id uuid, envelope bytea, headers text, exact_body bytea)
    order by r.received_at, r.request_id, r.item
    on conflict do nothing`
}

async function writeRejectedBodies(tx: Transaction, fresh: readonly Judged[]): Promise<void> {
  const rows = fresh.flatMap(({ entry }) =>
    entry.kind === 'outcome' && entry.rejected !== undefined
      ? {
          ...key(entry.row),
          content_type: text(entry.rejected.contentType),
          problem: entry.rejected.problem,
          body: entry.rejected.body === null ? null : hex(Buffer.from(entry.rejected.body)),
          is_truncated: entry.rejected.isTruncated,
        }
      : [],
  )
  if (rows.length === 0) return
  await tx.sql`
    insert into rejected_body (received_at, request_id, item, tenant_id, content_type, problem, body, is_truncated)
    select r.received_at, r.request_id, r.item, r.tenant_id, r.content_type, r.problem, r.body, r.is_truncated
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (received_at timestamptz, request_id uuid, item integer,
      tenant_id uuid, content_type text, problem text, body bytea, is_truncated boolean)
    order by r.received_at, r.request_id, r.item
    on conflict do nothing`
}

// The head row is locked from here to the commit, hence last. Its block may have gaps: readers only ask for "after n".
async function writeRows(tx: Transaction, fresh: readonly Judged[]): Promise<void> {
  if (fresh.length === 0) return
  const { count } = await tx.sql`
    with head as (
      update event_index_head set seq = seq + ${fresh.length}::bigint returning seq - ${fresh.length}::bigint as before
    )
    insert into event_index (received_at, request_id, item, items, tenant_id, outcome, reason, event_id, event_type,
      source, key_id, mode, idempotency_key, occurred_at, size, status, latency_ms, ip, trace_id, dedupe, fp, diagnosis,
      log_topic, log_partition, log_offset, appended_at, indexed_seq, payload)
    select r.received_at, r.request_id, r.item, r.items, r.tenant_id, r.outcome, r.reason, r.event_id, r.event_type,
      r.source, r.key_id, r.mode, r.idempotency_key, r.occurred_at, r.size, r.status, r.latency_ms, r.ip, r.trace_id,
      r.dedupe, r.fp, r.diagnosis, r.log_topic, r.log_partition, r.log_offset, r.appended_at, head.before + r.place,
      case when pg_input_is_valid(r.payload, 'jsonb') then r.payload::jsonb end
    from head, json_to_recordset(${JSON.stringify(fresh.map(indexRow))}::json) as r (place integer,
      received_at timestamptz, request_id uuid, item integer, items integer, tenant_id uuid, outcome text, reason text,
      event_id uuid, event_type text, source text, key_id uuid, mode text, idempotency_key text,
      occurred_at timestamptz, size bigint, status smallint, latency_ms double precision, ip text, trace_id text,
      dedupe text, fp text, diagnosis text, log_topic text, log_partition integer, log_offset bigint,
      appended_at timestamptz, payload text)
    order by r.received_at, r.request_id, r.item
    on conflict do nothing`
  if (count === fresh.length) return
  // Another topic's record of the same item was indexed since we looked: once more, so that the sums stay true.
  throw new DatabaseError('conflict', 'an index row appeared meanwhile', { sqlState: '40001', table: 'event_index' })
}

function indexRow({ entry, outcome, reason }: Judged, place: number) {
  const { row } = entry
  const isRecord = entry.kind !== 'outcome'
  return {
    place: place + 1,
    ...key(row),
    items: row.items,
    outcome,
    reason,
    event_id: entry.eventId,
    event_type: text(row.eventType),
    source: text(row.source),
    key_id: row.keyId,
    mode: row.mode,
    idempotency_key: text(row.idempotencyKey),
    occurred_at: row.occurredAt,
    size: row.size,
    status: isRecord ? null : entry.status,
    latency_ms: row.latencyMs,
    ip: text(row.ip),
    trace_id: text(row.traceId),
    dedupe: text(row.dedupe),
    fp: isRecord ? entry.fp : null,
    diagnosis: isRecord ? null : text(entry.diagnosis, 2_000),
    log_topic: row.position.topic,
    log_partition: row.position.partition,
    log_offset: row.position.offset,
    appended_at: time(row.appendedAtMs),
    payload: isRecord ? entry.body.payload.toString('utf8') : null,
  }
}

function key(row: IndexRow) {
  return { received_at: time(row.receivedAtMs), request_id: row.requestId, item: row.item, tenant_id: row.tenantId }
}

function countedRow({ entry, outcome, reason }: Judged): Counted[] {
  if (outcome === 'copy') return []
  const { tenantId, receivedAtMs, eventType, source, keyId, latencyMs } = entry.row
  const latency = outcome === 'accepted' ? latencyMs : null
  return [
    { tenantId, receivedAtMs, outcome, reason, eventType: text(eventType), source, keyId, latencyMs: latency, n: 1 },
  ]
}

function countedCounter({ tenantId, fromMs, outcome, reason, source, keyId, n }: CounterEntry): Counted {
  return { tenantId, receivedAtMs: fromMs, outcome, reason, eventType: null, source, keyId, latencyMs: null, n }
}

function summary(repeated: number, fresh: readonly Judged[], counted: number): WriteResult {
  const result = { accepted: 0, duplicate: 0, rejected: 0, quarantined: 0, copy: 0, counted, repeated }
  for (const { outcome } of fresh) result[outcome] += 1
  return result
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

function hex(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`
}

/** What a stranger sent (a refused type or key) as Postgres can store and index it. */
function text(value: string, lengthMax?: number): string
function text(value: string | null, lengthMax?: number): string | null
function text(value: string | null, lengthMax = 255): string | null {
  return value === null ? null : value.slice(0, lengthMax).toWellFormed().replaceAll('\u0000', '\ufffd')
}
