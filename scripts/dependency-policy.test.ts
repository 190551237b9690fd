import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const workspace = readFileSync('pnpm-workspace.yaml', 'utf8')
const lock = readFileSync('pnpm-lock.yaml', 'utf8')
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

/** Of the lock's `packages:` section: each package once, with the lines that describe it. */
const packages = new Map(
  [
    ...section(lock, 'packages').matchAll(
      /^ {2}'?((?:@[^@\n]+\/)?[^@\n]+@[^:\n']+)'?:\n((?: {4}.*\n|\n(?! {2}\S))*)/gm,
    ),
  ].map(([, name = '', lines = '']) => [name, lines] as const),
)

describe('what may be installed (S57)', () => {
  test.each([
    ['a release younger than a day', /^minimumReleaseAge: 1440$/m],
    ['a dependency of a dependency from git or a tarball', /^blockExoticSubdeps: true$/m],
    ['weaker provenance than before', /^trustPolicy: no-downgrade$/m],
    ['an install script that nobody allowed', /^strictDepBuilds: true$/m],
  ])('is never %s', (_, setting) => {
    expect(workspace).toMatch(setting)
  })

  test('is what the lock says, by the pinned pnpm, on the pinned Node 24 (S60)', () => {
    expect(readFileSync('scripts/bootstrap.mjs', 'utf8')).toContain('--frozen-lockfile')
    expect(manifest.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/)
    expect(manifest.devDependencies.node).toMatch(/^24\.\d+\.\d+$/)
  })
})

describe('the lock (S58)', () => {
  test.each([
    ['next', '16.2.6'],
    ['react', '19.2.6'],
  ])('has a %s of at least %s, below which advisories stand (S36)', (name, least) => {
    const versions = [...packages.keys()].filter((key) => key.startsWith(`${name}@`)).map((key) => key.split('@')[1])
    expect(versions).toHaveLength(1)
    expect(versions[0]?.localeCompare(least, 'en', { numeric: true })).toBeGreaterThanOrEqual(0)
  })

  test('was read whole', () => {
    expect(packages.size).toBeGreaterThan(100)
    expect([...packages.keys()].some((name) => name.startsWith('hono@'))).toBe(true)
  })

  test('holds no git and no tarball dependency, and a hash of each package', () => {
    for (const [name, lines] of packages) {
      expect(name).not.toMatch(/(git|https?|file|codeload)[+:]/)
      expect(lines, name).not.toMatch(/tarball:|type: git|directory:/)
      expect(lines, name).toMatch(/resolution: \{integrity: sha512-/)
    }
  })

  test.each(['hono', 'next', 'react'])('has at most one version of %s', (vendor) => {
    const versions = [...packages.keys()].filter((name) => name.startsWith(`${vendor}@`))
    expect(versions.length).toBeLessThanOrEqual(1)
  })

  test('pins each dependency of ours exactly', () => {
    const specifiers = [...section(lock, 'importers').matchAll(/^ {8}specifier: (.+)$/gm)].map(
      ([, specifier]) => specifier,
    )
    expect(specifiers.length).toBeGreaterThan(20)
    // An alias is a second name for one exact version of the registry.
    const exact = /^(workspace:\*|(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?)$/
    for (const specifier of specifiers) expect(specifier).toMatch(exact)
  })

  test('has no hono below the release that closes CVE-2026-44456 (S1)', () => {
    const version = [...packages.keys()].find((name) => name.startsWith('hono@'))?.slice('hono@'.length) ?? ''
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(4_012_016)
  })
})

function section(yaml: string, name: string): string {
  const [, rest = ''] = yaml.split(new RegExp(`^${name}:\n`, 'm'))
  return rest.split(/^\S/m)[0] ?? ''
}
