//! Reminders, and the keys that they are sent under.

use core::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use crate::{MobileNumber, names::names};

/// What a reminder is about. A stable code for a host's own templates.
///
/// ```
/// use beian::{Lang, tracker::ReminderKind};
///
/// assert_eq!(ReminderKind::LastCall.name(), "last_call");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReminderKind {
    /// The message should be there: look for it. 10 minutes after the submission notice, or after
    /// a resend was asked for (R15).
    MessageDue,
    /// Still nothing: ask for a resend. 30 minutes after the same instant, while one is left (R22).
    ResendAdvised,
    /// Half of the shortest possible window is over.
    HalfTime,
    /// Five sixths of it are over: four hours are left of 24.
    LastCall,
    /// The shortest possible window is over and no end was reported: the platform asks the
    /// regulator.
    AskRegulator,
    /// The order was returned or timed out: it can be resubmitted (B14).
    Resubmit,
    /// A deregistration timed out: it can be resubmitted, unless it was to be stopped (D34).
    ResubmitUnlessStopped,
}

names!(ReminderKind, "reminder", {
    MessageDue => "message_due",
    ResendAdvised => "resend_advised",
    HalfTime => "half_time",
    LastCall => "last_call",
    AskRegulator => "ask_regulator",
    Resubmit => "resubmit",
    ResubmitUnlessStopped => "resubmit_unless_stopped",
});

impl ReminderKind {
    /// By which kind it is known: an end is told once, whichever word for it came first.
    pub(super) const fn told_as(self) -> Self {
        match self {
            Self::Resubmit | Self::ResubmitUnlessStopped => Self::Resubmit,
            Self::MessageDue
            | Self::ResendAdvised
            | Self::HalfTime
            | Self::LastCall
            | Self::AskRegulator => self,
        }
    }

    const fn is_to_a_person(self) -> bool {
        match self {
            Self::MessageDue | Self::ResendAdvised | Self::HalfTime | Self::LastCall => true,
            Self::AskRegulator | Self::Resubmit | Self::ResubmitUnlessStopped => false,
        }
    }

    pub(super) const fn is_about_a_message(self) -> bool {
        match self {
            Self::MessageDue | Self::ResendAdvised => true,
            Self::HalfTime
            | Self::LastCall
            | Self::AskRegulator
            | Self::Resubmit
            | Self::ResubmitUnlessStopped => false,
        }
    }
}

/// A reminder that is due ([`Tracker::reminders`](crate::Tracker::reminders)).
///
/// ```
/// use beian::tracker::{Reminder, ReminderKind};
/// use chrono::DateTime;
///
/// let reminder = Reminder {
///     key: "half_time-0".parse()?,
///     kind: ReminderKind::HalfTime,
///     person: Some("19900000001".parse()?),
///     due: DateTime::UNIX_EPOCH,
/// };
/// assert!(format!("{reminder:?}").contains("199****0001"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reminder {
    /// The same whenever this reminder is asked for, and of no other one of the tracker: what a host sends it
    /// under, and tells the tracker that it did ([`Tracker::reminded`](crate::Tracker::reminded)).
    pub key: ReminderKey,
    /// What it is about.
    pub kind: ReminderKind,
    /// Whom to remind; `None` for the platform itself.
    pub person: Option<MobileNumber>,
    /// Since when it is due.
    pub due: DateTime<Utc>,
}

/// Names a reminder within its tracker, without a number of anybody's: `resubmit`, `half_time-0`,
/// `message_due-1-2` (of the second person, after the second resend). Other orders and rounds have the same keys: a
/// host keeps it under order and round. Persons are counted from 0, in the order of
/// [`Tracker::persons`](crate::Tracker::persons).
///
/// ```
/// use beian::tracker::ReminderKey;
///
/// let key: ReminderKey = "message_due-1-2".parse()?;
/// assert_eq!(key.to_string(), "message_due-1-2");
/// # Ok::<(), beian::tracker::UnknownReminder>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReminderKey {
    pub(super) kind: ReminderKind,
    pub(super) person: Option<u32>,
    /// How many resends had been asked for; 0 where it makes no difference.
    pub(super) sending: u8,
}

impl fmt::Display for ReminderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if let Some(person) = self.person {
            write!(f, "-{person}")?;
        }
        if self.sending > 0 {
            write!(f, "-{}", self.sending)?;
        }
        Ok(())
    }
}

impl FromStr for ReminderKey {
    type Err = UnknownReminder;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let mut parts = input.split('-');
        let kind = parts.next().and_then(|name| name.parse().ok());
        let person = parts.next().map(str::parse).transpose();
        let sending = parts.next().map(str::parse).transpose();
        let key = Self {
            kind: kind.ok_or(UnknownReminder)?,
            person: person.map_err(|_| UnknownReminder)?,
            sending: sending.map_err(|_| UnknownReminder)?.unwrap_or(0),
        };
        // In one spelling only, so that a key is equal where its text is.
        let same = alloc::format!("{key}") == input;
        let fits = key.person.is_some() == key.kind.is_to_a_person()
            && (key.sending == 0 || key.kind.is_about_a_message());
        (same && fits).then_some(key).ok_or(UnknownReminder)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ReminderKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ReminderKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        key.parse().map_err(serde::de::Error::custom)
    }
}

/// Not the key of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a reminder: expected one that a tracker gave, such as half_time-0")]
pub struct UnknownReminder;
