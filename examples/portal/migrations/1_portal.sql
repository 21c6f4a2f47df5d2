-- For both databases: to SQLite the name of a type is advice, bytes stay bytes and numbers numbers.
-- Instants are microseconds since 1970-01-01 UTC. Mobile numbers are in clear: guard the file.
create table session (
  id           bytea  not null primary key, -- order (12 bytes), round (4 bytes)
  version      bigint not null,
  status       text   not null,
  snapshot     bytea  not null,             -- in postcard
  wake_at      bigint,                      -- null once ended
  ended_at     bigint,
  leased_until bigint not null default 0
);
create index session_wake on session (wake_at) where wake_at is not null;
create table session_number (
  mobile  text  not null,
  session bytea not null references session (id),
  primary key (mobile, session)
);
create index session_number_session on session_number (session);
-- Written by the statement that changes the session, so there is one.
create table session_event (
  session bytea  not null,
  version bigint not null,
  events  text   not null,                  -- what this version brought, an array in JSON
  primary key (session, version)
);
create table filing_order (
  id       bytea  not null primary key,     -- sorted by time of filing
  version  bigint not null,
  filed_at bigint not null,
  filing   text   not null,                 -- without ID numbers
  ids      text   not null,                 -- the last six of the IDs, as MACs
  life     text   not null,                 -- after the portal's own latest step
  status   text   not null,                 -- of that life
  round    bytea references session (id)    -- the latest one
);
create table order_event (
  filing_order bytea  not null references filing_order (id),
  version      bigint not null,
  at           bigint not null,
  type         text   not null,
  primary key (filing_order, version)
);
create table setting (
  name  text not null primary key,
  value text not null
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
create index sandbox_message_due on sandbox_message (deliver_at) where reported = 0;
