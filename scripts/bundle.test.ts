import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { emptyTestDatabase, type TestDatabase } from '@eventmesh/db/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../tests/parts/ports.ts'
import { type BundleName, bundles, makeBundles } from './bundle.ts'

const directory = mkdtempSync(join(tmpdir(), 'eventmesh-bundle-'))
// The console's takes a build of a minute: tests/e2e/compose.test.ts runs it.
const names = (Object.keys(bundles) as BundleName[]).filter((name) => name !== 'console')
let database: TestDatabase

beforeAll(async () => {
  database = await emptyTestDatabase()
  await makeBundles(names, directory)
}, 60_000)
afterAll(async () => {
  await database.close()
  rmSync(directory, { recursive: true })
})

describe('the production bundles', () => {
  test('hold no failpoint', () => {
    const files = readdirSync(directory).filter((name) => /\.m?js(\.map)?$/.test(name))
    expect(files.length).toBeGreaterThanOrEqual(names.length)
    for (const file of files) {
      expect(readFileSync(join(directory, file), 'utf8').includes('EVENTMESH_FAILPOINT'), file).toBe(false)
    }
  })

  test('migrate, create a key, and take an event without the repository beside them', async () => {
    expect(run('migrate').status).toBe(0)
    expect(run('migrate').stdout).toContain('up to date')
    expect(run('eventmesh', 'tenant', 'create', 'bundled').status).toBe(0)
    const { key } = JSON.parse(run('eventmesh', 'key', 'create', '--tenant', 'bundled', '--name', 'b', '--json').stdout)

    const port = await freePorts(2)
    const adminPort = port + 1
    const ingest = start('ingest', { INGEST_PORT: String(port), INGEST_ADMIN_PORT: String(adminPort) })
    try {
      await ready(`http://127.0.0.1:${adminPort}/readyz`, ingest)
      const response = await fetch(`http://127.0.0.1:${port}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{"event_type":"bundle.sent","payload":{}}',
      })
      expect(response.status).toBe(202)
      const page = await fetch(`http://127.0.0.1:${port}/errors/key_missing`)
      expect(page.status).toBe(200)
    } finally {
      ingest.kill('SIGTERM')
    }
    expect(await new Promise((resolve) => ingest.once('exit', resolve))).toBe(0)
  }, 60_000)
})

function environment() {
  return {
    PATH: process.env.PATH,
    DATABASE_URL: database.urls.superuser,
    EVENTMESH_DURABILITY: 'dev',
    DRAIN_DELAY: '0',
  }
}

function run(name: BundleName, ...args: readonly string[]) {
  const options = { cwd: tmpdir(), env: environment(), encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(directory, `${name}.js`), ...args], options)
  return { status, stdout: stdout + (status === 0 ? '' : stderr) }
}

function start(name: BundleName, added: Readonly<Record<string, string>>): ChildProcess {
  const env = { ...environment(), ...added }
  return spawn(process.execPath, [join(directory, `${name}.js`)], {
    cwd: tmpdir(),
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const isReady = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (isReady) return
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('the bundle did not get ready')
    await pause(20)
  }
}
