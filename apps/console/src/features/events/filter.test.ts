import { expect, test } from 'vitest'
import { readFilter, widened, writeFilter } from './filter.ts'
import { parseFilter, rangeOf } from './parse-filter.ts'

const read = (text: string) => readFilter(new URLSearchParams(text))

test.each([
  '',
  'q=payload.order_id%3A8842',
  'q=type%3Aorder.*&outcome=rejected%2Cduplicate&mode=test&range=7d',
  'from=2026-11-23T00%3A00%3A00.000Z&to=2026-11-24T00%3A00%3A00.000Z',
])('writes back the address %j', (text) => {
  expect(writeFilter(read(text)).toString()).toBe(text)
})

test('leaves the default out and drops what it does not know', () => {
  expect(writeFilter(read('range=24h&nonsense=1&outcome=')).toString()).toBe('')
  expect(read('range=3w').range).toBe('24h')
  expect(read('from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z').between).toBeUndefined()
  expect(parseFilter(read('outcome=nonsense'))).toEqual({ ok: true, terms: [] })
})

test('reads chips and typed terms as one list of terms', () => {
  const parsed = parseFilter(read('q=order.created&outcome=rejected,duplicate&type=odd type,order.*'))
  expect(
    parsed.ok && parsed.terms.map((term) => ('field' in term ? [term.field, term.values.length] : term.kind)),
  ).toEqual(['bare', ['outcome', 2], ['type', 2]])
})

test('names the fault of a typed term and keeps its place', () => {
  expect(parseFilter(read('q=status:abc'))).toMatchObject({ ok: false, faults: [{ position: 7, text: 'abc' }] })
})

test('prefers two ends over a span', () => {
  expect(rangeOf(read('range=1h'))).toEqual({ lastMs: 3_600_000 })
  expect(rangeOf(read('range=1h&from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z'))).toEqual({
    from: new Date('2026-11-23T00:00:00Z'),
    to: new Date('2026-11-24T00:00:00Z'),
  })
})

test.each([
  ['range=15m', ''],
  ['range=6h&mode=test', 'mode=test'],
  [
    'from=2026-11-23T10:00:00Z&to=2026-11-23T12:00:00Z',
    'from=2026-11-22T12%3A00%3A00.000Z&to=2026-11-23T12%3A00%3A00.000Z',
  ],
])('widens %j to 24 hours', (text, wide) => {
  const wider = widened(read(text))
  expect(wider && writeFilter(wider).toString()).toBe(wide)
})

test.each(['', 'range=7d', 'from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z'])(
  'does not widen %j, which is over as much already',
  (text) => expect(widened(read(text))).toBeUndefined(),
)
