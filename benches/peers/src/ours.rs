//! The desk of the crate, over any store.

use std::ops::Range;

use beian::{
    Entry, EntryAnswer, KeyRing,
    host::{Desk, SessionStore},
};
use chrono::Utc;

use crate::{
    contest::{Contender, Fault},
    people::{self, LAST_SIX, Person},
};

/// A desk as a host has it.
pub(crate) struct Ours<S> {
    desk: Desk<S>,
    keys: KeyRing,
}

impl<S: SessionStore> Ours<S> {
    /// Over a store.
    ///
    /// # Errors
    /// The key.
    pub(crate) fn over(store: S) -> Result<Self, Fault> {
        Ok(Self {
            desk: Desk::new(store, people::keys()?, Utc::now),
            keys: people::keys()?,
        })
    }
}

impl<S: SessionStore + 'static> Contender for Ours<S> {
    async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
        people::open(self.desk.store(), &self.keys, numbers).await
    }

    async fn submit(&self, person: &Person, code: &str) -> Result<bool, Fault> {
        let entry = Entry::parse(&person.mobile, code, LAST_SIX)?;
        let submitted = self.desk.submit(&entry).await?;
        Ok(submitted.answer() == EntryAnswer::AllVerified)
    }
}
