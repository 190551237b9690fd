import { newRequestId, newUuid, type SecretId, type SourceId, type TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as audit from './audit.ts'
import { connect, type Database } from './connect.ts'
import { keyChannel } from './key-changes.ts'
import * as masterKeys from './master-keys.ts'
import { createMasterKey, type MasterKey } from './sealed-secrets.ts'
import { sourceModes } from './source-modes.ts'
import * as secrets from './source-secrets.ts'
import { sourceUrl, tokenHash } from './source-token.ts'
import { sourceUpkeep } from './source-upkeep.ts'
import { touchSources } from './source-use.ts'
import * as verifications from './source-verifications.ts'
import * as sources from './sources.ts'
import * as tenants from './tenants.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
let db: Database
let ingest: Database
let console_: Database
let engine: Database
let key: MasterKey
let tenantId: TenantId
let otherTenantId: TenantId

beforeAll(async () => {
  server = await testDatabase()
  const common = { max: 4, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, applicationName: 'test' }
  db = connect({ ...common, url: server.urls.migrator, role: 'migrator' })
  ingest = connect({ ...common, url: server.urls.ingest, role: 'ingest' })
  console_ = connect({ ...common, url: server.urls.console, role: 'console' })
  engine = connect({ ...common, url: server.urls.engine, role: 'engine' })
  key = await createMasterKey(Buffer.alloc(32, 7))
  ok(await masterKeys.publish(db, key))
  tenantId = await tenant('sources-one')
  otherTenantId = await tenant('sources-two')
})

afterAll(async () => {
  await Promise.all([db, ingest, console_, engine].map((each) => each.close()))
  await server.close()
})

describe('a new source', () => {
  test('is found by its token, with its secrets in the order they were given', async () => {
    const options = { public_url: 'https://example.com/x' }
    const created = ok(
      await sources.create(db, {
        tenantId,
        name: 'shop',
        provider: 'stripe',
        options,
        secrets: ['whsec_a', 'whsec_b'],
      }),
    )
    expect(created.token).toMatch(/^[0-9A-Za-z]{32}$/)
    expect(created.source).toMatchObject({
      name: 'shop',
      provider: 'stripe',
      mode: 'live',
      options,
      activeSecrets: 2,
      status: 'new',
      lastReceivedAt: null,
      previousUrlEndsAt: null,
    })

    const found = (await sources.byTokenHash(ingest, tokenHash(created.token)))!
    expect(found).toMatchObject({
      sourceId: created.source.id,
      tenantId,
      tenantSlug: 'sources-one',
      tenantSuspendedAt: null,
      settings: { requireIdempotencyKey: false, claims: 'degrade' },
      name: 'shop',
      provider: 'stripe',
      mode: 'live',
      options,
      pausedAt: null,
      deletedAt: null,
      tokenEndsAt: null,
      retiredSecrets: [],
    })
    const opened = sources.openSecrets([key], found)
    expect(opened.secrets.map(({ value }) => value)).toEqual(['whsec_a', 'whsec_b'])
    expect(opened).toMatchObject({ retired: [], unreadable: 0 })
    expect(await sources.byTokenHash(ingest, tokenHash('unknown'))).toBeUndefined()
    expect(await sources.byTokenHash(ingest, tokenHash(''))).toBeUndefined()
  })

  test('keeps neither token nor secret in anything that can be read', async () => {
    const created = ok(
      await sources.create(db, { tenantId, name: 'quiet', provider: 'stripe', secrets: ['whsec_canary'] }),
    )
    const rows = await db.forTenant(tenantId, async (tx) => [
      ...(await tx.sql`select s::text as line from source s`),
      ...(await tx.sql`select k::text as line from source_secret k`),
      ...(await tx.sql`select a::text as line from audit a`),
    ])
    const text = JSON.stringify([rows, await sources.list(db, tenantId)])
    for (const canary of [created.token, 'whsec_canary', Buffer.from('whsec_canary').toString('hex')]) {
      expect(text).not.toContain(canary)
    }
  })

  test('gives one of several simultaneous creations the name, and another tenant the same one', async () => {
    const results = await Promise.all(
      Array.from({ length: 5 }, () => sources.create(db, { tenantId, name: 'raced', provider: 'github' })),
    )
    expect(results.filter((result) => result.ok)).toHaveLength(1)
    expect(results.filter((result) => !result.ok && result.code === 'name_taken')).toHaveLength(4)
    ok(await sources.create(db, { tenantId: otherTenantId, name: 'raced', provider: 'github' }))
  })

  test('may have the name of a deleted one', async () => {
    const first = ok(await sources.create(db, { tenantId, name: 'again', provider: 'github' }))
    ok(await sources.markDeleted(db, { tenantId, id: first.source.id }))
    ok(await sources.create(db, { tenantId, name: 'again', provider: 'github' }))
  })

  test('is one for a repeated creation', async () => {
    const operationId = newUuid()
    const first = ok(await sources.create(db, { tenantId, name: 'once', provider: 'github', operationId }))
    const again = await sources.create(db, { tenantId, name: 'once', provider: 'github', operationId })
    expect(again).toMatchObject({ ok: false, code: 'already_created', source: { id: first.source.id } })
    expect(again).not.toHaveProperty('token')
  })

  test.each([
    { name: '' },
    { name: 'x'.repeat(65) },
    { name: 'native' },
    { name: 'native-test' },
    { name: newUuid() },
    { name: 'a\u0000b' },
    { name: 'a\ud800' },
    { provider: 'No Provider' },
    { options: { 'not a name': 'x' } },
    { secrets: [''] },
    { secrets: Array.from({ length: 21 }, (_, i) => `secret ${i}`) },
  ])('is refused for a wrong part: %o', async (part) => {
    const result = await sources.create(db, { tenantId, name: 'wrong', provider: 'github', ...part })
    expect(result).toMatchObject({ ok: false, code: 'invalid' })
  })

  test('needs a tenant', async () => {
    const result = await sources.create(db, { tenantId: newUuid() as TenantId, name: 'a', provider: 'github' })
    expect(result).toMatchObject({ ok: false, code: 'tenant_not_found' })
  })
})

describe('an address', () => {
  test('stands behind the ingest address', () => {
    expect(sourceUrl('https://in.example.com/', 'abc')).toBe('https://in.example.com/hooks/abc')
  })

  test('is changed by a rotation, the old one living 24 h and the one before that no longer', async () => {
    const { source, token } = ok(await sources.create(db, { tenantId, name: 'rotated', provider: 'github' }))
    const second = ok(await sources.rotateUrl(db, named(source)))
    expect(second.token).not.toBe(token)
    expect(second.source.previousUrlEndsAt!.getTime() - Date.now()).toBeGreaterThan(sources.previousUrlMs - 60_000)

    const old = (await sources.byTokenHash(ingest, tokenHash(token)))!
    expect(old.sourceId).toBe(source.id)
    expect(old.tokenEndsAt).toEqual(second.source.previousUrlEndsAt)
    expect((await sources.byTokenHash(ingest, tokenHash(second.token)))!.tokenEndsAt).toBeNull()

    const third = ok(await sources.rotateUrl(db, named(source)))
    expect(await sources.byTokenHash(ingest, tokenHash(token))).toBeUndefined()
    expect((await sources.byTokenHash(ingest, tokenHash(second.token)))!.tokenEndsAt).not.toBeNull()
    expect((await sources.byTokenHash(ingest, tokenHash(third.token)))!.sourceId).toBe(source.id)

    await db.forTenant(tenantId, (tx) => tx.sql`update source set previous_token_until = now() where id = ${source.id}`)
    expect(await sources.byTokenHash(ingest, tokenHash(second.token))).toBeUndefined()
    expect((await sources.get(db, named(source)))!.previousUrlEndsAt).toBeNull()
  })

  test('is unknown once its tenant is deleted, and says so while it is suspended', async () => {
    const id = await tenant('sources-gone')
    const { token } = ok(await sources.create(db, { tenantId: id, name: 'a', provider: 'github' }))
    ok(await tenants.suspend(db, id))
    expect((await sources.byTokenHash(ingest, tokenHash(token)))!.tenantSuspendedAt).toBeInstanceOf(Date)
    ok(await tenants.markDeleted(db, id))
    expect(await sources.byTokenHash(ingest, tokenHash(token))).toBeUndefined()
  })
})

describe('a source', () => {
  test('is paused, resumed and deleted, each told once in the audit log', async () => {
    const { source, token } = ok(
      await sources.create(db, { tenantId, name: 'states', provider: 'github', secrets: ['s1'] }),
    )
    expect(ok(await sources.pause(db, named(source))).source.status).toBe('paused')
    ok(await sources.pause(db, named(source)))
    expect((await sources.byTokenHash(ingest, tokenHash(token)))!.pausedAt).toBeInstanceOf(Date)
    expect(ok(await sources.resume(db, named(source))).source.status).toBe('new')
    expect(ok(await sources.markDeleted(db, named(source))).source.status).toBe('deleted')

    const found = (await sources.byTokenHash(ingest, tokenHash(token)))!
    expect(found.deletedAt).toBeInstanceOf(Date)
    expect(found.secrets).toEqual([])
    expect((await sources.list(db, tenantId)).map(({ id }) => id)).not.toContain(source.id)
    for (const change of [sources.pause, sources.resume, sources.rotateUrl, sources.markDeleted]) {
      expect(await change(db, named(source))).toMatchObject({ ok: false, code: 'not_found' })
    }
    const actions = (await audit.list(db, tenantId, { targetId: source.id })).map(({ action }) => action)
    expect(actions).toEqual([
      'source.deleted',
      'source.resumed',
      'source.paused',
      'source.secret_added',
      'source.created',
    ])
  })

  test('is renamed and set, its option values told to nobody', async () => {
    const { source } = ok(
      await sources.create(db, { tenantId, name: 'meta', provider: 'meta', options: { verify_token: 'canary-1' } }),
    )
    const changed = ok(
      await sources.update(db, { ...named(source), name: 'facebook', options: { verify_token: 'canary-2' } }),
    )
    expect(changed.source).toMatchObject({ name: 'facebook', options: { verify_token: 'canary-2' } })
    expect(await sources.update(db, { ...named(source), name: 'shop' })).toMatchObject({ code: 'name_taken' })
    const [row] = await audit.list(db, tenantId, { targetId: source.id, actions: ['source.changed'] })
    expect(row!.changes).toEqual({ name: { from: 'meta', to: 'facebook' }, verify_token: 'changed' })
  })

  test('is another tenant’s to nobody', async () => {
    const { source } = ok(
      await sources.create(db, { tenantId, name: 'own', provider: 'github', secrets: ['own secret'] }),
    )
    const foreign = { tenantId: otherTenantId, id: source.id }
    const [secret] = await secrets.list(db, named(source))
    for (const connection of [db, console_]) {
      expect(await sources.get(connection, foreign)).toBeUndefined()
      expect(await secrets.list(connection, foreign)).toEqual([])
      for (const change of [sources.pause, sources.resume, sources.rotateUrl, sources.markDeleted]) {
        expect(await change(connection, foreign)).toMatchObject({ code: 'not_found' })
      }
      expect(await secrets.add(connection, { ...foreign, secrets: ['x'] })).toMatchObject({ code: 'not_found' })
      const place = { tenantId: otherTenantId, sourceId: source.id, id: secret!.id }
      expect(await secrets.remove(connection, place)).toMatchObject({ code: 'not_found' })
    }
    expect(await secrets.learn(ingest, { ...foreign, secret: 'learned' })).toMatchObject({ code: 'not_found' })
    expect(await sourceModes(engine, otherTenantId, [source.id])).toEqual(new Map())
    expect(await sourceModes(engine, tenantId, [source.id])).toEqual(new Map([[source.id, 'live']]))
    expect(await sources.findTenant(db, source.id)).toBe(tenantId)
    expect(await secrets.findPlace(db, secret!.id)).toEqual({ tenantId, sourceId: source.id })
    expect(await secrets.findPlace(db, newUuid() as SecretId)).toBeUndefined()
  })

  test('is made and changed by the console, which cannot open what it seals', async () => {
    const created = ok(
      await sources.create(console_, { tenantId, name: 'by hand', provider: 'github', secrets: ['s-one'] }),
    )
    ok(await secrets.add(console_, { ...named(created.source), secrets: ['s-two'] }))
    const [, first] = await secrets.list(console_, named(created.source))
    ok(await secrets.remove(console_, { tenantId, sourceId: created.source.id, id: first!.id }))
    ok(await sources.rotateUrl(console_, named(created.source)))
    ok(await sources.update(console_, { ...named(created.source), name: 'by mouse' }))
    expect((await sources.list(console_, tenantId)).map(({ name }) => name)).toContain('by mouse')
    const found = (await sources.byTokenHash(ingest, tokenHash(created.token)))!
    expect(sources.openSecrets([key], found).secrets.map(({ value }) => value)).toEqual(['s-two'])
  })
})

describe('secrets', () => {
  test('are several at once, and a removed one is kept to tell who still signs with it', async () => {
    const { source, token } = ok(
      await sources.create(db, { tenantId, name: 'two', provider: 'github', secrets: ['old'] }),
    )
    const added = ok(await secrets.add(db, { ...named(source), secrets: ['new', 'new'] }))
    expect(added.secrets).toHaveLength(1)
    expect(await secrets.add(db, { ...named(source), secrets: ['old'] })).toMatchObject({ code: 'secret_known' })
    const [newest, oldest] = await secrets.list(db, named(source))
    expect(newest).toMatchObject({ id: added.secrets[0]!.id, origin: 'given', removedAt: null, lastMatchedAt: null })
    expect(newest!.fingerprint).toMatch(/^[0-9a-f]{8}$/)
    expect(newest!.fingerprint).not.toBe(oldest!.fingerprint)

    const removed = ok(await secrets.remove(db, { tenantId, sourceId: source.id, id: oldest!.id }))
    expect(removed.secret.removedAt).toBeInstanceOf(Date)
    ok(await secrets.remove(db, { tenantId, sourceId: source.id, id: oldest!.id }))
    expect(await secrets.list(db, named(source))).toHaveLength(1)
    expect(await secrets.list(db, named(source), { withRemoved: true })).toHaveLength(2)

    const opened = sources.openSecrets([key], (await sources.byTokenHash(ingest, tokenHash(token)))!)
    expect(opened.secrets.map(({ value }) => value)).toEqual(['new'])
    expect(opened.retired).toMatchObject([{ value: 'old', removedAt: removed.secret.removedAt }])
    const rows = await audit.list(db, tenantId, { targetId: source.id, actions: ['source.secret_removed'] })
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain('old"')
  })

  test('are deleted for good 30 days after they, or their source, were removed; by the engine, of every tenant', async () => {
    const made = await Promise.all(
      [tenantId, otherTenantId].map(async (id) =>
        ok(await sources.create(db, { tenantId: id, name: 'purged', provider: 'github', secrets: ['a', 'b', 'c'] })),
      ),
    )
    const gone = ok(await sources.create(db, { tenantId, name: 'gone', provider: 'github', secrets: ['d'] }))
    ok(await sources.markDeleted(db, named(gone.source)))
    for (const { source } of made) {
      for (const { id } of (await secrets.list(db, named(source))).slice(0, 2))
        ok(await secrets.remove(db, { tenantId: source.tenantId, sourceId: source.id, id }))
    }
    const kept = async ({ source }: (typeof made)[0]) =>
      (await secrets.list(db, named(source), { withRemoved: true })).length
    expect(await sourceUpkeep.purgeSecrets(engine)).toBe(0)

    for (const { source } of made) {
      await db.forTenant(source.tenantId, async ({ sql }) => {
        await sql`update source_secret set removed_at = removed_at - interval '30 days 1 second'
          where source_id = ${source.id} and id = (
            select id from source_secret where source_id = ${source.id} and removed_at is not null order by id limit 1)`
        await sql`update source_secret set removed_at = removed_at - interval '29 days 23 hours'
          where source_id = ${source.id} and removed_at > now() - interval '1 day'`
      })
    }
    await db.forTenant(tenantId, async ({ sql }) => {
      await sql`update source set deleted_at = deleted_at - interval '31 days' where id = ${gone.source.id}`
    })
    expect(await sourceUpkeep.purgeSecrets(engine)).toBe(3)
    expect(await Promise.all([...made, gone].map(kept))).toEqual([2, 2, 0])
    expect(await sourceUpkeep.purgeSecrets(engine)).toBe(0)
    await expect(ingest.transaction((tx) => tx.sql`select source_secret_purge(1)`)).rejects.toThrow('permission denied')
  })

  test('are counted as deleted only when they are gone, so that purging ends where a delete is refused', async () => {
    const { source } = ok(await sources.create(db, { tenantId, name: 'held', provider: 'github', secrets: ['e'] }))
    ok(await sources.markDeleted(db, named(source)))
    await db.forTenant(tenantId, async ({ sql }) => {
      await sql`update source set deleted_at = deleted_at - interval '31 days' where id = ${source.id}`
    })
    await db.sql`create function refuse() returns trigger language plpgsql as 'begin return null; end'`
    await db.sql`create trigger refuse before delete on source_secret for each row execute function refuse()`
    const purge = () => engine.transaction((tx) => tx.sql`select source_secret_purge(1) as n`)
    expect(await purge()).toEqual([{ n: '0' }])
    await db.sql`drop trigger refuse on source_secret`
    expect(await purge()).toEqual([{ n: '1' }])
  })

  test('are limited to 20 active ones', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `secret ${index}`)
    const { source } = ok(await sources.create(db, { tenantId, name: 'many', provider: 'github', secrets: many }))
    expect(await secrets.add(db, { ...named(source), secrets: ['one more'] })).toMatchObject({ code: 'invalid' })
    const opened = await ingest.forTenant(
      tenantId,
      (tx) => tx.sql`select 1 from source_secret where source_id = ${source.id}`,
    )
    expect(opened).toHaveLength(20)
  })

  test('have the same fingerprint only in the same source', async () => {
    const one = ok(await sources.create(db, { tenantId, name: 'fp one', provider: 'github', secrets: ['shared'] }))
    const two = ok(await sources.create(db, { tenantId, name: 'fp two', provider: 'github', secrets: ['shared'] }))
    const [first] = await secrets.list(db, named(one.source))
    const [second] = await secrets.list(db, named(two.source))
    expect(first!.fingerprint).not.toBe(second!.fingerprint)
  })

  test('do not open in another source’s row', async () => {
    const one = ok(await sources.create(db, { tenantId, name: 'swap one', provider: 'github', secrets: ['mine'] }))
    const two = ok(await sources.create(db, { tenantId, name: 'swap two', provider: 'github', secrets: ['yours'] }))
    await db.forTenant(
      tenantId,
      (tx) => tx.sql`update source_secret set sealed =
        (select sealed from source_secret where source_id = ${one.source.id}) where source_id = ${two.source.id}`,
    )
    const found = (await sources.byTokenHash(ingest, tokenHash(two.token)))!
    expect(sources.openSecrets([key], found)).toEqual({ secrets: [], retired: [], unreadable: 1 })
  })

  test('of other sources are there for a diagnosis, with the source’s name', async () => {
    const id = await tenant('sources-siblings')
    const one = ok(await sources.create(db, { tenantId: id, name: 'one', provider: 'github', secrets: ['first'] }))
    ok(await sources.create(db, { tenantId: id, name: 'two', provider: 'github', secrets: ['second'] }))
    const found = await sources.siblingSecrets(ingest, { tenantId: id, sourceId: one.source.id })
    expect(found.map(({ sourceName }) => sourceName)).toEqual(['two'])
  })
})

