import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvelope } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawRequest, startTestIngest, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest()
})
afterAll(() => t.close())

const corpora = join(import.meta.dirname, '../../../packages/envelope/fixtures/corpora')
const filesOf = (folder: string) =>
  readdirSync(join(corpora, folder)).map((name) => ({ name, bytes: readFileSync(join(corpora, folder, name)) }))

const around = (value: Buffer): Buffer =>
  Buffer.concat([Buffer.from('{"event_type":"t","payload":{"v":'), value, Buffer.from('}}')])

/** Sends every body under a key of its own; answers those with another status than expected. */
async function surprises(
  cases: readonly { name: string; body: Buffer; status: number }[],
): Promise<{ wrong: string[]; payloads: Map<string, Buffer> }> {
  const wrong: string[] = []
  const idOf = new Map<string, string>()
  for (const { name, body, status } of cases) {
    const answer = await t.post(body)
    if (answer.status !== status) wrong.push(`${name}: ${answer.status} ${answer.text}`)
    if (answer.status === 202) idOf.set(answer.body.event_id, name)
    if (answer.status === 400 && answer.body.code !== 'body_malformed') wrong.push(`${name}: ${answer.body.code}`)
  }
  const payloads = new Map<string, Buffer>()
  for (const record of await t.records()) {
    const name = idOf.get(record.headers['em-event-id'] ?? '')
    const envelope = readEnvelope(record.value)
    if (name === undefined) continue
    if (!envelope.ok) wrong.push(`${name}: ${envelope.detail}`)
    else payloads.set(name, envelope.payload)
  }
  return { wrong, payloads }
}

const badEncodings = 14

describe('JSONTestSuite, each file as the value of a member of payload', () => {
  it('what must be accepted is 202 and kept byte for byte, what must be refused is 400', async () => {
    const files = filesOf('JSONTestSuite/test_parsing').map((file) => ({ ...file, body: around(file.bytes) }))
    const isEncoding = (bytes: Buffer) => Buffer.from(bytes.toString('utf8')).compare(bytes) !== 0
    const isRefusedEither = ({ name, bytes }: { name: string; bytes: Buffer }) =>
      name === 'i_structure_500_nested_arrays.json' ||
      name === 'i_structure_UTF-8_BOM_empty_object.json' ||
      isEncoding(bytes)
    const cases = files.map((file) => ({
      ...file,
      status: file.name.startsWith('y_') || (file.name.startsWith('i_') && !isRefusedEither(file)) ? 202 : 400,
    }))
    const count = (prefix: string, status: number) =>
      cases.filter((each) => each.name.startsWith(prefix) && each.status === status).length
    expect([count('y_', 202), count('n_', 400), count('i_', 202), count('i_', 400)]).toEqual([
      95,
      188,
      20,
      badEncodings + 1,
    ])

    const { wrong, payloads } = await surprises(cases)
    expect(wrong).toEqual([])
    for (const { name, bytes, status } of cases) {
      if (status !== 202) continue
      const expected = Buffer.concat([Buffer.from('{"v":'), bytes, Buffer.from('}')])
      expect(payloads.get(name)?.equals(expected), name).toBe(true)
    }
  }, 120_000)

  it('values that parsers change arrive as they were sent', async () => {
    const cases = filesOf('JSONTestSuite/test_transform').map((file) => ({
      ...file,
      body: around(file.bytes),
      status: Buffer.from(file.bytes.toString('utf8')).equals(file.bytes) ? 202 : 400,
    }))
    expect(cases.filter((each) => each.status === 400)).toHaveLength(3)
    const { wrong, payloads } = await surprises(cases)
    expect(wrong).toEqual([])
    for (const { name, bytes, status } of cases) {
      if (status !== 202) continue
      expect(payloads.get(name)?.equals(Buffer.concat([Buffer.from('{"v":'), bytes, Buffer.from('}')])), name).toBe(
        true,
      )
    }
  }, 60_000)
})

