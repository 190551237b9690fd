import type { Mode, SourceId, TenantId } from '@eventmesh/envelope'
import { isUuid, newUuid } from '@eventmesh/envelope'
import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Actor, append, operator } from './audit.ts'
import type { Database, Transaction } from './connect.ts'
import { lockTenant } from './lock-tenant.ts'
import * as masterKeys from './master-keys.ts'
import { invalid, type Refused, refused } from './refused.ts'
import type { AuditChanges } from './schema/audit.ts'
import { type SourceOptions, sourceTable } from './schema/source.ts'
import { changingSource, type NamedSource } from './source-changes.ts'
import { insert as insertSecrets, noMasterKey, secretsSchema, withFingerprints } from './source-secrets.ts'
import { recentMax, type SourceStatus, sourceStatus, usualGapMs } from './source-status.ts'
import { generateToken } from './source-token.ts'

export { direct } from './source-direct.ts'
export { byTokenHash, openSecrets, siblingSecrets } from './source-lookup.ts'
export { usage } from './source-usage.ts'

export type Source = {
  readonly id: SourceId
  readonly tenantId: TenantId
  readonly name: string
  readonly provider: string
  readonly mode: Mode
  readonly options: SourceOptions
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly pausedAt: Date | null
  readonly deletedAt: Date | null
  /** How long the address before the last rotation is taken. */
  readonly previousUrlEndsAt: Date | null
  /** When a handshake brought its secret. */
  readonly secretLearnedAt: Date | null
  readonly activeSecrets: number
  readonly lastReceivedAt: Date | null
  readonly lastHandshake: { readonly at: Date; readonly isOk: boolean } | null
  /** Median between its newest deliveries. */
  readonly usualGapMs: number | null
  /** As of the time of reading. */
  readonly status: SourceStatus
}

export type SourceChanged = { readonly ok: true; readonly source: Source }
/** `token` is the last part of the source's address; it is never to be had again. */
export type SourceWithToken = SourceChanged & { readonly token: string }
export type SourceAlreadyCreated = Refused<'already_created'> & { readonly source: Source }

/** How long the old address goes on working after a rotation. */
export const previousUrlMs = 24 * 3_600_000

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^\P{Cc}*$/u, 'holds control characters')
  .refine((name) => name.isWellFormed(), 'is not well-formed Unicode')
  .refine((name) => name !== 'native' && name !== 'native-test', 'stands for the API itself')
  .refine((name) => !isUuid(name), 'looks like an id')

const optionsSchema = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), z.string().min(1).max(2048))

const creationSchema = z.object({
  name: nameSchema,
  provider: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  mode: z.enum(['live', 'test']).default('live'),
  options: optionsSchema.default({}),
  secrets: secretsSchema.default([]),
  operationId: z.uuid().optional(),
})

/**
 * Provider, options and secrets come checked (`checkOptions`, `checkSecret` of @eventmesh/providers). `operationId`: the
 * caller's own id of this creation; a repeat answers `already_created`.
 */
export type CreateSource = z.input<typeof creationSchema> & { readonly tenantId: TenantId }

export async function create(
  db: Database,
  { tenantId, ...input }: CreateSource,
  by: Actor = operator,
): Promise<
  SourceWithToken | SourceAlreadyCreated | Refused<'invalid' | 'tenant_not_found' | 'name_taken' | 'no_master_key'>
> {
  const parsed = creationSchema.safeParse(input)
  if (!parsed.success) return invalid(parsed.error)
  const { name, provider, mode, options, operationId } = parsed.data
  const id = newUuid() as SourceId
  const secrets = await withFingerprints({ tenantId, sourceId: id }, parsed.data.secrets)

  return await db.forTenant(tenantId, async (tx) => {
    if (!(await lockTenant(tx, tenantId))) return refused('tenant_not_found', 'there is no such tenant')
    const earlier = await findByOperation(tx, tenantId, operationId)
    if (earlier !== undefined) return alreadyCreated(earlier)
    if (await isNameTaken(tx, tenantId, name)) return nameTaken(name)
    const key = await masterKeys.holdCurrent(tx)
    if (key === undefined && secrets.length > 0) return noMasterKey()

    const token = generateToken()
    await tx.insert(sourceTable).values({
      tenantId,
      id,
      name,
      provider,
      mode,
      options,
      tokenHash: token.hash,
      createdBy: by.name,
      operationId: operationId ?? null,
    })
    await append(tx, {
      tenantId,
      by,
      action: 'source.created',
      target: { kind: 'source', id, name },
      changes: { provider: { from: null, to: provider }, mode: { from: null, to: mode } },
    })
    if (key !== undefined)
      await insertSecrets(tx, { source: { tenantId, id, name }, key, by, origin: 'given', secrets })
    return { ok: true, source: await mustFind(tx, { tenantId, id }), token: token.text }
  })
}

