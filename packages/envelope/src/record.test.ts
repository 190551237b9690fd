import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type EnvelopeFields, envelopeSchema, readEnvelope, spliceEnvelope } from './record.ts'

const fixtures = join(import.meta.dirname, '../fixtures/envelope')
const files = (folder: string) =>
  readdirSync(join(fixtures, folder)).map((name) => ({ name, bytes: readFileSync(join(fixtures, folder, name)) }))

type Write = { title: string; fields: EnvelopeFields; payload: string; value: string }
const writes = JSON.parse(readFileSync(join(fixtures, 'writes.json'), 'utf8')) as Write[]

const canonical = writes[0]!

describe('writer', () => {
  it.each(writes)('makes the golden bytes: $title', ({ fields, payload, value }) => {
    expect(spliceEnvelope(fields, Buffer.from(payload)).toString()).toBe(value)
  })

  it.each(writes)('is read back: $title', ({ fields, payload, value }) => {
    const read = readEnvelope(Buffer.from(value))
    expect(read).toMatchObject({ ok: true, fields })
    expect(read.ok && read.payload.toString()).toBe(payload)
  })

  it('writes what the schema takes, in the fixed order', () => {
    const envelope = envelopeSchema.parse(JSON.parse(canonical.value))
    expect(Object.keys(envelope)).toEqual([
      'event_id',
      'event_type',
      'tenant_id',
      'request_id',
      'occurred_at',
      'received_at',
      'idempotency_key',
      'payload',
    ])
  })

  it('leaves the payload it was given alone', () => {
    const payload = Buffer.from('{"a":1}')
    const value = spliceEnvelope(canonical.fields, payload)
    value.fill(0)
    expect(payload.toString()).toBe('{"a":1}')
  })
})

describe('reader', () => {
  it.each(files('accept'))('accepts $name', ({ bytes }) => {
    expect(readEnvelope(bytes)).toMatchObject({ ok: true })
  })

  it.each(files('reject'))('rejects $name', ({ bytes }) => {
    expect(readEnvelope(bytes)).toMatchObject({ ok: false, detail: expect.stringMatching(/./) })
  })

  it('gives the payload with every byte of its own', () => {
    const of = (name: string) => {
      const read = readEnvelope(readFileSync(join(fixtures, 'accept', name)))
      return read.ok ? read.payload.toString() : undefined
    }
    expect(of('payload-space-around.json')).toBe(' \r\n\t{ "order_id" : 42 }\n\n')
    expect(of('payload-repeated-members.json')).toBe('{"a":1,"a":2,"a":1}')
    expect(of('payload-numbers.json')).toContain('9223372036854775807')
    expect(of('order-of-fields-differs.json')).toBe('{"order_id":42}')
  })

  it('says what is wrong without repeating foreign text', () => {
    const detail = (text: string) => {
      const read = readEnvelope(Buffer.from(text))
      return read.ok ? undefined : read.detail
    }
    expect(detail(canonical.value.replace('"order.created"', '"canary type"'))).toBe('event_type is not valid')
    expect(detail(canonical.value.replace('{', '{"canary":1,'))).toBe('a member is none of the eight fields')
    expect(detail(canonical.value.replace('{', '{"payload":{},'))).toBe('payload stands twice')
    expect(detail(canonical.value.replace(/"event_id":"[^"]*",/, ''))).toBe('event_id is missing')
  })

  it('refuses poison of 6,000 levels', () => {
    expect(
      readEnvelope(spliceEnvelope(canonical.fields, Buffer.from(`${'{"a":'.repeat(6_000)}1${'}'.repeat(6_000)}`))).ok,
    ).toBe(false)
  })

  it('refuses every cut of a valid value', () => {
    const bytes = Buffer.from(canonical.value)
    for (let length = 0; length < bytes.length; length++) expect(readEnvelope(bytes.subarray(0, length)).ok).toBe(false)
  })
})

describe('schema', () => {
  const parsed = (bytes: Buffer): unknown => {
    try {
      return JSON.parse(bytes.toString('utf8'))
    } catch {
      return undefined
    }
  }

  it.each(files('accept'))('accepts $name', ({ bytes }) => {
    expect(envelopeSchema.safeParse(parsed(bytes)).success).toBe(true)
  })

  it.each(files('reject').filter(({ name }) => !name.startsWith('bytes-')))('rejects $name', ({ bytes }) => {
    expect(envelopeSchema.safeParse(parsed(bytes)).success).toBe(false)
  })
})