describe('naughty strings', () => {
  const strings = JSON.parse(readFileSync(join(corpora, 'blns/blns.json'), 'utf8')) as string[]

  it('as values and member names are kept', async () => {
    const bodies = strings.map((text, index) => ({
      name: String(index),
      body: Buffer.from(JSON.stringify({ event_type: 't', payload: { value: text, [text]: 1 } })),
      status: 202,
    }))
    const { wrong, payloads } = await surprises(bodies)
    expect(wrong).toEqual([])
    for (const [index, text] of strings.entries()) {
      expect(payloads.get(String(index))?.toString()).toBe(JSON.stringify({ value: text, [text]: 1 }))
    }
  }, 120_000)

  it('as idempotency keys are taken only in the allowed form', async () => {
    for (const text of strings) {
      const body = JSON.stringify({ event_type: 't', payload: {}, idempotency_key: text })
      const answer = await t.post(body)
      const fits = /^[\x21-\x2b\x2d-\x7e]{1,255}$/.test(text)
      expect([answer.status, answer.body.code], JSON.stringify(text)).toEqual(
        fits ? [202, undefined] : [400, 'idempotency_key_invalid'],
      )
    }
  }, 120_000)

  it('as unknown members, types and ordering keys are refused by name or taken, never answered 5xx', async () => {
    for (const text of strings) {
      const body = JSON.stringify({ event_type: text, payload: {}, ordering_key: text, [`x${text}`]: text })
      const answer = await t.post(body)
      expect(answer.status, JSON.stringify(text)).toBe(422)
    }
    expect((await t.post('{"event_type":"t","payload":{}}')).status).toBe(202)
  }, 120_000)
})

describe('depth and members', () => {
  // The event's object is level 1, payload level 2.
  const nested = (depth: number) =>
    `{"event_type":"t","payload":{"v":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}}`
  const wide = (members: number) => {
    const inner = Array.from({ length: members - 2 }, (_, i) => `"m${i}":0`).join(',')
    return `{"event_type":"t","payload":{${inner}}}`
  }

  it.each([
    ['64 levels', nested(64), 202],
    ['65 levels', nested(65), 400],
    ['5,000 levels', nested(5_000), 400],
    ['10,000 members', wide(10_000), 202],
    ['10,001 members', wide(10_001), 400],
    ['50,000 members', wide(50_000), 400],
  ])('%s: %#', async (_case, body, status) => {
    const answer = await t.post(body)
    expect([answer.status, answer.body.code]).toEqual([status, status === 400 ? 'body_malformed' : undefined])
  })

  it('a million levels that never close', async () => {
    const body = `{"event_type":"t","payload":{"v":${'['.repeat(1_000_000)}`
    expect((await t.post(body)).status).toBe(400)
  })

  it('names that mean something to a prototype stay data', async () => {
    const payload =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toJSON":1,"n":1e309,"z":-0,"d":12345678901234567890}'
    const { wrong, payloads } = await surprises([
      { name: 'names', body: Buffer.from(`{"event_type":"t","payload":${payload}}`), status: 202 },
    ])
    expect(wrong).toEqual([])
    expect(payloads.get('names')?.toString()).toBe(payload)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('forms of the idempotency key', () => {
  const body = '{"event_type":"t","payload":{}}'
  const withHeader = (value: string) =>
    [
      'POST /v1/events HTTP/1.1',
      'Host: a',
      `Authorization: Bearer ${t.key.text}`,
      'Content-Type: application/json',
      `Idempotency-Key: ${value}`,
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n')

  const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i))
    .join('')
    .replace(',', '')

  it.each([
    ['every visible character but the comma', visible, 202],
    ['255 characters', 'k'.repeat(255), 202],
    ['256 characters', 'k'.repeat(256), 400],
    ['empty', '', 400],
    ['a comma', 'a,b', 400],
    ['a space', 'a b', 400],
    ['0x7F', 'a\x7fb', 400],
    ['latin1', 'caf\xe9', 400],
  ])('in the header: %s', async (_case, value, status) => {
    const { text } = await rawRequest(t.port, [withHeader(value)])
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    if (status === 400 && !value.includes('\x7f')) expect(text).toContain('"code":"idempotency_key_invalid"')
  })

  it.each([
    ['255 characters', 'm'.repeat(255), 202],
    ['256 characters', 'k'.repeat(256), 400],
    ['empty', '', 400],
    ['a comma', 'a,b', 400],
    ['a control character', 'a\u0000b', 400],
    ['half of a character', 'a\ud800', 400],
  ])('in the body: %s', async (_case, value, status) => {
    const answer = await t.post(JSON.stringify({ event_type: 't', payload: {}, idempotency_key: value }))
    expect([answer.status, answer.body.code]).toEqual([status, status === 400 ? 'idempotency_key_invalid' : undefined])
  })
})
