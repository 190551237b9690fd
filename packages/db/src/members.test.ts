import type { TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as audit from './audit.ts'
import { connect, type Database } from './connect.ts'
import * as links from './links.ts'
import * as members from './members.ts'
import { newToken } from './one-time-token.ts'
import type { ProcessRole } from './roles.ts'
import * as sessions from './sessions.ts'
import * as throttle from './sign-in-throttle.ts'
import * as tenants from './tenants.ts'
import { type TestDatabase, testDatabase } from './testing.ts'
import * as users from './users.ts'

let server: TestDatabase
let operator: Database
let db: Database

beforeAll(async () => {
  server = await testDatabase()
  operator = open('migrator')
  db = open('console')
})

afterAll(async () => {
  await Promise.all([operator.close(), db.close()])
  await server.close()
})

const hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo'

describe('a setup link', () => {
  test('makes the first owner of its tenant, names it, and is used up', async () => {
    await tenants.create(operator, { slug: 'setup-me' })
    const link = await made(links.createSetupLink(operator, 'setup-me'))
    expect(await links.findSetupLink(db, link.token)).toMatchObject({ state: 'open', slug: 'setup-me' })

    const done = await links.setUp(db, {
      token: link.token,
      person: { email: 'Ana@Example.com', passwordHash: hash },
      organization: { slug: 'acme-setup', name: 'Acme' },
      ip: '192.0.2.1',
    })
    if (!done.ok) throw new Error(done.detail)
    expect(await members.membershipOf(db, 'acme-setup', done.userId)).toMatchObject({
      role: 'owner',
      tenant: { name: 'Acme' },
    })
    expect(await users.findByEmail(db, 'ana@example.com')).toMatchObject({ id: done.userId })
    expect((await audit.list(db, done.tenantId)).map(({ action }) => action)).toEqual([
      'tenant.renamed',
      'member.joined',
      'tenant.created',
    ])
    expect(await links.findSetupLink(db, link.token)).toEqual({ state: 'used' })
    expect(
      await links.setUp(db, {
        token: link.token,
        person: { email: 'eve@example.com', passwordHash: hash },
        organization: { slug: 'taken-over', name: 'Eve' },
      }),
    ).toMatchObject({ ok: false, code: 'used' })
    expect(await links.createSetupLink(operator, 'acme-setup')).toMatchObject({ ok: false, code: 'has_owner' })
  })

  test('stays usable when the name is taken or the address has an account', async () => {
    await tenants.create(operator, { slug: 'occupied' })
    await tenants.create(operator, { slug: 'still-open' })
    const { token } = await made(links.createSetupLink(operator, 'still-open'))
    await account('twice@example.com')
    const person = { email: 'fresh@example.com', passwordHash: hash }
    expect(await links.setUp(db, { token, person, organization: { slug: 'occupied', name: 'x' } })).toMatchObject({
      code: 'slug_taken',
    })
    expect(
      await links.setUp(db, {
        token,
        person: { ...person, email: 'twice@example.com' },
        organization: { slug: 'still-open', name: 'x' },
      }),
    ).toMatchObject({ code: 'email_taken' })
    expect(await users.findByEmail(db, 'fresh@example.com')).toBeUndefined()
    expect(await links.findSetupLink(db, token)).toMatchObject({ state: 'open' })
  })

  test('ends when another one is made, and lets one of two racers in', async () => {
    await tenants.create(operator, { slug: 'raced' })
    const old = await made(links.createSetupLink(operator, 'raced'))
    const { token } = await made(links.createSetupLink(operator, 'raced'))
    expect(await links.findSetupLink(db, old.token)).toEqual({ state: 'unknown' })
    const tries = ['one', 'two', 'three'].map((name) =>
      links.setUp(db, {
        token,
        person: { email: `${name}@raced.example`, passwordHash: hash },
        organization: { slug: `raced-${name}`, name },
      }),
    )
    expect((await Promise.all(tries)).filter(({ ok }) => ok)).toHaveLength(1)
  })
})

describe('a reset link', () => {
  test('sets the password once and ends every session', async () => {
    const userId = await account('reset@example.com')
    const session = await signedIn(userId)
    const { token } = await made(links.createResetLink(operator, 'Reset@example.com'))
    expect(await links.findResetLink(db, token)).toEqual({ state: 'open', email: 'reset@example.com' })
    const newHash = hash.replace('c2Fs', 'bmV3')
    expect(await links.resetPassword(db, { token, passwordHash: newHash })).toMatchObject({ ok: true, userId })
    expect(await users.passwordHash(db, userId)).toBe(newHash)
    expect(await sessions.find(db, session)).toBeUndefined()
    expect(await links.resetPassword(db, { token, passwordHash: hash })).toMatchObject({ code: 'used' })
    expect(await links.createResetLink(operator, 'nobody@example.com')).toMatchObject({ code: 'not_found' })
  })
})

describe('an invite', () => {
  test('lets in the one it is for, once', async () => {
    const { tenantId, by } = await organization('inviting')
    const { token } = await made(members.invite(db, { tenantId, email: 'New@example.com', role: 'viewer' }, by))
    const stranger = await account('stranger@example.com')
    expect(await members.acceptInvite(db, { token, person: { signedIn: stranger } })).toMatchObject({
      code: 'other_person',
    })
    expect(await members.findInvite(db, token)).toMatchObject({ state: 'open' })
    const accepted = await members.acceptInvite(db, { token, person: { passwordHash: hash } })
    expect(accepted).toMatchObject({ ok: true, slug: 'inviting' })
    expect(await members.acceptInvite(db, { token, person: { passwordHash: hash } })).toMatchObject({ code: 'used' })
    expect((await members.list(db, tenantId)).map(({ role }) => role)).toEqual(['owner', 'viewer'])
  })
})

describe('members', () => {
  test('look like nobody from another tenant, whose slug is as good as unknown', async () => {
    const { userId } = await organization('mine-only')
    await organization('not-mine')
    expect(await members.membershipOf(db, 'not-mine', userId)).toBeUndefined()
    expect(await members.membershipOf(db, 'no-such', userId)).toBeUndefined()
    expect((await members.organizationsOf(db, userId)).map(({ slug }) => slug)).toEqual(['mine-only'])
  })

  test('keep a last owner, and exchange their session ids when their role changes', async () => {
    const { tenantId, userId, by } = await organization('owners')
    expect(await members.setRole(db, { tenantId, userId, role: 'viewer' }, by)).toMatchObject({ code: 'last_owner' })
    expect(await members.remove(db, { tenantId, userId }, by)).toMatchObject({ code: 'last_owner' })
    const { token } = await made(members.invite(db, { tenantId, email: 'second@example.com', role: 'viewer' }, by))
    const second = await members.acceptInvite(db, { token, person: { passwordHash: hash } })
    if (!second.ok) throw new Error(second.detail)
    const session = await signedIn(second.userId)
    expect(await sessions.find(db, session)).toMatchObject({ mustRotate: false })
    expect(await members.setRole(db, { tenantId, userId: second.userId, role: 'owner' }, by)).toEqual({ ok: true })
    expect(await sessions.find(db, session)).toMatchObject({ mustRotate: true })
    const both = [userId, second.userId].map((each) =>
      members.setRole(db, { tenantId, userId: each, role: 'viewer' }, by),
    )
    expect((await Promise.all(both)).filter(({ ok }) => ok)).toHaveLength(1)
  })
})

describe('a session', () => {
  test('is exchanged once; the old id serves 10 s more and the absolute end stays', async () => {
    const from = await signedIn(await account('rotating@example.com'))
    const [to, other] = [newToken().hash, newToken().hash]
    const before = await sessions.find(db, from)
    expect(await sessions.replace(db, { from, to })).toBe(true)
    expect(await sessions.replace(db, { from, to: other })).toBe(false)
    const [old, fresh] = [await sessions.find(db, from), await sessions.find(db, to)]
    expect(old).toMatchObject({ isReplaced: true })
    expect(old!.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(sessions.replacedGraceMs)
    expect(fresh).toMatchObject({ isReplaced: false, mustRotate: false, createdAt: before!.createdAt })
    await sessions.extend(db, from, new Date(Date.now() + 86_400_000))
    expect((await sessions.find(db, from))!.expiresAt).toEqual(old!.expiresAt)
  })

  test('ends at its sliding limit, and however much it is used at its absolute one', async () => {
    const hashOfIt = await signedIn(await account('limits@example.com'))
    await sessions.extend(db, hashOfIt, new Date(Date.now() + 90 * 86_400_000))
    const extended = await sessions.find(db, hashOfIt)
    expect(extended!.expiresAt.getTime()).toBe(extended!.createdAt.getTime() + sessions.sessionAbsoluteMs)
    await sessions.extend(db, hashOfIt, new Date(Date.now() - 1))
    expect(await sessions.find(db, hashOfIt)).toBeUndefined()
  })

  test('is listed and revoked by its person alone', async () => {
    const [mine, theirs] = [await account('mine@example.com'), await account('theirs@example.com')]
    const session = await signedIn(mine)
    const { id } = (await sessions.find(db, session))!
    expect(await sessions.revoke(db, theirs, id)).toBe(false)
    expect((await sessions.listOf(db, mine)).map((each) => each.id)).toEqual([id])
    expect(await sessions.revoke(db, mine, id)).toBe(true)
    expect(await sessions.find(db, session)).toBeUndefined()
  })
})

describe('the sign-in throttle', () => {
  test('waits 1, 2, 4 s from the 5th failure of an account, and forgets them after a success', async () => {
    const attempt = { email: 'guessed@example.com', ip: '198.51.100.7' }
    for (let n = 1; n <= 5; n += 1) expect(await throttle.admit(db, attempt), `try ${n}`).toEqual({ ok: true })
    expect(await throttle.admit(db, attempt)).toEqual({ ok: false, retryAfterS: 1 })
    // Anybody else is let in.
    expect(await throttle.admit(db, { email: 'else@example.com', ip: '198.51.100.8' })).toEqual({ ok: true })
    await throttle.succeeded(db, attempt)
    for (let n = 1; n <= 5; n += 1) expect(await throttle.admit(db, attempt)).toEqual({ ok: true })
  })

  test('counts guesses that come at the same time', async () => {
    const attempt = { email: 'parallel@example.com', ip: '198.51.100.9' }
    const all = await Promise.all(Array.from({ length: 12 }, () => throttle.admit(db, attempt)))
    expect(all.filter(({ ok }) => ok)).toHaveLength(5)
  })

  test('lets a network fail 20 times in 10 minutes, a /64 of IPv6 as one', async () => {
    const attempt = (n: number) => ({ email: `spray-${n}@example.com`, ip: `2001:db8:0:7::${n.toString(16)}` })
    for (let n = 1; n <= 20; n += 1) expect(await throttle.admit(db, attempt(n))).toEqual({ ok: true })
    const refused = await throttle.admit(db, attempt(21))
    expect(refused.ok).toBe(false)
    expect(!refused.ok && refused.retryAfterS).toBeGreaterThan(590)
    expect(await throttle.admit(db, { email: 'spray-22@example.com', ip: '2001:db8:0:8::1' })).toEqual({ ok: true })
    expect(throttle.networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(throttle.networkOf('::1')).toBe('0:0:0:0::/64')
  })
})

async function account(email: string): Promise<users.UserId> {
  const user = await db.transaction((tx) => users.createUser(tx, { email, passwordHash: hash }))
  return user!.id
}

async function organization(slug: string) {
  const userId = await account(`owner@${slug}.example`)
  const by = { kind: 'user', id: userId, name: `owner@${slug}.example` } as const
  const created = await members.createOrganization(db, { slug, name: slug, owner: userId }, by)
  if (!created.ok) throw new Error(created.detail)
  return { tenantId: created.tenantId as TenantId, userId, by }
}

async function signedIn(userId: users.UserId): Promise<Buffer> {
  const token = newToken()
  await sessions.create(db, {
    hash: token.hash,
    userId,
    expiresAt: new Date(Date.now() + 86_400_000),
    ip: '192.0.2.9',
    userAgent: 'test',
  })
  return token.hash
}

async function made<T extends { readonly ok: boolean }>(
  answer: Promise<T>,
): Promise<Extract<T, { readonly ok: true }>> {
  const result = await answer
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { readonly ok: true }>
}

function open(role: ProcessRole): Database {
  return connect({
    url: server.urls[role],
    role,
    max: 4,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
  })
}
