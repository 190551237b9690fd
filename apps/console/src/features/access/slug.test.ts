import { expect, test } from 'vitest'
import { proposeSlug, slugForm } from './slug.ts'

test.each([
  ['Acme Größe GmbH', 'acme-grosse-gmbh'],
  ['  Émile & Søn!! ', 'emile-s-n'],
  ['株式会社', ''],
  [`${'long '.repeat(20)}`, 'long-long-long-long-long-long-long-long'],
])('proposes for %j the address %j', (name, slug) => {
  expect(proposeSlug(name)).toBe(slug)
})

test('takes 3 to 40 characters without a dash at an end', () => {
  for (const slug of ['abc', 'a'.repeat(40), 'a-b', '1-2']) expect(slugForm.test(slug), slug).toBe(true)
  for (const slug of ['ab', 'a'.repeat(41), '-ab', 'ab-', 'aB1', 'a_b']) expect(slugForm.test(slug), slug).toBe(false)
})
