//! What races: where it starts, what each host does, what it was answered.

use std::sync::{Arc, Mutex};

use beian::{
    DeliveryReport, EntryOutcome, EventKind, MessageId, MessageKind, Refusal, ResendOutcome,
    Session, SessionId, VerificationPolicy,
    host::{Clock as _, Desk, HostError, MemoryStore, block},
    testkit::{ManualClock, RecordingSender, TestPerson, keys, recipients_under, seed},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::store::Store;

pub const FIRST: u128 = 1;
const SECOND: u128 = 2;
/// The order that [`Call::Open`] opens.
pub const NEW: u128 = 9;
const WRONG_CODE: &str = "271828";

/// One call of the desk, or time that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A wrong code, the ID right.
    Guess,
    /// The code of the person's first message in the first order, the ID right.
    Right,
    Resend,
    Dispatch,
    /// The first message of the first order was delivered.
    Report,
    /// The first order, as the next.
    Withdraw,
    Look,
    /// A new order, the same one whoever opens it.
    Open,
    /// A microsecond passes.
    Later,
}

pub const CALLS: [Call; 9] = [
    Call::Guess,
    Call::Right,
    Call::Resend,
    Call::Dispatch,
    Call::Report,
    Call::Withdraw,
    Call::Look,
    Call::Open,
    Call::Later,
];

/// Where a race starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The first message is due.
    Due,
    /// It was accepted, and a resend can be asked for.
    Texted,
    /// Two orders of one number, both texted.
    TwoOrders,
    /// Two persons; hosts take turns in being one or the other.
    TwoPersons,
    /// Texted, at the last good instant.
    Closing,
    /// Texted, and a resend was asked for and is due.
    Resent,
}

/// A start made ready, the same for every interleaving.
pub struct Field {
    pub start: Start,
    pub sessions: Vec<Session>,
    pub now: DateTime<Utc>,
    pub persons: u16,
    first_codes: Vec<String>,
}

/// What a host was told.
#[derive(Clone, Debug)]
pub enum Answer {
    Entry(TestPerson, Vec<(SessionId, EntryOutcome)>),
    Resend(TestPerson, Vec<(SessionId, ResendOutcome)>),
    Opened(bool),
    Withdrawn(bool),
    Nothing,
    /// What was answered and isn't stored, or an error that nobody expects.
    Wrong(String),
}

pub type Answers = Arc<Mutex<Vec<Answer>>>;

/// Two entries, one resend: small, so that three hosts reach the end of both.
fn policy() -> VerificationPolicy {
    let policy = VerificationPolicy::builder().wrong_entries_max(2);
    let policy = policy.not_the_regulators(TimeDelta::hours(24), 1);
    policy.build().unwrap()
}

impl Start {
    pub const ALL: [Self; 6] = [
        Self::Due,
        Self::Texted,
        Self::TwoOrders,
        Self::TwoPersons,
        Self::Closing,
        Self::Resent,
    ];

    pub fn field(self) -> Field {
        let clock = ManualClock::default();
        let desk = Desk::new(MemoryStore::default(), keys(), clock.clone());
        let persons = if self == Self::TwoPersons { 2 } else { 1 };
        let orders: &[u128] = match self {
            Self::TwoOrders => &[FIRST, SECOND],
            _ => &[FIRST],
        };
        for id in orders {
            let seed = seed(u64::try_from(*id).unwrap());
            let opened = block(desk.open(*id, &recipients_under(persons, policy()), seed));
            opened.unwrap().unwrap();
        }
        let load = || {
            let mut sessions = desk.store().sessions();
            sessions.sort_by_key(Session::id);
            sessions
        };
        let due = load()[0].outbox(&keys(), clock.now()).unwrap();
        let first_codes = due.iter().map(|one| one.code_for_transport().into());
        let first_codes = first_codes.collect();
        if self != Self::Due {
            block(desk.dispatch(&RecordingSender::default()))
                .unwrap()
                .unwrap();
            clock.advance(TimeDelta::minutes(2));
        }
        if self == Self::Resent {
            block(desk.resend(&TestPerson(1).resend()))
                .unwrap()
                .unwrap();
        }
        let sessions = load();
        if self == Self::Closing {
            let closes = sessions[0].recipients().next().unwrap().window_closes_at();
            clock.set(closes.unwrap());
        }
        Field {
            start: self,
            sessions,
            now: clock.now(),
            persons,
            first_codes,
        }
    }
}

impl Field {
    /// Who does what the host does for somebody.
    pub fn person(&self, host: usize) -> TestPerson {
        TestPerson(u16::try_from(host).unwrap() % self.persons + 1)
    }

