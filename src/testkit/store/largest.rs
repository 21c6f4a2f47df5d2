//! A round of which there is as much to store as there can be.

use alloc::{sync::Arc, vec::Vec};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{Breach, TestPerson, keys, seed},
    rounds::{next, unusable},
};
use crate::{
    MessageKind, Opening, Recipient, Recipients, Role, Roles, Session, SubmissionId, Update,
    VerificationPolicy,
    code::Nonce,
    session::{
        decide::NOT_COUNTED_MAX,
        remembered::{Remembered, WhyNotCounted},
        state::{Person, Phase, Received, UnderWay, Verified, Waiting},
    },
    time::Micros,
};

/// How many persons a round has at most.
pub(super) const PERSONS: u16 = 255;

/// A round as it was opened, and an hour later: everybody but one has verified after every resend and
/// every entry that could be remembered, and the last resend for that one is due.
pub(super) fn largest(id: u128, now: DateTime<Utc>) -> Result<[Update; 2], Breach> {
    let opened = opened(id, now)?;
    let mut session = opened.session().clone();
    session.version = 2;
    session.last = Micros::cut(now).plus(TimeDelta::hours(1));
    let (opened_at, now) = (session.terms.opened_at, session.last);
    for person in &mut session.people {
        grow(person, opened_at, now);
    }
    if let Some(person) = session.people.last_mut() {
        wait(person, now);
    }
    Ok([opened, Update::new(session, Vec::new())])
}

fn opened(id: u128, now: DateTime<Utc>) -> Result<Update, Breach> {
    let policy = VerificationPolicy::builder()
        .not_the_regulators(TimeDelta::hours(72), 3)
        .wrong_entries_max(10)
        .wrong_ids_max(10);
    let both = Roles::from(Role::EntityLeader) | Role::ServiceAdministrator.into();
    let recipient = |n| {
        let ids = [n, PERSONS.saturating_add(n)].map(|n| TestPerson(n).last_six());
        Recipient::new(TestPerson(n).mobile(), both, ids)
    };
    let policy = policy.build().map_err(unusable)?;
    let recipients = Recipients::new((1..=PERSONS).map(recipient), policy);
    let recipients = recipients.ok_or_else(|| unusable("nobody"))?;
    next(Session::open(
        &Opening::new(id, &recipients, seed(1)),
        &keys(),
        now,
    ))
}

/// Each resend a minute after the one before it, then the entries.
fn grow(person: &mut Person, opened_at: Micros, now: Micros) {
    let superseded = Remembered::NotCounted(WhyNotCounted::SupersededCode);
    let wrong = (1..=9).rev().map(|left| Remembered::Wrong { left });
    let outcomes = core::iter::repeat_n(superseded, NOT_COUNTED_MAX)
        .chain(wrong)
        .chain([Remembered::Verified]);
    let ids = (1..=u128::MAX).rev().map(SubmissionId::from);
    *person = Person {
        identity: person.identity.clone(),
        phase: Phase::Verified(Verified {
            at: now,
            spent: [u8::MAX; 16],
        }),
        messages: 4,
        first_attempt: 0,
        accepted: 4,
        resends_used: 3,
        wrong_entries: 9,
        wrong_ids: 9,
        noon_done: false,
        received: Some(Received {
            accepted_at: opened_at,
            window_starts_at: opened_at.plus(TimeDelta::minutes(5)),
            delivered: true,
            settled_at: opened_at.plus(TimeDelta::minutes(30)),
        }),
        remembered: Some(ids.zip(outcomes).collect()),
    };
}

/// As one who hasn't verified, and whose last resend is due.
fn wait(person: &mut Person, now: Micros) {
    let verified = person.remembered().len().saturating_sub(1);
    person.remembered = person.remembered().get(..verified).map(Arc::from);
    person.accepted = 3;
    person.resends_used = 2;
    person.phase = Phase::Waiting(Waiting {
        nonce: Nonce([u8::MAX; 16]),
        created: 4,
        under_way: Some(UnderWay {
            kind: MessageKind::Resend,
            setbacks: 0,
            due: now,
        }),
    });
}

#[cfg(test)]
mod tests {
    use super::{super::super::clock::start, *};

    /// The figures of [`SessionStore`](crate::host::SessionStore).
    #[test]
    fn d21_the_largest_snapshot_is_one_of_a_session_and_no_larger_than_said() {
        let [_, largest] = largest(u128::MAX, start()).unwrap();
        let session = largest.session();
        assert_eq!(session.wake(), Some(session.last_changed_at()));

        let json = serde_json::to_string(session).unwrap();
        assert_eq!(serde_json::from_str::<Session>(&json).unwrap(), *session);
        let bytes = postcard::to_allocvec(session).unwrap();
        assert_eq!(postcard::from_bytes::<Session>(&bytes).unwrap(), *session);
        assert!(
            (1_600_000..1_700_000).contains(&json.len()),
            "{}",
            json.len()
        );
        assert!((340_000..380_000).contains(&bytes.len()), "{}", bytes.len());
    }
}
