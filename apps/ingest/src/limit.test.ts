import { fixText } from '@eventmesh/envelope'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, rawRequest, startTestIngest, type TestIngest } from './testing.ts'

const running: TestIngest[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
})

async function start(limits: Parameters<typeof startTestIngest>[0]): Promise<TestIngest> {
  const t = await startTestIngest(limits)
  running.push(t)
  return t
}

const body = '{"event_type":"a","payload":{}}'

describe('rates', () => {
  it.each([
    ['tenant', 'organization', { tenantRate: 1, tenantBurst: 3 }],
    ['key', 'API key', { keyRate: 1, keyBurst: 3 }],
  ])(
    'of a %s: the burst passes, the next is 429 with the wait, before its body is read',
    async (_of, whose, limits) => {
      const t = await start({ limits })
      for (let i = 0; i < 3; i += 1) expect((await t.post(body)).status).toBe(202)
      const head = `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${t.key.text}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`
      const answer = await rawRequest(t.port, [head], { quietMs: 300 })
      expect(answer.text).toMatch(/^HTTP\/1.1 429 /)
      expect(answer.text).toMatch(/\r\nRetry-After: 1\r\n/)
      expect(answer.text).toMatch(/\r\nConnection: close\r\n/)
      expect(answer.text).toContain('"code":"rate_limited"')
      const detail = /"detail":"([^"]+)"/.exec(answer.text)?.[1]
      expect(fixText('rate_limited', { nowMs: 0, detail })).toContain(`The bucket of the ${whose} was empty. Wait 1 s,`)
    },
  )

  it('of one tenant leave another one alone', async () => {
    const t = await start({ limits: { tenantRate: 1, tenantBurst: 1 } })
    const other = await t.createKey({ tenantId: await t.createTenant('globex') })
    expect((await t.post(body)).status).toBe(202)
    expect((await t.post(body)).status).toBe(429)
    expect((await t.post(body, { authorization: `Bearer ${other.text}` })).status).toBe(202)
  })

  it('of a tenant are shared by its keys', async () => {
    const t = await start({ limits: { tenantRate: 1, tenantBurst: 1 } })
    const other = await t.createKey()
    expect((await t.post(body)).status).toBe(202)
    expect((await t.post(body, { authorization: `Bearer ${other.text}` })).status).toBe(429)
  })
})

describe('what is in flight', () => {
  const upload = (t: TestIngest, length: string, key = t.key.text) =>
    `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`

  it.each([
    ['requests', { requestsInFlightMax: 1 }],
    ['bytes in all', { bytesInFlightMax: 1_500 }],
    ['bytes of a tenant', { tenantBytesInFlightMax: 1_500 }],
  ])('is bounded in %s: 503 overloaded before the body, and room again afterwards', async (_of, limits) => {
    const t = await start({ limits })
    expect((await t.post(body)).status).toBe(202)
    const first = rawRequest(t.port, [`${upload(t, 'Content-Length: 1000')}{`], { quietMs: 1_500 })
    const refused = await eventually(async () => {
      const answer = await rawRequest(t.port, [upload(t, 'Content-Length: 1000')], { quietMs: 100 })
      return answer.text.startsWith('HTTP/1.1 503') ? answer : undefined
    }, 1_400)
    expect(refused.text).toContain('"code":"overloaded"')
    expect(refused.text).toMatch(/\r\nConnection: close\r\n/)
    expect(refused.text).toMatch(/\r\nRetry-After: [1-5]\r\n/)
    await first
    await eventually(async () => (await t.post(body)).status === 202)
  })

  it('counts chunked bodies while they stream', async () => {
    const t = await start({ limits: { tenantBytesInFlightMax: 1_500 } })
    const chunk = `400\r\n${' '.repeat(1_024)}\r\n`
    const answer = await rawRequest(t.port, [upload(t, 'Transfer-Encoding: chunked'), chunk, chunk], { quietMs: 1_500 })
    expect(answer.text).toMatch(/^HTTP\/1.1 503 .*"code":"overloaded"/s)
  })

  it('of one tenant leaves room for another', async () => {
    const t = await start({ limits: { tenantBytesInFlightMax: 1_500 } })
    const other = await t.createKey({ tenantId: await t.createTenant('globex') })
    const held = rawRequest(t.port, [`${upload(t, 'Content-Length: 1400')}{`], { quietMs: 700 })
    await eventually(async () => (await t.post('x'.repeat(200))).status === 503)
    expect((await t.post(body, { authorization: `Bearer ${other.text}` })).status).toBe(202)
    await held
  })
})

describe('connections', () => {
  it('beyond the bound are not taken, and others go on', async () => {
    const t = await start({ limits: { connectionsMax: 2 } })
    const idle = [0, 1].map(() => rawRequest(t.port, [], { quietMs: 1_000 }))
    const refused = await rawRequest(t.port, [`GET /livez HTTP/1.1\r\nHost: a\r\n\r\n`]).catch(() => ({ text: '' }))
    expect(refused.text).toBe('')
    await Promise.all(idle)
    await eventually(() =>
      t.post(body).then(
        (answer) => answer.status === 202,
        () => false,
      ),
    )
  })

  it('fifty strangers with bodies hold no memory and no room', async () => {
    const t = await start({ limits: { requestsInFlightMax: 10 } })
    const stranger = `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer em_live_x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`
    const answers = Promise.all(Array.from({ length: 50 }, () => rawRequest(t.port, [stranger, 'x'.repeat(1_000)])))
    expect((await t.post(body)).status).toBe(202)
    for (const answer of await answers) expect(answer.text).toMatch(/^HTTP\/1.1 401 /)
    expect(await t.metrics()).toMatch(/eventmesh_ingest_body_bytes\{process="ingest"\} 0\n/)
  })
})
