import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect } from './connect.ts'
import * as keys from './keys.ts'
import { migrate, serverFault } from './migrate.ts'
import { assertRole, processRoles } from './roles.ts'
import * as tenants from './tenants.ts'
import { emptyTestDatabase, type TestDatabase, withDatabase } from './testing.ts'

let database: TestDatabase
let directory: string
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrations with spaces-'))
})

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

describe('migrate', () => {
  test('applies every migration once, and nothing the second time', async () => {
    database = await empty()
    const lines: string[] = []
    const first = await migrate({ url: database.urls.superuser, log: (line) => lines.push(line) })
    expect(first.applied.length).toBeGreaterThanOrEqual(4)
    expect(first.applied).toEqual([...first.applied].sort())
    expect(lines).toEqual(first.applied.map((name) => `applied migration ${name}`))
    expect(await migrate({ url: database.urls.superuser })).toEqual({ applied: [] })
    expect(await migrate({ url: database.urls.migrator })).toEqual({ applied: [] })
  })

  test('applies each once when four start at once', async () => {
    database = await empty()
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate({ url: database.urls.superuser })))
    const applied = results.flatMap((result) => result.applied)
    expect(applied).toHaveLength(new Set(applied).size)
    expect(results.filter((result) => result.applied.length > 0)).toHaveLength(1)
  })

  test('works for an owner who is no superuser, whose processes then take their roles', async () => {
    database = await empty()
    const url = await asOwner(database, 'createrole')
    await migrate({ url })
    expect(await migrate({ url })).toEqual({ applied: [] })
    for (const role of processRoles) {
      const db = connect({
        url,
        role,
        startupRole: true,
        max: 1,
        acquireTimeoutMs: 5_000,
        statementTimeoutMs: 5_000,
        applicationName: 'test',
      })
      await assertRole(db)
      if (role === 'migrator') {
        const created = await tenants.create(db, { slug: 'owned' })
        if (!created.ok) throw new Error(created.detail)
        expect(await keys.create(db, { tenantId: created.tenant.id, name: 'first' })).toMatchObject({ ok: true })
      }
      await db.close()
    }
  })

  test('says what a user lacks who may take no role', async () => {
    database = await empty()
    const url = await asOwner(database, 'nocreaterole')
    await expect(migrate({ url })).rejects.toThrow(
      /may not act as eventmesh_migrator: as a superuser run "grant eventmesh_migrator to/,
    )
  })

  test('undoes a migration that fails, names it, and goes on from there once it is mended', async () => {
    database = await empty()
    const home = await files({
      '0001_first.sql': 'create table first (id int)',
      '0002_second.sql': 'create table second (id int);\nselect broken;',
    })
    await expect(migrate({ url: database.urls.superuser, directory: home })).rejects.toThrow(
      /migration 0002_second.sql failed and was undone: postgres 42703/,
    )
    expect(await tables(database)).toEqual(['eventmesh_migration', 'first'])
    await writeFile(join(home, '0002_second.sql'), 'create table second (id int) -- no line end')
    expect(await migrate({ url: database.urls.superuser, directory: home })).toEqual({ applied: ['0002_second.sql'] })
    expect(await tables(database)).toEqual(['eventmesh_migration', 'first', 'second'])
  })

  test('refuses a migration that was edited after it was applied', async () => {
    database = await empty()
    const home = await files({ '0001_first.sql': 'create table first (id int)' })
    await migrate({ url: database.urls.superuser, directory: home })
    await writeFile(join(home, '0001_first.sql'), 'create table first (id bigint)')
    await expect(migrate({ url: database.urls.superuser, directory: home })).rejects.toThrow(
      'migration 0001_first.sql was edited after it was applied',
    )
  })

  test('refuses a database of a newer version, and a migration that comes before an applied one', async () => {
    database = await empty()
    const newer = await files({ '0001_first.sql': 'select 1', '0003_third.sql': 'select 1' })
    await migrate({ url: database.urls.superuser, directory: newer })
    const older = await files({ '0001_first.sql': 'select 1' })
    await expect(migrate({ url: database.urls.superuser, directory: older })).rejects.toThrow(
      '0003_third.sql, which this version does not know: run the newer version',
    )
    await writeFile(join(newer, '0002_second.sql'), 'select 1')
    await expect(migrate({ url: database.urls.superuser, directory: newer })).rejects.toThrow(
      '0002_second.sql comes before 0003_third.sql',
    )
  })

  test('refuses a database that is not UTF-8', async () => {
    database = await empty()
    const sql = postgres(database.urls.superuser, { max: 1 })
    const name = new URL(database.urls.superuser).pathname.slice(1)
    await sql.unsafe(
      `create database ${name}_ascii template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'`,
    )
    closers.push(async () => {
      await sql.unsafe(`drop database ${name}_ascii`)
      await sql.end()
    })
    await expect(migrate({ url: withDatabase(database.urls.superuser, `${name}_ascii`) })).rejects.toThrow(
      "encoding is SQL_ASCII: create it with \"encoding 'UTF8'",
    )
  })

  test('lets nobody but the migrator make tables, where a database of old let everybody', async () => {
    database = await empty()
    const sql = postgres(database.urls.superuser, { max: 1 })
    await sql`grant create on schema public to public`
    await migrate({ url: database.urls.superuser })
    const [row] = await sql`select has_schema_privilege('eventmesh_ingest', 'public', 'create') as creates`
    await sql.end()
    expect(row).toEqual({ creates: false })
  })
})

