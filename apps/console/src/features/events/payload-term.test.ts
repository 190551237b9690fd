import { parseSearch } from '@eventmesh/db/search-grammar'
import { expect, test } from 'vitest'
import { layOutJson } from '../../ui/json-text.ts'
import { payloadTerm } from './payload-term.ts'

test('finds each value again by a search that the grammar takes', () => {
  const hostile = 'a "b" \\ c, d:* <x> 12..13'
  const text = JSON.stringify({ order: { id: 8842, lines: [{ sku: hostile }] }, paid: true, note: null, price: -1.5 })
  const terms = layOutJson(text).flatMap(({ tokens }) =>
    tokens.flatMap((token) => {
      const { path } = token
      return path === undefined || token.kind === 'key' ? [] : (payloadTerm({ ...token, path }) ?? [])
    }),
  )
  expect(terms).toHaveLength(5)
  const parsed = terms.map((term) => parseSearch(term))
  expect(parsed.every(({ ok }) => ok)).toBe(true)
  expect(parsed[1]).toMatchObject({
    terms: [
      { kind: 'payload', path: [{ member: 'order' }, { member: 'lines' }, 'each', { member: 'sku' }], text: hostile },
    ],
  })
  expect(parsed[0]).toMatchObject({ terms: [{ text: '8842', isQuoted: false }] })
})

test('offers nothing where the grammar could not say it', () => {
  for (const text of ['""', '"a\\nb"', `"${'x'.repeat(201)}"`]) {
    expect(payloadTerm({ kind: 'string', text, path: 'a' })).toBeUndefined()
  }
  expect(payloadTerm({ kind: 'number', text: '1e9', path: 'a' })).toBeUndefined()
})
