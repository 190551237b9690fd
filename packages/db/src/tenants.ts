import { isUuid, newUuid, type TenantId } from '@eventmesh/envelope'
import { and, asc, eq, isNotNull, isNull, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import { type Actor, append, operator } from './audit.ts'
import type { Database, Transaction } from './connect.ts'
import { DatabaseError } from './database-error.ts'
import { announceKeyChange } from './key-changes.ts'
import { invalid, type Refused, refused } from './refused.ts'
import type { AuditChanges } from './schema/audit.ts'
import { tenantTable } from './schema/tenant.ts'

export type Tenant = {
  readonly id: TenantId
  readonly slug: string
  readonly name: string
  readonly createdAt: Date
  readonly suspendedAt: Date | null
  readonly suspendedReason: string | null
  readonly settings: TenantSettings
  readonly policy: TenantPolicy
}

export type TenantSettings = {
  /** Native requests without an idempotency key are refused. */
  readonly requireIdempotencyKey: boolean
  /** Without claims: accept unchecked, or answer 503. */
  readonly claims: 'degrade' | 'strict'
  /** For how long a native event's idempotency key is answered with the first result; null: as the installation has it. */
  readonly dedupWindowS: number | null
}

/** The windows that may be chosen, as they are written. */
export const dedupWindows = { '1h': 3_600, '6h': 21_600, '24h': 86_400, '3d': 259_200, '7d': 604_800 } as const
export type DedupWindowS = (typeof dedupWindows)[keyof typeof dedupWindows]
export const dedupWindowSchema = z.literal(Object.values(dedupWindows)).nullable()

/** What the console keeps to; ingest does not know it. */
export type TenantPolicy = {
  readonly viewersSeePayloads: boolean
  /** Past it the password is asked for again; null: the session's own limits alone. */
  readonly sessionHoursMax: number | null
  /** The longest life of a new API key; null: any. */
  readonly keyDaysMax: number | null
}

/** What a tenant's own people may change of it. */
export type TenantForm = TenantSettings & TenantPolicy & { readonly slug: string; readonly name: string }

export type TenantChanged = { readonly ok: true; readonly tenant: Tenant }

/** First parts of the console's own paths, and what might become one. */
export const reservedSlugs: ReadonlySet<string> = new Set(
  'sign-in setup invite reset new session api livez readyz dev docs assets static admin help _next'.split(' '),
)

const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$/, '3 to 40 of a-z, 0-9 and "-", not at either end')
  .refine((slug) => !reservedSlugs.has(slug), 'is reserved for a page of the console')
  .refine((slug) => !isUuid(slug), 'looks like an id')

/** What a new tenant is called; also of one that is named anew. */
export const creationSchema = z.object({ slug: slugSchema, name: z.string().trim().min(1).max(200).optional() })

const settingsFields = {
  requireIdempotencyKey: z.boolean(),
  claims: z.enum(['degrade', 'strict']),
  dedupWindowS: dedupWindowSchema,
}
const settingsSchema = z.strictObject(settingsFields).partial()

/** `name` defaults to the slug. */
export async function create(
  db: Database,
  input: { readonly slug: string; readonly name?: string },
  by: Actor = operator,
): Promise<TenantChanged | Refused<'invalid' | 'slug_taken'>> {
  const parsed = creationSchema.safeParse(input)
  if (!parsed.success) return invalid(parsed.error)
  const { slug, name = slug } = parsed.data
  const id = newUuid() as TenantId
  try {
    return await db.forTenant(id, async (tx) => {
      const [row] = await tx.insert(tenantTable).values({ id, slug, name }).returning()
      await append(tx, { tenantId: id, by, action: 'tenant.created', target: { kind: 'tenant', id, name: slug } })
      return { ok: true, tenant: fromRow(row!) }
    })
  } catch (error) {
    if (!(error instanceof DatabaseError && error.constraint === 'tenant_slug')) throw error
    return refused('slug_taken', `there is a tenant ${slug} already`)
  }
}

/** Oldest first, deleted ones left out. */
export async function list(db: Database): Promise<Tenant[]> {
  const rows = await db.transaction((tx) =>
    tx
      .select()
      .from(tenantTable)
      .where(isNull(tenantTable.deletedAt))
      .orderBy(asc(tenantTable.createdAt), asc(tenantTable.id)),
  )
  return rows.map(fromRow)
}

