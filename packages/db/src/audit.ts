import { newUuid, type RequestId, type TenantId } from '@eventmesh/envelope'
import { and, desc, eq, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Database, Transaction } from './connect.ts'
import { type AuditChanges, auditTable } from './schema/audit.ts'

/** Who changes something. */
export type Actor = {
  readonly kind: 'user' | 'operator' | 'system'
  readonly id?: string
  readonly name: string
  readonly ip?: string
  readonly requestId?: RequestId
  readonly sessionId?: string
}

/** Whoever holds the operator's connection: the CLI and `npm start`. */
export const operator: Actor = { kind: 'operator', name: 'operator' }

export type AuditTarget = {
  readonly kind: (typeof auditTable.$inferSelect)['targetKind']
  readonly id: string
  /** As it was called at that time. */
  readonly name: string
}

export type AuditEntry = {
  readonly tenantId: TenantId
  readonly by: Actor
  /** `<kind>.<past participle>`, e.g. `key.rotated`. */
  readonly action: string
  readonly target: AuditTarget
  readonly changes?: AuditChanges
}

export type AuditRow = typeof auditTable.$inferSelect

/** Writes one row in the transaction of the change it tells of; the transaction is the tenant's. */
export async function append(tx: Transaction, entry: AuditEntry): Promise<void> {
  const { by, target } = entry
  await tx.insert(auditTable).values({
    tenantId: entry.tenantId,
    id: newUuid(),
    actorKind: by.kind,
    actorId: by.id ?? null,
    actorName: by.name,
    action: entry.action,
    targetKind: target.kind,
    targetId: target.id,
    targetName: target.name,
    changes: entry.changes ?? {},
    ip: by.ip ?? null,
    requestId: by.requestId ?? null,
    sessionId: by.sessionId ?? null,
  })
}

export type AuditQuery = {
  /** As they were called at that time; any of them. */
  readonly actors?: readonly string[]
  readonly actions?: readonly string[]
  readonly targetId?: string
  /** Id or name of a target, whole. */
  readonly target?: string
  readonly from?: Date
  readonly to?: Date
  /** Id of a row: only those before it. Its time is read in the database, which knows microseconds. */
  readonly before?: string
  /** 1–200, default 50. */
  readonly limit?: number
}

/** Newest first. */
export async function list(db: Database, tenantId: TenantId, query: AuditQuery = {}): Promise<AuditRow[]> {
  const { actors = [], actions = [], target, from, to, before } = query
  const conditions: (SQL | undefined)[] = [
    eq(auditTable.tenantId, tenantId),
    actors.length === 0 ? undefined : inArray(auditTable.actorName, [...actors]),
    actions.length === 0 ? undefined : inArray(auditTable.action, [...actions]),
    query.targetId === undefined ? undefined : eq(auditTable.targetId, query.targetId),
    target === undefined ? undefined : or(eq(auditTable.targetId, target), eq(auditTable.targetName, target)),
    from === undefined ? undefined : gte(auditTable.occurredAt, from),
    to === undefined ? undefined : lt(auditTable.occurredAt, to),
    before === undefined
      ? undefined
      : sql`(${auditTable.occurredAt}, ${auditTable.id}) < (
          select occurred_at, id from audit where tenant_id = ${tenantId} and id = ${before})`,
  ]
  return await db.forTenant(
    tenantId,
    (tx) =>
      tx
        .select()
        .from(auditTable)
        .where(and(...conditions))
        .orderBy(desc(auditTable.occurredAt), desc(auditTable.id))
        .limit(Math.min(query.limit ?? 50, 200)),
    { readOnly: true },
  )
}

export type AuditNames = { readonly actors: readonly string[]; readonly actions: readonly string[] }

/** Who and what stands in the newest entries: what a filter can offer. */
export async function names(db: Database, tenantId: TenantId): Promise<AuditNames> {
  const rows = await db.forTenant(
    tenantId,
    (tx) => tx.sql<{ actor_name: string; action: string }[]>`
      select distinct actor_name, action from (
        select actor_name, action from audit where tenant_id = ${tenantId} order by occurred_at desc, id desc limit 5000
      ) newest`,
    { readOnly: true },
  )
  return {
    actors: [...new Set(rows.map(({ actor_name }) => actor_name))].sort(),
    actions: [...new Set(rows.map(({ action }) => action))].sort(),
  }
}
