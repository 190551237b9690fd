import type { SecretId, SourceId, TenantId } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'

/** What a process saw of a source since it last told; the newest of each. */
export type SourceUse = {
  readonly tenantId: TenantId
  readonly sourceId: SourceId
  /** A delivery whose proof held. */
  readonly receivedAt?: Date
  readonly handshake?: { readonly at: Date; readonly isOk: boolean }
  readonly matched?: readonly { readonly secretId: SecretId; readonly at: Date }[]
}

/** Remembers last uses of many tenants' sources in one transaction; an older use never replaces a newer one. */
export async function touchSources(db: Database, uses: readonly SourceUse[]): Promise<void> {
  if (uses.length === 0) return
  // One order for all processes, so that two of them take their row locks without a deadlock.
  const ordered = [...uses].sort((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
  await db.transaction(async (tx) => {
    for (const use of ordered) {
      await tx.sql`select set_config('app.tenant_id', ${use.tenantId}, true)`
      await touchSource(tx, use)
      const matched = [...(use.matched ?? [])].sort((a, b) => (a.secretId < b.secretId ? -1 : 1))
      for (const { secretId, at } of matched) await touchSecret(tx, use, secretId, at)
    }
  })
}

async function touchSource(tx: Transaction, { tenantId, sourceId, receivedAt, handshake }: SourceUse): Promise<void> {
  if (receivedAt === undefined && handshake === undefined) return
  const handshakeAt = handshake?.at ?? null
  const handshakeOk = handshake?.isOk ?? null
  await tx.sql`
    insert into source_use as known (tenant_id, source_id, last_received_at, last_handshake_at, last_handshake_ok)
    select tenant_id, id, ${receivedAt ?? null}::timestamptz, ${handshakeAt}::timestamptz, ${handshakeOk}::boolean
    from source where tenant_id = ${tenantId} and id = ${sourceId}
    on conflict (tenant_id, source_id) do update set
      last_received_at = greatest(known.last_received_at, excluded.last_received_at),
      last_handshake_ok = case when excluded.last_handshake_at >= coalesce(known.last_handshake_at, '-infinity')
        then excluded.last_handshake_ok else known.last_handshake_ok end,
      last_handshake_at = greatest(known.last_handshake_at, excluded.last_handshake_at)`
}

async function touchSecret(
  tx: Transaction,
  { tenantId, sourceId }: SourceUse,
  secretId: SecretId,
  at: Date,
): Promise<void> {
  await tx.sql`
    insert into source_secret_use as known (tenant_id, source_id, secret_id, last_matched_at)
    select tenant_id, source_id, id, ${at}::timestamptz
    from source_secret where tenant_id = ${tenantId} and source_id = ${sourceId} and id = ${secretId}
    on conflict (tenant_id, source_id, secret_id) do update set last_matched_at = excluded.last_matched_at
      where known.last_matched_at < excluded.last_matched_at`
}
