import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePortBase } from '../../parts/ports.ts'
import { commandLine, isRunning, until } from './processes.ts'

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** A running `npm start`, as a newcomer started it. */
export type Mesh = {
  readonly npm: ChildProcess
  readonly portBase: number
  readonly dataDir: string
  readonly ingestUrl: string
  readonly tenantId: string
  readonly apiKey: string
  stdout(): string
  stderr(): string
  /** Of the process that serves now; undefined while it is being replaced. */
  pid(part: 'supervisor' | 'ingest' | 'engine' | 'console' | 'postgres'): number | undefined
  readonly exited: Promise<Exit>
}

export type MeshOptions = {
  readonly dataDir?: string
  readonly portBase?: number
  /** Default: `--no-console`, whose build would take longer than most tests. */
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const root = new URL('../../..', import.meta.url).pathname
const started: { npm: ChildProcess; dataDir: string }[] = []
const directories = new Set<string>()

export function newDataDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'eventmesh-e2e-'))
  directories.add(directory)
  return directory
}

/** Runs `npm start` and resolves with its output and end, whatever they are. */
export async function launch(options: MeshOptions = {}) {
  const dataDir = options.dataDir ?? newDataDir()
  const portBase = options.portBase ?? (await freePortBase())
  const args = ['--port-base', String(portBase), ...(options.args ?? ['--no-console'])]
  // Its own process group, so that a test can end npm with everything in it, as a closed terminal does.
  const npm = spawn('npm', ['start', '--', ...args], {
    cwd: root,
    env: environment({ EVENTMESH_DATA_DIR: dataDir, ...options.environment }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  started.push({ npm, dataDir })
  const output = { stdout: '', stderr: '' }
  npm.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  npm.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const exited = new Promise<Exit>((resolve) => {
    npm.once('close', (code, signal) => resolve({ code, signal }))
  })
  return { npm, dataDir, portBase, output, exited }
}

/** `npm start` until it has printed the newcomer's lines. */
export async function startMesh(options: MeshOptions = {}): Promise<Mesh> {
  const { npm, dataDir, portBase, output, exited } = await launch(options)
  await until('the lines of a start', 90_000, () => {
    if (npm.exitCode !== null) throw new Error(`npm start ended (${npm.exitCode}):\n${output.stderr}`)
    return /^ {2}data /m.test(output.stdout)
  }).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}\n${output.stderr}\n${output.stdout}`)
  })
  const firstRun = JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8'))
  return {
    npm,
    portBase,
    dataDir,
    ...firstRun,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    pid: (part) => pidOf(dataDir, part),
    exited,
  }
}

/** Asks npm to end and waits until nothing of it runs any more. */
export async function stopMesh(mesh: Pick<Mesh, 'npm' | 'exited'>, signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
  mesh.npm.kill(signal)
  return await mesh.exited
}

/** For `afterAll`: what a failed test left running, by the pids that it left on file, then its directories. */
export async function cleanUp(): Promise<void> {
  for (const { npm, dataDir } of started.splice(0)) {
    const parts = ['supervisor', 'ingest', 'engine', 'postgres'] as const
    const left = parts.map((part) => pidOf(dataDir, part)).filter((pid) => pid !== undefined)
    if (npm.exitCode === null && npm.signalCode === null) npm.kill('SIGKILL')
    for (const pid of left) process.kill(pid, 'SIGKILL')
    await until('left-over processes to end', 10_000, () => left.every((pid) => !isRunning(pid)))
  }
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
  directories.clear()
}

function pidOf(dataDir: string, part: Parameters<Mesh['pid']>[0]): number | undefined {
  const candidates = part === 'postgres' ? [postmaster(dataDir)] : lockFile(dataDir)
  const marker = {
    supervisor: 'scripts/start.ts',
    ingest: 'apps/ingest/',
    engine: 'apps/engine/',
    // Next names its process itself.
    console: 'next-server',
    postgres: dataDir,
  }[part]
  return candidates.find((pid) => pid !== undefined && isRunning(pid) && commandLine(pid).includes(marker))
}

function lockFile(dataDir: string): readonly number[] {
  const text = read(join(dataDir, 'start.lock'))
  if (text === undefined) return []
  const { pid, children } = JSON.parse(text) as { pid: number; children: readonly number[] }
  return [pid, ...children]
}

function postmaster(dataDir: string): number | undefined {
  const first = read(join(dataDir, 'postgres', 'postmaster.pid'))?.split('\n')[0]
  return first === undefined ? undefined : Number(first)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Not there: nothing runs.
    return undefined
  }
}

/** As a newcomer's shell: nothing of this test run's own settings, nor the pinned Node in front. */
export function environment(added: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_registry)|VITEST|NODE_|TEST$|DEV$|PROD$|MODE$|EVENTMESH_|INGEST_|ENGINE_|DATABASE_)/.test(name),
  )
  const path = (process.env.PATH ?? '').split(':').filter((entry) => !entry.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: path.join(':'), ...added }
}