/** A new address; the old one is taken for 24 h more, one before that no longer. */
export async function rotateUrl(
  db: Database,
  source: NamedSource,
  by: Actor = operator,
): Promise<SourceWithToken | Refused<'not_found'>> {
  return await changingSource(db, source, async (tx, before) => {
    const token = generateToken()
    const until = sql`now() + ${previousUrlMs} * interval '1 ms'`
    await tx
      .update(sourceTable)
      .set({ tokenHash: token.hash, previousTokenHash: before.tokenHash, previousTokenUntil: until })
      .where(own(source))
    const after = await mustFind(tx, source)
    await append(tx, {
      tenantId: source.tenantId,
      by,
      action: 'source.url_rotated',
      target: { kind: 'source', id: source.id, name: after.name },
      changes: { url: 'changed', previousUrlEndsAt: { from: null, to: after.previousUrlEndsAt } },
    })
    return { ok: true, source: after, token: token.text }
  })
}

/** Deliveries are answered 503 (`source_paused`) until `resume`. */
export async function pause(
  db: Database,
  source: NamedSource,
  by: Actor = operator,
): Promise<SourceChanged | Refused<'not_found'>> {
  return await changed(db, source, by, 'source.paused', { pausedAt: sql`now()` }, isNull(sourceTable.pausedAt))
}

export async function resume(
  db: Database,
  source: NamedSource,
  by: Actor = operator,
): Promise<SourceChanged | Refused<'not_found'>> {
  return await changed(db, source, by, 'source.resumed', { pausedAt: null }, isNotNull(sourceTable.pausedAt))
}

/** Marks it: deliveries are answered 410 from now on, its name is free, its events stay. */
export async function markDeleted(
  db: Database,
  source: NamedSource,
  by: Actor = operator,
): Promise<SourceChanged | Refused<'not_found'>> {
  return await changed(db, source, by, 'source.deleted', { deletedAt: sql`now()` }, undefined)
}

const changeSchema = z.strictObject({ name: nameSchema, options: optionsSchema }).partial()

/** Name and options (all of them, as `checkOptions` accepted them); provider and mode stay what they are. */
export async function update(
  db: Database,
  { tenantId, id, ...input }: NamedSource & z.input<typeof changeSchema>,
  by: Actor = operator,
): Promise<SourceChanged | Refused<'invalid' | 'not_found' | 'name_taken'>> {
  const parsed = changeSchema.safeParse(input)
  if (!parsed.success) return invalid(parsed.error)
  const { name, options } = parsed.data
  return await changingSource(db, { tenantId, id }, async (tx, before) => {
    if (name !== undefined && name !== before.name) {
      await lockTenant(tx, tenantId)
      if (await isNameTaken(tx, tenantId, name)) return nameTaken(name)
    }
    const values = { ...(name === undefined ? {} : { name }), ...(options === undefined ? {} : { options }) }
    if (Object.keys(values).length > 0) await tx.update(sourceTable).set(values).where(own({ tenantId, id }))
    const after = await mustFind(tx, { tenantId, id })
    // An option may be a token of the provider's: that it changed is all that is told.
    const changes: AuditChanges = {
      ...(after.name === before.name ? {} : { name: { from: before.name, to: after.name } }),
      ...changedOptions(before.options, after.options),
    }
    const target = { kind: 'source', id, name: after.name } as const
    if (Object.keys(changes).length > 0) await append(tx, { tenantId, by, action: 'source.changed', target, changes })
    return { ok: true, source: after }
  })
}

/** By name; deleted ones left out. */
export async function list(db: Database, tenantId: TenantId): Promise<readonly Source[]> {
  return await db.forTenant(tenantId, (tx) => select(tx, tenantId, tx.sql`s.deleted_at is null`), { readOnly: true })
}

/** Deleted ones too. */
export async function get(db: Database, { tenantId, id }: NamedSource): Promise<Source | undefined> {
  return await db.forTenant(tenantId, (tx) => find(tx, { tenantId, id }), { readOnly: true })
}

/** Whose source it is: for the operator, who names one by its id alone. */
export async function findTenant(db: Database, id: SourceId): Promise<TenantId | undefined> {
  const [row] = await db.transaction((tx) =>
    tx.select({ tenantId: sourceTable.tenantId }).from(sourceTable).where(eq(sourceTable.id, id)),
  )
  return row?.tenantId
}

async function changed(
  db: Database,
  source: NamedSource,
  by: Actor,
  action: string,
  values: { readonly pausedAt?: SQL | null; readonly deletedAt?: SQL },
  when: SQL | undefined,
): Promise<SourceChanged | Refused<'not_found'>> {
  return await changingSource(db, source, async (tx) => {
    const rows = await tx
      .update(sourceTable)
      .set(values)
      .where(and(own(source), when))
      .returning({ name: sourceTable.name })
    const after = await mustFind(tx, source)
    const target = { kind: 'source', id: source.id, name: after.name } as const
    if (rows.length > 0) await append(tx, { tenantId: source.tenantId, by, action, target })
    return { ok: true, source: after }
  })
}

