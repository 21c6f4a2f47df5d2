-- The same for MySQL, where each statement is a transaction of its own: what is there stays.
create table if not exists setting (
  name  varchar(64)  not null primary key,
  value varchar(255) not null
) engine = InnoDB default character set utf8mb4;
create table if not exists sign_in (
  hash    binary(32)  not null primary key,
  since   bigint      not null,
  expires bigint      not null,
  address varchar(64) not null
) engine = InnoDB default character set utf8mb4;
create table if not exists filed_under (
  key_hash  binary(32)     not null primary key,
  body_hash binary(32)     not null,
  subject   varbinary(255) not null
) engine = InnoDB default character set utf8mb4;
