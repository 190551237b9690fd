import { newUuid, type TenantId } from '@eventmesh/envelope'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../../tests/parts/ports.ts'
import { startProxy } from '../../../tests/parts/proxy.ts'
import { connect, type Database } from './connect.ts'
import * as keys from './keys.ts'
import { policyExceptions, tablesWithoutTenant } from './policy-exceptions.ts'
import { assertRole, type ProcessRole } from './roles.ts'
import * as tenants from './tenants.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
let superuser: Sql
const opened: Database[] = []

beforeAll(async () => {
  server = await testDatabase()
  superuser = postgres(server.urls.superuser, { max: 2, onnotice: () => {} })
})

afterAll(async () => {
  await Promise.all(opened.map((db) => db.close()))
  await superuser.end()
  await server.close()
})

describe('the catalog', () => {
  test('has forced row-level security with a policy on every table and partition that holds tenant data', async () => {
    const tables = await superuser<
      { name: string; root: string; enabled: boolean; forced: boolean; policies: number }[]
    >`
      select relname as name, coalesce(pg_partition_root(oid), oid)::regclass::text as root,
             relrowsecurity as enabled, relforcerowsecurity as forced,
             (select count(*)::int from pg_policy where polrelid = pg_class.oid) as policies
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
    expect(tables.length).toBeGreaterThan(20)
    const open = tables.filter(({ root }) => !(root in tablesWithoutTenant))
    expect(open.filter(({ enabled, forced, policies }) => !enabled || !forced || policies === 0)).toEqual([])
    expect(Object.keys(tablesWithoutTenant).filter((name) => !tables.some((table) => table.name === name))).toEqual([])
  })

  test('gives no tenant column to a table that is listed as having no tenant', async () => {
    const columns = await superuser<{ table: string }[]>`
      select table_name as table from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`
    expect(columns.filter(({ table }) => table in tablesWithoutTenant)).toEqual([])
  })

  test('lets only the listed policies look past the tenant, and has all of the listed ones', async () => {
    const policies = await superuser<{ table: string; root: string; policy: string; role: string }[]>`
      select tablename as table, coalesce(pg_partition_root(relid), relid)::regclass::text as root,
             policyname as policy, unnest(roles) as role
      from (select pg_policies.*, format('%I.%I', schemaname, tablename)::regclass as relid
            from pg_policies where schemaname = 'public') as all_of_them
      where coalesce(qual, '') not in ('', ${ownRow('tenant_id')}) and not (tablename = 'tenant' and qual = ${ownRow('id')})
         or coalesce(with_check, '') not in ('', ${ownRow('tenant_id')}) and not (tablename = 'tenant' and with_check = ${ownRow('id')})
         or cmd in ('SELECT', 'UPDATE', 'DELETE', 'ALL') and qual is null
         or cmd = 'INSERT' and with_check is null`
    const listed = new Set(policyExceptions.map(({ table, policy, role }) => `${table} ${policy} ${role}`))
    const found = new Set(
      policies.map(({ table, root, policy, role }) => {
        const own = `${table} ${policy} ${role}`
        return listed.has(own) ? own : `${root} ${policy} ${role}`
      }),
    )
    expect([...found].sort()).toEqual([...listed].sort())
  })

  test('has the tenant in every unique and foreign key but the named ones', async () => {
    const named = [
      'api_key api_key_hash_key',
      'source source_token_hash_key',
      'source source_previous_token_hash_key',
      'source_secret source_secret_key_id_fkey',
      // People have no tenant that a key could name.
      'membership membership_user_id_fkey',
      'event_locator event_locator_pkey',
      'event_index event_index_request_id_item_received_at_key',
      'event_body event_body_request_id_item_received_at_key',
      'rejected_body rejected_body_request_id_item_received_at_key',
    ]
    const rows = await superuser<{ key: string }[]>`
      with tenant_column as (
        select attrelid, attnum from pg_attribute join pg_class on pg_class.oid = attrelid
        where attname = 'tenant_id' and relnamespace = 'public'::regnamespace and not relispartition)
      select attrelid::regclass || ' ' || indexrelid::regclass as key
      from tenant_column join pg_index on indrelid = attrelid and indisunique
      where not attnum = any (indkey::int2[])
      union all
      select attrelid::regclass || ' ' || conname
      from tenant_column join pg_constraint on conrelid = attrelid and contype = 'f'
      where not attnum = any (conkey)`
    expect(rows.map(({ key }) => key).sort()).toEqual(named.sort())
  })

  test('lets nobody call a function who was not granted it, and fixes the path of those that act for another role', async () => {
    const functions = await superuser<{ name: string; definer: boolean; path: boolean; public: boolean }[]>`
      select p.oid::regprocedure::text as name, prosecdef as definer,
             exists (select from unnest(proconfig) setting where setting like 'search_path=%') as path,
             exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as public
      from pg_proc p
      where pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend where objid = p.oid and deptype = 'e')`
    expect(functions.length).toBeGreaterThan(5)
    expect(functions.filter((each) => each.public || (each.definer && !each.path))).toEqual([])
  })

  test('has no view that reads with its owner’s rights', async () => {
    const views = await superuser`
      select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
        and not coalesce(reloptions, '{}') @> '{security_invoker=true}'`
    expect([...views]).toEqual([])
  })

  test('grants nothing to everybody', async () => {
    const tables = await superuser`
      select relname from pg_class, aclexplode(relacl) where relnamespace = 'public'::regnamespace and grantee = 0`
    expect([...tables]).toEqual([])
    const [schema] = await superuser`
      select has_schema_privilege('eventmesh_ingest', 'public', 'create') or has_schema_privilege('eventmesh_engine', 'public', 'create')
        or has_schema_privilege('eventmesh_console', 'public', 'create') as creates`
    expect(schema).toEqual({ creates: false })
  })

  test('has process roles that own nothing and bypass nothing', async () => {
    const roles = await superuser<{ name: string }[]>`
      select rolname as name from pg_roles
      where rolname like 'eventmesh\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`
    expect([...roles]).toEqual([])
    const owners = await superuser<{ owner: string }[]>`
      select distinct relowner::regrole::text as owner from pg_class where relnamespace = 'public'::regnamespace`
    expect([...owners]).toEqual([{ owner: 'eventmesh_migrator' }])
  })
})

