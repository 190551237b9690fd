import { resolve } from 'node:path'
import { connect, type Database } from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'
import { CommandError } from './usage.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The database that the operator means: `DATABASE_URL`, else the embedded server that runs in the data directory. */
export async function findDatabase(environment: Environment): Promise<{ url: string; isEmbedded: boolean }> {
  const url = environment.DATABASE_URL
  if (url) {
    if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return { url, isEmbedded: false }
    throw new CommandError('DATABASE_URL must be a URL that begins with postgres:// or postgresql://')
  }

  const dataDir = dataDirectory(environment)
  const urls = await joinEmbedded(resolve(dataDir))
  if (urls) return { url: urls.migrator, isEmbedded: true }
  throw new CommandError(
    `no database: DATABASE_URL is not set and no embedded server runs in ${dataDir}; start one with: npm start`,
  )
}

export function dataDirectory(environment: Environment): string {
  return environment.EVENTMESH_DATA_DIR || '.eventmesh'
}

/** Runs `use` on a connection as the operator (the schema's owner) and lets go of it in any case. */
export async function withDatabase<T>(environment: Environment, use: (db: Database) => Promise<T>): Promise<T> {
  const { url, isEmbedded } = await findDatabase(environment)
  const db = connect({
    url,
    role: 'migrator',
    max: 2,
    statementTimeoutMs: 30_000,
    acquireTimeoutMs: 10_000,
    applicationName: 'eventmesh-cli',
    startupRole: !isEmbedded,
  })
  try {
    return await use(db)
  } finally {
    await db.close()
  }
}
