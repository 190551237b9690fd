import type { TenantId } from '@eventmesh/envelope'
import { boolean, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

export const tenantTable = pgTable('tenant', {
  id: uuid().$type<TenantId>().primaryKey(),
  slug: text().notNull(),
  name: text().notNull(),
  requireIdempotencyKey: boolean('require_idempotency_key').notNull().default(false),
  claims: text({ enum: ['degrade', 'strict'] })
    .notNull()
    .default('degrade'),
  dedupWindowS: integer('dedup_window_s'),
  viewersSeePayloads: boolean('viewers_see_payloads').notNull().default(true),
  sessionHoursMax: integer('session_hours_max'),
  keyDaysMax: integer('key_days_max'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  suspendedAt: timestamp('suspended_at', { withTimezone: true }),
  suspendedReason: text('suspended_reason'),
  deletedAt: timestamp('deleted_at', { withTimezone: true }),
})
