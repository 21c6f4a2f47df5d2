//! What can be done to a session: each command makes a draft, has the rules judge it, and decides.

use chrono::{DateTime, Utc};

use super::{
    Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryOutcome, OpenError, Opening,
    Refusal, ResendOutcome, ResendRequest, Session, SessionError,
    decide::Draft,
    number::{self, EntryCandidate, ResendCandidate},
};
use crate::{GatewayCode, Keys, MessageId, time::Micros};

impl Session {
    /// Opens a round: the order was submitted to the administration at `now` (R02). Every person's
    /// first message is due at once.
    ///
    /// # Errors
    /// [`OpenError`]: recipients without an ID, a previous round that is still open or was withdrawn, no key.
    pub fn open(
        opening: &Opening<'_>,
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<()>, OpenError> {
        opening.open(opening.others(), keys, now)
    }

    /// What the gateway says of a message (D05, D10, D11).
    ///
    /// # Errors
    /// [`Refusal::UnknownMessage`].
    pub fn report(
        &self,
        message: MessageId,
        report: DeliveryReport,
        now: DateTime<Utc>,
    ) -> Result<Decision<DeliveryReportOutcome>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        let outcome = draft.report(message, report, None)?;
        Ok(draft.decide(outcome))
    }

    /// As [`report`](Self::report) of [`DeliveryReport::Failed`], with what the gateway calls its
    /// reason: it stands in the audit trail.
    ///
    /// # Errors
    /// [`Refusal::UnknownMessage`].
    pub fn report_failed(
        &self,
        message: MessageId,
        gateway_code: GatewayCode,
        now: DateTime<Utc>,
    ) -> Result<Decision<DeliveryReportOutcome>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        let outcome = draft.report(message, DeliveryReport::Failed, Some(gateway_code))?;
        Ok(draft.decide(outcome))
    }

    /// An entry on the form 短信核验 (R16, D17–D19), judged over this round alone.
    ///
    /// # Errors
    /// [`SessionError::Refused`] if there is nothing to store: the number isn't in the round, the
    /// person has verified, the round has ended, a superseded code, a repeated entry, an ID that the
    /// policy doesn't count. [`SessionError::Repeated`] with the first answer if the submission id is
    /// known (D21). [`SessionError::Key`] if a key is missing: nothing was compared or counted.
    pub fn submit(
        &self,
        entry: &Entry,
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<EntryOutcome>, SessionError> {
        if let Some(outcome) = self.remembered(entry) {
            return Err(SessionError::Repeated(outcome));
        }
        let Some(mut candidate) = EntryCandidate::new(self, entry, keys, Micros::cut(now))? else {
            number::pretend_to_grade(entry, keys)?;
            return Err(Refusal::UnknownNumber.into());
        };
        number::submit(core::slice::from_mut(&mut candidate), entry, keys)?;
        if let (EntryOutcome::NotCounted(why), false) =
            (candidate.outcome, candidate.draft.changed())
        {
            return Err(why.into());
        }
        Ok(candidate.draft.decide(candidate.outcome))
    }

    /// A request on the form 短信重发 (R21, R22, D14), judged over this round alone.
    ///
    /// # Errors
    /// [`SessionError::Refused`] if there is nothing to store: the number isn't in the round, nobody
    /// is waiting behind it, too many wrong IDs, no resend left, too soon. [`SessionError::Key`] if a
    /// key is missing: nothing was compared or counted.
    pub fn resend(
        &self,
        request: &ResendRequest,
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<ResendOutcome>, SessionError> {
        let candidate = ResendCandidate::new(self, request, keys, Micros::cut(now))?;
        let Some(mut candidate) = candidate else {
            number::pretend_to_compare(request, keys)?;
            return Err(Refusal::UnknownNumber.into());
        };
        number::resend(core::slice::from_mut(&mut candidate));
        if let (ResendOutcome::NotSent(why), false) = (candidate.outcome, candidate.draft.changed())
        {
            return Err(why.into());
        }
        Ok(candidate.draft.decide(candidate.outcome))
    }

    /// Lets time pass: ends a round whose time is over (D07), queues a noon resend (D16).
    ///
    /// # Errors
    /// [`Refusal::NothingDue`].
    pub fn tick(&self, now: DateTime<Utc>) -> Result<Decision<()>, Refusal> {
        let draft = Draft::new(self, Micros::cut(now));
        if draft.changed() {
            Ok(draft.decide(()))
        } else {
            Err(Refusal::NothingDue)
        }
    }

    /// Withdraws the order, from SMS verification or returned; final (D24).
    ///
    /// # Errors
    /// [`Refusal::NotWithdrawable`] once it is in the administration's review or withdrawn.
    pub fn withdraw(&self, now: DateTime<Utc>) -> Result<Decision<()>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        draft.withdraw()?;
        Ok(draft.decide(()))
    }

    /// Erases numbers and IDs of an ended round. A later round can then carry no ID over (D25), and
    /// a repeat of an entry is no longer known as one (D18).
    ///
    /// # Errors
    /// [`Refusal::RoundOpen`], [`Refusal::AlreadyErased`].
    pub fn erase(&self, now: DateTime<Utc>) -> Result<Decision<()>, Refusal> {
        let mut draft = Draft::new(self, Micros::cut(now));
        draft.erase()?;
        Ok(draft.decide(()))
    }
}
