import type { KeyId, TenantId } from '@eventmesh/envelope'
import { type Actor, append } from './audit.ts'
import type { Transaction } from './connect.ts'

/**
 * Revokes what a leaving member made and is still usable, in the transaction that removes them (under the tenant's
 * lock). Answers the hashes to announce once it is committed.
 */
export async function revokeKeysOf(
  tx: Transaction,
  tenantId: TenantId,
  createdBy: string,
  by: Actor,
): Promise<readonly string[]> {
  const rows = await tx.sql<{ id: KeyId; name: string; hash: Buffer; revoked_at: Date }[]>`
    update api_key set revoked_at = now()
    where tenant_id = ${tenantId} and created_by = ${createdBy} and revoked_at is null and kind = 'standard'
      and (expires_at is null or expires_at > now()) and (overlap_ends_at is null or overlap_ends_at > now())
    returning id, name, hash, revoked_at`
  for (const { id, name, revoked_at } of rows) {
    await append(tx, {
      tenantId,
      by,
      action: 'key.revoked',
      target: { kind: 'api_key', id, name },
      changes: { revokedAt: { from: null, to: revoked_at } },
    })
  }
  return rows.map(({ hash }) => hash.toString('hex'))
}
