-- Instants are microseconds since 1970-01-01 UTC. Names and mobile numbers are in clear: guard the file.
create table filing_order (
  id           bytea  not null primary key,     -- sorted by time of filing
  version      bigint not null,
  status       text   not null,
  entity       text   not null,                 -- for the search, as is the next
  last_four    text   not null,                 -- of the mobiles, with spaces around
  due          bigint not null,                 -- when somebody has to look at it
  overdue      bigint not null,                 -- until when everybody is in time for certain
  leased_until bigint not null default 0,
  lease        bigint not null default 0,
  data         text   not null                  -- without ID numbers
);
create index filing_order_status on filing_order (status, id);
create index filing_order_due on filing_order (due);
create index filing_order_overdue on filing_order (overdue);
-- ID numbers, sealed under a key that isn't here.
create table sealed_id (
  id           text   not null primary key,
  filing_order bytea  not null,
  key_number   bigint not null,
  sealed       bytea  not null
);
create index sealed_id_order on sealed_id (filing_order);
create index sealed_id_key on sealed_id (key_number);
-- Links: the hash of a token, so that who reads this has none.
create table link (
  hash         bytea  not null primary key,
  filing_order bytea  not null,
  round        bigint not null,                 -- 0: the customer's
  person       bigint not null
);
create index link_order on link (filing_order);
-- The sandbox's handsets, as far as reminders go.
create table sandbox_reminder (
  id      text   not null primary key,
  mobile  text   not null,
  text    text   not null,
  sent_at bigint not null
);
create index sandbox_reminder_mobile on sandbox_reminder (mobile, sent_at);
