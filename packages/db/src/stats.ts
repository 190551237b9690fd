import type { TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { latencyBucket } from './latency-histogram.ts'
import { reading } from './reading.ts'
import { attention } from './stats-attention.ts'
import { series } from './stats-series.ts'
import { top } from './stats-top.ts'

/**
 * Sums beside the index, so that nothing ever counts rows: per minute one dimension at a time, per hour across them,
 * latencies as a histogram. Copies never count.
 */

/** One thing to count: a row that is new to the index, or a counter of outcomes that were not kept as rows. */
export type Counted = {
  readonly tenantId: TenantId
  readonly receivedAtMs: number
  readonly outcome: string
  readonly reason: string | null
  readonly eventType: string | null
  readonly source: string
  readonly keyId: string | null
  /** Of accepted rows; null where none is known. */
  readonly latencyMs: number | null
  readonly n: number
}

export type Dimension = 'outcome' | 'type' | 'source' | 'key'

/** Types with rows of their own per tenant and day; the others count under `otherType`, which no event type can be. */
export const typesPerDayMax = 1_000
export const otherType = '*'

export const stats = {
  /** Adds to the sums inside the caller's transaction, rows in one order everywhere: two writers never deadlock. */
  async count(tx: Transaction, counted: readonly Counted[]): Promise<void> {
    if (counted.length === 0) return
    const known = await admitTypes(tx, counted)
    const sums = new Sums()
    for (const each of counted) addAll(sums, each, known)
    await writeMinutes(tx, sums)
    await writeHours(tx, sums)
    await writeLatencies(tx, sums)
  },

  /** Per bucket and value of one dimension, oldest first; `bucketMinutes` divides the UTC day. */
  async counts(
    db: Database,
    tenantId: TenantId,
    range: { readonly dimension: Dimension; readonly from: Date; readonly to: Date; readonly bucketMinutes: number },
  ): Promise<readonly CountRow[]> {
    const rows = await reading(
      db,
      tenantId,
      async (tx) =>
        await tx.sql<{ at: Date; outcome: string; value: string; n: string }[]>`
        select date_bin(make_interval(mins => ${range.bucketMinutes}::int), minute, 'epoch'::timestamptz) as at,
               outcome, value, sum(n) as n
        from event_stats_minute
        where tenant_id = ${tenantId} and dimension = ${range.dimension}
          and minute >= ${range.from} and minute < ${range.to}
        group by 1, 2, 3 order by 1, 2, 3`,
    )
    return rows.map((row) => ({ ...row, n: Number(row.n) }))
  },

  series,
  top,
  attention,
}

export type CountRow = { readonly at: Date; readonly outcome: string; readonly value: string; readonly n: number }

/** Sums by table, then by the row's whole key as JSON text: sorting the texts gives every writer one order. */
class Sums {
  readonly minutes = new Map<string, number>()
  readonly hours = new Map<string, number>()
  readonly latencies = new Map<string, number>()
}

function add(sums: Map<string, number>, key: readonly unknown[], n: number): void {
  const text = JSON.stringify(key)
  sums.set(text, (sums.get(text) ?? 0) + n)
}

function addAll(sums: Sums, each: Counted, known: ReadonlySet<string>): void {
  const { tenantId, outcome, source, n } = each
  const minute = floor(each.receivedAtMs, 60_000)
  const hour = floor(each.receivedAtMs, 3_600_000)
  const type = each.eventType === null ? '' : known.has(typeKey(each)) ? each.eventType : otherType

  add(sums.minutes, [tenantId, 'outcome', minute, each.reason ?? '', outcome], n)
  add(sums.minutes, [tenantId, 'source', minute, source, outcome], n)
  if (type !== '') add(sums.minutes, [tenantId, 'type', minute, type, outcome], n)
  if (each.keyId !== null) add(sums.minutes, [tenantId, 'key', minute, each.keyId, outcome], n)
  add(sums.hours, [tenantId, hour, outcome, each.reason ?? '', type, source, each.keyId ?? ''], n)

  if (each.latencyMs === null) return
  const bucket = latencyBucket(each.latencyMs)
  add(sums.latencies, [tenantId, 'minute', minute, source, bucket], n)
  add(sums.latencies, [tenantId, 'hour', hour, source, bucket], n)
}

function floor(ms: number, unit: number): string {
  return new Date(Math.floor(ms / unit) * unit).toISOString()
}

function typeKey(each: Counted): string {
  return `${each.tenantId} ${floor(each.receivedAtMs, 86_400_000).slice(0, 10)} ${each.eventType}`
}

/** Which of the types have rows of their own; new ones are admitted until the day is full. */
async function admitTypes(tx: Transaction, counted: readonly Counted[]): Promise<ReadonlySet<string>> {
  const wanted = new Map<string, { tenant_id: string; day: string; event_type: string }>()
  for (const each of counted) {
    if (each.eventType === null) continue
    const day = floor(each.receivedAtMs, 86_400_000).slice(0, 10)
    wanted.set(typeKey(each), { tenant_id: each.tenantId, day, event_type: each.eventType })
  }
  if (wanted.size === 0) return new Set()
  const rows = await tx.sql<{ tenant_id: string; day: string; event_type: string }[]>`
    with wanted as (
      select * from json_to_recordset(${JSON.stringify([...wanted.values()])}::json)
        as w (tenant_id uuid, day date, event_type text)
    ), known as (
      select k.* from event_stats_type k join wanted w using (tenant_id, day, event_type)
    ), fresh as (
      select w.*, row_number() over (partition by w.tenant_id, w.day order by w.event_type) as n from wanted w
      where not exists (select from known k where (k.tenant_id, k.day, k.event_type) = (w.tenant_id, w.day, w.event_type))
    ), admitted as (
      insert into event_stats_type
      select tenant_id, day, event_type from fresh f
      where f.n + (select count(*) from event_stats_type k where k.tenant_id = f.tenant_id and k.day = f.day) <= ${typesPerDayMax}
      order by tenant_id, day, event_type
      on conflict do nothing
      returning tenant_id, day, event_type
    )
    select tenant_id, day::text, event_type from known union all select tenant_id, day::text, event_type from admitted`
  return new Set(rows.map((row) => `${row.tenant_id} ${row.day} ${row.event_type}`))
}

/** [key, sum] pairs in order of the keys, as one JSON parameter. */
function sorted(sums: ReadonlyMap<string, number>): string {
  const keys = [...sums.keys()].sort()
  return `[${keys.map((key) => `${key.slice(0, -1)},${sums.get(key)}]`).join(',')}]`
}

