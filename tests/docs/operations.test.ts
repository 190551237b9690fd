import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sources = globSync('{apps,packages}/*/src/**/*.ts', { cwd: root })
  .filter((file) => !file.endsWith('.test.ts'))
  .map(read)
  .join('\n')

/** Metrics as code names them; a lag gauge has its topic inside its name. */
const declared = new Set([
  ...[...sources.matchAll(/'(eventmesh_[a-z_]+)',/g)].map(([, name]) => name),
  ...['events', 'outcomes', 'quarantine'].map((topic) => `eventmesh_indexer_lag_${topic}_records`),
])

describe('docs/operations.md', () => {
  const page = read('docs/operations.md')

  test('names metrics that there are, and every one of ours', () => {
    const mentioned = [...page.matchAll(/\beventmesh_[a-z_]+/g)]
      .map(([name]) => name.replace(/_bucket$/, ''))
      // Logins of the processes, not metrics.
      .filter((name) => !/^eventmesh_(ingest|engine|console|migrator)$/.test(name))
    expect(mentioned.filter((name) => !declared.has(name))).toEqual([])
    const metrics = [...declared].filter((name) => /_(total|seconds|bytes|rows|records|in_flight)$/.test(name ?? ''))
    expect(
      metrics.filter((name) => !page.includes(name ?? '') && !/lag_(outcomes|quarantine)/.test(name ?? '')),
    ).toEqual([])
  })

  test('names variables that there are', () => {
    const configuration = read('docs/configuration.md')
    const variables = [...page.matchAll(/`([A-Z][A-Z_]{5,})(?:=[^`]*)?`/g)].map(([, name = '']) => name)
    const elsewhere = ['CREATEROLE', 'LISTEN', 'SIGTERM']
    expect(variables.filter((name) => !configuration.includes(`\`${name}\``) && !elsewhere.includes(name))).toEqual([])
  })
})

test.each(['docs/operations.md', 'docs/failure-modes.md', 'examples/README.md'])(
  '%s links to what is there',
  (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([])
  },
)
