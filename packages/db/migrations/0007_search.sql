-- What reads of the index need beside its b-trees: payload equality, the live order of one tenant, when a row was indexed.

-- A trusted extension: who may create in the database may create it. Its uuid lets a GIN lead with the tenant.
create extension if not exists btree_gin;

alter table event_index add column indexed_at timestamptz not null default now();

-- Days to come get it when they are attached. Without its tenant a common value would read every tenant's rows.
create index event_index_payload on event_index using gin (tenant_id, payload jsonb_path_ops) where payload is not null;

-- A live reader asks for its own tenant's rows above a number; the index of the number alone reads everybody's.
create index event_index_live on event_index (tenant_id, indexed_seq);
drop index event_index_seq;

-- @> is not leakproof: under the tenant's policy it can only filter. So payloads are searched by a role whose own policy
-- hides nothing, in one function that has the tenant in its text.
do $$
declare
  child regclass;
begin
  for child in select 'event_index'::regclass union all select inhrelid::regclass from pg_inherits where inhparent = 'event_index'::regclass
  loop
    execute format('create policy search on %s for select to eventmesh_search using (true)', child);
  end loop;
end
$$;
grant select on event_index to eventmesh_search;

-- Rows whose payload contains, of each member of p_wanted (an array of arrays), at least one document. From p_from to
-- before p_to and past the given row, newest first or oldest first, a day at a time until p_limit.
create function event_payload_search(
  p_wanted jsonb, p_from timestamptz, p_to timestamptz,
  p_past_received_at timestamptz, p_past_request_id uuid, p_past_item integer,
  p_is_newest_first boolean, p_limit integer
)
returns setof event_index
language plpgsql stable security definer rows 200
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
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
$$;

grant create on schema public to eventmesh_search;
alter function event_payload_search owner to eventmesh_search;
revoke create on schema public from eventmesh_search;
set local role eventmesh_search;
revoke execute on function event_payload_search from public;
grant execute on function event_payload_search to eventmesh_console, eventmesh_migrator;
set local role eventmesh_migrator;

-- Whether the index keeps up, for the banner that says it does not; no tenant's.
grant select (topic, next_offset) on log_head to eventmesh_console;
grant select (consumer_group, topic, partition, next_offset, lease_until) on log_position to eventmesh_console;
