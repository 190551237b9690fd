import type { KeyId, Mode, TenantId } from '@eventmesh/envelope'
import { customType, inet, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { bytea } from './bytea.ts'

const cidr = customType<{ data: string }>({ dataType: () => 'cidr' })

export const apiKeyTable = pgTable(
  'api_key',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    id: uuid().$type<KeyId>().notNull(),
    name: text().notNull(),
    mode: text().$type<Mode>().notNull(),
    kind: text({ enum: ['standard', 'console'] })
      .notNull()
      .default('standard'),
    /** SHA-256 of the whole key. */
    hash: bytea().notNull(),
    lastFour: text('last_four').notNull(),
    scopes: text().array().notNull().default(['events:write']),
    allowedIps: cidr('allowed_ips').array().notNull().default([]),
    createdBy: text('created_by'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp('expires_at', { withTimezone: true }),
    disabledAt: timestamp('disabled_at', { withTimezone: true }),
    revokedAt: timestamp('revoked_at', { withTimezone: true }),
    replaces: uuid().$type<KeyId>(),
    rotatedAt: timestamp('rotated_at', { withTimezone: true }),
    overlapEndsAt: timestamp('overlap_ends_at', { withTimezone: true }),
    operationId: uuid('operation_id'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)

export const apiKeyUseTable = pgTable(
  'api_key_use',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    keyId: uuid('key_id').$type<KeyId>().notNull(),
    lastUsedAt: timestamp('last_used_at', { withTimezone: true }).notNull(),
    lastUsedIp: inet('last_used_ip'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.keyId] })],
)
