import type { EventFacets } from '@eventmesh/db'
import { expect, test } from 'vitest'
import { completionsAt } from './completions.ts'

const facet = (value: string, name = value) => ({ value, name, n: 1 })
const facets: EventFacets = {
  fields: {
    outcome: [facet('rejected')],
    reason: [facet('schema_invalid')],
    type: [facet('order.created'), facet('order.updated'), facet('big order')],
    source: [facet('native', 'native'), facet('stripe')],
    key: [facet('01a2', 'prod backend')],
  },
  total: 1,
  isApproximate: false,
  notKept: [],
}

/** `|` is the caret; answers what the search is after the first completion, and how each stands. */
function at(marked: string) {
  const caret = marked.indexOf('|')
  const query = marked.replace('|', '')
  const { from, to, items } = completionsAt(query, caret, facets)
  const [first] = items
  return {
    texts: items.map(({ text }) => text),
    after: first && query.slice(0, from) + first.text + query.slice(to),
  }
}

test.each([
  ['re|', ['reason:', 'request:', 'type:order.created'], 'reason:'],
  ['type:order.created -so|', ['source:'], 'type:order.created -source:'],
  ['pay|', ['payload.'], 'payload.'],
  ['crea|', ['type:order.created'], 'type:order.created'],
  ['type:upd|', ['order.updated'], 'type:order.updated'],
  ['type:|', ['order.created', 'order.updated', '"big order"'], 'type:order.created'],
  ['type:"big o| mode:test', ['"big order"'], 'type:"big order"'],
  ['type:order.created,ord|', ['order.updated', '"big order"'], 'type:order.created,order.updated'],
  ['outcome:rejected,|', ['accepted', 'duplicate', 'quarantined', 'copy'], 'outcome:rejected,accepted'],
  ['outcome:acc|ep mode:test', ['accepted'], 'outcome:accepted mode:test'],
  ['key:back|', ['"prod backend"'], 'key:"prod backend"'],
  ['source:direct|', ['native'], 'source:native'],
  ['is:|', ['late'], 'is:late'],
])('completes %j', (marked, texts, after) => {
  expect(at(marked)).toEqual({ texts, after })
})

test.each(['type:order.created|', '8842|', 'payload.order_id:88|', 'nothing:|', 'type:order.created |x'])(
  'has nothing for %j',
  (marked) => expect(at(marked).texts).toEqual([]),
)

test('names every field where nothing is typed yet', () => {
  expect(at('|').texts).toHaveLength(16)
  expect(at('type:order.created |').texts).toContain('reason:')
})
