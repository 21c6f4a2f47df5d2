//! Rounds begin and are withdrawn.

use alloc::vec::Vec;

use super::{Desk, HostError, SessionStore};
use crate::{Opening, Recipients, Seed, Session, SessionId};

impl<S: SessionStore> Desk<S> {
    /// Opens a round: the order was submitted to the administration just now (R02). Its messages
    /// are due at once; the next [`dispatch`](Self::dispatch) sends them.
    ///
    /// After a call that was dropped or lost, open again under the same id: [`HostError::Exists`]
    /// tells that the first call did it.
    ///
    /// # Errors
    /// [`HostError::Exists`] if there is a session of that id, [`HostError::Open`],
    /// [`HostError::Conflict`], [`HostError::Store`].
    pub async fn open(
        &self,
        id: impl Into<SessionId>,
        recipients: &Recipients,
        seed: Seed,
    ) -> Result<Session, HostError<S::Error>> {
        self.open_round(Opening::new(id, recipients, seed), None)
            .await
    }

    /// As [`open`](Self::open), for a returned order that was submitted again (B14): recipients
    /// without an ID get theirs from the `previous` round (D25).
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`HostError::NotFound`] if there is no previous round.
    pub async fn open_again(
        &self,
        id: impl Into<SessionId>,
        recipients: &Recipients,
        seed: Seed,
        previous: impl Into<SessionId>,
    ) -> Result<Session, HostError<S::Error>> {
        let previous = self.session(previous).await?;
        self.open_round(Opening::new(id, recipients, seed), Some(&previous))
            .await
    }

    /// Withdraws an order from SMS verification or returned; final (D24).
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Refused`] with [`Refusal::NotWithdrawable`],
    /// [`HostError::Conflict`], [`HostError::Store`].
    pub async fn withdraw(&self, id: impl Into<SessionId>) -> Result<Session, HostError<S::Error>> {
        let session = self.load(id.into()).await?;
        Ok(self.command(session, Session::withdraw).await?.0)
    }

    async fn open_round(
        &self,
        opening: Opening<'_>,
        previous: Option<&Session>,
    ) -> Result<Session, HostError<S::Error>> {
        let mut opening = opening;
        if let Some(previous) = previous {
            opening = opening.after(previous);
        }
        for _ in 0..self.tries {
            let now = self.clock.now();
            let mut others = Vec::new();
            for recipient in opening.recipients() {
                others.extend(self.find(recipient.mobile(), now).await?);
            }
            let decision = opening.open(&others, &*self.keys, now)?;
            if self.save(core::slice::from_ref(decision.update())).await? {
                return Ok(decision.persisted().0);
            }
            let id = decision.update().id();
            if self
                .store
                .load(id)
                .await
                .map_err(HostError::Store)?
                .is_some()
            {
                return Err(HostError::Exists);
            }
        }
        Err(HostError::Conflict)
    }
}
