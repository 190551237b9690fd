import { cloudEventKey, eventId, readEnvelope } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, rawRequest, startTestIngest, type TestAnswer, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest()
})
afterAll(() => t.close())

const structured = (body: string | object, headers: Record<string, string> = {}) =>
  t.post(typeof body === 'string' ? body : JSON.stringify(body), {
    'content-type': 'application/cloudevents+json',
    ...headers,
  })
const required = { specversion: '1.0', id: 'A-1', source: '/shop', type: 'order.created' }
let count = 0
const fresh = () => {
  count += 1
  return { ...required, id: `fresh-${count}` }
}

async function kept(answer: TestAnswer) {
  expect(answer.text).toContain('"status":"accepted"')
  const record = (await t.records()).find((each) => each.headers['em-event-id'] === answer.body.event_id)
  const envelope = readEnvelope(record!.value)
  if (!envelope.ok) throw new Error(envelope.detail)
  return { record: record!, fields: envelope.fields, payload: envelope.payload.toString() }
}

describe('a structured CloudEvent', () => {
  it('is accepted with its identity from source and id, its attributes as ce_ headers', async () => {
    const answer = await structured(
      '{"specversion":"1.0","id":"A-1","source":"/shop","type":"order.created","time":"2026-01-31T12:00:00Z","subject":"order/é","partitionkey":"p-1","myext":5,"flag":true,"none":null,"data":{"n":18446744073709551615}}',
    )
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({
      event_id: eventId({ tenantId: t.tenantId, scope: 'native', key: cloudEventKey('/shop', 'A-1') }),
      idempotency_key: cloudEventKey('/shop', 'A-1'),
    })
    const { record, fields, payload } = await kept(answer)
    expect(payload).toBe('{"n":18446744073709551615}')
    expect(fields).toMatchObject({ eventType: 'order.created', occurredAt: '2026-01-31T12:00:00.000Z' })
    expect(record.key).toBe(`${t.tenantId}:p-1`)
    expect(record.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: 'A-1',
      ce_source: '/shop',
      ce_type: 'order.created',
      ce_subject: 'order/é',
      ce_myext: '5',
      ce_flag: 'true',
      'em-wrap': 'none',
    })
    expect(record.headers.ce_none).toBeUndefined()
  })

  it('lets the header Idempotency-Key win', async () => {
    expect((await structured(fresh(), { 'idempotency-key': 'mine' })).body.idempotency_key).toBe('mine')
  })

  it.each<[string, object, string, string]>([
    ['no data', {}, '{}', 'none'],
    ['an array', { data: [1, 'x'] }, '{"body":[1,"x"]}', 'json'],
    ['text', { data: 'x', datacontenttype: 'text/plain' }, '{"body":"x"}', 'json'],
    ['bytes', { data_base64: 'AP8=', datacontenttype: 'application/octet-stream' }, '{"base64":"AP8="}', 'base64'],
    ['text in base64', { data_base64: 'aGk=', datacontenttype: 'text/plain' }, '{"text":"hi"}', 'text'],
    ['JSON in base64', { data_base64: 'eyJhIjoxfQ==', datacontenttype: 'application/json' }, '{"a":1}', 'none'],
  ])('with %s keeps it', async (_case, more, payload, wrap) => {
    const result = await kept(await structured({ ...fresh(), ...more }))
    expect([result.payload, result.record.headers['em-wrap']]).toEqual([payload, wrap])
  })

  it.each<[string, object | string, string]>([
    ['no id', { ...required, id: undefined }, '/id'],
    ['an empty source', { ...required, source: '' }, '/source'],
    ['another version', { ...required, specversion: '0.3' }, '/specversion'],
    ['a type outside the alphabet', { ...required, type: 'order créée' }, '/type'],
    ['an id of 256 bytes', { ...required, id: 'i'.repeat(256) }, '/id'],
    ['a source of 513 bytes', { ...required, source: 's'.repeat(513) }, '/source'],
    ['a time without zone', { ...required, time: '2026-01-31T12:00:00' }, '/time'],
    ['an attribute name with a capital', { ...required, myExt: 'x' }, '/myExt'],
    ['an attribute that is an object', { ...required, ext: {} }, '/ext'],
    ['a control character', { ...required, subject: 'a\u0007' }, '/subject'],
    ['half of a character', { ...required, subject: 'a\ud800' }, '/subject'],
    ['data twice over', { ...required, data: {}, data_base64: '' }, '/data_base64'],
    ['no base64', { ...required, data_base64: 'a' }, '/data_base64'],
    ['attributes above 2 KiB', { ...required, ext: 'x'.repeat(2_048) }, ''],
  ])('with %s: 422 with its pointer', async (_case, body, pointer) => {
    const answer = await structured(body)
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([422, 'schema_invalid', pointer])
  })

  it('with a member twice: 400', async () => {
    const answer = await structured('{"specversion":"1.0","id":"x","id":"y","source":"/s","type":"t"}')
    expect([answer.status, answer.body.code]).toEqual([400, 'body_malformed'])
  })

  it('takes an id of 255 and a source of 512 bytes', async () => {
    expect((await structured({ ...required, id: 'i'.repeat(255), source: 's'.repeat(512) })).status).toBe(202)
  })
})

