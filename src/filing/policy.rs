//! What a platform refuses and advises beyond the rules.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

use super::FiledSince;
use crate::{
    MobileNumber,
    filing::checks::{CheckRow, Severity, UnknownCheckRow},
    spelling::clean,
};

/// What a platform refuses and advises when an order is filed: by default, kinds of service that couldn't be
/// filed yet make no order, and the rows of [`CheckRow::DOCUMENTED`] advise.
///
/// ```
/// use beian::{FilingPolicy, OrderForm, filing::checks::Severity};
///
/// let policy = FilingPolicy::default().deny("170")?;
/// let mut form = OrderForm::default();
/// form.entity.leader.mobile = "170 0000 0001".into();
/// let problems = form.check(&policy).unwrap_err();
/// assert!(problems.iter().any(|problem| problem.code() == "mobile_denied"));
///
/// // Two IDs on one number are advice by default (D31).
/// let policy = policy.severity("one_id", Severity::Refused)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FilingPolicy {
    denied: Vec<String>,
    checks: Cow<'static, [CheckRow]>,
    filed_since: Cow<'static, [FiledSince]>,
}

impl Default for FilingPolicy {
    fn default() -> Self {
        Self {
            denied: Vec::new(),
            checks: Cow::Borrowed(CheckRow::DOCUMENTED),
            filed_since: Cow::Borrowed(FiledSince::DOCUMENTED),
        }
    }
}

impl FilingPolicy {
    /// Adds a range of mobile numbers that can't receive the text, by its first 3–11 digits (B11).
    ///
    /// # Errors
    /// [`DenyProblem`] if no mobile number can begin so.
    pub fn deny(mut self, prefix: &str) -> Result<Self, DenyProblem> {
        let prefix = clean(prefix).map_err(|_| DenyProblem)?;
        match prefix.as_bytes() {
            [b'1', b'3'..=b'9', rest @ ..]
                if (1..=9).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit) =>
            {
                self.denied.push(prefix.as_str().into());
                Ok(self)
            }
            _ => Err(DenyProblem),
        }
    }

    /// The table of checks, in place of the documented one: a host's own rows, loaded or made of the
    /// documented ones (D30).
    ///
    /// ```
    /// use beian::{FilingPolicy, filing::checks::CheckRow};
    ///
    /// let rows = CheckRow::DOCUMENTED.iter().filter(|row| !row.source.contains("Tencent"));
    /// let policy = FilingPolicy::default().checks(rows.cloned());
    /// assert!(policy.check_rows().len() < CheckRow::DOCUMENTED.len());
    /// ```
    #[must_use]
    pub fn checks(self, rows: impl IntoIterator<Item = CheckRow>) -> Self {
        Self {
            checks: rows.into_iter().collect(),
            ..self
        }
    }

    /// With another severity for the rows of a name: refused, advised or silent (D30). Comes after
    /// [`checks`](Self::checks), which brings a table with severities of its own.
    ///
    /// What is refused is a well-formed order all the same: [`findings`](Self::findings) says so, and not to submit
    /// it is the host's.
    ///
    /// # Errors
    /// [`UnknownCheckRow`] if no row has the name.
    pub fn severity(mut self, name: &str, severity: Severity) -> Result<Self, UnknownCheckRow> {
        let mut any = false;
        for row in self
            .checks
            .to_mut()
            .iter_mut()
            .filter(|row| row.name == name)
        {
            row.severity = severity;
            any = true;
        }
        any.then_some(self).ok_or(UnknownCheckRow)
    }

    /// The table of checks.
    #[must_use]
    pub fn check_rows(&self) -> &[CheckRow] {
        &self.checks
    }

    /// From when each kind of service can be filed (D01), in place of what is documented: the rows that
    /// the host's own [`History`](crate::rulebook::History) has, so that an order that can be filed can be
    /// submitted.
    ///
    /// ```
    /// use beian::{FilingPolicy, ServiceKind, filing::FiledSince};
    /// use chrono::DateTime;
    ///
    /// let own = [FiledSince::new(ServiceKind::QuickApp, DateTime::UNIX_EPOCH)];
    /// let policy = FilingPolicy::default().filed_since(own);
    /// assert_ne!(policy, FilingPolicy::default());
    /// ```
    #[must_use]
    pub fn filed_since(self, rows: impl IntoIterator<Item = FiledSince>) -> Self {
        Self {
            filed_since: rows.into_iter().collect(),
            ..self
        }
    }

    pub(super) fn filed_since_rows(&self) -> &[FiledSince] {
        &self.filed_since
    }

    /// Whether the number is in a denied range (B11).
    pub(super) fn denies(&self, mobile: &MobileNumber) -> bool {
        self.denied
            .iter()
            .any(|prefix| mobile.digits().starts_with(prefix.as_str()))
    }
}

/// How many ranges are denied, not which: one of eleven digits is somebody's number.
impl fmt::Debug for FilingPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilingPolicy")
            .field("denied", &self.denied.len())
            .field("checks", &self.checks.len())
            .field("filed_since", &self.filed_since.len())
            .finish()
    }
}

/// Not the beginning of a mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the beginning of a mobile number: expected 3 to 11 digits, the first 1, the second 3 to 9"
)]
pub struct DenyProblem;
