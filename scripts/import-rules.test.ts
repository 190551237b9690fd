import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** A house of the same layout, with imports planted in it. */
const house = mkdtempSync(join(tmpdir(), 'eventmesh-imports-'))
afterAll(() => rmSync(house, { recursive: true }))

const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['apps-never-import-apps', 'apps/engine/src/planted.ts', '../../ingest/src/config.ts'],
  ['the-product-stands-alone', 'apps/cli/src/planted.ts', '../../../scripts/check.ts'],
  ['envelope-imports', 'packages/envelope/src/planted.ts', '../../db/src/index.ts'],
  ['providers-imports', 'packages/providers/src/planted.ts', '../../db/src/index.ts'],
  ['runtime-imports', 'packages/runtime/src/planted.ts', '../../db/src/index.ts'],
  ['db-imports', 'packages/db/src/planted.ts', '../../bus/src/index.ts'],
  ['bus-imports', 'packages/bus/src/planted.ts', '../../runtime/src/index.ts'],
  ['envelope-does-no-io', 'packages/envelope/src/reads.ts', 'node:fs'],
  ['providers-does-no-io', 'packages/providers/src/connects.ts', 'node:net'],
  ['envelope-imports-zod-alone', 'packages/envelope/src/counts.ts', 'prom-client'],
  ['hono-has-one-home', 'apps/engine/src/serves.ts', 'hono'],
  ['drizzle-orm-has-one-home', 'packages/bus/src/queries.ts', 'drizzle-orm'],
  ['postgres-has-one-home', 'packages/bus/src/connects.postgres.ts', 'postgres'],
  ['ioredis-has-one-home', 'packages/bus/src/caches.ts', 'ioredis'],
  ['kafkajs-has-one-home', 'packages/bus/src/log.kafka.produce.ts', 'kafkajs'],
  ['platformatic-kafka-has-one-home', 'packages/bus/src/log.kafka.consume.ts', '@platformatic/kafka'],
]

const allowed: readonly (readonly [from: string, to: string])[] = [
  ['packages/envelope/src/hashes.ts', 'node:crypto'],
  ['packages/envelope/src/parses.ts', 'zod'],
  ['packages/db/src/good.ts', '../../envelope/src/index.ts'],
  ['packages/db/src/good.test.ts', '../../bus/src/index.ts'],
  ['packages/bus/src/log.postgres.ts', 'drizzle-orm'],
  ['packages/runtime/src/good.ts', 'prom-client'],
  ['apps/ingest/src/good.ts', 'hono'],
  ['apps/cli/src/good.ts', '../../../packages/bus/src/index.ts'],
]

describe('the import rules', () => {
  let found = ''
  beforeAll(() => {
    for (const [, from, to] of forbidden) plant(from, to)
    for (const [from, to] of allowed) plant(from, to)
    found = check()
  })

  test.each(forbidden)('%s: %s must not import %s', (rule, from) => {
    expect(found).toContain(`error ${rule}: ${from} `)
  })

  test.each(allowed)('%s may import %s', (from) => {
    expect(found).not.toContain(`: ${from} `)
  })
})

function plant(from: string, to: string): void {
  write(from, `import ${JSON.stringify(to)}\n`)
  if (to.startsWith('.')) {
    const target = join(dirname(from), to)
    if (!existsSync(join(house, target))) write(target, 'export {}\n')
  } else if (!to.startsWith('node:')) {
    write(join('node_modules', to, 'index.js'), '')
    write(join('node_modules', to, 'package.json'), JSON.stringify({ name: to, version: '1.0.0', main: 'index.js' }))
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  writeFileSync(join(house, file), text)
}

function check(): string {
  write('package.json', '{"name":"house","type":"module"}')
  write('tsconfig.json', '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}')
  symlinkSync(resolve('.dependency-cruiser.cjs'), join(house, '.dependency-cruiser.cjs'))
  const cruiser = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const args = [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'apps', 'packages']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8' })
  return stdout + stderr
}
