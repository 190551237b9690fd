-- The event log on Postgres: each topic is one partition, and its one head row gives out the offsets. An append updates
-- that row in its own transaction, so offsets become visible in commit order and a reader that stands at n has seen
-- everything below n. A plain sequence lets 11 commit before 10, and whoever passed 11 loses 10.

create table log_head (
  topic text primary key,
  next_offset bigint not null default 0,
  -- A range of records goes when its newest one is older than this, or when the topic is larger than that.
  retention interval not null default interval '7 days',
  retention_bytes bigint not null
) with (fillfactor = 10);

-- Which offsets each range partition holds: [from_offset, to_offset).
create table log_range (
  topic text not null references log_head,
  from_offset bigint not null,
  to_offset bigint not null,
  relation name not null,
  primary key (topic, from_offset),
  check (from_offset < to_offset)
);

create table log_record (
  topic text not null,
  "offset" bigint not null,
  key text not null,
  headers text not null,
  exact_body bytea,
  value text not null,
  appended_at timestamptz not null default clock_timestamp(),
  primary key (topic, "offset")
) partition by list (topic);

-- The log holds every tenant's records and is read by trusted roles alone (policy-exceptions.ts): ingest and engine may
-- append, engine and the operator may read, nobody may change a record.
create function log_guard(p_relation regclass) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  execute format('alter table %s enable row level security', p_relation);
  execute format('alter table %s force row level security', p_relation);
  execute format('create policy log_append on %s for insert to eventmesh_ingest, eventmesh_engine with check (true)', p_relation);
  execute format('create policy log_read on %s for select to eventmesh_engine, eventmesh_migrator using (true)', p_relation);
end $$;

create function log_topic(p_topic text, p_retention_bytes bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  relation name := 'log_record_' || replace(p_topic, '-', '_');
begin
  execute format('create table %I partition of log_record for values in (%L) partition by range ("offset")', relation, p_topic);
  perform log_guard(relation::text::regclass);
  insert into log_head (topic, retention_bytes) values (p_topic, p_retention_bytes);
end $$;

-- Created alone with its policies, then attached: attaching locks out no reader and no append, creating in place does.
create function log_range_create(p_topic text, p_from bigint, p_to bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  parent name := 'log_record_' || replace(p_topic, '-', '_');
  relation name := parent || '_' || p_from;
begin
  execute format('create table %I (like log_record including defaults including constraints including indexes including storage)', relation);
  perform log_guard(relation::text::regclass);
  execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, relation, p_from, p_to);
  insert into log_range (topic, from_offset, to_offset, relation) values (p_topic, p_from, p_to, relation);
end $$;

-- How many records make a range of about 32 MiB, judged by the newest range that has some.
create function log_range_width(p_topic text, p_next bigint) returns bigint
language plpgsql stable set search_path = public, pg_temp as $$
declare
  newest log_range;
  bytes_per_record bigint;
begin
  select * into newest from log_range where topic = p_topic and from_offset < p_next order by from_offset desc limit 1;
  if not found then return 5000; end if;
  bytes_per_record := pg_total_relation_size(newest.relation::text::regclass) / (least(newest.to_offset, p_next) - newest.from_offset);
  return greatest(500, least(100000, 33554432 / greatest(bytes_per_record, 1)));
end $$;

-- Drops the oldest ranges that are past the topic's age or size; never the one that is being written.
create function log_range_drop(p_head log_head) returns void
language plpgsql set search_path = public, pg_temp as $$
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
end $$;

-- Keeps three ranges ahead of every head, drops what is past its retention, and says up to where each topic has room.
create function log_roll() returns table (topic text, next_offset bigint, room_until bigint)
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
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
end $$;

-- Appends p_count records and answers the first one's offset. Records stand apart by U+001E, their four fields (key,
-- headers, exact body as base64 or '-', value) by U+001F: bytes that JSON text cannot hold. A record that smuggled one
-- in would change the number of records or of fields, and nothing is written.
create function log_append(p_topic text, p_count integer, p_records text) returns bigint
language plpgsql set search_path = public, pg_temp as $$
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
end $$;

-- How far a consumer group is. `next_offset` moves in the transaction of the effect, `where epoch = …`: whoever takes
-- the partition raises the epoch, and the slower owner's transaction changes no row.
create table log_position (
  consumer_group text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint,
  epoch bigint not null,
  owner text not null,
  lease_until timestamptz not null,
  primary key (consumer_group, topic, partition)
) with (fillfactor = 50);

select log_guard('log_record');
select log_topic('events', 8::bigint << 30), log_topic('outcomes', 1::bigint << 30),
  log_topic('quarantine', 512::bigint << 20), log_topic('dead-letters', 512::bigint << 20);
select from log_roll();

revoke execute on function log_guard, log_topic, log_range_create, log_range_width, log_range_drop, log_roll, log_append from public;
grant execute on function log_append, log_roll to eventmesh_ingest, eventmesh_engine;
grant select, update (next_offset) on log_head to eventmesh_ingest, eventmesh_engine;
grant insert on log_record to eventmesh_ingest, eventmesh_engine;
grant select on log_record to eventmesh_engine;
grant select, insert, update on log_position to eventmesh_engine;
