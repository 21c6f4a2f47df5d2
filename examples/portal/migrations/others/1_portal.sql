-- For SQLite and PostgreSQL: to SQLite the name of a type is advice, bytes stay bytes and numbers numbers.
-- Instants are microseconds since 1970-01-01 UTC. Mobile numbers are in clear: guard the file.
-- The sessions have tables of their own, which beian-sqlx makes; settings, sign-ins and keys have beian-web's.
create table filing_order (
  id       bytea  not null primary key,     -- sorted by time of filing
  version  bigint not null,
  filed_at bigint not null,
  filing   text   not null,                 -- without ID numbers
  ids      text   not null,                 -- the last six of the IDs, as MACs
  life     text   not null,                 -- after the portal's own latest step
  status   text   not null,                 -- of that life
  round    bytea                            -- the latest session
);
create index filing_order_status on filing_order (status, id);
create table order_event (
  filing_order bytea  not null references filing_order (id),
  version      bigint not null,
  at           bigint not null,
  type         text   not null,
  primary key (filing_order, version)
);
-- The sandbox's handsets: the only place where codes are, and never filled by another sender.
create table sandbox_message (
  id           text   not null primary key, -- the idempotency key
  mobile       text   not null,
  text         text   not null,
  sent_at      bigint not null,
  deliver_at   bigint not null,
  reported     bigint not null default 0,
  leased_until bigint not null default 0
);
create index sandbox_message_mobile on sandbox_message (mobile, sent_at);
create index sandbox_message_due on sandbox_message (reported, deliver_at);