async function writeMinutes(tx: Transaction, sums: Sums): Promise<void> {
  await tx.sql`
    insert into event_stats_minute (tenant_id, dimension, minute, value, outcome, n)
    select (r->>0)::uuid, r->>1, (r->>2)::timestamptz, r->>3, r->>4, (r->>5)::bigint
    from json_array_elements(${sorted(sums.minutes)}::json) with ordinality as rows (r, place) order by place
    on conflict (tenant_id, dimension, minute, value, outcome)
      do update set n = event_stats_minute.n + excluded.n`
}

async function writeHours(tx: Transaction, sums: Sums): Promise<void> {
  await tx.sql`
    insert into event_stats_hour (tenant_id, hour, outcome, reason, event_type, source, key_id, n)
    select (r->>0)::uuid, (r->>1)::timestamptz, r->>2, r->>3, r->>4, r->>5, r->>6, (r->>7)::bigint
    from json_array_elements(${sorted(sums.hours)}::json) with ordinality as rows (r, place) order by place
    on conflict (tenant_id, hour, outcome, reason, event_type, source, key_id)
      do update set n = event_stats_hour.n + excluded.n`
}

async function writeLatencies(tx: Transaction, sums: Sums): Promise<void> {
  if (sums.latencies.size === 0) return
  await tx.sql`
    insert into event_latency (tenant_id, grain, at, source, bucket, n)
    select (r->>0)::uuid, r->>1, (r->>2)::timestamptz, r->>3, (r->>4)::smallint, (r->>5)::bigint
    from json_array_elements(${sorted(sums.latencies)}::json) with ordinality as rows (r, place) order by place
    on conflict (tenant_id, grain, at, source, bucket)
      do update set n = event_latency.n + excluded.n`
}
