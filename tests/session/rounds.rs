//! Rounds: opening, what carries over, withdrawal, erasure (B06, B14, D13, D24, D25).

use std::collections::BTreeSet;

use beian::{
    EntryOutcome, KeyError, KeyId, KeyRing, Keys, Mac, MobileNumber, OpenError, Opening, Recipient,
    Recipients, Refusal, Role, RoundFailure, RoundStatus, Session, SessionError,
    VerificationPolicy,
};

use crate::support::*;

/// The same person, whose ID the platform no longer has.
fn without_id(who: usize) -> Recipients {
    let person = Recipient::new(
        PEOPLE[who].0.parse().unwrap(),
        Role::ServiceAdministrator,
        [],
    );
    Recipients::new([person], VerificationPolicy::REGULATOR).unwrap()
}

/// A round of Li that was returned when its window closed.
fn returned() -> Round {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    round.pass(DAY + MICROSECOND).tick().unwrap();
    round
}

fn open_error(opening: &Opening<'_>, keys: &dyn Keys) -> OpenError {
    Session::open(opening, keys, start()).unwrap_err()
}

#[test]
fn d25_a_round_opens_at_version_one_and_expects_none_before() {
    let recipients = recipients(2, VerificationPolicy::REGULATOR);
    let opening = Opening::new(42, &recipients, seed(1));
    let decision = Session::open(&opening, &keys(), start()).unwrap();
    assert_eq!(decision.update().expected_version(), 0);
    assert_eq!(decision.update().id(), session_id(42));
    let names: Vec<_> = decision
        .update()
        .events()
        .map(|event| event.kind.name())
        .collect();
    assert_eq!(names, ["round_opened"]);
    let (session, ()) = decision.persisted();
    assert_eq!((session.version(), session.id()), (1, session_id(42)));
    assert_eq!(session.status(), RoundStatus::SmsVerification);
    assert_eq!(session.opened_at(), start());
}

#[test]
fn every_stored_update_is_one_version_on() {
    let (mut round, [_]) = Round::texted::<1>(VerificationPolicy::REGULATOR);
    let version = round.session.version();
    round.guess(LI, 3);
    assert_eq!(round.session.version(), version + 3);
    assert_eq!(round.events.last().unwrap().version, version + 3);
}

