import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { configurationFile, configurationPage } from './configuration-page.ts'

describe('docs/configuration.md', () => {
  test('lists every variable as the code declares it (node scripts/configuration-page.ts writes it anew)', () => {
    expect(readFileSync(configurationFile, 'utf8')).toBe(configurationPage())
  })
})
