import { randomUUID } from 'node:crypto'
import { eventId, fingerprint, readEnvelope } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, rawRequest, startTestIngest, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest()
})
afterAll(() => t.close())

const body = '{"event_type":"order.created","payload":{"n":9223372036854775807, "a":1,"a":2,"e":"\\u00e9\\ud800"}}'

describe('a native event', () => {
  it('is answered 202 once it is on the log, its payload byte for byte', async () => {
    const answer = await t.post(body, { 'idempotency-key': 'order-42' })
    expect(answer.status).toBe(202)
    const event_id = eventId({ tenantId: t.tenantId, scope: 'native', key: 'order-42' })
    expect(answer.body).toEqual({
      event_id,
      request_id: answer.headers.get('x-request-id'),
      idempotency_key: 'order-42',
      status: 'accepted',
    })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('idempotency-replayed')).toBeNull()

    const record = (await t.records()).find((each) => each.headers['em-event-id'] === event_id)
    expect(record?.key).toBe(`${t.tenantId}:${event_id}`)
    const envelope = readEnvelope(record!.value)
    if (!envelope.ok) throw new Error(envelope.detail)
    expect(envelope.fields).toMatchObject({
      eventId: event_id,
      eventType: 'order.created',
      tenantId: t.tenantId,
      requestId: answer.headers.get('x-request-id'),
      idempotencyKey: 'order-42',
    })
    expect(envelope.fields.occurredAt).toBe(envelope.fields.receivedAt)
    expect(envelope.payload.toString()).toBe('{"n":9223372036854775807, "a":1,"a":2,"e":"\\u00e9\\ud800"}')
  })

  it('carries the headers of the contract', async () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const answer = await t.post(body, {
      'idempotency-key': 'headers-1',
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'tester/1.0',
      traceparent: trace,
    })
    const record = (await t.records()).find((each) => each.headers['em-event-id'] === answer.body.event_id)
    const { 'em-ms': steps, 'em-http': http, ...headers } = record!.headers
    expect(headers).toEqual({
      'em-event-id': answer.body.event_id,
      'em-source': 'native',
      'em-key-id': t.key.id,
      'em-mode': 'live',
      'em-item': '0/1',
      'em-fp': fingerprint({ body: Buffer.from(body), mediaType: 'application/json', route: 'native' }),
      'em-dedupe': 'claimed',
      'em-envelope': '1',
      'em-size': String(body.length),
      'em-ip': '127.0.0.1',
      'em-wrap': 'none',
      'em-content-type': 'application/json; charset=utf-8',
      'content-type': 'application/json',
      traceparent: trace,
    })
    expect(steps).toMatch(/^request=[\d.]+,authenticate=[\d.]+,body=[\d.]+,validate=[\d.]+,dedupe=[\d.]+$/)
    expect(JSON.parse(http!)).toMatchObject({ 'user-agent': 'tester/1.0' })
  })

  it('keeps the sender’s time as UTC, cut to milliseconds, and its ordering key in the record’s key', async () => {
    const answer = await t.post(
      '{"event_type":"a","payload":{},"occurred_at":"2026-01-31T13:00:00.12399+01:00","ordering_key":"order-é"}',
    )
    const record = (await t.records()).find((each) => each.headers['em-event-id'] === answer.body.event_id)
    expect(record?.key).toBe(`${t.tenantId}:order-é`)
    expect(JSON.parse(record!.value.toString()).occurred_at).toBe('2026-01-31T12:00:00.123Z')
  })

  it('gets a key if it has none, claims nothing for it, and collapses when it is sent again with that key', async () => {
    const first = await t.post(body)
    expect(first.body.idempotency_key).toMatch(/^[0-9a-f]{32}$/)
    const again = await t.post(body, { 'idempotency-key': first.body.idempotency_key })
    expect(again.body).toMatchObject({ event_id: first.body.event_id, status: 'accepted' })
    const records = (await t.records()).filter((each) => each.headers['em-event-id'] === first.body.event_id)
    expect(records.map((each) => each.headers['em-dedupe'])).toEqual(['generated', 'claimed'])
  })

  it('takes the member as key, and the header before the member', async () => {
    const withMember = '{"event_type":"a","payload":{},"idempotency_key":"from-member"}'
    expect((await t.post(withMember)).body.idempotency_key).toBe('from-member')
    expect((await t.post(withMember, { 'idempotency-key': 'from-header' })).body.idempotency_key).toBe('from-header')
    expect((await t.post(body, { 'idempotency-key': '"quoted"' })).body.idempotency_key).toBe('"quoted"')
  })

  it('of a test key lives in a scope of its own', async () => {
    const testKey = await t.createKey({ mode: 'test' })
    const live = await t.post(body, { 'idempotency-key': 'both-modes' })
    const test = await t.post(body, { 'idempotency-key': 'both-modes', authorization: `Bearer ${testKey.text}` })
    expect(test.body).toMatchObject({
      status: 'accepted',
      event_id: eventId({ tenantId: t.tenantId, scope: 'native-test', key: 'both-modes' }),
    })
    expect(test.body.event_id).not.toBe(live.body.event_id)
    const record = (await t.records()).find((each) => each.headers['em-event-id'] === test.body.event_id)
    expect(record?.headers).toMatchObject({ 'em-source': 'native-test', 'em-mode': 'test' })
  })

  it('of another tenant is another event under the same key and body', async () => {
    const other = await t.createKey({ tenantId: await t.createTenant('globex') })
    const ours = await t.post(body, { 'idempotency-key': 'shared' })
    const theirs = await t.post(body, { 'idempotency-key': 'shared', authorization: `Bearer ${other.text}` })
    expect([ours.body.status, theirs.body.status]).toEqual(['accepted', 'accepted'])
    expect(theirs.body.event_id).not.toBe(ours.body.event_id)
  })
})

