import { tenants } from '@eventmesh/db'
import { cloudEventKey, itemKey } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest()
})
afterAll(() => t.close())

describe('a native event that is none', () => {
  it.each([
    ['an empty body', '', ''],
    ['no JSON', 'hello', ''],
    ['an unfinished string', '{"event_type":"a', '/event_type'],
    ['two documents', '{"event_type":"a","payload":{}}{}', ''],
    ['a fault deep inside', '{"event_type":"a","payload":{"list":[1,{"x":tru}]}}', '/payload/list/1/x'],
    ['a byte order mark', '\ufeff{"event_type":"a","payload":{}}', ''],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), ''],
  ])('%s: 400 body_malformed with the place', async (_case, body, pointer) => {
    const answer = await t.post(body, { 'idempotency-key': 'given' })
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([400, 'body_malformed', false])
    expect(answer.body.idempotency_key).toBe('given')
    expect(answer.body.errors).toHaveLength(1)
    expect(answer.body.errors[0].pointer).toBe(pointer)
  })

  it.each([
    ['event_type', '{"event_type":"a","event_type":"b","payload":{}}'],
    ['payload', '{"event_type":"a","payload":{},"payload":{}}'],
    ['idempotency_key', '{"event_type":"a","payload":{},"idempotency_key":"a","idempotency_key":"a"}'],
    ['an escaped spelling of payload', '{"event_type":"a","payload":{},"p\\u0061yload":{}}'],
  ])('%s twice: 400', async (_name, body) => {
    const answer = await t.post(body)
    expect([answer.status, answer.body.code]).toEqual([400, 'body_malformed'])
  })

  it.each<[string, string, [pointer: string, code: string][]]>([
    ['an array', '[]', [['', 'type']]],
    ['a scalar', '"x"', [['', 'type']]],
    [
      'nothing in it',
      '{}',
      [
        ['/event_type', 'required'],
        ['/payload', 'required'],
      ],
    ],
    ['payload no object', '{"event_type":"a","payload":[1]}', [['/payload', 'type']]],
    ['payload null', '{"event_type":"a","payload":null}', [['/payload', 'type']]],
    ['a type outside the alphabet', '{"event_type":"a b","payload":{}}', [['/event_type', 'format']]],
    ['a type of 256 characters', `{"event_type":"${'a'.repeat(256)}","payload":{}}`, [['/event_type', 'format']]],
    [
      'a time without zone',
      '{"event_type":"a","payload":{},"occurred_at":"2026-01-31T12:00:00"}',
      [['/occurred_at', 'format']],
    ],
    ['a time that is a number', '{"event_type":"a","payload":{},"occurred_at":1}', [['/occurred_at', 'type']]],
    ['a key that is a number', '{"event_type":"a","payload":{},"idempotency_key":1}', [['/idempotency_key', 'type']]],
    ['an empty ordering key', '{"event_type":"a","payload":{},"ordering_key":""}', [['/ordering_key', 'format']]],
    [
      'an ordering key of 256 bytes',
      `{"event_type":"a","payload":{},"ordering_key":"${'é'.repeat(128)}"}`,
      [['/ordering_key', 'format']],
    ],
    [
      'a control character in the ordering key',
      '{"event_type":"a","payload":{},"ordering_key":"a\\u0007"}',
      [['/ordering_key', 'format']],
    ],
    [
      'unknown members, all of them',
      '{"event_type":"a","payload":{},"typ/e":1,"a~b":2}',
      [
        ['/typ~1e', 'unknown_member'],
        ['/a~0b', 'unknown_member'],
      ],
    ],
    [
      'everything at once',
      '{"event_type":1,"payload":"x","occurred_at":"soon","extra":0}',
      [
        ['/extra', 'unknown_member'],
        ['/event_type', 'type'],
        ['/payload', 'type'],
        ['/occurred_at', 'format'],
      ],
    ],
  ])('%s: 422 with every issue and its pointer', async (_case, body, expected) => {
    const answer = await t.post(body)
    expect([answer.status, answer.body.code, answer.headers.get('content-type')]).toEqual([
      422,
      'schema_invalid',
      'application/problem+json',
    ])
    expect(answer.body.errors.map((each: { pointer: string; code: string }) => [each.pointer, each.code])).toEqual(
      expected,
    )
  })

  it.each([
    ['a type of 255 characters', `{"event_type":"${'a'.repeat(255)}","payload":{}}`],
    ['an ordering key of 255 bytes', `{"event_type":"a","payload":{},"ordering_key":"${'x'.repeat(255)}"}`],
    ['white space around everything', ' \n{ "event_type" : "a" ,\t"payload" : { } } \r\n'],
  ])('%s is one', async (_case, body) => {
    expect((await t.post(body)).status).toBe(202)
  })

  it('many thousand unknown members end in a bounded answer', async () => {
    const members = Array.from({ length: 9_000 }, (_, i) => `"m${i}":0`).join(',')
    const answer = await t.post(`{"event_type":"a","payload":{},${members}}`)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toHaveLength(100)
  })
})

