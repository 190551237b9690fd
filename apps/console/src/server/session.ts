import 'server-only'
import { createHash } from 'node:crypto'
import {
  type Capability,
  type Membership,
  members,
  type UserId as PersonId,
  type Session,
  sessions,
  signInThrottle,
  users,
} from '@eventmesh/db'
import { type Adapter, generateIdFromEntropySize, Lucia, TimeSpan } from 'lucia'
import { cookies } from 'next/headers'
import { cache } from 'react'
import { config } from './config.ts'
import { database } from './database.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { bringPreferences } from './preferences.ts'
import { requestFacts } from './request.ts'

// All of Lucia (v3, no longer developed) is in here; the rest of the console knows only the functions below.
// The adapter stores the SHA-256 of the cookie's value where Lucia would store the value itself.

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<{ session: Session }>
    UserId: PersonId
    DatabaseSessionAttributes: { session: Session }
  }
}

export type CurrentUser = {
  readonly userId: PersonId
  readonly email: string
  readonly name: string | null
  readonly session: Session
}

const slidingDays = 10
// 32 random bytes as base32: 256 bits.
const entropyBytes = 32

const adapter: Adapter = {
  async getSessionAndUser(id) {
    const session = await sessions.find(database(), hashOf(id))
    if (session === undefined) return [null, null]
    const { userId, expiresAt } = session
    return [
      { id, userId, expiresAt, attributes: { session } },
      { id: userId, attributes: {} },
    ]
  },
  async updateSessionExpiration(id, expiresAt) {
    await sessions.extend(database(), hashOf(id), expiresAt)
  },
  async setSession({ id, userId, expiresAt }) {
    const { ip, userAgent } = await requestFacts()
    await sessions.create(database(), { hash: hashOf(id), userId, expiresAt, ip, userAgent })
  },
  async deleteSession(id) {
    await sessions.remove(database(), hashOf(id))
  },
  async deleteUserSessions(userId) {
    await sessions.removeAllOf(database(), userId)
  },
  // `sessions.create` clears away what is over; listing goes through `list` below.
  async deleteExpiredSessions() {},
  async getUserSessions() {
    return []
  },
}

let instance: Lucia<{ session: Session }> | undefined

function lucia(): Lucia<{ session: Session }> {
  instance ??= new Lucia(adapter, {
    sessionExpiresIn: new TimeSpan(slidingDays, 'd'),
    sessionCookie: {
      name: isLocal() ? 'em_session' : '__Host-em_session',
      // The server alone decides when a session is over, so that no page has to set a cookie.
      expires: false,
      attributes: { secure: !isLocal(), sameSite: 'lax', path: '/' },
    },
    getSessionAttributes: ({ session }) => ({ session }),
  })
  return instance
}

/** `__Host-` and Secure need https; browsers treat http://localhost alone as good as that. */
function isLocal(): boolean {
  const { protocol, hostname } = new URL(config().publicUrl)
  return protocol === 'http:' && hostname === 'localhost'
}

/** Who is signed in; once per request. */
export const currentUser = cache(async (): Promise<CurrentUser | undefined> => {
  const id = await cookieValue()
  if (id === undefined) return undefined
  const { session } = await lucia().validateSession(id)
  if (session === null) return undefined
  const { userId, email, name } = session.session
  return { userId, email, name, session: session.session }
})

export type Member = CurrentUser & Membership

export type MemberAnswer =
  | { readonly ok: true; readonly member: Member }
  | { readonly ok: false; readonly reason: 'signed_out' | 'must_rotate' | 'too_old' | 'not_member' }
  | { readonly ok: false; readonly reason: 'forbidden'; readonly member: Member }

const memberOf = cache(async (slug: string): Promise<MemberAnswer> => {
  const user = await currentUser()
  if (user === undefined) return { ok: false, reason: 'signed_out' }
  if (user.session.mustRotate) return { ok: false, reason: 'must_rotate' }
  const membership = await members.membershipOf(database(), slug, user.userId)
  if (membership === undefined) return { ok: false, reason: 'not_member' }
  if (isTooOld(user.session, membership)) return { ok: false, reason: 'too_old' }
  return { ok: true, member: { ...user, ...membership } }
})

/** The organization wants the password more often than the session's own limits do. */
function isTooOld({ authenticatedAt }: Session, { tenant }: Membership): boolean {
  const { sessionHoursMax } = tenant.policy
  return sessionHoursMax !== null && Date.now() - authenticatedAt.getTime() > sessionHoursMax * 3_600_000
}

/** When the password is asked for again, however much the session is used. */
export function endOf({ session, tenant }: Member): Date {
  const { sessionHoursMax } = tenant.policy
  const absolute = session.createdAt.getTime() + sessions.sessionAbsoluteMs
  if (sessionHoursMax === null) return new Date(absolute)
  return new Date(Math.min(absolute, session.authenticatedAt.getTime() + sessionHoursMax * 3_600_000))
}

/** The one question before anything of a tenant is read or changed; roles are read anew with every request. */
export async function requireMember(slug: string, capability: Capability): Promise<MemberAnswer> {
  const answer = await memberOf(slug)
  if (!answer.ok || members.may(answer.member, capability)) return answer
  return { ok: false, reason: 'forbidden', member: answer.member }
}

/**
 * For answers that last: the same person's session and rights as they are now. Undefined when the session is over or was
 * exchanged, or the right is gone; while the database is away, as they were, but never past the session's own end.
 */