#[test]
fn d25_b14_a_new_round_has_new_codes_a_new_window_and_new_counts() {
    let (mut first, [old]) = Round::texted(VerificationPolicy::REGULATOR);
    first.guess(LI, 4);
    first.resent(LI);
    first.resend_with(LI, WRONG_ID);
    first.pass(DAY).tick().unwrap();

    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    let mut second = Round::opened(&opening, keys(), first.now);
    let code = second.accept(LI);
    assert_ne!(code, old);
    assert_eq!(second.closes(LI), first.now + DAY);
    assert_eq!(second.view(LI).resends_left(), 2);
    assert_eq!(second.enter(LI, &old), EntryOutcome::Wrong { left: 4 });
    assert_eq!(second.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn d25_all_persons_verify_again() {
    let (mut first, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    first.enter(LI, &code);
    first.pass(DAY + MICROSECOND).tick().unwrap();
    let recipients = recipients(2, VerificationPolicy::REGULATOR);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    let mut second = Round::opened(&opening, keys(), first.now);
    let (lis, wangs) = (second.accept(LI), second.accept(WANG));
    assert_eq!(second.enter(WANG, &wangs), EntryOutcome::Verified);
    assert_eq!(second.enter(LI, &lis), EntryOutcome::Completed);
}

#[test]
fn d25_the_ids_carry_over_into_a_round_without_them() {
    let first = returned();
    let recipients = without_id(LI);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    let mut second = Round::opened(&opening, keys(), first.now);
    let code = second.accept(LI);
    assert_eq!(
        second.submit(LI, &code, WRONG_ID),
        EntryOutcome::Wrong { left: 4 }
    );
    assert_eq!(second.enter(LI, &code), EntryOutcome::Completed);
}

/// The ring after `rotations`, the first key still in it.
fn rotated(rotations: u8) -> KeyRing {
    let mut ring = keys();
    for n in 1..=rotations {
        ring.rotate(u32::from(n) + 1, [n + 7; 32]).unwrap();
    }
    ring
}

#[test]
fn d25_the_ids_carry_over_under_an_older_key_and_through_several_rounds() {
    let mut round = returned();
    for rotations in 1..4 {
        let (recipients, number) = (without_id(LI), u64::from(rotations) + 1);
        let opening =
            Opening::new(u128::from(number), &recipients, seed(number)).after(&round.session);
        round = Round::opened(&opening, rotated(rotations), round.now);
        round.accept(LI);
        round.pass(DAY + MICROSECOND).tick().unwrap();
    }
    let recipients = without_id(LI);
    let opening = Opening::new(5, &recipients, seed(5)).after(&round.session);
    let mut last = Round::opened(&opening, rotated(4), round.now);
    let code = last.accept(LI);
    assert_eq!(last.enter(LI, &code), EntryOutcome::Completed);
}

#[test]
fn attack_23_d25_an_id_whose_key_has_left_the_ring_is_asked_for_again() {
    let first = returned();
    let recipients = without_id(LI);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    let mut ring = rotated(1);
    ring.remove(1);
    assert_eq!(
        open_error(&opening, &ring),
        OpenError::IdMissing(PEOPLE[LI].0.parse().unwrap())
    );
}

#[test]
fn d25_an_id_of_an_erased_round_is_asked_for_again() {
    let mut first = returned();
    first.erase().unwrap();
    let recipients = without_id(LI);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    assert!(matches!(
        open_error(&opening, &keys()),
        OpenError::IdMissing(_)
    ));
}

#[test]
fn d25_an_id_belongs_to_its_number_and_does_not_carry_over_to_another() {
    let first = returned();
    let recipients = without_id(WANG);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    assert_eq!(
        open_error(&opening, &keys()),
        OpenError::IdMissing(PEOPLE[WANG].0.parse().unwrap())
    );
}

#[test]
fn d25_an_id_that_comes_with_the_order_goes_before_the_one_carried_over() {
    let first = returned();
    let corrected = Recipient::new(
        PEOPLE[LI].0.parse().unwrap(),
        Role::ServiceAdministrator,
        ["876543".parse().unwrap()],
    );
    let recipients = Recipients::new([corrected], VerificationPolicy::REGULATOR).unwrap();
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    let mut second = Round::opened(&opening, keys(), first.now);
    let code = second.accept(LI);
    assert_eq!(second.enter(LI, &code), EntryOutcome::Wrong { left: 4 });
    assert_eq!(second.submit(LI, &code, "876543"), EntryOutcome::Completed);
}

#[test]
fn d25_without_a_round_before_a_missing_id_is_asked_for() {
    let recipients = without_id(LI);
    let opening = Opening::new(2, &recipients, seed(2));
    assert!(matches!(
        open_error(&opening, &keys()),
        OpenError::IdMissing(_)
    ));
}

#[test]
fn d25_no_round_opens_while_the_one_before_is_open() {
    let first = Round::open();
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    assert_eq!(open_error(&opening, &keys()), OpenError::PreviousRoundOpen);
}

#[test]
fn d24_no_round_follows_a_withdrawal() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    for mut withdrawn in [Round::open(), returned()] {
        withdrawn.withdraw().unwrap();
        let opening = Opening::new(2, &recipients, seed(2)).after(&withdrawn.session);
        assert_eq!(open_error(&opening, &keys()), OpenError::Withdrawn);
    }
}

#[test]
fn opening_takes_255_recipients_and_refuses_more() {
    let recipients = |many: u32| {
        let people = (0..many).map(|n| {
            let number = format!("1990001{n:04}");
            Recipient::new(
                number.parse().unwrap(),
                Role::ServiceAdministrator,
                ["345678".parse().unwrap()],
            )
        });
        Recipients::new(people, VerificationPolicy::REGULATOR).unwrap()
    };
    let all = recipients(255);
    let opening = Opening::new(1, &all, seed(1));
    let (session, ()) = Session::open(&opening, &keys(), start())
        .unwrap()
        .persisted();
    assert_eq!(session.outbox(&keys(), start()).unwrap().len(), 255);
    let too_many = recipients(256);
    let opening = Opening::new(1, &too_many, seed(1));
    assert_eq!(open_error(&opening, &keys()), OpenError::TooManyRecipients);
}

/// A key service that can't be reached.
struct Unavailable;

impl Keys for Unavailable {
    fn current(&self) -> KeyId {
        KeyId::from(1)
    }

    fn mac(&self, _: KeyId, _: &[u8]) -> Result<Mac, KeyError> {
        Err(KeyError::Unavailable)
    }
}

#[test]
fn opening_without_a_key_is_refused() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(1, &recipients, seed(1));
    assert_eq!(
        open_error(&opening, &Unavailable),
        OpenError::Key(KeyError::Unavailable)
    );
}

#[test]
fn d25_a_key_service_that_is_down_is_no_reason_to_ask_for_an_id_again() {
    /// Answers under the current key alone.
    struct Flaky(KeyRing);
    impl Keys for Flaky {
        fn current(&self) -> KeyId {
            self.0.current()
        }
        fn mac(&self, key: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
            if key == self.0.current() {
                self.0.mac(key, message)
            } else {
                Err(KeyError::Unavailable)
            }
        }
    }
    let first = returned();
    let recipients = without_id(LI);
    let opening = Opening::new(2, &recipients, seed(2)).after(&first.session);
    let ring = Flaky(rotated(1));
    assert_eq!(
        open_error(&opening, &ring),
        OpenError::Key(KeyError::Unavailable)
    );
}

/// Keys whose codes are the byte that `pick` makes of the message: so collisions can be staged.
struct Staged(fn(&[u8]) -> u8);

impl Keys for Staged {
    fn current(&self) -> KeyId {
        KeyId::from(1)
    }

    fn mac(&self, _: KeyId, message: &[u8]) -> Result<Mac, KeyError> {
        let mut mac = [0; 32];
        for (n, word) in (0..).zip(mac.chunks_exact_mut(8)) {
            word[7] = (self.0)(message) + n;
        }
        Ok(mac.into())
    }
}

/// Codes that take one of eight runs of four, by the last byte of the nonce.
const EIGHT: Staged = Staged(|message| message.last().unwrap() % 8 * 4);

#[test]
fn d13_b06_codes_differ_from_every_code_of_the_numbers_other_open_rounds() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let mut open: Vec<Session> = Vec::new();
    let mut codes = BTreeSet::new();
    for number in 0..8 {
        let opening = Opening::new(u128::from(number), &recipients, seed(number)).beside(&open);
        let (session, ()) = Session::open(&opening, &EIGHT, start())
            .unwrap()
            .persisted();
        codes.insert(
            session.outbox(&EIGHT, start()).unwrap()[0]
                .code_for_transport()
                .to_owned(),
        );
        open.push(session);
    }
    assert_eq!(codes.len(), 8);
    let opening = Opening::new(8, &recipients, seed(8)).beside(&open);
    assert_eq!(open_error(&opening, &EIGHT), OpenError::CodesExhausted);
}

