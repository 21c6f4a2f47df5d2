//! What the model speaks of. No rule is here.

pub type Instant = i64;
pub type Span = i64;
pub type Number = u64;
pub type Code = u32;
pub type Id = u64;
pub type RoundId = u128;

pub const SECOND: Span = 1_000_000;
pub const MINUTE: Span = 60 * SECOND;
pub const HOUR: Span = 60 * MINUTE;

/// The ten values that may change, captured when a round opens (D01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationPolicy {
    pub window: Span,
    pub resends_max: u8,
    pub wrong_entries_max: u8,
    pub wrong_ids_max: u8,
    pub resend_pause: Span,
    pub delivery_clamp: Span,
    pub unreachable_after: Span,
    pub keep_code: bool,
    pub count_only_matching_ids: bool,
    pub noon_resend: bool,
}

/// Every round of every order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub rounds: Vec<Round>,
}

/// One verification of one order (D25: a new round is a new one of these).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub id: RoundId,
    pub policy: VerificationPolicy,
    pub opened_at: Instant,
    /// The latest effective now that was stored (D09), and how often something was stored.
    pub last: Instant,
    pub version: u64,
    /// Sorted by number; one number is one person (R09).
    pub people: Vec<Person>,
    pub end: Option<End>,
    /// Whether it was opened where a key was missing: its codes may meet those of other rounds (D20).
    pub blind: bool,
    /// What the latest command did here: nothing means that there was nothing to store.
    pub events: Vec<(&'static str, Option<usize>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Completed {
        at: Instant,
    },
    Returned {
        cause: Cause,
        at: Instant,
        noticed_at: Instant,
    },
    Withdrawn {
        at: Instant,
    },
}

/// In the order that decides on equal instants (D07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    TooManyWrongEntries,
    Unreachable,
    WindowClosed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub number: Number,
    /// More than one only if the same number was filed with several (D03).
    pub ids: Vec<Id>,
    pub state: State,
    pub wrong_entries: u8,
    pub wrong_ids: u8,
    pub messages: Vec<Message>,
    /// In the order of their creation; `None` until somebody tells.
    pub codes: Vec<Option<Code>>,
    /// When the first message was accepted, and where the window starts because of it (D05).
    pub accepted_at: Option<Instant>,
    pub window_from: Option<Instant>,
    pub delivered: bool,
    /// When the latest message was accepted, or stopped (D14).
    pub settled_at: Option<Instant>,
    /// Entries with a submission id, and what came of them (D21).
    pub remembered: Vec<(u128, EntryOutcome)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Locked,
    Verified { at: Instant, code: Code, id: Id },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub kind: Kind,
    /// Its place among the person's codes.
    pub code: usize,
    /// How often it failed, which is the try that it is at (D12).
    pub failures: u16,
    /// How often it was deferred or failed (D11).
    pub setbacks: u32,
    pub due: Instant,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    First,
    Resend,
    Noon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    UnderWay,
    Accepted,
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    Accepted,
    Deferred,
    Failed,
    Delivered,
    Undelivered,
}

/// What a person enters on the form 短信核验 (R16).
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub number: Number,
    pub code: Code,
    pub id: Id,
    pub submission: Option<u128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryOutcome {
    Completed,
    Verified,
    Wrong { left: u8 },
    Locked,
    Returned,
    NotCounted(Why),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResendOutcome {
    Queued,
    WrongId { left: u8 },
    NotSent(Why),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    AlreadyVerified,
    Locked,
    RoundEnded,
    SupersededCode,
    RepeatedEntry,
    IdNotCounted,
    OtherOrder,
    TooManyWrongIds,
    NoneLeft,
    TooSoon(Span),
}

/// What the public page says to an entry, the best first (B08, B09, D23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryAnswer {
    AllVerified,
    WaitingForOthers,
    NotFound,
}

/// What the public page says to a request for a resend, the best first (D15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResendAnswer {
    Accepted,
    TooSoonSeconds(i64),
    NoneLeft,
    NothingPending,
}
