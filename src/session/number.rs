//! One entry, one resend request: judged over all orders of the number before anything counts
//! (D15, D17, D18).

use chrono::TimeDelta;
use subtle::{Choice, ConstantTimeEq};

use super::{
    Entry, EntryOutcome, Refusal, ResendOutcome, ResendRequest, Session,
    decide::Draft,
    state::{Person, Phase, State},
};
use crate::{
    LastSix, MobileNumber, SessionId,
    code::{CODES, Code, Nonce, codes, id_mac, spent_mac},
    key::{KeyError, KeyId, Keys},
    time::Micros,
};

/// How long a double click is known as one (D18).
pub(crate) const REPEAT_KNOWN_FOR: TimeDelta = TimeDelta::minutes(10);

/// One order of the number: what the input is in it, and what comes of it.
pub(crate) struct Candidate<'a, G, O> {
    pub(crate) draft: Draft<'a>,
    pub(crate) outcome: O,
    recipient: u8,
    grade: G,
}

pub(crate) type EntryCandidate<'a> = Candidate<'a, Grade, EntryOutcome>;
pub(crate) type ResendCandidate<'a> = Candidate<'a, Compared, ResendOutcome>;

/// What an entry is in one order.
#[derive(Clone, Copy)]
pub(crate) struct Grade {
    right: bool,
    /// Set for a superseded code with the right ID, and for a repeat of what verified (D18).
    free: Option<Refusal>,
    /// Whether a wrong entry counts here (D19).
    counts: bool,
}

/// What the ID of a resend request is in one order.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    right: bool,
    /// Too many wrong ones: nothing is sent for this order whatever the ID (D14).
    spent: bool,
}

impl<'a> EntryCandidate<'a> {
    /// `None` if the session doesn't have the number, else at the price of two MACs whatever the
    /// state of session and person.
    pub(crate) fn new(
        session: &'a Session,
        entry: &Entry,
        keys: &dyn Keys,
        now: Micros,
    ) -> Result<Option<Self>, KeyError> {
        let Some(recipient) = session.recipient_of(&entry.mobile) else {
            return Ok(None);
        };
        let draft = Draft::new(session, now);
        let Some(person) = draft.session().one(recipient) else {
            return Ok(None);
        };
        let grade = grade(&draft, person, entry, keys)?;
        let outcome = EntryOutcome::NotCounted(Refusal::OtherOrder);
        Ok(Some(Self {
            draft,
            outcome,
            recipient,
            grade,
        }))
    }

    fn decide(&mut self, entry: &Entry, outcome: EntryOutcome) {
        self.outcome = outcome;
        self.draft
            .remember(self.recipient, entry.submission, outcome);
    }
}

impl<'a> ResendCandidate<'a> {
    /// As for an entry, at the price of one MAC.
    pub(crate) fn new(
        session: &'a Session,
        request: &ResendRequest,
        keys: &dyn Keys,
        now: Micros,
    ) -> Result<Option<Self>, KeyError> {
        let Some(recipient) = session.recipient_of(&request.mobile) else {
            return Ok(None);
        };
        let draft = Draft::new(session, now);
        let Some(person) = draft.session().one(recipient) else {
            return Ok(None);
        };
        let right = id_matches(person, &request.mobile, &request.last_six, keys)?;
        let spent = person.wrong_ids >= draft.session().policy().wrong_ids_max();
        let grade = Compared {
            right: right.into(),
            spent,
        };
        let outcome = ResendOutcome::NotSent(Refusal::OtherOrder);
        Ok(Some(Self {
            draft,
            outcome,
            recipient,
            grade,
        }))
    }
}

impl<G, O> Candidate<'_, G, O> {
    /// What decides which of several orders moves (D17).
    pub(crate) fn opened(&self) -> (Micros, SessionId) {
        (
            self.draft.session().terms.opened_at,
            self.draft.session().id,
        )
    }

    fn is_open(&self) -> bool {
        matches!(self.draft.session().state, State::Open)
    }

    fn phase(&self) -> Option<&Phase> {
        Some(&self.draft.session().one(self.recipient)?.phase)
    }

    /// Why nothing can be for a person who isn't waiting.
    fn closed(&self) -> Option<Refusal> {
        match self.phase() {
            Some(Phase::Waiting(_)) => None,
            Some(Phase::Verified(_)) => Some(Refusal::AlreadyVerified),
            Some(Phase::Locked) if self.is_open() => Some(Refusal::Locked),
            Some(Phase::Locked | Phase::Unverified) | None => Some(Refusal::RoundEnded),
        }
    }
}