describe('a tenant', () => {
  test('is needed: without one, and after one was used on the same connection, a statement fails', async () => {
    for (const role of ['console', 'engine', 'ingest'] as const) {
      const sql = postgres(server.urls[role], { max: 1, onnotice: () => {} })
      const names = await guardedTables(role)
      expect(names, role).toContain('tenant')
      for (const name of names) {
        await expect(sql`select 1 from ${sql(name)}`, `${role} ${name} unset`).rejects.toMatchObject({ code: '42704' })
      }
      await sql.begin((tx) => tx`select set_config('app.tenant_id', ${newUuid()}, true)`)
      for (const name of names) {
        // After the transaction the setting exists and is ''.
        await expect(sql`select 1 from ${sql(name)}`, `${role} ${name} ''`).rejects.toMatchObject({ code: '22P02' })
      }
      await sql.end()
    }
  })

  test('sees its own rows only, tenants alternating on one connection with aborts between', async () => {
    const operator = open('migrator', 2)
    const console_ = open('console', 1)
    const ids = await Promise.all(['row-a', 'row-b'].map((slug) => tenantWithKey(operator, slug)))
    for (let round = 0; round < 6; round += 1) {
      const own = ids[round % 2]!
      const other = ids[(round + 1) % 2]!
      const seen = await console_.forTenant(own, async (tx) => {
        const keysSeen = await tx.sql`select tenant_id from api_key`
        const tenantsSeen = await tx.sql`select id from tenant`
        const changed = await tx.sql`update api_key set name = 'stolen' where tenant_id = ${other}`
        return {
          keys: keysSeen.map((row) => row.tenant_id),
          tenants: tenantsSeen.map((row) => row.id),
          changed: changed.count,
        }
      })
      expect(seen).toEqual({ keys: [own], tenants: [own], changed: 0 })
      await expect(
        console_.forTenant(other, async (tx) => {
          await tx.sql`select 1 from api_key`
          throw new Error('aborted')
        }),
      ).rejects.toThrow('aborted')
    }
  })

  test('cannot write a row of another tenant', async () => {
    const operator = open('migrator', 2)
    const [own, other] = await Promise.all(['write-a', 'write-b'].map((slug) => tenantWithKey(operator, slug)))
    const console_ = open('console', 1)
    await expect(
      console_.forTenant(
        own!,
        (tx) => tx.sql`
        insert into api_key (tenant_id, id, name, mode, hash, last_four)
        values (${other!}, ${newUuid()}, 'foreign', 'live', ${Buffer.alloc(32, 7)}, 'abcd')`,
      ),
    ).rejects.toMatchObject({ kind: 'refused', sqlState: '42501' })
    await expect(
      console_.forTenant(own!, (tx) => tx.sql`update api_key set tenant_id = ${other!}`),
    ).rejects.toMatchObject({ sqlState: '42501' })
  })

  test('is not told by its foreign key whether another tenant has a key', async () => {
    const operator = open('migrator', 2)
    const [own, other] = await Promise.all(['leak-a', 'leak-b'].map((slug) => tenantWithKey(operator, slug)))
    const [foreign] = await keys.list(operator, other!)
    await expect(
      open('ingest', 1).forTenant(
        own!,
        (tx) => tx.sql`
        insert into api_key_use (tenant_id, key_id, last_used_at) values (${own!}, ${foreign!.id}, now())`,
      ),
    ).rejects.toMatchObject({ sqlState: '23503' })
  })
})