describe('a learned secret', () => {
  test('is the first handshake’s, of several at once too, and no later one’s', async () => {
    const { source, token } = ok(await sources.create(db, { tenantId, name: 'asana', provider: 'asana' }))
    const results = await Promise.all(
      ['first', 'second', 'third'].map((secret) => secrets.learn(ingest, { ...named(source), secret })),
    )
    expect(results.filter(({ ok: won }) => won)).toHaveLength(1)
    expect(await secrets.learn(ingest, { ...named(source), secret: 'later' })).toMatchObject({ code: 'has_secret' })
    const found = (await sources.byTokenHash(ingest, tokenHash(token)))!
    expect(sources.openSecrets([key], found).secrets).toHaveLength(1)
    expect((await sources.get(db, named(source)))!.secretLearnedAt).toBeInstanceOf(Date)
    const [row] = await audit.list(db, tenantId, { targetId: source.id, actions: ['source.secret_learned'] })
    expect(row).toMatchObject({ actorKind: 'system', actorName: 'ingest' })

    const [only] = await secrets.list(db, named(source))
    expect(only!.origin).toBe('learned')
    ok(await secrets.remove(db, { tenantId, sourceId: source.id, id: only!.id }))
    expect(await secrets.learn(ingest, { ...named(source), secret: 'after' })).toMatchObject({ code: 'has_secret' })
  })

  test('never joins or follows one that was given', async () => {
    const { source } = ok(
      await sources.create(db, { tenantId, name: 'notion', provider: 'notion', secrets: ['given'] }),
    )
    expect(await secrets.learn(ingest, { ...named(source), secret: 'later' })).toMatchObject({ code: 'has_secret' })
  })

  test('races with one that is being given: whoever is first, there is no second way in', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { source } = ok(await sources.create(db, { tenantId, name: `race ${round}`, provider: 'asana' }))
      const [learned, given] = await Promise.all([
        secrets.learn(ingest, { ...named(source), secret: 'from outside' }),
        secrets.add(db, { ...named(source), secrets: ['by hand'] }),
      ])
      expect(given.ok).toBe(true)
      const stored = await secrets.list(db, named(source))
      expect(stored).toHaveLength(learned.ok ? 2 : 1)
      expect(stored.filter(({ origin }) => origin === 'learned')).toHaveLength(learned.ok ? 1 : 0)
    }
  })
})

