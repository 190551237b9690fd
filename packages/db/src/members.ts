import { newUuid, type TenantId } from '@eventmesh/envelope'
import { type Actor, append } from './audit.ts'
import { type Capability, can, isRole, type Role } from './capabilities.ts'
import type { Database, Transaction } from './connect.ts'
import { DatabaseError } from './database-error.ts'
import { announceKeyChange } from './key-changes.ts'
import { revokeKeysOf } from './member-keys.ts'
import { invalid, type Refused, refused } from './refused.ts'
import { markForRotation } from './sessions.ts'
import { creationSchema, type Tenant } from './tenants.ts'
import type { UserId } from './users.ts'

/** A tenant as one of its members sees it. */
export type Membership = { readonly tenant: Tenant; readonly role: Role }

export type Organization = { readonly slug: string; readonly name: string; readonly role: Role }

export type Member = {
  readonly userId: UserId
  readonly email: string
  readonly name: string | null
  readonly role: Role
  readonly joinedAt: Date
  readonly lastActiveAt: Date | null
}

/** What the role may, as the tenant's own rules narrow it. */
export function may({ role, tenant }: Membership, capability: Capability): boolean {
  if (capability === 'payload.read' && role === 'viewer' && !tenant.policy.viewersSeePayloads) return false
  return can(role, capability)
}

/** Undefined for a slug that does not exist and for one whose member this person is not: the two look alike. */
export async function membershipOf(db: Database, slug: string, userId: UserId): Promise<Membership | undefined> {
  const [row] = await db.query((sql) => sql<MembershipRow[]>`select * from member_tenant(${slug}, ${userId})`)
  if (row === undefined || !isRole(row.role)) return undefined
  return {
    role: row.role,
    tenant: {
      id: row.tenant_id,
      slug: row.slug,
      name: row.name,
      createdAt: row.created_at,
      suspendedAt: row.suspended_at,
      suspendedReason: row.suspended_reason,
      settings: {
        requireIdempotencyKey: row.require_idempotency_key,
        claims: row.claims,
        dedupWindowS: row.dedup_window_s,
      },
      policy: {
        viewersSeePayloads: row.viewers_see_payloads,
        sessionHoursMax: row.session_hours_max,
        keyDaysMax: row.key_days_max,
      },
    },
  }
}

type MembershipRow = {
  readonly tenant_id: TenantId
  readonly slug: string
  readonly name: string
  readonly role: string
  readonly suspended_at: Date | null
  readonly suspended_reason: string | null
  readonly require_idempotency_key: boolean
  readonly claims: Tenant['settings']['claims']
  readonly created_at: Date
  readonly viewers_see_payloads: boolean
  readonly session_hours_max: number | null
  readonly key_days_max: number | null
  readonly dedup_window_s: number | null
}

/** In the order of joining. */
export async function organizationsOf(db: Database, userId: UserId): Promise<readonly Organization[]> {
  return await db.query((sql) => sql<Organization[]>`select slug, name, role from tenants_of_user(${userId})`)
}

export async function list(db: Database, tenantId: TenantId): Promise<readonly Member[]> {
  const rows = await db.forTenant(
    tenantId,
    (tx) => tx.sql<MemberRow[]>`
      select m.user_id, u.email, u.name, m.role, m.joined_at,
             (select max(last_seen_at) from session s where s.user_id = m.user_id) as last_active_at
      from membership m join user_account u on u.id = m.user_id
      where m.tenant_id = ${tenantId} order by m.joined_at, u.email`,
    { readOnly: true },
  )
  return rows.map((row) => ({
    userId: row.user_id,
    email: row.email,
    name: row.name,
    role: row.role,
    joinedAt: row.joined_at,
    lastActiveAt: row.last_active_at,
  }))
}

type MemberRow = {
  readonly user_id: UserId
  readonly email: string
  readonly name: string | null
  readonly role: Role
  readonly joined_at: Date
  readonly last_active_at: Date | null
}

export async function hasOwner(db: Database, tenantId: TenantId): Promise<boolean> {
  const rows = await db.forTenant(
    tenantId,
    (tx) => tx.sql`select from membership where tenant_id = ${tenantId} and role = 'owner' limit 1`,
    { readOnly: true },
  )
  return rows.length > 0
}

export async function isSlugTaken(db: Database, slug: string): Promise<boolean> {
  const [row] = await db.query((sql) => sql<{ taken: boolean }[]>`select slug_is_taken(${slug}) as taken`)
  return row?.taken ?? true
}

export type NewOrganization = { readonly slug: string; readonly name: string; readonly owner: UserId }

/** A tenant whose owner is the person who makes it. */
export async function createOrganization(
  db: Database,
  input: NewOrganization,
  by: Actor,
): Promise<{ readonly ok: true; readonly tenantId: TenantId } | Refused<'invalid' | 'slug_taken'>> {
  const parsed = creationSchema.safeParse({ slug: input.slug, name: input.name })
  if (!parsed.success) return invalid(parsed.error)
  const { slug, name = slug } = parsed.data
  const id = newUuid() as TenantId
  return await slugTakenIsAnswered(slug, async () =>
    db.forTenant(id, async (tx) => {
      await tx.sql`insert into tenant (id, slug, name) values (${id}, ${slug}, ${name})`
      await append(tx, { tenantId: id, by, action: 'tenant.created', target: { kind: 'tenant', id, name: slug } })
      await join(tx, id, { userId: input.owner, email: by.name, role: 'owner' }, by)
      return { ok: true, tenantId: id }
    }),
  )
}

/** The slug's unique index decides; a race is answered as a taken slug. */
export async function slugTakenIsAnswered<T>(slug: string, run: () => Promise<T>): Promise<T | Refused<'slug_taken'>> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof DatabaseError && error.constraint === 'tenant_slug')) throw error
    return refused('slug_taken', `the name ${slug} is taken`)
  }
}

