-- Answers how many are gone, not how many it tried: a caller that goes on while batches are full would never end where a
-- delete is refused.
create or replace function source_secret_purge(max_rows integer) returns bigint
language plpgsql security definer
set search_path = public, pg_temp
as $$
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
$$;
