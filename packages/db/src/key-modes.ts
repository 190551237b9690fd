import type { KeyId, Mode, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'

/** The modes of a tenant's API keys by id, revoked ones too. A key that is missing here is not this tenant's. */
export async function keyModes(
  db: Database,
  tenantId: TenantId,
  keyIds: readonly KeyId[],
): Promise<ReadonlyMap<KeyId, Mode>> {
  const rows = await db.forTenant(
    tenantId,
    async (tx) =>
      await tx.sql<{ id: KeyId; mode: Mode }[]>`
        select id, mode from api_key where tenant_id = ${tenantId} and id = any(${[...keyIds]}::uuid[])`,
    { readOnly: true },
  )
  return new Map(rows.map((row) => [row.id, row.mode]))
}
