-- Sign-ins to the console: the hash of a cookie, so that who reads this can't sign in.
create table sign_in (
  hash    bytea  not null primary key,
  since   bigint not null,
  expires bigint not null,
  address text   not null
);
-- Under which idempotency key an order was filed: the hashes of key and body.
create table filed_under (
  key_hash     bytea not null primary key,
  body_hash    bytea not null,
  filing_order bytea not null
);
