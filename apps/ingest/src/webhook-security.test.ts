import { generateKeyPairSync, sign as signWith } from 'node:crypto'
import { keys, type SourceRecord, sourceSecrets, sources, tenants, verifications } from '@eventmesh/db'
import { decodeOutcome, MeshError, type OutcomeRecord } from '@eventmesh/envelope'
import { sign } from '@eventmesh/providers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  eventually,
  rawRequest,
  startTestIngest,
  type TestDelivery,
  type TestIngest,
  type TestSource,
} from './testing.ts'

let t: TestIngest
const own: TestIngest[] = []
beforeAll(async () => {
  t = await startTestIngest()
})
afterEach(async () => {
  for (const each of own.splice(0)) await each.close()
})
afterAll(() => t.close())

async function start(options: Parameters<typeof startTestIngest>[0]): Promise<TestIngest> {
  const started = await startTestIngest(options)
  own.push(started)
  return started
}

const secret = 'a-secret-of-the-provider'
const json = { 'content-type': 'application/json' }
const event = '{"id":"evt_1","type":"charge.succeeded","created":1700000000}'

function signed(
  provider: string,
  body: string,
  key = secret,
  id = 'delivery-1',
): Required<Pick<TestDelivery, 'body'>> & {
  headers: readonly (readonly [string, string])[]
} {
  const delivery = sign({
    provider,
    options: {},
    secret: key,
    url: 'http://ingest.example/hooks/token',
    nowMs: Date.now(),
    deliveryId: id,
    body: Buffer.from(body),
  })
  if (!delivery.ok) throw new Error(delivery.detail)
  return { headers: delivery.headers, body: delivery.body }
}

async function rejections(at: TestIngest, source: TestSource): Promise<OutcomeRecord[]> {
  return (await at.records('outcomes')).flatMap((record) => {
    const decoded = decodeOutcome(record.value)
    if (!decoded.ok) throw new Error(decoded.detail)
    const isOne =
      decoded.kind === 'record' && decoded.record.source === source.id && decoded.record.outcome === 'rejected'
    return isOne ? [decoded.record] : []
  })
}

const firstRejection = (at: TestIngest, source: TestSource) => eventually(async () => (await rejections(at, source))[0])

