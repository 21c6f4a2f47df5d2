//! The public forms 短信核验 and 短信重发, over every open order of a number.

use alloc::vec::Vec;

use super::{Desk, HostError, LeftOut, Resent, SessionStore, Submitted};
use crate::{
    Entry, KeyError, ResendRequest, Session, SessionId, Update,
    session::{
        decide::Draft,
        number::{self, Candidate, EntryCandidate, ResendCandidate},
    },
    time::Micros,
};

impl<S: SessionStore> Desk<S> {
    /// An entry on the public form 短信核验, judged over every open order of its number (D17–D21).
    ///
    /// # Errors
    /// [`HostError::Conflict`] (try again later), [`HostError::Store`], [`HostError::Key`] if the key
    /// service is unavailable. Nothing was counted then.
    pub async fn submit(&self, entry: &Entry) -> Result<Submitted, HostError<S::Error>> {
        for _ in 0..self.tries {
            let now = self.clock.now();
            let sessions = self.find(entry.mobile(), now).await?;
            if let Some(first) = remembered(&sessions, entry) {
                return Ok(first);
            }
            let (updates, submitted) = self.judge_entry(&sessions, entry, Micros::cut(now))?;
            if self.save(&updates).await? {
                self.counts.count_entry(&submitted);
                return Ok(submitted);
            }
        }
        Err(HostError::Conflict)
    }

    /// A request on the public form 短信重发, judged over every open order of its number (D14, D15).
    ///
    /// # Errors
    /// As for [`submit`](Self::submit).
    pub async fn resend(&self, request: &ResendRequest) -> Result<Resent, HostError<S::Error>> {
        for _ in 0..self.tries {
            let now = self.clock.now();
            let sessions = self.find(request.mobile(), now).await?;
            let (updates, resent) = self.judge_resend(&sessions, request, Micros::cut(now))?;
            if self.save(&updates).await? {
                self.counts.count_resend(&resent);
                return Ok(resent);
            }
        }
        Err(HostError::Conflict)
    }

    fn judge_entry(
        &self,
        sessions: &[Session],
        entry: &Entry,
        now: Micros,
    ) -> Result<(Vec<Update>, Submitted), HostError<S::Error>> {
        let grade = |session| EntryCandidate::new(session, entry, &*self.keys, now);
        let (mut candidates, left_out) = candidates(sessions, grade)?;
        if candidates.is_empty() {
            number::pretend_to_grade(entry, &*self.keys).map_err(HostError::Key)?;
        }
        number::submit(&mut candidates, entry, &*self.keys).map_err(HostError::Key)?;
        let (updates, orders) = results(candidates);
        Ok((updates, Submitted { orders, left_out }))
    }

    fn judge_resend(
        &self,
        sessions: &[Session],
        request: &ResendRequest,
        now: Micros,
    ) -> Result<(Vec<Update>, Resent), HostError<S::Error>> {
        let compare = |session| ResendCandidate::new(session, request, &*self.keys, now);
        let (mut candidates, left_out) = candidates(sessions, compare)?;
        if candidates.is_empty() {
            number::pretend_to_compare(request, &*self.keys).map_err(HostError::Key)?;
        }
        number::resend(&mut candidates);
        let (updates, orders) = results(candidates);
        Ok((updates, Resent { orders, left_out }))
    }
}

/// What came of the entry the first time, wherever it was kept (D21).
fn remembered(sessions: &[Session], entry: &Entry) -> Option<Submitted> {
    let kept = |session: &Session| {
        Some((
            session.opened_at(),
            session.id(),
            session.remembered(entry)?,
        ))
    };
    let mut orders: Vec<_> = sessions.iter().filter_map(kept).collect();
    orders.sort_by_key(|(opened_at, id, _)| (*opened_at, *id));
    let orders: Vec<_> = orders
        .into_iter()
        .map(|(_, id, outcome)| (id, outcome))
        .collect();
    let left_out = Vec::new();
    (!orders.is_empty()).then_some(Submitted { orders, left_out })
}

type Candidates<'a, G, O> = (Vec<Candidate<'a, G, O>>, Vec<LeftOut>);

/// The orders of a number, the one opened first in front, and those whose key is missing (D20).
fn candidates<'a, G, O, E>(
    sessions: &'a [Session],
    candidate: impl Fn(&'a Session) -> Result<Option<Candidate<'a, G, O>>, KeyError>,
) -> Result<Candidates<'a, G, O>, HostError<E>> {
    let mut candidates = Vec::new();
    let mut left_out = Vec::new();
    for session in sessions {
        match candidate(session) {
            Ok(found) => candidates.extend(found),
            Err(error @ KeyError::Unknown(_)) => left_out.push(LeftOut {
                session: session.id(),
                reason: error.into(),
            }),
            Err(error) => return Err(HostError::Key(error)),
        }
    }
    candidates.sort_by_key(Candidate::opened);
    Ok((candidates, left_out))
}

fn results<G, O: Copy>(candidates: Vec<Candidate<'_, G, O>>) -> (Vec<Update>, Vec<(SessionId, O)>) {
    let outcome =
        |candidate: &Candidate<'_, G, O>| (candidate.draft.session().id(), candidate.outcome);
    let orders = candidates.iter().map(outcome).collect();
    let drafts = candidates.into_iter().map(|candidate| candidate.draft);
    (
        drafts.filter(Draft::changed).map(Draft::update).collect(),
        orders,
    )
}
