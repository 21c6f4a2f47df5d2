//! What is asked of the databases for every session.

pub(super) const LOAD: &str = "select snapshot from session where id = $1";

/// Somewhat more than is found, and null for what is too old; the session itself says which. No join: of
/// a database that is young, PostgreSQL believes that reading all sessions would do for one.
pub(super) const FIND: &str = "select (select snapshot from session \
        where id = n.session and (ended_at is null or ended_at >= $2)) \
    from session_number n where mobile = $1";

pub(super) const INSERT: &str = "insert into session \
    (id, version, status, snapshot, wake_at, ended_at) values ($1, $2, $3, $4, $5, $6)";

/// The events of a version that is stored in the same transaction.
pub(super) const EVENTS: &str =
    "insert into session_event (session, version, events) values ($1, $2, $3)";

macro_rules! change_sqlite {
    () => {
        "update session \
            set version = $2, status = $3, snapshot = $4, wake_at = $5, ended_at = $6 \
            where id = $1 and version = $2 - 1; \
        insert into session_event (session, version, events) \
            select $1, $2, $7 where changes() = 1 returning version"
    };
}

/// A session and its events in one round trip. Answers with a row unless there is a conflict.
pub(super) const CHANGE_SQLITE: &str = change_sqlite!();

/// The same as a transaction of its own.
pub(super) const CHANGE_AND_COMMIT_SQLITE: &str =
    concat!("begin immediate; ", change_sqlite!(), "; commit");

/// The same in one statement, which needs no transaction.
pub(super) const CHANGE_POSTGRES: &str = "with changed as (update session \
        set version = $2, status = $3, snapshot = $4, wake_at = $5, ended_at = $6 \
        where id = $1 and version = $2 - 1 returning id, version) \
    insert into session_event (session, version, events) select id, version, $7 from changed \
    returning version";

pub(super) const LEASE_SQLITE: &str = "update session set leased_until = $3 \
    where id in (select id from session where wake_at <= $1 and leased_until <= $1 \
        order by wake_at limit $2) \
    returning snapshot, wake_at";

pub(super) const LEASE_POSTGRES: &str = "update session set leased_until = $3 \
    where id in (select id from session where wake_at <= $1 and leased_until <= $1 \
        order by wake_at limit $2 for update skip locked) \
    returning snapshot, wake_at";

pub(super) const NEXT_WAKE: &str = "select min(wake_at) from session where wake_at > $1";
