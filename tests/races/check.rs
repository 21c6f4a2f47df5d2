//! What has to hold after every interleaving.

use std::collections::BTreeMap;

use beian::{
    EntryOutcome, Event, EventKind, MessageId, RecipientState, RecipientView, Refusal,
    ResendOutcome, RoundStatus, Session, SessionId,
    host::SendOutcome,
    testkit::{TestPerson, keys},
};

use super::{
    race::{Answer, Call, FIRST, Start, is_resend},
    schedule::Run,
    store::Sent,
};

pub const ANSWERED: &str = "every call is answered, with what is stored";
pub const VERDICTS: &str = "as many verdicts as wrong entries on record, within the budget";
pub const VERIFIED_ONCE: &str = "a person verifies once, and one host is told so";
pub const ONE_ORDER: &str = "a right entry moves one order, and counts in no other";
pub const ALL_OR_NONE: &str = "a wrong entry counts in all orders or in none";
pub const RESENDS: &str = "a resend is queued once for each that was granted";
pub const SENT_ONCE: &str = "a message goes out once, and once more for each crash or deferral";
pub const NOT_ACCEPTED: &str =
    "what the gateway didn't accept is no acceptance, and uses up nothing";
pub const HEARD: &str = "what the gateway accepted, and a host heard, is on record";
pub const FAILED_ONCE: &str = "a refusal is recorded once for each try";
pub const SAME_CODE: &str = "a message has its code, and no other message has it";
pub const ACCEPTED_ONCE: &str = "an acceptance is recorded once";
pub const ENDED_ONCE: &str = "a round ends once";
pub const WITHDRAWN: &str = "what was withdrawn stays so";
pub const OPENED_ONCE: &str = "a round is opened once";
pub const NOTHING_LOST: &str = "after a recovery nothing is left undone";

pub type Broken = (&'static str, String);

pub fn holds(run: &Run<'_>) -> Result<(), Broken> {
    let rows = run.store.rows();
    for answer in &run.answers {
        if let Answer::Wrong(why) = answer {
            return Err((ANSWERED, why.clone()));
        }
    }
    let told = run.answers.len() + run.crashed(|_, _| true);
    hold(ANSWERED, told == run.calls.len(), || told)?;
    withdrawn(run, &rows.sessions[&FIRST.into()])?;
    for session in rows.sessions.values() {
        let events: Vec<EventKind> = of_session(&rows.events, session.id());
        for (recipient, view) in (0_u8..).zip(session.recipients()) {
            let one = One {
                run,
                session,
                recipient,
                view,
                events: &events,
                sent: &rows.sent,
            };
            one.wrong_entries()?;
            one.verifications()?;
            one.resends()?;
            one.acceptances()?;
            one.refusals()?;
        }
        ends(session, &events)?;
        let left = session.outbox(&keys(), run.now).unwrap();
        hold(NOTHING_LOST, left.is_empty(), || left)?;
    }
    messages(run, &rows.sent)?;
    entries(run)?;
    opened(run)?;
    together(run, rows.sessions.values())
}

fn hold<T: std::fmt::Debug>(
    what: &'static str,
    holds: bool,
    found: impl FnOnce() -> T,
) -> Result<(), Broken> {
    if holds {
        return Ok(());
    }
    Err((what, format!("{:?}", found())))
}

fn of_session(events: &[Event], id: SessionId) -> Vec<EventKind> {
    let of_session = events.iter().filter(|event| event.session == id);
    of_session.map(|event| event.kind).collect()
}

/// One person of one order, after a race.
struct One<'a> {
    run: &'a Run<'a>,
    session: &'a Session,
    recipient: u8,
    view: RecipientView<'a>,
    events: &'a [EventKind],
    sent: &'a [Sent],
}

