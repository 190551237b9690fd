-- How a person likes the console, by name; what is absent was never chosen.
alter table user_account
  add column preferences jsonb not null default '{}'
    check (jsonb_typeof(preferences) = 'object' and length(preferences::text) <= 1000);
grant update (preferences) on user_account to eventmesh_console;
