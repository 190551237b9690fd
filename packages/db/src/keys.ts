import type { KeyId, Mode, TenantId } from '@eventmesh/envelope'
import { newUuid } from '@eventmesh/envelope'
import { and, desc, eq, getTableColumns, gt, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { type Actor, append, operator } from './audit.ts'
import type { Database, Transaction } from './connect.ts'
import { ipRangeSchema } from './ip-range.ts'
import { endsTooLate, latestEnd } from './key-cap.ts'
import { announceKeyChange } from './key-changes.ts'
import { type KeyStatus, type KeyTimes, keyStatus } from './key-status.ts'
import { displayKey, generateKey } from './key-text.ts'
import { lockTenant } from './lock-tenant.ts'
import { invalid, type Refused, refused } from './refused.ts'
import { apiKeyTable, apiKeyUseTable } from './schema/api-key.ts'
import type { AuditChanges } from './schema/audit.ts'

export { type KeyRecord, lookup } from './key-lookup.ts'
export { generateKey, parseKey } from './key-text.ts'
export { usage } from './key-usage.ts'

export type ApiKey = KeyTimes & {
  readonly id: KeyId
  readonly tenantId: TenantId
  readonly name: string
  /** `em_live_…4QXa`: all of the key that can ever be shown again. */
  readonly display: string
  readonly mode: Mode
  readonly kind: 'standard' | 'console'
  readonly scopes: readonly string[]
  /** CIDR ranges; none: any address. */
  readonly allowedIps: readonly string[]
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly rotatedAt: Date | null
  readonly replaces: KeyId | null
  readonly replacedBy: KeyId | null
  readonly lastUsedAt: Date | null
  readonly lastUsedIp: string | null
  /** As of the time of reading. */
  readonly status: KeyStatus
}

export type KeyChanged = { readonly ok: true; readonly key: ApiKey }
/** `secret` is the whole key; it is never to be had again. */
export type KeyCreated = KeyChanged & { readonly secret: string }
/** The same operation was done before; its key was shown then. */
export type AlreadyCreated = Refused<'already_created'> & { readonly key: ApiKey }

export const overlapDefaultMs = 24 * 3_600_000
export const overlapMsMax = 7 * 24 * 3_600_000

const nameSchema = z.string().trim().min(1).max(64)
const creationSchema = z.object({
  name: nameSchema,
  mode: z.enum(['live', 'test']).default('live'),
  kind: z.enum(['standard', 'console']).default('standard'),
  allowedIps: z.array(ipRangeSchema).max(50).default([]),
  expiresAt: z.date().nullable().optional(),
  operationId: z.uuid().optional(),
})

export type CreateKey = z.input<typeof creationSchema> & { readonly tenantId: TenantId }

/**
 * `operationId`: the caller's own id of this creation; a repeat answers `already_created`. Without `expiresAt` it lives
 * as long as the tenant allows.
 */
export async function create(
  db: Database,
  { tenantId, ...input }: CreateKey,
  by: Actor = operator,
): Promise<KeyCreated | AlreadyCreated | Refused<'invalid' | 'tenant_not_found' | 'name_taken'>> {
  const parsed = creationSchema.safeParse(input)
  if (!parsed.success) return invalid(parsed.error)
  const { name, mode, kind, allowedIps, operationId } = parsed.data
  const given = parsed.data.expiresAt
  if (given != null && given.getTime() <= Date.now()) return refused('invalid', 'expiresAt: is in the past')

  return await db.forTenant(tenantId, async (tx) => {
    if (!(await lockTenant(tx, tenantId))) return refused('tenant_not_found', 'there is no such tenant')
    const earlier = await findByOperation(tx, tenantId, operationId)
    if (earlier !== undefined) return alreadyCreated(earlier)
    if (await isNameTaken(tx, tenantId, name)) return nameTaken(name)
    const latest = await latestEnd(tx, tenantId)
    const expiresAt = given === undefined ? latest : given
    const late = endsTooLate(expiresAt, latest)
    if (late !== undefined) return late

    const text = generateKey(mode)
    const id = newUuid() as KeyId
    await tx.insert(apiKeyTable).values({
      tenantId,
      id,
      name,
      mode,
      kind,
      hash: text.hash,
      lastFour: text.lastFour,
      allowedIps: networks(allowedIps),
      expiresAt,
      createdBy: by.name,
      operationId: operationId ?? null,
    })
    await append(tx, {
      tenantId,
      by,
      action: 'key.created',
      target: { kind: 'api_key', id, name },
      changes: { mode: { from: null, to: mode }, expiresAt: { from: null, to: expiresAt } },
    })
    return { ok: true, key: await mustFind(tx, tenantId, id), secret: text.text }
  })
}

export type RotateKey = {
  readonly tenantId: TenantId
  readonly id: KeyId
  /** How long the old key goes on living, 0 to 7 days; default 24 h. Never past its own expiry. */
  readonly overlapMs?: number
  /** The new key's; null: never. Default: as long from now as the old one was made for. */
  readonly expiresAt?: Date | null
  readonly operationId?: string
}

const rotationSchema = z.object({
  overlapMs: z.int().min(0).max(overlapMsMax).default(overlapDefaultMs),
  expiresAt: z.date().nullable().optional(),
  operationId: z.uuid().optional(),
})

/** Makes a new key with the old one's name, mode, kind, scopes and addresses. Only an active or expiring key rotates. */
export async function rotate(
  db: Database,
  { tenantId, id, ...input }: RotateKey,
  by: Actor = operator,
): Promise<KeyCreated | AlreadyCreated | Refused<'invalid' | 'not_found' | 'not_rotatable'>> {
  const parsed = rotationSchema.safeParse(input)
  if (!parsed.success) return invalid(parsed.error)
  const { overlapMs, operationId } = parsed.data

  return await changing(db, tenantId, id, async (tx, old) => {
    const earlier = await findByOperation(tx, tenantId, operationId)
    if (earlier !== undefined) return alreadyCreated(earlier)
    if (old.status !== 'active' && old.status !== 'expiring') {
      return refused('not_rotatable', `the key is ${inWords(old.status)}: only an active key can be rotated`)
    }

    const latest = await latestEnd(tx, tenantId)
    const expiresAt = parsed.data.expiresAt === undefined ? soonest(sameLifetime(old), latest) : parsed.data.expiresAt
    const late = endsTooLate(expiresAt, latest)
    if (late !== undefined) return late

    const text = generateKey(old.mode)
    const newId = newUuid() as KeyId
    await tx.insert(apiKeyTable).values({
      tenantId,
      id: newId,
      name: old.name,
      mode: old.mode,
      kind: old.kind,
      hash: text.hash,
      lastFour: text.lastFour,
      scopes: [...old.scopes],
      allowedIps: [...old.allowedIps],
      expiresAt,
      createdBy: by.name,
      replaces: id,
      operationId: operationId ?? null,
    })
    const overlapEnd = sql`least(now() + ${overlapMs} * interval '1 ms', ${apiKeyTable.expiresAt})`
    await tx
      .update(apiKeyTable)
      .set({ rotatedAt: sql`now()`, overlapEndsAt: overlapEnd })
      .where(and(own(tenantId, id), isUsable(), isNull(apiKeyTable.disabledAt), isNull(apiKeyTable.rotatedAt)))
    const after = await mustFind(tx, tenantId, id)
    await append(tx, {
      tenantId,
      by,
      action: 'key.rotated',
      target: { kind: 'api_key', id, name: old.name },
      changes: { replacedBy: { from: null, to: newId }, overlapEndsAt: { from: null, to: after.overlapEndsAt } },
    })
    return { ok: true, key: await mustFind(tx, tenantId, newId), secret: text.text }
  })
}

/** For good, within 30 s everywhere. A key revoked before stays as it was. */
export async function revoke(
  db: Database,
  { tenantId, id }: NamedKey,
  by: Actor = operator,
): Promise<KeyChanged | Refused<'not_found'>> {
  return await changing(db, tenantId, id, async (tx, before) => {
    if (before.revokedAt !== null) return { ok: true, key: before }
    return await updated(tx, before, by, 'key.revoked', { revokedAt: sql`now()` }, isNull(apiKeyTable.revokedAt))
  })
}

export type NamedKey = { readonly tenantId: TenantId; readonly id: KeyId }

/** The form of revocation that can be taken back. */
export async function setDisabled(
  db: Database,
  { tenantId, id, disabled }: NamedKey & { readonly disabled: boolean },
  by: Actor = operator,
): Promise<KeyChanged | Refused<'not_found' | 'not_usable'>> {
  return await changing(db, tenantId, id, async (tx, before) => {
    if (isEnded(before)) return notUsable(before)
    if ((before.disabledAt !== null) === disabled) return { ok: true, key: before }
    const action = disabled ? 'key.disabled' : 'key.enabled'
    return await updated(tx, before, by, action, { disabledAt: disabled ? sql`now()` : null }, isUsable())
  })
}

const changeSchema = z
  .strictObject({ name: nameSchema, allowedIps: z.array(ipRangeSchema).max(50), expiresAt: z.date().nullable() })
  .partial()

/** Name, addresses, expiry; the key itself stays. */
export async function update(
  db: Database,
  { tenantId, id, ...input }: NamedKey & z.input<typeof changeSchema>,
  by: Actor = operator,
): Promise<KeyChanged | Refused<'invalid' | 'not_found' | 'not_usable' | 'name_taken'>> {
  const parsed = changeSchema.safeParse(input)
  if (!parsed.success) return invalid(parsed.error)
  const { name, allowedIps, expiresAt } = parsed.data
  if (expiresAt && expiresAt.getTime() <= Date.now()) return refused('invalid', 'expiresAt: is in the past')
  return await changing(db, tenantId, id, async (tx, before) => {
    if (isEnded(before)) return notUsable(before)
    if (expiresAt !== undefined && expiresAt?.getTime() !== before.expiresAt?.getTime()) {
      const late = endsTooLate(expiresAt, await latestEnd(tx, tenantId))
      if (late !== undefined) return late
    }
    if (name !== undefined && name !== before.name && (await isNameTaken(tx, tenantId, name))) return nameTaken(name)
    const values = {
      ...(name === undefined ? {} : { name }),
      ...(allowedIps === undefined ? {} : { allowedIps: networks(allowedIps) }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }
    if (Object.keys(values).length === 0) return { ok: true, key: before }
    return await updated(tx, before, by, 'key.changed', values, isUsable())
  })
}

/** Moves the end of a running overlap later: at most 7 days after the rotation, never past the key's expiry. */
export async function extendOverlap(
  db: Database,
  { tenantId, id, endsAt }: NamedKey & { readonly endsAt: Date },
  by: Actor = operator,
): Promise<KeyChanged | Refused<'invalid' | 'not_found' | 'not_rotating_out'>> {
  return await changing(db, tenantId, id, async (tx, before) => {
    if (before.rotatedAt === null || before.overlapEndsAt === null || isEnded(before)) return notRotatingOut(before)
    if (endsAt.getTime() <= before.overlapEndsAt.getTime())
      return refused('invalid', 'endsAt: is not later than now set')
    if (endsAt.getTime() > before.rotatedAt.getTime() + overlapMsMax) {
      return refused('invalid', 'endsAt: is more than 7 days after the rotation')
    }
    if (before.expiresAt !== null && endsAt.getTime() > before.expiresAt.getTime()) {
      return refused('invalid', "endsAt: is past the key's own expiry")
    }
    return await updated(tx, before, by, 'key.overlap_extended', { overlapEndsAt: endsAt }, isRotatingOut())
  })
}

/** Ends a running overlap at once: the old key is revoked. */
export async function endOverlap(
  db: Database,
  { tenantId, id }: NamedKey,
  by: Actor = operator,
): Promise<KeyChanged | Refused<'not_found' | 'not_rotating_out'>> {
  return await changing(db, tenantId, id, async (tx, before) => {
    if (before.overlapEndsAt === null || isEnded(before)) return notRotatingOut(before)
    return await updated(tx, before, by, 'key.overlap_ended', { revokedAt: sql`now()` }, isRotatingOut())
  })
}

export type KeyFilter = { readonly status?: KeyStatus; readonly search?: string }

/** Newest first, a replaced key right after its successor. `search`: part of the name, or the last four characters. */
export async function list(db: Database, tenantId: TenantId, filter: KeyFilter = {}): Promise<ApiKey[]> {
  const rows = await db.forTenant(tenantId, (tx) => selectKeys(tx, eq(apiKeyTable.tenantId, tenantId)), {
    readOnly: true,
  })
  const search = filter.search?.toLowerCase()
  return successorsFirst(rows).filter(
    (key) =>
      (filter.status === undefined || key.status === filter.status) &&
      (search === undefined || key.name.toLowerCase().includes(search) || key.display.toLowerCase().endsWith(search)),
  )
}

export async function get(db: Database, { tenantId, id }: NamedKey): Promise<ApiKey | undefined> {
  return await db.forTenant(tenantId, (tx) => findKey(tx, tenantId, id), { readOnly: true })
}

/** Whose key it is: for the operator, who names a key by its id alone. */
export async function findTenant(db: Database, id: KeyId): Promise<TenantId | undefined> {
  const [row] = await db.transaction((tx) =>
    tx.select({ tenantId: apiKeyTable.tenantId }).from(apiKeyTable).where(eq(apiKeyTable.id, id)),
  )
  return row?.tenantId
}

export type KeyUse = NamedKey & { readonly usedAt: Date; readonly ip: string | null }

/** Remembers last uses of many tenants' keys in one transaction; an older use never replaces a newer one. */
export async function touchLastUsed(db: Database, uses: readonly KeyUse[]): Promise<void> {
  if (uses.length === 0) return
  // One order for all processes, so that two of them take their row locks without a deadlock.
  const ordered = [...uses].sort((a, b) => (a.id < b.id ? -1 : 1))
  await db.transaction(async (tx) => {
    for (const { tenantId, id, usedAt, ip } of ordered) {
      await tx.sql`select set_config('app.tenant_id', ${tenantId}, true)`
      await tx.sql`
        insert into api_key_use as known (tenant_id, key_id, last_used_at, last_used_ip)
        select tenant_id, id, ${usedAt}::timestamptz, ${ip}::inet from api_key where tenant_id = ${tenantId} and id = ${id}
        on conflict (tenant_id, key_id) do update
          set last_used_at = excluded.last_used_at, last_used_ip = excluded.last_used_ip
          where known.last_used_at < excluded.last_used_at`
    }
  })
}

const successor = alias(apiKeyTable, 'successor')

async function selectKeys(tx: Transaction, condition: SQL | undefined): Promise<ApiKey[]> {
  const rows = await tx
    .select({
      key: getTableColumns(apiKeyTable),
      replacedBy: successor.id,
      lastUsedAt: apiKeyUseTable.lastUsedAt,
      lastUsedIp: apiKeyUseTable.lastUsedIp,
    })
    .from(apiKeyTable)
    .leftJoin(successor, and(eq(successor.tenantId, apiKeyTable.tenantId), eq(successor.replaces, apiKeyTable.id)))
    .leftJoin(
      apiKeyUseTable,
      and(eq(apiKeyUseTable.tenantId, apiKeyTable.tenantId), eq(apiKeyUseTable.keyId, apiKeyTable.id)),
    )
    .where(condition)
    .orderBy(desc(apiKeyTable.createdAt), desc(apiKeyTable.id))
  const now = new Date()
  return rows.map(({ key, replacedBy, lastUsedAt, lastUsedIp }) => {
    const { hash: _, lastFour, operationId: __, ...shown } = key
    return {
      ...shown,
      display: displayKey(key.mode, lastFour),
      replacedBy,
      lastUsedAt,
      lastUsedIp,
      status: keyStatus(key, now),
    }
  })
}

async function findKey(tx: Transaction, tenantId: TenantId, id: KeyId): Promise<ApiKey | undefined> {
  const [key] = await selectKeys(tx, own(tenantId, id))
  return key
}

async function mustFind(tx: Transaction, tenantId: TenantId, id: KeyId): Promise<ApiKey> {
  const key = await findKey(tx, tenantId, id)
  if (key === undefined) throw new Error('a key that was just written cannot be read')
  return key
}

async function findByOperation(tx: Transaction, tenantId: TenantId, operationId?: string): Promise<ApiKey | undefined> {
  if (operationId === undefined) return undefined
  const [key] = await selectKeys(tx, and(eq(apiKeyTable.tenantId, tenantId), eq(apiKeyTable.operationId, operationId)))
  return key
}

type Ending = { readonly ok: true } | Refused<string>

/**
 * Runs one change of one key under the tenant's lock (changes of a tenant's keys come one after the other, so a name is
 * judged and a key rotated once), then tells every process.
 */
async function changing<T extends Ending>(
  db: Database,
  tenantId: TenantId,
  id: KeyId,
  run: (tx: Transaction, before: ApiKey) => Promise<T>,
): Promise<T | Refused<'not_found'>> {
  const result = await db.forTenant(tenantId, async (tx) => {
    const exists = await lockTenant(tx, tenantId)
    const before = exists ? await findKey(tx, tenantId, id) : undefined
    if (before === undefined) return { ending: refused('not_found', 'this tenant has no such key') }
    const [{ hash } = { hash: undefined }] = await tx
      .select({ hash: apiKeyTable.hash })
      .from(apiKeyTable)
      .where(own(tenantId, id))
    return { ending: await run(tx, before), hash }
  })
  if (result.ending.ok && result.hash !== undefined) await announceKeyChange(db, result.hash.toString('hex'))
  return result.ending
}

async function updated(
  tx: Transaction,
  before: ApiKey,
  by: Actor,
  action: string,
  values: Parameters<ReturnType<typeof tx.update<typeof apiKeyTable>>['set']>[0],
  when: SQL | undefined,
): Promise<KeyChanged> {
  const { tenantId, id } = before
  await tx
    .update(apiKeyTable)
    .set(values)
    .where(and(own(tenantId, id), when))
  const after = await mustFind(tx, tenantId, id)
  const changes = changesBetween(before, after)
  const target = { kind: 'api_key', id, name: after.name } as const
  if (Object.keys(changes).length > 0) await append(tx, { tenantId, by, action, target, changes })
  return { ok: true, key: after }
}

const auditedFields = ['name', 'allowedIps', 'expiresAt', 'disabledAt', 'revokedAt', 'overlapEndsAt'] as const

function changesBetween(before: ApiKey, after: ApiKey): AuditChanges {
  return Object.fromEntries(
    auditedFields
      .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      .map((field) => [field, { from: before[field], to: after[field] }]),
  )
}

async function isNameTaken(tx: Transaction, tenantId: TenantId, name: string): Promise<boolean> {
  const rows = await tx
    .select({ id: apiKeyTable.id })
    .from(apiKeyTable)
    .where(and(eq(apiKeyTable.tenantId, tenantId), eq(apiKeyTable.name, name), isUsable()))
    .limit(1)
  return rows.length > 0
}

function own(tenantId: TenantId, id: KeyId): SQL | undefined {
  return and(eq(apiKeyTable.tenantId, tenantId), eq(apiKeyTable.id, id))
}

// keyStatus in SQL, as far as a condition needs it: neither revoked nor expired.
function isUsable(): SQL | undefined {
  const { revokedAt, expiresAt, overlapEndsAt } = apiKeyTable
  const lives = (end: typeof expiresAt | typeof overlapEndsAt) => or(isNull(end), gt(end, sql`now()`))
  return and(isNull(revokedAt), lives(expiresAt), lives(overlapEndsAt))
}

function isRotatingOut(): SQL | undefined {
  return and(isUsable(), isNotNull(apiKeyTable.overlapEndsAt))
}

function isEnded(key: ApiKey): boolean {
  return key.status === 'revoked' || key.status === 'expired'
}

// 10.0.0.5/8 means 10.0.0.0/8; the database works it out for both families.
function networks(ranges: readonly string[]): SQL<string[]> {
  return sql`(select coalesce(array_agg(network(range::inet) order by n), '{}')
    from jsonb_array_elements_text(${JSON.stringify(ranges)}::jsonb) with ordinality as given (range, n))`
}

function soonest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one.getTime() <= other.getTime() ? one : other
}

function sameLifetime({ createdAt, expiresAt }: ApiKey): Date | null {
  return expiresAt === null ? null : new Date(Date.now() + expiresAt.getTime() - createdAt.getTime())
}

function successorsFirst(keys: readonly ApiKey[]): ApiKey[] {
  const byId = new Map(keys.map((key) => [key.id, key]))
  const ordered = new Set<ApiKey>()
  for (const key of keys) {
    if (key.replacedBy !== null && byId.has(key.replacedBy)) continue
    for (
      let next: ApiKey | undefined = key;
      next !== undefined;
      next = next.replaces === null ? undefined : byId.get(next.replaces)
    ) {
      ordered.add(next)
    }
  }
  return [...ordered]
}

function inWords(status: KeyStatus): string {
  return status === 'rotating_out' ? 'already being rotated' : status
}

function alreadyCreated(key: ApiKey): AlreadyCreated {
  return { ...refused('already_created', 'this key was created before and is not shown again'), key }
}

function nameTaken(name: string): Refused<'name_taken'> {
  return refused('name_taken', `there is a usable key named ${name} already`)
}

function notUsable(key: ApiKey): Refused<'not_usable'> {
  return refused('not_usable', `the key is ${inWords(key.status)}`)
}

function notRotatingOut(key: ApiKey): Refused<'not_rotating_out'> {
  return refused('not_rotating_out', `the key is ${inWords(key.status)}: no overlap is running`)
}
