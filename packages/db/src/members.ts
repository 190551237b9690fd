import { newUuid, type TenantId } from '@eventmesh/envelope'
import { type Actor, append } from './audit.ts'
import { isRole, type Role } from './capabilities.ts'
import type { Database, Transaction } from './connect.ts'
import { DatabaseError } from './database-error.ts'
import { newToken, tokenHash } from './one-time-token.ts'
import { invalid, type Refused, refused } from './refused.ts'
import { markForRotation } from './sessions.ts'
import { creationSchema, type Tenant } from './tenants.ts'
import { createUser, emailSchema, type UserId, userByEmail } from './users.ts'

/** A tenant as one of its members sees it. */
export type Membership = { readonly tenant: Tenant; readonly role: Role }

export type Organization = { readonly slug: string; readonly name: string; readonly role: Role }

export type Member = {
  readonly userId: UserId
  readonly email: string
  readonly role: Role
  readonly joinedAt: Date
  readonly lastActiveAt: Date | null
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
      settings: { requireIdempotencyKey: row.require_idempotency_key, claims: row.claims },
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
}

/** In the order of joining. */
export async function organizationsOf(db: Database, userId: UserId): Promise<readonly Organization[]> {
  return await db.query((sql) => sql<Organization[]>`select slug, name, role from tenants_of_user(${userId})`)
}

