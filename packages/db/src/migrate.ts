import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

// Named only when it is read: a bundler that meets `new URL(…, import.meta.url)` takes the directory for a module.
const ownMigrations = () => join(import.meta.dirname, '..', 'migrations')
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
  const files = await readMigrations(options.directory ?? ownMigrations())
  const sql = postgres(options.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'eventmesh-migrate', TimeZone: 'UTC', statement_timeout: 0, lock_timeout: 0 },
  })
  try {
    await checkServer(sql)
    await lock(sql, log)
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
  const files = await readMigrations(ownMigrations())
  const [ledger] = await db.query(
    (sql) => sql<{ there: boolean }[]>`select to_regclass('public.eventmesh_migration') is not null as there`,
  )
  const done = ledger?.there
    ? await db.query((sql) => sql<{ name: string }[]>`select name from eventmesh_migration`)
    : []
  return files.map(({ name }) => name).filter((name) => !done.some((row) => row.name === name))
}

async function lock(sql: Sql, log: (line: string) => void): Promise<void> {
  const [tried] = await sql<{ mine: boolean }[]>`select pg_try_advisory_lock(${lockKey}) as mine`
  if (tried?.mine) return
  log('another migration of this database runs; waiting for its end')
  await sql`select pg_advisory_lock(${lockKey})`
}

type Migration = { readonly name: string; readonly text: string; readonly sha256: string }

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
  return await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8')
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function checkServer(sql: Sql): Promise<void> {
  const [server] = await sql<ServerFacts[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
           pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = current_database()`
  const fault = server && serverFault(server)
  if (fault !== undefined) throw new Error(fault)
}

type ServerFacts = { readonly number: number; readonly version: string; readonly encoding: string }

/** Why a database cannot be used at all, with the way out; undefined when it can. */
export function serverFault({ number, version, encoding }: ServerFacts): string | undefined {
  if (number < oldestServer.number) {
    return `Postgres ${version} is too old: EventMesh needs ${oldestServer.name} or newer`
  }
  if (encoding !== 'UTF8')
    return `the database's encoding is ${encoding}: create it with "encoding 'UTF8' template template0"`
  return undefined
}

// The migrator makes the tables; it hands CREATE on to owners of functions and takes it away again, hence the option.
// CREATE in the database is what a trusted extension asks for, unless an administrator made it already.
async function prepareSchema(sql: Sql): Promise<void> {
  const [database] = await sql<{ name: string; open: boolean }[]>`
    select current_database() as name,
           has_database_privilege('eventmesh_migrator', current_database(), 'CREATE')
             or exists (select from pg_extension where extname = 'btree_gin') as open`
  if (database?.open === false) await sql`grant create on database ${sql(database.name)} to eventmesh_migrator`
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
      await sql.unsafe(inOneMessage(file)).simple()
    } catch (cause) {
      const error = toDatabaseError(cause)
      const said = error instanceof Error ? error.message : 'unknown error'
      throw new Error(`migration ${file.name} failed and was undone: ${said}`, { cause: error })
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

// One message is one connection: a reconnect in the middle could not leave half of a migration behind.
function inOneMessage({ name, text, sha256 }: Migration): string {
  return [
    'begin; set local role eventmesh_migrator; set local search_path = public;',
    text,
    `;insert into eventmesh_migration (name, sha256) values ('${name}', '${sha256}'); commit;`,
  ].join('\n')
}
