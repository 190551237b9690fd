import type { TenantId } from '@eventmesh/envelope'
import { type Actor, append } from './audit.ts'
import { can } from './capabilities.ts'
import type { Database } from './connect.ts'
import {
  answerOf,
  changing,
  hasOwner,
  join,
  type MemberChange,
  organizationsOf,
  slugTakenIsAnswered,
  Undone,
} from './members.ts'
import { newToken, tokenHash } from './one-time-token.ts'
import { invalid, type Refused, refused } from './refused.ts'
import { creationSchema, find } from './tenants.ts'
import { createUser, emailSchema, findByEmail, type UserId, writePassword } from './users.ts'

/**
 * One-time links: setup makes a tenant's first owner (30 min), reset sets a new password (1 h). Only their SHA-256 is
 * stored; opening one changes nothing, only the form behind it does.
 */
export const setupLinkMs = 30 * 60_000
export const resetLinkMs = 60 * 60_000

export type NewLink = { readonly ok: true; readonly token: string; readonly expiresAt: Date }

/** As the operator. An earlier link of the tenant ends. */
export async function createSetupLink(
  db: Database,
  slugOrId: string,
): Promise<NewLink | Refused<'not_found' | 'has_owner'>> {
  const tenant = await find(db, slugOrId)
  if (tenant === undefined) return refused('not_found', `there is no tenant ${slugOrId}; see: tenant list`)
  if (await hasOwner(db, tenant.id)) {
    return refused(
      'has_owner',
      `${tenant.slug} has an owner already; a lost password is set anew with: reset-link <email>`,
    )
  }
  const token = newToken()
  const expiresAt = new Date(Date.now() + setupLinkMs)
  await db.forTenant(tenant.id, async (tx) => {
    await tx.sql`delete from setup_link where tenant_id = ${tenant.id} and used_at is null`
    await tx.sql`
      insert into setup_link (tenant_id, token_hash, expires_at) values (${tenant.id}, ${token.hash}, ${expiresAt})`
  })
  return { ok: true, token: token.text, expiresAt }
}

export type LinkState<Found> = ({ readonly state: 'open' } & Found) | { readonly state: 'used' | 'expired' | 'unknown' }

export type SetupLink = { readonly tenantId: TenantId; readonly slug: string; readonly organization: string }

export async function findSetupLink(db: Database, token: string): Promise<LinkState<SetupLink>> {
  const [row] = await db.query(
    (sql) => sql<{ tenant_id: TenantId; slug: string; name: string; expires_at: Date; used_at: Date | null }[]>`
      select * from setup_link_by_hash(${tokenHash(token)})`,
  )
  if (row === undefined) return { state: 'unknown' }
  if (row.used_at !== null) return { state: 'used' }
  if (row.expires_at.getTime() <= Date.now()) return { state: 'expired' }
  return { state: 'open', tenantId: row.tenant_id, slug: row.slug, organization: row.name }
}

export type Setup = {
  readonly token: string
  /** A new account, or the person who is signed in. */
  readonly person:
    | { readonly email: string; readonly passwordHash: string; readonly name?: string | null | undefined }
    | { readonly signedIn: UserId; readonly email: string }
  readonly organization: { readonly slug: string; readonly name: string }
  readonly ip?: string | undefined
}

/** Uses the link up: names the tenant and makes the person its owner, in one transaction. */
export async function setUp(
  db: Database,
  setup: Setup,
): Promise<
  | { readonly ok: true; readonly userId: UserId; readonly tenantId: TenantId; readonly slug: string }
  | Refused<'invalid' | 'used' | 'expired' | 'unknown' | 'email_taken' | 'slug_taken'>
