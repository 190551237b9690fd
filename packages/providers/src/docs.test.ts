import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { providerPages } from './docs.ts'
import { providers } from './registry.ts'

const folder = new URL('../../../docs/providers/', import.meta.url)

// After a change of a record: vitest run packages/providers/src/docs.test.ts --update
test.each([...providerPages()])('docs/providers/%s is what the records say', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`../../../docs/providers/${name}`)
})

// A page that is missing is written by the test above, at the end of the file.
test('docs/providers holds nothing but the list, a page per provider, and how to add one', () => {
  const known = new Set([...providerPages().keys(), 'adding-a-provider.md'])
  expect(readdirSync(folder).filter((name) => !known.has(name))).toEqual([])
})

type Row = {
  readonly id: string
  readonly source: string
  readonly confidence: string
  readonly retry: string
  readonly ack_limit: string
}
type Vector = { readonly provider: string; readonly origin: string }

test('the records agree with the catalogue they were read from', () => {
  const rows = read<readonly Row[]>('catalogue.json')
  expect(rows.map(({ id }) => id).filter((id) => providers.get(id) === undefined)).toEqual([])
  for (const row of rows) {
    const { source, confidence, retry, ackLimit } = providers.get(row.id)!
    const said = (text: string) => (text === '–' ? 'not published' : text)
    expect({ source, confidence, retry, ackLimit }).toEqual({
      source: row.source,
      confidence: row.confidence,
      retry: said(row.retry),
      ackLimit: said(row.ack_limit),
    })
  }
})

test('what a record claims to be proven is what the vectors prove', () => {
  const vectors = read<readonly Vector[]>('vectors.json')
  for (const provider of providers.list()) {
    if (['generic-hmac', 'static-token', 'basic-auth', 'none'].includes(provider.id)) continue
    const own = vectors.filter((vector) => vector.provider === provider.id)
    const isPublished = own.some((vector) => vector.origin !== 'generated')
    expect(provider.proof, provider.id).toBe(isPublished ? 'vector' : own.length > 0 ? 'generated' : 'none')
  }
})

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')) as T
}