#[test]
fn d13_d20_a_round_whose_key_is_missing_keeps_no_other_from_opening() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let old = [Round::open().session];
    let mut ring = rotated(1);
    ring.remove(1);
    let opening = Opening::new(2, &recipients, seed(2)).beside(&old);
    assert!(Session::open(&opening, &ring, start()).is_ok());
}

#[test]
fn d13_without_looking_beside_the_staged_codes_do_collide() {
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let codes: BTreeSet<_> = (0..8)
        .map(|number| {
            let opening = Opening::new(u128::from(number), &recipients, seed(number));
            let (session, ()) = Session::open(&opening, &EIGHT, start())
                .unwrap()
                .persisted();
            session.outbox(&EIGHT, start()).unwrap()[0]
                .code_for_transport()
                .to_owned()
        })
        .collect();
    assert!(codes.len() < 8);
}

#[test]
fn d13_codes_of_ended_rounds_and_of_other_numbers_are_free_again() {
    let lis = recipients(1, VerificationPolicy::REGULATOR);
    let wangs = Recipients::new([recipient(WANG)], VerificationPolicy::REGULATOR).unwrap();
    let one_code = Staged(|_| 0);
    let open = |recipients, others: &[Session]| {
        let opening = Opening::new(1, recipients, seed(1)).beside(others);
        Session::open(&opening, &one_code, start()).map(|decision| decision.persisted().0)
    };
    let mut first = open(&lis, &[]).unwrap();
    assert_eq!(
        open(&lis, core::slice::from_ref(&first)).unwrap_err(),
        OpenError::CodesExhausted
    );
    assert!(open(&wangs, core::slice::from_ref(&first)).is_ok());
    first = first.withdraw(start()).unwrap().persisted().0;
    assert!(open(&lis, core::slice::from_ref(&first)).is_ok());
}