/** In the transaction that lets the person in. */
export async function join(
  tx: Transaction,
  tenantId: TenantId,
  member: { readonly userId: UserId; readonly email: string; readonly role: Role },
  by: Actor,
): Promise<void> {
  await tx.sql`
    insert into membership (tenant_id, user_id, role) values (${tenantId}, ${member.userId}, ${member.role})
    on conflict (tenant_id, user_id) do nothing`
  await append(tx, {
    tenantId,
    by,
    action: 'member.joined',
    target: { kind: 'member', id: member.userId, name: member.email },
    changes: { role: { from: null, to: member.role } },
  })
}

export type MemberChange = {
  readonly tenantId: TenantId
  readonly userId: UserId
  /** May touch owners and make some; else they are refused. Default true: the operator. */
  readonly mayChangeOwners?: boolean
}
export type MemberRefused = Refused<'not_found' | 'last_owner' | 'owners_only'>

/** The member's sessions exchange their ids at their next page. `from`: only while the role is still this one. */
export async function setRole(
  db: Database,
  { role, from, ...change }: MemberChange & { readonly role: Role; readonly from?: Role },
  by: Actor,
): Promise<{ readonly ok: true } | MemberRefused | Refused<'conflict'>> {
  const { tenantId, userId, mayChangeOwners = true } = change
  return await changing(db, change, async (tx, before) => {
    if (before.role === role) return { ok: true }
    if (from !== undefined && before.role !== from) {
      return refused('conflict', `somebody else changed the role to ${before.role} meanwhile`)
    }
    if (role === 'owner' && !mayChangeOwners) return ownersOnly()
    if (before.role === 'owner' && (await isLastOwner(tx, tenantId))) return lastOwner()
    await tx.sql`
      update membership set role = ${role}
      where tenant_id = ${tenantId} and user_id = ${userId} and role = ${before.role}`
    await markForRotation(tx, userId)
    await append(tx, {
      tenantId,
      by,
      action: 'member.role_changed',
      target: { kind: 'member', id: userId, name: before.email },
      changes: { role: { from: before.role, to: role } },
    })
    return { ok: true }
  })
}

/** Their API keys stay, unless `keys` says otherwise; their events stay in any case. */
export async function remove(
  db: Database,
  { keys = 'keep', ...change }: MemberChange & { readonly keys?: 'keep' | 'revoke' },
  by: Actor,
): Promise<{ readonly ok: true } | MemberRefused> {
  const { tenantId, userId } = change
  let revoked: readonly string[] = []
  const result = await changing(db, change, async (tx, before): Promise<{ ok: true } | MemberRefused> => {
    if (before.role === 'owner' && (await isLastOwner(tx, tenantId))) return lastOwner()
    await tx.sql`delete from membership where tenant_id = ${tenantId} and user_id = ${userId}`
    await markForRotation(tx, userId)
    await append(tx, {
      tenantId,
      by,
      action: 'member.removed',
      target: { kind: 'member', id: userId, name: before.email },
      changes: { role: { from: before.role, to: null } },
    })
    if (keys === 'revoke') revoked = await revokeKeysOf(tx, tenantId, before.email, by)
    return { ok: true }
  })
  if (result.ok) for (const hash of revoked) await announceKeyChange(db, hash)
  return result
}

/** Ends every session of the member, in whatever browser. */
export async function signOutEverywhere(
  db: Database,
  change: MemberChange,
  by: Actor,
): Promise<{ readonly ok: true } | MemberRefused> {
  return await changing(db, change, async (tx, before) => {
    await tx.sql`delete from session where user_id = ${change.userId}`
    await append(tx, {
      tenantId: change.tenantId,
      by,
      action: 'member.signed_out',
      target: { kind: 'member', id: change.userId, name: before.email },
    })
    return { ok: true }
  })
}

/** Changes of a tenant's members come one after the other: the last owner is counted under the tenant's lock. */
export async function changing<T>(
  db: Database,
  { tenantId, userId, mayChangeOwners = true }: MemberChange,
  run: (tx: Transaction, before: { readonly role: Role; readonly email: string }) => Promise<T>,
): Promise<T | Refused<'not_found' | 'owners_only'>> {
  return await db.forTenant(tenantId, async (tx) => {
    await tx.sql`select from tenant where id = ${tenantId} for no key update`
    const [before] = await tx.sql<{ role: Role; email: string }[]>`
      select m.role, u.email from membership m join user_account u on u.id = m.user_id
      where m.tenant_id = ${tenantId} and m.user_id = ${userId}`
    if (before === undefined) return refused('not_found', 'this organization has no such member')
    if (before.role === 'owner' && !mayChangeOwners) return ownersOnly()
    return await run(tx, before)
  })
}

async function isLastOwner(tx: Transaction, tenantId: TenantId): Promise<boolean> {
  const owners = await tx.sql`
    select from membership where tenant_id = ${tenantId} and role = 'owner' limit 2`
  return owners.length < 2
}

function lastOwner(): Refused<'last_owner'> {
  return refused('last_owner', 'an organization keeps at least one owner: make somebody else one first')
}

export function ownersOnly(): Refused<'owners_only'> {
  return refused('owners_only', 'only an owner changes owners')
}

/** Rolls a transaction back and becomes its answer. */
export class Undone<Answer extends Refused<string>> extends Error {
  override readonly name = 'Undone'
  readonly answer: Answer
  constructor(answer: Answer) {
    super(answer.detail)
    this.answer = answer
  }
}

export function answerOf(error: unknown): never | Refused<never> {
  if (error instanceof Undone) return error.answer as Refused<never>
  throw error
}
