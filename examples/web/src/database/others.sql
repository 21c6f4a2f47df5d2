-- For SQLite and PostgreSQL: to SQLite the name of a type is advice, bytes stay bytes and numbers numbers.
-- Instants are microseconds since 1970-01-01 UTC.
create table if not exists setting (
  name  text not null primary key,
  value text not null
);
-- Sign-ins to the console: the hash of a cookie, so that who reads this can't sign in.
create table if not exists sign_in (
  hash    bytea  not null primary key,
  since   bigint not null,
  expires bigint not null,
  address text   not null
);
-- What was done under an idempotency key, and to what: the hashes of key and body.
create table if not exists filed_under (
  key_hash  bytea not null primary key,
  body_hash bytea not null,
  subject   bytea not null
);