describe('the address of a source', () => {
  it.each(['x', 'a'.repeat(32), '%41%42', "';drop%20table%20source--", 'x'.repeat(1_900)])(
    'that nobody has is 404: %s',
    async (token) => {
      const answer = await t.deliver({ path: `/hooks/${token}` }, { body: event, headers: json })
      expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([404, 'source_unknown', false])
    },
  )

  it.each(['/hooks', '/hooks/', '/hooks/a/b', '/hooks/..', '/a/../hooks/b'])(
    'is one path part: %s is no route',
    async (path) => {
      const answer = await t.deliver({ path }, { body: event })
      expect([answer.status, answer.body.code]).toEqual([404, 'route_unknown'])
    },
  )

  it('is answered 410 once it is deleted, 503 for an hour while it is paused, 403 while its tenant is suspended', async () => {
    const source = await t.createSource('none')
    const place = { tenantId: t.tenantId, id: source.id }
    const answerOf = (status: number) =>
      eventually(async () => {
        const answer = await t.deliver(source, { body: event, headers: json })
        return answer.status === status ? answer : undefined
      })
    await answerOf(202)
    await sources.pause(t.operator, place)
    const paused = await answerOf(503)
    expect([paused.body.code, paused.headers.get('retry-after')]).toEqual(['source_paused', '3600'])
    await sources.resume(t.operator, place)
    await answerOf(202)
    await sources.markDeleted(t.operator, place)
    expect((await answerOf(410)).body.code).toBe('source_deleted')
    const reasons = await eventually(async () => {
      const found = (await rejections(t, source)).map(({ reason }) => reason)
      return found.includes('source_paused') && found.includes('source_deleted')
    })
    expect(reasons).toBe(true)

    const tenantId = await t.createTenant('other')
    const others = await t.createSource('none', { tenantId })
    expect((await t.deliver(others, { body: event, headers: json })).status).toBe(202)
    await tenants.suspend(t.operator, tenantId)
    const suspended = await eventually(async () => {
      const answer = await t.deliver(others, { body: event, headers: json })
      return answer.status === 403 ? answer : undefined
    })
    expect(suspended.body.code).toBe('tenant_suspended')
  })

  it('before the last rotation ends by the clock, from the cache too', async () => {
    let nowMs = Date.now()
    const at = await start({ now: () => nowMs })
    const source = await at.createSource('none')
    expect((await at.deliver(source, { body: event, headers: json })).status).toBe(202)
    await sources.rotateUrl(at.operator, { tenantId: at.tenantId, id: source.id })
    await eventually(async () => {
      nowMs = Date.now() + 25 * 3_600_000
      const ended = (await at.deliver(source, { body: event, headers: json })).status === 404
      nowMs = Date.now()
      return ended && (await at.deliver(source, { body: event, headers: json })).status === 202
    })
  })

  it('guessed 20 times a minute is 429 before any look-up; a known one is not held up', async () => {
    let lookups = 0
    const at = await start({
      limits: { ipFailuresPerMinute: 20 },
      wrap: ({ sourceStore }) => ({
        sourceStore: {
          ...sourceStore,
          find: (hash) => {
            lookups += 1
            return sourceStore.find(hash)
          },
        },
      }),
    })
    const source = await at.createSource('none')
    expect((await at.deliver(source, { body: event, headers: json })).status).toBe(202)
    const statuses: number[] = []
    for (let i = 0; i < 22; i += 1) statuses.push((await at.deliver({ path: `/hooks/guess${i}` })).status)
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(404))
    expect(statuses.slice(20)).toEqual([429, 429])
    expect(lookups).toBe(21)
    expect((await at.deliver(source, { body: event, headers: json })).status).toBe(202)
    const native = await at.post('{"event_type":"a","payload":{}}', {
      authorization: `Bearer ${keys.generateKey('live').text}`,
    })
    expect(native.status).toBe(429)
  })

  it('that cannot be looked up is 503, never 404; a known one is served', async () => {
    let isAway = false
    const at = await start({
      wrap: ({ sourceStore }) => ({
        sourceStore: {
          ...sourceStore,
          find: (hash) => (isAway ? Promise.reject(new Error('away')) : sourceStore.find(hash)),
        },
      }),
    })
    const source = await at.createSource('none')
    const unused = await at.createSource('none')
    expect((await at.deliver(source, { body: event, headers: json })).status).toBe(202)
    isAway = true
    const refused = await at.deliver(unused, { body: event, headers: json })
    expect([refused.status, refused.body.code, refused.body.retryable]).toEqual([503, 'auth_unavailable', true])
    expect((await at.deliver(source, { body: event, headers: json })).status).toBe(202)
  })
})

