import type { TenantId } from '@eventmesh/envelope'
import type { Database, Transaction, TransactionOptions } from './connect.ts'

/** What a reader waits for one statement; past it: `DatabaseError` with SQLSTATE 57014. */
export const readingTimeoutMs = 5_000

/**
 * One read-only transaction of a tenant for somebody who waits. Every plan is made for its own parameters: what is right
 * for a small tenant reads half of the table for a large one. And every question leads with the tenant, so an index
 * answers it: a day whose statistics are old is not read whole.
 */
export async function reading<T>(
  db: Database,
  tenantId: TenantId,
  run: (tx: Transaction) => Promise<T>,
  isolation?: TransactionOptions['isolation'],
): Promise<T> {
  return await db.forTenant(
    tenantId,
    async (tx) => {
      await tx.sql`select set_config('statement_timeout', ${String(readingTimeoutMs)}, true),
        set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true)`
      return await run(tx)
    },
    { readOnly: true, ...(isolation === undefined ? {} : { isolation }) },
  )
}
