-- The event index: what the indexer reads from the log, one row per item of a request, and what is counted from it.
-- Days are partitions (UTC days of received_at), so that retention drops tables instead of deleting rows.

create table event_index (
  received_at timestamptz not null,
  request_id uuid not null,
  item integer not null,
  items integer not null,
  tenant_id uuid not null,
  outcome text not null check (outcome in ('accepted', 'duplicate', 'rejected', 'quarantined', 'copy')),
  reason text,
  event_id uuid,
  event_type text collate "C",
  -- native, native-test or a source's id
  source text not null,
  key_id uuid,
  mode text not null check (mode in ('live', 'test')),
  idempotency_key text collate "C",
  occurred_at timestamptz,
  -- bytes of the request's body
  size bigint not null,
  -- HTTP status; null for what came from the log: the answer leaves after the record
  status smallint,
  latency_ms double precision,
  ip text,
  trace_id text,
  dedupe text,
  fp text,
  diagnosis text,
  log_topic text not null,
  log_partition integer not null,
  log_offset bigint not null,
  appended_at timestamptz not null,
  -- in commit order: a live reader asks for what is above the last one it saw
  indexed_seq bigint not null,
  -- for search only; null where jsonb refuses the text, whose bytes are in event_body all the same
  payload jsonb,
  unique (request_id, item, received_at)
) partition by range (received_at);

create index event_index_newest on event_index (tenant_id, received_at desc, request_id desc, item desc);
create index event_index_type on event_index (tenant_id, event_type, received_at desc, request_id desc, item desc);
create index event_index_source on event_index (tenant_id, source, received_at desc, request_id desc, item desc);
create index event_index_key on event_index (tenant_id, key_id, received_at desc, request_id desc, item desc);
create index event_index_outcome on event_index (tenant_id, outcome, reason, received_at desc, request_id desc, item desc)
  where outcome <> 'accepted';
create index event_index_event on event_index (tenant_id, event_id, received_at desc) where event_id is not null;
create index event_index_idempotency_key on event_index (tenant_id, idempotency_key, received_at desc)
  where idempotency_key is not null;
create index event_index_trace on event_index (tenant_id, trace_id, received_at desc) where trace_id is not null;
create index event_index_seq on event_index (indexed_seq);

-- The bytes as they are on the log.
create table event_body (
  received_at timestamptz not null,
  request_id uuid not null,
  item integer not null,
  tenant_id uuid not null,
  envelope bytea not null,
  -- JSON object of the record's headers
  headers text not null,
  -- header em-body: body bytes that the payload does not hold
  exact_body bytea,
  unique (request_id, item, received_at)
) partition by range (received_at);
-- They are compressed or large already, and always read whole.
alter table event_body alter column envelope set storage external;

-- What a refused request was answered and, redacted and cut, what it said.
create table rejected_body (
  received_at timestamptz not null,
  request_id uuid not null,
  item integer not null,
  tenant_id uuid not null,
  content_type text,
  -- problem+json as text: jsonb refuses some of what a problem may quote
  problem text,
  body bytea,
  is_truncated boolean not null,
  unique (request_id, item, received_at)
) partition by range (received_at);

-- First occurrence of each event on the log. event_id already contains the tenant.
create table event_locator (
  event_id uuid primary key,
  tenant_id uuid not null,
  received_at timestamptz not null,
  request_id uuid not null,
  item integer not null,
  fp text not null
) partition by hash (event_id);
create index event_locator_age on event_locator using brin (received_at);

create table event_index_head (
  is_only boolean primary key default true check (is_only),
  seq bigint not null
);
insert into event_index_head (seq) values (0);

-- Rows per single dimension: outcome (value: the reason, or ''), type, source, key.
create table event_stats_minute (
  tenant_id uuid not null,
  dimension text not null check (dimension in ('outcome', 'type', 'source', 'key')),
  minute timestamptz not null,
  value text collate "C" not null,
  outcome text not null,
  n bigint not null,
  primary key (tenant_id, dimension, minute, value, outcome)
);
create index event_stats_minute_age on event_stats_minute using brin (minute);

create table event_stats_hour (
  tenant_id uuid not null,
  hour timestamptz not null,
  outcome text not null,
  reason text not null,
  event_type text collate "C" not null,
  source text not null,
  key_id text not null,
  n bigint not null,
  primary key (tenant_id, hour, outcome, reason, event_type, source, key_id)
);
create index event_stats_hour_age on event_stats_hour using brin (hour);

