//! What is asked of the databases. Every statement is answered by an index, whatever the tables hold.

use std::sync::Arc;

use crate::dialect::Dialect;

/// A statement with its name, which is all that an error tells of it.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(crate) name: &'static str,
    pub(crate) sql: Arc<str>,
}

/// All that are the same at every call.
#[derive(Debug)]
pub(crate) struct Statements {
    dialect: Dialect,
    prefix: String,
    pub(crate) load: Statement,
    pub(crate) find: Statement,
    pub(crate) insert: Statement,
    pub(crate) insert_events: Statement,
    /// A change and its events; of MySQL, which has no statement for both, the change.
    pub(crate) change: Statement,
    /// The same as a transaction of its own; not of MySQL.
    pub(crate) change_alone: Statement,
    pub(crate) forget_numbers: Statement,
    pub(crate) due: Statement,
    pub(crate) renew: Statement,
    pub(crate) give_back: Statement,
    pub(crate) next_due: Statement,
    pub(crate) end_leases: Statement,
    pub(crate) rounds: Statement,
    pub(crate) events: Statement,
    pub(crate) of_status: Statement,
    pub(crate) by_status: Statement,
    pub(crate) due_lag: Statement,
    pub(crate) to_erase: Statement,
    pub(crate) to_delete: Statement,
}

impl Statements {
    #[allow(clippy::too_many_lines, reason = "a list")]
    pub(crate) fn new(dialect: Dialect, prefix: &str) -> Self {
        let new = |name, sql: &str| statement(dialect, prefix, name, sql);
        let columns = "version = ?, status = ?, snapshot = ?, wake_at = ?, \
            due_at = case when leased_until > ? then leased_until else ? end, in_vain = 0, \
            ended_at = ?, erased = ? where id = ? and version = ?";
        let change = match dialect {
            Dialect::MySql => format!("update {{p}}session set {columns}"),
            // SQLite writes an index anew if a column of it is set, changed or not: an entry that is wrong
            // changes none of them, and sets none. Of the two updates, one finds its row.
            Dialect::Sqlite => format!(
                "insert into {{p}}session_event (session, version, events) \
                select id, $1, $11 from {{p}}session where id = $9 and version = $10 returning version; \
                update {{p}}session set version = $1, snapshot = $3 \
                where id = $9 and version = $10 and status = $2 and wake_at is $4 and in_vain = 0 \
                and due_at is case when leased_until > $5 then leased_until else $6 end \
                and ended_at is $7 and erased = $8; \
                update {{p}}session set {columns}"
            ),
            Dialect::Postgres => format!(
                "with changed as (update {{p}}session set {columns} returning id, version) \
                insert into {{p}}session_event (session, version, events) \
                select id, version, ? from changed returning version"
            ),
        };
        let alone = match dialect {
            Dialect::Postgres | Dialect::MySql => change.clone(),
            Dialect::Sqlite => format!("begin immediate; {change}; commit"),
        };
        Self {
            load: new("load", "select snapshot from {p}session where id = ?"),
            // Null for what is too old. No join: of a database that is young, PostgreSQL believes that reading all sessions would do.
            find: new(
                "find",
                "select n.session, (select s.snapshot from {p}session s where s.id = n.session \
                    and (s.ended_at is null or s.ended_at >= ?)) \
                from {p}session_number n where n.mobile = ?",
            ),
            insert: new(
                "insert session",
                "insert into {p}session \
                (id, version, status, snapshot, wake_at, due_at, ended_at, erased) \
                values (?, ?, ?, ?, ?, ?, ?, ?)",
            ),
            insert_events: new(
                "insert events",
                "insert into {p}session_event (session, version, events) values (?, ?, ?)",
            ),
            change: new("change session", &change),
            change_alone: new("change session", &alone),
            forget_numbers: new(
                "erase numbers",
                "delete from {p}session_number where session = ?",
            ),
            due: new(
                "due sessions",
                &format!(
                    "select id, snapshot, due_at from {{p}}session \
                    where in_vain = ? and due_at <= ? order by due_at limit ? offset ?{}",
                    dialect.skip_locked()
                ),
            ),
            renew: new(
                "renew lease",
                "update {p}session set leased_until = ?, due_at = case when wake_at is null then null \
                when wake_at > ? then wake_at else ? end where id = ? and leased_until = ?",
            ),
            give_back: new(
                "give lease back",
                "update {p}session set leased_until = 0, due_at = wake_at, in_vain = in_vain * ? \
                where id = ? and leased_until = ?",
            ),
            next_due: new(
                "next due",
                "select min(due_at) from (\
                select min(due_at) as due_at from {p}session where in_vain = 0 and due_at > ? \
                union all \
                select min(due_at) as due_at from {p}session where in_vain = 1 and due_at > ?\
                ) as due",
            ),
            end_leases: new(
                "end leases",
                "update {p}session set leased_until = 0, due_at = wake_at \
                where in_vain in (0, 1) and due_at > ? and leased_until > ?",
            ),
            rounds: new(
                "rounds",
                "select id, snapshot from {p}session where id >= ? and id <= ? order by id",
            ),
            events: new(
                "events",
                "select session, version, events from {p}session_event \
                where session >= ? and session <= ? and not (session = ? and version <= ?) \
                order by session, version limit ?",
            ),
            of_status: new(
                "sessions of a status",
                "select id, snapshot from {p}session where status = ? and id > ? order by id limit ?",
            ),
            by_status: new(
                "sessions by status",
                "select status, count(*) from {p}session group by status",
            ),
            due_lag: new(
                "due lag",
                "select min(wake_at) from {p}session where wake_at <= ?",
            ),
            to_erase: new(
                "sessions to erase",
                "select id, snapshot from {p}session where erased = 0 and ended_at < ? \
                order by ended_at limit ? offset ?",
            ),
            to_delete: new(
                "sessions to delete",
                // What others are writing is left for the next time: no event of it comes in behind.
                &format!(
                    "select id from {{p}}session where erased = ? and ended_at < ? \
                    order by ended_at limit ?{}",
                    dialect.skip_locked()
                ),
            ),
            dialect,
            prefix: prefix.to_owned(),
        }
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn insert_numbers(&self, numbers: usize) -> Statement {
        let values = vec!["(?, ?)"; numbers].join(", ");
        let sql = format!("insert into {{p}}session_number (mobile, session) values {values}");
        self.one("insert numbers", &sql)
    }

    pub(crate) fn lease(&self, sessions: usize) -> Statement {
        let sql = format!(
            "update {{p}}session set leased_until = ?, in_vain = 1, \
            due_at = case when wake_at > ? then wake_at else ? end where id in ({})",
            places(sessions)
        );
        self.one("lease sessions", &sql)
    }

    pub(crate) fn load_all(&self, sessions: usize) -> Statement {
        let sql = format!(
            "select id, snapshot from {{p}}session where id in ({})",
            places(sessions)
        );
        self.one("load sessions", &sql)
    }

    /// From the table of that name, whose sessions stand in that column.
    pub(crate) fn delete(&self, table: &str, column: &str, sessions: usize) -> Statement {
        let sql = format!(
            "delete from {{p}}{table} where {column} in ({})",
            places(sessions)
        );
        self.one("delete sessions", &sql)
    }

    pub(crate) fn one(&self, name: &'static str, sql: &str) -> Statement {
        statement(self.dialect, &self.prefix, name, sql)
    }
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn statement(dialect: Dialect, prefix: &str, name: &'static str, sql: &str) -> Statement {
    let sql = dialect.numbered(&sql.replace("{p}", prefix)).into();
    Statement { name, sql }
}
