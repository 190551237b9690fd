import type { Mode, SourceId, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'

/** The modes of a tenant's sources by id, deleted ones too. A source that is missing here is not this tenant's. */
export async function sourceModes(
  db: Database,
  tenantId: TenantId,
  sourceIds: readonly SourceId[],
): Promise<ReadonlyMap<SourceId, Mode>> {
  const rows = await db.forTenant(
    tenantId,
    async (tx) =>
      await tx.sql<{ id: SourceId; mode: Mode }[]>`
        select id, mode from source where tenant_id = ${tenantId} and id = any(${[...sourceIds]}::uuid[])`,
    { readOnly: true },
  )
  return new Map(rows.map((row) => [row.id, row.mode]))
}
