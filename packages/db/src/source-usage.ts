import type { TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import { type UsageBucket, type UsageSpan, usageBy } from './usage.ts'

/** By a source's id; the API itself is `native` and `native-test`. */
export type SourceUsage = ReadonlyMap<string, readonly UsageBucket[]>

export async function usage(db: Database, tenantId: TenantId, span: UsageSpan, now?: Date): Promise<SourceUsage> {
  return await usageBy(db, tenantId, { span, of: 'source' }, now)
}