export async function list(db: Database, tenantId: TenantId): Promise<readonly Member[]> {
  const rows = await db.forTenant(
    tenantId,
    (tx) => tx.sql<{ user_id: UserId; email: string; role: Role; joined_at: Date; last_active_at: Date | null }[]>`
      select m.user_id, u.email, m.role, m.joined_at,
             (select max(last_seen_at) from session s where s.user_id = m.user_id) as last_active_at
      from membership m join user_account u on u.id = m.user_id
      where m.tenant_id = ${tenantId} order by m.joined_at, u.email`,
    { readOnly: true },
  )
  return rows.map((row) => ({
    userId: row.user_id,
    email: row.email,
    role: row.role,
    joinedAt: row.joined_at,
    lastActiveAt: row.last_active_at,
  }))
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

export type MemberChange = { readonly tenantId: TenantId; readonly userId: UserId }
export type MemberRefused = Refused<'not_found' | 'last_owner'>

/** The member's sessions exchange their ids at their next page. */
export async function setRole(
  db: Database,
  { tenantId, userId, role }: MemberChange & { readonly role: Role },
  by: Actor,
): Promise<{ readonly ok: true } | MemberRefused> {
  return await changing(db, { tenantId, userId }, async (tx, before) => {
    if (before.role === role) return { ok: true }
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

export async function remove(
  db: Database,
  { tenantId, userId }: MemberChange,
  by: Actor,
): Promise<{ readonly ok: true } | MemberRefused> {
  return await changing(db, { tenantId, userId }, async (tx, before) => {
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
    return { ok: true }
  })
}

/** Changes of a tenant's members come one after the other: the last owner is counted under the tenant's lock. */
async function changing<T>(
  db: Database,
  { tenantId, userId }: MemberChange,
  run: (tx: Transaction, before: { readonly role: Role; readonly email: string }) => Promise<T>,
): Promise<T | Refused<'not_found'>> {
  return await db.forTenant(tenantId, async (tx) => {
    await tx.sql`select from tenant where id = ${tenantId} for no key update`
    const [before] = await tx.sql<{ role: Role; email: string }[]>`
      select m.role, u.email from membership m join user_account u on u.id = m.user_id
      where m.tenant_id = ${tenantId} and m.user_id = ${userId}`
    if (before === undefined) return refused('not_found', 'this organization has no such member')
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

export const inviteMs = 24 * 3_600_000

export type InviteState =
  | { readonly state: 'open'; readonly invite: Invite }
  | { readonly state: 'used' | 'expired' | 'unknown'; readonly invite?: Invite }

export type Invite = {
  readonly id: string
  readonly tenantId: TenantId
  readonly slug: string
  readonly organization: string
  readonly email: string
  readonly role: Role
  readonly invitedBy: string
  readonly expiresAt: Date
}

/** A link for one address, good once and for 24 h; an earlier one for it ends. */
export async function invite(
  db: Database,
  input: { readonly tenantId: TenantId; readonly email: string; readonly role: Role },
  by: Actor,
): Promise<{ readonly ok: true; readonly token: string; readonly expiresAt: Date } | Refused<'invalid' | 'is_member'>> {
  const parsed = emailSchema.safeParse(input.email)
  if (!parsed.success) return invalid(parsed.error)
  const { tenantId, role } = input
  const email = parsed.data
  const token = newToken()
  const expiresAt = new Date(Date.now() + inviteMs)
  return await db.forTenant(tenantId, async (tx) => {
    const member = await tx.sql`
      select from membership m join user_account u on u.id = m.user_id
      where m.tenant_id = ${tenantId} and u.email = ${email}`
    if (member.length > 0) return refused('is_member', `${email} is a member already`)
    await tx.sql`
      update invite set revoked_at = now()
      where tenant_id = ${tenantId} and email = ${email} and accepted_at is null and revoked_at is null`
    const id = newUuid()
    await tx.sql`
      insert into invite (tenant_id, id, email, role, token_hash, invited_by, expires_at)
      values (${tenantId}, ${id}, ${email}, ${role}, ${token.hash}, ${by.name}, ${expiresAt})`
    await append(tx, {
      tenantId,
      by,
      action: 'member.invited',
      target: { kind: 'member', id, name: email },
      changes: { role: { from: null, to: role } },
    })
    return { ok: true, token: token.text, expiresAt }
  })
}

export async function findInvite(db: Database, token: string): Promise<InviteState> {
  const [row] = await db.query((sql) => sql<InviteRow[]>`select * from invite_by_hash(${tokenHash(token)})`)
  if (row === undefined || !isRole(row.role)) return { state: 'unknown' }
  const found: Invite = {
    id: row.id,
    tenantId: row.tenant_id,
    slug: row.slug,
    organization: row.name,
    email: row.email,
    role: row.role,
    invitedBy: row.invited_by,
    expiresAt: row.expires_at,
  }
  if (row.accepted_at !== null || row.revoked_at !== null) return { state: 'used', invite: found }
  return { state: row.expires_at.getTime() <= Date.now() ? 'expired' : 'open', invite: found }
}

type InviteRow = {
  readonly tenant_id: TenantId
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly email: string
  readonly role: string
  readonly invited_by: string
  readonly expires_at: Date
  readonly accepted_at: Date | null
  readonly revoked_at: Date | null
}

/** Uses the link up: the signed-in person of that address joins, or a new account is made for it. */
export async function acceptInvite(
  db: Database,
  input: {
    readonly token: string
    readonly person: { readonly signedIn: UserId } | { readonly passwordHash: string }
    readonly ip?: string | undefined
  },
): Promise<
  | { readonly ok: true; readonly userId: UserId; readonly slug: string }
  | Refused<'used' | 'expired' | 'unknown' | 'email_taken' | 'other_person'>
> {
  const found = await findInvite(db, input.token)
  if (found.state !== 'open') return refused(found.state, 'the link can no longer be used')
  const { tenantId, id, email, role, slug } = found.invite
  return await db
    .forTenant(tenantId, async (tx) => {
      const won = await tx.sql`
      update invite set accepted_at = now()
      where tenant_id = ${tenantId} and id = ${id} and accepted_at is null and revoked_at is null and expires_at > now()
      returning 1`
      if (won.length === 0) return refused('used', 'the link was already used')
      const account = await userByEmail(tx, email)
      if ('signedIn' in input.person) {
        if (account?.id !== input.person.signedIn)
          throw new Undone(refused('other_person', `this invite is for ${email}`))
      } else if (account !== undefined) {
        throw new Undone(refused('email_taken', `${email} has an account: sign in first`))
      }
      const user =
        account ?? ('passwordHash' in input.person ? await createUser(tx, { email, ...input.person }) : undefined)
      if (user === undefined) throw new Undone(refused('email_taken', `${email} has an account: sign in first`))
      const by: Actor = { kind: 'user', id: user.id, name: email, ...(input.ip === undefined ? {} : { ip: input.ip }) }
      await join(tx, tenantId, { userId: user.id, email, role }, by)
      return { ok: true, userId: user.id, slug } as const
    })
    .catch(answerOf)
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
