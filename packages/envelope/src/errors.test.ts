import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, errorCatalogue, isErrorCode, MeshError } from './errors.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8')
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n')).trim()] as const),
)

describe('errors page', () => {
  it('has a heading for each code, in the order of the catalogue, and no other', () => {
    expect(page.match(/^## .*$/gm)).toEqual(Object.keys(errorCatalogue).map((code) => `## ${code}`))
  })

  it.each(Object.keys(errorCatalogue) as ErrorCode[])('tells status, title, retry and the way out of %s', (code) => {
    const { status, title, retryable } = errorCatalogue[code]
    const [line, ...paragraphs] = sections.get(code)!.split(/\n{2,}/)
    expect(line).toBe(`**${status}** · ${title} · retry: ${retryable ? 'yes' : 'no'}`)
    expect(paragraphs.length).toBeGreaterThanOrEqual(2)
  })

  it('keeps to what the ingest port can show: no code block inside a section', () => {
    for (const text of sections.values()) expect(text).not.toContain('```')
  })
})

describe('catalogue', () => {
  it('calls a retry useful exactly where a sender may repeat unchanged', () => {
    for (const { status, retryable } of Object.values(errorCatalogue)) {
      expect(retryable).toBe(status === 408 || status === 409 || status === 429 || status >= 500)
    }
  })

  it('knows its own codes only', () => {
    expect(isErrorCode('key_missing')).toBe(true)
    expect(isErrorCode('toString')).toBe(false)
    expect(isErrorCode('')).toBe(false)
  })
})

describe('MeshError', () => {
  it('takes retryable from the catalogue unless the place where it is born knows better', () => {
    expect(new MeshError('log_unavailable', 'log is away').retryable).toBe(true)
    expect(new MeshError('log_unavailable', 'log is away', { retryable: false }).retryable).toBe(false)
  })

  it('keeps its cause', () => {
    const cause = new Error('socket closed')
    expect(new MeshError('internal', 'bug', { cause }).cause).toBe(cause)
    expect('cause' in new MeshError('internal', 'bug')).toBe(false)
  })
})
