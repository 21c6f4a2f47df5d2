-- The same for MySQL, where each statement is a transaction of its own: what is there stays.
create table if not exists filing_order (
  id           binary(12)   not null primary key,
  version      bigint       not null,
  status       varchar(32)  not null,
  entity       varchar(255) not null,
  last_four    text         not null,
  due          bigint       not null,
  overdue      bigint       not null,
  leased_until bigint       not null default 0,
  lease        bigint       not null default 0,
  data         longtext     not null,
  index filing_order_status (status, id),
  index filing_order_due (due),
  index filing_order_overdue (overdue)
) engine = InnoDB default character set utf8mb4;
create table if not exists sealed_id (
  id           varchar(32)   character set ascii collate ascii_bin not null primary key,
  filing_order binary(12)    not null,
  key_number   bigint        not null,
  sealed       varbinary(4096) not null,
  index sealed_id_order (filing_order),
  index sealed_id_key (key_number)
) engine = InnoDB default character set utf8mb4;
create table if not exists link (
  hash         binary(32) not null primary key,
  filing_order binary(12) not null,
  round        bigint     not null,
  person       bigint     not null,
  index link_order (filing_order)
) engine = InnoDB default character set utf8mb4;
create table if not exists sandbox_reminder (
  id      varchar(96) character set ascii collate ascii_bin not null primary key,
  mobile  varchar(16) not null,
  text    text        not null,
  sent_at bigint      not null,
  index sandbox_reminder_mobile (mobile, sent_at)
) engine = InnoDB default character set utf8mb4;
