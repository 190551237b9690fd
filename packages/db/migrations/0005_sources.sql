-- Sources of webhooks, their sealed secrets, and how their deliveries were proved.

-- Public halves of the master key. Whoever may write a secret seals it to the current one; only who holds
-- EVENTMESH_SECRET_KEY opens it.
create table master_key (
  key_id text primary key check (key_id ~ '^[0-9a-f]{16}$'),
  public_key bytea not null unique check (octet_length(public_key) = 32),
  created_at timestamptz not null default now(),
  retired_at timestamptz
);

create unique index master_key_current on master_key ((true)) where retired_at is null;
grant select on master_key to eventmesh_ingest, eventmesh_engine, eventmesh_console;

create table source (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (char_length(name) between 1 and 64 and name <> 'native'),
  provider text not null check (provider ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  mode text not null check (mode in ('live', 'test')),
  -- texts by name, as the provider's record accepted them
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  -- SHA-256 of the URL's token. Unique across tenants: it is how a delivery finds its source.
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- The URL before the last rotation, which is taken until then.
  previous_token_hash bytea unique check (octet_length(previous_token_hash) = 32),
  previous_token_until timestamptz,
  -- Set once a handshake brought the secret: no later one replaces it, not even after its removal.
  secret_learned_at timestamptz,
  created_by text,
  created_at timestamptz not null default now(),
  paused_at timestamptz,
  deleted_at timestamptz,
  -- The caller's own id of the creation: a repeat finds the source instead of making a second one.
  operation_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, operation_id),
  check ((previous_token_hash is null) = (previous_token_until is null))
);

-- A deleted source's name is free again.
create unique index source_name on source (tenant_id, name) where deleted_at is null;
create index source_by_id on source (id);

alter table source enable row level security;
alter table source force row level security;
create policy source_tenant on source
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
create policy source_operator on source for select to eventmesh_migrator using (true);
create policy source_lookup on source for select to eventmesh_lookup using (true);
grant select on source to eventmesh_lookup;
grant select (tenant_id, id, name, provider, mode, options, secret_learned_at, paused_at, deleted_at)
  on source to eventmesh_ingest, eventmesh_engine;
grant update (secret_learned_at) on source to eventmesh_ingest;
grant select, insert on source to eventmesh_console;
grant update (name, options, token_hash, previous_token_hash, previous_token_until, paused_at, deleted_at)
  on source to eventmesh_console;

create table source_secret (
  tenant_id uuid not null,
  source_id uuid not null,
  id uuid not null,
  -- X25519 sealed box to master_key; tenant and source stand inside and are compared on opening.
  sealed bytea not null check (octet_length(sealed) between 49 and 65536),
  key_id text not null references master_key (key_id),
  -- Tells two secrets apart for people; says nothing of the secret.
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{8}$'),
  origin text not null default 'given' check (origin in ('given', 'learned')),
  created_by text,
  created_at timestamptz not null default now(),
  -- A removed secret proves nothing any more; it is kept to tell who still signs with it.
  removed_at timestamptz,
  primary key (tenant_id, source_id, id),
  foreign key (tenant_id, source_id) references source (tenant_id, id)
);

create index source_secret_by_id on source_secret (id);

alter table source_secret enable row level security;
alter table source_secret force row level security;
create policy source_secret_tenant on source_secret
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
create policy source_secret_operator on source_secret for select to eventmesh_migrator using (true);
create policy source_secret_lookup on source_secret for select to eventmesh_lookup using (true);
grant select on source_secret to eventmesh_lookup, eventmesh_ingest, eventmesh_engine;
grant insert on source_secret to eventmesh_ingest;
grant select (tenant_id, source_id, id, key_id, fingerprint, origin, created_by, created_at, removed_at), insert
  on source_secret to eventmesh_console;
grant update (removed_at) on source_secret to eventmesh_console;

