create table if not exists {p}session (
    id binary(16) not null primary key,
    version bigint not null,
    status varchar(32) character set ascii collate ascii_bin not null,
    snapshot longblob not null,
    wake_at bigint,
    due_at bigint,
    leased_until bigint not null default 0,
    in_vain bigint not null default 0,
    ended_at bigint,
    erased bigint not null,
    index due (in_vain, due_at),
    index wake (wake_at),
    index status (status, id),
    index ended (erased, ended_at)
) engine = InnoDB default character set utf8mb4;
create table if not exists {p}session_number (
    mobile varchar(32) character set ascii collate ascii_bin not null,
    session binary(16) not null,
    primary key (mobile, session),
    index session (session)
) engine = InnoDB default character set utf8mb4;
create table if not exists {p}session_event (
    session binary(16) not null,
    version bigint not null,
    events longtext not null,
    primary key (session, version)
) engine = InnoDB default character set utf8mb4;