#[test]
fn d13_the_codes_of_one_person_never_repeat_within_a_round() {
    /// Every nonce gives the same four codes twice over.
    struct Twice;
    impl Keys for Twice {
        fn current(&self) -> KeyId {
            KeyId::from(1)
        }
        fn mac(&self, _: KeyId, _: &[u8]) -> Result<Mac, KeyError> {
            Ok([3; 32].into())
        }
    }
    let recipients = recipients(1, VerificationPolicy::REGULATOR);
    let opening = Opening::new(1, &recipients, seed(1));
    assert_eq!(open_error(&opening, &Twice), OpenError::CodesExhausted);
}

#[test]
fn d24_an_order_is_withdrawn_from_sms_verification_and_from_returned() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.pass(MINUTE).withdraw().unwrap();
    assert_eq!(
        round.status(),
        RoundStatus::Withdrawn {
            at: start() + MINUTE
        }
    );
    assert_eq!(
        round.enter(LI, &code),
        EntryOutcome::NotCounted(Refusal::RoundEnded)
    );

    let mut round = returned();
    round.withdraw().unwrap();
    assert!(matches!(round.status(), RoundStatus::Withdrawn { .. }));
}

#[test]
fn d24_a_withdrawal_is_final_and_a_completed_round_can_not_be_withdrawn() {
    let mut round = Round::open();
    round.withdraw().unwrap();
    assert_eq!(round.withdraw(), Err(Refusal::NotWithdrawable));
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    assert_eq!(round.withdraw(), Err(Refusal::NotWithdrawable));
    assert!(round.is_completed());
}

#[test]
fn an_open_round_is_not_erased() {
    assert_eq!(Round::open().erase(), Err(Refusal::RoundOpen));
}

#[test]
fn an_erasure_takes_numbers_and_ids_and_leaves_what_happened() {
    let (mut round, [code, _]) = Round::texted(VerificationPolicy::REGULATOR);
    round.enter(LI, &code);
    round.guess(WANG, 2);
    round.pass(DAY + MICROSECOND).tick().unwrap();
    round.erase().unwrap();
    assert_eq!(round.session.mobiles().count(), 0);
    assert!(round.session.recipients().all(|one| one.mobile().is_none()));
    assert_eq!(round.return_cause(), Some(RoundFailure::WindowClosed));
    assert_eq!(round.view(LI).verified_at(), Some(start()));
    assert_eq!(round.wrong_entries_left(WANG), 3);
    assert_eq!(round.erase(), Err(Refusal::AlreadyErased));
}

