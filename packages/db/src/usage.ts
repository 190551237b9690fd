import type { TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { reading } from './reading.ts'
import { isCounted, noCounts, type OutcomeCounts } from './stats-series.ts'

/** `day`: 24 hours in buckets of one; `month`: 30 days of UTC. Both end with the one that runs. */
export type UsageSpan = 'day' | 'month'

export type UsageBucket = OutcomeCounts & { readonly at: Date }

const hourMs = 3_600_000
const spans = { day: { buckets: 24, bucketMs: hourMs }, month: { buckets: 30, bucketMs: 24 * hourMs } } as const

export type UsageQuery = {
  readonly span: UsageSpan
  readonly of: 'key_id' | 'source'
  /** Default: all that were used. */
  readonly values?: readonly string[] | undefined
}

/** Buckets of each value, oldest first, empty ones too; what was not used has none. */
export async function usageBy(
  db: Database,
  tenantId: TenantId,
  { span, of, values }: UsageQuery,
  now = new Date(),
): Promise<ReadonlyMap<string, readonly UsageBucket[]>> {
  const { buckets, bucketMs } = spans[span]
  const firstMs = (Math.floor(now.getTime() / bucketMs) - buckets + 1) * bucketMs
  const rows = await reading(db, tenantId, async (tx) => {
    const column = of === 'source' ? tx.sql`source` : tx.sql`key_id`
    return await tx.sql<{ value: string; at: Date; outcome: string; n: string }[]>`
      select ${column} as value, date_bin(${bucketMs}::integer * interval '1 ms', hour, 'epoch'::timestamptz) as at,
             outcome, sum(n)::bigint as n
      from event_stats_hour
      where tenant_id = ${tenantId} and hour >= ${new Date(firstMs)} and hour < ${new Date(firstMs + buckets * bucketMs)}
        and ${values === undefined ? tx.sql`${column} <> ''` : tx.sql`${column} = any(${[...values]}::text[])`}
      group by 1, 2, 3`
  })
  const used = new Map<string, (OutcomeCounts & { at: Date })[]>()
  for (const { value, at, outcome, n } of rows) {
    const own =
      used.get(value) ??
      Array.from({ length: buckets }, (_, place) => ({ at: new Date(firstMs + place * bucketMs), ...noCounts() }))
    used.set(value, own)
    const bucket = own[Math.round((at.getTime() - firstMs) / bucketMs)]
    if (bucket !== undefined && isCounted(outcome)) Object.assign(bucket, { [outcome]: bucket[outcome] + Number(n) })
  }
  return used
}
