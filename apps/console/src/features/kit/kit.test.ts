import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const here = import.meta.dirname
const sources = (pattern: string) =>
  globSync(pattern, { cwd: here }).map((file) => readFileSync(`${here}/${file}`, 'utf8'))

/** Whatever `ui/` exports as a function under a capital letter draws something. */
const wrappers = sources('../../ui/*.tsx').flatMap((source) =>
  [...source.matchAll(/^export function ([A-Z]\w+)/gm)].map(([, name]) => name),
)
const shown = sources('*.tsx').flatMap((source) => [...source.matchAll(/<([A-Z]\w+)/g)].map(([, name]) => name))

describe('the kit', () => {
  it('finds the wrappers', () => {
    expect(wrappers.length).toBeGreaterThan(40)
    expect(wrappers).toContain('Button')
  })

  // Of a provider there is nothing to see.
  it.each(wrappers.filter((name) => !name?.endsWith('Provider')))('shows %s', (name) => {
    expect(shown).toContain(name)
  })
})