describe('a retry', () => {
  it('with the same bytes is a duplicate: the first event id, no second record', async () => {
    const first = await t.post(body, { 'idempotency-key': 'retry-1' })
    const again = await eventually(async () => {
      const answer = await t.post(body, { 'idempotency-key': 'retry-1' })
      return answer.status === 202 && answer.body.status === 'duplicate' ? answer : undefined
    })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.body).toEqual({
      event_id: first.body.event_id,
      request_id: again.headers.get('x-request-id'),
      idempotency_key: 'retry-1',
      status: 'duplicate',
    })
    expect(again.body.request_id).not.toBe(first.body.request_id)
    const records = (await t.records()).filter((each) => each.headers['em-event-id'] === first.body.event_id)
    expect(records).toHaveLength(1)
  })

  it('through a rotated key is the same event', async () => {
    const successor = await t.createKey()
    const first = await t.post(body, { 'idempotency-key': 'retry-2' })
    const again = await t.post(body, { 'idempotency-key': 'retry-2', authorization: `Bearer ${successor.text}` })
    expect(again.body.event_id).toBe(first.body.event_id)
  })

  it('with another body is refused: 422, not repeatable, the key echoed', async () => {
    await t.post(body, { 'idempotency-key': 'mismatch-1' })
    const other = await t.post(`${body} `, { 'idempotency-key': 'mismatch-1' })
    expect(other.status).toBe(422)
    expect(other.body).toMatchObject({
      code: 'idempotency_mismatch',
      retryable: false,
      idempotency_key: 'mismatch-1',
    })
  })

  it('of 50 at once leaves one event id, and nothing but 202 and 409', async () => {
    const headers = { 'idempotency-key': `crowd-${randomUUID()}` }
    const answers = await Promise.all(Array.from({ length: 50 }, () => t.post(body, headers)))
    expect(answers.filter((each) => each.status !== 202 && each.status !== 409)).toEqual([])
    const kept = answers.filter((each) => each.status === 202)
    expect(new Set(kept.map((each) => each.body.event_id)).size).toBe(1)
    // Whoever waits for its claim too long on a busy machine is taken unchecked, and says so on its record.
    const records = (await t.records()).filter((each) => each.headers['em-event-id'] === kept[0]?.body.event_id)
    expect(records.filter((each) => each.headers['em-dedupe'] === 'claimed')).toHaveLength(1)
    expect(records).toHaveLength(kept.filter((each) => each.body.status === 'accepted').length)
  })
})

describe('rate-limit headers', () => {
  it('are on every authenticated answer, and on no other', async () => {
    const limited = await startTestIngest({ limits: { tenantRate: 1_000, tenantBurst: 2_000 } })
    try {
      const accepted = await limited.post(body)
      expect(accepted.headers.get('ratelimit-policy')).toBe('"tenant";q=1000;w=1')
      expect(accepted.headers.get('ratelimit')).toMatch(/^"tenant";r=\d+;t=\d+$/)
      const refused = await limited.post('{')
      expect(refused.status).toBe(400)
      expect(refused.headers.get('ratelimit')).toMatch(/^"tenant";r=(?:1999|2000);t=1$/)
      const early = { 'content-type': 'text/plain' }
      const decidedEarly = await limited.post(body, early)
      expect(decidedEarly.status).toBe(415)
      expect(decidedEarly.headers.get('ratelimit')).toMatch(/^"tenant";r=(?:1999|2000);t=1$/)
      const twice = [
        'POST /v1/events HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json',
        `Authorization: Bearer ${limited.key.text}\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}`,
      ]
      const decidedFirst = await rawRequest(limited.port, [twice.join('\r\n')])
      expect(decidedFirst.text).toMatch(
        /^HTTP\/1.1 400 .*\r\nRateLimit: "tenant";r=(?:1999|2000);t=1\r\n.*header_repeated/s,
      )
      const stranger = await limited.post(body, { authorization: 'Bearer em_live_x' })
      expect(stranger.status).toBe(401)
      expect(stranger.headers.get('ratelimit')).toBeNull()
      const earlyStranger = await limited.post(body, { ...early, authorization: 'Bearer em_live_x' })
      expect(earlyStranger.status).toBe(415)
      expect(earlyStranger.headers.get('ratelimit')).toBeNull()
    } finally {
      await limited.close()
    }
  })
})
