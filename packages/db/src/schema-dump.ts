import type { Sql } from 'postgres'

/**
 * The schema of a migrated database as SQL text, from the catalogs and in a fixed order: what the migrations add up to,
 * for people to read and for a test to compare. Partitions that come and go (days of the index, ranges of the log) are
 * left out. Throws at a kind of object that it does not know yet, rather than leaving it out.
 */
export async function dumpSchema(sql: Sql): Promise<string> {
  await refuseUnknown(sql)
  const parts = [...(await extensions(sql)), ...(await defaultPrivileges(sql)), ...(await functions(sql))]
  for (const relation of await relations(sql)) parts.push(await describe(sql, relation))
  return `${[heading, ...parts].join('\n\n')}\n`
}

const heading =
  '-- The schema that the migrations add up to. Generated; after a new migration run: npm run schema --prefix packages/db'

type Relation = {
  readonly oid: number
  readonly name: string
  readonly kind: 'r' | 'p' | 'v'
  readonly parent: string | null
  readonly bound: string | null
  readonly partitionKey: string | null
  readonly options: string[] | null
  readonly enabled: boolean
  readonly forced: boolean
}

// r table, p partitioned table, v view; i and I are indexes, told with their table; t is a table's overflow.
async function refuseUnknown(sql: Sql): Promise<void> {
  const unknown = await sql<{ what: string }[]>`
    select 'relation ' || relname || ' of kind ' || relkind::text as what from pg_class
    where relnamespace = 'public'::regnamespace and relkind not in ('r', 'p', 'v', 'i', 'I', 't')
    union all
    select 'type ' || typname from pg_type
    where typnamespace = 'public'::regnamespace and typtype in ('e', 'd', 'r')
    union all
    select 'rule ' || rulename from pg_rewrite join pg_class on pg_class.oid = ev_class
    where relnamespace = 'public'::regnamespace and relkind <> 'v'`
  if (unknown.length > 0)
    throw new Error(`the schema dump does not know: ${unknown.map(({ what }) => what).join(', ')}`)
}

// Their own functions and operators are the server's, not ours.
async function extensions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select extname as name from pg_extension where extname <> 'plpgsql' order by 1`
  return rows.map(({ name }) => `create extension ${name};`)
}

async function defaultPrivileges(sql: Sql): Promise<string[]> {
  const rows = await sql<{ role: string; kind: string; acl: string }[]>`
    select defaclrole::regrole::text as role, defaclobjtype::text as kind, defaclacl::text as acl
    from pg_default_acl order by 1, 2`
  return rows.map(({ role, kind, acl }) => `-- default privileges of ${role} for objects of kind ${kind}: ${acl}`)
}

async function functions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ oid: number; signature: string; owner: string; source: string }[]>`
    select oid::int, oid::regprocedure::text as signature, proowner::regrole::text as owner,
           pg_get_functiondef(oid) as source
    from pg_proc
    where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    order by 2`
  const texts = await Promise.all(
    rows.map(async ({ oid, signature, owner, source }) => {
      const grants = await sql<{ role: string }[]>`
        select distinct coalesce(nullif(grantee, 0)::regrole::text, 'public') as role
        from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))
        where pg_proc.oid = ${oid} and grantee <> proowner order by 1`
      return [
        `${source.trimEnd()};`,
        `alter function ${signature} owner to ${owner};`,
        ...grants.map(({ role }) => `grant execute on function ${signature} to ${role};`),
      ].join('\n')
    }),
  )
  return texts
}

async function relations(sql: Sql): Promise<Relation[]> {
  return await sql<Relation[]>`
    select c.oid::int, c.relname as name, c.relkind::text as kind, i.inhparent::regclass::text as parent,
           pg_get_expr(c.relpartbound, c.oid) as bound,
           case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as "partitionKey",
           c.reloptions as options, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
      and not (c.relispartition and c.relname ~ '_[0-9]{8}$')
      and not (c.relispartition and c.relname ~ '^log_record_.*_[0-9]+$')
    order by coalesce(pg_partition_root(c.oid)::regclass::text, c.relname), c.relispartition, c.relname collate "C"`
}

async function describe(sql: Sql, relation: Relation): Promise<string> {
  const body = relation.kind === 'v' ? await viewBody(sql, relation) : await tableBody(sql, relation)
  return [
    ...body,
    ...(await policies(sql, relation)),
    ...(await grants(sql, relation)),
    ...(await triggers(sql, relation)),
  ].join('\n')
}

async function viewBody(sql: Sql, { oid, name, options }: Relation): Promise<string[]> {
  const [view] = await sql<{ text: string }[]>`select pg_get_viewdef(${oid}::oid, true) as text`
  return [`create view ${name}${withOptions(options)} as`, view?.text ?? '']
}

async function tableBody(sql: Sql, relation: Relation): Promise<string[]> {
  const { oid, name, parent, bound, partitionKey, options } = relation
  const lines = [...(await columns(sql, oid)), ...(await constraints(sql, oid))]
  const partitioned = partitionKey === null ? '' : ` partition by ${partitionKey}`
  const start =
    parent === null
      ? `create table ${name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${partitioned}`
      : `create table ${name} partition of ${parent} ${bound}${partitioned}`
  return [`${start}${withOptions(options)};`, ...(parent === null ? await indexes(sql, oid) : [])]
}

async function columns(sql: Sql, oid: number): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
      case when attcollation <> typcollation then 'collate ' || quote_ident(collname) end,
      case when attstorage <> typstorage then 'storage ' || case attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end,
      case when attgenerated <> '' then 'generated always as (' || pg_get_expr(adbin, adrelid) || ') stored'
           when adbin is not null then 'default ' || pg_get_expr(adbin, adrelid) end,
      case when attidentity <> '' then 'generated ' || case attidentity when 'a' then 'always' else 'by default' end || ' as identity' end,
      case when attnotnull then 'not null' end) as line
    from pg_attribute
      join pg_type on pg_type.oid = atttypid
      left join pg_collation on pg_collation.oid = attcollation
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = ${oid} and attnum > 0 and not attisdropped order by attnum`
  return rows.map(({ line }) => line)
}