#[test]
fn nothing_in_an_erased_round_tells_whose_it_was() {
    let erased = [("19900000001", "345678", 7), ("19900000002", "45678X", 8)].map(|one| {
        let (number, id, submission): (_, _, u128) = one;
        let person = Recipient::new(
            number.parse().unwrap(),
            Role::ServiceAdministrator,
            [id.parse().unwrap()],
        );
        let one = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
        let mut round = Round::opened(&Opening::new(1, &one, seed(1)), keys(), start());
        let code = round.accept(LI);
        let entry = beian::Entry::parse(number, &code, id).unwrap();
        let entry = entry.with_submission_id(submission);
        assert_eq!(round.entry(&entry), Ok(EntryOutcome::Completed));
        round.erase().unwrap();
        round.session
    });
    assert!(erased[0] == erased[1]);
}

#[test]
fn an_erased_round_knows_no_number_and_no_repeat() {
    let (mut round, [code]) = Round::texted(VerificationPolicy::REGULATOR);
    let right = entry(LI, &code).with_submission_id(7);
    round.entry(&right).unwrap();
    round.erase().unwrap();
    let unknown = SessionError::Refused(Refusal::UnknownNumber);
    assert_eq!(round.entry(&right), Err(unknown));
    assert_eq!(
        round.enter(LI, &code),
        EntryOutcome::NotCounted(Refusal::UnknownNumber)
    );
}

#[test]
fn d24_a_report_on_an_erased_round_is_recorded() {
    let mut round = Round::open();
    let first = round.id_of_due(LI);
    round.withdraw().unwrap();
    round.erase().unwrap();
    assert_eq!(
        round.report(first, beian::DeliveryReport::Accepted),
        Ok(beian::DeliveryReportOutcome::Recorded)
    );
}

#[test]
fn recipients_and_mobiles_are_sorted_by_number() {
    let people = [ZHAO, LI, WANG].map(recipient);
    let all = Recipients::new(people, VerificationPolicy::REGULATOR).unwrap();
    let round = Round::opened(&Opening::new(1, &all, seed(1)), keys(), start());
    let numbers: Vec<_> = round.session.mobiles().map(MobileNumber::digits).collect();
    assert_eq!(numbers, PEOPLE.map(|(number, _)| number));
}

#[test]
fn d25_kept_ids_serve_rounds_of_an_order_that_was_stored() {
    let permit = beian::IdDocument::passport("E12345678").unwrap();
    let leader = beian::Person::new("张三", PEOPLE[LI].0, permit).unwrap();
    let order = beian::FilingOrder::deregister_entity(beian::Province::Beijing, leader);
    let order = order.build().unwrap();
    let ids = beian::KeptIds::of(&order, &keys()).unwrap();
    let json = serde_json::to_string(&ids).unwrap();
    assert!(!json.contains("345678") && format!("{ids:?}") == "{199****0001}");
    let bytes = postcard::to_allocvec(&ids).unwrap();
    assert_eq!(postcard::from_bytes::<beian::KeptIds>(&bytes).unwrap(), ids);
    let ids: beian::KeptIds = serde_json::from_str(&json).unwrap();

    let recipients = without_id(LI);
    let opening = Opening::new(1, &recipients, seed(1)).with_ids(&ids);
    let mut round = Round::opened(&opening, keys(), start());
    let roles = recipients.iter().map(Recipient::roles);
    assert!(roles.eq(round.session.recipients().map(|view| view.roles())));
    let code = round.accept(LI);
    assert_eq!(
        round.submit(LI, &code, WRONG_ID),
        EntryOutcome::Wrong { left: 4 }
    );
    assert_eq!(round.submit(LI, &code, "345678"), EntryOutcome::Completed);

    let other_ring = KeyRing::single(9, [9; 32]).unwrap();
    assert!(matches!(
        open_error(&opening, &other_ring),
        OpenError::IdMissing(_)
    ));
    let twice = json.replacen('[', &format!("[{},", &json[7..json.len() - 2]), 1);
    assert!(serde_json::from_str::<beian::KeptIds>(&twice).is_err());
}
