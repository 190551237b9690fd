import type { TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { recentMax, type SourceStatus, sourceStatus } from './source-status.ts'

/** The API itself as a source: built in, so it can be neither paused nor deleted. */
export type DirectSource = {
  readonly mode: 'live' | 'test'
  readonly status: SourceStatus
  readonly lastReceivedAt: Date | null
}

export async function direct(db: Database, tenantId: TenantId, now = new Date()): Promise<readonly DirectSource[]> {
  const rows = await db.forTenant(
    tenantId,
    ({ sql }) => sql<{ readonly mode: 'live' | 'test'; readonly ms: string; readonly rejected: boolean }[]>`
      select s.mode, floor(extract(epoch from e.received_at) * 1000) as ms, e.outcome = 'rejected' as rejected
      from (values ('native', 'live'), ('native-test', 'test')) s (source, mode),
      lateral (select received_at, request_id, item, outcome from event_index
               where tenant_id = ${tenantId} and source = s.source and outcome <> 'copy'
               order by received_at desc, request_id desc, item desc limit ${recentMax}) e
      order by e.received_at desc, e.request_id desc, e.item desc`,
  )
  return (['live', 'test'] as const).map((mode) => {
    const recent = rows
      .filter((row) => row.mode === mode)
      .map(({ ms, rejected }) => ({ receivedAtMs: Number(ms), isRejected: rejected }))
    const lastReceivedAt = recent[0] === undefined ? null : new Date(recent[0].receivedAtMs)
    const status = sourceStatus({ pausedAt: null, deletedAt: null, lastReceivedAt, recent }, now)
    return { mode, status, lastReceivedAt }
  })
}
