import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import type { Database } from './connect.ts'
import { toDatabaseError } from './database-error.ts'
import { ensureRoles } from './roles.ts'

export type MigrateOptions = {
  /** A superuser, a CREATEROLE user who owns the database, or the migrator itself where the roles exist. */
  readonly url: string
  readonly log?: (line: string) => void
  /** Default: this package's own migrations. */
  readonly directory?: string
}

const ownMigrations = fileURLToPath(new URL('../migrations/', import.meta.url))
const oldestServer = { number: 160_000, name: '16' }
// "mesh": one migration of a database at a time, whoever started it.
const lockKey = 0x6d_65_73_68

/**
 * Brings a database to the newest schema: each file of `migrations/` once, in order of name, each in a transaction of
 * its own, as role `eventmesh_migrator`. Forward only; safe to run twice at once. Throws with one clear line when the
 * server is too old, is not UTF-8, was migrated by a newer version, or holds a migration that was edited afterwards.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const log = options.log ?? (() => {})
  const files = await readMigrations(options.directory ?? ownMigrations)
  const sql = postgres(options.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'eventmesh-migrate', TimeZone: 'UTC', statement_timeout: 0, lock_timeout: 0 },
  })
  try {
    await checkServer(sql)
    await sql`select pg_advisory_lock(${lockKey})`
    await ensureRoles(sql, { log })
    await prepareSchema(sql)
    await sql`set role eventmesh_migrator`
    await sql`set search_path = public`
    return { applied: await applyMissing(sql, files, log) }
  } catch (error) {
    throw toDatabaseError(error)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** What `migrate` would apply to the database of this connection. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const files = await readMigrations(ownMigrations)
  const [ledger] = await db.query(
    (sql) => sql<{ there: boolean }[]>`select to_regclass('public.eventmesh_migration') is not null as there`,
  )
  const done = ledger?.there
    ? await db.query((sql) => sql<{ name: string }[]>`select name from eventmesh_migration`)
    : []
  return files.map(({ name }) => name).filter((name) => !done.some((row) => row.name === name))
}

type Migration = { readonly name: string; readonly text: string; readonly sha256: string }

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, `file://${directory.replace(/\/?$/, '/')}`), 'utf8')
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function checkServer(sql: Sql): Promise<void> {
  const [server] = await sql<{ number: number; version: string; encoding: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
           pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = current_database()`
  if (server === undefined) throw new Error('the server does not list the database it is connected to')
  if (server.number < oldestServer.number) {
    throw new Error(`Postgres ${server.version} is too old: EventMesh needs ${oldestServer.name} or newer`)
  }
  if (server.encoding !== 'UTF8') {
    throw new Error(`the database's encoding is ${server.encoding}: create it with "encoding 'UTF8'"`)
  }
}

// The migrator makes the tables; it hands CREATE on to owners of functions and takes it away again, hence the option.
async function prepareSchema(sql: Sql): Promise<void> {
  const [state] = await sql<{ granted: boolean; open: boolean }[]>`
    select has_schema_privilege('eventmesh_migrator', 'public', 'CREATE WITH GRANT OPTION') as granted,
           exists (select from pg_namespace, aclexplode(nspacl)
                   where nspname = 'public' and grantee = 0 and privilege_type = 'CREATE') as open`
  if (state?.open) await sql`revoke create on schema public from public`
  if (state?.granted) return
  await sql`grant usage, create on schema public to eventmesh_migrator with grant option`
}

type Ledger = { name: string; sha256: string }

async function applyMissing(sql: Sql, files: readonly Migration[], log: (line: string) => void): Promise<string[]> {
  await sql`
    create table if not exists eventmesh_migration (
      name text primary key,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      applied_at timestamptz not null default now()
    )`
  await sql`grant select on eventmesh_migration to eventmesh_ingest, eventmesh_engine, eventmesh_console`
  const done = await sql<Ledger[]>`select name, sha256 from eventmesh_migration order by name`
  checkLedger(done, files)

  const applied: string[] = []
  for (const file of files.slice(done.length)) {
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(file.text).simple()
        await tx`insert into eventmesh_migration (name, sha256) values (${file.name}, ${file.sha256})`
      })
    } catch (cause) {
      throw new Error(`migration ${file.name} failed and was undone: ${messageOf(cause)}`, {
        cause: toDatabaseError(cause),
      })
    }
    log(`applied migration ${file.name}`)
    applied.push(file.name)
  }
  return applied
}

// The applied ones are a prefix of the files, byte for byte; anything else is another history than this version's.
function checkLedger(done: readonly Ledger[], files: readonly Migration[]): void {
  const known = new Map(files.map((file) => [file.name, file]))
  for (const [index, row] of done.entries()) {
    const file = known.get(row.name)
    if (file === undefined) {
      throw new Error(`the database has migration ${row.name}, which this version does not know: run the newer version`)
    }
    if (file.sha256 !== row.sha256) {
      throw new Error(`migration ${row.name} was edited after it was applied: restore the file, add a new one instead`)
    }
    if (files[index]?.name !== row.name) {
      throw new Error(
        `migration ${files[index]?.name} comes before ${row.name}, which is already applied: rename it to come last`,
      )
    }
  }
}

function messageOf(error: unknown): string {
  const converted = toDatabaseError(error)
  return converted instanceof Error ? converted.message : 'unknown error'
}
