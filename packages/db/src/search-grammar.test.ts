import { describe, expect, it } from 'vitest'
import { parseSearch, type SearchTerm } from './search-grammar.ts'

const uuid = '018f0000-0000-7000-8000-00000000000a'

function terms(query: string): readonly SearchTerm[] {
  const parsed = parseSearch(query)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.terms
}

function faults(query: string) {
  const parsed = parseSearch(query)
  if (parsed.ok) throw new Error('no fault')
  return parsed.faults
}

const text = (value: string) => ({ kind: 'text', text: value })
const field = (name: string, ...values: unknown[]) => ({ kind: 'field', isNegated: false, field: name, values })

describe('search grammar', () => {
  it('reads nothing from an empty line', () => {
    expect(terms('')).toEqual([])
    expect(terms('  \t ')).toEqual([])
  })

  it('reads each field', () => {
    expect(terms(`event:${uuid}`)).toEqual([field('event', text(uuid))])
    expect(terms(`request:${uuid}.3`)).toEqual([field('request', text(`${uuid}.3`))])
    expect(terms('idem:ce:0a1b')).toEqual([field('idem', text('ce:0a1b'))])
    expect(terms('type:order.* mode:test')).toEqual([
      field('type', { kind: 'prefix', text: 'order.' }),
      field('mode', text('test')),
    ])
    expect(terms('outcome:accepted,copy reason:schema_invalid is:late')).toEqual([
      field('outcome', text('accepted'), text('copy')),
      field('reason', text('schema_invalid')),
      field('is', text('late')),
    ])
    expect(terms('latency:>50ms size:1kB..2MB status:422')).toEqual([
      field('latency', { kind: 'compare', comparison: '>', number: 50 }),
      field('size', { kind: 'range', from: 1_000, to: 2_000_000 }),
      field('status', { kind: 'number', number: 422 }),
    ])
    expect(terms('latency:<=1.5s')).toEqual([field('latency', { kind: 'compare', comparison: '<=', number: 1_500 })])
  })

  it('reads negation, quotes and bare words', () => {
    expect(terms('-source:stripe')).toEqual([{ ...field('source', text('stripe')), isNegated: true }])
    expect(terms('source:"my shop, eu","b\\"c"')).toEqual([field('source', text('my shop, eu'), text('b"c'))])
    expect(terms('"order:42" -other')).toEqual([
      { kind: 'bare', isNegated: false, text: 'order:42' },
      { kind: 'bare', isNegated: true, text: 'other' },
    ])
  })

  it('reads payload paths', () => {
    expect(terms('payload.items[].sku:MUG')).toEqual([
      { kind: 'payload', path: [{ member: 'items' }, 'each', { member: 'sku' }], text: 'MUG', isQuoted: false },
    ])
    expect(terms('payload.note:"a, b*"')).toEqual([
      { kind: 'payload', path: [{ member: 'note' }], text: 'a, b*', isQuoted: true },
    ])
    expect(terms('payload.url:http://x/y')).toMatchObject([{ text: 'http://x/y' }])
  })

  it.each([
    ['colour:red', 0, 6],
    ['type:a outcome:maybe', 15, 5],
    ['event:42', 6, 2],
    ['status:>', 7, 1],
    ['latency:10kB', 8, 4],
    ['size:5..1', 5, 4],
    ['mode:live,', 5, 5],
    ['type:a*b', 5, 3],
    ['type:*', 5, 1],
    ['-', 0, 1],
    ['is:early', 3, 5],
    ['-payload.a:1', 0, 12],
    ['payload.a:1,2', 10, 3],
    ['payload.a:>5', 10, 2],
    ['payload.a:1..5', 10, 4],
    ['payload.a:x*', 10, 2],
    ['payload..a:1', 8, 2],
    ['payload.:1', 0, 10],
    ['payload.a:', 0, 10],
    ['source:"open', 0, 12],
    ['source:a"b"', 7, 4],
  ])('underlines the fault in %s', (query, position, length) => {
    expect(faults(query)).toMatchObject([{ position, length }])
  })

  it('names the expected form', () => {
    expect(faults('mode:prod')[0]?.expected).toBe('live or test')
    expect(faults('colour:red mode:prod')).toHaveLength(2)
  })

  it('bounds the line on both sides', () => {
    expect(parseSearch(`idem:${'x'.repeat(1_995)}`).ok).toBe(true)
    expect(parseSearch(`idem:${'x'.repeat(1_996)}`).ok).toBe(false)
    expect(parseSearch(Array.from({ length: 50 }, () => 'a').join(' ')).ok).toBe(true)
    expect(parseSearch(Array.from({ length: 51 }, () => 'a').join(' ')).ok).toBe(false)
  })

  it('never throws on hostile text', () => {
    for (const query of [
      '"\\',
      '\\',
      ':',
      '::',
      '-:',
      '"":""',
      'payload.\u0000:\ud800',
      `event:${'9'.repeat(500)}`,
      'source:""',
    ]) {
      expect(() => parseSearch(query)).not.toThrow()
    }
  })
})
