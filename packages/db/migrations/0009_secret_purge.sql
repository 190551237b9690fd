-- A removed secret is kept for 30 days to tell who still signs with it (source_by_token reads no older ones); then it
-- goes for good, and so do the secrets of a source that was deleted as long ago. Answers how many, at most max_rows.
create function source_secret_purge(max_rows integer) returns bigint
language plpgsql security definer
set search_path = public, pg_temp
as $$
declare
  expired record;
  purged bigint := 0;
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
    purged := purged + 1;
  end loop;
  return purged;
end
$$;

revoke execute on function source_secret_purge(integer) from public;
grant execute on function source_secret_purge(integer) to eventmesh_engine;
