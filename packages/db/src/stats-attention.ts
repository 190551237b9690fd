import type { KeyId, SourceId, TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import * as keys from './keys.ts'
import { reading } from './reading.ts'
import * as sources from './sources.ts'

/** What asks for somebody's attention; null or empty: all is well. */
export type Attention = {
  readonly suspended: { readonly at: Date; readonly reason: string | null } | null
  /** Within 7 days, the first one first. */
  readonly expiringKeys: readonly {
    readonly id: KeyId
    readonly name: string
    readonly display: string
    readonly expiresAt: Date
  }[]
  readonly silentSources: readonly {
    readonly id: SourceId
    readonly name: string
    readonly lastReceivedAt: Date | null
  }[]
  /** More than 5 % within 15 minutes; `share` 0–1. */
  readonly rejected: { readonly n: number; readonly share: number } | null
  /** In the last 24 hours. */
  readonly quarantined: number
  /** The index is more than 30 s behind; `byMs` null: it stands still, for how long is not known. */
  readonly delayed: { readonly byMs: number | null } | null
}

const rejectedShareMax = 0.05
const delayMsMax = 30_000

export async function attention(db: Database, tenantId: TenantId, now = new Date()): Promise<Attention> {
  const [expiring, silent, rest] = await Promise.all([
    keys.list(db, tenantId, { status: 'expiring' }),
    sources.list(db, tenantId),
    reading(db, tenantId, async (tx) => ({
      suspended: await suspension(tx, tenantId),
      rejected: await rejections(tx, tenantId, now),
      quarantined: await quarantined(tx, tenantId, now),
      delayed: await delay(tx, tenantId, now),
    })),
  ])
  return {
    ...rest,
    expiringKeys: expiring
      .flatMap(({ id, name, display, expiresAt, kind }) =>
        expiresAt === null || kind !== 'standard' ? [] : [{ id, name, display, expiresAt }],
      )
      .sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()),
    silentSources: silent
      .filter(({ status }) => status === 'silent')
      .map(({ id, name, lastReceivedAt }) => ({ id, name, lastReceivedAt })),
  }
}

async function suspension(tx: Transaction, tenantId: TenantId): Promise<Attention['suspended']> {
  const [row] = await tx.sql<{ at: Date; reason: string | null }[]>`
    select suspended_at as at, suspended_reason as reason from tenant where id = ${tenantId} and suspended_at is not null`
  return row ?? null
}

async function rejections(tx: Transaction, tenantId: TenantId, now: Date): Promise<Attention['rejected']> {
  const [row] = await tx.sql<{ rejected: string; all: string }[]>`
    select coalesce(sum(n) filter (where outcome = 'rejected'), 0)::bigint as rejected, coalesce(sum(n), 0)::bigint as all
    from event_stats_minute
    where tenant_id = ${tenantId} and dimension = 'outcome' and outcome in ('accepted', 'duplicate', 'rejected')
      and minute > ${minutesAgo(now, 15)} and minute <= ${now}`
  const n = Number(row?.rejected ?? 0)
  const share = n / Math.max(1, Number(row?.all ?? 0))
  return share > rejectedShareMax ? { n, share } : null
}

async function quarantined(tx: Transaction, tenantId: TenantId, now: Date): Promise<number> {
  const [row] = await tx.sql<{ n: string }[]>`
    select coalesce(sum(n), 0)::bigint as n from event_stats_minute
    where tenant_id = ${tenantId} and dimension = 'outcome' and outcome = 'quarantined'
      and minute > ${minutesAgo(now, 24 * 60)} and minute <= ${now}`
  return Number(row?.n ?? 0)
}

/**
 * Late is the index when its newest row of the last minute came late, or when nobody reads a log of ours that has more.
 * Of a log on Kafka only the first is known here.
 */
async function delay(tx: Transaction, tenantId: TenantId, now: Date): Promise<Attention['delayed']> {
  const [newest] = await tx.sql<{ appended_at: Date; indexed_at: Date }[]>`
    select appended_at, indexed_at from event_index where tenant_id = ${tenantId} order by indexed_seq desc limit 1`
  if (newest !== undefined && newest.indexed_at.getTime() > now.getTime() - 60_000) {
    const byMs = newest.indexed_at.getTime() - newest.appended_at.getTime()
    if (byMs > delayMsMax) return { byMs }
  }
  const stopped = await tx.sql`
    select from log_position p join log_head h using (topic)
    where p.consumer_group = 'indexer' and h.next_offset > coalesce(p.next_offset, 0)
      and p.lease_until < ${new Date(now.getTime() - delayMsMax)}`
  return stopped.length > 0 ? { byMs: null } : null
}

function minutesAgo(now: Date, minutes: number): Date {
  return new Date(now.getTime() - minutes * 60_000)
}
