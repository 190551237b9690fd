import { type ChildProcess, spawn } from 'node:child_process'
import { freePortBase } from '../../parts/ports.ts'
import { environment, type Mesh } from './mesh.ts'
import { until } from './processes.ts'

const root = new URL('../../..', import.meta.url).pathname
const started: ChildProcess[] = []

export type Ingest = {
  readonly process: ChildProcess
  readonly ingestUrl: string
  readonly adminUrl: string
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  stderr(): string
}

/** One more ingest process on the mesh's embedded server, as `npm run ingest` starts it. */
export async function startIngest(
  mesh: Pick<Mesh, 'dataDir'>,
  added: Readonly<Record<string, string>> = {},
): Promise<Ingest> {
  const port = await freePortBase()
  const child = spawn('npm', ['run', '-s', 'ingest'], {
    cwd: root,
    env: environment({
      EVENTMESH_DATA_DIR: mesh.dataDir,
      EVENTMESH_DURABILITY: 'dev',
      INGEST_PORT: String(port),
      INGEST_ADMIN_PORT: String(port + 10),
      DRAIN_DELAY: '0',
      LOG_LEVEL: 'warn',
      ...added,
    }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  started.push(child)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const adminUrl = `http://127.0.0.1:${port + 10}`
  await until('another ingest to be ready', 30_000, async () => {
    if (child.exitCode !== null) throw new Error(`ingest ended (${child.exitCode}): ${stderr}`)
    return await fetch(`${adminUrl}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
  })
  return { process: child, ingestUrl: `http://127.0.0.1:${port}`, adminUrl, exited, stderr: () => stderr }
}

/** Ends what a test started, in `afterEach`; npm passes SIGTERM on. */
export async function endIngests(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}
