-- For how long an organization's own idempotency keys are answered with the first result; null: as the installation has
-- it. Webhooks keep the installation's window: their providers come back for days.

alter table tenant add column dedup_window_s integer check (dedup_window_s between 1 and 604800);
grant update (dedup_window_s) on tenant to eventmesh_console;

-- Their columns are their type: both functions are made anew with one more at the end.
set local role eventmesh_lookup;
drop function api_key_by_hash(bytea);
drop function member_tenant(text, uuid);
set local role eventmesh_migrator;

create function api_key_by_hash(wanted bytea)
returns table (
  key_id uuid, tenant_id uuid, tenant_slug text, tenant_suspended_at timestamptz,
  require_idempotency_key boolean, claims text, mode text, kind text, scopes text[], allowed_ips text[],
  expires_at timestamptz, revoked_at timestamptz, disabled_at timestamptz,
  overlap_ends_at timestamptz, dedup_window_s integer
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select k.id, k.tenant_id, t.slug, t.suspended_at,
         t.require_idempotency_key, t.claims, k.mode, k.kind, k.scopes, k.allowed_ips::text[],
         k.expires_at, k.revoked_at, k.disabled_at, k.overlap_ends_at, t.dedup_window_s
  from public.api_key k join public.tenant t on t.id = k.tenant_id
  where k.hash = wanted and t.deleted_at is null;
end;

create function member_tenant(wanted_slug text, wanted_user uuid)
returns table (
  tenant_id uuid, slug text, name text, role text, suspended_at timestamptz, suspended_reason text,
  require_idempotency_key boolean, claims text, created_at timestamptz,
  viewers_see_payloads boolean, session_hours_max integer, key_days_max integer, dedup_window_s integer
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select t.id, t.slug, t.name, m.role, t.suspended_at, t.suspended_reason, t.require_idempotency_key, t.claims, t.created_at,
         t.viewers_see_payloads, t.session_hours_max, t.key_days_max, t.dedup_window_s
  from public.membership m join public.tenant t on t.id = m.tenant_id
  where m.user_id = wanted_user and t.slug = wanted_slug and t.deleted_at is null;
end;

grant create on schema public to eventmesh_lookup;
alter function api_key_by_hash(bytea) owner to eventmesh_lookup;
alter function member_tenant(text, uuid) owner to eventmesh_lookup;
revoke create on schema public from eventmesh_lookup;
set local role eventmesh_lookup;
grant execute on function api_key_by_hash(bytea) to eventmesh_ingest, eventmesh_migrator;
grant execute on function member_tenant(text, uuid) to eventmesh_console;
set local role eventmesh_migrator;
