//! Rounds begin and are withdrawn.

use alloc::vec::Vec;

use super::{Desk, HostError, SaveError, SessionStore};
use crate::{Opening, Recipients, Seed, Session, SessionId, Update};

impl<S: SessionStore> Desk<S> {
    /// Opens a round: the order was submitted to the administration just now (R02). Its messages
    /// are due at once; the next [`dispatch`](Self::dispatch) sends them. Short for
    /// [`open_round`](Self::open_round) of recipients that bring their IDs.
    ///
    /// After a call that was dropped or lost, open again under the same id: [`HostError::Exists`]
    /// tells that the first call did it.
    ///
    /// # Errors
    /// [`HostError::Exists`] if there is a session of that id, [`HostError::Open`],
    /// [`HostError::Conflict`], [`HostError::Store`], [`HostError::Key`].
    pub async fn open(
        &self,
        id: impl Into<SessionId>,
        recipients: &Recipients,
        seed: Seed,
    ) -> Result<Session, HostError<S::Error>> {
        self.open_round(&Opening::new(id, recipients, seed)).await
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
        self.open_round(&Opening::new(id, recipients, seed).after(&previous))
            .await
    }

    /// Opens a round from whatever it is made of: recipients with their IDs, a stored order with the
    /// [kept](crate::KeptIds) ones, the round before. The other rounds of its numbers, whose codes it
    /// avoids (D13), are found in the store; [`Opening::beside`] is only for what isn't there.
    ///
    /// ```
    /// # use beian::{FilingOrder, IdDocument, Person, Province, Rulebook, host::MemoryStore};
    /// use beian::{KeptIds, Opening, Seed, host::{Desk, block}};
    /// # let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
    /// # let order = FilingOrder::deregister_entity(Province::Beijing, leader).build()?;
    /// # let keys = std::sync::Arc::new(beian::KeyRing::single(1, [7; 32])?);
    /// # let kept = serde_json::to_string(&KeptIds::of(&order, &*keys)?)?;
    /// # let order = serde_json::to_string(&order)?;
    /// # let desk = Desk::new(MemoryStore::default(), keys, chrono::Utc::now);
    ///
    /// // Days after the filing, from the host's database: neither has an ID in clear.
    /// let order: beian::FilingOrder = serde_json::from_str(&order)?;
    /// let kept: KeptIds = serde_json::from_str(&kept)?;
    /// let requirement = beian::Rulebook::CURRENT.requirement(&order);
    /// let recipients = requirement.recipients().ok_or("nobody verifies")?;
    /// let seed = Seed::draw(&mut getrandom::SysRng)?;
    /// let opening = Opening::new(42, recipients, seed).with_ids(&kept);
    /// assert!(block(desk.open_round(&opening))??.status().is_open());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_round(&self, opening: &Opening<'_>) -> Result<Session, HostError<S::Error>> {
        self.open_with(opening, |update| self.save_one(update))
            .await
    }

    /// As [`open_round`](Self::open_round), for a host that stores a row of its own with the round:
    /// `write` stores both in one transaction, as [`SessionStore::save`] would store the update.
    ///
    /// After a conflict the desk decides anew and calls `write` with the new update. Whatever `write`
    /// looks at may have changed by then: let it load its own row each time, and refuse with an error
    /// of its own, which comes back as [`HostError::Store`].
    ///
    /// ```
    /// use beian::{Opening, SessionId, host::{Desk, HostError, SaveError, SessionStore}};
    /// # #[derive(Debug, thiserror::Error)]
    /// # enum OrderError<E> {
    /// #     #[error("the order was submitted before")]
    /// #     Submitted,
    /// #     #[error(transparent)]
    /// #     Store(#[from] E),
    /// # }
    /// # struct Order(std::sync::Mutex<Option<SessionId>>);
    ///
    /// async fn submit<S: SessionStore>(
    ///     desk: &Desk<S>,
    ///     order: &Order, // a row of the host's, with the order's latest round
    ///     opening: &Opening<'_>,
    /// ) -> Result<(), HostError<OrderError<S::Error>>> {
    ///     let write = |update: beian::Update| async move {
    ///         // Begin the transaction, and look at the row: is it still to be submitted?
    ///         if order.0.lock().unwrap().is_some() {
    ///             return Err(SaveError::Store(OrderError::Submitted));
    ///         }
    ///         // The round, as `save` would store it, and the row. Then commit.
    ///         match desk.store().save(std::slice::from_ref(&update)).await {
    ///             Ok(()) => *order.0.lock().unwrap() = Some(update.id()),
    ///             Err(SaveError::Conflict) => return Err(SaveError::Conflict),
    ///             Err(SaveError::Store(error)) => return Err(SaveError::Store(error.into())),
    ///         }
    ///         Ok(())
    ///     };
    ///     desk.open_with(opening, write).await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`open`](Self::open); [`HostError::Store`] with what `write` gives.
    pub async fn open_with<E: From<S::Error>, F>(
        &self,
        opening: &Opening<'_>,
        mut write: impl FnMut(Update) -> F,
    ) -> Result<Session, HostError<E>>
    where
        F: Future<Output = Result<(), SaveError<E>>>,
    {
        for _ in 0..self.tries {
            let now = self.clock.now();
            let mut others = Vec::from(opening.others());
            for recipient in opening.recipients() {
                others.extend(self.find(recipient.mobile(), now).await?);
            }
            let decision = opening.open(&others, &*self.keys, now)?;
            if self.stored(write(decision.update().clone()).await)? {
                return Ok(decision.persisted().0);
            }
            if self.look(decision.update().id()).await?.is_some() {
                return Err(HostError::Exists);
            }
        }
        Err(HostError::Conflict)
    }

    /// Withdraws an order from SMS verification or returned; final (D24).
    ///
    /// # Errors
    /// [`HostError::NotFound`], [`HostError::Refused`] with [`NotWithdrawable`],
    /// [`HostError::Conflict`], [`HostError::Store`].
    ///
    /// [`NotWithdrawable`]: crate::Refusal::NotWithdrawable
    pub async fn withdraw(&self, id: impl Into<SessionId>) -> Result<Session, HostError<S::Error>> {
        self.withdraw_with(id, |update| self.save_one(update)).await
    }

    /// As [`withdraw`](Self::withdraw), for a host that stores a row of its own with the round:
    /// `write` as in [`open_with`](Self::open_with).
    ///
    /// # Errors
    /// As for [`withdraw`](Self::withdraw); [`HostError::Store`] with what `write` gives.
    pub async fn withdraw_with<E: From<S::Error>, F>(
        &self,
        id: impl Into<SessionId>,
        write: impl FnMut(Update) -> F,
    ) -> Result<Session, HostError<E>>
    where
        F: Future<Output = Result<(), SaveError<E>>>,
    {
        let session = self.load(id.into()).await?;
        let withdrawn = self.command_with(session, Session::withdraw, write).await?;
        Ok(withdrawn.0)
    }
}
