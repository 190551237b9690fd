import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventLimits, scanDocument } from './json.ts'
import type { EventId, RequestId, TenantId } from './names.ts'
import { readEnvelope, spliceEnvelope } from './record.ts'
import { checkUtf8 } from './text.ts'

const corpora = join(import.meta.dirname, '../fixtures/corpora')
const files = (folder: string) =>
  readdirSync(join(corpora, folder)).map((name) => ({ name, bytes: readFileSync(join(corpora, folder, name)) }))

const parsing = files('JSONTestSuite/test_parsing')
const transform = files('JSONTestSuite/test_transform')

/** Implementation-defined files that are no UTF-8, or start with a byte order mark. */
const badEncoding = new Set(
  [
    'string_UTF-16LE_with_BOM',
    'string_UTF-8_invalid_sequence',
    'string_UTF8_surrogate_U+D800',
    'string_invalid_utf-8',
    'string_iso_latin_1',
    'string_lone_utf8_continuation_byte',
    'string_not_in_unicode_range',
    'string_overlong_sequence_2_bytes',
    'string_overlong_sequence_6_bytes',
    'string_overlong_sequence_6_bytes_null',
    'string_truncated-utf-8',
    'string_utf16BE_no_BOM',
    'string_utf16LE_no_BOM',
    'structure_UTF-8_BOM_empty_object',
  ].map((name) => `i_${name}.json`),
)

function isExpected(name: string): boolean {
  if (name.startsWith('y_')) return true
  if (name.startsWith('n_')) return false
  return !badEncoding.has(name) && name !== 'i_structure_500_nested_arrays.json'
}

const isAccepted = (bytes: Buffer) => checkUtf8(bytes) === undefined && scanDocument(bytes, eventLimits).ok

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

const around = (value: Buffer) =>
  Buffer.concat([Buffer.from('{"event_type":"a","payload":{"value":'), value, Buffer.from('}}')])

describe('JSONTestSuite', () => {
  it('is complete', () => {
    const count = (prefix: string) => parsing.filter(({ name }) => name.startsWith(prefix)).length
    expect([count('y_'), count('n_'), count('i_'), parsing.length, transform.length]).toEqual([95, 188, 35, 318, 22])
    expect(parsing.filter(({ name }) => badEncoding.has(name))).toHaveLength(14)
    expect(parsing.filter(({ name }) => name.startsWith('i_') && isExpected(name))).toHaveLength(20)
  })

  it.each(parsing)('judges $name as document and as a payload member', ({ name, bytes }) => {
    expect(isAccepted(bytes)).toBe(isExpected(name))
    expect(isAccepted(around(bytes))).toBe(isExpected(name))
  })

  it.each(parsing)('agrees with JSON.parse on $name', ({ name, bytes }) => {
    // Ours alone: the nesting limit.
    const isOurs = name === 'i_structure_500_nested_arrays.json'
    expect(isAccepted(around(bytes))).toBe(parses(around(bytes)) && !isOurs)
  })

  it.each(transform)('keeps the bytes of $name', ({ name, bytes }) => {
    const isBad = /^string_[123]_invalid/.test(name)
    expect(isAccepted(around(bytes))).toBe(!isBad)
    if (isBad) return
    const payload = Buffer.concat([Buffer.from('{"value":'), bytes, Buffer.from('}')])
    const read = readEnvelope(spliceEnvelope(fields, payload))
    expect(read.ok && read.payload.equals(payload)).toBe(true)
  })

  it('keeps every accepted file as the body of a webhook, byte for byte', () => {
    const objects = parsing.filter(({ name, bytes }) => {
      const document = scanDocument(bytes, eventLimits)
      return isExpected(name) && document.ok && document.kind === 'object'
    })
    expect(objects.length).toBeGreaterThan(10)
    for (const { name, bytes } of objects) {
      const read = readEnvelope(spliceEnvelope(fields, bytes))
      expect(read.ok && read.payload.equals(bytes), name).toBe(true)
    }
  })
})

describe('naughty strings', () => {
  const strings = JSON.parse(readFileSync(join(corpora, 'blns/blns.json'), 'utf8')) as string[]

  it('are 515', () => expect(strings).toHaveLength(515))

  it('pass as value and as member name, escaped or raw', () => {
    for (const string of strings) {
      for (const text of [JSON.stringify({ payload: { [string]: string } }), escapedFully(string)]) {
        const bytes = Buffer.from(text)
        const document = scanDocument(bytes, eventLimits)
        expect(document.ok).toBe(true)
      }
    }
  })

  it('are decoded as they were written', () => {
    for (const string of strings) {
      const document = scanDocument(Buffer.from(`{${JSON.stringify(string)}:1}`), eventLimits)
      expect(document.ok && document.members[0]?.name).toBe(string)
    }
  })
})

const fields = {
  eventId: '128c3b4f-91de-8465-bc63-ab666e4ff1d0' as EventId,
  eventType: 'a',
  tenantId: '018f0000-0000-7000-8000-00000000000a' as TenantId,
  requestId: '01932a1b-7c00-7abc-8def-0123456789ab' as RequestId,
  occurredAt: '2026-11-23T14:32:58.024Z',
  receivedAt: '2026-11-23T14:32:58.100Z',
  idempotencyKey: 'order-42',
}

function escapedFully(text: string): string {
  const escaped = Array.from(
    { length: text.length },
    (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`,
  )
  return `{"payload":"${escaped.join('')}"}`
}
