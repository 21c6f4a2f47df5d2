//! What is asked of the databases for every session.

pub(super) const LOAD: &str = "select snapshot from session where id = $1";

/// Somewhat more than is found; the session itself says which.
pub(super) const FIND: &str = "select s.snapshot \
    from session_number n join session s on s.id = n.session \
    where n.mobile = $1 and (s.ended_at is null or s.ended_at >= $2)";

pub(super) const INSERT: &str = "insert into session \
    (id, version, status, snapshot, wake_at, ended_at) values ($1, $2, $3, $4, $5, $6)";

pub(super) const UPDATE: &str = "update session \
    set version = $2, status = $3, snapshot = $4, wake_at = $5, ended_at = $6 \
    where id = $1 and version = $2 - 1";

pub(super) const EVENTS_SQLITE: &str = "insert into session_event \
    (session, version, place, event, zh, en) \
    select $1, value ->> 'version', value ->> 'place', value ->> 'event', value ->> 'zh', \
        value ->> 'en' from json_each($2)";

pub(super) const EVENTS_POSTGRES: &str = "insert into session_event \
    (session, version, place, event, zh, en) \
    select $1, e.version, e.place, e.event, e.zh, e.en from json_to_recordset($2::json) \
        as e (version bigint, place bigint, event text, zh text, en text)";

/// [`UPDATE`] and [`EVENTS_POSTGRES`] in one round trip. Answers with a row unless there is a conflict.
pub(super) const CHANGE_POSTGRES: &str = "with changed as (update session \
        set version = $2, status = $3, snapshot = $4, wake_at = $5, ended_at = $6 \
        where id = $1 and version = $2 - 1 returning id), \
    written as (insert into session_event (session, version, place, event, zh, en) \
        select id, e.version, e.place, e.event, e.zh, e.en \
        from changed, json_to_recordset($7::json) \
            as e (version bigint, place bigint, event text, zh text, en text)) \
    select id from changed";

pub(super) const LEASE_SQLITE: &str = "update session set leased_until = $3 \
    where id in (select id from session where wake_at <= $1 and leased_until <= $1 \
        order by wake_at limit $2) \
    returning snapshot, wake_at";

pub(super) const LEASE_POSTGRES: &str = "update session set leased_until = $3 \
    where id in (select id from session where wake_at <= $1 and leased_until <= $1 \
        order by wake_at limit $2 for update skip locked) \
    returning snapshot, wake_at";

pub(super) const NEXT_WAKE: &str = "select min(wake_at) from session where wake_at > $1";
