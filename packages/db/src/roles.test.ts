import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Embedded, startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { ensureRoles } from './roles.ts'
import { withDatabase } from './testing.ts'

// Roles are the whole cluster's: making them anew needs a cluster of our own.
let dataDir: string
let server: Embedded
let superuser: Sql

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'eventmesh-roles-'))
  await chmod(dataDir, 0o755)
  server = await startEmbedded({ dataDir, log: () => {}, isDurable: false })
  superuser = postgres(withDatabase(server.urls.superuser, 'postgres'), { max: 1, onnotice: () => {} })
})

afterAll(async () => {
  await superuser.end()
  await server.stop()
  await rm(dataDir, { recursive: true })
})

test('an owner with CREATEROLE makes the roles of a bare server, and two databases may do so at once', async () => {
  await dropEverything()
  await superuser`create role hosted login createrole createdb password 'hosted'`
  const urls = []
  for (const name of ['one', 'two', 'three']) {
    await superuser`create database ${superuser(name)} owner hosted`
    const url = new URL(withDatabase(server.urls.superuser, name))
    url.username = 'hosted'
    url.password = 'hosted'
    urls.push(url.href)
  }
  const results = await Promise.all(urls.map((url) => migrate({ url })))
  for (const { applied } of results) expect(applied.length).toBeGreaterThan(0)
  const roles = await superuser<{ name: string; login: boolean }[]>`
    select rolname as name, rolcanlogin as login from pg_roles where rolname like 'eventmesh%' order by 1`
  expect([...roles]).toEqual([
    { name: 'eventmesh_console', login: true },
    { name: 'eventmesh_engine', login: true },
    { name: 'eventmesh_ingest', login: true },
    { name: 'eventmesh_lookup', login: false },
    { name: 'eventmesh_migrator', login: true },
    { name: 'eventmesh_search', login: false },
  ])
  for (const url of urls) expect(await migrate({ url })).toEqual({ applied: [] })
})

test('a role that could pass row-level security stops the migration', async () => {
  await superuser`alter role eventmesh_ingest bypassrls`
  await expect(ensureRoles(superuser)).rejects.toThrow('run "alter role eventmesh_ingest nosuperuser nobypassrls"')
  await superuser`alter role eventmesh_ingest nobypassrls`
  await ensureRoles(superuser)
})

async function dropEverything(): Promise<void> {
  await superuser`drop database eventmesh with (force)`
  for (const role of ['ingest', 'engine', 'console', 'lookup', 'search', 'migrator']) {
    await superuser`drop role ${superuser(`eventmesh_${role}`)}`
  }
}