export async function find(db: Database, slugOrId: string): Promise<Tenant | undefined> {
  const wanted = isUuid(slugOrId) ? eq(tenantTable.id, slugOrId as TenantId) : eq(tenantTable.slug, slugOrId)
  const [row] = await db.transaction((tx) =>
    tx
      .select()
      .from(tenantTable)
      .where(and(wanted, isNull(tenantTable.deletedAt))),
  )
  return row && fromRow(row)
}

/** Every setting with what it may be. */
export const settingsText = `require_idempotency_key=true|false, claims=degrade|strict, dedup_window=${Object.keys(dedupWindows).join('|')}|default`

/** `require_idempotency_key=true`, `claims=strict`, `dedup_window=6h`: a setting as the operator types it. */
export function parseSetting(text: string): { ok: true; settings: Partial<TenantSettings> } | Refused<'invalid'> {
  const window = Object.entries(dedupWindows).find(([written]) => text === `dedup_window=${written}`)
  if (window !== undefined) return { ok: true, settings: { dedupWindowS: window[1] } }
  switch (text) {
    case 'require_idempotency_key=true':
    case 'require_idempotency_key=false':
      return { ok: true, settings: { requireIdempotencyKey: text.endsWith('true') } }
    case 'claims=degrade':
      return { ok: true, settings: { claims: 'degrade' } }
    case 'claims=strict':
      return { ok: true, settings: { claims: 'strict' } }
    case 'dedup_window=default':
      return { ok: true, settings: { dedupWindowS: null } }
    default:
      return refused('invalid', `settings are ${settingsText}`)
  }
}

export async function set(
  db: Database,
  tenantId: TenantId,
  settings: Partial<TenantSettings>,
  by: Actor = operator,
): Promise<TenantChanged | Refused<'invalid' | 'not_found'>> {
  const parsed = settingsSchema.safeParse(settings)
  if (!parsed.success) return invalid(parsed.error)
  const changes = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined))
  return await change(db, { tenantId, by, action: 'tenant.settings_changed', values: changes, when: undefined })
}

const formSchema = z
  .strictObject({
    slug: slugSchema,
    name: z.string().trim().min(1).max(200),
    ...settingsFields,
    viewersSeePayloads: z.boolean(),
    sessionHoursMax: z.int().min(1).max(720).nullable(),
    keyDaysMax: z.int().min(1).max(3_650).nullable(),
  })
  .partial()

/** `from`: what the form showed. Where one of it is no longer so, nothing is changed and the last change is named. */
export async function edit(
  db: Database,
  {
    tenantId,
    from,
    to,
  }: { readonly tenantId: TenantId; readonly from: Partial<TenantForm>; readonly to: Partial<TenantForm> },
  by: Actor,
): Promise<TenantChanged | Refused<'invalid' | 'not_found' | 'slug_taken'> | Conflict> {
  const parsed = formSchema.safeParse(to)
  if (!parsed.success) return invalid(parsed.error)
  const wished = Object.entries(parsed.data).filter(
    ([field, value]) => value !== undefined && value !== pick(from, field),
  )
  try {
    const result = await db.forTenant(tenantId, async (tx) => {
      const before = await locked(tx, tenantId)
      if (before === undefined) return refused('not_found', 'there is no such tenant')
      if (Object.entries(from).some(([field, value]) => pick(before, field) !== value))
        return await conflict(tx, tenantId)
      const values = Object.fromEntries(wished.filter(([field, value]) => pick(before, field) !== value))
      if (Object.keys(values).length === 0) return { ok: true, tenant: fromRow(before) } as const
      const [after] = await tx.update(tenantTable).set(values).where(eq(tenantTable.id, tenantId)).returning()
      const isRenamed = 'slug' in values || 'name' in values
      const action = isRenamed ? 'tenant.renamed' : 'tenant.settings_changed'
      const target = { kind: 'tenant', id: tenantId, name: after!.slug } as const
      await append(tx, { tenantId, by, action, target, changes: changesOf(before, after!, Object.keys(values)) })
      return { ok: true, tenant: fromRow(after!) } as const
    })
    if (result.ok) await announceKeyChange(db, tenantId)
    return result
  } catch (error) {
    if (!(error instanceof DatabaseError && error.constraint === 'tenant_slug')) throw error
    return refused('slug_taken', `the name ${parsed.data.slug} is taken`)
  }
}