describe('a proof', () => {
  it('that is missing or wrong is 401 before anything is claimed, also with a known id', async () => {
    let calls = 0
    const at = await start({
      wrap: ({ claims }) => ({
        claims: {
          ...claims,
          claim: (requests) => {
            calls += 1
            return claims.claim(requests)
          },
          settle: (requests) => {
            calls += 1
            return claims.settle(requests)
          },
        },
      }),
    })
    const source = await at.createSource('stripe', { secrets: [secret] })
    expect((await at.deliver(source, signed('stripe', event))).status).toBe(202)
    await eventually(() => calls === 2)
    const attacks: [TestDelivery, string][] = [
      [{ body: event, headers: json }, 'signature_missing'],
      [{ body: event, headers: { ...json, 'stripe-signature': 't=1,v1=00' } }, 'timestamp_skew'],
      [{ ...signed('stripe', event), body: event.replace('evt_1', 'evt_9') }, 'signature_mismatch'],
      [signed('stripe', event, 'another-secret'), 'signature_mismatch'],
      [
        {
          body: event,
          headers: [
            ['content-type', 'application/json'],
            ...signed('stripe', event).headers,
            ...signed('stripe', event).headers.filter(([name]) => name === 'stripe-signature'),
          ],
        },
        'header_repeated',
      ],
    ]
    for (const [delivery, code] of attacks) {
      const answer = await at.deliver(source, delivery)
      expect([code, 'signature_mismatch', 'header_repeated'], answer.text).toContain(answer.body.code)
      expect([400, 401]).toContain(answer.status)
      expect(answer.headers.get('www-authenticate')).toBe(answer.status === 401 ? 'Signature realm="eventmesh"' : null)
    }
    expect(calls).toBe(2)
    expect(await at.records()).toHaveLength(1)
    expect(await at.records('quarantine')).toHaveLength(0)
  })

  it('by any active secret holds, by a removed one no longer', async () => {
    const source = await t.createSource('stripe', { secrets: ['first-secret-x', 'second-secret-x'] })
    expect((await t.deliver(source, signed('stripe', event, 'second-secret-x'))).status).toBe(202)
    const listed = await sourceSecrets.list(t.operator, { tenantId: t.tenantId, id: source.id })
    const used = await eventually(async () => {
      t.ingest.flush()
      const all = await sourceSecrets.list(t.operator, { tenantId: t.tenantId, id: source.id })
      return all.find(({ lastMatchedAt }) => lastMatchedAt !== null)
    })
    await sourceSecrets.remove(t.operator, { tenantId: t.tenantId, sourceId: source.id, id: used.id })
    expect(listed).toHaveLength(2)
    const refused = await eventually(async () => {
      const answer = await t.deliver(source, signed('stripe', event, 'second-secret-x'))
      return answer.status === 401 ? answer : undefined
    })
    expect(refused.body.code).toBe('signature_mismatch')
    expect((await firstRejection(t, source)).diagnosis).toBe('secret_previous')
  })

  it.each([
    ['stripe', 'secret_missing'],
    ['a-provider-of-tomorrow', 'scheme_unknown'],
  ])('cannot be given to a source that has nothing to prove it with: %s', async (provider, diagnosis) => {
    const source = await t.createSource(provider)
    const answer = await t.deliver(source, { body: event, headers: json })
    expect([answer.status, answer.body.code]).toEqual([401, 'signature_mismatch'])
    expect(answer.text).not.toContain(diagnosis)
    expect((await firstRejection(t, source)).diagnosis).toBe(diagnosis)
  })

  it('by a secret that cannot be opened is 503, since it might have held; by another one it holds', async () => {
    const unreadable = (source: SourceRecord): SourceRecord => ({
      ...source,
      secrets: source.secrets.map((each, i) => (i === 0 ? { ...each, sealed: Buffer.alloc(80) } : each)),
    })
    const at = await start({
      wrap: ({ sourceStore }) => ({
        sourceStore: {
          ...sourceStore,
          async find(hash) {
            const source = await sourceStore.find(hash)
            return source && unreadable(source)
          },
        },
      }),
    })
    const source = await at.createSource('stripe', { secrets: [secret, 'a-second-secret'] })
    const refused = await at.deliver(source, signed('stripe', event))
    expect([refused.status, refused.body.code]).toEqual([503, 'auth_unavailable'])
    expect((await at.deliver(source, signed('stripe', event, 'a-second-secret'))).status).toBe(202)
    expect(await rejections(at, source)).toEqual([])
  })

  it('that needs what cannot be fetched is 503', async () => {
    const source = await t.createSource('gcp-pubsub', {
      options: { audience: 'https://a', email: 'a@b.iam.gserviceaccount.com' },
    })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: 'https://accounts.google.com' })}.AAAA`
    const answer = await t.deliver(source, { body: '{}', headers: { ...json, authorization: `Bearer ${token}` } })
    expect([answer.status, answer.body.code]).toEqual([503, 'auth_unavailable'])
  })

  it('that does not cover the body counts for the first one alone', async () => {
    const source = await t.createSource('mailgun', { secrets: [secret] })
    const delivery = signed('mailgun', '{"signature":"{signature}","event-data":{"event":"opened","id":"m-1"}}')
    const send = (body: string | Buffer) => t.deliver(source, { headers: delivery.headers, body })
    expect((await send(delivery.body)).status).toBe(202)
    const forged = await send(delivery.body.toString().replace('"m-1"', '"m-2"'))
    expect([forged.status, forged.body.code]).toEqual([401, 'signature_mismatch'])
    const retry = await eventually(async () => {
      const answer = await send(delivery.body)
      return answer.status === 202 && answer.body.status === 'duplicate'
    })
    expect(retry).toBe(true)
    expect((await t.records()).filter((record) => record.headers['em-source'] === source.id)).toHaveLength(1)
  })

  it('of that kind is not taken while nobody can tell whether it was used', async () => {
    const at = await start({
      wrap: ({ claims }) => ({
        claims: {
          ...claims,
          claim: () => Promise.reject(new MeshError('claims_unavailable', 'away')),
          settle: () => Promise.reject(new MeshError('claims_unavailable', 'away')),
        },
      }),
    })
    const source = await at.createSource('mailgun', { secrets: [secret] })
    const delivery = signed('mailgun', '{"signature":"{signature}","event-data":{"event":"opened","id":"m-1"}}')
    const answer = await at.deliver(source, delivery)
    expect([answer.status, answer.body.code]).toEqual([503, 'claims_unavailable'])
  })
})

describe('a diagnosis', () => {
  it('is the tenant’s alone: the code in the outcome, its words beside it, no whole signature anywhere', async () => {
    const source = await t.createSource('github', { secrets: [secret] })
    const delivery = signed('github', '{"action":"opened"}')
    const signature = delivery.headers.find(([name]) => name === 'x-hub-signature-256')![1].slice('sha256='.length)
    const answer = await t.deliver(source, { headers: delivery.headers, body: '{"action": "opened"}' })
    expect([answer.status, answer.body.code]).toEqual([401, 'signature_mismatch'])
    expect(answer.text).not.toMatch(/body_altered|proxy/)

    const outcome = await firstRejection(t, source)
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      reason: 'signature_mismatch',
      status: 401,
      diagnosis: 'body_altered',
      key_id: null,
      mode: 'live',
      request_id: answer.headers.get('x-request-id'),
      problem: answer.body,
    })
    const [kept] = await eventually(async () => {
      const all = await verifications.list(t.operator, { tenantId: t.tenantId, sourceId: source.id })
      return all.length > 0 ? all : undefined
    })
    expect(kept).toMatchObject({
      verdict: 'fail',
      reason: 'signature_mismatch',
      diagnosis: 'body_altered',
      evidence: { received: signature.slice(0, 8) },
    })
    const everything = JSON.stringify([outcome, kept, t.logLines, answer.text])
    expect(everything).toContain(signature.slice(0, 8))
    expect(everything).not.toContain(signature.slice(0, 9))
    expect(everything).not.toContain(source.token)
  })

  it.each(['basic-auth', 'static-token'])(
    'says so when the proxy added the Authorization of %s twice',
    async (provider) => {
      const source = await t.createSource(provider, { secrets: ['user:a-password-of-ours'] })
      const lines = [
        `POST /hooks/${source.token} HTTP/1.1`,
        'Host: localhost',
        'Authorization: Basic dXNlcjph',
        'Authorization: Basic dXNlcjph',
        'Content-Length: 2',
        '',
        '{}',
      ]
      expect((await rawRequest(t.port, [lines.join('\r\n')])).text).toMatch(/^HTTP\/1.1 400 .*header_repeated/s)
      expect(await firstRejection(t, source)).toMatchObject({
        reason: 'header_repeated',
        diagnosis: 'header_duplicated',
      })
    },
  )

  it('looks at what the provider publishes, so that an altered body is not told as a wrong secret', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const kid = 'google-1'
    const keySet = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256' }] })
    const at = await start({ wrap: () => ({ publishedKeys: { get: async () => keySet, confirm: async () => false } }) })
    const options = { audience: 'ours', email: 'push@ours.iam.gserviceaccount.com' }
    const source = await at.createSource('gcp-pubsub', { options })
    const nowS = Math.floor(Date.now() / 1_000)
    const claims = { iss: 'https://accounts.google.com', aud: 'theirs', email: options.email, email_verified: true }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', kid })}.${part({ ...claims, iat: nowS, exp: nowS + 60 })}`
    const token = `${text}.${signWith('sha256', Buffer.from(text), privateKey).toString('base64url')}`
    const answer = await at.deliver(source, { headers: { authorization: `Bearer ${token}` }, body: '{}' })
    expect([answer.status, answer.body.code]).toEqual([401, 'signature_mismatch'])
    expect((await firstRejection(at, source)).diagnosis).toBe('wrong_secret')
    const [kept] = await eventually(async () => {
      const all = await verifications.list(at.operator, { tenantId: at.tenantId, sourceId: source.id })
      return all.length > 0 ? all : undefined
    })
    expect(kept?.detail).toBe('The token is for another audience.')
  })

  it('says that a certificate could not be fetched: nothing is told as wrong, nothing counts as a rejection', async () => {
    const source = await t.createSource('paypal', { options: { webhook_id: 'WH-1' } })
    const headers = {
      'paypal-transmission-id': 'a',
      'paypal-transmission-time': new Date().toISOString(),
      'paypal-transmission-sig': Buffer.alloc(256, 1).toString('base64'),
      'paypal-cert-url': 'https://api.paypal.com/v1/notifications/certs/CERT-1',
      'paypal-auth-algo': 'SHA256withRSA',
    }
    const answer = await t.deliver(source, { headers, body: '{}' })
    expect([answer.status, answer.body.code]).toEqual([503, 'auth_unavailable'])
    const [kept] = await eventually(async () => {
      const all = await verifications.list(t.operator, { tenantId: t.tenantId, sourceId: source.id })
      return all.length > 0 ? all : undefined
    })
    expect(kept).toMatchObject({ verdict: 'fail', reason: 'auth_unavailable', diagnosis: null })
    expect(kept?.detail).toMatch(/^the certificate or key set .* could not be fetched/)
    expect(await rejections(t, source)).toEqual([])
  })

  it('names the source whose secret was used, and shows a delivery that held', async () => {
    const sibling = await t.createSource('stripe', { secrets: ['secret-of-the-sibling'], name: 'the sibling' })
    const source = await t.createSource('stripe', { secrets: [secret] })
    await t.deliver(source, signed('stripe', event, 'secret-of-the-sibling'))
    expect((await firstRejection(t, source)).diagnosis).toBe('secret_other_source')
    const [kept] = await eventually(async () => {
      const all = await verifications.list(t.operator, { tenantId: t.tenantId, sourceId: source.id })
      return all.length > 0 ? all : undefined
    })
    expect(kept?.detail).toContain('the sibling')
    await t.deliver(sibling, signed('stripe', event, 'secret-of-the-sibling'))
    const passed = await eventually(async () => {
      const [latest] = await verifications.list(t.operator, { tenantId: t.tenantId, sourceId: sibling.id })
      return latest?.verdict === 'pass' ? latest : undefined
    })
    expect(passed.evidence).toMatchObject({
      header: 'stripe-signature',
      signedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(Math.abs(Number(passed.evidence.skewS))).toBeLessThan(60)
    expect(kept?.evidence.signedAt).toMatch(/^\d{4}-.*Z$/)
  })

  it('is made for 20 failures a minute and source; the failures after are refused and kept like any', async () => {
    const nowMs = 1_800_000_000_000
    const at = await start({ now: () => nowMs, limits: { rejectionsPerSecond: 1_000 } })
    const source = await at.createSource('github', { secrets: [secret] })
    for (let i = 0; i < 22; i += 1)
      expect((await at.deliver(source, { body: `{"n":${i}}`, headers: json })).status).toBe(401)
    const found = await eventually(async () => {
      const all = await rejections(at, source)
      return all.length === 22 ? all : undefined
    })
    expect(found.filter(({ diagnosis }) => diagnosis === 'header_missing')).toHaveLength(20)
    expect(found.filter(({ diagnosis }) => diagnosis === null)).toHaveLength(2)
  })
})