describe('grants', () => {
  const refusedStatements: Record<Exclude<ProcessRole, 'migrator'>, string[]> = {
    ingest: [
      'insert into tenant (id, slug, name) values (gen_random_uuid(), $$abc$$, $$a$$)',
      'update tenant set suspended_at = null',
      'insert into api_key (tenant_id, id, name, mode, hash, last_four) select gen_random_uuid(), gen_random_uuid(), $$a$$, $$live$$, $$$$, $$abcd$$',
      'update api_key set revoked_at = null',
      'delete from api_key',
      'select hash from api_key',
      'select token_hash from source',
      'insert into source (tenant_id, id, name, provider, mode, token_hash) select gen_random_uuid(), gen_random_uuid(), $$a$$, $$b$$, $$live$$, $$$$',
      'update source set paused_at = null',
      'delete from source',
      'update source_secret set removed_at = null',
      'update source_secret set sealed = $$$$',
      'delete from source_secret',
      'insert into master_key (key_id, public_key) values ($$a$$, $$$$)',
      'update master_key set retired_at = null',
      'select from audit',
      'update audit set action = $$a.b$$',
      'delete from audit',
      'select * from event_index',
      'select * from log_record',
      'update log_record set value = $$$$',
      'delete from log_record',
      'delete from claim',
      'select log_topic($$x$$, 1)',
      'create table public.x ()',
    ],
    engine: [
      'update tenant set name = $$a$$',
      'update api_key set name = $$a$$',
      'select from audit',
      'delete from audit',
      'select api_key_by_hash($$$$)',
      'select hash from api_key',
      'select token_hash from source',
      'select * from source_by_token($$$$)',
      'update source set secret_learned_at = null',
      'insert into source_secret select from source_secret',
      'update source_secret set removed_at = null',
      'insert into master_key (key_id, public_key) values ($$a$$, $$$$)',
      'select envelope from event_body',
      'update event_index set outcome = $$accepted$$',
      'delete from event_index',
      'select from claim',
      'update log_record set value = $$$$',
      'delete from log_record',
    ],
    console: [
      'update tenant set suspended_at = null',
      'update api_key set hash = $$$$',
      'update api_key set mode = $$live$$',
      'update api_key set scopes = $${}$$',
      'delete from api_key',
      'update audit set action = $$a.b$$',
      'delete from audit',
      'truncate audit',
      'select api_key_by_hash($$$$)',
      'select * from source_by_token($$$$)',
      'select sealed from source_secret',
      'select * from source_secret',
      'update source_secret set sealed = $$$$',
      'update source_secret set fingerprint = $$$$',
      'delete from source_secret',
      'update source set mode = $$live$$',
      'update source set provider = $$none$$',
      'update source set secret_learned_at = null',
      'delete from source',
      'insert into verification select from verification',
      'delete from verification',
      'insert into master_key (key_id, public_key) values ($$a$$, $$$$)',
      'update master_key set public_key = $$$$',
      'insert into event_index select from event_index',
      'update event_index set outcome = $$accepted$$',
      'select * from log_record',
      'select * from claim',
    ],
  }

  for (const [role, statements] of Object.entries(refusedStatements)) {
    test.each(statements)(`refuse the ${role}: %s`, async (statement) => {
      const db = open(role as ProcessRole, 1)
      try {
        await expect(db.forTenant(newUuid() as TenantId, (tx) => tx.sql.unsafe(statement))).rejects.toMatchObject({
          sqlState: '42501',
        })
      } finally {
        await db.close()
      }
    })
  }

  test('keep the audit log append-only for the operator too', async () => {
    const db = open('migrator', 1)
    const id = newUuid() as TenantId
    for (const statement of ['update audit set action = $$a.b$$', 'delete from audit', 'truncate audit']) {
      await expect(db.forTenant(id, (tx) => tx.sql.unsafe(statement))).rejects.toMatchObject({ sqlState: '42501' })
    }
  })

  test('let ingest write audit rows, and let it read keys and tenants', async () => {
    const id = await tenantWithKey(open('migrator', 2), 'ingest-audit')
    await open('ingest', 1).forTenant(id, async (tx) => {
      await tx.sql`insert into audit (tenant_id, id, actor_kind, actor_name, action, target_kind, target_id, target_name)
        values (${id}, ${newUuid()}, 'system', 'ingest', 'key.noticed', 'tenant', ${id}, 'x')`
      expect(await tx.sql`select 1 from api_key`).toHaveLength(1)
      expect(await tx.sql`select 1 from tenant`).toHaveLength(1)
    })
  })
})

