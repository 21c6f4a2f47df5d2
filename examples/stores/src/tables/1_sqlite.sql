create table if not exists {p}session (
    id blob not null primary key,
    version bigint not null,
    status text not null,
    snapshot blob not null,
    wake_at bigint,
    due_at bigint,
    leased_until bigint not null default 0,
    in_vain bigint not null default 0,
    ended_at bigint,
    erased bigint not null
);
create table if not exists {p}session_number (
    mobile text not null,
    session blob not null,
    primary key (mobile, session)
);
create table if not exists {p}session_event (
    session blob not null,
    version bigint not null,
    events text not null,
    primary key (session, version)
);
create index if not exists {p}session_due on {p}session (in_vain, due_at) where due_at is not null;
create index if not exists {p}session_wake on {p}session (wake_at) where wake_at is not null;
create index if not exists {p}session_status on {p}session (status, id);
create index if not exists {p}session_ended on {p}session (erased, ended_at) where ended_at is not null;
create index if not exists {p}session_number_session on {p}session_number (session);
