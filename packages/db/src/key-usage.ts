import type { KeyId, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { type UsageBucket, type UsageSpan, usageBy } from './usage.ts'

export type KeyUsageQuery = {
  readonly span: UsageSpan
  /** Default: every key that was used. */
  readonly keyIds?: readonly KeyId[] | undefined
}

export type KeyUsage = ReadonlyMap<KeyId, readonly UsageBucket[]>

export async function usage(db: Database, tenantId: TenantId, query: KeyUsageQuery, now?: Date): Promise<KeyUsage> {
  const found = await usageBy(db, tenantId, { span: query.span, of: 'key_id', values: query.keyIds }, now)
  return found as KeyUsage
}