describe('assertRole', () => {
  test('waits for a server that is just coming up, and says so of one that never comes', async () => {
    const port = await freePorts(1)
    const url = new URL(server.urls.ingest)
    const target = url.host
    url.host = `127.0.0.1:${port}`
    const waiting = assertRole(open('ingest', 1, { url: url.href }))
    const early = open('ingest', 1, { url: url.href })
    await expect(assertRole(early, 0)).rejects.toThrow('no connection to the database')
    const proxy = await startProxy(target, { port })
    await waiting
    await proxy.close()
  })

  test.each(['ingest', 'engine', 'console', 'migrator'] as const)(
    'accepts the %s login and the start-up role',
    async (role) => {
      await assertRole(open(role, 1))
      await assertRole(open(role, 1, { url: server.urls.superuser, startupRole: true }))
    },
  )

  test('refuses a superuser, the owner, and another process’s login', async () => {
    await expect(assertRole(open('ingest', 1, { url: server.urls.superuser }))).rejects.toThrow('acts as postgres')
    await expect(assertRole(open('ingest', 1, { url: server.urls.migrator }))).rejects.toThrow(
      'acts as eventmesh_migrator',
    )
    await expect(assertRole(open('ingest', 1, { url: server.urls.console }))).rejects.toThrow(
      'acts as eventmesh_console',
    )
  })

  test('judges the effective role, whatever options the URL brings', async () => {
    const url = `${server.urls.superuser}?options=${encodeURIComponent('-c role=eventmesh_engine')}`
    await assertRole(open('ingest', 1, { url, startupRole: true }))
    await expect(assertRole(open('ingest', 1, { url }))).rejects.toThrow('acts as eventmesh_engine')
  })

  test('refuses a process role that was given more than it should have', async () => {
    await superuser`create table owned ()`
    await superuser`alter table owned owner to eventmesh_console`
    await expect(assertRole(open('console', 1))).rejects.toThrow('owns tables')
    await superuser`drop table owned`
  })
})

function ownRow(column: string): string {
  return `(${column} = (current_setting('app.tenant_id'::text))::uuid)`
}

// Where the role may select and no exception of its own lets it look across.
async function guardedTables(role: ProcessRole): Promise<string[]> {
  const rows = await superuser<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity
      and has_any_column_privilege(${`eventmesh_${role}`}, oid, 'select')
      and not exists (select from pg_policy where polrelid = pg_class.oid and ${`eventmesh_${role}`}::regrole = any (polroles)
                        and polcmd in ('r', '*'))`
  return rows.map(({ name }) => name)
}

async function tenantWithKey(db: Database, slug: string): Promise<TenantId> {
  const created = await tenants.create(db, { slug })
  if (!created.ok) throw new Error(created.detail)
  await keys.create(db, { tenantId: created.tenant.id, name: 'first' })
  return created.tenant.id
}

function open(role: ProcessRole, max: number, options: { url?: string; startupRole?: boolean } = {}): Database {
  const db = connect({
    url: server.urls[role],
    role,
    max,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
    ...options,
  })
  opened.push(db)
  return db
}
