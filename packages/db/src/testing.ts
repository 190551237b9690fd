import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import type { DatabaseUrls } from './embedded.ts'

/** Where the run's server is; set by `testing-setup.ts` before the first test file loads. */
export const testServerVariable = 'EVENTMESH_TEST_DATABASE_URLS'
export const templateName = 'eventmesh_template'

export type TestDatabase = { readonly urls: DatabaseUrls; close(): Promise<void> }

/**
 * A fresh, migrated, empty database of its own, cloned from the run's template (some 50 ms). `close` drops it, whoever is
 * still connected. The roles are the cluster's and shared by all.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return await createDatabase(templateName)
}

/** A database without any table, for what starts before the migrations. */
export async function emptyTestDatabase(): Promise<TestDatabase> {
  return await createDatabase('template0')
}

/** The same server and logins, another database. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const server = serverUrls()
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(server, (sql) => sql`create database ${sql(name)} template ${sql(template)} owner eventmesh_migrator`)
  const at = (url: string) => withDatabase(url, name)
  return {
    urls: {
      superuser: at(server.superuser),
      migrator: at(server.migrator),
      ingest: at(server.ingest),
      engine: at(server.engine),
      console: at(server.console),
    },
    close: () => onServer(server, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  }
}

async function onServer(server: DatabaseUrls, run: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(withDatabase(server.superuser, 'postgres'), { max: 1, fetch_types: false, onnotice: () => {} })
  try {
    await run(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

function serverUrls(): DatabaseUrls {
  const text = process.env[testServerVariable]
  if (text === undefined) throw new Error('no test server runs: the vitest configuration lacks testing-setup.ts')
  return JSON.parse(text)
}
