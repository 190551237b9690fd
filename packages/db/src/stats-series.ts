import type { TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import type { FixedRange } from './event-range.ts'
import { type Latency, LatencyHistogram } from './latency-histogram.ts'
import { reading } from './reading.ts'
import { type BucketedRange, bucketedRange, isInHours, statsKeptMs } from './stats-range.ts'

/** Items by outcome; copies never count. */
export type OutcomeCounts = {
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  readonly quarantined: number
}

export type SeriesBucket = OutcomeCounts & {
  readonly at: Date
  /** It is not over yet. */
  readonly isPartial: boolean
  /** Of accepted events; null: none. */
  readonly latency: Latency | null
}

export type SeriesTotals = OutcomeCounts & {
  /** duplicate / (accepted + duplicate), 0–1; null of nothing. */
  readonly duplicateShare: number | null
  /** rejected / (accepted + duplicate + rejected), 0–1; null of nothing. */
  readonly rejectedShare: number | null
  readonly latency: Latency | null
}

export type Series = BucketedRange & {
  /** Every bucket of the range, empty ones too, oldest first. */
  readonly buckets: readonly SeriesBucket[]
  readonly totals: SeriesTotals
  /** The equally long time before; null when its sums are no longer kept. */
  readonly previous: SeriesTotals | null
}

/**
 * Outcomes and latencies in buckets of 1 min (up to 1 h), 5 min (6 h), 15 min (24 h), 1 h (7 d) or 6 h, from whole
 * minutes and hours of UTC.
 */
export async function series(db: Database, tenantId: TenantId, given: FixedRange, now = new Date()): Promise<Series> {
  const range = bucketedRange(given, now)
  const { bucketMs, from, to } = range
  const before = { ...range, from: new Date(2 * from.getTime() - to.getTime()), to: from }
  const hasPrevious = before.from.getTime() >= now.getTime() - statsKeptMs
  return await reading(db, tenantId, async (tx) => {
    const sums = await sumsOf(tx, tenantId, range)
    const bucketCount = Math.ceil((to.getTime() - from.getTime()) / bucketMs)
    return {
      ...range,
      buckets: Array.from({ length: bucketCount }, (_, n) => {
        const at = new Date(from.getTime() + n * bucketMs)
        const sum = sums.get(at.getTime()) ?? emptySum()
        const isPartial = at.getTime() + bucketMs > Math.min(to.getTime(), now.getTime())
        return { at, isPartial, ...sum.counts, latency: sum.latencies.percentiles() }
      }),
      totals: totals(sums),
      previous: hasPrevious ? totals(await sumsOf(tx, tenantId, before)) : null,
    }
  })
}

type Counts = { accepted: number; duplicate: number; rejected: number; quarantined: number }
type Sum = { readonly counts: Counts; readonly latencies: LatencyHistogram }

function emptySum(): Sum {
  return { counts: noCounts(), latencies: new LatencyHistogram() }
}

export function noCounts(): Counts {
  return { accepted: 0, duplicate: 0, rejected: 0, quarantined: 0 }
}

export function isCounted(outcome: string): outcome is keyof OutcomeCounts {
  return outcome === 'accepted' || outcome === 'duplicate' || outcome === 'rejected' || outcome === 'quarantined'
}

async function sumsOf(tx: Transaction, tenantId: TenantId, range: BucketedRange): Promise<ReadonlyMap<number, Sum>> {
  const { from, to, bucketMs } = range
  const bucketOf = (column: ReturnType<typeof tx.sql>) =>
    tx.sql`date_bin(${bucketMs}::integer * interval '1 ms', ${column}, 'epoch'::timestamptz)`
  const sums = new Map<number, Sum>()
  const sumAt = (at: Date) => {
    const sum = sums.get(at.getTime()) ?? emptySum()
    sums.set(at.getTime(), sum)
    return sum
  }

  const outcomes = await tx.sql<{ at: Date; outcome: string; n: string }[]>`
    select ${bucketOf(tx.sql`minute`)} as at, outcome, sum(n)::bigint as n from event_stats_minute
    where tenant_id = ${tenantId} and dimension = 'outcome' and minute >= ${from} and minute < ${to}
    group by 1, 2`
  for (const { at, outcome, n } of outcomes) if (isCounted(outcome)) sumAt(at).counts[outcome] += Number(n)

  const latencies = await tx.sql<{ at: Date; bucket: number; n: string }[]>`
    select ${bucketOf(tx.sql`at`)} as at, bucket, sum(n)::bigint as n from event_latency
    where tenant_id = ${tenantId} and grain = ${isInHours(range) ? 'hour' : 'minute'} and at >= ${from} and at < ${to}
    group by 1, 2`
  for (const { at, bucket, n } of latencies) sumAt(at).latencies.add(bucket, Number(n))
  return sums
}

function totals(sums: ReadonlyMap<number, Sum>): SeriesTotals {
  const counts = noCounts()
  const latencies = new LatencyHistogram()
  for (const sum of sums.values()) {
    for (const outcome of Object.keys(counts)) if (isCounted(outcome)) counts[outcome] += sum.counts[outcome]
    latencies.merge(sum.latencies)
  }
  const { accepted, duplicate, rejected } = counts
  return {
    ...counts,
    duplicateShare: share(duplicate, accepted + duplicate),
    rejectedShare: share(rejected, accepted + duplicate + rejected),
    latency: latencies.percentiles(),
  }
}

export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
