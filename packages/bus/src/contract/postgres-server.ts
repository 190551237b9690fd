import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, migrate } from '@eventmesh/db'
import { type DatabaseUrls, type Embedded, startEmbedded } from '@eventmesh/db/embedded'

/** A durable Postgres server of its own, to be killed and stopped: the shared test server must survive. */
export type PostgresServer = {
  readonly urls: DatabaseUrls
  kill(): Promise<void>
  start(): Promise<void>
  silence(): Promise<void>
  hear(): Promise<void>
  remove(): Promise<void>
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const dataDir = join(tmpdir(), `eventmesh-contract-${randomUUID()}`)
  let server = await startEmbedded({ dataDir, log: () => {} })
  const { urls, port } = server
  await migrate({ url: urls.superuser })
  const control = connect({
    url: urls.superuser,
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'contract-control',
  })
  const stopped: number[] = []

  async function kill(): Promise<void> {
    const gone = exited(server)
    process.kill(server.pid, 'SIGKILL')
    await gone
  }

  function stop(pid: number): void {
    process.kill(pid, 'SIGSTOP')
    stopped.push(pid)
  }

  return {
    urls,
    kill,
    async start() {
      server = await startEmbedded({ dataDir, port, log: () => {} })
    },
    // The head before the others: it would start new processes for new connections.
    async silence() {
      await control.sql`select 1`
      stop(server.pid)
      const others = await control.sql<
        { pid: number }[]
      >`select pid from pg_stat_activity where pid <> pg_backend_pid()`
      for (const { pid } of others) stop(pid)
    },
    async hear() {
      for (const pid of stopped.splice(0)) process.kill(pid, 'SIGCONT')
    },
    async remove() {
      await control.close()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function exited(server: Embedded): Promise<void> {
  return new Promise((resolve) => server.onExit(() => resolve()))
}
