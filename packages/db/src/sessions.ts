import { newUuid } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import type { UserId } from './users.ts'

/** A signed-in browser. `hash` is the SHA-256 of the cookie's value; the value itself is stored nowhere. */
export type Session = {
  readonly hash: Buffer
  readonly id: string
  readonly userId: UserId
  readonly email: string
  readonly name: string | null
  readonly createdAt: Date
  /** When the password was last asked for. */
  readonly authenticatedAt: Date
  readonly expiresAt: Date
  readonly lastSeenAt: Date
  readonly mustRotate: boolean
  readonly isReplaced: boolean
  readonly ip: string | null
  readonly userAgent: string | null
}

/** However it is used, a session ends this long after its sign-in. */
export const sessionAbsoluteMs = 30 * 86_400_000
/** How long an exchanged id still serves the requests that carried it. */
export const replacedGraceMs = 10_000

export type NewSession = {
  readonly hash: Buffer
  readonly userId: UserId
  readonly expiresAt: Date
  readonly ip: string | null
  readonly userAgent: string | null
}

/** Sessions that are over go with it, a few at a time. */
export async function create(db: Database, session: NewSession): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.sql`
      insert into session (hash, id, user_id, created_at, authenticated_at, expires_at, ip, user_agent)
      values (${session.hash}, ${newUuid()}, ${session.userId}, now(), now(), ${session.expiresAt},
              ${session.ip}, ${session.userAgent?.slice(0, 300) ?? null})`
    await tx.sql`
      delete from session where hash in (
        select hash from session where expires_at < now() order by expires_at limit 100 for update skip locked)`
  })
}

/** Undefined for unknown ids and for those past one of their limits. Remembers the use, once a minute. */
export async function find(db: Database, hash: Buffer): Promise<Session | undefined> {
  return await db.transaction(async (tx) => {
    const [row] = await tx.sql<Row[]>`
      select ${columns(tx)} from session s join user_account u on u.id = s.user_id
      where s.hash = ${hash} and s.expires_at > now()
        and s.created_at > now() - ${sessionAbsoluteMs} * interval '1 ms'`
    if (row === undefined) return undefined
    if (Date.now() - row.last_seen_at.getTime() > 60_000) {
      await tx.sql`update session set last_seen_at = now() where hash = ${hash}`
    }
    return fromRow(row)
  })
}

/** Moves the sliding end; the absolute one stands, and an exchanged id only ever ends sooner. */
export async function extend(db: Database, hash: Buffer, expiresAt: Date): Promise<void> {
  await db.transaction(
    (tx) => tx.sql`
      update session set expires_at = least(${expiresAt}::timestamptz, created_at + ${sessionAbsoluteMs} * interval '1 ms')
      where hash = ${hash} and not is_replaced`,
  )
}

/**
 * Exchanges an id for a new one: same person, same absolute end; the old one lives 10 s more. False when it was
 * exchanged before or is over, so that of two requests one wins.
 */
export async function replace(
  db: Database,
  {
    from,
    to,
    isAuthentication = false,
  }: { readonly from: Buffer; readonly to: Buffer; readonly isAuthentication?: boolean },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const rows = await tx.sql`
      update session set is_replaced = true, expires_at = least(expires_at, now() + ${replacedGraceMs} * interval '1 ms')
      where hash = ${from} and not is_replaced and expires_at > now() returning 1`
    if (rows.length === 0) return false
    await tx.sql`
      insert into session (hash, id, user_id, created_at, authenticated_at, expires_at, ip, user_agent)
      select ${to}, ${newUuid()}, user_id, created_at, case when ${isAuthentication} then now() else authenticated_at end,
             least(now() + interval '10 days', created_at + ${sessionAbsoluteMs} * interval '1 ms'), ip, user_agent
      from session where hash = ${from}`
    return true
  })
}

export async function remove(db: Database, hash: Buffer): Promise<void> {
  await db.transaction((tx) => tx.sql`delete from session where hash = ${hash}`)
}

/** By the id that lists show; only of this person. */
export async function revoke(db: Database, userId: UserId, id: string): Promise<boolean> {
  const gone = await db.transaction(
    (tx) => tx.sql`delete from session where user_id = ${userId} and id = ${id} returning 1`,
  )
  return gone.length > 0
}

/** All of this person but `keep`; how many there were. */
export async function revokeOthers(db: Database, userId: UserId, keep: Buffer): Promise<number> {
  const gone = await db.transaction(
    (tx) => tx.sql`delete from session where user_id = ${userId} and hash <> ${keep} returning is_replaced`,
  )
  return gone.filter((row) => row.is_replaced === false).length
}

export async function removeAllOf(db: Database, userId: UserId): Promise<void> {
  await db.transaction((tx) => tx.sql`delete from session where user_id = ${userId}`)
}

/** Newest use first, exchanged ones left out. */
export async function listOf(db: Database, userId: UserId): Promise<readonly Session[]> {
  const rows = await db.transaction(
    (tx) => tx.sql<Row[]>`
      select ${columns(tx)} from session s join user_account u on u.id = s.user_id
      where s.user_id = ${userId} and s.expires_at > now() and not s.is_replaced
      order by s.last_seen_at desc, s.id`,
    { readOnly: true },
  )
  return rows.map(fromRow)
}

/** In the transaction that changes the person's rights: each of their sessions exchanges its id at its next page. */
export async function markForRotation(tx: Transaction, userId: UserId): Promise<void> {
  await tx.sql`update session set must_rotate = true where user_id = ${userId} and not is_replaced`
}

function columns(tx: Transaction) {
  return tx.sql`s.hash, s.id, s.user_id, u.email, u.name, s.created_at, s.authenticated_at, s.expires_at, s.last_seen_at,
    s.must_rotate, s.is_replaced, s.ip, s.user_agent`
}

type Row = {
  readonly hash: Buffer
  readonly id: string
  readonly user_id: UserId
  readonly email: string
  readonly name: string | null
  readonly created_at: Date
  readonly authenticated_at: Date
  readonly expires_at: Date
  readonly last_seen_at: Date
  readonly must_rotate: boolean
  readonly is_replaced: boolean
  readonly ip: string | null
  readonly user_agent: string | null
}

function fromRow(row: Row): Session {
  return {
    hash: row.hash,
    id: row.id,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    createdAt: row.created_at,
    authenticatedAt: row.authenticated_at,
    expiresAt: row.expires_at,
    lastSeenAt: row.last_seen_at,
    mustRotate: row.must_rotate,
    isReplaced: row.is_replaced,
    ip: row.ip,
    userAgent: row.user_agent,
  }
}
