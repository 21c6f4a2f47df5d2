//! Version 1 of the stored form. Frozen: fields, names and their order never change.
//!
//! Instants are microseconds since 1970-01-01 UTC, spans are microseconds. These are types of their
//! own, so that the session may change without them; the golden files show every one.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::encoding::{Mobile, Sixteen};
use crate::{
    MessageKind, Role, RoundFailure,
    code::Nonce,
    session::{
        self,
        invariants::Broken,
        remembered::{self, NotCounted},
        state,
        status::End,
    },
    time::{Micros, Span},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    id: Sixteen,
    version: u64,
    key: u32,
    opened_at: i64,
    last_changed_at: i64,
    policy: Policy,
    state: State,
    people: Vec<Person>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four switches, as the policy has them"
)]
struct Policy {
    window: i64,
    resends_max: u8,
    wrong_entries_max: u8,
    wrong_ids_max: u8,
    resend_pause: i64,
    delivery_clamp: i64,
    unreachable_after: i64,
    keep_code: bool,
    count_only_matching_ids: bool,
    noon_resend: bool,
    the_regulators: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum State {
    Open,
    Completed {
        at: i64,
    },
    Returned {
        cause: Cause,
        at: i64,
        noticed_at: i64,
    },
    Withdrawn {
        at: i64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    /// Null once erased.
    identity: Option<Identity>,
    id_key: u32,
    roles: Vec<RoleName>,
    phase: Phase,
    messages: u16,
    first_attempt: u16,
    accepted: u8,
    resends_used: u8,
    wrong_entries: u8,
    wrong_ids: u8,
    noon_done: bool,
    received: Option<Received>,
    settled_at: Option<i64>,
    remembered: Vec<Remembered>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    mobile: Mobile,
    ids: Vec<Sixteen>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Received {
    accepted_at: i64,
    window_starts_at: i64,
    delivered: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Phase {
    Waiting {
        nonce: Sixteen,
        created: u8,
        under_way: Option<UnderWay>,
    },
    Locked,
    Verified {
        at: i64,
        spent: Sixteen,
    },
    Unverified,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnderWay {
    kind: Kind,
    setbacks: u8,
    due: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    submission: Sixteen,
    outcome: Outcome,
}

/// Only what an entry that is remembered can come to.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Outcome {
    Completed,
    Verified,
    Wrong { left: u8 },
    Locked,
    Returned,
    SupersededCode,
    RepeatedEntry,
    IdNotCounted,
    AlreadyVerified,
}

/// A frozen twin of an enum without fields.
macro_rules! twin {
    ($twin:ident of $type:ident { $($variant:ident),+ }) => {
        #[derive(Clone, Copy, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $twin { $($variant),+ }

        impl From<$type> for $twin {
            fn from(value: $type) -> Self {
                match value { $($type::$variant => Self::$variant),+ }
            }
        }

        impl From<$twin> for $type {
            fn from(value: $twin) -> Self {
                match value { $($twin::$variant => Self::$variant),+ }
            }
        }
    };
}
twin!(RoleName of Role { EntityLeader, ServiceAdministrator });
twin!(Kind of MessageKind { First, Resend, Noon });
twin!(Cause of RoundFailure { TooManyWrongEntries, Unreachable, WindowClosed });

impl From<&session::Session> for Session {
    fn from(session: &session::Session) -> Self {
        let state::Terms {
            key,
            opened_at,
            policy,
        } = &session.terms;
        Self {
            id: Sixteen(*session.id.as_bytes()),
            version: session.version,
            key: (*key).into(),
            opened_at: opened_at.raw(),
            last_changed_at: session.last.raw(),
            policy: policy.into(),
            state: (&session.state).into(),
            people: session.people.iter().map(Person::from).collect(),
        }
    }
}

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

impl From<&crate::Policy> for Policy {
    fn from(policy: &crate::Policy) -> Self {
        Self {
            window: policy.window.raw(),
            resends_max: policy.resends_max,
            wrong_entries_max: policy.wrong_entries_max,
            wrong_ids_max: policy.wrong_ids_max,
            resend_pause: policy.resend_pause.raw(),
            delivery_clamp: policy.delivery_clamp.raw(),
            unreachable_after: policy.unreachable_after.raw(),
            keep_code: policy.keep_code,
            count_only_matching_ids: policy.count_only_matching_ids,
            noon_resend: policy.noon_resend,
            the_regulators: policy.the_regulators,
        }
    }
}

impl From<Policy> for crate::Policy {
    fn from(stored: Policy) -> Self {
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

impl From<&state::State> for State {
    fn from(state: &state::State) -> Self {
        match *state {
            state::State::Open => Self::Open,
            state::State::Ended(End::Completed { at }) => Self::Completed { at: at.raw() },
            state::State::Ended(End::Returned {
                cause,
                at,
                noticed_at,
            }) => Self::Returned {
                cause: cause.into(),
                at: at.raw(),
                noticed_at: noticed_at.raw(),
            },
            state::State::Ended(End::Withdrawn { at }) => Self::Withdrawn { at: at.raw() },
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

impl From<&state::Person> for Person {
    fn from(person: &state::Person) -> Self {
        let identity = &person.identity;
        let remembered = person
            .remembered()
            .iter()
            .map(|(submission, outcome)| Remembered {
                submission: Sixteen(*submission.as_bytes()),
                outcome: (*outcome).into(),
            });
        Self {
            identity: identity.mobile.map(|mobile| Identity {
                mobile: Mobile(mobile),
                ids: identity
                    .ids
                    .as_slice()
                    .iter()
                    .copied()
                    .map(Sixteen)
                    .collect(),
            }),
            id_key: identity.id_key.into(),
            roles: identity.roles.iter().map(RoleName::from).collect(),
            phase: (&person.phase).into(),
            messages: person.messages,
            first_attempt: person.first_attempt,
            accepted: person.accepted,
            resends_used: person.resends_used,
            wrong_entries: person.wrong_entries,
            wrong_ids: person.wrong_ids,
            noon_done: person.noon_done,
            received: person.received.map(|received| Received {
                accepted_at: received.accepted_at.raw(),
                window_starts_at: received.window_starts_at.raw(),
                delivered: received.delivered,
            }),
            settled_at: person.settled_at().map(Micros::raw),
            remembered: remembered.collect(),
        }
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

impl From<&state::Phase> for Phase {
    fn from(phase: &state::Phase) -> Self {
        match phase {
            state::Phase::Waiting(waiting) => Self::Waiting {
                nonce: Sixteen(waiting.nonce.0),
                created: waiting.created,
                under_way: waiting.under_way.map(|message| UnderWay {
                    kind: message.kind.into(),
                    setbacks: message.setbacks,
                    due: message.due.raw(),
                }),
            },
            state::Phase::Locked => Self::Locked,
            state::Phase::Verified(state::Verified { at, spent }) => Self::Verified {
                at: at.raw(),
                spent: Sixteen(*spent),
            },
            state::Phase::Unverified => Self::Unverified,
        }
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

impl From<remembered::Remembered> for Outcome {
    fn from(remembered: remembered::Remembered) -> Self {
        use remembered::Remembered;
        match remembered {
            Remembered::Completed => Self::Completed,
            Remembered::Verified => Self::Verified,
            Remembered::Wrong { left } => Self::Wrong { left },
            Remembered::Locked => Self::Locked,
            Remembered::Returned => Self::Returned,
            Remembered::NotCounted(NotCounted::SupersededCode) => Self::SupersededCode,
            Remembered::NotCounted(NotCounted::RepeatedEntry) => Self::RepeatedEntry,
            Remembered::NotCounted(NotCounted::IdNotCounted) => Self::IdNotCounted,
            Remembered::NotCounted(NotCounted::AlreadyVerified) => Self::AlreadyVerified,
        }
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
            Outcome::SupersededCode => Self::NotCounted(NotCounted::SupersededCode),
            Outcome::RepeatedEntry => Self::NotCounted(NotCounted::RepeatedEntry),
            Outcome::IdNotCounted => Self::NotCounted(NotCounted::IdNotCounted),
            Outcome::AlreadyVerified => Self::NotCounted(NotCounted::AlreadyVerified),
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
