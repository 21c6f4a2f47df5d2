-- The same for MySQL, where each statement is a transaction of its own: what is there stays.
create table if not exists filing_order (
  id       binary(12)  not null primary key,
  version  bigint      not null,
  filed_at bigint      not null,
  filing   longtext    not null,
  ids      longtext    not null,
  life     longtext    not null,
  status   varchar(32) not null,
  round    binary(16),
  index filing_order_status (status, id)
) engine = InnoDB default character set utf8mb4;
create table if not exists order_event (
  filing_order binary(12)  not null,
  version      bigint      not null,
  at           bigint      not null,
  type         varchar(64) not null,
  primary key (filing_order, version)
) engine = InnoDB default character set utf8mb4;
create table if not exists sandbox_message (
  id           varchar(64) character set ascii collate ascii_bin not null primary key,
  mobile       varchar(16) not null,
  text         text        not null,
  sent_at      bigint      not null,
  deliver_at   bigint      not null,
  reported     bigint      not null default 0,
  leased_until bigint      not null default 0,
  index sandbox_message_mobile (mobile, sent_at),
  index sandbox_message_due (reported, deliver_at)
) engine = InnoDB default character set utf8mb4;
