import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment } from '../e2e/harness/mesh.ts'
import { until } from '../e2e/harness/processes.ts'
import { freePortBase } from '../parts/ports.ts'

const root = new URL('../..', import.meta.url).pathname

export type ProcessName = 'ingest' | 'engine'

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type MeshProcess = {
  readonly name: ProcessName
  readonly pid: number
  /** Where ingest takes events; an engine has none, and nobody asks it. */
  readonly url: string
  readonly adminUrl: string
  readonly exited: Promise<Exit>
  isRunning(): boolean
  /** What it wrote so far, both streams. */
  output(): string
  /** Resident memory. */
  rssBytes(): number
  signal(name: NodeJS.Signals): void
  /** Ends it without a word. */
  kill(): Promise<void>
  /** Lets it drain. */
  stop(): Promise<Exit>
}

let started = 0

const running = new Set<ChildProcess>()
// The last resort: what a test left behind ends with it.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * One process from source, started as `npm run ingest` and `npm run engine` start it (the shell of `scripts/run` becomes
 * the process, so its pid is the one to kill), configured by the environment alone. Resolves when it is ready.
 */
export async function startProcess(
  name: ProcessName,
  directory: string,
  variables: Readonly<Record<string, string>>,
  port?: number,
): Promise<MeshProcess> {
  const base = port ?? (await freePortBase())
  started += 1
  const file = join(directory, `${name}-${started}.log`)
  const out = openSync(file, 'a')
  const child = spawn('sh', ['scripts/run', `apps/${name}/src/main.ts`], {
    cwd: root,
    env: environment({
      INGEST_PORT: String(base),
      INGEST_ADMIN_PORT: String(base + 10),
      ENGINE_ADMIN_PORT: String(base + 12),
      DRAIN_DELAY: '0',
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...variables,
    }),
    stdio: ['ignore', out, out],
  })
  closeSync(out)
  const meshProcess = asProcess(name, child, base, file)
  await until(`${name} to be ready`, 60_000, async () => {
    if (!meshProcess.isRunning()) throw new Error(`${name} ended: ${meshProcess.output()}`)
    return await fetch(`${meshProcess.adminUrl}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.ok,
      () => false,
    )
  })
  return meshProcess
}

function asProcess(name: ProcessName, child: ChildProcess, base: number, file: string): MeshProcess {
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  running.add(child)
  void exited.then(() => running.delete(child))
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    name,
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${base}`,
    adminUrl: `http://127.0.0.1:${base + (name === 'ingest' ? 10 : 12)}`,
    exited,
    isRunning,
    output: () => readFileSync(file, 'utf8'),
    rssBytes: () => rssOf(child.pid ?? 0),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async stop() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      return await exited
    },
  }
}

function rssOf(pid: number): number {
  try {
    const [, kibibytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1_024
  } catch {
    // It ended just now.
    return 0
  }
}