    fn first_message(&self) -> MessageId {
        MessageId {
            session: self.sessions[0].id(),
            recipient: 0,
            number: 0,
            attempt: 0,
        }
    }
}

/// One host makes one call, and notes what it was told.
pub async fn act(
    field: Arc<Field>,
    host: usize,
    call: Call,
    store: Store,
    clock: ManualClock,
    answers: Answers,
) {
    let desk = Desk::new(store.clone(), keys(), clock.clone());
    let who = field.person(host);
    let answer = match call {
        Call::Guess => enter(&desk, who, WRONG_CODE).await,
        Call::Right => enter(&desk, who, &field.first_codes[usize::from(who.0) - 1]).await,
        Call::Resend => match desk.resend(&who.resend()).await {
            Ok(resent) => Answer::Resend(who, resent.orders().to_vec()),
            Err(error) => Answer::Wrong(error.to_string()),
        },
        Call::Dispatch => match desk.dispatch(&store).await {
            Ok(done) if done.left_out.is_empty() => Answer::Nothing,
            other => Answer::Wrong(format!("{other:?}")),
        },
        Call::Report => match desk
            .report(field.first_message(), DeliveryReport::Delivered)
            .await
        {
            Ok(_) => Answer::Nothing,
            Err(error) => Answer::Wrong(error.to_string()),
        },
        Call::Withdraw => match desk.withdraw(FIRST).await {
            Ok(_) => Answer::Withdrawn(true),
            Err(HostError::Refused(Refusal::NotWithdrawable)) => Answer::Withdrawn(false),
            Err(error) => Answer::Wrong(error.to_string()),
        },
        Call::Look => match desk.session(FIRST).await {
            Ok(_) => Answer::Nothing,
            Err(error) => Answer::Wrong(error.to_string()),
        },
        Call::Open => {
            let seed = seed(100 + u64::try_from(host).unwrap());
            match desk.open(NEW, &recipients_under(1, policy()), seed).await {
                Ok(_) => Answer::Opened(true),
                Err(HostError::Exists) => Answer::Opened(false),
                Err(error) => Answer::Wrong(error.to_string()),
            }
        }
        Call::Later => {
            store.gate.pass().await;
            clock.advance(TimeDelta::microseconds(1));
            Answer::Nothing
        }
    };
    let missing = not_stored(&answer, &store).map(Answer::Wrong);
    answers.lock().unwrap().push(missing.unwrap_or(answer));
}

async fn enter(desk: &Desk<Store>, who: TestPerson, code: &str) -> Answer {
    match desk.submit(&who.entry(code).unwrap()).await {
        Ok(submitted) => Answer::Entry(who, submitted.orders().to_vec()),
        Err(error) => Answer::Wrong(error.to_string()),
    }
}

/// What an answer tells and the store doesn't know at that moment.
fn not_stored(answer: &Answer, store: &Store) -> Option<String> {
    let rows = store.rows();
    let happened = |id: SessionId, what: &dyn Fn(EventKind) -> bool| {
        let mut events = rows.events.iter();
        events.any(|event| event.session == id && what(event.kind))
    };
    let named = |id: SessionId, name: &str| happened(id, &|kind| kind.name() == name);
    let stored = match answer {
        Answer::Entry(_, orders) => orders.iter().all(|(id, outcome)| match outcome {
            EntryOutcome::Completed => named(*id, "round_completed"),
            EntryOutcome::Verified => named(*id, "person_verified"),
            EntryOutcome::Wrong { .. } => named(*id, "wrong_entry"),
            EntryOutcome::Locked => named(*id, "person_locked"),
            EntryOutcome::Returned => named(*id, "round_returned"),
            EntryOutcome::NotCounted(_) => true,
        }),
        Answer::Resend(_, orders) => orders.iter().all(|(id, outcome)| match outcome {
            ResendOutcome::Queued => happened(*id, &is_resend),
            ResendOutcome::WrongId { .. } => named(*id, "wrong_id"),
            ResendOutcome::NotSent(_) => true,
        }),
        Answer::Opened(true) => named(NEW.into(), "round_opened"),
        Answer::Withdrawn(true) => named(FIRST.into(), "round_withdrawn"),
        Answer::Opened(false) | Answer::Withdrawn(false) | Answer::Nothing | Answer::Wrong(_) => {
            true
        }
    };
    (!stored).then(|| format!("answered and not stored: {answer:?}"))
}

pub fn is_resend(kind: EventKind) -> bool {
    matches!(kind, EventKind::MessageQueued { kind, .. } if kind == MessageKind::Resend)
}
