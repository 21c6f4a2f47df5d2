//! Whether what was found is what was expected.

use alloc::{format, string::String, vec::Vec};
use core::fmt::Debug;

use super::{super::Breach, promises::WORKS};
use crate::Session;

pub(super) fn equal<T: Copy + PartialEq + Debug>(
    promise: &'static str,
    expected: T,
    found: T,
) -> Result<(), Breach> {
    if expected == found {
        return Ok(());
    }
    Err(Breach::new(
        promise,
        format!("{expected:?}"),
        format!("{found:?}"),
    ))
}

pub(super) fn same(
    promise: &'static str,
    expected: Option<&Session>,
    found: Option<&Session>,
) -> Result<(), Breach> {
    if expected == found {
        return Ok(());
    }
    Err(Breach::new(promise, names(expected), names(found)))
}

/// In any order.
pub(super) fn same_set(
    promise: &'static str,
    expected: &[&Session],
    found: &[Session],
) -> Result<(), Breach> {
    let all_there = expected.iter().all(|session| found.contains(session));
    let holds = all_there && expected.len() == found.len();
    judge(promise, holds, expected, found)
}

pub(super) fn in_order(
    promise: &'static str,
    expected: &[&Session],
    found: &[Session],
) -> Result<(), Breach> {
    judge(promise, expected.iter().copied().eq(found), expected, found)
}

fn judge(
    promise: &'static str,
    holds: bool,
    expected: &[&Session],
    found: &[Session],
) -> Result<(), Breach> {
    if holds {
        return Ok(());
    }
    let expected = names(expected.iter().copied());
    Err(Breach::new(promise, expected, names(found)))
}

/// Where an error of the store's own breaks more than that it works.
pub(super) fn instead<T>(promise: &'static str, outcome: Result<T, Breach>) -> Result<T, Breach> {
    outcome.map_err(|breach| {
        if breach.promise() == WORKS {
            Breach::new(promise, breach.expected(), breach.found())
        } else {
            breach
        }
    })
}

/// Sessions by id, version and what can be printed of them.
fn names<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> String {
    let name = |session: &Session| {
        let (id, version) = (session.id(), session.version());
        let (status, changed) = (session.status(), session.last_changed_at());
        format!("{id} at version {version}, {status:?}, changed at {changed}")
    };
    let names: Vec<_> = sessions.into_iter().map(name).collect();
    if names.is_empty() {
        return String::from("nothing");
    }
    names.join("; ")
}
