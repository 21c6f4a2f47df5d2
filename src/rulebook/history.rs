//! Which table is in force from when, and where (D01).

use alloc::{borrow::Cow, vec::Vec};

use chrono::{DateTime, Utc};

use super::{NotInForce, Rulebook};
use crate::{
    Exemption, FilingOrder, Province, Requirement,
    filing::{FiledSince, NotFileable, check_filed_since},
};

/// The table in force in a province at an instant, by what is documented
/// ([`History::DOCUMENTED`], D01).
///
/// ```
/// use beian::{Province, day, rulebook};
/// use chrono::TimeDelta;
///
/// let monday = day::last_instant("2018-09-24".parse()?);
/// let period = rulebook::in_force(monday, Province::Shanxi)?;
/// assert_eq!(period.rulebook().window(), TimeDelta::hours(48));
///
/// let before = day::last_instant("2018-09-12".parse()?);
/// let not_yet = rulebook::in_force(before, Province::Shanxi).unwrap_err();
/// assert_eq!(not_yet.from, Some(day::first_instant("2018-09-24".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`NotInForce`] before the province was covered: nobody verifies then.
pub fn in_force(instant: DateTime<Utc>, province: Province) -> Result<&'static Period, NotInForce> {
    History::DOCUMENTED.in_force(instant, province)
}

/// Who must verify an order submitted to the administration at this instant, by what is documented
/// ([`History::DOCUMENTED`], D01).
///
/// # Errors
/// [`NotFileable`] if a service of the order is of a kind that could not be filed yet.
pub fn requirement(
    order: &FilingOrder,
    submitted_at: DateTime<Utc>,
) -> Result<Requirement, NotFileable> {
    History::DOCUMENTED.requirement(order, submitted_at)
}

/// When each table was in force, and from when each kind of service can be filed.
///
/// ```
/// use beian::rulebook::{History, Period};
/// use beian::{Province, Rulebook, day};
///
/// // The documented history goes on with another table from a day on.
/// let from = day::first_instant("2027-01-01".parse()?);
/// let next = Period::new(from, Province::ALL, Rulebook::JD_2021.clone(), "announced");
/// let history = History::new(
///     History::DOCUMENTED.periods().iter().cloned().chain([next]),
///     History::DOCUMENTED.filed_since().iter().copied(),
/// )?;
/// assert_eq!(history.in_force(from, Province::Beijing)?.rulebook().name(), "jd_2021");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    periods: Cow<'static, [Period]>,
    filed_since: Cow<'static, [FiledSince]>,
}

impl History {
    /// A host's own history, checked. A kind of service that isn't listed can always be filed.
    ///
    /// # Errors
    /// [`HistoryProblem::NoProvince`] for a period that holds nowhere, [`HistoryProblem::Order`] if
    /// the periods aren't in the order of their first instants, [`HistoryProblem::Twice`] if two
    /// begin at once in a province, or a kind of service is listed twice.
    pub fn new(
        periods: impl IntoIterator<Item = Period>,
        filed_since: impl IntoIterator<Item = FiledSince>,
    ) -> Result<Self, HistoryProblem> {
        let history = Self {
            periods: periods.into_iter().collect(),
            filed_since: filed_since.into_iter().collect(),
        };
        history.check().map(|()| history)
    }

    /// Period by period, earliest first.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// The kinds of service that could not always be filed.
    #[must_use]
    pub fn filed_since(&self) -> &[FiledSince] {
        &self.filed_since
    }

    /// The period in force in a province at an instant: the last that has begun there.
    ///
    /// # Errors
    /// [`NotInForce`] if none has: nobody verifies then (D01).
    pub fn in_force(
        &self,
        instant: DateTime<Utc>,
        province: Province,
    ) -> Result<&Period, NotInForce> {
        let here = || {
            self.periods
                .iter()
                .filter(|period| period.provinces.contains(&province))
        };
        here()
            .rfind(|period| period.from <= instant)
            .ok_or_else(|| NotInForce {
                from: here().next().map(Period::from),
            })
    }

