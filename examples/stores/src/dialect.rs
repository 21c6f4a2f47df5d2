//! What the databases don't share.

/// How a database wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

impl Dialect {
    /// Of an address's scheme.
    #[cfg(feature = "any")]
    pub(crate) fn of_scheme(scheme: &str) -> Option<Self> {
        match scheme {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::MySql),
            _ => None,
        }
    }

    /// A write transaction takes SQLite's lock at once, instead of failing half-way. Elsewhere each
    /// statement sees what is committed by then, whatever the server's default is: what is read and then
    /// written compares versions, and a lease locks no gaps.
    pub(crate) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin isolation level read committed",
            Self::MySql => "set transaction isolation level read committed; start transaction",
        }
    }

    /// Of rows that others have locked, none is waited for; SQLite has one writer.
    pub(crate) const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres | Self::MySql => " for update skip locked",
        }
    }

    /// `?` stands for one value after the other; two of the three number them.
    pub(crate) fn numbered(self, sql: &str) -> String {
        if self == Self::MySql {
            return sql.to_owned();
        }
        let parts = (1_u32..).zip(sql.split('?'));
        let numbered = parts.map(|(place, part)| match place {
            1 => part.to_owned(),
            _ => format!("${}{part}", place.saturating_sub(1)),
        });
        numbered.collect::<Vec<_>>().concat()
    }
}
