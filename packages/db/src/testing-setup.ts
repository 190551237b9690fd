import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { isServerOf, readPostmaster } from './postmaster.ts'
import { templateName, testServerVariable, withDatabase } from './testing.ts'

const prefix = 'eventmesh-test-'

/** vitest's global setup: one server for the run, one migrated template in it, both gone afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
  await removeAbandoned()
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  // As root, the server runs as another user, who must get in.
  await chmod(dataDir, 0o755)
  const server = await startEmbedded({ dataDir, log: () => {}, isDurable: false })
  await createTemplate(server.urls.superuser)
  await migrate({ url: withDatabase(server.urls.migrator, templateName) })
  process.env[testServerVariable] = JSON.stringify(server.urls)
  return async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function createTemplate(superuserUrl: string): Promise<void> {
  const sql = postgres(withDatabase(superuserUrl, 'postgres'), { max: 1, onnotice: () => {} })
  try {
    await sql`create database ${sql(templateName)} owner eventmesh_migrator`
  } finally {
    await sql.end({ timeout: 1 })
  }
}

// A run that was killed leaves its server and directory behind.
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-', 1)[0]) : 0
    if (!Number.isInteger(pid) || pid <= 0 || isRunning(pid)) continue
    const clusterDir = join(tmpdir(), name, 'postgres')
    const server = await readPostmaster(clusterDir)
    if (server !== undefined && isServerOf(server.pid, clusterDir)) process.kill(server.pid, 'SIGQUIT')
    await rm(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 10 })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // No such process: its run is over.
    return false
  }
}
