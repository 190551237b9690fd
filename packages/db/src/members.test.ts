import type { TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as audit from './audit.ts'
import type { Role } from './capabilities.ts'
import { connect, type Database } from './connect.ts'
import * as invites from './invites.ts'
import * as keys from './keys.ts'
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

describe('a person’s preferences', () => {
  test('are kept choice by choice, and none is known before', async () => {
    const person = await db.transaction((tx) =>
      users.createUser(tx, { email: 'prefers@example.com', passwordHash: hash }),
    )
    if (person === undefined) throw new Error('the address is taken')
    expect(await users.preferencesOf(db, person.id)).toEqual({})
    await users.prefer(db, person.id, { zone: 'local', hours: 12, theme: 'dark' })
    await users.prefer(db, person.id, { theme: 'light', shortcuts: 'off' })
    expect(await users.preferencesOf(db, person.id)).toEqual({
      zone: 'local',
      hours: 12,
      theme: 'light',
      shortcuts: 'off',
    })
  })
})

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
    const { token } = await made(invites.create(db, { tenantId, email: 'New@example.com', role: 'viewer' }, by))
    const stranger = await account('stranger@example.com')
    expect(await invites.accept(db, { token, person: { signedIn: stranger } })).toMatchObject({
      code: 'other_person',
    })
    expect(await invites.find(db, token)).toMatchObject({ state: 'open' })
    const accepted = await invites.accept(db, { token, person: { passwordHash: hash } })
    expect(accepted).toMatchObject({ ok: true, slug: 'inviting' })
    expect(await invites.accept(db, { token, person: { passwordHash: hash } })).toMatchObject({ code: 'used' })
    expect((await members.list(db, tenantId)).map(({ role }) => role)).toEqual(['owner', 'viewer'])
  })
})

describe('an invite that is still open', () => {
  test('is listed, renewed with another link and revoked; what concerns owners is for owners', async () => {
    const { tenantId, by } = await organization('managing')
    const first = await made(invites.create(db, { tenantId, email: 'late@example.com', role: 'developer' }, by))
    const [open] = await invites.list(db, tenantId)
    expect(open).toMatchObject({ email: 'late@example.com', role: 'developer', invitedBy: by.name })
    const asAdmin = { tenantId, id: open!.id, mayChangeOwners: false }
    const renewed = await made(invites.renew(db, asAdmin, by))
    expect(await invites.find(db, first.token)).toEqual({ state: 'unknown' })
    expect(await invites.find(db, renewed.token)).toMatchObject({ state: 'open' })
    expect(await invites.revoke(db, asAdmin, by)).toEqual({ ok: true })
    expect(await invites.accept(db, { token: renewed.token, person: { passwordHash: hash } })).toMatchObject({
      code: 'used',
    })
    expect(await invites.renew(db, asAdmin, by)).toMatchObject({ code: 'not_found' })
    expect(await invites.list(db, tenantId)).toEqual([])

    await made(invites.create(db, { tenantId, email: 'chief@example.com', role: 'owner' }, by))
    const [chief] = await invites.list(db, tenantId)
    const change = { tenantId, id: chief!.id, mayChangeOwners: false }
    expect(await invites.renew(db, change, by)).toMatchObject({ code: 'owners_only' })
    expect(await invites.revoke(db, change, by)).toMatchObject({ code: 'owners_only' })
    const other = await organization('not-managing')
    expect(await invites.revoke(db, { ...change, tenantId: other.tenantId, mayChangeOwners: true }, by)).toMatchObject({
      code: 'not_found',
    })
  })
})

