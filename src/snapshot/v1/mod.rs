//! Version 1 of the stored form. Frozen: fields, names and their order never change.
//!
//! Instants are microseconds since 1970-01-01 UTC, spans are microseconds. These are types of their
//! own, so that the session may change without them; the golden files show every one.

mod read;
mod write;

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{
    MessageKind, Role, RoundFailure, SessionId,
    encoding::{Mobile, Sixteen},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    id: Sixteen,
    version: u64,
    key: u32,
    opened_at: i64,
    last_changed_at: i64,
    policy: VerificationPolicy,
    state: State,
    people: Vec<Person>,
}

impl Session {
    /// Known even of one that can't be read any further.
    pub(super) fn id(&self) -> SessionId {
        self.id.0.into()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four switches, as the policy has them"
)]
struct VerificationPolicy {
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