describe('a binary CloudEvent', () => {
  const binary = (body: string | Buffer, headers: Record<string, string>) =>
    t.post(body, { 'ce-specversion': '1.0', 'ce-source': '/shop', 'ce-type': 'order.created', ...headers })

  it('takes its attributes from percent-encoded headers and its body as data, byte for byte', async () => {
    const answer = await binary('{ "n": 1.0 }', {
      'ce-id': 'bin-1',
      'ce-subject': 'caf%C3%A9',
      'ce-partitionkey': 'p-2',
    })
    expect(answer.body.event_id).toBe(
      eventId({ tenantId: t.tenantId, scope: 'native', key: cloudEventKey('/shop', 'bin-1') }),
    )
    const { record, payload } = await kept(answer)
    expect(payload).toBe('{ "n": 1.0 }')
    expect(record.key).toBe(`${t.tenantId}:p-2`)
    expect(record.headers).toMatchObject({ ce_subject: 'café', ce_datacontenttype: 'application/json' })
  })

  it.each([
    ['text', 'text/plain', Buffer.from('hello'), '{"text":"hello"}', 'text'],
    ['bytes that are no text', 'image/png', Buffer.from([0, 255]), '{"base64":"AP8="}', 'base64'],
    ['a JSON scalar', 'application/json', Buffer.from(' 1 '), '{"body": 1 }', 'json'],
    ['another JSON type', 'application/vnd.acme+json', Buffer.from('{"a":1}'), '{"a":1}', 'none'],
    ['no body', 'application/json', Buffer.alloc(0), '{}', 'none'],
  ])('with %s keeps it', async (name, type, body, payload, wrap) => {
    const result = await kept(await binary(body, { 'ce-id': `kept ${name}`, 'content-type': type }))
    expect([result.payload, result.record.headers['em-wrap'], result.record.headers['em-content-type']]).toEqual([
      payload,
      wrap,
      type,
    ])
  })

  it('with broken JSON: 400', async () => {
    const answer = await binary('{', { 'ce-id': 'broken' })
    expect([answer.status, answer.body.code]).toEqual([400, 'body_malformed'])
  })

  it('with an attribute that is not percent-encoded UTF-8: 422', async () => {
    const answer = await binary('{}', { 'ce-id': 'enc', 'ce-subject': '%ff' })
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/subject'])
  })

  it('with an attribute twice: 400', async () => {
    const lines = [
      'POST /v1/events HTTP/1.1',
      'Host: a',
      `Authorization: Bearer ${t.key.text}`,
      'ce-specversion: 1.0',
      'ce-id: a',
      'ce-id: b',
      'Content-Length: 0',
      'Connection: close',
      '',
      '',
    ]
    expect((await rawRequest(t.port, [lines.join('\r\n')])).text).toMatch(/^HTTP\/1.1 400 .*header_repeated/s)
  })

  it('is another event when an attribute changes under the same body: 422 on its key', async () => {
    await binary('{}', { 'ce-id': 'attr' })
    const other = await eventually(async () => {
      const answer = await binary('{}', { 'ce-id': 'attr', 'ce-subject': 'changed' })
      return answer.status === 409 ? undefined : answer
    })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
  })
})
