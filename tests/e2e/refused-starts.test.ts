import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freePortBase } from '../parts/ports.ts'
import { cleanUp, environment, launch, newDataDir, startMesh, stopMesh } from './harness/mesh.ts'
import { send } from './harness/send.ts'

afterAll(cleanUp)

describe('npm start', () => {
  test.each([['--unknown'], ['--port-base=x'], ['--port-base=65530'], ['--only=console,x'], ['word']])(
    'exits 2 with its usage: %s',
    async (arg) => {
      const { exited, output } = await launch({ args: [arg] })
      expect((await exited).code).toBe(2)
      expect(output.stderr).toContain('usage: npm start')
    },
  )

  test('names every variable that is broken, a line each, and starts nothing', async () => {
    const { exited, output, dataDir } = await launch({
      environment: { INGEST_PORT: 'abc', DRAIN_DELAY: 'soon', LOG_LEVEL: 'loud' },
    })
    expect((await exited).code).toBe(1)
    for (const name of ['INGEST_PORT', 'DRAIN_DELAY', 'LOG_LEVEL']) {
      expect(output.stderr).toMatch(new RegExp(`^eventmesh: ${name} `, 'm'))
    }
    expect(output.stdout + output.stderr).not.toMatch(/Postgres/)
    expect(spawnSync('ls', [dataDir], { encoding: 'utf8' }).stdout).toBe('')
  })

  test('names the variables of ports that are in use, and starts nothing', async () => {
    const portBase = await freePortBase()
    const holders = await Promise.all([portBase, portBase + 12].map(hold))
    try {
      const { exited, output } = await launch({ portBase })
      expect((await exited).code).toBe(1)
      expect(output.stderr).toMatch(new RegExp(`^eventmesh: INGEST_PORT: port ${portBase} is in use`, 'm'))
      expect(output.stderr).toMatch(new RegExp(`^eventmesh: ENGINE_ADMIN_PORT: port ${portBase + 12} is in use`, 'm'))
      expect(output.stderr).not.toMatch(/Postgres/)
    } finally {
      for (const holder of holders) holder.close()
    }
  })

  test('says that the data directory cannot be written', async () => {
    const file = join(newDataDir(), 'a-file')
    writeFileSync(file, '')
    const { exited, output } = await launch({ dataDir: join(file, 'below') })
    expect((await exited).code).toBe(1)
    expect(output.stderr).toMatch(/^eventmesh: EVENTMESH_DATA_DIR: /m)
  })

  test('starts what --only names, and nothing beside it', async () => {
    const mesh = await startMesh({ args: ['--only', 'ingest'] })
    expect((await send(mesh, 'only', '{}')).status).toBe(202)
    expect(mesh.pid('engine')).toBeUndefined()

    const second = await launch({ dataDir: mesh.dataDir })
    expect((await second.exited).code).toBe(1)
    expect(second.output.stderr).toMatch(/^eventmesh: EVENTMESH_DATA_DIR: .* is used by another npm start/m)
    expect((await send(mesh, 'only', '{}')).body.status).toBe('duplicate')
    expect((await stopMesh(mesh, 'SIGINT')).code).toBe(0)
  })

  test('ends cleanly when it is asked to while it still starts', async () => {
    const { npm, exited, output } = await launch()
    await new Promise<void>((resolve) => npm.stderr?.once('data', () => resolve()))
    npm.kill('SIGTERM')
    expect((await exited).code).toBe(0)
    expect(output.stdout).not.toMatch(/^ {2}ingest /m)
  })
})

describe('a process alone', () => {
  test.each(['ingest', 'engine'])('%s says how to start the embedded server when none runs, exit 1', (name) => {
    const { status, stderr } = spawnSync('npm', ['run', '-s', name], {
      cwd: new URL('../..', import.meta.url).pathname,
      env: environment({
        EVENTMESH_DATA_DIR: newDataDir(),
        EVENTMESH_DURABILITY: 'dev',
        INGEST_PORT: '0',
        INGEST_ADMIN_PORT: '0',
        ENGINE_ADMIN_PORT: '0',
      }),
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('npm start')
  })
})

describe('a host with another Node', () => {
  test('is refused below 20 in one line that says what is needed', () => {
    const home = new URL('../..', import.meta.url).pathname
    const directory = mkdtempSync(join(tmpdir(), 'eventmesh-node-'))
    try {
      // What the check reads is the running version: told as 18 before the script is loaded.
      const preload = join(directory, 'old.cjs')
      writeFileSync(preload, "Object.defineProperty(process.versions, 'node', { value: '18.20.0' })\n")
      const { status, stderr } = spawnSync(process.execPath, ['--require', preload, 'scripts/bootstrap.mjs'], {
        cwd: home,
        encoding: 'utf8',
      })
      expect(status).toBe(1)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(stderr).toContain('18.20.0')
      expect(stderr).toContain('20')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test('is no reason to fail from 20 on: the programs run on the pinned one', () => {
    const directory = mkdtempSync(join(tmpdir(), 'eventmesh-run-'))
    try {
      mkdirSync(join(directory, 'bin'))
      const script = join(directory, 'version.ts')
      writeFileSync(script, 'const version: string = process.version\nprocess.stdout.write(version)\n')
      chmodSync(script, 0o644)
      const home = new URL('../..', import.meta.url).pathname
      const { stdout } = spawnSync('sh', ['scripts/run', script], { cwd: home, env: environment(), encoding: 'utf8' })
      expect(stdout).toMatch(/^v24\./)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

function hold(port: number) {
  return new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer()
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