export async function memberAgain(member: Member, capability: Capability): Promise<Member | undefined> {
  try {
    const session = await sessions.find(database(), member.session.hash)
    if (session === undefined || session.mustRotate || session.isReplaced) return undefined
    const membership = await members.membershipOf(database(), member.tenant.slug, member.userId)
    if (membership?.tenant.id !== member.tenant.id || isTooOld(session, membership)) return undefined
    return members.may(membership, capability) ? { ...member, ...membership, session } : undefined
  } catch {
    // Nothing can be read for anybody now; the next look decides.
    const endsAtMs = Math.min(member.session.expiresAt.getTime(), endOf(member).getTime())
    return endsAtMs > Date.now() ? member : undefined
  }
}

export type SignedIn =
  | { readonly ok: true; readonly userId: PersonId }
  | { readonly ok: false; readonly reason: 'wrong' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterS: number }

/** One argon2 verification whether the address is known or not; the id is always a new one. */
export async function signIn(credentials: { readonly email: string; readonly password: string }): Promise<SignedIn> {
  const db = database()
  const attempt = { email: credentials.email, ip: (await requestFacts()).ip }
  const admission = await signInThrottle.admit(db, attempt)
  if (!admission.ok) return { ok: false, reason: 'throttled', retryAfterS: admission.retryAfterS }

  const user = await users.findByEmail(db, credentials.email)
  const stored = user === undefined ? undefined : await users.passwordHash(db, user.id)
  const isRight = await verifyPassword(stored, credentials.password)
  if (user === undefined || !isRight) return { ok: false, reason: 'wrong' }

  await signInThrottle.succeeded(db, attempt)
  await begin(user.id)
  return { ok: true, userId: user.id }
}

/** What gives away an organization wants a password younger than this. */
const freshMs = 15 * 60_000

export function isFresh({ session }: CurrentUser): boolean {
  return Date.now() - session.authenticatedAt.getTime() < freshMs
}

export type Reauthenticated = { readonly ok: true } | { readonly ok: false; readonly retryAfterS?: number }

/** The signed-in person's password once more; right, it exchanges the session's id. */
export async function reauthenticate(user: CurrentUser, password: string): Promise<Reauthenticated> {
  const answer = await checkPassword(user, password)
  if (answer.ok) await rotate({ isAuthentication: true })
  return answer
}

/** Ends every other session of the person; this one goes on under a new id. */
export async function changePassword(user: CurrentUser, current: string, fresh: string): Promise<Reauthenticated> {
  const answer = await checkPassword(user, current)
  if (!answer.ok) return answer
  const { userId, session } = user
  await users.setPassword(database(), { userId, hash: await hashPassword(fresh), keep: session.hash })
  await rotate({ isAuthentication: true })
  return answer
}

/** Throttled as signing in is: a stolen session is no way to guess faster. */
async function checkPassword({ userId, email }: CurrentUser, password: string): Promise<Reauthenticated> {
  const db = database()
  const attempt = { email, ip: (await requestFacts()).ip }
  const admission = await signInThrottle.admit(db, attempt)
  if (!admission.ok) return { ok: false, retryAfterS: admission.retryAfterS }
  if (!(await verifyPassword(await users.passwordHash(db, userId), password))) return { ok: false }
  await signInThrottle.succeeded(db, attempt)
  return { ok: true }
}

/** A session for somebody who has just proven who they are; one that the browser had before ends. */
export async function begin(userId: PersonId): Promise<void> {
  const before = await cookieValue()
  if (before !== undefined) await lucia().invalidateSession(before)
  const session = await lucia().createSession(userId, {} as never, { sessionId: newId() })
  await setCookie(session.id)
  await bringPreferences(userId)
}

export async function signOut(): Promise<void> {
  const id = await cookieValue()
  if (id !== undefined) await lucia().invalidateSession(id)
  const blank = lucia().createBlankSessionCookie()
  ;(await cookies()).set(blank.name, blank.value, blank.attributes)
}

/** Exchanges the caller's own id; false when there was nothing to exchange (a parallel request was faster). */
export async function rotate(options: { readonly isAuthentication?: boolean } = {}): Promise<boolean> {
  const id = await cookieValue()
  if (id === undefined) return false
  const fresh = newId()
  const isExchanged = await sessions.replace(database(), { from: hashOf(id), to: hashOf(fresh), ...options })
  if (isExchanged) await setCookie(fresh)
  return isExchanged
}

/** Of the signed-in person, newest use first. */
export async function list(): Promise<readonly Session[]> {
  const user = await currentUser()
  return user === undefined ? [] : await sessions.listOf(database(), user.userId)
}

export async function revoke(id: string): Promise<boolean> {
  const user = await currentUser()
  return user !== undefined && (await sessions.revoke(database(), user.userId, id))
}

/** Every session of the person but this one; how many there were. */
export async function revokeOthers({ userId, session }: CurrentUser): Promise<number> {
  return await sessions.revokeOthers(database(), userId, session.hash)
}

async function cookieValue(): Promise<string | undefined> {
  const value = (await cookies()).get(lucia().sessionCookieName)?.value
  return value === undefined || value.length > 200 ? undefined : value || undefined
}

async function setCookie(id: string): Promise<void> {
  const cookie = lucia().createSessionCookie(id)
  ;(await cookies()).set(cookie.name, cookie.value, { ...cookie.attributes, httpOnly: true })
}

function newId(): string {
  return generateIdFromEntropySize(entropyBytes)
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest()
}
