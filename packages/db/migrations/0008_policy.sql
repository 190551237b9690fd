-- What an organization rules for itself beside ingestion: who sees payloads, how old a sign-in and a key may become.

alter table tenant
  add column viewers_see_payloads boolean not null default true,
  add column session_hours_max integer check (session_hours_max between 1 and 720),
  add column key_days_max integer check (key_days_max between 1 and 3650);
grant update (viewers_see_payloads, session_hours_max, key_days_max) on tenant to eventmesh_console;

-- Its columns are its type: made anew with three more at the end.
set local role eventmesh_lookup;
drop function member_tenant(text, uuid);
set local role eventmesh_migrator;
create function member_tenant(wanted_slug text, wanted_user uuid)
returns table (
  tenant_id uuid, slug text, name text, role text, suspended_at timestamptz, suspended_reason text,
  require_idempotency_key boolean, claims text, created_at timestamptz,
  viewers_see_payloads boolean, session_hours_max integer, key_days_max integer
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select t.id, t.slug, t.name, m.role, t.suspended_at, t.suspended_reason, t.require_idempotency_key, t.claims, t.created_at,
         t.viewers_see_payloads, t.session_hours_max, t.key_days_max
  from public.membership m join public.tenant t on t.id = m.tenant_id
  where m.user_id = wanted_user and t.slug = wanted_slug and t.deleted_at is null;
end;
grant create on schema public to eventmesh_lookup;
alter function member_tenant(text, uuid) owner to eventmesh_lookup;
revoke create on schema public from eventmesh_lookup;
set local role eventmesh_lookup;
grant execute on function member_tenant(text, uuid) to eventmesh_console;
set local role eventmesh_migrator;