    /// Who must verify an order submitted to the administration at this instant. A new round has a
    /// new instant (D01).
    ///
    /// # Errors
    /// [`NotFileable`] if a service of the order is of a kind that could not be filed yet.
    pub fn requirement(
        &self,
        order: &FilingOrder,
        submitted_at: DateTime<Utc>,
    ) -> Result<Requirement, NotFileable> {
        for service in order.services() {
            check_filed_since(&self.filed_since, service.kind(), submitted_at)?;
        }
        Ok(match self.in_force(submitted_at, order.province()) {
            Ok(period) => period.rulebook.requirement(order),
            Err(not_yet) => Requirement::Nobody(Exemption::NotInForce(not_yet)),
        })
    }

    pub(super) const fn built_in(
        periods: &'static [Period],
        filed_since: &'static [FiledSince],
    ) -> Self {
        Self {
            periods: Cow::Borrowed(periods),
            filed_since: Cow::Borrowed(filed_since),
        }
    }

    /// Whether the built-in history is in order: what [`History::new`] asks, but for starts that
    /// repeat, as far as it can be asked when compiled.
    pub(super) const fn is_sound(&self) -> bool {
        let Cow::Borrowed(mut rows) = self.periods else {
            return false;
        };
        let mut last = i64::MIN;
        while let [period, others @ ..] = rows {
            let from = period.from.timestamp();
            let somewhere = matches!(period.provinces, Cow::Borrowed([_, ..]));
            if !somewhere || from < last {
                return false;
            }
            last = from;
            rows = others;
        }
        last != i64::MIN
    }

    fn check(&self) -> Result<(), HistoryProblem> {
        if self.periods.iter().any(|p| p.provinces.is_empty()) {
            return Err(HistoryProblem::NoProvince);
        }
        if !self.periods.is_sorted_by_key(Period::from) {
            return Err(HistoryProblem::Order);
        }
        let starts = self
            .periods
            .iter()
            .flat_map(|p| p.provinces.iter().map(|province| (p.from, *province)));
        let kinds = self.filed_since.iter().map(|row| row.kind);
        if repeats(starts) || repeats(kinds) {
            return Err(HistoryProblem::Twice);
        }
        Ok(())
    }
}

/// A table, from when and where it is in force; until a later period of the same province begins.
///
/// ```
/// use beian::rulebook::History;
///
/// let first = &History::DOCUMENTED.periods()[0];
/// assert_eq!(first.from().to_string(), "2017-12-17 22:00:00 UTC"); // 06:00 in Beijing
/// assert_eq!(first.provinces().len(), 7);
/// assert_eq!(first.rulebook().name(), "pilot");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    from: DateTime<Utc>,
    provinces: Cow<'static, [Province]>,
    rulebook: Rulebook,
    remark: Cow<'static, str>,
}

impl Period {
    /// A period of a host's own history. A date begins at [`day::first_instant`](crate::day).
    pub fn new<'a>(
        from: DateTime<Utc>,
        provinces: impl IntoIterator<Item = &'a Province>,
        rulebook: Rulebook,
        remark: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            from,
            provinces: provinces.into_iter().copied().collect(),
            rulebook,
            remark: remark.into(),
        }
    }

    /// Its first instant.
    #[must_use]
    pub const fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// Where it holds.
    #[must_use]
    pub fn provinces(&self) -> &[Province] {
        &self.provinces
    }

    /// The table in force, with its window.
    #[must_use]
    pub const fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// Where it comes from, and what is not known about it; possibly empty.
    #[must_use]
    pub fn remark(&self) -> &str {
        &self.remark
    }

    pub(super) const fn built_in(
        from: DateTime<Utc>,
        provinces: &'static [Province],
        rulebook: Rulebook,
        remark: &'static str,
    ) -> Self {
        Self {
            from,
            provinces: Cow::Borrowed(provinces),
            rulebook,
            remark: Cow::Borrowed(remark),
        }
    }
}

/// Why a history can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryProblem {
    /// A period without a province.
    #[error("a period names no province")]
    NoProvince,
    /// A period that begins before the one above it.
    #[error("periods out of order: expected the earliest first")]
    Order,
    /// Two periods that begin at once in one province, or two rows for a kind of service.
    #[error("two periods begin at once in one province, or a kind of service is listed twice")]
    Twice,
}

fn repeats<T: PartialEq>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = Vec::new();
    for item in items {
        if seen.contains(&item) {
            return true;
        }
        seen.push(item);
    }
    false
}
