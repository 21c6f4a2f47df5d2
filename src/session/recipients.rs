//! The people of a round, to look at.

use core::fmt;

use chrono::{DateTime, Utc};

use super::{
    Session,
    state::{Person, Phase},
};
use crate::{MobileNumber, Roles, names::names};

impl Session {
    /// Everybody who has to verify, sorted by number; afterwards as they were at the end.
    pub fn recipients(&self) -> impl Iterator<Item = RecipientView<'_>> {
        self.people.iter().map(|person| RecipientView {
            session: self,
            person,
        })
    }
}

/// One person of a round, to look at.
#[derive(Clone, Copy)]
pub struct RecipientView<'a> {
    pub(super) session: &'a Session,
    person: &'a Person,
}

impl<'a> RecipientView<'a> {
    /// The number, masked when printed; `None` once erased.
    #[must_use]
    pub const fn mobile(&self) -> Option<&'a MobileNumber> {
        self.person.identity.mobile.as_ref()
    }

    /// The roles that the number has.
    #[must_use]
    pub const fn roles(&self) -> Roles {
        self.person.identity.roles
    }

    /// How far the person has come.
    #[must_use]
    pub const fn state(&self) -> RecipientState {
        match (&self.person.phase, self.person.received) {
            (Phase::Verified(_), _) => RecipientState::Verified,
            (Phase::Locked, _) => RecipientState::Locked,
            (Phase::Waiting(_) | Phase::Unverified, None) => RecipientState::WaitingForMessage,
            (Phase::Waiting(_) | Phase::Unverified, Some(_)) => RecipientState::WaitingForCode,
        }
    }

    /// When the person verified.
    #[must_use]
    pub fn verified_at(&self) -> Option<DateTime<Utc>> {
        Some(self.person.verified()?.at.instant())
    }

    /// The last instant that is in time (D04); `None` while no message has been accepted. A report
    /// of the first delivery may still move it, by the delivery clamp at most (D05).
    #[must_use]
    pub fn window_closes_at(&self) -> Option<DateTime<Utc>> {
        let received = self.person.received?;
        Some(
            received
                .window_starts_at
                .plus(self.session.policy().window)
                .instant(),
        )
    }

    /// How many resends can still be asked for (R22).
    #[must_use]
    pub fn resends_left(&self) -> u8 {
        self.session
            .policy()
            .resends_max()
            .saturating_sub(self.person.resends_used)
    }

    /// How many wrong entries remain before the person is locked (B07).
    #[must_use]
    pub fn wrong_entries_left(&self) -> u8 {
        self.session
            .policy()
            .wrong_entries_max()
            .saturating_sub(self.person.wrong_entries)
    }

    /// When the next resend can be asked for, if one is left and the person is waiting. `None` while
    /// a message is under way, and once the form is closed by wrong IDs (D14).
    #[must_use]
    pub fn resend_possible_at(&self) -> Option<DateTime<Utc>> {
        let idle = self.person.waiting()?.under_way.is_none();
        let form = self.person.wrong_ids < self.session.policy().wrong_ids_max();
        let free = idle && form && self.resends_left() > 0;
        let settled = self.person.settled_at().filter(|_| free)?;
        Some(settled.plus(self.session.policy().resend_pause).instant())
    }
}

impl fmt::Debug for RecipientView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientView")
            .field("mobile", &self.mobile())
            .field("roles", &self.roles())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// How far a person of a round has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientState {
    /// No message has been accepted by the gateway.
    WaitingForMessage,
    /// The message is out; the code has not been entered.
    WaitingForCode,
    /// Verified.
    Verified,
    /// Too many wrong entries (D19).
    Locked,
}

names!(RecipientState, "recipient state", {
    WaitingForMessage => "waiting_for_message",
    WaitingForCode => "waiting_for_code",
    Verified => "verified",
    Locked => "locked",
});