// Without "not null" (contype n since Postgres 18): it stands with its column.
async function constraints(sql: Sql, oid: number): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select 'constraint ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid, true) as line
    from pg_constraint where conrelid = ${oid} and contype <> 'n'
    order by position(contype in 'pufcx'), conname collate "C"`
  return rows.map(({ line }) => line)
}

async function indexes(sql: Sql, oid: number): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select pg_get_indexdef(indexrelid) || ';' as line from pg_index
    where indrelid = ${oid} and not exists (select from pg_constraint where conindid = indexrelid and conrelid = ${oid})
    order by indexrelid::regclass::text collate "C"`
  return rows.map(({ line }) => line)
}

async function policies(sql: Sql, { oid, name, enabled, forced }: Relation): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select concat('create policy ', quote_ident(polname), ' on ', ${name}::text,
      case when polpermissive then '' else ' as restrictive' end,
      ' for ', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      ' to ', (select string_agg(coalesce(nullif(role, 0)::regrole::text, 'public'), ', ' order by nullif(role, 0)::regrole::text) from unnest(polroles) role),
      ' using (' || pg_get_expr(polqual, polrelid) || ')',
      ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')', ';') as line
    from pg_policy where polrelid = ${oid} order by polname collate "C"`
  return [
    ...(enabled ? [`alter table ${name} enable row level security;`] : []),
    ...(forced ? [`alter table ${name} force row level security;`] : []),
    ...rows.map(({ line }) => line),
  ]
}

async function grants(sql: Sql, { oid, name }: Relation): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    with held as (
      select grantee, privilege_type, is_grantable, null::text as column_name
      from pg_class, aclexplode(relacl) where oid = ${oid} and grantee <> relowner
      union all
      select grantee, privilege_type, is_grantable, quote_ident(attname)
      from pg_attribute, aclexplode(attacl) where attrelid = ${oid})
    select concat('grant ', string_agg(lower(privilege_type) || coalesce(' (' || columns || ')', ''), ', ' order by privilege_type),
      ' on ', ${name}::text, ' to ', role, case when is_grantable then ' with grant option' else '' end, ';') as line
    from (
      select coalesce(nullif(grantee, 0)::regrole::text, 'public') as role, privilege_type, is_grantable,
             string_agg(column_name, ', ' order by column_name) as columns
      from held group by 1, 2, 3, column_name is null) as grouped
    group by role, is_grantable order by role, is_grantable`
  const lost = await sql<{ line: string }[]>`
    select concat('revoke ', string_agg(lower(privilege_type), ', ' order by privilege_type), ' on ', ${name}::text,
      ' from ', relowner::regrole, ';') as line
    from pg_class, aclexplode(acldefault('r', relowner)) as usual
    where oid = ${oid} and relacl is not null and usual.grantee = relowner
      and not exists (select from aclexplode(relacl) held
                      where held.grantee = relowner and held.privilege_type = usual.privilege_type)
    group by relowner`
  return [...rows, ...lost].map(({ line }) => line)
}

async function triggers(sql: Sql, { oid }: Relation): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select pg_get_triggerdef(oid, true) || ';' as line from pg_trigger
    where tgrelid = ${oid} and not tgisinternal order by tgname collate "C"`
  return rows.map(({ line }) => line)
}

function withOptions(options: readonly string[] | null): string {
  return options === null ? '' : ` with (${[...options].sort().join(', ')})`
}
