//! What a row found in an order.

use alloc::string::String;

use super::{CheckRow, Severity};

/// Something to mend in an order that is well formed, where it is, and the row that says so (D30). What is
/// malformed is an [`OrderProblem`](crate::filing::OrderProblem), and makes no order.
///
/// With feature `serde` it is written as
///
/// ```json
/// {"path": "entity.leader.emergency_phone", "code": "emergency_phone_missing", "severity": "advised",
///  "rule": "B24", "row": "emergency_phone", "source": "…"}
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub(super) path: String,
    pub(super) row: CheckRow,
}

impl Finding {
    /// Where, in the fields of an [`OrderForm`](crate::OrderForm), or a part of it: `services[0].administrator`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The row of the table, with its source.
    #[must_use]
    pub const fn row(&self) -> &CheckRow {
        &self.row
    }

    /// How severe it is: never [`Severity::Silent`].
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.row.severity
    }

    /// The stable machine code: `too_young`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.row.check.code()
    }

    /// The rule behind it: `B27`.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.row.check.rule()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut finding = serializer.serialize_struct("Finding", 6)?;
        finding.serialize_field("path", self.path())?;
        finding.serialize_field("code", self.code())?;
        finding.serialize_field("severity", self.severity().name())?;
        finding.serialize_field("rule", self.rule())?;
        finding.serialize_field("row", &self.row.name)?;
        finding.serialize_field("source", &self.row.source)?;
        finding.end()
    }
}
