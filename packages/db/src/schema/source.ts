import type { Mode, RequestId, SecretId, SourceId, TenantId } from '@eventmesh/envelope'
import { boolean, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { bytea } from './bytea.ts'

/** Texts by name, as the provider's record accepted them. */
export type SourceOptions = Readonly<Record<string, string>>

export const sourceTable = pgTable(
  'source',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    id: uuid().$type<SourceId>().notNull(),
    name: text().notNull(),
    provider: text().notNull(),
    mode: text().$type<Mode>().notNull(),
    options: jsonb().$type<SourceOptions>().notNull().default({}),
    /** SHA-256 of the URL's token. */
    tokenHash: bytea('token_hash').notNull(),
    previousTokenHash: bytea('previous_token_hash'),
    previousTokenUntil: timestamp('previous_token_until', { withTimezone: true }),
    secretLearnedAt: timestamp('secret_learned_at', { withTimezone: true }),
    createdBy: text('created_by'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    pausedAt: timestamp('paused_at', { withTimezone: true }),
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
    operationId: uuid('operation_id'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
)

export const sourceSecretTable = pgTable(
  'source_secret',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    sourceId: uuid('source_id').$type<SourceId>().notNull(),
    id: uuid().$type<SecretId>().notNull(),
    sealed: bytea().notNull(),
    keyId: text('key_id').notNull(),
    fingerprint: text().notNull(),
    origin: text({ enum: ['given', 'learned'] })
      .notNull()
      .default('given'),
    createdBy: text('created_by'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    removedAt: timestamp('removed_at', { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sourceId, table.id] })],
)

export const sourceUseTable = pgTable(
  'source_use',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    sourceId: uuid('source_id').$type<SourceId>().notNull(),
    lastReceivedAt: timestamp('last_received_at', { withTimezone: true }),
    lastHandshakeAt: timestamp('last_handshake_at', { withTimezone: true }),
    lastHandshakeOk: boolean('last_handshake_ok'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sourceId] })],
)

export const sourceSecretUseTable = pgTable(
  'source_secret_use',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    sourceId: uuid('source_id').$type<SourceId>().notNull(),
    secretId: uuid('secret_id').$type<SecretId>().notNull(),
    lastMatchedAt: timestamp('last_matched_at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sourceId, table.secretId] })],
)

/** What a reader may know of a proof: scheme, header, template, sizes, clock difference, 8 characters of a signature. */
export type VerificationEvidence = Readonly<Record<string, string | number | null>>

export const verificationTable = pgTable(
  'verification',
  {
    tenantId: uuid('tenant_id').$type<TenantId>().notNull(),
    sourceId: uuid('source_id').$type<SourceId>().notNull(),
    requestId: uuid('request_id').$type<RequestId>().notNull(),
    item: integer().notNull().default(0),
    verifiedAt: timestamp('verified_at', { withTimezone: true }).notNull().defaultNow(),
    verdict: text({ enum: ['pass', 'fail'] }).notNull(),
    reason: text(),
    diagnosis: text(),
    detail: text(),
    evidence: jsonb().$type<VerificationEvidence>().notNull().default({}),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sourceId, table.requestId, table.item] })],
)