test.each([
  [150_012, '15.12', 'Postgres 15.12 is too old: EventMesh needs 16 or newer'],
  [160_000, '16.0', undefined],
  [180_004, '18.4', undefined],
])('judges server version %i', (number, version, fault) => {
  expect(serverFault({ number, version, encoding: 'UTF8' })).toBe(fault)
})

async function empty(): Promise<TestDatabase> {
  const made = await emptyTestDatabase()
  closers.push(() => made.close())
  return made
}

async function files(contents: Record<string, string>): Promise<string> {
  const home = join(directory, String(Math.random()).slice(2))
  await mkdir(home)
  for (const [name, text] of Object.entries(contents)) await writeFile(join(home, name), text)
  return home
}

async function tables(of: TestDatabase): Promise<string[]> {
  const sql = postgres(of.urls.superuser, { max: 1 })
  const rows =
    await sql`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`
  await sql.end()
  return rows.map((row) => row.name)
}

/** A login that owns the database, as a hosting provider gives it. */
async function asOwner(of: TestDatabase, right: 'createrole' | 'nocreaterole'): Promise<string> {
  const sql = postgres(of.urls.superuser, { max: 1 })
  const name = `owner_${new URL(of.urls.superuser).pathname.slice(-12)}`
  await sql.unsafe(`create role ${name} login ${right} password 'owner'`)
  await sql.unsafe(`alter database ${new URL(of.urls.superuser).pathname.slice(1)} owner to ${name}`)
  if (right === 'createrole') {
    // On a server of its own it would have created them, which gives the same right.
    for (const role of ['migrator', 'ingest', 'engine', 'console', 'lookup', 'search']) {
      await sql.unsafe(`grant eventmesh_${role} to ${name} with admin true, set false, inherit false`)
    }
  }
  closers.push(async () => {
    const last = postgres(withDatabase(of.urls.superuser, 'postgres'), { max: 1 })
    await last.unsafe(`drop database if exists ${new URL(of.urls.superuser).pathname.slice(1)} with (force)`)
    await last.unsafe(`drop owned by ${name} cascade`)
    await last.unsafe(`drop role ${name}`)
    await last.end()
  })
  await sql.end()
  const url = new URL(of.urls.superuser)
  url.username = name
  url.password = 'owner'
  return url.href
}
