-- Tenants, their API keys, and the audit log.

-- Nobody may call a function unless a grant says so.
alter default privileges revoke execute on functions from public;

create table tenant (
  id uuid primary key,
  slug text not null check (slug ~ '^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$'),
  name text not null check (char_length(name) between 1 and 200),
  require_idempotency_key boolean not null default false,
  claims text not null default 'degrade' check (claims in ('degrade', 'strict')),
  created_at timestamptz not null default now(),
  suspended_at timestamptz,
  suspended_reason text,
  deleted_at timestamptz
);

-- A deleted tenant's slug is free again.
create unique index tenant_slug on tenant (slug) where deleted_at is null;

alter table tenant enable row level security;
alter table tenant force row level security;
create policy tenant_own on tenant
  using (id = current_setting('app.tenant_id')::uuid)
  with check (id = current_setting('app.tenant_id')::uuid);
create policy tenant_operator on tenant to eventmesh_migrator using (true) with check (true);
create policy tenant_lookup on tenant for select to eventmesh_lookup using (true);
grant select on tenant to eventmesh_ingest, eventmesh_engine, eventmesh_console, eventmesh_lookup;
grant update (slug, name, require_idempotency_key, claims) on tenant to eventmesh_console;

create table api_key (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (char_length(name) between 1 and 64),
  mode text not null check (mode in ('live', 'test')),
  kind text not null default 'standard' check (kind in ('standard', 'console')),
  -- SHA-256 of the whole key. Unique across tenants: it is how a key finds its tenant.
  hash bytea not null unique check (octet_length(hash) = 32),
  last_four text not null check (char_length(last_four) = 4),
  scopes text[] not null default '{events:write}',
  allowed_ips cidr[] not null default '{}',
  created_by text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  disabled_at timestamptz,
  revoked_at timestamptz,
  -- The key that this one was made to follow, and until when that one goes on living.
  replaces uuid,
  rotated_at timestamptz,
  overlap_ends_at timestamptz,
  -- The caller's own id of the creation: a repeat finds the key instead of making a second one.
  operation_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, operation_id),
  unique (tenant_id, replaces),
  foreign key (tenant_id, replaces) references api_key (tenant_id, id),
  check (overlap_ends_at is null or rotated_at is not null),
  check (replaces is null or replaces <> id)
);

create index api_key_by_age on api_key (tenant_id, created_at desc, id);
create index api_key_by_id on api_key (id);

alter table api_key enable row level security;
alter table api_key force row level security;
create policy api_key_tenant on api_key
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
create policy api_key_operator on api_key for select to eventmesh_migrator using (true);
create policy api_key_lookup on api_key for select to eventmesh_lookup using (true);
grant select on api_key to eventmesh_lookup;
grant select (tenant_id, id, name, last_four, mode) on api_key to eventmesh_ingest, eventmesh_engine;
grant select, insert on api_key to eventmesh_console;
grant update (name, allowed_ips, expires_at, disabled_at, revoked_at, rotated_at, overlap_ends_at)
  on api_key to eventmesh_console;

-- Apart from the key: written every 30 s by ingest, which may not touch the key itself.
create table api_key_use (
  tenant_id uuid not null,
  key_id uuid not null,
  last_used_at timestamptz not null,
  last_used_ip inet,
  primary key (tenant_id, key_id),
  foreign key (tenant_id, key_id) references api_key (tenant_id, id) on delete cascade
);

alter table api_key_use enable row level security;
alter table api_key_use force row level security;
create policy api_key_use_tenant on api_key_use
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
grant select, insert, update on api_key_use to eventmesh_ingest;
grant select on api_key_use to eventmesh_engine, eventmesh_console;

create table audit (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  occurred_at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'operator', 'system')),
  actor_id text,
  actor_name text not null check (char_length(actor_name) between 1 and 200),
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  target_kind text not null,
  target_id text not null,
  target_name text not null,
  -- { field: { from, to } }; of a secret only that it changed.
  changes jsonb not null default '{}' check (jsonb_typeof(changes) = 'object'),
  ip inet,
  request_id uuid,
  primary key (tenant_id, id)
);

create index audit_by_time on audit (tenant_id, occurred_at desc, id desc);
create index audit_by_actor on audit (tenant_id, actor_id, occurred_at desc, id desc);
create index audit_by_target on audit (tenant_id, target_id, occurred_at desc, id desc);

alter table audit enable row level security;
alter table audit force row level security;
create policy audit_tenant on audit
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
grant insert on audit to eventmesh_ingest, eventmesh_engine;
grant select, insert on audit to eventmesh_console;
-- Append-only for the owner too, who acts as the operator.
revoke update, delete, truncate on audit from eventmesh_migrator;

-- A key by its hash, before the tenant is known. Only who holds the whole key can name its hash, and the function's
-- owner can read nothing else.
create function api_key_by_hash(wanted bytea)
returns table (
  key_id uuid, tenant_id uuid, tenant_slug text, tenant_suspended_at timestamptz,
  require_idempotency_key boolean, claims text, mode text, kind text, scopes text[], allowed_ips text[],
  expires_at timestamptz, revoked_at timestamptz, disabled_at timestamptz,
  overlap_ends_at timestamptz
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select k.id, k.tenant_id, t.slug, t.suspended_at,
         t.require_idempotency_key, t.claims, k.mode, k.kind, k.scopes, k.allowed_ips::text[],
         k.expires_at, k.revoked_at, k.disabled_at, k.overlap_ends_at
  from public.api_key k join public.tenant t on t.id = k.tenant_id
  where k.hash = wanted and t.deleted_at is null;
end;

grant create on schema public to eventmesh_lookup;
alter function api_key_by_hash(bytea) owner to eventmesh_lookup;
revoke create on schema public from eventmesh_lookup;
set local role eventmesh_lookup;
grant execute on function api_key_by_hash(bytea) to eventmesh_ingest, eventmesh_migrator;
set local role eventmesh_migrator;
