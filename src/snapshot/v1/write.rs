//! From a session to what is stored of it: everything but the codes, which nonce and key give again.

use super::{
    Identity, Mobile, Outcome, Person, Phase, Received, Remembered, RoleName, Session, Sixteen,
    State, UnderWay, VerificationPolicy,
};
use crate::{
    session::{
        self,
        remembered::{self, WhyNotCounted},
        state,
        status::End,
    },
    time::Micros,
};

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

impl From<&crate::VerificationPolicy> for VerificationPolicy {
    fn from(policy: &crate::VerificationPolicy) -> Self {
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

impl From<remembered::Remembered> for Outcome {
    fn from(remembered: remembered::Remembered) -> Self {
        use remembered::Remembered;
        match remembered {
            Remembered::Completed => Self::Completed,
            Remembered::Verified => Self::Verified,
            Remembered::Wrong { left } => Self::Wrong { left },
            Remembered::Locked => Self::Locked,
            Remembered::Returned => Self::Returned,
            Remembered::NotCounted(WhyNotCounted::SupersededCode) => Self::SupersededCode,
            Remembered::NotCounted(WhyNotCounted::RepeatedEntry) => Self::RepeatedEntry,
            Remembered::NotCounted(WhyNotCounted::IdNotCounted) => Self::IdNotCounted,
            Remembered::NotCounted(WhyNotCounted::AlreadyVerified) => Self::AlreadyVerified,
        }
    }
}
