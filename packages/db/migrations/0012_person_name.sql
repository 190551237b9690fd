-- What somebody is called, where they said so; the address stays what they sign in with.
alter table user_account
  add column name text check (char_length(name) between 1 and 80 and name !~ '[[:cntrl:]]');
grant update (name) on user_account to eventmesh_console;
