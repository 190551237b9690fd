-- People: accounts and how they sign in, who belongs to which tenant, and the one-time links that let them in.

-- Whoever signs in, before any tenant is known; one person may belong to several.
create table user_account (
  id uuid primary key,
  email text not null unique check (email = lower(email) and char_length(email) between 3 and 254),
  created_at timestamptz not null default now()
);

-- Apart from the account: what reads who somebody is never reads how they prove it.
create table credential (
  user_id uuid primary key references user_account (id) on delete cascade,
  password_hash text not null check (password_hash like '$argon2id$%'),
  changed_at timestamptz not null default now()
);

create table session (
  -- SHA-256 of the cookie's value.
  hash bytea primary key check (octet_length(hash) = 32),
  -- For lists and revocation; says nothing about the cookie.
  id uuid not null unique,
  user_id uuid not null references user_account (id) on delete cascade,
  -- Of the sign-in: a rotation keeps it, so the absolute limit stands.
  created_at timestamptz not null,
  -- When the password was last asked for.
  authenticated_at timestamptz not null,
  expires_at timestamptz not null,
  last_seen_at timestamptz not null default now(),
  -- Rights changed since: the next page exchanges the id.
  must_rotate boolean not null default false,
  -- Exchanged for another id; lives on for requests under way.
  is_replaced boolean not null default false,
  ip inet,
  user_agent text check (char_length(user_agent) <= 300)
);
create index session_by_user on session (user_id, last_seen_at desc);
create index session_by_end on session (expires_at);

create table sign_in_throttle (
  -- SHA-256 of the account's address or of the network.
  subject bytea primary key check (octet_length(subject) = 32),
  failures integer not null check (failures >= 0),
  window_ends_at timestamptz not null,
  blocked_until timestamptz
);
create index sign_in_throttle_by_end on sign_in_throttle (window_ends_at);

create table reset_link (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null references user_account (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index reset_link_by_user on reset_link (user_id);

create table membership (
  tenant_id uuid not null references tenant (id),
  user_id uuid not null references user_account (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
  joined_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index membership_by_user on membership (user_id);

create table setup_link (
  tenant_id uuid not null references tenant (id),
  token_hash bytea not null check (octet_length(token_hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, token_hash)
);
create index setup_link_by_hash on setup_link (token_hash);

create table invite (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  email text not null check (email = lower(email) and char_length(email) between 3 and 254),
  role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
  token_hash bytea not null check (octet_length(token_hash) = 32),
  invited_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
create index invite_by_hash on invite (token_hash);
create index invite_by_age on invite (tenant_id, created_at desc, id);

do $$
declare
  name text;
begin
  foreach name in array array['user_account', 'credential', 'session', 'sign_in_throttle', 'reset_link']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy console_people on %I to eventmesh_console using (true) with check (true)', name);
  end loop;

  foreach name in array array['membership', 'setup_link', 'invite']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy tenant on %I using (tenant_id = current_setting(''app.tenant_id'')::uuid)
      with check (tenant_id = current_setting(''app.tenant_id'')::uuid)', name);
    execute format('create policy lookup on %I for select to eventmesh_lookup using (true)', name);
    execute format('grant select on %I to eventmesh_lookup', name);
  end loop;
end
$$;

create policy operator on user_account for select to eventmesh_migrator using (true);
create policy operator on reset_link for insert to eventmesh_migrator with check (true);

grant select, insert, delete on user_account to eventmesh_console;
grant select, insert, update on credential to eventmesh_console;
grant select, insert, update, delete on session, sign_in_throttle to eventmesh_console;
grant select, insert, update on reset_link to eventmesh_console;
grant select, insert, update, delete on membership to eventmesh_console;
grant select, update (used_at) on setup_link to eventmesh_console;
grant select, insert, update on invite to eventmesh_console;
-- Who is signed in may make an organization of their own.
grant insert on tenant to eventmesh_console;

-- A member's tenant by its slug, and nobody else's: the way in for every page of the console.
create function member_tenant(wanted_slug text, wanted_user uuid)
returns table (
  tenant_id uuid, slug text, name text, role text, suspended_at timestamptz, suspended_reason text,
  require_idempotency_key boolean, claims text, created_at timestamptz
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select t.id, t.slug, t.name, m.role, t.suspended_at, t.suspended_reason, t.require_idempotency_key, t.claims, t.created_at
  from public.membership m join public.tenant t on t.id = m.tenant_id
  where m.user_id = wanted_user and t.slug = wanted_slug and t.deleted_at is null;
end;

create function tenants_of_user(wanted_user uuid)
returns table (slug text, name text, role text)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select t.slug, t.name, m.role
  from public.membership m join public.tenant t on t.id = m.tenant_id
  where m.user_id = wanted_user and t.deleted_at is null
  order by m.joined_at, t.slug;
end;

-- Slugs are public in every link, so whether one is taken is no secret.
create function slug_is_taken(wanted text) returns boolean
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select exists (select from public.tenant where slug = wanted and deleted_at is null);
end;

create function setup_link_by_hash(wanted bytea)
returns table (tenant_id uuid, slug text, name text, expires_at timestamptz, used_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select l.tenant_id, t.slug, t.name, l.expires_at, l.used_at
  from public.setup_link l join public.tenant t on t.id = l.tenant_id
  where l.token_hash = wanted and t.deleted_at is null;
end;

create function invite_by_hash(wanted bytea)
returns table (
  tenant_id uuid, id uuid, slug text, name text, email text, role text, invited_by text,
  expires_at timestamptz, accepted_at timestamptz, revoked_at timestamptz
)
language sql stable security definer
set search_path = pg_catalog, public
begin atomic
  select i.tenant_id, i.id, t.slug, t.name, i.email, i.role, i.invited_by, i.expires_at, i.accepted_at, i.revoked_at
  from public.invite i join public.tenant t on t.id = i.tenant_id
  where i.token_hash = wanted and t.deleted_at is null;
end;

grant create on schema public to eventmesh_lookup;
alter function member_tenant(text, uuid) owner to eventmesh_lookup;
alter function tenants_of_user(uuid) owner to eventmesh_lookup;
alter function slug_is_taken(text) owner to eventmesh_lookup;
alter function setup_link_by_hash(bytea) owner to eventmesh_lookup;
alter function invite_by_hash(bytea) owner to eventmesh_lookup;
revoke create on schema public from eventmesh_lookup;
set local role eventmesh_lookup;
grant execute on function member_tenant(text, uuid), tenants_of_user(uuid), slug_is_taken(text),
  setup_link_by_hash(bytea), invite_by_hash(bytea) to eventmesh_console;
set local role eventmesh_migrator;