impl One<'_> {
    fn who(&self) -> TestPerson {
        TestPerson(u16::from(self.recipient) + 1)
    }

    fn count(&self, which: impl Fn(EventKind) -> bool) -> usize {
        let mine = self.events.iter().filter(|kind| {
            kind.recipient()
                .is_none_or(|recipient| recipient == self.recipient)
        });
        mine.filter(|kind| which(**kind)).count()
    }

    fn named(&self, name: &str) -> usize {
        self.count(|kind| kind.name() == name)
    }

    /// What hosts were told of this person's entries in this order.
    fn told(&self, which: impl Fn(EntryOutcome) -> bool) -> usize {
        let orders = self.run.answers.iter().filter_map(|answer| match answer {
            Answer::Entry(who, orders) if *who == self.who() => Some(orders),
            _ => None,
        });
        let here = orders.flatten().filter(|(id, _)| *id == self.session.id());
        here.filter(|(_, outcome)| which(*outcome)).count()
    }

    fn crashed(&self, calls: &[Call]) -> usize {
        self.run.crashed(|host, call| {
            calls.contains(&call) && self.run.field.person(host) == self.who()
        })
    }

    /// Attacks 1 and 5: no guess is free, and none counts twice.
    fn wrong_entries(&self) -> Result<(), Broken> {
        let max = self.session.policy().wrong_entries_max();
        let recorded = usize::from(max - self.view.wrong_entries_left());
        let wrong = |outcome| matches!(outcome, EntryOutcome::Wrong { .. } | EntryOutcome::Locked);
        let verdicts = self.told(wrong);
        let unheard = self.crashed(&[Call::Guess, Call::Right]);
        let stored = self.named("wrong_entry");
        let fits = verdicts <= recorded
            && recorded <= verdicts + unheard
            && recorded == stored
            && recorded <= usize::from(max);
        hold(VERDICTS, fits, || (verdicts, unheard, stored, recorded))?;
        let locked = self.told(|outcome| outcome == EntryOutcome::Locked);
        let returned = self.told(|outcome| outcome == EntryOutcome::Returned);
        hold(VERDICTS, locked <= 1 && returned <= 1, || {
            (locked, returned)
        })
    }

    /// Attack 2.
    fn verifications(&self) -> Result<(), Broken> {
        let happened = self.named("person_verified");
        let told = self
            .told(|outcome| matches!(outcome, EntryOutcome::Verified | EntryOutcome::Completed));
        let unheard = self.crashed(&[Call::Right]);
        let is = usize::from(self.view.state() == RecipientState::Verified);
        let fits = happened == is && told <= happened && happened <= told + unheard;
        hold(VERIFIED_ONCE, fits, || (happened, told, unheard, is))
    }

    /// Attack 17.
    fn resends(&self) -> Result<(), Broken> {
        let granted = self.run.answers.iter().filter_map(|answer| match answer {
            Answer::Resend(who, orders) if *who == self.who() => Some(orders),
            _ => None,
        });
        let granted = granted
            .flatten()
            .filter(|(id, outcome)| *id == self.session.id() && *outcome == ResendOutcome::Queued);
        let (granted, queued) = (granted.count(), self.count(is_resend));
        let unheard = self.crashed(&[Call::Resend]);
        let max = usize::from(self.session.policy().resends_max());
        let before = usize::from(self.run.field.start == Start::Resent);
        let fits = granted <= queued && queued <= granted + unheard && queued + before <= max;
        hold(RESENDS, fits, || (granted, queued, unheard))
    }

    fn messages(&self, number: u16, said: SendOutcome) -> Vec<MessageId> {
        let sent = self.sent.iter().filter(|sent| sent.said == said);
        let ids = sent.map(|sent| sent.id);
        let mine = ids.filter(|id| {
            (id.session, id.recipient, id.number) == (self.session.id(), self.recipient, number)
        });
        mine.collect()
    }

    /// D10, D11: a message that wasn't accepted supersedes no code, uses up no resend, starts no window.
    fn refusals(&self) -> Result<(), Broken> {
        let done = [RecipientState::Verified, RecipientState::Locked];
        let is_done = !self.session.status().is_open() || done.contains(&self.view.state());
        let (mut accepted, mut resends) = ([false; 4], 0);
        for (number, accepted) in (0_u16..).zip(&mut accepted) {
            let count = |name: &str| {
                self.count(|kind| kind.name() == name && message_of(kind) == Some(number))
            };
            *accepted = count("message_accepted") > 0;
            resends += usize::from(*accepted && number > 0);
            let reported = number == 0 && self.run.calls.contains(&Call::Report);
            let said = self.messages(number, SendOutcome::Accepted);
            let fits = !*accepted || reported || !said.is_empty();
            hold(NOT_ACCEPTED, fits, || (number, said.clone()))?;
            let unheard = self.run.crashed(|_, call| call == Call::Dispatch) > 0;
            let heard = said.is_empty() || *accepted || unheard || is_done;
            hold(HEARD, heard, || (number, said))?;
            let mut tries = self.messages(number, SendOutcome::Failed);
            tries.dedup();
            let failed = count("message_failed");
            hold(FAILED_ONCE, failed <= tries.len(), || (number, tries))?;
        }
        let left = self.session.policy().resends_max() - self.view.resends_left();
        hold(NOT_ACCEPTED, usize::from(left) == resends, || {
            (left, resends)
        })?;
        let superseded =
            self.told(|outcome| outcome == EntryOutcome::NotCounted(Refusal::SupersededCode));
        hold(NOT_ACCEPTED, superseded == 0 || resends > 0, || superseded)
    }

    fn acceptances(&self) -> Result<(), Broken> {
        let mut numbers = Vec::new();
        for kind in self.events {
            if let EventKind::MessageAccepted { recipient, number } = kind
                && *recipient == self.recipient
            {
                numbers.push(*number);
            }
        }
        let once = (1..numbers.len()).all(|n| !numbers[..n].contains(&numbers[n]));
        hold(ACCEPTED_ONCE, once, || numbers)
    }
}

