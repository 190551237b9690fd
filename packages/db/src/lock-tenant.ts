import type { TenantId } from '@eventmesh/envelope'
import { and, eq, isNull } from 'drizzle-orm'
import type { Transaction } from './connect.ts'
import { tenantTable } from './schema/tenant.ts'

/** Changes of a tenant's keys and sources come one after the other from here on; false when there is no such tenant. */
export async function lockTenant(tx: Transaction, tenantId: TenantId): Promise<boolean> {
  const rows = await tx
    .select({ id: tenantTable.id })
    .from(tenantTable)
    .where(and(eq(tenantTable.id, tenantId), isNull(tenantTable.deletedAt)))
    .for('no key update')
  return rows.length > 0
}