describe('use', () => {
  test('is remembered, and an older one never replaces a newer one', async () => {
    const { source } = ok(await sources.create(db, { tenantId, name: 'used', provider: 'github', secrets: ['s'] }))
    const [secret] = await secrets.list(db, named(source))
    const place = { tenantId, sourceId: source.id }
    const [older, newer] = [new Date(Date.now() - 5_000), new Date()]
    const use = (at: Date, isOk: boolean) => ({
      ...place,
      receivedAt: at,
      handshake: { at, isOk },
      matched: [{ secretId: secret!.id, at }],
    })
    await touchSources(ingest, [use(newer, true)])
    await touchSources(ingest, [use(older, false), { ...place, sourceId: newUuid() as SourceId, receivedAt: newer }])
    expect(await sources.get(db, named(source))).toMatchObject({
      lastReceivedAt: newer,
      lastHandshake: { at: newer, isOk: true },
    })
    expect((await secrets.list(db, named(source)))[0]!.lastMatchedAt).toEqual(newer)
  })

  test('shows in the status, from the index', async () => {
    const { source } = ok(await sources.create(db, { tenantId, name: 'indexed', provider: 'github' }))
    for (let index = 0; index < 10; index += 1) await indexed(source.id, index, 'rejected')
    expect((await sources.get(db, named(source)))!.status).toBe('failing')
    await indexed(source.id, 20, 'accepted')
    const [after] = (await sources.list(console_, tenantId)).filter(({ id }) => id === source.id)
    expect(after!.status).toBe('failing')
    expect(after!.lastReceivedAt).toBeInstanceOf(Date)
    expect(after!.usualGapMs).toBe(1_000)
  })
})

