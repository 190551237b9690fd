import { newUuid, type TenantId } from '@eventmesh/envelope'
import { z } from 'zod'
import { type Actor, append } from './audit.ts'
import type { Database, Transaction } from './connect.ts'

/** A person who can sign in; lower-case UUID text. */
export type UserId = string & { readonly __user: 'UserId' }

export type User = {
  readonly id: UserId
  readonly email: string
  /** What they want to be called; null: they did not say. */
  readonly name: string | null
  readonly createdAt: Date
}

/** Lower case: an address is one account however it is typed. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email('Enter an email address.'))

/** Nothing is null. Marks that turn the direction of writing are refused: they would reach beyond the name. */
export const personNameSchema = z
  .string()
  .trim()
  .max(80, 'Use at most 80 characters.')
  .regex(
    /^[^\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u,
    'A name has no control characters and no line breaks.',
  )
  .refine((name) => name.isWellFormed(), 'This is not well-formed Unicode.')
  .transform((name) => (name === '' ? null : name))

export const preferencesSchema = z
  .object({
    zone: z.enum(['utc', 'local', 'relative']),
    hours: z.literal([12, 24]),
    density: z.enum(['compact', 'comfortable']),
    theme: z.enum(['system', 'light', 'dark']),
    shortcuts: z.enum(['on', 'off']),
  })
  .partial()

/** How they like the console; what is absent they never chose. */
export type PersonPreferences = z.infer<typeof preferencesSchema>

export async function findByEmail(db: Database, email: string): Promise<User | undefined> {
  return await db.transaction((tx) => userByEmail(tx, email), { readOnly: true })
}

export async function userByEmail(tx: Transaction, email: string): Promise<User | undefined> {
  const [row] = await tx.sql<Row[]>`select id, email, name, created_at from user_account where email = ${email}`
  return row && fromRow(row)
}

/** The stored argon2id hash, for the one place that verifies it. */
export async function passwordHash(db: Database, userId: UserId): Promise<string | undefined> {
  const [row] = await db.transaction(
    (tx) => tx.sql<{ password_hash: string }[]>`select password_hash from credential where user_id = ${userId}`,
    { readOnly: true },
  )
  return row?.password_hash
}

/** Ends every session but `keep` (the caller's own, by the hash of its id), and every reset link. */
export async function setPassword(
  db: Database,
  { userId, hash, keep }: { readonly userId: UserId; readonly hash: string; readonly keep?: Buffer },
): Promise<void> {
  await db.transaction(async (tx) => {
    await writePassword(tx, userId, hash)
    await tx.sql`update reset_link set used_at = now() where user_id = ${userId} and used_at is null`
    await tx.sql`delete from session where user_id = ${userId} and hash <> ${keep ?? Buffer.alloc(32)}`
  })
}

export async function writePassword(tx: Transaction, userId: UserId, hash: string): Promise<void> {
  await tx.sql`
    insert into credential (user_id, password_hash) values (${userId}, ${hash})
    on conflict (user_id) do update set password_hash = excluded.password_hash, changed_at = now()`
}

/** In the transaction of what lets the person in; undefined when the address has an account. */
export async function createUser(
  tx: Transaction,
  account: { readonly email: string; readonly passwordHash: string; readonly name?: string | null | undefined },
): Promise<User | undefined> {
  const id = newUuid() as UserId
  const [row] = await tx.sql<Row[]>`
    insert into user_account (id, email, name) values (${id}, ${account.email}, ${account.name ?? null})
    on conflict (email) do nothing returning id, email, name, created_at`
  if (row === undefined) return undefined
  await writePassword(tx, id, account.passwordHash)
  return fromRow(row)
}

/** Everybody they work with sees it, so each of their organizations has it in its audit log. */
export async function rename(
  db: Database,
  { userId, name }: { readonly userId: UserId; readonly name: string | null },
  by: Actor,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [before] = await tx.sql<{ email: string; name: string | null }[]>`
      select email, name from user_account where id = ${userId} for update`
    if (before === undefined || before.name === name) return
    await tx.sql`update user_account set name = ${name} where id = ${userId}`
    const organizations = await tx.sql<{ tenant_id: TenantId }[]>`
      select m.tenant_id from tenants_of_user(${userId}) o cross join lateral member_tenant(o.slug, ${userId}) m`
    for (const { tenant_id: tenantId } of organizations) {
      await tx.sql`select set_config('app.tenant_id', ${tenantId}, true)`
      await append(tx, {
        tenantId,
        by,
        action: 'member.renamed',
        target: { kind: 'member', id: userId, name: before.email },
        changes: { name: { from: before.name, to: name } },
      })
    }
  })
}

/** Nothing, where what is stored is of a release that knew other choices. */
export async function preferencesOf(db: Database, userId: UserId): Promise<PersonPreferences> {
  const [row] = await db.transaction(
    (tx) => tx.sql<{ preferences: unknown }[]>`select preferences from user_account where id = ${userId}`,
    { readOnly: true },
  )
  const parsed = preferencesSchema.safeParse(row?.preferences)
  return parsed.success ? parsed.data : {}
}

/** What is not named stays as it was. */
export async function prefer(db: Database, userId: UserId, change: PersonPreferences): Promise<void> {
  await db.transaction(
    (tx) => tx.sql`
      update user_account set preferences = preferences || ${JSON.stringify(change)}::text::jsonb where id = ${userId}`,
  )
}

type Row = { readonly id: UserId; readonly email: string; readonly name: string | null; readonly created_at: Date }

function fromRow(row: Row): User {
  return { id: row.id, email: row.email, name: row.name, createdAt: row.created_at }
}
