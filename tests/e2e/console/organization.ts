import { randomUUID } from 'node:crypto'
import { invites, members, type Role, users } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { type House, owner, signIn } from './fixtures.ts'

/** An organization of a test's own, so that what it changes is nobody else's. */
export type Organization = {
  readonly tenantId: TenantId
  readonly slug: string
  readonly ownerEmail: string
  /** A member with the password of the fixtures. */
  member(name: string, role: Role): Promise<string>
}

export async function organization({ db }: House, name: string): Promise<Organization> {
  const mark = randomUUID().slice(0, 8)
  const slug = `${name}-${mark}`
  const passwordHash = await knownHash({ db })
  const ownerEmail = `owner@${slug}.example`
  const account = await db.transaction((tx) => users.createUser(tx, { email: ownerEmail, passwordHash }))
  if (account === undefined) throw new Error('the address is taken')
  const by = { kind: 'user', id: account.id, name: ownerEmail } as const
  const made = await members.createOrganization(db, { slug, name, owner: account.id }, by)
  if (!made.ok) throw new Error(made.detail)
  const { tenantId } = made
  return {
    tenantId,
    slug,
    ownerEmail,
    async member(who, role) {
      const email = `${who}@${slug}.example`
      const invited = await invites.create(db, { tenantId, email, role }, by)
      if (!invited.ok) throw new Error(invited.detail)
      const joined = await invites.accept(db, { token: invited.token, person: { passwordHash } })
      if (!joined.ok) throw new Error(joined.detail)
      return email
    },
  }
}

/** A browser of its own in which somebody is signed in. */
export async function browserOf(
  browser: Browser,
  house: House,
  email: string,
  path: string,
): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await signIn(page, house, email, path)
  return { page, context }
}

/** As if the password had been entered long ago. */
export async function ageSessions({ db }: House, email: string, hours: number): Promise<void> {
  await db.transaction(
    (tx) => tx.sql`
      update session set authenticated_at = now() - ${hours} * interval '1 hour'
      where user_id = (select id from user_account where email = ${email})`,
  )
}

/** As if the person had signed in almost 30 days ago. */
export async function endSessionsIn({ db }: House, email: string, seconds: number): Promise<void> {
  await db.transaction(
    (tx) => tx.sql`
      update session set created_at = now() - interval '30 days' + ${seconds} * interval '1 s'
      where user_id = (select id from user_account where email = ${email})`,
  )
}

async function knownHash({ db }: Pick<House, 'db'>): Promise<string> {
  const [row] = await db.transaction(
    (tx) => tx.sql<{ password_hash: string }[]>`
      select password_hash from credential c join user_account u on u.id = c.user_id where u.email = ${owner}`,
  )
  if (row === undefined) throw new Error('the owner has no password')
  return row.password_hash
}
