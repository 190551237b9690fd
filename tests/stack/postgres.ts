import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Database, migrate } from '@eventmesh/db'
import { type DatabaseUrls, type Embedded, startEmbedded } from '@eventmesh/db/embedded'
import { freePorts } from '../parts/ports.ts'
import { startReaper } from '../parts/reaper.mjs'

/** A real, durable Postgres server of its own, migrated. */
export type PostgresServer = {
  readonly urls: DatabaseUrls
  readonly address: string
  /** One statement as the superuser, whom row-level security does not bind. */
  query<Row>(statement: string): Promise<readonly Row[]>
  /** Holds what `statement` locks in a transaction until `release`. */
  hold(statement: string): Promise<{ release(): Promise<void> }>
  /** kill -9 of its head; its children follow by themselves. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Stops every process of it. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export async function startPostgres(): Promise<PostgresServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'eventmesh-stack-postgres-'))
  // As root, the server runs as another user, who must get in.
  chmodSync(dataDir, 0o755)
  const reaper = startReaper(dataDir)
  let server: Embedded = await startEmbedded({ dataDir, port: await freePorts(1), log: () => undefined })
  reaper.watch(server.pid)
  await migrate({ url: server.urls.migrator })
  const { urls, port } = server
  const frozen = new Set<number>()
  let isKilled = false

  async function query<Row>(statement: string): Promise<readonly Row[]> {
    const db = openSuperuser(urls.superuser)
    try {
      return (await db.sql.unsafe(statement)) as unknown as readonly Row[]
    } finally {
      await db.close()
    }
  }

  function stopEach(pids: readonly number[]): void {
    for (const pid of pids) {
      frozen.add(pid)
      signal(pid, 'SIGSTOP')
    }
  }

  function thaw(): void {
    for (const pid of frozen) signal(pid, 'SIGCONT')
    frozen.clear()
  }

  return {
    urls,
    address: `127.0.0.1:${port}`,
    query,
    async hold(statement) {
      const db = openSuperuser(urls.superuser)
      const held = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      const transaction = db.transaction(async (tx) => {
        await tx.sql.unsafe(statement)
        held.resolve()
        await released.promise
      })
      transaction.catch(held.reject)
      await held.promise
      return {
        async release() {
          released.resolve()
          await transaction.catch(() => undefined) // the server may have been killed under it
          await db.close()
        },
      }
    },
    async kill() {
      const gone = new Promise<void>((resolve) => server.onExit(() => resolve()))
      const children = childrenOf(server.pid)
      process.kill(server.pid, 'SIGKILL')
      await gone
      // Those that were stopped never notice; all of them die with it, as on a machine that goes down.
      for (const pid of children) signal(pid, 'SIGKILL')
      frozen.clear()
      isKilled = true
    },
    async start() {
      if (!isKilled) return
      server = await startEmbedded({ dataDir, port, log: () => undefined })
      reaper.watch(server.pid)
      isKilled = false
    },
    freeze: () => stopEach([server.pid, ...childrenOf(server.pid)]),
    thaw,
    async close() {
      thaw()
      await server.stop()
      reaper.end()
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

function openSuperuser(url: string): Database {
  return connect({
    url,
    max: 1,
    acquireTimeoutMs: 20_000,
    statementTimeoutMs: 60_000,
    lockTimeoutMs: 20_000,
    idleInTransactionTimeoutMs: 0,
    applicationName: 'eventmesh-stack',
  })
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** A session may have ended since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // ESRCH: nothing left to signal.
  }
}
