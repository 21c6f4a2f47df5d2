//! Keys: rotation (attack 23), what a stranger can learn from cost and answer (attack 13).

use std::sync::Arc;

use beian::{
    Entry, EntryAnswer, EntryOutcome, KeyError, KeyId, KeyRing, Keys, Opening, Refusal,
    ResendAnswer, ResendOutcome, ResendRequest, Session, SessionError, VerificationPolicy,
};

use crate::support::*;

fn rotated() -> KeyRing {
    let mut ring = keys();
    ring.rotate(2, [8; 32]).unwrap();
    ring
}

#[test]
fn attack_23_a_round_opened_under_key_1_is_verified_after_key_2_became_current() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.keys = rotated();
    let code = round.resent(LI);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn attack_23_a_new_round_is_opened_under_the_current_key() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(1, &recipients, seed(1));
    let round = Round::opened(&opening, rotated(), start());
    let without_2 = KeyRing::single(1, [7; 32]).unwrap();
    assert_eq!(
        round.session.outbox(&without_2, start()).unwrap_err(),
        KeyError::Unknown(KeyId::from(2))
    );
    assert_ne!(round.code(LI), Round::open().code(LI));
}

#[test]
fn attack_23_an_unknown_key_is_refused_and_nothing_is_counted() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(MINUTE);
    let before = round.session.clone();
    let gone = KeyError::Unknown(KeyId::from(1));
    let mut ring = rotated();
    ring.remove(1);
    for code in [&*code, WRONG_CODE] {
        let answer = round.session.submit(&entry(LI, code), &ring, round.now);
        assert_eq!(answer.unwrap_err(), SessionError::Key(gone));
    }
    let request = ResendRequest::parse(PEOPLE[LI].0, WRONG_ID).unwrap();
    let answer = round.session.resend(&request, &ring, round.now);
    assert_eq!(answer.unwrap_err(), SessionError::Key(gone));
    assert!(round.session == before);
    assert_eq!(round.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn attack_23_another_key_under_the_same_id_makes_other_codes_and_ids() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.keys = KeyRing::single(1, [9; 32]).unwrap();
    assert_eq!(round.enter(LI, &code), EntryOutcome::Wrong { left: 4 });
}

#[test]
fn keys_are_a_trait_object_and_an_arc_of_keys_is_keys() {
    let shared: Arc<dyn Keys> = Arc::new(keys());
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(1, &recipients, seed(1));
    let (session, ()) = Session::open(&opening, &shared, start())
        .unwrap()
        .persisted();
    let code = session.outbox(&*shared, start()).unwrap()[0]
        .code_for_transport()
        .to_owned();
    let decision = session.submit(&entry(LI, &code), &*shared, start());
    assert_eq!(decision.unwrap().persisted().1, EntryOutcome::Completed);
}

/// What fails on the public page, each with its name, its round and the entry.
fn failing_entries() -> Vec<(&'static str, Round, Entry)> {
    let texted = || Round::texted::<2>(VerificationPolicy::REGULATOR);
    let mut cases = Vec::new();

    let (round, [code, _]) = texted();
    let stranger = Entry::parse(STRANGER, &code, PEOPLE[LI].1).unwrap();
    cases.push(("unknown number", round, stranger));

    let (round, [code, _]) = texted();
    let wrong_id = Entry::parse(PEOPLE[LI].0, &code, WRONG_ID).unwrap();
    cases.push(("wrong ID", round, wrong_id));

    let (round, _) = texted();
    cases.push(("wrong code", round, entry(LI, WRONG_CODE)));

    let (mut round, [code, _]) = texted();
    round.resent(LI);
    cases.push(("superseded", round, entry(LI, &code)));

    let (mut round, _) = texted();
    round.guess(LI, 4);
    cases.push(("about to be locked", round, entry(LI, WRONG_CODE)));

    let (mut round, [code, _]) = texted();
    round.guess(LI, 5);
    cases.push(("locked", round, entry(LI, &code)));

    let (mut round, [code, _]) = texted();
    round.enter(LI, &code);
    cases.push(("repeated", round, entry(LI, &code)));

    let (mut round, [code, _]) = texted();
    round.enter(LI, &code);
    cases.push(("verified", round, entry(LI, WRONG_CODE)));

    let (mut round, [code, _]) = texted();
    round.pass(DAY + MICROSECOND);
    cases.push(("late", round, entry(LI, &code)));

    let (mut round, [code, _]) = texted();
    round.withdraw().unwrap();
    cases.push(("withdrawn", round, entry(LI, &code)));

    let (mut round, [code, _]) = texted();
    round.withdraw().unwrap();
    round.erase().unwrap();
    cases.push(("erased", round, entry(LI, &code)));
    cases
}

