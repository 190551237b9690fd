import { availableParallelism } from 'node:os'
import type { TenantId } from '@eventmesh/envelope'
import postgres, { type Sql } from 'postgres'

/**
 * An index as a busy installation has it, for plans and benchmarks: the same rows for the same number, spread evenly over
 * the last 30 days, of 120 tenants, the first of which has half of them. Every payload shares `{"shop":"main"}`.
 */
export type Population = {
  readonly largest: TenantId
  /** The tenant with the fewest rows. */
  readonly smallest: TenantId
}

export const populationTenants = 120

/**
 * `url` is a superuser's, who writes past every policy. The days must exist. A million rows take about two minutes of a
 * processor; what does not depend on each other runs on as many connections as there are processors.
 */
export async function populate(url: string, rows: number): Promise<Population> {
  const connections = await Promise.all(Array.from({ length: availableParallelism() }, () => connect(url)))
  try {
    return await fill(connections, rows)
  } finally {
    await Promise.all(connections.map((sql) => sql.end()))
  }
}

async function connect(url: string): Promise<Sql> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { synchronous_commit: 'off', work_mem: '128MB' },
  })
  await sql.unsafe(helpers)
  return sql
}

type Step = (sql: Sql) => Promise<unknown>

/** Each connection takes the next step when it is done with one. */
async function runAll(connections: readonly Sql[], steps: readonly Step[]): Promise<void> {
  const waiting = [...steps]
  await Promise.all(
    connections.map(async (sql) => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await step(sql)
    }),
  )
}

async function fill(connections: readonly Sql[], rows: number): Promise<Population> {
  const [sql] = connections
  if (sql === undefined) throw new Error('no connection to write on')
  await sql`
    insert into tenant (id, slug, name) select pg_temp.tenant(n), 'tenant-' || n, 'Tenant ' || n
    from generate_series(1, ${populationTenants}::int) n`
  await sql`
    insert into api_key (tenant_id, id, name, mode, hash, last_four)
    select pg_temp.tenant(n), pg_temp.id('key' || n, '7'), 'deploy', 'live', sha256(('key' || n)::bytea), 'abcd'
    from generate_series(1, ${populationTenants}::int) n`
  await runAll(
    connections,
    connections.map((_, n) => (each) => insertRows(each, rows, share(rows, n, connections.length))),
  )
  await runAll(connections, [
    (each) => each`
      insert into event_locator (event_id, tenant_id, received_at, request_id, item, fp)
      select event_id, tenant_id, received_at, request_id, item, fp from event_index where outcome = 'accepted'`,
    (each) => each`
      insert into event_stats_hour select tenant_id, date_trunc('hour', received_at), outcome, coalesce(reason, ''),
        event_type, source, key_id::text, count(*) from event_index where outcome <> 'copy' group by 1, 2, 3, 4, 5, 6, 7`,
    ...['minute', 'hour'].map(
      (grain): Step =>
        (each) =>
          each`
      insert into event_latency select tenant_id, ${grain}, date_trunc(${grain}, received_at), source,
        least(20, latency_ms)::smallint, count(*) from event_index where outcome = 'accepted' group by 1, 2, 3, 4, 5`,
    ),
    ...Object.entries(dimensions).map(
      ([dimension, value]): Step =>
        (each) =>
          each.unsafe(`
      insert into event_stats_minute select tenant_id, '${dimension}', date_trunc('minute', received_at), ${value}, outcome,
        count(*) from event_index where outcome <> 'copy' group by 1, 3, 4, 5`),
    ),
  ])
  await sql`update event_index_head set seq = ${rows}`
  await sql.unsafe('vacuum analyze')
  const [sizes] = await sql<{ largest: TenantId; smallest: TenantId }[]>`
    with sizes as (select tenant_id, count(*) as n from event_index group by 1)
    select (select tenant_id from sizes order by n desc limit 1) as largest,
           (select tenant_id from sizes order by n, tenant_id limit 1) as smallest`
  if (sizes === undefined) throw new Error('nothing was inserted')
  return sizes
}

const dimensions = {
  outcome: "coalesce(reason, '')",
  type: 'event_type',
  source: 'source',
  key: 'key_id::text',
}

type Share = { readonly first: number; readonly last: number }

/** Row numbers follow the time: each share has days of its own. */
function share(rows: number, n: number, of: number): Share {
  return { first: Math.floor((rows * n) / of) + 1, last: Math.floor((rows * (n + 1)) / of) }
}

async function insertRows(sql: Sql, rows: number, { first, last }: Share): Promise<void> {
  await sql`
    insert into event_index (received_at, request_id, item, items, tenant_id, outcome, reason, event_id, event_type, source,
      key_id, mode, idempotency_key, occurred_at, size, status, latency_ms, trace_id, fp, log_topic, log_partition,
      log_offset, appended_at, indexed_seq, payload)
    select at, pg_temp.request(at, n), 0, 1, pg_temp.tenant(owner), outcome,
      case when outcome = 'rejected' then 'schema_invalid' end, pg_temp.id('event' || n, '8'), 'order.type' || kind,
      'native', pg_temp.id('key' || owner, '7'), 'live', 'key-' || n, at, 300,
      case when outcome in ('rejected', 'duplicate') then 422 end, 3 + n % 40, md5('trace' || n), repeat('a', 64),
      'events', 0, n, at, n,
      case when outcome not in ('rejected', 'duplicate') then jsonb_build_object('shop', 'main', 'order_id', n,
        'city', 'c' || n % 100, 'items', jsonb_build_array(jsonb_build_object('sku', 'MUG-' || n % 1000, 'n', n % 7))) end
    from pg_temp.plan(${rows}::int, ${first}::int, ${last}::int)`
}

// Hashes instead of random(): the same rows every time. Tenant 1 has every second row, the others ever fewer.
const helpers = `
  create function pg_temp.part(seed text) returns double precision immutable language sql
    return (hashtext(seed)::bigint + 2147483648) / 4294967296.0;
  create function pg_temp.id(seed text, version text) returns uuid immutable language sql
    return overlay(overlay(md5(seed) placing version from 13) placing '8' from 17)::uuid;
  create function pg_temp.tenant(n integer) returns uuid immutable language sql return pg_temp.id('tenant' || n, '7');
  create function pg_temp.request(at timestamptz, n integer) returns uuid immutable language sql
    return (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0')
      || substr(pg_temp.id('request' || n, '7')::text, 15, 4) || right(replace(pg_temp.id('request' || n, '7')::text, '-', ''), 16))::uuid;
  create function pg_temp.plan(rows integer, first integer, last integer)
    returns table (n integer, at timestamptz, owner integer, outcome text, kind integer) stable language sql as $$
    select n, date_trunc('milliseconds', now() - interval '29 days' * (1 - n::double precision / rows)),
      case when n % 2 = 0 then 1 else 2 + floor(${populationTenants - 1} * power(pg_temp.part('owner' || n), 3))::integer end,
      case when n % 100 < 90 then 'accepted' when n % 100 < 94 then 'duplicate' when n % 100 < 98 then 'rejected'
        when n % 100 < 99 then 'quarantined' else 'copy' end,
      floor(20 * power(pg_temp.part('type' || n), 2))::integer
    from generate_series(first, last) n
  $$`