impl Session {
    /// What came of an entry with the same submission id for the same number (D21).
    pub(crate) fn remembered(&self, entry: &Entry) -> Option<EntryOutcome> {
        let submission = entry.submission?;
        let person = self.one(self.recipient_of(&entry.mobile)?)?;
        let known = person
            .remembered()
            .iter()
            .find(|(known, _)| *known == submission)?;
        Some(known.1.into())
    }
}

/// Judges an entry over all orders of its number, the one opened first in front.
pub(crate) fn submit(
    candidates: &mut [EntryCandidate],
    entry: &Entry,
    keys: &dyn Keys,
) -> Result<(), KeyError> {
    // What is right for one order is wrong for all the others, so it is looked for first. Then what is
    // free: a code that was replaced in one order must not cost an attempt in another.
    if let Some(candidate) = candidates
        .iter_mut()
        .find(|candidate| candidate.grade.right)
    {
        let Session { terms, id, .. } = candidate.draft.session();
        let spent = spent(entry, keys, terms.key, *id)?;
        let outcome = candidate.draft.verify(candidate.recipient, spent);
        candidate.decide(entry, outcome);
        return Ok(());
    }
    if let Some(candidate) = candidates
        .iter_mut()
        .find(|candidate| candidate.grade.free.is_some())
    {
        let why = candidate.grade.free.unwrap_or(Refusal::RepeatedEntry);
        candidate.decide(entry, EntryOutcome::NotCounted(why));
        return Ok(());
    }
    for candidate in candidates {
        match candidate.closed() {
            None | Some(Refusal::Locked) => {
                let outcome = if candidate.grade.counts {
                    candidate.draft.count_wrong_entry(candidate.recipient)
                } else {
                    EntryOutcome::NotCounted(Refusal::IdNotCounted)
                };
                candidate.decide(entry, outcome);
            }
            Some(why) if candidate.is_open() => {
                candidate.decide(entry, EntryOutcome::NotCounted(why));
            }
            Some(why) => candidate.outcome = EntryOutcome::NotCounted(why),
        }
    }
    Ok(())
}

/// Judges a resend request over all orders of its number (D14, D15).
pub(crate) fn resend(candidates: &mut [ResendCandidate]) {
    let right_somewhere = candidates
        .iter()
        .any(|candidate| candidate.is_open() && candidate.grade.right);
    for candidate in candidates {
        let recipient = candidate.recipient;
        candidate.outcome = match (candidate.closed(), candidate.grade) {
            (Some(why), _) => ResendOutcome::NotSent(why),
            (None, Compared { spent: true, .. }) => {
                ResendOutcome::NotSent(Refusal::TooManyWrongIds)
            }
            (None, Compared { right: true, .. }) => candidate.draft.resend(recipient),
            (None, _) if right_somewhere => ResendOutcome::NotSent(Refusal::OtherOrder),
            (None, _) => ResendOutcome::WrongId {
                left: candidate.draft.count_wrong_id(recipient),
            },
        };
    }
}

/// The MACs that an entry for a known number would cost, for one that nobody has (D23).
pub(crate) fn pretend_to_grade(entry: &Entry, keys: &dyn Keys) -> Result<(), KeyError> {
    let key = keys.current();
    id_mac(keys, key, &entry.mobile, &entry.last_six)?;
    codes(keys, key, SessionId::from(0), &entry.mobile, &Nonce::ZERO)?;
    Ok(())
}

/// As [`pretend_to_grade`], for a resend request.
pub(crate) fn pretend_to_compare(request: &ResendRequest, keys: &dyn Keys) -> Result<(), KeyError> {
    id_mac(keys, keys.current(), &request.mobile, &request.last_six).map(drop)
}

