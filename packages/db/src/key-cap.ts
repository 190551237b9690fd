import type { TenantId } from '@eventmesh/envelope'
import type { Transaction } from './connect.ts'
import { type Refused, refused } from './refused.ts'

const dayMs = 86_400_000

/** The last moment at which a key that is made now may end; null: the tenant has no such rule. */
export async function latestEnd(tx: Transaction, tenantId: TenantId): Promise<Date | null> {
  const [row] = await tx.sql<{ days: number | null }[]>`select key_days_max as days from tenant where id = ${tenantId}`
  return row?.days == null ? null : new Date(Date.now() + row.days * dayMs)
}

// What was chosen on a page that was open for some minutes is not refused for their sake.
const toleranceMs = 3_600_000

export function endsTooLate(expiresAt: Date | null, latest: Date | null): Refused<'invalid'> | undefined {
  if (latest === null) return undefined
  if (expiresAt !== null && expiresAt.getTime() <= latest.getTime() + toleranceMs) return undefined
  const days = Math.round((latest.getTime() - Date.now()) / dayMs)
  return refused('invalid', `expiresAt: is later than the ${days} days that this organization allows`)
}
