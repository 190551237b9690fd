import { type ChildProcess, spawn } from 'node:child_process'
import { environment, type Mesh } from './mesh.ts'

const root = new URL('../../..', import.meta.url).pathname

export type CliResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** `npm run -s eventmesh -- …` on the mesh's data directory. */
export function startCli(
  mesh: Pick<Mesh, 'dataDir' | 'portBase'>,
  args: readonly string[],
  added: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn('npm', ['run', '-s', 'eventmesh', '--', ...args], {
    cwd: root,
    env: environment({
      EVENTMESH_DATA_DIR: mesh.dataDir,
      EVENTMESH_DURABILITY: 'dev',
      INGEST_ADMIN_PORT: String(mesh.portBase + 10),
      ENGINE_ADMIN_PORT: String(mesh.portBase + 12),
      ...added,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export async function cli(mesh: Pick<Mesh, 'dataDir' | 'portBase'>, ...args: readonly string[]): Promise<CliResult> {
  const child = startCli(mesh, args)
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() }
}

/** The JSON document of a command that has to succeed. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads the members it asserts on, and fails where one is missing
export async function cliJson(mesh: Pick<Mesh, 'dataDir' | 'portBase'>, ...args: readonly string[]): Promise<any> {
  const { code, stdout, stderr } = await cli(mesh, ...args, '--json')
  if (code !== 0) throw new Error(`eventmesh ${args.join(' ')} exited ${code}: ${stderr}`)
  return JSON.parse(stdout)
}