> {
  const link = await findSetupLink(db, setup.token)
  if (link.state !== 'open') return refused(link.state, 'the link can no longer be used')
  const organization = creationSchema.safeParse(setup.organization)
  if (!organization.success) return invalid(organization.error)
  const email = emailSchema.safeParse(setup.person.email)
  if (!email.success) return invalid(email.error)
  const { slug, name = slug } = organization.data
  const { tenantId } = link

  return await slugTakenIsAnswered(slug, () =>
    db.forTenant(tenantId, async (tx) => {
      const won = await tx.sql`
        update setup_link set used_at = now()
        where tenant_id = ${tenantId} and token_hash = ${tokenHash(setup.token)} and used_at is null and expires_at > now()
        returning 1`
      if (won.length === 0) return refused('used', 'the link was already used')
      const { person } = setup
      const userId =
        'signedIn' in person ? person.signedIn : (await createUser(tx, { ...person, email: email.data }))?.id
      if (userId === undefined) throw new Undone(refused('email_taken', 'this address has an account: sign in first'))
      const by: Actor = {
        kind: 'user',
        id: userId,
        name: email.data,
        ...(setup.ip === undefined ? {} : { ip: setup.ip }),
      }
      await tx.sql`update tenant set slug = ${slug}, name = ${name} where id = ${tenantId}`
      await join(tx, tenantId, { userId, email: email.data, role: 'owner' }, by)
      await append(tx, {
        tenantId,
        by,
        action: 'tenant.renamed',
        target: { kind: 'tenant', id: tenantId, name: slug },
        changes: { slug: { from: link.slug, to: slug }, name: { from: link.organization, to: name } },
      })
      return { ok: true, userId, tenantId, slug } as const
    }),
  ).catch(answerOf)
}

/** As the operator. */
export async function createResetLink(db: Database, email: string): Promise<NewLink | Refused<'not_found'>> {
  const user = await findByEmail(db, email.trim().toLowerCase())
  if (user === undefined) return refused('not_found', `nobody signs in as ${email}`)
  const token = newToken()
  const expiresAt = new Date(Date.now() + resetLinkMs)
  await db.transaction(
    (tx) => tx.sql`
      insert into reset_link (token_hash, user_id, expires_at) values (${token.hash}, ${user.id}, ${expiresAt})`,
  )
  return { ok: true, token: token.text, expiresAt }
}

/**
 * For a member whom an admin helps. Whoever sets somebody's password acts as them everywhere: so it is refused for a
 * person who belongs to an organization where the helper could not do it too.
 */
export async function createMemberResetLink(
  db: Database,
  change: MemberChange & { readonly helper: UserId },
  by: Actor,
): Promise<NewLink | Refused<'not_found' | 'owners_only' | 'belongs_elsewhere'>> {
  const { tenantId, userId, helper } = change
  const [theirs, own] = await Promise.all([organizationsOf(db, userId), organizationsOf(db, helper)])
  const isElsewhere = theirs.some(({ slug, role }) => {
    const mine = own.find((each) => each.slug === slug)
    return mine === undefined || !can(mine.role, role === 'owner' ? 'owners.write' : 'members.write')
  })
  if (isElsewhere) {
    return refused('belongs_elsewhere', 'the person belongs to another organization too: ask the operator (reset-link)')
  }
  const token = newToken()
  const expiresAt = new Date(Date.now() + resetLinkMs)
  return await changing(db, change, async (tx, { email }) => {
    await tx.sql`
      insert into reset_link (token_hash, user_id, expires_at) values (${token.hash}, ${userId}, ${expiresAt})`
    await append(tx, {
      tenantId,
      by,
      action: 'member.reset_link_made',
      target: { kind: 'member', id: userId, name: email },
    })
    return { ok: true, token: token.text, expiresAt }
  })
}

export async function findResetLink(db: Database, token: string): Promise<LinkState<{ readonly email: string }>> {
  const [row] = await db.query(
    (sql) => sql<{ email: string; expires_at: Date; used_at: Date | null }[]>`
      select u.email, l.expires_at, l.used_at from reset_link l join user_account u on u.id = l.user_id
      where l.token_hash = ${tokenHash(token)}`,
  )
  if (row === undefined) return { state: 'unknown' }
  if (row.used_at !== null) return { state: 'used' }
  if (row.expires_at.getTime() <= Date.now()) return { state: 'expired' }
  return { state: 'open', email: row.email }
}

/** Uses the link up, every other one of the person too, and ends all their sessions. */
export async function resetPassword(
  db: Database,
  { token, passwordHash }: { readonly token: string; readonly passwordHash: string },
): Promise<{ readonly ok: true; readonly userId: UserId } | Refused<'used'>> {
  return await db.transaction(async (tx) => {
    const [link] = await tx.sql<{ user_id: UserId }[]>`
      update reset_link set used_at = now()
      where token_hash = ${tokenHash(token)} and used_at is null and expires_at > now() returning user_id`
    if (link === undefined) return refused('used', 'the link was already used or has expired')
    const userId = link.user_id
    await tx.sql`update reset_link set used_at = now() where user_id = ${userId} and used_at is null`
    await writePassword(tx, userId, passwordHash)
    await tx.sql`delete from session where user_id = ${userId}`
    return { ok: true, userId }
  })
}
