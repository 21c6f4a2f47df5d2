//! A row of the table: what is checked, where and for whom, how severe it is, and who says so.

use alloc::borrow::Cow;

use chrono::NaiveDate;

use super::Check;
use crate::{FilingType, Province, Role, names::names};

/// How severe a finding is (D30). What is malformed is neither: it makes no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not looked at.
    Silent,
    /// Worth mending: an administration may return the order.
    Advised,
    /// Not to be submitted so: a source says that it is refused here.
    Refused,
}

names!(Severity, "severity", {
    Silent => "silent",
    Advised => "advised",
    Refused => "refused",
});

/// Who files: 主办者性质.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// 个人.
    Individual,
    /// 单位: a company or another organization.
    Unit,
}

names!(EntityKind, "entity kind", {
    Individual => "individual",
    Unit => "unit",
});

/// A row of the table of checks (D30): constants here, or a host's own, written and read by serde. What a
/// row leaves out doesn't narrow it:
///
/// ```json
/// {"name": "age_hainan", "check": {"minimum_age": 20}, "severity": "refused", "provinces": ["海南"],
///  "source": "our own experience, 2026-10"}
/// ```
///
/// Checks are spelled as the variants of [`Check`] are: `"one_order"`, `{"services_an_order": 3}`. The documented
/// rows are listed in [`docs::codes`](crate::docs::codes).
///
/// ```
/// use beian::{Province, filing::checks::{Check, CheckRow, Severity}};
///
/// let row = CheckRow {
///     provinces: Some([Province::Hainan].as_slice().into()),
///     severity: Severity::Refused,
///     ..CheckRow::new("age_hainan", Check::MinimumAge(20), "our own experience, 2026-10")
/// };
/// assert_eq!((row.check.rule(), row.filing_types), ("B27", None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct CheckRow {
    /// What the row is called, for [`FilingPolicy::severity`](crate::FilingPolicy::severity).
    pub name: Cow<'static, str>,
    /// What is checked.
    pub check: Check,
    /// How severe it is; advised if left out.
    #[cfg_attr(feature = "serde", serde(default = "advised"))]
    pub severity: Severity,
    /// Where; everywhere if left out, nowhere if the list is empty.
    #[cfg_attr(feature = "serde", serde(default))]
    pub provinces: Option<Cow<'static, [Province]>>,
    /// In orders of which types; of every type if left out.
    #[cfg_attr(feature = "serde", serde(default))]
    pub filing_types: Option<Cow<'static, [FilingType]>>,
    /// For whose orders; for everybody's if left out.
    #[cfg_attr(feature = "serde", serde(default))]
    pub entity_kind: Option<EntityKind>,
    /// Of which responsible persons, where it is about persons; of all if left out.
    #[cfg_attr(feature = "serde", serde(default))]
    pub role: Option<Role>,
    /// The first day on which it holds, in Beijing; always if left out.
    #[cfg_attr(feature = "serde", serde(default))]
    pub from: Option<NaiveDate>,
    /// The last day on which it holds, in Beijing; for good if left out.
    #[cfg_attr(feature = "serde", serde(default))]
    pub until: Option<NaiveDate>,
    /// Who says so, and when it was said or read.
    pub source: Cow<'static, str>,
}

#[cfg(feature = "serde")]
const fn advised() -> Severity {
    Severity::Advised
}

impl CheckRow {
    /// An advice that holds everywhere, always and for everybody.
    #[must_use]
    pub const fn new(name: &'static str, check: Check, source: &'static str) -> Self {
        Scope::ANY.row(name, check, source)
    }

    /// Whether the row is looked at in such an order on a day.
    pub(super) fn holds(&self, province: Province, kind: FilingType, day: NaiveDate) -> bool {
        self.severity != Severity::Silent
            && self
                .provinces
                .as_deref()
                .is_none_or(|all| all.contains(&province))
            && self
                .filing_types
                .as_deref()
                .is_none_or(|all| all.contains(&kind))
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }
}

/// What narrows a row; see the fields of [`CheckRow`].
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) provinces: Option<&'static [Province]>,
    pub(super) filing_types: Option<&'static [FilingType]>,
    pub(super) entity_kind: Option<EntityKind>,
    pub(super) role: Option<Role>,
}

impl Scope {
    pub(super) const ANY: Self = Self {
        provinces: None,
        filing_types: None,
        entity_kind: None,
        role: None,
    };

    pub(super) const fn row(
        self,
        name: &'static str,
        check: Check,
        source: &'static str,
    ) -> CheckRow {
        CheckRow {
            name: Cow::Borrowed(name),
            check,
            severity: Severity::Advised,
            provinces: match self.provinces {
                Some(provinces) => Some(Cow::Borrowed(provinces)),
                None => None,
            },
            filing_types: match self.filing_types {
                Some(types) => Some(Cow::Borrowed(types)),
                None => None,
            },
            entity_kind: self.entity_kind,
            role: self.role,
            from: None,
            until: None,
            source: Cow::Borrowed(source),
        }
    }
}

/// No row of the table has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no row of the table of checks has this name: expected one of its own, such as one_id")]
pub struct UnknownCheckRow;
