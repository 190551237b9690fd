import type { KeyId, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { reading } from './reading.ts'
import { isCounted, noCounts, type OutcomeCounts } from './stats-series.ts'

export type UsageQuery = {
  /** `day`: 24 hours in buckets of one; `month`: 30 days of UTC. Both end with the one that runs. */
  readonly span: 'day' | 'month'
  /** Default: every key that was used. */
  readonly keyIds?: readonly KeyId[] | undefined
}

export type UsageBucket = OutcomeCounts & { readonly at: Date }

/** Buckets of each key, oldest first, empty ones too; a key that was not used has none. */
export type KeyUsage = ReadonlyMap<KeyId, readonly UsageBucket[]>

const hourMs = 3_600_000
const spans = { day: { buckets: 24, bucketMs: hourMs }, month: { buckets: 30, bucketMs: 24 * hourMs } } as const

export async function usage(db: Database, tenantId: TenantId, query: UsageQuery, now = new Date()): Promise<KeyUsage> {
  const { buckets, bucketMs } = spans[query.span]
  const firstMs = (Math.floor(now.getTime() / bucketMs) - buckets + 1) * bucketMs
  const rows = await reading(db, tenantId, async (tx) => {
    const { keyIds } = query
    return await tx.sql<{ key_id: KeyId; at: Date; outcome: string; n: string }[]>`
      select key_id, date_bin(${bucketMs}::integer * interval '1 ms', hour, 'epoch'::timestamptz) as at, outcome,
             sum(n)::bigint as n
      from event_stats_hour
      where tenant_id = ${tenantId} and hour >= ${new Date(firstMs)} and hour < ${new Date(firstMs + buckets * bucketMs)}
        and ${keyIds === undefined ? tx.sql`key_id <> ''` : tx.sql`key_id = any(${[...keyIds]}::text[])`}
      group by 1, 2, 3`
  })
  const used = new Map<KeyId, (OutcomeCounts & { at: Date })[]>()
  for (const { key_id, at, outcome, n } of rows) {
    const own =
      used.get(key_id) ??
      Array.from({ length: buckets }, (_, place) => ({ at: new Date(firstMs + place * bucketMs), ...noCounts() }))
    used.set(key_id, own)
    const bucket = own[Math.round((at.getTime() - firstMs) / bucketMs)]
    if (bucket !== undefined && isCounted(outcome)) Object.assign(bucket, { [outcome]: bucket[outcome] + Number(n) })
  }
  return used
}