describe('the key of a refused event', () => {
  const cloudEvent = (more: string) => `{"specversion":"1.0","id":"A-1","source":"/shop","type":"a","data":{}${more}}`
  const structured = { 'content-type': 'application/cloudevents+json' }

  it.each([
    ['in the body', '{"event_type":"a b","payload":{},"idempotency_key":"k-1"}', {}, 'k-1'],
    ['in the header', '{"event_type":"a b","payload":{},"idempotency_key":"k-1"}', { 'idempotency-key': 'k-2' }, 'k-2'],
    ['of a CloudEvent', cloudEvent(',"time":"now"'), structured, cloudEventKey('/shop', 'A-1')],
  ])('%s is echoed', async (_name, text, headers, expected) => {
    const answer = await t.post(text, headers)
    expect([answer.status, answer.body.idempotency_key]).toEqual([422, expected])
  })

  it.each([
    ['that is no key', '{"event_type":"a","payload":{},"idempotency_key":"a b"}', {}],
    ['that stands in it twice', '{"event_type":"a","payload":{},"idempotency_key":"a","idempotency_key":"b"}', {}],
    [
      'that is no key, behind more than a hundred other issues',
      `{"event_type":"a","payload":{},${Array.from({ length: 120 }, (_, n) => `"m${n}":0`).join(',')},"idempotency_key":"a b"}`,
      {},
    ],
    ['that it does not have', '{"event_type":"a b","payload":{}}', {}],
    ['of a CloudEvent without an id', cloudEvent('').replace('"id":"A-1",', ''), structured],
  ])('%s is not', async (_name, text, headers) => {
    const answer = await t.post(text, headers)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body).not.toHaveProperty('idempotency_key')
  })

  it('stands beside its item in a batch', async () => {
    const items = '[{"event_type":"a b","payload":{},"idempotency_key":"k-3"},{"event_type":"a b","payload":{}}]'
    const answer = await t.post(items, { 'idempotency-key': 'request' }, '/v1/events/batch')
    const keys = answer.body.results.map((each: { idempotency_key?: string }) => each.idempotency_key)
    expect(keys).toEqual(['k-3', itemKey('request', 1)])
  })
})

describe('a tenant that requires idempotency keys', () => {
  it('gets 400 for an event without, and 202 for one with', async () => {
    const tenantId = await t.createTenant('careful')
    const key = await t.createKey({ tenantId })
    await tenants.set(t.operator, tenantId, { requireIdempotencyKey: true })
    const post = (headers: Record<string, string>) =>
      t.post('{"event_type":"a","payload":{}}', { authorization: `Bearer ${key.text}`, ...headers })
    const refused = await eventually(async () => {
      const answer = await post({})
      return answer.status === 202 ? undefined : answer
    })
    expect([refused.status, refused.body.code]).toEqual([400, 'idempotency_key_required'])
    expect(refused.body.errors).toEqual([expect.objectContaining({ pointer: '/idempotency_key', code: 'required' })])
    expect((await post({ 'idempotency-key': 'k' })).status).toBe(202)
  })
})