type Row = {
  readonly tenant_id: TenantId
  readonly id: SourceId
  readonly name: string
  readonly provider: string
  readonly mode: Mode
  readonly options: SourceOptions
  readonly created_by: string | null
  readonly created_at: Date
  readonly paused_at: Date | null
  readonly deleted_at: Date | null
  readonly previous_url_ends_at: Date | null
  readonly secret_learned_at: Date | null
  readonly active_secrets: number
  readonly last_received_at: Date | null
  readonly last_handshake_at: Date | null
  readonly last_handshake_ok: boolean | null
  readonly recent: readonly { readonly ms: number; readonly rejected: boolean }[]
}

type Condition = ReturnType<Transaction['sql']>

async function select(tx: Transaction, tenantId: TenantId, condition: Condition): Promise<readonly Source[]> {
  const rows = await tx.sql<Row[]>`
    select s.tenant_id, s.id, s.name, s.provider, s.mode, s.options, s.created_by, s.created_at, s.paused_at, s.deleted_at,
      case when s.previous_token_until > now() then s.previous_token_until end as previous_url_ends_at,
      s.secret_learned_at, u.last_received_at, u.last_handshake_at, u.last_handshake_ok,
      (select count(*)::int from source_secret k
       where k.tenant_id = s.tenant_id and k.source_id = s.id and k.removed_at is null) as active_secrets,
      (select coalesce(json_agg(json_build_object('ms', floor(extract(epoch from e.received_at) * 1000),
                                                  'rejected', e.outcome = 'rejected')
                                order by e.received_at desc, e.request_id desc, e.item desc), '[]')
       from (select received_at, request_id, item, outcome from event_index
             where tenant_id = ${tenantId} and source = s.id::text and outcome <> 'copy'
             order by received_at desc, request_id desc, item desc limit ${recentMax}) e) as recent
    from source s left join source_use u on u.tenant_id = s.tenant_id and u.source_id = s.id
    where s.tenant_id = ${tenantId} and ${condition}
    order by s.name, s.id`
  const now = new Date()
  return rows.map((row) => fromRow(row, now))
}

function fromRow(row: Row, now: Date): Source {
  const recent = row.recent.map(({ ms, rejected }) => ({ receivedAtMs: ms, isRejected: rejected }))
  const newest = recent[0] === undefined ? null : new Date(recent[0].receivedAtMs)
  const lastReceivedAt = later(row.last_received_at, newest)
  const { paused_at: pausedAt, deleted_at: deletedAt } = row
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    provider: row.provider,
    mode: row.mode,
    options: row.options,
    createdBy: row.created_by,
    createdAt: row.created_at,
    pausedAt,
    deletedAt,
    previousUrlEndsAt: row.previous_url_ends_at,
    secretLearnedAt: row.secret_learned_at,
    activeSecrets: row.active_secrets,
    lastReceivedAt,
    lastHandshake:
      row.last_handshake_at === null ? null : { at: row.last_handshake_at, isOk: row.last_handshake_ok === true },
    usualGapMs: usualGapMs(recent) ?? null,
    status: sourceStatus({ pausedAt, deletedAt, lastReceivedAt, recent }, now),
  }
}

function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}

async function find(tx: Transaction, { tenantId, id }: NamedSource): Promise<Source | undefined> {
  const [source] = await select(tx, tenantId, tx.sql`s.id = ${id}`)
  return source
}

async function mustFind(tx: Transaction, source: NamedSource): Promise<Source> {
  const found = await find(tx, source)
  if (found === undefined) throw new Error('a source that was just written cannot be read')
  return found
}

async function findByOperation(tx: Transaction, tenantId: TenantId, operationId?: string): Promise<Source | undefined> {
  if (operationId === undefined) return undefined
  const [source] = await select(tx, tenantId, tx.sql`s.operation_id = ${operationId}`)
  return source
}

async function isNameTaken(tx: Transaction, tenantId: TenantId, name: string): Promise<boolean> {
  const rows = await tx
    .select({ id: sourceTable.id })
    .from(sourceTable)
    .where(and(eq(sourceTable.tenantId, tenantId), eq(sourceTable.name, name), isNull(sourceTable.deletedAt)))
    .limit(1)
  return rows.length > 0
}

function own({ tenantId, id }: NamedSource): SQL | undefined {
  return and(eq(sourceTable.tenantId, tenantId), eq(sourceTable.id, id), isNull(sourceTable.deletedAt))
}

function changedOptions(before: SourceOptions, after: SourceOptions): AuditChanges {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(names.filter((name) => before[name] !== after[name]).map((name) => [name, 'changed']))
}

function alreadyCreated(source: Source): SourceAlreadyCreated {
  return { ...refused('already_created', 'this source was created before and its address is not shown again'), source }
}

function nameTaken(name: string): Refused<'name_taken'> {
  return refused('name_taken', `there is a source named ${name} already`)
}