describe('what ingest says', () => {
  it('holds no secret of a delivery, whatever goes wrong', async () => {
    const canary = 'CANARY7f3a9b'
    let fault: 'none' | 'log' | 'claims' | 'sources' | 'store' | 'bug' = 'none'
    const leaky = Object.assign(new Error(`failed postgres://user:${canary}@db/x`), {
      query: canary,
      parameters: [canary],
    })
    const at = await start({
      wrap: ({ log, claims, sourceStore }) => ({
        log: {
          ...log,
          append: (topic, records, options) => {
            if (topic === 'outcomes' || fault === 'none') return log.append(topic, records, options)
            if (fault === 'bug') return Promise.reject(leaky)
            return Promise.resolve(records.map(() => ({ status: 'refused' as const, detail: canary })))
          },
        },
        claims: {
          ...claims,
          claim: (requests) => (fault === 'claims' ? Promise.reject(leaky) : claims.claim(requests)),
          settle: (requests) => (fault === 'claims' ? Promise.reject(leaky) : claims.settle(requests)),
        },
        sourceStore: {
          ...sourceStore,
          find: (hash) => (fault === 'sources' ? Promise.reject(leaky) : sourceStore.find(hash)),
          siblings: (source) => (fault === 'store' ? Promise.reject(leaky) : sourceStore.siblings(source)),
          recordVerification: (each) =>
            fault === 'store' ? Promise.reject(leaky) : sourceStore.recordVerification(each),
          learn: (source, text) => (fault === 'store' ? Promise.reject(leaky) : sourceStore.learn(source, text)),
        },
      }),
    })
    const key = `key-${canary}-key`
    const made = {
      stripe: await at.createSource('stripe', { secrets: [key] }),
      mailgun: await at.createSource('mailgun', { secrets: [key] }),
      meta: await at.createSource('meta', { secrets: [key], options: { verify_token: canary } }),
      slack: await at.createSource('slack', { secrets: [key] }),
      none: await at.createSource('none'),
    }
    const asana = await at.createSource('asana')
    const answers: string[] = []
    const send = async (source: { path: string }, delivery: TestDelivery) => {
      answers.push((await at.deliver(source, delivery)).text)
    }
    for (const each of ['none', 'log', 'claims', 'sources', 'store', 'bug'] as const) {
      fault = each
      await send(made.stripe, signed('stripe', event.replace('evt_1', each), key))
      await send(made.stripe, signed('stripe', event, `other-${canary}`))
      await send(made.stripe, { body: `{"secret":"${canary}"}`, headers: { 'stripe-signature': `t=1,v1=${canary}` } })
      await send(made.mailgun, {
        body: `{"signature":{"timestamp":"1","token":"${canary}","signature":"${canary}"}}`,
        headers: json,
      })
      await send(made.meta, { method: 'GET', query: `?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${canary}x` })
      await send(made.slack, {
        body: `token=${canary}&challenge=x`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: canary,
          authorization: `Basic ${canary}`,
        },
      })
      await send(made.none, { body: `{"password":"${canary}"`, headers: json })
      await send({ path: `/hooks/${canary}` }, { body: canary })
      await send({ path: `/Hooks/${canary}/x` }, { body: canary })
      if (each !== 'none') await send(asana, { headers: { 'X-Hook-Secret': `${canary}-${each}-bad space` } })
    }
    fault = 'none'
    answers.push(
      (await rawRequest(at.port, [`POST /hooks/${canary} HTTP/1.1\r\nHost: a\r\nX : ${canary}\r\n\r\n`])).text,
    )
    const outcomes = async () => (await at.records('outcomes')).map((record) => record.value.toString())
    await eventually(async () => (await outcomes()).length > 10)
    const stored = await outcomes()
    const kept = await verifications.list(at.operator, { tenantId: at.tenantId, sourceId: made.stripe.id })
    await at.ingest.drain(1_000)

    const everything = [...answers, ...at.logLines, ...stored, JSON.stringify(kept), await at.metrics()].join('\n')
    expect(everything).not.toContain(canary)
    for (const { token } of Object.values(made)) expect(everything).not.toContain(token)
    // The positive control: what is looked through does hold the requests.
    const lines = at.logLines.filter((line) => line.includes('hooks/{token}'))
    expect(lines.length).toBeGreaterThan(40)
    // One other letter doubles all lines that wait with it, and a line per request is written.
    expect(lines.filter((line) => line.includes('"level":"info"') && !/^[\n -~]*$/.test(line))).toEqual([])
    expect(stored.length).toBeGreaterThan(10)
    expect(kept.length).toBeGreaterThan(0)
  })
})