-- Apart from the source: written every 30 s by ingest.
create table source_use (
  tenant_id uuid not null,
  source_id uuid not null,
  last_received_at timestamptz,
  last_handshake_at timestamptz,
  last_handshake_ok boolean,
  primary key (tenant_id, source_id),
  foreign key (tenant_id, source_id) references source (tenant_id, id) on delete cascade,
  check ((last_handshake_at is null) = (last_handshake_ok is null))
);

alter table source_use enable row level security;
alter table source_use force row level security;
create policy source_use_tenant on source_use
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
grant select, insert, update on source_use to eventmesh_ingest;
grant select on source_use to eventmesh_engine, eventmesh_console;

create table source_secret_use (
  tenant_id uuid not null,
  source_id uuid not null,
  secret_id uuid not null,
  last_matched_at timestamptz not null,
  primary key (tenant_id, source_id, secret_id),
  foreign key (tenant_id, source_id, secret_id) references source_secret (tenant_id, source_id, id) on delete cascade
);

alter table source_secret_use enable row level security;
alter table source_secret_use force row level security;
create policy source_secret_use_tenant on source_secret_use
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
grant select, insert, update on source_secret_use to eventmesh_ingest;
grant select on source_secret_use to eventmesh_engine, eventmesh_console;

-- How a delivery was proved, or why not: the newest of each source, without secrets, tokens and whole signatures.
create table verification (
  tenant_id uuid not null,
  source_id uuid not null,
  request_id uuid not null,
  item integer not null default 0,
  verified_at timestamptz not null default now(),
  verdict text not null check (verdict in ('pass', 'fail')),
  -- error code of a failed one
  reason text,
  diagnosis text,
  detail text check (char_length(detail) <= 1000),
  evidence jsonb not null default '{}'
    check (jsonb_typeof(evidence) = 'object' and octet_length(evidence::text) <= 8192),
  primary key (tenant_id, source_id, request_id, item),
  foreign key (tenant_id, source_id) references source (tenant_id, id) on delete cascade,
  check ((verdict = 'fail') = (reason is not null))
);

create index verification_newest on verification (tenant_id, source_id, verified_at desc, request_id desc, item desc);

alter table verification enable row level security;
alter table verification force row level security;
create policy verification_tenant on verification
  using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);
grant select, insert, update, delete on verification to eventmesh_ingest, eventmesh_engine;
grant select on verification to eventmesh_console;

-- A source by its token's hash, before the tenant is known: one row per secret, a source without one has a single row.
-- Only who holds the whole token can name its hash, and the function's owner can change nothing.
create function source_by_token(wanted bytea)
returns table (
  tenant_id uuid, tenant_slug text, tenant_suspended_at timestamptz, require_idempotency_key boolean, claims text,
  source_id uuid, name text, provider text, mode text, options jsonb, paused_at timestamptz, deleted_at timestamptz,
  token_ends_at timestamptz,
  secret_id uuid, sealed bytea, key_id text, secret_removed_at timestamptz
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select t.id, t.slug, t.suspended_at, t.require_idempotency_key, t.claims,
         s.id, s.name, s.provider, s.mode, s.options, s.paused_at, s.deleted_at,
         case when s.token_hash = wanted then null else s.previous_token_until end,
         k.id, k.sealed, k.key_id, k.removed_at
  from public.source s
    join public.tenant t on t.id = s.tenant_id
    left join public.source_secret k on k.tenant_id = s.tenant_id and k.source_id = s.id and s.deleted_at is null
      and (k.removed_at is null or k.removed_at > now() - interval '30 days')
  where (s.token_hash = wanted or s.previous_token_hash = wanted and s.previous_token_until > now())
    and t.deleted_at is null
  order by k.created_at desc, k.id;
end;

grant create on schema public to eventmesh_lookup;
alter function source_by_token(bytea) owner to eventmesh_lookup;
revoke create on schema public from eventmesh_lookup;
set local role eventmesh_lookup;
grant execute on function source_by_token(bytea) to eventmesh_ingest, eventmesh_migrator;
set local role eventmesh_migrator;