#[test]
fn attack_13_every_failed_entry_costs_two_macs_and_reads_the_same() {
    for (name, round, entry) in failing_entries() {
        let counting = Counting::new(keys());
        let macs = counting.during(|keys| {
            let outcome = match round.session.submit(&entry, keys, round.now) {
                Ok(decision) => decision.persisted().1,
                Err(SessionError::Refused(why)) => EntryOutcome::NotCounted(why),
                Err(other) => panic!("{name}: {other}"),
            };
            assert_eq!(outcome.answer(), EntryAnswer::NotFound, "{name}");
        });
        assert_eq!(macs, 2, "{name}");
    }
}

#[test]
fn attack_13_every_failed_resend_costs_one_mac_and_reads_the_same() {
    let mut cases = failing_entries();
    let mut spent = Round::texted::<2>(VerificationPolicy::REGULATOR).0;
    for _ in 0..5 {
        spent.resend_with(LI, WRONG_ID);
    }
    cases.push(("budget spent", spent, entry(LI, WRONG_CODE)));
    for (name, round, entry) in cases {
        for id in [PEOPLE[LI].1, WRONG_ID] {
            let request = ResendRequest::parse(entry.mobile().digits(), id).unwrap();
            let counting = Counting::new(keys());
            let macs = counting.during(|keys| {
                let outcome = match round.session.resend(&request, keys, round.now) {
                    Ok(decision) => decision.persisted().1,
                    Err(SessionError::Refused(why)) => ResendOutcome::NotSent(why),
                    Err(other) => panic!("{name}: {other}"),
                };
                let waiting = matches!(
                    outcome,
                    ResendOutcome::Queued | ResendOutcome::NotSent(Refusal::TooSoon { .. })
                );
                assert!(
                    waiting || outcome.answer() == ResendAnswer::NothingPending,
                    "{name}"
                );
                assert!(!waiting || id == PEOPLE[LI].1, "{name}");
            });
            assert_eq!(macs, 1, "{name}");
        }
    }
}

#[test]
fn attack_13_a_known_submission_id_costs_no_mac() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let wrong = entry(LI, WRONG_CODE).with_submission_id(7);
    round.entry(&wrong).unwrap();
    let counting = Counting::new(keys());
    let macs = counting.during(|keys| {
        let answer = round.session.submit(&wrong, keys, round.now);
        assert!(matches!(answer, Err(SessionError::Repeated(_))));
    });
    assert_eq!(macs, 0);
}

#[test]
fn the_outbox_costs_one_mac_a_message_and_looks_cost_none() {
    let round = Round::open_with(3, VerificationPolicy::REGULATOR);
    let counting = Counting::new(keys());
    let macs = counting.during(|keys| {
        assert_eq!(round.session.outbox(keys, round.now).unwrap().len(), 3);
    });
    assert_eq!(macs, 3);
    let (quiet, _) = Round::texted::<3>(VerificationPolicy::REGULATOR);
    let macs = counting.during(|keys| {
        assert!(quiet.session.outbox(keys, quiet.now).unwrap().is_empty());
    });
    assert_eq!(macs, 0);
}
