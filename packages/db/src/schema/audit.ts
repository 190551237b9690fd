import type { RequestId, TenantId } from '@eventmesh/envelope'
import { inet, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** A changed field before and after; of a secret only that it changed (`changed`). */
export type AuditChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown } | 'changed'>>

export const auditTable = pgTable(
  'audit',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    id: uuid().notNull(),
    occurredAt: timestamp('occurred_at', { withTimezone: true }).notNull().defaultNow(),
    actorKind: text('actor_kind', { enum: ['user', 'operator', 'system'] }).notNull(),
    actorId: text('actor_id'),
    actorName: text('actor_name').notNull(),
    action: text().notNull(),
    targetKind: text('target_kind', { enum: ['tenant', 'api_key', 'source', 'member'] }).notNull(),
    targetId: text('target_id').notNull(),
    targetName: text('target_name').notNull(),
    changes: jsonb().$type<AuditChanges>().notNull().default({}),
    ip: inet(),
    requestId: uuid('request_id').$type<RequestId>(),
    /** As the list of a person's sessions names it; nothing that could be signed in with. */
    sessionId: uuid('session_id'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)