/** Who was faster, where the audit says so. */
export type Conflict = Refused<'conflict'> & { readonly changed?: { readonly by: string; readonly at: Date } }

async function conflict(tx: Transaction, tenantId: TenantId): Promise<Conflict> {
  const [last] = await tx.sql<{ actor_name: string; occurred_at: Date }[]>`
    select actor_name, occurred_at from audit where tenant_id = ${tenantId} and target_id = ${tenantId}
    order by occurred_at desc, id desc limit 1`
  if (last === undefined) return refused('conflict', 'it was changed meanwhile')
  const changed = { by: last.actor_name, at: last.occurred_at }
  return { ...refused('conflict', `${last.actor_name} changed it meanwhile`), changed }
}

/** Its keys are refused (`tenant_suspended`) until `resume`; nothing is lost. */
export async function suspend(
  db: Database,
  tenantId: TenantId,
  options: { readonly reason?: string } = {},
  by: Actor = operator,
): Promise<TenantChanged | Refused<'not_found'>> {
  const values = { suspendedAt: new Date(), suspendedReason: options.reason ?? null }
  return await change(db, { tenantId, by, action: 'tenant.suspended', values, when: isNull(tenantTable.suspendedAt) })
}

export async function resume(
  db: Database,
  tenantId: TenantId,
  by: Actor = operator,
): Promise<TenantChanged | Refused<'not_found'>> {
  const values = { suspendedAt: null, suspendedReason: null }
  return await change(db, { tenantId, by, action: 'tenant.resumed', values, when: isNotNull(tenantTable.suspendedAt) })
}

/** Marks it: its keys are unknown from now on and its slug is free. Its events stay until their retention ends. */
export async function markDeleted(
  db: Database,
  tenantId: TenantId,
  by: Actor = operator,
): Promise<TenantChanged | Refused<'not_found'>> {
  return await change(db, {
    tenantId,
    by,
    action: 'tenant.deleted',
    values: { deletedAt: new Date() },
    when: undefined,
  })
}

type Change = {
  readonly tenantId: TenantId
  readonly by: Actor
  readonly action: string
  readonly values: Partial<typeof tenantTable.$inferInsert>
  /** Where it does not hold, the tenant is as wished already and nothing is written. */
  readonly when: SQL | undefined
}

async function change(
  db: Database,
  { tenantId, by, action, values, when }: Change,
): Promise<TenantChanged | Refused<'not_found'>> {
  const result = await db.forTenant(tenantId, async (tx) => {
    const before = await locked(tx, tenantId)
    if (before === undefined) return undefined
    const condition = and(eq(tenantTable.id, tenantId), isNull(tenantTable.deletedAt), when)
    const [after] =
      Object.keys(values).length === 0 ? [] : await tx.update(tenantTable).set(values).where(condition).returning()
    if (after === undefined) return before
    const changes = changesOf(before, after, Object.keys(values))
    await append(tx, { tenantId, by, action, target: { kind: 'tenant', id: tenantId, name: after.slug }, changes })
    return after
  })
  if (result === undefined) return refused('not_found', 'there is no such tenant')
  await announceKeyChange(db, tenantId)
  return { ok: true, tenant: fromRow(result) }
}

type Row = typeof tenantTable.$inferSelect

async function locked(tx: Transaction, tenantId: TenantId): Promise<Row | undefined> {
  const [row] = await tx
    .select()
    .from(tenantTable)
    .where(and(eq(tenantTable.id, tenantId), isNull(tenantTable.deletedAt)))
    .for('no key update')
  return row
}

function changesOf(before: Row, after: Row, fields: readonly string[]): AuditChanges {
  return Object.fromEntries(fields.map((field) => [field, { from: pick(before, field), to: pick(after, field) }]))
}

function pick(row: object, field: string): unknown {
  return Object.entries(row).find(([name]) => name === field)?.[1]
}

function fromRow(row: Row): Tenant {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    createdAt: row.createdAt,
    suspendedAt: row.suspendedAt,
    suspendedReason: row.suspendedReason,
    settings: {
      requireIdempotencyKey: row.requireIdempotencyKey,
      claims: row.claims,
      dedupWindowS: row.dedupWindowS,
    },
    policy: {
      viewersSeePayloads: row.viewersSeePayloads,
      sessionHoursMax: row.sessionHoursMax,
      keyDaysMax: row.keyDaysMax,
    },
  }
}
