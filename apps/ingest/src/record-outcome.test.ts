import { keys, tenants } from '@eventmesh/db'
import { type DecodedOutcome, decodeOutcome, type OutcomeRecord } from '@eventmesh/envelope'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, rawRequest, startTestIngest, type TestIngest } from './testing.ts'

const running: TestIngest[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
})

async function start(options: Parameters<typeof startTestIngest>[0] = {}): Promise<TestIngest> {
  const t = await startTestIngest(options)
  running.push(t)
  return t
}

const body = '{"event_type":"a.b","payload":{"n":1}}'

async function outcomes(t: TestIngest): Promise<Extract<DecodedOutcome, { ok: true }>[]> {
  return (await t.records('outcomes')).map((record) => {
    const decoded = decodeOutcome(record.value)
    if (!decoded.ok) throw new Error(decoded.detail)
    if (decoded.kind === 'record') expect(record.key).toBe(`${t.tenantId}:${decoded.record.request_id}`)
    return decoded
  })
}

async function recordsOf(t: TestIngest): Promise<OutcomeRecord[]> {
  return (await outcomes(t)).flatMap((each) => (each.kind === 'record' ? [each.record] : []))
}

const one = (t: TestIngest, find: (record: OutcomeRecord) => boolean) =>
  eventually(async () => (await recordsOf(t)).find(find))

describe('outcome records', () => {
  it('tell of a duplicate which event it repeats', async () => {
    const t = await start()
    const first = await t.post(body, { 'idempotency-key': 'd-1' })
    const again = await eventually(async () => {
      const answer = await t.post(body, { 'idempotency-key': 'd-1' })
      return answer.body.status === 'duplicate' ? answer : undefined
    })
    const record = await one(t, (each) => each.outcome === 'duplicate')
    expect(record).toMatchObject({
      tenant_id: t.tenantId,
      request_id: again.body.request_id,
      item: 0,
      items: 1,
      reason: null,
      status: 202,
      event_id: first.body.event_id,
      event_type: 'a.b',
      source: 'native',
      key_id: t.key.id,
      mode: 'live',
      idempotency_key: 'd-1',
      size: body.length,
      ip: '127.0.0.1',
      content_type: 'application/json',
      problem: null,
      body: null,
    })
  })

  it('tell of a rejection its reason, the answer that was given and a redacted copy', async () => {
    const t = await start()
    const bad = '{"event_type":"a.b","payload":{"password":"hunter2"},"typo":1}'
    const answer = await t.post(bad, { 'idempotency-key': 'r-1' })
    const record = await one(t, (each) => each.outcome === 'rejected')
    expect(record).toMatchObject({
      request_id: answer.headers.get('x-request-id'),
      reason: 'schema_invalid',
      status: 422,
      event_id: null,
      idempotency_key: 'r-1',
      problem: answer.body,
      body: { text: '{"event_type":"a.b","payload":{"password":"[redacted]"},"typo":1}', truncated: false },
    })
  })

  it('belong to a tenant by its full key alone: what strangers send leaves none', async () => {
    const t = await start()
    await t.post(body, { authorization: `Bearer ${keys.generateKey('live').text}` })
    await t.post(body, { authorization: '' })
    await t.post(body, { 'content-type': 'text/plain', authorization: 'Bearer em_live_x' })
    await t.post('{', {})
    await one(t, (each) => each.reason === 'body_malformed')
    expect(await recordsOf(t)).toHaveLength(1)
  })

  it('of keys that may no longer be used go to their tenant', async () => {
    const t = await start()
    const key = await t.createKey()
    await keys.revoke(t.operator, { tenantId: t.tenantId, id: key.id })
    await t.post(body, { authorization: `Bearer ${key.text}` })
    expect(await one(t, (each) => each.reason === 'key_revoked')).toMatchObject({
      key_id: key.id,
      status: 401,
      body: null,
    })
  })

  it('of what headers alone refused go to the tenant too', async () => {
    const t = await start()
    await t.post('x', { 'content-type': 'text/plain' })
    expect(await one(t, (each) => each.reason === 'media_type_unsupported')).toMatchObject({
      key_id: t.key.id,
      size: 0,
    })
    const head = `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${t.key.text}\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n`
    await rawRequest(t.port, [head], { quietMs: 200 })
    await one(t, (each) => each.reason === 'payload_too_large')
  })

  it('of a batch stand one per item', async () => {
    const t = await start()
    const answer = await t.post(`[${body},{"event_type":"a"}]`, {}, '/v1/events/batch')
    const record = await one(t, (each) => each.outcome === 'rejected')
    expect(record).toMatchObject({ item: 1, items: 2, status: 422, body: { text: '{"event_type":"a"}' } })
    expect(record.problem).toEqual(answer.body.results[1].problem)
  })

  it('are not made of our own failures', async () => {
    const t = await start({
      wrap: ({ log }) => ({
        log: {
          ...log,
          append: (topic, records, options) =>
            topic === 'events'
              ? Promise.resolve(records.map(() => ({ status: 'overloaded' as const })))
              : log.append(topic, records, options),
        },
      }),
    })
    expect((await t.post(body)).status).toBe(503)
    expect((await t.post('{')).status).toBe(400)
    await one(t, (each) => each.reason === 'body_malformed')
    expect(await recordsOf(t)).toHaveLength(1)
  })

  it('beyond 10 rejections a second become one counter', async () => {
    const t = await start()
    const answers = await Promise.all(Array.from({ length: 40 }, () => t.post('{')))
    expect(answers.every((each) => each.status === 400)).toBe(true)
    t.ingest.flush()
    const all = await eventually(async () => {
      const found = await outcomes(t)
      return found.some((each) => each.kind === 'counter') ? found : undefined
    })
    const counters = all.flatMap((each) => (each.kind === 'counter' ? [each.counter] : []))
    const records = all.filter((each) => each.kind === 'record')
    expect(counters).toHaveLength(1)
    expect(counters[0]).toMatchObject({
      outcome: 'rejected',
      reason: 'body_malformed',
      key_id: t.key.id,
      source: 'native',
    })
    expect(records.length + counters[0]!.count).toBe(40)
    expect(records.length).toBeGreaterThanOrEqual(10)
    expect(records.length).toBeLessThan(30)
  })

  it('beyond 20 duplicates of one key a day become one counter', async () => {
    const t = await start()
    await t.post(body, { 'idempotency-key': 'often' })
    await eventually(async () => (await t.post(body, { 'idempotency-key': 'often' })).body.status === 'duplicate')
    for (let i = 0; i < 24; i += 1) await t.post(body, { 'idempotency-key': 'often' })
    t.ingest.flush()
    const all = await eventually(async () => {
      const found = await outcomes(t)
      // The counter can be on the log before the last of the records, which are appended beside it.
      return found.some((each) => each.kind === 'counter') && found.length > 20 ? found : undefined
    })
    expect(all.filter((each) => each.kind === 'record')).toHaveLength(20)
    expect(all.find((each) => each.kind === 'counter')).toMatchObject({
      counter: { outcome: 'duplicate', count: 5, reason: null },
    })
  })
})

describe('a suspended tenant', () => {
  it('sees what was refused meanwhile', async () => {
    const t = await start()
    await tenants.suspend(t.operator, t.tenantId)
    await eventually(async () => (await t.post(body)).status === 403)
    await one(t, (each) => each.reason === 'tenant_suspended')
  })
})