fn ends(session: &Session, events: &[EventKind]) -> Result<(), Broken> {
    let count = |name: &str| events.iter().filter(|kind| kind.name() == name).count();
    let completed = count("round_completed");
    let (returned, withdrawn) = (count("round_returned"), count("round_withdrawn"));
    let status = session.status();
    let ended_as = match status {
        RoundStatus::SmsVerification => completed + returned + withdrawn == 0,
        RoundStatus::AdministrationReview { .. } => (completed, returned, withdrawn) == (1, 0, 0),
        RoundStatus::Returned { .. } => (completed, returned, withdrawn) == (0, 1, 0),
        RoundStatus::Withdrawn { .. } => (completed, withdrawn) == (0, 1) && returned <= 1,
    };
    hold(ENDED_ONCE, ended_as, || {
        (status, completed, returned, withdrawn)
    })
}

fn message_of(kind: EventKind) -> Option<u16> {
    match kind {
        EventKind::MessageAccepted { number, .. } | EventKind::MessageFailed { number, .. } => {
            Some(number)
        }
        _ => None,
    }
}

/// A dispatcher that crashed may have sent what nobody knows of: then it goes again, the same.
fn messages(run: &Run<'_>, sent: &[Sent]) -> Result<(), Broken> {
    let crashes = run.crashed(|_, call| call == Call::Dispatch);
    let mut codes: BTreeMap<(SessionId, &str), (u8, u16)> = BTreeMap::new();
    for one in sent {
        let id = one.id;
        let message = (id.recipient, id.number);
        let known = codes.entry((id.session, &one.code)).or_insert(message);
        hold(SAME_CODE, *known == message, || id)?;
        let of_it = sent.iter().filter(|other| other.id == id);
        hold(
            SAME_CODE,
            of_it.clone().all(|other| other.code == one.code),
            || id,
        )?;
        let deferred = of_it
            .clone()
            .filter(|other| other.said == SendOutcome::Deferred);
        let most = 1 + crashes + deferred.count();
        hold(SENT_ONCE, of_it.clone().count() <= most, || (id, most))?;
    }
    Ok(())
}

/// D17, D18.
fn entries(run: &Run<'_>) -> Result<(), Broken> {
    for answer in &run.answers {
        let Answer::Entry(_, orders) = answer else {
            continue;
        };
        let moved = |outcome: &EntryOutcome| {
            matches!(outcome, EntryOutcome::Verified | EntryOutcome::Completed)
        };
        let right = orders.iter().filter(|(_, outcome)| moved(outcome)).count();
        let free = |outcome: &EntryOutcome| matches!(outcome, EntryOutcome::NotCounted(_));
        let others_free = orders
            .iter()
            .all(|(_, outcome)| moved(outcome) || free(outcome));
        hold(ONE_ORDER, right == 0 || (right == 1 && others_free), || {
            orders.clone()
        })?;
    }
    Ok(())
}

fn opened(run: &Run<'_>) -> Result<(), Broken> {
    let opens = run.calls.iter().filter(|call| **call == Call::Open).count();
    let opened = run.answers.iter();
    let opened = opened.filter(|answer| matches!(answer, Answer::Opened(true)));
    let (opened, unheard) = (opened.count(), run.crashed(|_, call| call == Call::Open));
    let once = opened <= 1 && (opens == 0 || opened + unheard >= 1);
    hold(OPENED_ONCE, once, || (opens, opened, unheard))
}

fn withdrawn(run: &Run<'_>, session: &Session) -> Result<(), Broken> {
    let told = run.answers.iter();
    let told = told.filter(|answer| matches!(answer, Answer::Withdrawn(true)));
    let is = matches!(session.status(), RoundStatus::Withdrawn { .. });
    let told = told.count();
    hold(WITHDRAWN, told == 0 || (told == 1 && is), || (told, is))
}

/// D20: the writes of one entry are one transaction. Where only entries that are wrong everywhere race,
/// every order has counted the same.
fn together<'a>(run: &Run<'_>, sessions: impl Iterator<Item = &'a Session>) -> Result<(), Broken> {
    let apart = [Call::Right, Call::Withdraw, Call::Open, Call::Later];
    if run.field.start != Start::TwoOrders || run.calls.iter().any(|call| apart.contains(call)) {
        return Ok(());
    }
    let left = sessions.flat_map(Session::recipients);
    let left: Vec<_> = left.map(|view| view.wrong_entries_left()).collect();
    hold(
        ALL_OR_NONE,
        left.windows(2).all(|two| two[0] == two[1]),
        || left,
    )
}
