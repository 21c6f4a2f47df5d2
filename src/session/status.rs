//! Where a round is, and how it ends.

use chrono::{DateTime, Utc};

use crate::{names::names, time::Micros};

/// Why a round failed, and its order was returned (D07). On equal instants the first of these is the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoundFailure {
    /// A person entered too many wrong codes, numbers or IDs (B07, D19).
    TooManyWrongEntries,
    /// No message to a person was ever accepted by the gateway (D06).
    Unreachable,
    /// A person did not verify in time (R20).
    WindowClosed,
}

names!(RoundFailure, "round failure", {
    TooManyWrongEntries => "too_many_wrong_entries",
    Unreachable => "unreachable",
    WindowClosed => "window_closed",
});

/// The end of a round (D24). Instants in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Completed {
        at: Micros,
    },
    Returned {
        cause: RoundFailure,
        at: Micros,
        noticed_at: Micros,
    },
    Withdrawn {
        at: Micros,
    },
}

impl End {
    /// When it was stored.
    pub(crate) const fn noticed_at(&self) -> Micros {
        match self {
            Self::Completed { at } | Self::Withdrawn { at } => *at,
            Self::Returned { noticed_at, .. } => *noticed_at,
        }
    }
}

/// Where a round is: one of these is also where its order is (R18, R20, D24).
///
/// ```
/// use beian::RoundStatus;
///
/// assert!(RoundStatus::SmsVerification.is_open());
/// ```
///
/// With feature `serde` it is `"sms_verification"`, or an object with the end's name:
///
/// ```
/// # use beian::RoundStatus;
/// let json = r#"{"administration_review":{"at":"2024-05-01T02:00:00Z"}}"#;
/// let status: RoundStatus = serde_json::from_str(json)?;
/// assert!(matches!(status, RoundStatus::AdministrationReview { .. }));
/// assert_eq!(serde_json::to_string(&status)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum RoundStatus {
    /// Somebody has yet to verify.
    SmsVerification,
    /// Everybody has verified: the order is in the administration's review (R18).
    AdministrationReview {
        /// When the last person verified.
        #[cfg_attr(feature = "serde", serde(with = "crate::encoding::instant"))]
        at: DateTime<Utc>,
    },
    /// The order went back to the platform (R20).
    Returned {
        /// Why.
        cause: RoundFailure,
        /// The instant of the end itself: one microsecond after the last one in time (D04).
        #[cfg_attr(feature = "serde", serde(with = "crate::encoding::instant"))]
        at: DateTime<Utc>,
        /// When the end was noticed and stored.
        #[cfg_attr(feature = "serde", serde(with = "crate::encoding::instant"))]
        noticed_at: DateTime<Utc>,
    },
    /// The order was withdrawn; final (D24).
    Withdrawn {
        /// When.
        #[cfg_attr(feature = "serde", serde(with = "crate::encoding::instant"))]
        at: DateTime<Utc>,
    },
}

impl RoundStatus {
    /// Whether the round still goes on.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::SmsVerification)
    }
}

impl From<End> for RoundStatus {
    fn from(end: End) -> Self {
        match end {
            End::Completed { at } => Self::AdministrationReview { at: at.instant() },
            End::Returned {
                cause,
                at,
                noticed_at,
            } => Self::Returned {
                cause,
                at: at.instant(),
                noticed_at: noticed_at.instant(),
            },
            End::Withdrawn { at } => Self::Withdrawn { at: at.instant() },
        }
    }
}
