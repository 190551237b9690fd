import { newUuid, type TenantId } from '@eventmesh/envelope'
import { type Actor, append } from './audit.ts'
import { isRole, type Role } from './capabilities.ts'
import type { Database, Transaction } from './connect.ts'
import { answerOf, join, ownersOnly, Undone } from './members.ts'
import { newToken, type OneTimeToken, tokenHash } from './one-time-token.ts'
import { invalid, type Refused, refused } from './refused.ts'
import { createUser, emailSchema, type UserId, userByEmail } from './users.ts'

export const inviteMs = 24 * 3_600_000

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

export type InviteState =
  | { readonly state: 'open'; readonly invite: Invite }
  | { readonly state: 'used' | 'expired' | 'unknown'; readonly invite?: Invite }

export type InviteLink = { readonly ok: true; readonly token: string; readonly expiresAt: Date }

/** A link for one address, good once and for 24 h; an earlier one for it ends. */
export async function create(
  db: Database,
  input: { readonly tenantId: TenantId; readonly email: string; readonly role: Role },
  by: Actor,
): Promise<InviteLink | Refused<'invalid' | 'is_member'>> {
  const parsed = emailSchema.safeParse(input.email)
  if (!parsed.success) return invalid(parsed.error)
  const { tenantId, role } = input
  const email = parsed.data
  const token = newToken()
  const expiresAt = endOfLink()
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

export type OpenInvite = {
  readonly id: string
  readonly email: string
  readonly role: Role
  readonly invitedBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** Neither accepted nor revoked, the expired ones too: they can be renewed. Newest first. */
export async function list(db: Database, tenantId: TenantId): Promise<readonly OpenInvite[]> {
  const rows = await db.forTenant(
    tenantId,
    (tx) => tx.sql<OpenRow[]>`
      select id, email, role, invited_by, created_at, expires_at from invite
      where tenant_id = ${tenantId} and accepted_at is null and revoked_at is null
      order by created_at desc, id limit 200`,
    { readOnly: true },
  )
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }))
}

type OpenRow = {
  readonly id: string
  readonly email: string
  readonly role: Role
  readonly invited_by: string
  readonly created_at: Date
  readonly expires_at: Date
}

export type InviteChange = {
  readonly tenantId: TenantId
  readonly id: string
  /** May touch what concerns owners. */
  readonly mayChangeOwners: boolean
}

/** A new link in the place of the old one, good for 24 h from now. */
export async function renew(
  db: Database,
  change: InviteChange,
  by: Actor,
): Promise<(InviteLink & { readonly email: string }) | Refused<'not_found' | 'owners_only'>> {
  const token: OneTimeToken = newToken()
  const expiresAt = endOfLink()
  return await changing(db, change, by, 'member.invite_renewed', async (tx, { email }) => {
    await tx.sql`
      update invite set token_hash = ${token.hash}, expires_at = ${expiresAt}
      where tenant_id = ${change.tenantId} and id = ${change.id} and accepted_at is null and revoked_at is null`
    return { ok: true, token: token.text, expiresAt, email }
  })
}

export async function revoke(
  db: Database,
  change: InviteChange,
  by: Actor,
): Promise<{ readonly ok: true } | Refused<'not_found' | 'owners_only'>> {
  return await changing(db, change, by, 'member.invite_revoked', async (tx) => {
    await tx.sql`
      update invite set revoked_at = now()
      where tenant_id = ${change.tenantId} and id = ${change.id} and accepted_at is null and revoked_at is null`
    return { ok: true }
  })
}

/** One open invite under its lock: whoever accepts it at the same time comes before or after. */
async function changing<T>(
  db: Database,
  { tenantId, id, mayChangeOwners }: InviteChange,
  by: Actor,
  action: string,
  run: (tx: Transaction, invite: { readonly email: string; readonly role: Role }) => Promise<T>,
): Promise<T | Refused<'not_found' | 'owners_only'>> {
  return await db.forTenant(tenantId, async (tx) => {
    const [invite] = await tx.sql<{ email: string; role: Role }[]>`
      select email, role from invite
      where tenant_id = ${tenantId} and id = ${id} and accepted_at is null and revoked_at is null for update`
    if (invite === undefined) return refused('not_found', 'this invite was accepted or revoked meanwhile')
    if (invite.role === 'owner' && !mayChangeOwners) return ownersOnly()
    const result = await run(tx, invite)
    await append(tx, { tenantId, by, action, target: { kind: 'member', id, name: invite.email } })
    return result
  })
}

export async function find(db: Database, token: string): Promise<InviteState> {
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
export async function accept(
  db: Database,
  input: {
    readonly token: string
    readonly person:
      | { readonly signedIn: UserId }
      | { readonly passwordHash: string; readonly name?: string | null | undefined }
    readonly ip?: string | undefined
  },
): Promise<
  | { readonly ok: true; readonly userId: UserId; readonly slug: string }
  | Refused<'used' | 'expired' | 'unknown' | 'email_taken' | 'other_person'>
> {
  const found = await find(db, input.token)
  if (found.state !== 'open') return refused(found.state, 'the link can no longer be used')
  const { tenantId, id, email, role, slug } = found.invite
  return await db
    .forTenant(tenantId, async (tx) => {
      const won = await tx.sql`
      update invite set accepted_at = now()
      where tenant_id = ${tenantId} and id = ${id} and token_hash = ${tokenHash(input.token)}
        and accepted_at is null and revoked_at is null and expires_at > now()
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

function endOfLink(): Date {
  return new Date(Date.now() + inviteMs)
}
