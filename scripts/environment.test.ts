import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** The one place of each process (Next brings the console's two up by itself), and what is no part of the product. */
const readers = [
  /\/src\/(main|migrate)\.ts$/,
  /^apps\/console\/src\/(proxy|server\/config)\.ts$/,
  /^packages\/bus\/src\/failpoint\.ts$/,
  // Code that a page shows to be copied.
  /^apps\/console\/src\/features\/get-started\/snippets\.ts$/,
  /\.test\.ts$|\/testing|\/fixtures\//,
]

describe('the environment', () => {
  test('is known to main.ts alone; everything below takes values', () => {
    const files = globSync('{apps,packages}/*/src/**/*.ts').filter(
      (file) => !readers.some((reader) => reader.test(file)),
    )
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((file) => /process\.env\b|from 'node:process'/.test(readFileSync(file, 'utf8')))).toEqual([])
  })
})
