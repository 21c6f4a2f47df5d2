//! What must hold whatever the model says, judged from the audit trail alone (attacks 2, 3, 6, 15,
//! 17 and 21 of the security chapter).

use std::collections::HashMap;

use beian::{EventKind, MessageKind, Update, VerificationPolicy};
use chrono::{DateTime, Utc};

#[derive(Default)]
pub struct Ledger(HashMap<[u8; 16], Book>);

struct Book {
    version: u64,
    at: DateTime<Utc>,
    ended: Option<&'static str>,
    erased: bool,
    people: Vec<Lines>,
}

#[derive(Clone, Default)]
struct Lines {
    wrong_entries: u8,
    wrong_ids: u8,
    accepted: u8,
    resends_accepted: u8,
    under_way: Option<MessageKind>,
    done: bool,
    verified: bool,
}

impl Ledger {
    /// `Err` names what can't be.
    pub fn enter(&mut self, update: &Update) -> Result<(), String> {
        let session = update.session();
        let book = self.0.entry(*update.id().as_bytes()).or_insert_with(|| {
            let first = Lines {
                under_way: Some(MessageKind::First),
                ..Lines::default()
            };
            Book {
                version: 0,
                at: session.last_changed_at(),
                ended: None,
                erased: false,
                people: vec![first; session.recipients().count()],
            }
        });
        rule(
            session.version() == book.version + 1,
            "a version is one more than the last",
        )?;
        rule(
            session.last_changed_at() >= book.at,
            "time goes forward in a round (D09)",
        )?;
        book.version = session.version();
        book.at = session.last_changed_at();
        for event in update.events() {
            book.note(event.kind, session.policy())?;
        }
        rule(
            session.status().is_open() == book.ended.is_none(),
            "an end is in the trail",
        )
    }

    /// How many messages each person of every round got.
    pub fn messages(&self) -> impl Iterator<Item = u8> {
        let people = self.0.values().flat_map(|book| &book.people);
        people.map(|lines| lines.accepted)
    }
}

impl Book {
    fn note(&mut self, kind: EventKind, policy: &VerificationPolicy) -> Result<(), String> {
        let all_verified = self.people.iter().all(|lines| lines.verified);
        let open = self.ended.is_none();
        let mut none = Lines::default();
        let lines = match kind.recipient() {
            Some(recipient) => &mut self.people[usize::from(recipient)],
            None => &mut none,
        };
        match kind {
            EventKind::MessageQueued { kind, .. } => {
                rule(
                    open && !lines.done,
                    "nothing is sent after the end, lock or verification",
                )?;
                rule(
                    lines.under_way.is_none(),
                    "one message at most is under way (D12)",
                )?;
                lines.under_way = Some(kind);
            }
            EventKind::MessageAccepted { .. } => {
                rule(open && !lines.done, "nothing is accepted after the end")?;
                let sent = lines.under_way.take().ok_or("accepted and never queued")?;
                lines.accepted += 1;
                lines.resends_accepted += u8::from(sent == MessageKind::Resend);
                let most = 1 + policy.resends_max() + u8::from(policy.noon_resend());
                rule(
                    lines.accepted <= most,
                    "so many messages a person and no more (17)",
                )?;
                rule(
                    lines.resends_accepted <= policy.resends_max(),
                    "so many resends (R22)",
                )?;
            }
            EventKind::MessageFailed { again_at: None, .. } => lines.under_way = None,
            EventKind::WrongEntry { wrong_entries, .. } => {
                lines.wrong_entries += 1;
                rule(open && !lines.done, "nothing is compared after the lock")?;
                rule(
                    wrong_entries == lines.wrong_entries,
                    "every wrong entry counts once (1)",
                )?;
                let most = policy.wrong_entries_max();
                rule(
                    wrong_entries <= most,
                    "so many wrong entries over all codes (3)",
                )?;
            }
            EventKind::WrongId { wrong_ids, .. } => {
                lines.wrong_ids += 1;
                rule(
                    open && wrong_ids == lines.wrong_ids,
                    "every wrong ID counts once",
                )?;
                rule(
                    wrong_ids <= policy.wrong_ids_max(),
                    "so many wrong IDs (25)",
                )?;
            }
            EventKind::PersonLocked { .. } => {
                rule(open && !lines.done, "a lock comes once")?;
                rule(
                    lines.wrong_entries == policy.wrong_entries_max(),
                    "locked at the budget",
                )?;
                (lines.done, lines.under_way) = (true, None);
            }
            EventKind::PersonVerified { .. } => {
                rule(open && !lines.done, "a person verifies once (2)")?;
                (lines.done, lines.verified, lines.under_way) = (true, true, None);
            }
            EventKind::RoundCompleted => {
                rule(
                    open && all_verified,
                    "handed over when all have verified (15)",
                )?;
                self.ended = Some("completed");
            }
            EventKind::RoundReturned { .. } => {
                rule(
                    open && !all_verified,
                    "an ended round never ends again (21)",
                )?;
                self.ended = Some("returned");
            }
            EventKind::RoundWithdrawn => {
                let can = matches!(self.ended, None | Some("returned"));
                rule(can, "withdrawn from SMS verification or returned (D24)")?;
                self.ended = Some("withdrawn");
            }
            EventKind::PersonalDataErased => {
                rule(!open && !self.erased, "erased once, and after the end")?;
                self.erased = true;
            }
            _ => {}
        }
        Ok(())
    }
}

fn rule(holds: bool, words: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("the audit trail breaks “{words}”"))
    }
}