-- Accepted events only. bucket: index into latencyBucketsMs of stats.ts.
create table event_latency (
  tenant_id uuid not null,
  grain text not null check (grain in ('minute', 'hour')),
  at timestamptz not null,
  source text not null,
  bucket smallint not null,
  n bigint not null,
  primary key (tenant_id, grain, at, source, bucket)
);
create index event_latency_age on event_latency using brin (at);

-- Which types have rows of their own in the statistics: at most 1,000 per tenant and day, the others count as '*'.
create table event_stats_type (
  tenant_id uuid not null,
  day date not null,
  event_type text collate "C" not null,
  primary key (tenant_id, day, event_type)
);

-- Outcomes that ingest counted instead of keeping. Its place on the log is a counter's identity.
create table outcome_counter (
  tenant_id uuid not null,
  log_partition integer not null,
  log_offset bigint not null,
  outcome text not null,
  reason text,
  key_id uuid,
  source text not null,
  mode text not null,
  n bigint not null,
  counted_from timestamptz not null,
  counted_to timestamptz not null,
  primary key (tenant_id, log_partition, log_offset)
);
create index outcome_counter_time on outcome_counter (tenant_id, counted_from);

-- Row-level security. The indexer writes a batch of many tenants at once; it reads across them only what its inserts
-- need: identities of index rows (by column grants below), the locator and its own sums.
do $$
declare
  name text;
begin
  foreach name in array array['event_index', 'event_body', 'rejected_body', 'event_locator', 'event_stats_minute',
    'event_stats_hour', 'event_latency', 'event_stats_type', 'outcome_counter']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_setting(''app.tenant_id'')::uuid)
      with check (tenant_id = current_setting(''app.tenant_id'')::uuid)', name);
  end loop;

  foreach name in array array['event_index', 'event_body', 'rejected_body', 'event_locator', 'event_stats_type',
    'outcome_counter']
  loop
    execute format('create policy engine_insert on %I for insert to eventmesh_engine with check (true)', name);
  end loop;

  foreach name in array array['event_index', 'event_locator', 'event_stats_type']
  loop
    execute format('create policy engine_read on %I for select to eventmesh_engine using (true)', name);
  end loop;

  foreach name in array array['event_stats_minute', 'event_stats_hour', 'event_latency']
  loop
    execute format('create policy engine_count on %I to eventmesh_engine using (true) with check (true)', name);
  end loop;
end
$$;

create policy engine_read on outcome_counter for select to eventmesh_engine using (true);

create policy retention on event_locator to eventmesh_migrator using (received_at < now() - interval '35 days');
create policy retention on event_stats_minute to eventmesh_migrator using (minute < now() - interval '31 days');
create policy retention on event_stats_hour to eventmesh_migrator using (hour < now() - interval '31 days');
create policy retention on event_latency to eventmesh_migrator using (at < now() - interval '31 days');
create policy retention on event_stats_type to eventmesh_migrator using (day < now() - interval '31 days');
create policy retention on outcome_counter to eventmesh_migrator using (counted_from < now() - interval '31 days');

grant insert on event_index, event_body, rejected_body, event_locator, event_stats_type, outcome_counter to eventmesh_engine;
grant select (request_id, item, received_at) on event_index to eventmesh_engine;
grant select on event_locator, event_stats_type to eventmesh_engine;
grant select (tenant_id, log_partition, log_offset) on outcome_counter to eventmesh_engine;
grant select, insert, update on event_stats_minute, event_stats_hour, event_latency to eventmesh_engine;
grant select, update on event_index_head to eventmesh_engine;
grant select on event_index, event_body, rejected_body, event_locator, event_index_head, event_stats_minute,
  event_stats_hour, event_latency, outcome_counter to eventmesh_console;

-- A partition is protected before it is attached, with its parent's policies: nobody sees it without them.
create function event_index_protect(child regclass, parent regclass) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  policy record;
begin
  execute format('alter table %s enable row level security', child);
  execute format('alter table %s force row level security', child);
  for policy in
    select p.polname,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
      (select string_agg(case when r = 0 then 'public' else r::regrole::text end, ', ') from unnest(p.polroles) r) as roles,
      pg_get_expr(p.polqual, p.polrelid) as qual,
      pg_get_expr(p.polwithcheck, p.polrelid) as check_
    from pg_policy p where p.polrelid = parent
  loop
    execute format('create policy %I on %s for %s to %s%s%s', policy.polname, child, policy.command, policy.roles,
      ' using (' || policy.qual || ')', ' with check (' || policy.check_ || ')');
  end loop;
end
$$;

do $$
declare
  parent text;
  n integer;