describe('a name', () => {
  test('is kept from the form that makes the account, and may be left out', async () => {
    const { tenantId, by } = await organization('naming')
    const people = [
      ['bo@naming.example', { passwordHash: hash, name: 'Bo <b>Berg</b>' }],
      ['cy@naming.example', { passwordHash: hash }],
    ] as const
    for (const [email, person] of people) {
      const { token } = await made(invites.create(db, { tenantId, email, role: 'viewer' }, by))
      await made(invites.accept(db, { token, person }))
    }
    expect((await members.list(db, tenantId)).map(({ email, name }) => [email, name])).toEqual([
      [by.name, null],
      ['bo@naming.example', 'Bo <b>Berg</b>'],
      ['cy@naming.example', null],
    ])
    expect(await users.findByEmail(db, 'bo@naming.example')).toMatchObject({ name: 'Bo <b>Berg</b>' })

    await tenants.create(operator, { slug: 'naming-setup' })
    const { token } = await made(links.createSetupLink(operator, 'naming-setup'))
    const person = { email: 'di@naming.example', passwordHash: hash, name: 'Di' }
    await made(links.setUp(db, { token, person, organization: { slug: 'naming-setup', name: 'x' } }))
    expect(await users.findByEmail(db, 'di@naming.example')).toMatchObject({ name: 'Di' })
  })

  test('is changed for every organization of the person, and told in the audit log of each', async () => {
    const home = await organization('renaming')
    const away = await organization('renaming-too')
    await joined(away.tenantId, home.by.name, 'viewer', away.by, home.userId)
    const session = await signedIn(home.userId)
    await users.rename(db, { userId: home.userId, name: 'Ana' }, home.by)
    await users.rename(db, { userId: home.userId, name: 'Ana' }, home.by)
    await users.rename(db, { userId: home.userId, name: null }, home.by)
    expect(await sessions.find(db, session)).toMatchObject({ name: null })
    for (const { tenantId } of [home, away]) {
      const told = await audit.list(db, tenantId, { actions: ['member.renamed'] })
      expect(told.map(({ targetId, targetName, changes }) => [targetId, targetName, changes])).toEqual([
        [home.userId, home.by.name, { name: { from: 'Ana', to: null } }],
        [home.userId, home.by.name, { name: { from: null, to: 'Ana' } }],
      ])
    }
    await users.rename(db, { userId: home.userId, name: 'Ana' }, home.by)
    expect(await sessions.find(db, session)).toMatchObject({ name: 'Ana' })
  })

  test.each([
    ['  Zoë  Öz 🦢 ', 'Zoë  Öz 🦢'],
    [' \t ', null],
    ['x'.repeat(80), 'x'.repeat(80)],
  ])('takes %j as %j', (given, name) => {
    expect(users.personNameSchema.parse(given)).toBe(name)
  })

  test.each(['x'.repeat(81), 'a\u0000b', 'a\nb', 'a\u009fb', 'a\u2028b', 'a\u202eb', 'a\u2066b', '\ud800'])(
    'refuses %j',
    (given) => {
      expect(users.personNameSchema.safeParse(given).success).toBe(false)
    },
  )
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
    const { token } = await made(invites.create(db, { tenantId, email: 'second@example.com', role: 'viewer' }, by))
    const second = await invites.accept(db, { token, person: { passwordHash: hash } })
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

describe('an admin', () => {
  test('cannot touch an owner, make one, or act on a role that changed meanwhile', async () => {
    const { tenantId, userId, by } = await organization('admins')
    const admin = await joined(tenantId, 'admin@admins.example', 'admin', by)
    const limited = { tenantId, mayChangeOwners: false }
    expect(await members.setRole(db, { ...limited, userId, role: 'viewer' }, by)).toMatchObject({ code: 'owners_only' })
    expect(await members.setRole(db, { ...limited, userId: admin, role: 'owner' }, by)).toMatchObject({
      code: 'owners_only',
    })
    expect(await members.remove(db, { ...limited, userId }, by)).toMatchObject({ code: 'owners_only' })
    expect(await members.signOutEverywhere(db, { ...limited, userId }, by)).toMatchObject({ code: 'owners_only' })
    expect(await links.createMemberResetLink(db, { ...limited, userId, helper: admin }, by)).toMatchObject({
      ok: false,
    })
    expect(
      await members.setRole(db, { ...limited, userId: admin, role: 'viewer', from: 'developer' }, by),
    ).toMatchObject({ code: 'conflict' })
  })

  test('signs a member out everywhere, and gives a reset link only for who belongs nowhere else', async () => {
    const { tenantId, userId, by } = await organization('helping')
    const member = await joined(tenantId, 'lost@helping.example', 'viewer', by)
    const session = await signedIn(member)
    expect(await members.signOutEverywhere(db, { tenantId, userId: member }, by)).toEqual({ ok: true })
    expect(await sessions.find(db, session)).toBeUndefined()
    const link = await made(links.createMemberResetLink(db, { tenantId, userId: member, helper: userId }, by))
    expect(await links.findResetLink(db, link.token)).toMatchObject({ state: 'open' })
    await users.setPassword(db, { userId: member, hash })
    expect(await links.findResetLink(db, link.token)).toEqual({ state: 'used' })

    const elsewhere = await organization('elsewhere')
    const guest = await joined(tenantId, 'owner@elsewhere.example', 'viewer', by, elsewhere.userId)
    expect(await links.createMemberResetLink(db, { tenantId, userId: guest, helper: userId }, by)).toMatchObject({
      code: 'belongs_elsewhere',
    })
  })

  test('removes a member with or without the keys that they made', async () => {
    const { tenantId, by } = await organization('leaving')
    for (const [email, choice] of [
      ['stays@leaving.example', 'keep'],
      ['goes@leaving.example', 'revoke'],
    ] as const) {
      const userId = await joined(tenantId, email, 'developer', by)
      const made = await keys.create(db, { tenantId, name: email }, { kind: 'user', id: userId, name: email })
      if (!made.ok) throw new Error(made.detail)
      expect(await members.remove(db, { tenantId, userId, keys: choice }, by)).toEqual({ ok: true })
      expect(await members.membershipOf(db, 'leaving', userId)).toBeUndefined()
      const after = await keys.get(db, { tenantId, id: made.key.id })
      expect(after!.status).toBe(choice === 'keep' ? 'active' : 'revoked')
    }
    const told = (await audit.list(db, tenantId)).map(({ action }) => action)
    expect(told.filter((action) => action === 'key.revoked')).toHaveLength(1)
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

async function joined(
  tenantId: TenantId,
  email: string,
  role: Role,
  by: audit.Actor,
  signedIn?: users.UserId,
): Promise<users.UserId> {
  const { token } = await made(invites.create(db, { tenantId, email, role }, by))
  const person = signedIn === undefined ? { passwordHash: hash } : { signedIn }
  return (await made(invites.accept(db, { token, person }))).userId
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
