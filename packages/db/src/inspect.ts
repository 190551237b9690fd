import type { Database } from './connect.ts'
import { pendingMigrations } from './migrate.ts'
import { processRoles, roleName } from './roles.ts'

/** What `doctor` tells of a Postgres server; nothing in it is secret. */
export type ServerFacts = {
  readonly version: string
  readonly isStandby: boolean
  /** `on` or `off` for each of the settings that a durable log rests on. */
  readonly settings: Readonly<Record<'fsync' | 'full_page_writes' | 'synchronous_commit', string>>
  /** Our clock minus the server's, milliseconds, as exact as the round trip was short. */
  readonly clockDifferenceMs: number
  readonly roundTripMs: number
  readonly connections: { readonly used: number; readonly max: number }
  /** Roles that are missing, or that row-level security would not bind. */
  readonly roleProblems: readonly string[]
  /** Names of migrations that this version brings and the database lacks. */
  readonly pendingMigrations: readonly string[]
}

/** Reads the facts through the operator's connection. */
export async function inspectServer(db: Database): Promise<ServerFacts> {
  const startedAt = Date.now()
  const [facts] = await db.query(
    (sql) => sql<FactRow[]>`
    select current_setting('server_version') as version, pg_is_in_recovery() as standby,
           current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
           current_setting('synchronous_commit') as synchronous_commit, clock_timestamp() as clock,
           (select sum(numbackends)::int from pg_stat_database) as used,
           current_setting('max_connections')::int as max`,
  )
  const roundTripMs = Date.now() - startedAt
  const { version, standby, fsync, full_page_writes, synchronous_commit, clock, used, max } = facts!
  return {
    version,
    isStandby: standby,
    settings: { fsync, full_page_writes, synchronous_commit },
    clockDifferenceMs: Math.round(startedAt + roundTripMs / 2 - clock.getTime()),
    roundTripMs,
    connections: { used, max },
    roleProblems: await roleProblems(db),
    pendingMigrations: await pendingMigrations(db),
  }
}

type FactRow = {
  version: string
  standby: boolean
  fsync: string
  full_page_writes: string
  synchronous_commit: string
  clock: Date
  used: number
  max: number
}

async function roleProblems(db: Database): Promise<string[]> {
  const rows = await db.query(
    (sql) => sql<{ name: string; powerful: boolean }[]>`
    select rolname as name, rolsuper or rolbypassrls as powerful from pg_roles`,
  )
  return processRoles.map(roleName).flatMap((name) => {
    const found = rows.find((row) => row.name === name)
    if (found === undefined) return [`role ${name} is missing`]
    return found.powerful ? [`role ${name} may pass row-level security`] : []
  })
}