begin
  foreach parent in array array['event_index', 'event_body', 'rejected_body']
  loop
    execute format('create table %I (like %I including defaults including constraints including storage)',
      parent || '_default', parent);
    perform event_index_protect((parent || '_default')::regclass, parent::regclass);
    -- Its rows move to their day once that exists, whoever's they are.
    execute format('create policy day_move on %I to eventmesh_migrator using (true)', parent || '_default');
    execute format('alter table %I attach partition %I default', parent, parent || '_default');
  end loop;
  for n in 0..7 loop
    execute format('create table %I (like event_locator including defaults including constraints)', 'event_locator_' || n);
    perform event_index_protect(('event_locator_' || n)::regclass, 'event_locator');
    execute format('alter table event_locator attach partition %I for values with (modulus 8, remainder %s)',
      'event_locator_' || n, n);
  end loop;
end
$$;

-- Creates the days that are missing and drops those past retention. stray: rows that no day holds (an alarm: a clock or
-- a record is far off). A table that is busy is left for the next call.
create function event_index_roll(out created integer, out dropped integer, out stray bigint)
language plpgsql security definer
set search_path = public, pg_temp
set timezone = 'UTC'
as $$
declare
  parent text;
  days_kept integer;
  day date;
  today date := (now() at time zone 'UTC')::date;
  child text;
  n bigint;
begin
  created := 0;
  dropped := 0;
  stray := 0;
  perform pg_advisory_xact_lock(hashtext('event_index_roll'));
  -- No tenant's: the tenant policies are evaluated beside this role's own and need a value.
  perform set_config('app.tenant_id', '00000000-0000-0000-0000-000000000000', true);
  for parent, days_kept in values ('event_index', 30), ('event_body', 30), ('rejected_body', 7)
  loop
    for day in select d::date from generate_series(today - days_kept, today + 7, interval '1 day') d
    loop
      child := parent || '_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass(child) is not null;
      begin
        execute format('create table %I (like %I including defaults including constraints including storage)', child, parent);
        execute format('with moved as (delete from %I where received_at >= %L and received_at < %L returning *)
          insert into %I select * from moved', parent || '_default', day, day + 1, child);
        perform event_index_protect(child::regclass, parent::regclass);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
          parent, child, day::timestamptz, (day + 1)::timestamptz);
        created := created + 1;
      exception when lock_not_available then
        null;
      end;
    end loop;

    for child in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = parent::regclass and c.relname ~ ('^' || parent || '_\d{8}$')
        and to_date(right(c.relname, 8), 'YYYYMMDD') < today - days_kept
    loop
      begin
        execute format('drop table %I', child);
        dropped := dropped + 1;
      exception when lock_not_available then
        null;
      end;
    end loop;

    execute format('delete from %I where received_at < %L', parent || '_default', today - days_kept);
    execute format('select count(*) from %I', parent || '_default') into n;
    stray := stray + n;
  end loop;
end
$$;

-- Deletes at most max_rows rows past retention from each table that has no days; answers how many in all.
create function event_index_purge(max_rows integer) returns bigint
language plpgsql security definer
set search_path = public, pg_temp
as $$
declare
  purged bigint := 0;
  n bigint;
begin
  perform set_config('app.tenant_id', '00000000-0000-0000-0000-000000000000', true);
  delete from event_locator where event_id in
    (select event_id from event_locator where received_at < now() - interval '35 days' limit max_rows);
  get diagnostics n = row_count;
  purged := purged + n;
  delete from event_stats_minute where ctid in
    (select ctid from event_stats_minute where minute < now() - interval '31 days' limit max_rows);
  get diagnostics n = row_count;
  purged := purged + n;
  delete from event_stats_hour where ctid in
    (select ctid from event_stats_hour where hour < now() - interval '31 days' limit max_rows);
  get diagnostics n = row_count;
  purged := purged + n;
  delete from event_latency where ctid in
    (select ctid from event_latency where at < now() - interval '31 days' limit max_rows);
  get diagnostics n = row_count;
  purged := purged + n;
  delete from event_stats_type where ctid in
    (select ctid from event_stats_type where day < now() - interval '31 days' limit max_rows);
  get diagnostics n = row_count;
  purged := purged + n;
  delete from outcome_counter where ctid in
    (select ctid from outcome_counter where counted_from < now() - interval '31 days' limit max_rows);
  get diagnostics n = row_count;
  return purged + n;
end
$$;

revoke execute on function event_index_protect(regclass, regclass), event_index_roll(), event_index_purge(integer) from public;
grant execute on function event_index_roll(), event_index_purge(integer) to eventmesh_engine;
