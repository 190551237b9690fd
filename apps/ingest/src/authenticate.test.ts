import { keys, tenants } from '@eventmesh/db'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest({ trustedProxyHops: 1 })
})
afterAll(() => t.close())

const body = '{"event_type":"a","payload":{}}'
const post = (key: string, headers: Record<string, string> = {}) =>
  t.post(body, { authorization: `Bearer ${key}`, ...headers })

describe('an API key', () => {
  it('is taken whatever the case of the scheme', async () => {
    expect((await t.post(body, { authorization: `bearer ${t.key.text}` })).status).toBe(202)
    expect((await t.post(body, { authorization: `BEARER ${t.key.text}` })).status).toBe(202)
  })

  it.each([
    ['nothing', ''],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['the scheme alone', 'Bearer'],
    ['two words', 'Bearer em_live_a em_live_b'],
  ])('is missing: %s', async (_case, authorization) => {
    const answer = await t.post(body, { authorization })
    expect([answer.status, answer.body.code]).toEqual([401, 'key_missing'])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it('that nobody knows is invalid', async () => {
    const answer = await post(keys.generateKey('live').text)
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([401, 'key_invalid', false])
  })

  it('works until it is disabled, and again once it is enabled', async () => {
    const key = await t.createKey()
    expect((await post(key.text)).status).toBe(202)
    await keys.setDisabled(t.operator, { tenantId: t.tenantId, id: key.id, disabled: true })
    const refused = await eventually(async () => {
      const answer = await post(key.text)
      return answer.status === 202 ? undefined : answer
    })
    expect([refused.status, refused.body.code]).toEqual([401, 'key_disabled'])
    await keys.setDisabled(t.operator, { tenantId: t.tenantId, id: key.id, disabled: false })
    await eventually(async () => (await post(key.text)).status === 202)
  })

  it('that is revoked stops within moments, and says so to who holds it', async () => {
    const key = await t.createKey()
    expect((await post(key.text)).status).toBe(202)
    await keys.revoke(t.operator, { tenantId: t.tenantId, id: key.id })
    const refused = await eventually(async () => {
      const answer = await post(key.text)
      return answer.status === 202 ? undefined : answer
    }, 2_000)
    expect([refused.status, refused.body.code]).toEqual([401, 'key_revoked'])
  })

  it('that expired is refused by the clock, from the cache too', async () => {
    const key = await t.createKey({ expiresAt: new Date(Date.now() + 1_000) })
    expect((await post(key.text)).status).toBe(202)
    const refused = await eventually(async () => {
      const answer = await post(key.text)
      return answer.status === 202 ? undefined : answer
    })
    expect([refused.status, refused.body.code]).toEqual([401, 'key_expired'])
  })

  it('and its successor both work during the overlap, in one scope', async () => {
    const key = await t.createKey()
    const first = await post(key.text, { 'idempotency-key': 'rotated' })
    const successor = await keys.rotate(t.operator, { tenantId: t.tenantId, id: key.id, overlapMs: 3_600_000 })
    const again = await post(successor.ok ? successor.secret : '', { 'idempotency-key': 'rotated' })
    expect(again.body.event_id).toBe(first.body.event_id)
    expect((await post(key.text)).status).toBe(202)
  })

  it('whose overlap is over is expired', async () => {
    const key = await t.createKey()
    await keys.rotate(t.operator, { tenantId: t.tenantId, id: key.id, overlapMs: 0 })
    const answer = await eventually(async () => {
      const each = await post(key.text)
      return each.status === 202 ? undefined : each
    })
    expect([answer.status, answer.body.code]).toEqual([401, 'key_expired'])
  })

  it('of a suspended tenant is refused until the tenant is resumed', async () => {
    const tenantId = await t.createTenant('sleepy')
    const key = await t.createKey({ tenantId })
    expect((await post(key.text)).status).toBe(202)
    await tenants.suspend(t.operator, tenantId)
    const refused = await eventually(async () => {
      const answer = await post(key.text)
      return answer.status === 202 ? undefined : answer
    })
    expect([refused.status, refused.body.code]).toEqual([403, 'tenant_suspended'])
    await tenants.resume(t.operator, tenantId)
    await eventually(async () => (await post(key.text)).status === 202)
  })

  it('works from its allowed addresses only, and forged hops do not help', async () => {
    const key = await t.createKey({ allowedIps: ['192.0.2.0/24', '2001:db8::/32'] })
    const from = async (forwarded: string) => (await post(key.text, { 'x-forwarded-for': forwarded })).body
    expect(await from('192.0.2.7')).toMatchObject({ status: 'accepted' })
    expect(await from('2001:db8::7')).toMatchObject({ status: 'accepted' })
    expect(await from('198.51.100.7')).toMatchObject({ code: 'ip_not_allowed', status: 403 })
    expect(await from('192.0.2.7, 198.51.100.7')).toMatchObject({ code: 'ip_not_allowed' })
  })

  it('remembers when and from where it was last used, without a write before the answer', async () => {
    const key = await t.createKey()
    await post(key.text, { 'x-forwarded-for': '192.0.2.55' })
    t.ingest.flush()
    const listed = await eventually(async () => {
      const found = (await keys.list(t.operator, t.tenantId)).find((each) => each.id === key.id)
      return found?.lastUsedAt ? found : undefined
    })
    expect(Date.now() - listed.lastUsedAt!.getTime()).toBeLessThan(60_000)
  })
})

describe('addresses with unknown keys', () => {
  it('get 20 answers a minute, then 429 before any look-up; a known key is not held up', async () => {
    let lookups = 0
    const limited = await startTestIngest({
      limits: { ipFailuresPerMinute: 20 },
      trustedProxyHops: 1,
      wrap: ({ lookupKey }) => ({
        lookupKey: (hash) => {
          lookups += 1
          return lookupKey(hash)
        },
      }),
    })
    try {
      const from = (ip: string, key: string) =>
        limited.post(body, { authorization: `Bearer ${key}`, 'x-forwarded-for': ip })
      expect((await from('192.0.2.1', limited.key.text)).status).toBe(202)
      for (let i = 0; i < 20; i += 1) {
        expect((await from('192.0.2.1', keys.generateKey('live').text)).status).toBe(401)
      }
      const before = lookups
      const refused = await from('192.0.2.1', keys.generateKey('live').text)
      expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(lookups).toBe(before)
      expect((await from('192.0.2.1', limited.key.text)).status).toBe(202)
      expect((await from('192.0.2.2', keys.generateKey('live').text)).status).toBe(401)
    } finally {
      await limited.close()
    }
  })

  it('a key with a wrong checksum asks no database', async () => {
    let lookups = 0
    const counting = await startTestIngest({
      wrap: ({ lookupKey }) => ({
        lookupKey: (hash) => {
          lookups += 1
          return lookupKey(hash)
        },
      }),
    })
    try {
      const last = counting.key.text.at(-1) === 'A' ? 'B' : 'A'
      const wrong = counting.key.text.slice(0, -1) + last
      const answer = await counting.post(body, { authorization: `Bearer ${wrong}` })
      expect([answer.status, answer.body.code, lookups]).toEqual([401, 'key_invalid', 0])
    } finally {
      await counting.close()
    }
  })
})

describe('while the key store is away', () => {
  it('known keys are served, others get 503 and never 401', async () => {
    let isAway = false
    const outage = await startTestIngest({
      wrap: ({ lookupKey }) => ({
        lookupKey: (hash) => (isAway ? Promise.reject(new Error('connection refused')) : lookupKey(hash)),
      }),
    })
    try {
      expect((await outage.post(body)).status).toBe(202)
      const other = await outage.createKey()
      isAway = true
      expect((await outage.post(body)).status).toBe(202)
      const answer = await outage.post(body, { authorization: `Bearer ${other.text}` })
      expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([503, 'auth_unavailable', true])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      isAway = false
      expect((await outage.post(body, { authorization: `Bearer ${other.text}` })).status).toBe(202)
    } finally {
      await outage.close()
    }
  })
})