describe('verifications', () => {
  test('are the newest 100 of a source, without tokens', async () => {
    const { source, token } = ok(await sources.create(db, { tenantId, name: 'verified', provider: 'github' }))
    const startMs = Date.now()
    for (let index = 0; index < 103; index += 1) {
      await verifications.record(ingest, {
        tenantId,
        sourceId: source.id,
        requestId: newRequestId(startMs + index),
        item: 0,
        verifiedAt: new Date(startMs + index),
        verdict: index % 2 === 0 ? 'pass' : 'fail',
        reason: index % 2 === 0 ? null : 'signature_mismatch',
        diagnosis: index % 2 === 0 ? null : 'url_mismatch',
        detail: `Signed for http://localhost:4000/hooks/${token}; register this URL.`,
        evidence: { url: `http://localhost:4000/hooks/${token}?secret=query-canary`, bodyBytes: index, skewS: null },
      })
    }
    const kept = await verifications.list(console_, { tenantId, sourceId: source.id }, 1_000)
    expect(kept).toHaveLength(verifications.verificationsMax)
    expect(kept.map(({ evidence }) => evidence.bodyBytes)).toEqual(Array.from({ length: 100 }, (_, i) => 102 - i))
    expect(JSON.stringify(kept)).not.toContain(token)
    expect(JSON.stringify(kept)).not.toContain('query-canary')
    expect(kept[0]!.detail).toBe('Signed for http://localhost:4000/hooks/…; register this URL.')

    const again = { ...kept[1]!, verdict: 'pass', reason: null, verifiedAt: new Date(startMs + 500) } as const
    await verifications.record(engine, again)
    expect((await verifications.list(console_, { tenantId, sourceId: source.id }))[0]).toMatchObject({
      requestId: again.requestId,
      verdict: 'pass',
    })
    const place = { tenantId, sourceId: source.id, requestId: again.requestId, item: 0 }
    expect(await verifications.get(console_, place)).toMatchObject({ verdict: again.verdict })
    expect(await verifications.get(console_, { ...place, tenantId: otherTenantId })).toBeUndefined()
    expect(await verifications.list(console_, { tenantId: otherTenantId, sourceId: source.id })).toEqual([])
  })
})

