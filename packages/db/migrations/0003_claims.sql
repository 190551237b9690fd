-- Claims on Postgres: who is publishing an idempotency key, and what came of it. States and transitions: packages/bus
-- claims.ts. Losing a row costs a second copy of one event, never an event: these functions do not wait for the disk.

create table claim (
  tenant_id uuid not null,
  scope text not null,
  -- SHA-256 of the idempotency key.
  key_hash bytea not null,
  settled boolean not null,
  fp bytea not null,
  -- While unsettled: whose it is, and until when exclusively.
  owner text,
  lease_until timestamptz,
  -- Once settled: the first result.
  event_id uuid,
  accepted_at_ms bigint,
  log_partition integer,
  log_offset bigint,
  expires_at timestamptz not null,
  primary key (tenant_id, scope, key_hash),
  check (settled = (event_id is not null) and settled = (owner is null))
-- Room for the update from unsettled to settled on the same page; an index on expires_at would undo that.
) with (fillfactor = 50);

-- One call serves many tenants' requests (policy-exceptions.ts), so ingest's policies name no tenant.
alter table claim enable row level security;
alter table claim force row level security;
create policy claim_ingest_insert on claim for insert to eventmesh_ingest with check (true);
create policy claim_ingest_select on claim for select to eventmesh_ingest using (true);
create policy claim_ingest_update on claim for update to eventmesh_ingest using (true) with check (true);
create policy claim_operator on claim for all to eventmesh_migrator using (true) with check (true);

-- p_rows: tenant, scope, key hash, fp, owner (U+001F) per request (U+001E). No (tenant, scope, key) twice in one call.
-- Sorted, so that two calls take their row locks in one order. `on conflict do update` locks a row also where its
-- `where` refuses it, so the second statement finds every row that the first did not take.
create function claim_take(p_rows text, p_lease_ms integer, p_keep_ms integer)
returns table (n integer, state text, fp text, retry_after_ms double precision, event_id uuid, accepted_at_ms bigint, log_partition integer, log_offset bigint)
language plpgsql set search_path = public, pg_temp as $$
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
end $$;

-- p_rows: tenant, scope, key hash, fp, event id, accepted at (ms), partition, offset, ttl (ms). No owner: the append has
-- happened, and any owner's has the same event id.
create function claim_settle(p_rows text)
returns table (n integer, state text, fp text, event_id uuid, accepted_at_ms bigint, log_partition integer, log_offset bigint)
language plpgsql set search_path = public, pg_temp as $$
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
end $$;

-- p_rows: tenant, scope, key hash, owner.
create function claim_yield(p_rows text) returns void
language plpgsql set search_path = public, pg_temp as $$
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
end $$;

-- Deletes what has expired in a stretch of blocks and answers where to go on: 0 after the end. There is no index on the
-- expiry, and a whole scan of gigabytes at once would be felt.
create function claim_purge(p_from_block bigint, p_blocks integer) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
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
end $$;

-- Forgets every claim and answers how many there were: the operator's, after a log was restored or moved.
create function claim_reset() returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
  dropped bigint;
begin
  lock table claim in access exclusive mode;
  select count(*) into dropped from claim where expires_at > clock_timestamp();
  truncate claim;
  return dropped;
end $$;

revoke execute on function claim_take, claim_settle, claim_yield, claim_purge, claim_reset from public;
grant execute on function claim_take, claim_settle, claim_yield, claim_purge to eventmesh_ingest;
grant select, insert, update on claim to eventmesh_ingest;
