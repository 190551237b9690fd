import type { TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { keyNames, sourceNames } from './event-facts.ts'
import type { FixedRange } from './event-range.ts'
import { reading } from './reading.ts'
import { bucketedRange, isInHours } from './stats-range.ts'
import { isCounted, noCounts, type OutcomeCounts } from './stats-series.ts'

export type TopDimension = 'type' | 'source' | 'key' | 'reason'

export type TopQuery = FixedRange & {
  readonly dimension: TopDimension
  /** 1–100, default 8. */
  readonly limit?: number | undefined
}

export type TopValue = OutcomeCounts & {
  /** As the search takes it: an event type (`otherType`: all beyond 1,000 a day), source or key id, `native`, a reason. */
  readonly value: string
  /** Of a source or key its name as it is now. */
  readonly name: string
  readonly n: number
  /** Of all values together, 0–1. */
  readonly share: number
}

/** `n`: of all values, also those beyond the limit. */
export type Top = { readonly values: readonly TopValue[]; readonly n: number; readonly hasMore: boolean }

/** The values with the most items, in the buckets that `stats.series` has for the same range. */
export async function top(db: Database, tenantId: TenantId, query: TopQuery, now = new Date()): Promise<Top> {
  const limit = query.limit ?? 8
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new RangeError('limit must be from 1 to 100')
  const range = bucketedRange(query, now)
  return await reading(db, tenantId, async (tx) => {
    const own = isInHours(range) ? hourRows(tx, query.dimension) : minuteRows(tx, query.dimension)
    const rows = await tx.sql<
      { value: string; outcomes: Readonly<Record<string, number>>; n: string; total: string }[]
    >`
      select value, json_object_agg(outcome, n) as outcomes, sum(n)::bigint as n, (sum(sum(n)) over ())::bigint as total
      from (
        select ${own.value} as value, outcome, sum(n)::bigint as n from ${own.table}
        where tenant_id = ${tenantId} and ${own.time} >= ${range.from} and ${own.time} < ${range.to} and ${own.condition}
        group by 1, 2
      ) as sums
      group by value order by 3 desc, value limit ${limit + 1}`
    const total = Number(rows[0]?.total ?? 0)
    const shown = rows.slice(0, limit)
    const name = await names(
      tx,
      tenantId,
      query.dimension,
      shown.map(({ value }) => value),
    )
    const values = shown.map(({ value, outcomes, n }) => {
      const counts = noCounts()
      for (const [outcome, each] of Object.entries(outcomes)) if (isCounted(outcome)) counts[outcome] = each
      return { value, name: name(value), ...counts, n: Number(n), share: Number(n) / total }
    })
    return { values, n: total, hasMore: rows.length > limit }
  })
}

function minuteRows({ sql }: Transaction, dimension: TopDimension) {
  const table = sql`event_stats_minute`
  const isReason = dimension === 'reason'
  return {
    table,
    value: sql`value`,
    time: sql`minute`,
    condition: sql`dimension = ${isReason ? 'outcome' : dimension} and value <> ''
      and ${isReason ? sql`outcome = 'rejected'` : sql`true`}`,
  }
}

function hourRows({ sql }: Transaction, dimension: TopDimension) {
  const columns = { type: sql`event_type`, source: sql`source`, key: sql`key_id`, reason: sql`reason` }
  const value = columns[dimension]
  return {
    table: sql`event_stats_hour`,
    value,
    time: sql`hour`,
    condition: sql`${value} <> '' and ${dimension === 'reason' ? sql`outcome = 'rejected'` : sql`true`}`,
  }
}

async function names(
  tx: Transaction,
  tenantId: TenantId,
  dimension: TopDimension,
  values: readonly string[],
): Promise<(value: string) => string> {
  if (dimension === 'source') {
    const source = await sourceNames(tx, tenantId, values)
    return (value) => source(value).name
  }
  if (dimension === 'key') {
    const key = await keyNames(tx, tenantId, values)
    return (value) => key(value).name ?? value
  }
  return (value) => value
}