test('tells every process which tokens to look up again', async () => {
  const { source, token } = ok(await sources.create(db, { tenantId, name: 'announced', provider: 'asana' }))
  const heard: string[] = []
  const listener = await ingest.listen(keyChannel, (payload) => heard.push(payload))
  const hash = tokenHash(token).toString('hex')
  ok(await sources.pause(db, named(source)))
  const rotated = ok(await sources.rotateUrl(db, named(source)))
  ok(await sources.resume(db, named(source)))
  ok(await secrets.learn(ingest, { ...named(source), secret: 'learned' }))
  const next = tokenHash(rotated.token).toString('hex')
  await expect.poll(() => heard, { timeout: 5_000 }).toEqual([hash, hash, next, hash, tenantId])
  await listener.close()
})

function named({ tenantId: of, id }: sources.Source) {
  return { tenantId: of, id }
}

async function indexed(sourceId: SourceId, second: number, outcome: 'accepted' | 'rejected'): Promise<void> {
  const at = new Date(Date.now() - 60_000 + second * 1_000)
  at.setMilliseconds(0)
  await engine.sql`
    insert into event_index (received_at, request_id, item, items, tenant_id, outcome, source, mode, size, log_topic,
      log_partition, log_offset, appended_at, indexed_seq)
    values (${at}, ${newUuid()}, 0, 1, ${tenantId}, ${outcome}, ${sourceId}, 'live', 1, 'events', 0, ${second}, ${at}, ${second})`
}

async function tenant(slug: string): Promise<TenantId> {
  return ok(await tenants.create(db, { slug })).tenant.id
}

function ok<T extends { readonly ok: boolean }>(result: T): Extract<T, { readonly ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { readonly ok: true }>
}
