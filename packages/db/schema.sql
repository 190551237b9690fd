-- The schema that the migrations add up to. Generated; after a new migration run: npm run schema --prefix packages/db

create extension btree_gin;

-- default privileges of eventmesh_migrator for objects of kind f: {eventmesh_migrator=X/eventmesh_migrator}

CREATE OR REPLACE FUNCTION public.api_key_by_hash(wanted bytea)
 RETURNS TABLE(key_id uuid, tenant_id uuid, tenant_slug text, tenant_suspended_at timestamp with time zone, require_idempotency_key boolean, claims text, mode text, kind text, scopes text[], allowed_ips text[], expires_at timestamp with time zone, revoked_at timestamp with time zone, disabled_at timestamp with time zone, overlap_ends_at timestamp with time zone, dedup_window_s integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT k.id,
     k.tenant_id,
     t.slug,
     t.suspended_at,
     t.require_idempotency_key,
     t.claims,
     k.mode,
     k.kind,
     k.scopes,
     (k.allowed_ips)::text[] AS allowed_ips,
     k.expires_at,
     k.revoked_at,
     k.disabled_at,
     k.overlap_ends_at,
     t.dedup_window_s
    FROM (api_key k
      JOIN tenant t ON ((t.id = k.tenant_id)))
   WHERE ((k.hash = api_key_by_hash.wanted) AND (t.deleted_at IS NULL));
END;
alter function api_key_by_hash(bytea) owner to eventmesh_lookup;
grant execute on function api_key_by_hash(bytea) to eventmesh_ingest;
grant execute on function api_key_by_hash(bytea) to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.claim_purge(p_from_block bigint, p_blocks integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  end_block bigint := p_from_block + p_blocks;
begin
  perform set_config('synchronous_commit', 'off', true);
  -- Locked rows are about to be taken again; waiting for them in block order could meet a call that waits in key order.
  delete from claim where ctid = any (array(
    select ctid from claim
    where ctid >= format('(%s,0)', p_from_block)::tid and ctid < format('(%s,0)', end_block)::tid
      and expires_at <= clock_timestamp()
    for update skip locked
  ));
  return case when end_block * current_setting('block_size')::bigint >= pg_relation_size('claim') then 0 else end_block end;
end $function$;
alter function claim_purge(bigint,integer) owner to eventmesh_migrator;
grant execute on function claim_purge(bigint,integer) to eventmesh_ingest;

CREATE OR REPLACE FUNCTION public.claim_reset()
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  dropped bigint;
begin
  lock table claim in access exclusive mode;
  select count(*) into dropped from claim where expires_at > clock_timestamp();
  truncate claim;
  return dropped;
end $function$;
alter function claim_reset() owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.claim_settle(p_rows text)
 RETURNS TABLE(n integer, state text, fp text, event_id uuid, accepted_at_ms bigint, log_partition integer, log_offset bigint)
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  stored integer[];
begin
  perform set_config('synchronous_commit', 'off', true);
  with asked as (
    select split.n::integer as n, field[1]::uuid as tenant_id, field[2] as scope, decode(field[3], 'hex') as key_hash, decode(field[4], 'hex') as fp,
      field[5]::uuid as event_id, field[6]::bigint as accepted_at_ms, field[7]::integer as log_partition, field[8]::bigint as log_offset, field[9]::bigint as ttl_ms
    from string_to_table(p_rows, E'\x1e') with ordinality as split (request, n), string_to_array(request, E'\x1f') as field
  ), kept as (
    insert into claim as held (tenant_id, scope, key_hash, settled, fp, event_id, accepted_at_ms, log_partition, log_offset, expires_at)
    select tenant_id, scope, key_hash, true, fp, event_id, accepted_at_ms, log_partition, log_offset, clock_timestamp() + ttl_ms * interval '1 ms'
    from asked order by tenant_id, scope, key_hash
    on conflict (tenant_id, scope, key_hash) do update
      set settled = true, fp = excluded.fp, owner = null, lease_until = null, event_id = excluded.event_id,
        accepted_at_ms = excluded.accepted_at_ms, log_partition = excluded.log_partition, log_offset = excluded.log_offset,
        expires_at = excluded.expires_at
      where not held.settled or held.expires_at <= clock_timestamp()
    returning tenant_id, scope, key_hash
  )
  select coalesce(array_agg(asked.n), '{}') into stored from asked join kept using (tenant_id, scope, key_hash);

  return query
  select asked.n, case
      when asked.n = any (stored) then 'stored'
      when held.fp = asked.fp then 'already'
      else 'conflict'
    end,
    encode(held.fp, 'hex'), held.event_id, held.accepted_at_ms, held.log_partition, held.log_offset
  from (
    select split.n::integer as n, field[1]::uuid as tenant_id, field[2] as scope, decode(field[3], 'hex') as key_hash, decode(field[4], 'hex') as fp
    from string_to_table(p_rows, E'\x1e') with ordinality as split (request, n), string_to_array(request, E'\x1f') as field
  ) as asked join claim as held using (tenant_id, scope, key_hash);
end $function$;
alter function claim_settle(text) owner to eventmesh_migrator;
grant execute on function claim_settle(text) to eventmesh_ingest;

CREATE OR REPLACE FUNCTION public.claim_take(p_rows text, p_lease_ms integer, p_keep_ms integer)
 RETURNS TABLE(n integer, state text, fp text, retry_after_ms double precision, event_id uuid, accepted_at_ms bigint, log_partition integer, log_offset bigint)
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  won integer[];
begin
  perform set_config('synchronous_commit', 'off', true);
  with asked as (
    select split.n::integer as n, field[1]::uuid as tenant_id, field[2] as scope, decode(field[3], 'hex') as key_hash, decode(field[4], 'hex') as fp, field[5] as owner
    from string_to_table(p_rows, E'\x1e') with ordinality as split (request, n), string_to_array(request, E'\x1f') as field
  ), taken as (
    insert into claim as held (tenant_id, scope, key_hash, settled, fp, owner, lease_until, expires_at)
    select tenant_id, scope, key_hash, false, fp, owner,
      clock_timestamp() + p_lease_ms * interval '1 ms', clock_timestamp() + p_keep_ms * interval '1 ms'
    from asked order by tenant_id, scope, key_hash
    on conflict (tenant_id, scope, key_hash) do update
      set settled = false, fp = excluded.fp, owner = excluded.owner, lease_until = excluded.lease_until,
        event_id = null, accepted_at_ms = null, log_partition = null, log_offset = null, expires_at = excluded.expires_at
      where held.expires_at <= clock_timestamp()
        or not held.settled and (held.lease_until <= clock_timestamp() or held.owner = excluded.owner and held.fp = excluded.fp)
    returning tenant_id, scope, key_hash
  )
  select coalesce(array_agg(asked.n), '{}') into won from asked join taken using (tenant_id, scope, key_hash);

  return query
  select asked.n, case
      when asked.n = any (won) then 'won'
      when not held.settled then 'in-flight'
      when held.fp = asked.fp then 'settled'
      else 'conflict'
    end,
    encode(held.fp, 'hex'),
    extract(epoch from held.lease_until - clock_timestamp())::double precision * 1000,
    held.event_id, held.accepted_at_ms, held.log_partition, held.log_offset
  from (
    select split.n::integer as n, field[1]::uuid as tenant_id, field[2] as scope, decode(field[3], 'hex') as key_hash, decode(field[4], 'hex') as fp
    from string_to_table(p_rows, E'\x1e') with ordinality as split (request, n), string_to_array(request, E'\x1f') as field
  ) as asked join claim as held using (tenant_id, scope, key_hash);
end $function$;
alter function claim_take(text,integer,integer) owner to eventmesh_migrator;
grant execute on function claim_take(text,integer,integer) to eventmesh_ingest;

CREATE OR REPLACE FUNCTION public.claim_yield(p_rows text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform set_config('synchronous_commit', 'off', true);
  with mine as (
    select held.tenant_id, held.scope, held.key_hash
    from string_to_table(p_rows, E'\x1e') as split (request), string_to_array(request, E'\x1f') as field, claim as held
    where held.tenant_id = field[1]::uuid and held.scope = field[2] and held.key_hash = decode(field[3], 'hex')
      and not held.settled and held.owner = field[4]
    order by held.tenant_id, held.scope, held.key_hash
    for update of held
  )
  update claim set lease_until = clock_timestamp()
  from mine where (claim.tenant_id, claim.scope, claim.key_hash) = (mine.tenant_id, mine.scope, mine.key_hash);
end $function$;
alter function claim_yield(text) owner to eventmesh_migrator;
grant execute on function claim_yield(text) to eventmesh_ingest;

CREATE OR REPLACE FUNCTION public.event_index_protect(child regclass, parent regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;
alter function event_index_protect(regclass,regclass) owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.event_index_purge(max_rows integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;
alter function event_index_purge(integer) owner to eventmesh_migrator;
grant execute on function event_index_purge(integer) to eventmesh_engine;

CREATE OR REPLACE FUNCTION public.event_index_roll(OUT created integer, OUT dropped integer, OUT stray bigint)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
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
$function$;
alter function event_index_roll() owner to eventmesh_migrator;
grant execute on function event_index_roll() to eventmesh_engine;

CREATE OR REPLACE FUNCTION public.event_payload_search(p_wanted jsonb, p_from timestamp with time zone, p_to timestamp with time zone, p_past_received_at timestamp with time zone, p_past_request_id uuid, p_past_item integer, p_is_newest_first boolean, p_limit integer)
 RETURNS SETOF event_index
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 200
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  first_day date := greatest(p_from, now() - interval '31 days');
  last_day date := least(p_to, now() + interval '8 days');
  direction text := case when p_is_newest_first then 'desc' else 'asc' end;
  statement text;
  day date;
  lower timestamptz;
  upper timestamptz;
  n integer;
begin
  -- Only places in p_wanted become text, never what stands there.
  select format(
    'select e.* from event_index e
     where e.tenant_id = current_setting(''app.tenant_id'')::uuid and e.received_at >= $2 and e.received_at < $3
       and %s %s
     order by e.received_at %s, e.request_id %3$s, e.item %3$s limit $7',
    string_agg(alternatives, ' and '),
    case when p_past_received_at is null then ''
      else format('and (e.received_at, e.request_id, e.item) %s ($4, $5, $6)', case when p_is_newest_first then '<' else '>' end)
    end,
    direction)
  into statement
  from (
    select '(' || string_agg(format('e.payload @> ($1->%s->%s)', term.place - 1, document.place - 1), ' or ') || ')' as alternatives
    from jsonb_array_elements(p_wanted) with ordinality as term (documents, place),
      jsonb_array_elements(term.documents) with ordinality as document (document, place)
    group by term.place
  ) as terms;

  for step in 0 .. last_day - first_day loop
    day := case when p_is_newest_first then last_day - step else first_day + step end;
    lower := case when day = first_day then p_from else day end;
    upper := case when day = last_day then p_to else day + 1 end;
    continue when case when p_is_newest_first then p_past_received_at < lower else p_past_received_at >= upper end;
    return query execute statement
      using p_wanted, lower, upper, p_past_received_at, p_past_request_id, p_past_item, p_limit;
    get diagnostics n = row_count;
    p_limit := p_limit - n;
    exit when p_limit <= 0;
  end loop;
end
$function$;
alter function event_payload_search(jsonb,timestamp with time zone,timestamp with time zone,timestamp with time zone,uuid,integer,boolean,integer) owner to eventmesh_search;
grant execute on function event_payload_search(jsonb,timestamp with time zone,timestamp with time zone,timestamp with time zone,uuid,integer,boolean,integer) to eventmesh_console;
grant execute on function event_payload_search(jsonb,timestamp with time zone,timestamp with time zone,timestamp with time zone,uuid,integer,boolean,integer) to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.invite_by_hash(wanted bytea)
 RETURNS TABLE(tenant_id uuid, id uuid, slug text, name text, email text, role text, invited_by text, expires_at timestamp with time zone, accepted_at timestamp with time zone, revoked_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT i.tenant_id,
     i.id,
     t.slug,
     t.name,
     i.email,
     i.role,
     i.invited_by,
     i.expires_at,
     i.accepted_at,
     i.revoked_at
    FROM (invite i
      JOIN tenant t ON ((t.id = i.tenant_id)))
   WHERE ((i.token_hash = invite_by_hash.wanted) AND (t.deleted_at IS NULL));
END;
alter function invite_by_hash(bytea) owner to eventmesh_lookup;
grant execute on function invite_by_hash(bytea) to eventmesh_console;

CREATE OR REPLACE FUNCTION public.log_append(p_topic text, p_count integer, p_records text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  first_offset bigint;
  written integer;
begin
  -- Whatever the session's default: the answer must not leave before the commit is on disk.
  if current_setting('synchronous_commit') not in ('on', 'remote_apply') then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  update log_head set next_offset = next_offset + p_count where topic = p_topic returning next_offset - p_count into first_offset;
  if not found then
    raise exception 'the log has no such topic' using errcode = 'undefined_object';
  end if;
  insert into log_record (topic, "offset", key, headers, exact_body, value)
  select p_topic, first_offset + n - 1, field[1], field[2],
    case when field[3] <> '-' then decode(field[3], 'base64') end,
    case when cardinality(field) = 4 then field[4] end
  from (
    select string_to_array(record, E'\x1f') as field, n
    from string_to_table(p_records, E'\x1e') with ordinality as split (record, n)
  ) as parsed;
  get diagnostics written = row_count;
  if written <> p_count then
    raise exception 'the append announced % records and holds %', p_count, written using errcode = 'data_exception';
  end if;
  return first_offset;
end $function$;
alter function log_append(text,integer,text) owner to eventmesh_migrator;
grant execute on function log_append(text,integer,text) to eventmesh_engine;
grant execute on function log_append(text,integer,text) to eventmesh_ingest;

CREATE OR REPLACE FUNCTION public.log_guard(p_relation regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  execute format('alter table %s enable row level security', p_relation);
  execute format('alter table %s force row level security', p_relation);
  execute format('create policy log_append on %s for insert to eventmesh_ingest, eventmesh_engine with check (true)', p_relation);
  execute format('create policy log_read on %s for select to eventmesh_engine, eventmesh_migrator using (true)', p_relation);
end $function$;
alter function log_guard(regclass) owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.log_range_create(p_topic text, p_from bigint, p_to bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  parent name := 'log_record_' || replace(p_topic, '-', '_');
  relation name := parent || '_' || p_from;
begin
  execute format('create table %I (like log_record including defaults including constraints including indexes including storage)', relation);
  perform log_guard(relation::text::regclass);
  execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, relation, p_from, p_to);
  insert into log_range (topic, from_offset, to_offset, relation) values (p_topic, p_from, p_to, relation);
end $function$;
alter function log_range_create(text,bigint,bigint) owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.log_range_drop(p_head log_head)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  oldest log_range;
  newest_at timestamptz;
  bytes bigint;
begin
  loop
    select * into oldest from log_range where topic = p_head.topic order by from_offset limit 1;
    exit when not found or oldest.to_offset > p_head.next_offset;
    execute format('select appended_at from %I order by "offset" desc limit 1', oldest.relation) into newest_at;
    select sum(pg_total_relation_size(relation::text::regclass)) into bytes from log_range where topic = p_head.topic;
    exit when newest_at >= clock_timestamp() - p_head.retention and bytes <= p_head.retention_bytes;
    execute format('drop table %I', oldest.relation);
    delete from log_range where topic = oldest.topic and from_offset = oldest.from_offset;
  end loop;
end $function$;
alter function log_range_drop(log_head) owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.log_range_width(p_topic text, p_next bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  newest log_range;
  bytes_per_record bigint;
begin
  select * into newest from log_range where topic = p_topic and from_offset < p_next order by from_offset desc limit 1;
  if not found then return 5000; end if;
  bytes_per_record := pg_total_relation_size(newest.relation::text::regclass) / (least(newest.to_offset, p_next) - newest.from_offset);
  return greatest(500, least(100000, 33554432 / greatest(bytes_per_record, 1)));
end $function$;
alter function log_range_width(text,bigint) owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.log_roll()
 RETURNS TABLE(topic text, next_offset bigint, room_until bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
#variable_conflict use_column
declare
  head log_head;
  width bigint;
  upper_end bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('eventmesh log_roll', 0));
  for head in select * from log_head order by topic loop
    select coalesce(max(to_offset), 0) into upper_end from log_range where log_range.topic = head.topic;
    width := log_range_width(head.topic, head.next_offset);
    while upper_end < head.next_offset + 3 * width loop
      perform log_range_create(head.topic, upper_end, upper_end + width);
      upper_end := upper_end + width;
    end loop;
    begin
      perform log_range_drop(head);
    exception when lock_not_available then
      null; -- a reader is on the oldest range; the next roll drops it
    end;
  end loop;
  return query
  select log_head.topic, log_head.next_offset, (select max(to_offset) from log_range where log_range.topic = log_head.topic)
  from log_head;
end $function$;
alter function log_roll() owner to eventmesh_migrator;
grant execute on function log_roll() to eventmesh_engine;
grant execute on function log_roll() to eventmesh_ingest;

CREATE OR REPLACE FUNCTION public.log_topic(p_topic text, p_retention_bytes bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  relation name := 'log_record_' || replace(p_topic, '-', '_');
begin
  execute format('create table %I partition of log_record for values in (%L) partition by range ("offset")', relation, p_topic);
  perform log_guard(relation::text::regclass);
  insert into log_head (topic, retention_bytes) values (p_topic, p_retention_bytes);
end $function$;
alter function log_topic(text,bigint) owner to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.member_tenant(wanted_slug text, wanted_user uuid)
 RETURNS TABLE(tenant_id uuid, slug text, name text, role text, suspended_at timestamp with time zone, suspended_reason text, require_idempotency_key boolean, claims text, created_at timestamp with time zone, viewers_see_payloads boolean, session_hours_max integer, key_days_max integer, dedup_window_s integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT t.id,
     t.slug,
     t.name,
     m.role,
     t.suspended_at,
     t.suspended_reason,
     t.require_idempotency_key,
     t.claims,
     t.created_at,
     t.viewers_see_payloads,
     t.session_hours_max,
     t.key_days_max,
     t.dedup_window_s
    FROM (membership m
      JOIN tenant t ON ((t.id = m.tenant_id)))
   WHERE ((m.user_id = member_tenant.wanted_user) AND (t.slug = member_tenant.wanted_slug) AND (t.deleted_at IS NULL));
END;
alter function member_tenant(text,uuid) owner to eventmesh_lookup;
grant execute on function member_tenant(text,uuid) to eventmesh_console;

CREATE OR REPLACE FUNCTION public.setup_link_by_hash(wanted bytea)
 RETURNS TABLE(tenant_id uuid, slug text, name text, expires_at timestamp with time zone, used_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT l.tenant_id,
     t.slug,
     t.name,
     l.expires_at,
     l.used_at
    FROM (setup_link l
      JOIN tenant t ON ((t.id = l.tenant_id)))
   WHERE ((l.token_hash = setup_link_by_hash.wanted) AND (t.deleted_at IS NULL));
END;
alter function setup_link_by_hash(bytea) owner to eventmesh_lookup;
grant execute on function setup_link_by_hash(bytea) to eventmesh_console;

CREATE OR REPLACE FUNCTION public.slug_is_taken(wanted text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM tenant
           WHERE ((tenant.slug = slug_is_taken.wanted) AND (tenant.deleted_at IS NULL)))) AS "exists";
END;
alter function slug_is_taken(text) owner to eventmesh_lookup;
grant execute on function slug_is_taken(text) to eventmesh_console;

CREATE OR REPLACE FUNCTION public.source_by_token(wanted bytea)
 RETURNS TABLE(tenant_id uuid, tenant_slug text, tenant_suspended_at timestamp with time zone, require_idempotency_key boolean, claims text, source_id uuid, name text, provider text, mode text, options jsonb, paused_at timestamp with time zone, deleted_at timestamp with time zone, token_ends_at timestamp with time zone, secret_id uuid, sealed bytea, key_id text, secret_removed_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT t.id,
     t.slug,
     t.suspended_at,
     t.require_idempotency_key,
     t.claims,
     s.id,
     s.name,
     s.provider,
     s.mode,
     s.options,
     s.paused_at,
     s.deleted_at,
         CASE
             WHEN (s.token_hash = source_by_token.wanted) THEN NULL::timestamp with time zone
             ELSE s.previous_token_until
         END AS previous_token_until,
     k.id,
     k.sealed,
     k.key_id,
     k.removed_at
    FROM ((source s
      JOIN tenant t ON ((t.id = s.tenant_id)))
      LEFT JOIN source_secret k ON (((k.tenant_id = s.tenant_id) AND (k.source_id = s.id) AND (s.deleted_at IS NULL) AND ((k.removed_at IS NULL) OR (k.removed_at > (now() - '30 days'::interval))))))
   WHERE (((s.token_hash = source_by_token.wanted) OR ((s.previous_token_hash = source_by_token.wanted) AND (s.previous_token_until > now()))) AND (t.deleted_at IS NULL))
   ORDER BY k.created_at DESC, k.id;
END;
alter function source_by_token(bytea) owner to eventmesh_lookup;
grant execute on function source_by_token(bytea) to eventmesh_ingest;
grant execute on function source_by_token(bytea) to eventmesh_migrator;

CREATE OR REPLACE FUNCTION public.source_secret_purge(max_rows integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  expired record;
  purged bigint := 0;
  gone bigint;
begin
  perform set_config('app.tenant_id', '00000000-0000-0000-0000-000000000000', true);
  for expired in
    select k.tenant_id, k.source_id, k.id
    from source_secret k join source s on s.tenant_id = k.tenant_id and s.id = k.source_id
    where k.removed_at < now() - interval '30 days' or s.deleted_at < now() - interval '30 days'
    limit max_rows
  loop
    perform set_config('app.tenant_id', expired.tenant_id::text, true);
    delete from source_secret k
    where k.tenant_id = expired.tenant_id and k.source_id = expired.source_id and k.id = expired.id;
    get diagnostics gone = row_count;
    purged := purged + gone;
  end loop;
  return purged;
end
$function$;
alter function source_secret_purge(integer) owner to eventmesh_migrator;
grant execute on function source_secret_purge(integer) to eventmesh_engine;

CREATE OR REPLACE FUNCTION public.tenants_of_user(wanted_user uuid)
 RETURNS TABLE(slug text, name text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
BEGIN ATOMIC
 SELECT t.slug,
     t.name,
     m.role
    FROM (membership m
      JOIN tenant t ON ((t.id = m.tenant_id)))
   WHERE ((m.user_id = tenants_of_user.wanted_user) AND (t.deleted_at IS NULL))
   ORDER BY m.joined_at, t.slug;
END;
alter function tenants_of_user(uuid) owner to eventmesh_lookup;
grant execute on function tenants_of_user(uuid) to eventmesh_console;

create table api_key (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  mode text not null,
  kind text default 'standard'::text not null,
  hash bytea not null,
  last_four text not null,
  scopes text[] default '{events:write}'::text[] not null,
  allowed_ips cidr[] default '{}'::cidr[] not null,
  created_by text,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone,
  disabled_at timestamp with time zone,
  revoked_at timestamp with time zone,
  replaces uuid,
  rotated_at timestamp with time zone,
  overlap_ends_at timestamp with time zone,
  operation_id uuid,
  constraint api_key_pkey PRIMARY KEY (tenant_id, id),
  constraint api_key_hash_key UNIQUE (hash),
  constraint api_key_tenant_id_operation_id_key UNIQUE (tenant_id, operation_id),
  constraint api_key_tenant_id_replaces_key UNIQUE (tenant_id, replaces),
  constraint api_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id),
  constraint api_key_tenant_id_replaces_fkey FOREIGN KEY (tenant_id, replaces) REFERENCES api_key(tenant_id, id),
  constraint api_key_check CHECK (overlap_ends_at IS NULL OR rotated_at IS NOT NULL),
  constraint api_key_check1 CHECK (replaces IS NULL OR replaces <> id),
  constraint api_key_hash_check CHECK (octet_length(hash) = 32),
  constraint api_key_kind_check CHECK (kind = ANY (ARRAY['standard'::text, 'console'::text])),
  constraint api_key_last_four_check CHECK (char_length(last_four) = 4),
  constraint api_key_mode_check CHECK (mode = ANY (ARRAY['live'::text, 'test'::text])),
  constraint api_key_name_check CHECK (char_length(name) >= 1 AND char_length(name) <= 64)
);
CREATE INDEX api_key_by_age ON public.api_key USING btree (tenant_id, created_at DESC, id);
CREATE INDEX api_key_by_id ON public.api_key USING btree (id);
alter table api_key enable row level security;
alter table api_key force row level security;
create policy api_key_lookup on api_key for select to eventmesh_lookup using (true);
create policy api_key_operator on api_key for select to eventmesh_migrator using (true);
create policy api_key_tenant on api_key for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select, update (allowed_ips, disabled_at, expires_at, name, overlap_ends_at, revoked_at, rotated_at) on api_key to eventmesh_console;
grant select (id, last_four, mode, name, tenant_id) on api_key to eventmesh_engine;
grant select (id, last_four, mode, name, tenant_id) on api_key to eventmesh_ingest;
grant select on api_key to eventmesh_lookup;

create table api_key_use (
  tenant_id uuid not null,
  key_id uuid not null,
  last_used_at timestamp with time zone not null,
  last_used_ip inet,
  constraint api_key_use_pkey PRIMARY KEY (tenant_id, key_id),
  constraint api_key_use_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES api_key(tenant_id, id) ON DELETE CASCADE
);
alter table api_key_use enable row level security;
alter table api_key_use force row level security;
create policy api_key_use_tenant on api_key_use for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on api_key_use to eventmesh_console;
grant select on api_key_use to eventmesh_engine;
grant insert, select, update on api_key_use to eventmesh_ingest;

create table audit (
  tenant_id uuid not null,
  id uuid not null,
  occurred_at timestamp with time zone default now() not null,
  actor_kind text not null,
  actor_id text,
  actor_name text not null,
  action text not null,
  target_kind text not null,
  target_id text not null,
  target_name text not null,
  changes jsonb default '{}'::jsonb not null,
  ip inet,
  request_id uuid,
  session_id uuid,
  constraint audit_pkey PRIMARY KEY (tenant_id, id),
  constraint audit_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id),
  constraint audit_action_check CHECK (action ~ '^[a-z_]+\.[a-z_]+$'::text),
  constraint audit_actor_kind_check CHECK (actor_kind = ANY (ARRAY['user'::text, 'operator'::text, 'system'::text])),
  constraint audit_actor_name_check CHECK (char_length(actor_name) >= 1 AND char_length(actor_name) <= 200),
  constraint audit_changes_check CHECK (jsonb_typeof(changes) = 'object'::text)
);
CREATE INDEX audit_by_actor ON public.audit USING btree (tenant_id, actor_id, occurred_at DESC, id DESC);
CREATE INDEX audit_by_target ON public.audit USING btree (tenant_id, target_id, occurred_at DESC, id DESC);
CREATE INDEX audit_by_time ON public.audit USING btree (tenant_id, occurred_at DESC, id DESC);
alter table audit enable row level security;
alter table audit force row level security;
create policy audit_tenant on audit for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select on audit to eventmesh_console;
grant insert on audit to eventmesh_engine;
grant insert on audit to eventmesh_ingest;
revoke delete, truncate, update on audit from eventmesh_migrator;

create table claim (
  tenant_id uuid not null,
  scope text not null,
  key_hash bytea not null,
  settled boolean not null,
  fp bytea not null,
  owner text,
  lease_until timestamp with time zone,
  event_id uuid,
  accepted_at_ms bigint,
  log_partition integer,
  log_offset bigint,
  expires_at timestamp with time zone not null,
  constraint claim_pkey PRIMARY KEY (tenant_id, scope, key_hash),
  constraint claim_check CHECK (settled = (event_id IS NOT NULL) AND settled = (owner IS NULL))
) with (fillfactor=50);
alter table claim enable row level security;
alter table claim force row level security;
create policy claim_ingest_insert on claim for insert to eventmesh_ingest with check (true);
create policy claim_ingest_select on claim for select to eventmesh_ingest using (true);
create policy claim_ingest_update on claim for update to eventmesh_ingest using (true) with check (true);
create policy claim_operator on claim for all to eventmesh_migrator using (true) with check (true);
grant insert, select, update on claim to eventmesh_ingest;

create table credential (
  user_id uuid not null,
  password_hash text not null,
  changed_at timestamp with time zone default now() not null,
  constraint credential_pkey PRIMARY KEY (user_id),
  constraint credential_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE,
  constraint credential_password_hash_check CHECK (password_hash ~~ '$argon2id$%'::text)
);
alter table credential enable row level security;
alter table credential force row level security;
create policy console_people on credential for all to eventmesh_console using (true) with check (true);
grant insert, select, update on credential to eventmesh_console;

create table event_body (
  received_at timestamp with time zone not null,
  request_id uuid not null,
  item integer not null,
  tenant_id uuid not null,
  envelope bytea storage external not null,
  headers text not null,
  exact_body bytea,
  constraint event_body_request_id_item_received_at_key UNIQUE (request_id, item, received_at)
) partition by RANGE (received_at);
alter table event_body enable row level security;
alter table event_body force row level security;
create policy engine_insert on event_body for insert to eventmesh_engine with check (true);
create policy tenant on event_body for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on event_body to eventmesh_console;
grant insert on event_body to eventmesh_engine;

create table event_body_default partition of event_body DEFAULT;
alter table event_body_default enable row level security;
alter table event_body_default force row level security;
create policy day_move on event_body_default for all to eventmesh_migrator using (true);
create policy engine_insert on event_body_default for insert to eventmesh_engine with check (true);
create policy tenant on event_body_default for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_index (
  received_at timestamp with time zone not null,
  request_id uuid not null,
  item integer not null,
  items integer not null,
  tenant_id uuid not null,
  outcome text not null,
  reason text,
  event_id uuid,
  event_type text collate "C",
  source text not null,
  key_id uuid,
  mode text not null,
  idempotency_key text collate "C",
  occurred_at timestamp with time zone,
  size bigint not null,
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
  appended_at timestamp with time zone not null,
  indexed_seq bigint not null,
  payload jsonb,
  indexed_at timestamp with time zone default now() not null,
  constraint event_index_request_id_item_received_at_key UNIQUE (request_id, item, received_at),
  constraint event_index_mode_check CHECK (mode = ANY (ARRAY['live'::text, 'test'::text])),
  constraint event_index_outcome_check CHECK (outcome = ANY (ARRAY['accepted'::text, 'duplicate'::text, 'rejected'::text, 'quarantined'::text, 'copy'::text]))
) partition by RANGE (received_at);
CREATE INDEX event_index_event ON ONLY public.event_index USING btree (tenant_id, event_id, received_at DESC) WHERE (event_id IS NOT NULL);
CREATE INDEX event_index_idempotency_key ON ONLY public.event_index USING btree (tenant_id, idempotency_key, received_at DESC) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX event_index_key ON ONLY public.event_index USING btree (tenant_id, key_id, received_at DESC, request_id DESC, item DESC);
CREATE INDEX event_index_live ON ONLY public.event_index USING btree (tenant_id, indexed_seq);
CREATE INDEX event_index_newest ON ONLY public.event_index USING btree (tenant_id, received_at DESC, request_id DESC, item DESC);
CREATE INDEX event_index_outcome ON ONLY public.event_index USING btree (tenant_id, outcome, reason, received_at DESC, request_id DESC, item DESC) WHERE (outcome <> 'accepted'::text);
CREATE INDEX event_index_payload ON ONLY public.event_index USING gin (tenant_id, payload jsonb_path_ops) WHERE (payload IS NOT NULL);
CREATE INDEX event_index_source ON ONLY public.event_index USING btree (tenant_id, source, received_at DESC, request_id DESC, item DESC);
CREATE INDEX event_index_trace ON ONLY public.event_index USING btree (tenant_id, trace_id, received_at DESC) WHERE (trace_id IS NOT NULL);
CREATE INDEX event_index_type ON ONLY public.event_index USING btree (tenant_id, event_type, received_at DESC, request_id DESC, item DESC);
alter table event_index enable row level security;
alter table event_index force row level security;
create policy engine_insert on event_index for insert to eventmesh_engine with check (true);
create policy engine_read on event_index for select to eventmesh_engine using (true);
create policy search on event_index for select to eventmesh_search using (true);
create policy tenant on event_index for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on event_index to eventmesh_console;
grant insert, select (item, received_at, request_id) on event_index to eventmesh_engine;
grant select on event_index to eventmesh_search;

create table event_index_default partition of event_index DEFAULT;
alter table event_index_default enable row level security;
alter table event_index_default force row level security;
create policy day_move on event_index_default for all to eventmesh_migrator using (true);
create policy engine_insert on event_index_default for insert to eventmesh_engine with check (true);
create policy engine_read on event_index_default for select to eventmesh_engine using (true);
create policy search on event_index_default for select to eventmesh_search using (true);
create policy tenant on event_index_default for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_index_head (
  is_only boolean default true not null,
  seq bigint not null,
  constraint event_index_head_pkey PRIMARY KEY (is_only),
  constraint event_index_head_is_only_check CHECK (is_only)
);
grant select on event_index_head to eventmesh_console;
grant select, update on event_index_head to eventmesh_engine;

create table event_latency (
  tenant_id uuid not null,
  grain text not null,
  at timestamp with time zone not null,
  source text not null,
  bucket smallint not null,
  n bigint not null,
  constraint event_latency_pkey PRIMARY KEY (tenant_id, grain, at, source, bucket),
  constraint event_latency_grain_check CHECK (grain = ANY (ARRAY['minute'::text, 'hour'::text]))
);
CREATE INDEX event_latency_age ON public.event_latency USING brin (at);
alter table event_latency enable row level security;
alter table event_latency force row level security;
create policy engine_count on event_latency for all to eventmesh_engine using (true) with check (true);
create policy retention on event_latency for all to eventmesh_migrator using ((at < (now() - '31 days'::interval)));
create policy tenant on event_latency for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on event_latency to eventmesh_console;
grant insert, select, update on event_latency to eventmesh_engine;

create table event_locator (
  event_id uuid not null,
  tenant_id uuid not null,
  received_at timestamp with time zone not null,
  request_id uuid not null,
  item integer not null,
  fp text not null,
  constraint event_locator_pkey PRIMARY KEY (event_id)
) partition by HASH (event_id);
CREATE INDEX event_locator_age ON ONLY public.event_locator USING brin (received_at);
alter table event_locator enable row level security;
alter table event_locator force row level security;
create policy engine_insert on event_locator for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator for select to eventmesh_engine using (true);
create policy retention on event_locator for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on event_locator to eventmesh_console;
grant insert, select on event_locator to eventmesh_engine;

create table event_locator_0 partition of event_locator FOR VALUES WITH (modulus 8, remainder 0);
alter table event_locator_0 enable row level security;
alter table event_locator_0 force row level security;
create policy engine_insert on event_locator_0 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_0 for select to eventmesh_engine using (true);
create policy retention on event_locator_0 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_0 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_1 partition of event_locator FOR VALUES WITH (modulus 8, remainder 1);
alter table event_locator_1 enable row level security;
alter table event_locator_1 force row level security;
create policy engine_insert on event_locator_1 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_1 for select to eventmesh_engine using (true);
create policy retention on event_locator_1 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_1 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_2 partition of event_locator FOR VALUES WITH (modulus 8, remainder 2);
alter table event_locator_2 enable row level security;
alter table event_locator_2 force row level security;
create policy engine_insert on event_locator_2 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_2 for select to eventmesh_engine using (true);
create policy retention on event_locator_2 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_2 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_3 partition of event_locator FOR VALUES WITH (modulus 8, remainder 3);
alter table event_locator_3 enable row level security;
alter table event_locator_3 force row level security;
create policy engine_insert on event_locator_3 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_3 for select to eventmesh_engine using (true);
create policy retention on event_locator_3 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_3 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_4 partition of event_locator FOR VALUES WITH (modulus 8, remainder 4);
alter table event_locator_4 enable row level security;
alter table event_locator_4 force row level security;
create policy engine_insert on event_locator_4 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_4 for select to eventmesh_engine using (true);
create policy retention on event_locator_4 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_4 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_5 partition of event_locator FOR VALUES WITH (modulus 8, remainder 5);
alter table event_locator_5 enable row level security;
alter table event_locator_5 force row level security;
create policy engine_insert on event_locator_5 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_5 for select to eventmesh_engine using (true);
create policy retention on event_locator_5 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_5 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_6 partition of event_locator FOR VALUES WITH (modulus 8, remainder 6);
alter table event_locator_6 enable row level security;
alter table event_locator_6 force row level security;
create policy engine_insert on event_locator_6 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_6 for select to eventmesh_engine using (true);
create policy retention on event_locator_6 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_6 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_locator_7 partition of event_locator FOR VALUES WITH (modulus 8, remainder 7);
alter table event_locator_7 enable row level security;
alter table event_locator_7 force row level security;
create policy engine_insert on event_locator_7 for insert to eventmesh_engine with check (true);
create policy engine_read on event_locator_7 for select to eventmesh_engine using (true);
create policy retention on event_locator_7 for all to eventmesh_migrator using ((received_at < (now() - '35 days'::interval)));
create policy tenant on event_locator_7 for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table event_stats_hour (
  tenant_id uuid not null,
  hour timestamp with time zone not null,
  outcome text not null,
  reason text not null,
  event_type text collate "C" not null,
  source text not null,
  key_id text not null,
  n bigint not null,
  constraint event_stats_hour_pkey PRIMARY KEY (tenant_id, hour, outcome, reason, event_type, source, key_id)
);
CREATE INDEX event_stats_hour_age ON public.event_stats_hour USING brin (hour);
alter table event_stats_hour enable row level security;
alter table event_stats_hour force row level security;
create policy engine_count on event_stats_hour for all to eventmesh_engine using (true) with check (true);
create policy retention on event_stats_hour for all to eventmesh_migrator using ((hour < (now() - '31 days'::interval)));
create policy tenant on event_stats_hour for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on event_stats_hour to eventmesh_console;
grant insert, select, update on event_stats_hour to eventmesh_engine;

create table event_stats_minute (
  tenant_id uuid not null,
  dimension text not null,
  minute timestamp with time zone not null,
  value text collate "C" not null,
  outcome text not null,
  n bigint not null,
  constraint event_stats_minute_pkey PRIMARY KEY (tenant_id, dimension, minute, value, outcome),
  constraint event_stats_minute_dimension_check CHECK (dimension = ANY (ARRAY['outcome'::text, 'type'::text, 'source'::text, 'key'::text]))
);
CREATE INDEX event_stats_minute_age ON public.event_stats_minute USING brin (minute);
alter table event_stats_minute enable row level security;
alter table event_stats_minute force row level security;
create policy engine_count on event_stats_minute for all to eventmesh_engine using (true) with check (true);
create policy retention on event_stats_minute for all to eventmesh_migrator using ((minute < (now() - '31 days'::interval)));
create policy tenant on event_stats_minute for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on event_stats_minute to eventmesh_console;
grant insert, select, update on event_stats_minute to eventmesh_engine;

create table event_stats_type (
  tenant_id uuid not null,
  day date not null,
  event_type text collate "C" not null,
  constraint event_stats_type_pkey PRIMARY KEY (tenant_id, day, event_type)
);
alter table event_stats_type enable row level security;
alter table event_stats_type force row level security;
create policy engine_insert on event_stats_type for insert to eventmesh_engine with check (true);
create policy engine_read on event_stats_type for select to eventmesh_engine using (true);
create policy retention on event_stats_type for all to eventmesh_migrator using ((day < (now() - '31 days'::interval)));
create policy tenant on event_stats_type for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select on event_stats_type to eventmesh_engine;

create table eventmesh_migration (
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  constraint eventmesh_migration_pkey PRIMARY KEY (name),
  constraint eventmesh_migration_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'::text)
);
grant select on eventmesh_migration to eventmesh_console;
grant select on eventmesh_migration to eventmesh_engine;
grant select on eventmesh_migration to eventmesh_ingest;

create table invite (
  tenant_id uuid not null,
  id uuid not null,
  email text not null,
  role text not null,
  token_hash bytea not null,
  invited_by text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint invite_pkey PRIMARY KEY (tenant_id, id),
  constraint invite_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id),
  constraint invite_email_check CHECK (email = lower(email) AND char_length(email) >= 3 AND char_length(email) <= 254),
  constraint invite_role_check CHECK (role = ANY (ARRAY['owner'::text, 'admin'::text, 'developer'::text, 'viewer'::text])),
  constraint invite_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX invite_by_age ON public.invite USING btree (tenant_id, created_at DESC, id);
CREATE INDEX invite_by_hash ON public.invite USING btree (token_hash);
alter table invite enable row level security;
alter table invite force row level security;
create policy lookup on invite for select to eventmesh_lookup using (true);
create policy tenant on invite for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select, update on invite to eventmesh_console;
grant select on invite to eventmesh_lookup;

create table log_head (
  topic text not null,
  next_offset bigint default 0 not null,
  retention interval default '7 days'::interval not null,
  retention_bytes bigint not null,
  constraint log_head_pkey PRIMARY KEY (topic)
) with (fillfactor=10);
grant select (next_offset, topic) on log_head to eventmesh_console;
grant select, update (next_offset) on log_head to eventmesh_engine;
grant select, update (next_offset) on log_head to eventmesh_ingest;

create table log_position (
  consumer_group text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint,
  epoch bigint not null,
  owner text not null,
  lease_until timestamp with time zone not null,
  constraint log_position_pkey PRIMARY KEY (consumer_group, topic, partition)
) with (fillfactor=50);
grant select (consumer_group, lease_until, next_offset, partition, topic) on log_position to eventmesh_console;
grant insert, select, update on log_position to eventmesh_engine;

create table log_range (
  topic text not null,
  from_offset bigint not null,
  to_offset bigint not null,
  relation name not null,
  constraint log_range_pkey PRIMARY KEY (topic, from_offset),
  constraint log_range_topic_fkey FOREIGN KEY (topic) REFERENCES log_head(topic),
  constraint log_range_check CHECK (from_offset < to_offset)
);

create table log_record (
  topic text not null,
  "offset" bigint not null,
  key text not null,
  headers text not null,
  exact_body bytea,
  value text not null,
  appended_at timestamp with time zone default clock_timestamp() not null,
  constraint log_record_pkey PRIMARY KEY (topic, "offset")
) partition by LIST (topic);
alter table log_record enable row level security;
alter table log_record force row level security;
create policy log_append on log_record for insert to eventmesh_engine, eventmesh_ingest with check (true);
create policy log_read on log_record for select to eventmesh_engine, eventmesh_migrator using (true);
grant insert, select on log_record to eventmesh_engine;
grant insert on log_record to eventmesh_ingest;

create table log_record_dead_letters partition of log_record FOR VALUES IN ('dead-letters') partition by RANGE ("offset");
alter table log_record_dead_letters enable row level security;
alter table log_record_dead_letters force row level security;
create policy log_append on log_record_dead_letters for insert to eventmesh_engine, eventmesh_ingest with check (true);
create policy log_read on log_record_dead_letters for select to eventmesh_engine, eventmesh_migrator using (true);

create table log_record_events partition of log_record FOR VALUES IN ('events') partition by RANGE ("offset");
alter table log_record_events enable row level security;
alter table log_record_events force row level security;
create policy log_append on log_record_events for insert to eventmesh_engine, eventmesh_ingest with check (true);
create policy log_read on log_record_events for select to eventmesh_engine, eventmesh_migrator using (true);

create table log_record_outcomes partition of log_record FOR VALUES IN ('outcomes') partition by RANGE ("offset");
alter table log_record_outcomes enable row level security;
alter table log_record_outcomes force row level security;
create policy log_append on log_record_outcomes for insert to eventmesh_engine, eventmesh_ingest with check (true);
create policy log_read on log_record_outcomes for select to eventmesh_engine, eventmesh_migrator using (true);

create table log_record_quarantine partition of log_record FOR VALUES IN ('quarantine') partition by RANGE ("offset");
alter table log_record_quarantine enable row level security;
alter table log_record_quarantine force row level security;
create policy log_append on log_record_quarantine for insert to eventmesh_engine, eventmesh_ingest with check (true);
create policy log_read on log_record_quarantine for select to eventmesh_engine, eventmesh_migrator using (true);

create table master_key (
  key_id text not null,
  public_key bytea not null,
  created_at timestamp with time zone default now() not null,
  retired_at timestamp with time zone,
  constraint master_key_pkey PRIMARY KEY (key_id),
  constraint master_key_public_key_key UNIQUE (public_key),
  constraint master_key_key_id_check CHECK (key_id ~ '^[0-9a-f]{16}$'::text),
  constraint master_key_public_key_check CHECK (octet_length(public_key) = 32)
);
CREATE UNIQUE INDEX master_key_current ON public.master_key USING btree ((true)) WHERE (retired_at IS NULL);
grant select on master_key to eventmesh_console;
grant select on master_key to eventmesh_engine;
grant select on master_key to eventmesh_ingest;

create table membership (
  tenant_id uuid not null,
  user_id uuid not null,
  role text not null,
  joined_at timestamp with time zone default now() not null,
  constraint membership_pkey PRIMARY KEY (tenant_id, user_id),
  constraint membership_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id),
  constraint membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE,
  constraint membership_role_check CHECK (role = ANY (ARRAY['owner'::text, 'admin'::text, 'developer'::text, 'viewer'::text]))
);
CREATE INDEX membership_by_user ON public.membership USING btree (user_id);
alter table membership enable row level security;
alter table membership force row level security;
create policy lookup on membership for select to eventmesh_lookup using (true);
create policy tenant on membership for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant delete, insert, select, update on membership to eventmesh_console;
grant select on membership to eventmesh_lookup;

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
  counted_from timestamp with time zone not null,
  counted_to timestamp with time zone not null,
  constraint outcome_counter_pkey PRIMARY KEY (tenant_id, log_partition, log_offset)
);
CREATE INDEX outcome_counter_time ON public.outcome_counter USING btree (tenant_id, counted_from);
alter table outcome_counter enable row level security;
alter table outcome_counter force row level security;
create policy engine_insert on outcome_counter for insert to eventmesh_engine with check (true);
create policy engine_read on outcome_counter for select to eventmesh_engine using (true);
create policy retention on outcome_counter for all to eventmesh_migrator using ((counted_from < (now() - '31 days'::interval)));
create policy tenant on outcome_counter for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on outcome_counter to eventmesh_console;
grant insert, select (log_offset, log_partition, tenant_id) on outcome_counter to eventmesh_engine;

create table rejected_body (
  received_at timestamp with time zone not null,
  request_id uuid not null,
  item integer not null,
  tenant_id uuid not null,
  content_type text,
  problem text,
  body bytea,
  is_truncated boolean not null,
  constraint rejected_body_request_id_item_received_at_key UNIQUE (request_id, item, received_at)
) partition by RANGE (received_at);
alter table rejected_body enable row level security;
alter table rejected_body force row level security;
create policy engine_insert on rejected_body for insert to eventmesh_engine with check (true);
create policy tenant on rejected_body for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on rejected_body to eventmesh_console;
grant insert on rejected_body to eventmesh_engine;

create table rejected_body_default partition of rejected_body DEFAULT;
alter table rejected_body_default enable row level security;
alter table rejected_body_default force row level security;
create policy day_move on rejected_body_default for all to eventmesh_migrator using (true);
create policy engine_insert on rejected_body_default for insert to eventmesh_engine with check (true);
create policy tenant on rejected_body_default for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));

create table reset_link (
  token_hash bytea not null,
  user_id uuid not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint reset_link_pkey PRIMARY KEY (token_hash),
  constraint reset_link_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE,
  constraint reset_link_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX reset_link_by_user ON public.reset_link USING btree (user_id);
alter table reset_link enable row level security;
alter table reset_link force row level security;
create policy console_people on reset_link for all to eventmesh_console using (true) with check (true);
create policy operator on reset_link for insert to eventmesh_migrator with check (true);
grant insert, select, update on reset_link to eventmesh_console;

create table session (
  hash bytea not null,
  id uuid not null,
  user_id uuid not null,
  created_at timestamp with time zone not null,
  authenticated_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_seen_at timestamp with time zone default now() not null,
  must_rotate boolean default false not null,
  is_replaced boolean default false not null,
  ip inet,
  user_agent text,
  constraint session_pkey PRIMARY KEY (hash),
  constraint session_id_key UNIQUE (id),
  constraint session_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE,
  constraint session_hash_check CHECK (octet_length(hash) = 32),
  constraint session_user_agent_check CHECK (char_length(user_agent) <= 300)
);
CREATE INDEX session_by_end ON public.session USING btree (expires_at);
CREATE INDEX session_by_user ON public.session USING btree (user_id, last_seen_at DESC);
alter table session enable row level security;
alter table session force row level security;
create policy console_people on session for all to eventmesh_console using (true) with check (true);
grant delete, insert, select, update on session to eventmesh_console;

create table setup_link (
  tenant_id uuid not null,
  token_hash bytea not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint setup_link_pkey PRIMARY KEY (tenant_id, token_hash),
  constraint setup_link_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id),
  constraint setup_link_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX setup_link_by_hash ON public.setup_link USING btree (token_hash);
alter table setup_link enable row level security;
alter table setup_link force row level security;
create policy lookup on setup_link for select to eventmesh_lookup using (true);
create policy tenant on setup_link for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select, update (used_at) on setup_link to eventmesh_console;
grant select on setup_link to eventmesh_lookup;

create table sign_in_throttle (
  subject bytea not null,
  failures integer not null,
  window_ends_at timestamp with time zone not null,
  blocked_until timestamp with time zone,
  constraint sign_in_throttle_pkey PRIMARY KEY (subject),
  constraint sign_in_throttle_failures_check CHECK (failures >= 0),
  constraint sign_in_throttle_subject_check CHECK (octet_length(subject) = 32)
);
CREATE INDEX sign_in_throttle_by_end ON public.sign_in_throttle USING btree (window_ends_at);
alter table sign_in_throttle enable row level security;
alter table sign_in_throttle force row level security;
create policy console_people on sign_in_throttle for all to eventmesh_console using (true) with check (true);
grant delete, insert, select, update on sign_in_throttle to eventmesh_console;

create table source (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  provider text not null,
  mode text not null,
  options jsonb default '{}'::jsonb not null,
  token_hash bytea not null,
  previous_token_hash bytea,
  previous_token_until timestamp with time zone,
  secret_learned_at timestamp with time zone,
  created_by text,
  created_at timestamp with time zone default now() not null,
  paused_at timestamp with time zone,
  deleted_at timestamp with time zone,
  operation_id uuid,
  constraint source_pkey PRIMARY KEY (tenant_id, id),
  constraint source_previous_token_hash_key UNIQUE (previous_token_hash),
  constraint source_tenant_id_operation_id_key UNIQUE (tenant_id, operation_id),
  constraint source_token_hash_key UNIQUE (token_hash),
  constraint source_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id),
  constraint source_check CHECK ((previous_token_hash IS NULL) = (previous_token_until IS NULL)),
  constraint source_mode_check CHECK (mode = ANY (ARRAY['live'::text, 'test'::text])),
  constraint source_name_check CHECK (char_length(name) >= 1 AND char_length(name) <= 64 AND name <> 'native'::text),
  constraint source_options_check CHECK (jsonb_typeof(options) = 'object'::text),
  constraint source_previous_token_hash_check CHECK (octet_length(previous_token_hash) = 32),
  constraint source_provider_check CHECK (provider ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text),
  constraint source_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX source_by_id ON public.source USING btree (id);
CREATE UNIQUE INDEX source_name ON public.source USING btree (tenant_id, name) WHERE (deleted_at IS NULL);
alter table source enable row level security;
alter table source force row level security;
create policy source_lookup on source for select to eventmesh_lookup using (true);
create policy source_operator on source for select to eventmesh_migrator using (true);
create policy source_tenant on source for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select, update (deleted_at, name, options, paused_at, previous_token_hash, previous_token_until, token_hash) on source to eventmesh_console;
grant select (deleted_at, id, mode, name, options, paused_at, provider, secret_learned_at, tenant_id) on source to eventmesh_engine;
grant select (deleted_at, id, mode, name, options, paused_at, provider, secret_learned_at, tenant_id), update (secret_learned_at) on source to eventmesh_ingest;
grant select on source to eventmesh_lookup;

create table source_secret (
  tenant_id uuid not null,
  source_id uuid not null,
  id uuid not null,
  sealed bytea not null,
  key_id text not null,
  fingerprint text not null,
  origin text default 'given'::text not null,
  created_by text,
  created_at timestamp with time zone default now() not null,
  removed_at timestamp with time zone,
  constraint source_secret_pkey PRIMARY KEY (tenant_id, source_id, id),
  constraint source_secret_key_id_fkey FOREIGN KEY (key_id) REFERENCES master_key(key_id),
  constraint source_secret_tenant_id_source_id_fkey FOREIGN KEY (tenant_id, source_id) REFERENCES source(tenant_id, id),
  constraint source_secret_fingerprint_check CHECK (fingerprint ~ '^[0-9a-f]{8}$'::text),
  constraint source_secret_origin_check CHECK (origin = ANY (ARRAY['given'::text, 'learned'::text])),
  constraint source_secret_sealed_check CHECK (octet_length(sealed) >= 49 AND octet_length(sealed) <= 65536)
);
CREATE INDEX source_secret_by_id ON public.source_secret USING btree (id);
alter table source_secret enable row level security;
alter table source_secret force row level security;
create policy source_secret_lookup on source_secret for select to eventmesh_lookup using (true);
create policy source_secret_operator on source_secret for select to eventmesh_migrator using (true);
create policy source_secret_tenant on source_secret for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select (created_at, created_by, fingerprint, id, key_id, origin, removed_at, source_id, tenant_id), update (removed_at) on source_secret to eventmesh_console;
grant select on source_secret to eventmesh_engine;
grant insert, select on source_secret to eventmesh_ingest;
grant select on source_secret to eventmesh_lookup;

create table source_secret_use (
  tenant_id uuid not null,
  source_id uuid not null,
  secret_id uuid not null,
  last_matched_at timestamp with time zone not null,
  constraint source_secret_use_pkey PRIMARY KEY (tenant_id, source_id, secret_id),
  constraint source_secret_use_tenant_id_source_id_secret_id_fkey FOREIGN KEY (tenant_id, source_id, secret_id) REFERENCES source_secret(tenant_id, source_id, id) ON DELETE CASCADE
);
alter table source_secret_use enable row level security;
alter table source_secret_use force row level security;
create policy source_secret_use_tenant on source_secret_use for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on source_secret_use to eventmesh_console;
grant select on source_secret_use to eventmesh_engine;
grant insert, select, update on source_secret_use to eventmesh_ingest;

create table source_use (
  tenant_id uuid not null,
  source_id uuid not null,
  last_received_at timestamp with time zone,
  last_handshake_at timestamp with time zone,
  last_handshake_ok boolean,
  constraint source_use_pkey PRIMARY KEY (tenant_id, source_id),
  constraint source_use_tenant_id_source_id_fkey FOREIGN KEY (tenant_id, source_id) REFERENCES source(tenant_id, id) ON DELETE CASCADE,
  constraint source_use_check CHECK ((last_handshake_at IS NULL) = (last_handshake_ok IS NULL))
);
alter table source_use enable row level security;
alter table source_use force row level security;
create policy source_use_tenant on source_use for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on source_use to eventmesh_console;
grant select on source_use to eventmesh_engine;
grant insert, select, update on source_use to eventmesh_ingest;

create table tenant (
  id uuid not null,
  slug text not null,
  name text not null,
  require_idempotency_key boolean default false not null,
  claims text default 'degrade'::text not null,
  created_at timestamp with time zone default now() not null,
  suspended_at timestamp with time zone,
  suspended_reason text,
  deleted_at timestamp with time zone,
  viewers_see_payloads boolean default true not null,
  session_hours_max integer,
  key_days_max integer,
  dedup_window_s integer,
  constraint tenant_pkey PRIMARY KEY (id),
  constraint tenant_claims_check CHECK (claims = ANY (ARRAY['degrade'::text, 'strict'::text])),
  constraint tenant_dedup_window_s_check CHECK (dedup_window_s >= 1 AND dedup_window_s <= 604800),
  constraint tenant_key_days_max_check CHECK (key_days_max >= 1 AND key_days_max <= 3650),
  constraint tenant_name_check CHECK (char_length(name) >= 1 AND char_length(name) <= 200),
  constraint tenant_session_hours_max_check CHECK (session_hours_max >= 1 AND session_hours_max <= 720),
  constraint tenant_slug_check CHECK (slug ~ '^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$'::text)
);
CREATE UNIQUE INDEX tenant_slug ON public.tenant USING btree (slug) WHERE (deleted_at IS NULL);
alter table tenant enable row level security;
alter table tenant force row level security;
create policy tenant_lookup on tenant for select to eventmesh_lookup using (true);
create policy tenant_operator on tenant for all to eventmesh_migrator using (true) with check (true);
create policy tenant_own on tenant for all to public using ((id = (current_setting('app.tenant_id'::text))::uuid)) with check ((id = (current_setting('app.tenant_id'::text))::uuid));
grant insert, select, update (claims, dedup_window_s, key_days_max, name, require_idempotency_key, session_hours_max, slug, viewers_see_payloads) on tenant to eventmesh_console;
grant select on tenant to eventmesh_engine;
grant select on tenant to eventmesh_ingest;
grant select on tenant to eventmesh_lookup;

create table user_account (
  id uuid not null,
  email text not null,
  created_at timestamp with time zone default now() not null,
  name text,
  preferences jsonb default '{}'::jsonb not null,
  constraint user_account_pkey PRIMARY KEY (id),
  constraint user_account_email_key UNIQUE (email),
  constraint user_account_email_check CHECK (email = lower(email) AND char_length(email) >= 3 AND char_length(email) <= 254),
  constraint user_account_name_check CHECK (char_length(name) >= 1 AND char_length(name) <= 80 AND name !~ '[[:cntrl:]]'::text),
  constraint user_account_preferences_check CHECK (jsonb_typeof(preferences) = 'object'::text AND length(preferences::text) <= 1000)
);
alter table user_account enable row level security;
alter table user_account force row level security;
create policy console_people on user_account for all to eventmesh_console using (true) with check (true);
create policy operator on user_account for select to eventmesh_migrator using (true);
grant delete, insert, select, update (name, preferences) on user_account to eventmesh_console;

create table verification (
  tenant_id uuid not null,
  source_id uuid not null,
  request_id uuid not null,
  item integer default 0 not null,
  verified_at timestamp with time zone default now() not null,
  verdict text not null,
  reason text,
  diagnosis text,
  detail text,
  evidence jsonb default '{}'::jsonb not null,
  constraint verification_pkey PRIMARY KEY (tenant_id, source_id, request_id, item),
  constraint verification_tenant_id_source_id_fkey FOREIGN KEY (tenant_id, source_id) REFERENCES source(tenant_id, id) ON DELETE CASCADE,
  constraint verification_check CHECK ((verdict = 'fail'::text) = (reason IS NOT NULL)),
  constraint verification_detail_check CHECK (char_length(detail) <= 1000),
  constraint verification_evidence_check CHECK (jsonb_typeof(evidence) = 'object'::text AND octet_length(evidence::text) <= 8192),
  constraint verification_verdict_check CHECK (verdict = ANY (ARRAY['pass'::text, 'fail'::text]))
);
CREATE INDEX verification_newest ON public.verification USING btree (tenant_id, source_id, verified_at DESC, request_id DESC, item DESC);
alter table verification enable row level security;
alter table verification force row level security;
create policy verification_tenant on verification for all to public using ((tenant_id = (current_setting('app.tenant_id'::text))::uuid)) with check ((tenant_id = (current_setting('app.tenant_id'::text))::uuid));
grant select on verification to eventmesh_console;
grant delete, insert, select, update on verification to eventmesh_engine;
grant delete, insert, select, update on verification to eventmesh_ingest;