/// What a code is to a person.
struct CodeGrade {
    right: Choice,
    superseded: Choice,
    /// The same as what verified (D18).
    repeated: Choice,
}

/// Exactly two MACs: one for the ID, one for the code, whatever there is to compare with.
fn grade(
    draft: &Draft<'_>,
    person: &Person,
    entry: &Entry,
    keys: &dyn Keys,
) -> Result<Grade, KeyError> {
    let policy = &draft.session().terms.policy;
    let id = id_matches(person, &entry.mobile, &entry.last_six, keys)?;
    let code = grade_code(draft, person, entry, keys)?;
    let free = [
        (code.superseded & id, Refusal::SupersededCode),
        (code.repeated & id, Refusal::RepeatedEntry),
    ]
    .into_iter()
    .find_map(|(is, why)| bool::from(is).then_some(why));
    // Not by `||`: that would branch on the ID alone.
    let counts = id | Choice::from(u8::from(!policy.count_only_matching_ids()));
    Ok(Grade {
        right: (code.right & id).into(),
        free,
        counts: counts.into(),
    })
}

/// One MAC in every phase.
fn grade_code(
    draft: &Draft<'_>,
    person: &Person,
    entry: &Entry,
    keys: &dyn Keys,
) -> Result<CodeGrade, KeyError> {
    let session = draft.session();
    let terms = &session.terms;
    let all_codes = |nonce| codes(keys, terms.key, session.id, &entry.mobile, nonce);
    let no = Choice::from(0);
    let (right, superseded, repeated) = match &person.phase {
        Phase::Waiting(waiting) => {
            let (right, superseded) = compare(
                &all_codes(&waiting.nonce)?,
                person,
                waiting.created,
                terms.policy.keep_code(),
                &entry.code,
            );
            (right, superseded, no)
        }
        Phase::Verified(verified) => {
            let spent = spent(entry, keys, terms.key, session.id)?;
            let known = draft.now() <= verified.at.plus(REPEAT_KNOWN_FOR);
            (
                no,
                no,
                same(&spent, &verified.spent) & Choice::from(u8::from(known)),
            )
        }
        Phase::Locked | Phase::Unverified => {
            drop(all_codes(&Nonce::ZERO)?);
            (no, no, no)
        }
    };
    Ok(CodeGrade {
        right,
        superseded,
        repeated,
    })
}

/// Whether a code is right, and whether it is superseded (D10). All four are compared; which of them
/// is of what kind is no secret.
fn compare(
    codes: &[Code; CODES],
    person: &Person,
    created: u8,
    keep: bool,
    code: &Code,
) -> (Choice, Choice) {
    let (oldest, newest) = if keep {
        (0, 1)
    } else {
        (person.accepted.saturating_sub(1), created)
    };
    let [mut right, mut superseded, mut not_yet] = [Choice::from(0); 3];
    for (n, candidate) in (0_u8..).zip(codes) {
        let kind = match n {
            n if n < oldest => &mut superseded,
            n if n < newest => &mut right,
            _ => &mut not_yet,
        };
        *kind |= candidate.matches(code);
    }
    (right, superseded)
}

fn spent(
    entry: &Entry,
    keys: &dyn Keys,
    key: KeyId,
    session: SessionId,
) -> Result<[u8; 16], KeyError> {
    spent_mac(
        keys,
        key,
        session,
        &entry.mobile,
        &entry.code,
        &entry.last_six,
    )
}

/// In constant time, as one number: byte by byte costs a fourth of a MAC.
fn same(one: &[u8; 16], other: &[u8; 16]) -> Choice {
    u128::from_ne_bytes(*one).ct_eq(&u128::from_ne_bytes(*other))
}

/// Either ID of the person is right (D03); one MAC.
fn id_matches(
    person: &Person,
    mobile: &MobileNumber,
    last_six: &LastSix,
    keys: &dyn Keys,
) -> Result<Choice, KeyError> {
    let mac = id_mac(keys, person.identity.id_key, mobile, last_six)?;
    let ids = person.identity.ids.as_slice().iter();
    Ok(ids.fold(Choice::from(0), |matched, id| matched | same(id, &mac)))
}
