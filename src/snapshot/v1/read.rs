//! From what is stored to a session, if it could have been one.

use alloc::vec::Vec;

use super::{Identity, Outcome, Person, Phase, Session, State, UnderWay, VerificationPolicy};
use crate::{
    Role,
    code::Nonce,
    session::{
        self,
        invariants::Broken,
        remembered::{self, WhyNotCounted},
        state,
        status::End,
    },
    time::{Micros, Span},
};

impl TryFrom<Session> for session::Session {
    type Error = Broken;

    fn try_from(stored: Session) -> Result<Self, Broken> {
        let people = stored.people.into_iter().map(state::Person::try_from);
        let terms = state::Terms {
            key: stored.key.into(),
            opened_at: instant(stored.opened_at)?,
            policy: stored.policy.into(),
        };
        Ok(Self {
            id: stored.id.0.into(),
            version: stored.version,
            last: instant(stored.last_changed_at)?,
            terms,
            state: stored.state.try_into()?,
            people: people.collect::<Result<_, _>>()?,
        })
    }
}

impl From<VerificationPolicy> for crate::VerificationPolicy {
    fn from(stored: VerificationPolicy) -> Self {
        Self {
            window: Span::from_raw(stored.window),
            resends_max: stored.resends_max,
            wrong_entries_max: stored.wrong_entries_max,
            wrong_ids_max: stored.wrong_ids_max,
            resend_pause: Span::from_raw(stored.resend_pause),
            delivery_clamp: Span::from_raw(stored.delivery_clamp),
            unreachable_after: Span::from_raw(stored.unreachable_after),
            keep_code: stored.keep_code,
            count_only_matching_ids: stored.count_only_matching_ids,
            noon_resend: stored.noon_resend,
            the_regulators: stored.the_regulators,
        }
    }
}

impl TryFrom<State> for state::State {
    type Error = Broken;

    fn try_from(stored: State) -> Result<Self, Broken> {
        Ok(match stored {
            State::Open => Self::Open,
            State::Completed { at } => Self::Ended(End::Completed { at: instant(at)? }),
            State::Returned {
                cause,
                at,
                noticed_at,
            } => Self::Ended(End::Returned {
                cause: cause.into(),
                at: instant(at)?,
                noticed_at: instant(noticed_at)?,
            }),
            State::Withdrawn { at } => Self::Ended(End::Withdrawn { at: instant(at)? }),
        })
    }
}

impl TryFrom<Person> for state::Person {
    type Error = Broken;

    fn try_from(stored: Person) -> Result<Self, Broken> {
        let roles = || stored.roles.iter().copied().map(Role::from);
        if !roles().is_sorted_by(|one, next| one < next) {
            return Err(Broken("roles come in order, none twice"));
        }
        let (mobile, ids) = match stored.identity {
            Some(Identity { mobile, ids }) => (Some(mobile.0), ids.iter().map(|id| id.0).collect()),
            None => (None, state::Ids::None),
        };
        let identity = state::Identity {
            mobile,
            roles: roles().collect(),
            id_key: stored.id_key.into(),
            ids,
        };
        let received = match (stored.received, stored.settled_at) {
            (Some(received), Some(settled_at)) => Some(state::Received {
                accepted_at: instant(received.accepted_at)?,
                window_starts_at: instant(received.window_starts_at)?,
                delivered: received.delivered,
                settled_at: instant(settled_at)?,
            }),
            (None, None) => None,
            (Some(_), None) => return Err(Broken("a window starts with a message settled")),
            (None, Some(_)) => {
                return Err(Broken(
                    "the first message settles when it is accepted (D11)",
                ));
            }
        };
        let remembered = stored.remembered.into_iter();
        let remembered = remembered.map(|one| (one.submission.0.into(), one.outcome.into()));
        let remembered: Vec<_> = remembered.collect();
        Ok(Self {
            identity,
            phase: stored.phase.try_into()?,
            messages: stored.messages,
            first_attempt: stored.first_attempt,
            accepted: stored.accepted,
            resends_used: stored.resends_used,
            wrong_entries: stored.wrong_entries,
            wrong_ids: stored.wrong_ids,
            noon_done: stored.noon_done,
            received,
            remembered: (!remembered.is_empty()).then(|| remembered.into()),
        })
    }
}

impl TryFrom<Phase> for state::Phase {
    type Error = Broken;

    fn try_from(stored: Phase) -> Result<Self, Broken> {
        Ok(match stored {
            Phase::Waiting {
                nonce,
                created,
                under_way,
            } => Self::Waiting(state::Waiting {
                nonce: Nonce(nonce.0),
                created,
                under_way: under_way.map(state::UnderWay::try_from).transpose()?,
            }),
            Phase::Locked => Self::Locked,
            Phase::Verified { at, spent } => Self::Verified(state::Verified {
                at: instant(at)?,
                spent: spent.0,
            }),
            Phase::Unverified => Self::Unverified,
        })
    }
}

impl TryFrom<UnderWay> for state::UnderWay {
    type Error = Broken;

    fn try_from(stored: UnderWay) -> Result<Self, Broken> {
        Ok(Self {
            kind: stored.kind.into(),
            setbacks: stored.setbacks,
            due: instant(stored.due)?,
        })
    }
}

impl From<Outcome> for remembered::Remembered {
    fn from(stored: Outcome) -> Self {
        match stored {
            Outcome::Completed => Self::Completed,
            Outcome::Verified => Self::Verified,
            Outcome::Wrong { left } => Self::Wrong { left },
            Outcome::Locked => Self::Locked,
            Outcome::Returned => Self::Returned,
            Outcome::SupersededCode => Self::NotCounted(WhyNotCounted::SupersededCode),
            Outcome::RepeatedEntry => Self::NotCounted(WhyNotCounted::RepeatedEntry),
            Outcome::IdNotCounted => Self::NotCounted(WhyNotCounted::IdNotCounted),
            Outcome::AlreadyVerified => Self::NotCounted(WhyNotCounted::AlreadyVerified),
        }
    }
}

fn instant(micros: i64) -> Result<Micros, Broken> {
    let instant = Micros::from_raw(micros);
    if instant.raw() == micros {
        Ok(instant)
    } else {
        Err(Broken("every instant is in the calendar"))
    }
}
