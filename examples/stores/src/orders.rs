//! The rounds of an order, by ids that name both: [`SessionId::of_round`].

use std::ops::RangeInclusive;

use beian::{
    Session, SessionId,
    host::{HostError, SaveError},
};
use chrono::{DateTime, Utc};

use crate::{
    Engine, Error, SqlStore,
    overview::sessions_of,
    sessions::session_id,
    store::column,
    stored::{self, StoredEvent},
};

/// How often an erasure is started over when others are faster.
const TRIES: usize = 16;

impl<DB: Engine> SqlStore<DB> {
    /// The rounds of an order, the first one first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn rounds(&self, order: [u8; 12]) -> Result<Vec<Session>, Error> {
        let rounds = &self.statements.rounds;
        let (first, last) = ends(order);
        let values = vec![first.as_bytes()[..].into(), last.as_bytes()[..].into()];
        sessions_of::<DB>(rounds, self.read(rounds, values).await?)
    }

    /// Those of these sessions that are there, in no order; for a page of the host's own rows.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn load_all(&self, ids: &[SessionId]) -> Result<Vec<Session>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let load = self.statements.load_all(ids.len());
        let values = ids.iter().map(|id| id.as_bytes()[..].into()).collect();
        sessions_of::<DB>(&load, self.read(&load, values).await?)
    }

    /// Erases numbers and IDs of all rounds of an order, or of none of them; says how many it erased.
    /// Events stay: they hold masked numbers.
    ///
    /// # Errors
    /// [`HostError::Refused`] with [`Refusal::RoundOpen`](beian::Refusal::RoundOpen) if a round is open;
    /// [`HostError::Conflict`]; [`HostError::Store`].
    pub async fn erase_order(
        &self,
        order: [u8; 12],
        now: DateTime<Utc>,
    ) -> Result<usize, HostError<Error>> {
        use beian::host::SessionStore as _;
        for _ in 0..TRIES {
            let mut updates = Vec::new();
            for round in self.rounds(order).await.map_err(HostError::Store)? {
                match round.erase(now) {
                    Ok(decision) => updates.push(decision.update().clone()),
                    Err(beian::Refusal::AlreadyErased) => {}
                    Err(refusal) => return Err(HostError::Refused(refusal)),
                }
            }
            if updates.is_empty() {
                return Ok(0);
            }
            match self.save(&updates).await {
                Ok(()) => return Ok(updates.len()),
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => return Err(HostError::Store(error)),
            }
        }
        Err(HostError::Conflict)
    }

    /// The events of an order's rounds in their order, from after that session and version on. An update
    /// brings one event or several, so a page of `limit` updates may hold more events than that.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn order_events(
        &self,
        order: [u8; 12],
        after: Option<(SessionId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, Error> {
        let (first, last) = ends(order);
        self.events(first..=last, after, limit).await
    }

    /// The same of a range of sessions.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn events(
        &self,
        sessions: RangeInclusive<SessionId>,
        after: Option<(SessionId, u64)>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, Error> {
        let events = &self.statements.events;
        let within = after.filter(|(session, _)| session >= sessions.start());
        let (first, version) = within.unwrap_or((*sessions.start(), 0));
        let values = vec![
            first.as_bytes()[..].into(),
            sessions.end().as_bytes()[..].into(),
            first.as_bytes()[..].into(),
            i64::try_from(version).unwrap_or(i64::MAX).into(),
            i64::from(limit).into(),
        ];
        let mut found = Vec::new();
        for row in self.read(events, values).await? {
            let session = session_id(column(events, DB::bytes(&row, 0))?);
            let text = column(events, DB::text(&row, 2))?;
            found.extend(stored::read_events(session, &text)?);
        }
        Ok(found)
    }
}

fn ends(order: [u8; 12]) -> (SessionId, SessionId) {
    let round = |round| SessionId::of_round(order, round);
    (round(0), round(u32::MAX))
}
