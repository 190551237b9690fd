import { newUuid } from '@eventmesh/envelope'
import { z } from 'zod'
import type { Database, Transaction } from './connect.ts'

/** A person who can sign in; lower-case UUID text. */
export type UserId = string & { readonly __user: 'UserId' }

export type User = { readonly id: UserId; readonly email: string; readonly createdAt: Date }

/** Lower case: an address is one account however it is typed. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email('Enter an email address.'))

export async function findByEmail(db: Database, email: string): Promise<User | undefined> {
  return await db.transaction((tx) => userByEmail(tx, email), { readOnly: true })
}

export async function userByEmail(tx: Transaction, email: string): Promise<User | undefined> {
  const [row] = await tx.sql<Row[]>`select id, email, created_at from user_account where email = ${email}`
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
  account: { readonly email: string; readonly passwordHash: string },
): Promise<User | undefined> {
  const id = newUuid() as UserId
  const [row] = await tx.sql<Row[]>`
    insert into user_account (id, email) values (${id}, ${account.email})
    on conflict (email) do nothing returning id, email, created_at`
  if (row === undefined) return undefined
  await writePassword(tx, id, account.passwordHash)
  return fromRow(row)
}

type Row = { readonly id: UserId; readonly email: string; readonly created_at: Date }

function fromRow(row: Row): User {
  return { id: row.id, email: row.email, createdAt: row.created_at }
}
