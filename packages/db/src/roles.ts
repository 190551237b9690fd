import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from 'postgres'
import type { Database } from './connect.ts'
import { DatabaseError, toDatabaseError } from './database-error.ts'

/** Whose rights a process has in Postgres; the database role is `eventmesh_<role>`. */
export type ProcessRole = 'migrator' | 'ingest' | 'engine' | 'console'

export const processRoles = ['migrator', 'ingest', 'engine', 'console'] as const satisfies readonly ProcessRole[]

/**
 * Owners of SECURITY DEFINER functions, nobody's login: `lookup` finds a credential by its hash before the tenant is
 * known, `search` reads payloads under its own tenant predicate.
 */
const definerRoles = ['eventmesh_lookup', 'eventmesh_search'] as const

type RoleRow = { name: string; superuser: boolean; bypass: boolean; settable: boolean }

/**
 * Creates the roles that are missing and lets the connected user (a superuser, a CREATEROLE user or the migrator itself)
 * take each of them. Roles belong to the whole cluster, so two databases may be migrated into the same race.
 * Logins get no password here: production gives each its own with ALTER ROLE, embedded passes generated ones.
 */
export async function ensureRoles(
  sql: Sql,
  options: { passwords?: Record<ProcessRole, string>; log?: (line: string) => void } = {},
): Promise<void> {
  for (const role of processRoles) await ensureRole(sql, roleName(role), 'login', options.passwords?.[role])
  for (const role of definerRoles) await ensureRole(sql, role, 'nologin')

  const names = [...processRoles.map(roleName), ...definerRoles]
  const rows = await sql<RoleRow[]>`
    select rolname as name, rolsuper as superuser, rolbypassrls as bypass,
           pg_has_role(current_user, oid, 'SET') as settable
    from pg_roles where rolname in ${sql(names)}`
  for (const { name, superuser, bypass } of rows) {
    if (superuser || bypass) {
      throw new Error(`role ${name} may pass row-level security: run "alter role ${name} nosuperuser nobypassrls"`)
    }
  }

  const [{ user } = { user: '' }] = await sql<{ user: string }[]>`select current_user as user`
  if (user !== roleName('migrator')) {
    for (const { name, settable } of rows) if (!settable) await letUserAct(sql, user, name, options.log)
  }
  for (const role of definerRoles) await grantSet(sql, role, roleName('migrator'))
}

export function roleName(role: ProcessRole): string {
  return `eventmesh_${role}`
}

const patienceDefaultMs = 15_000
const againAfterMs = 250

/**
 * Fails unless the connection's effective role is the expected one and can neither pass row-level security nor owns a
 * table: a process that starts with more rights than its own does not start. A server that is just coming up is waited
 * for, since both may have been started at once.
 */
export async function assertRole(db: Database, patienceMs = patienceDefaultMs): Promise<void> {
  if (db.role === undefined) throw new Error('assertRole needs a database that was connected with a role')
  const expected = roleName(db.role)
  const found = await ownRole(db, performance.now() + patienceMs)
  if (found === undefined || found.name !== expected) {
    throw new Error(
      `the database connection acts as ${found?.name ?? 'an unknown role'}, this process must be ${expected}`,
    )
  }
  if (found.powerful) throw new Error(`role ${expected} is a superuser or bypasses row-level security`)
  if (found.owns && db.role !== 'migrator') throw new Error(`role ${expected} owns tables: only the migrator may`)
}

type OwnRole = { name: string; powerful: boolean; owns: boolean }

async function ownRole(db: Database, until: number): Promise<OwnRole | undefined> {
  for (;;) {
    try {
      const [found] = await db.sql<OwnRole[]>`
        select rolname as name, rolsuper or rolbypassrls as powerful,
               exists (select from pg_class where relowner = pg_roles.oid and relkind in ('r', 'p', 'v', 'S')) as owns
        from pg_roles where rolname = current_user`
      return found
    } catch (given) {
      const error = toDatabaseError(given)
      if (!(error instanceof DatabaseError) || error.kind !== 'unavailable' || performance.now() > until) throw error
      await pause(againAfterMs)
    }
  }
}

async function ensureRole(sql: Sql, name: string, login: 'login' | 'nologin', password?: string): Promise<void> {
  const [found] = await sql`select from pg_roles where rolname = ${name}`
  if (found === undefined) {
    await raced(() =>
      sql.unsafe(`create role ${name} ${login} nosuperuser nocreatedb nocreaterole nobypassrls noreplication`),
    )
  }
  if (password !== undefined) await raced(() => sql.unsafe(`alter role ${name} password '${quoted(password)}'`))
}

// Only the migrator's role is needed here; a process may have a login of its own instead.
async function letUserAct(sql: Sql, user: string, role: string, log?: (line: string) => void): Promise<void> {
  try {
    await grantSet(sql, role, user)
  } catch (cause) {
    const line = `user ${user} may not act as ${role}: as a superuser run "grant ${role} to ${user}"`
    if (role === roleName('migrator')) throw new Error(line, { cause })
    log?.(line)
  }
}

// INHERIT off: the rights come with SET ROLE alone.
async function grantSet(sql: Sql, role: string, to: string): Promise<void> {
  const [held] = await sql`
    select from pg_auth_members
    where roleid = ${role}::regrole and member = (select oid from pg_roles where rolname = ${to}) and set_option`
  if (held === undefined) await raced(() => sql`grant ${sql(role)} to ${sql(to)} with set true, inherit false`)
}

// Another migration of this cluster does the same at this moment: its result is ours.
const raceCodes = new Set(['42710', '23505', 'XX000', '40001'])

async function raced(run: () => PromiseLike<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run()
      return
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (code === '42710' || code === '23505') return
      if (!raceCodes.has(code) || attempt === 5) throw error
    }
  }
}

function quoted(text: string): string {
  return text.replaceAll("'", "''")
}
