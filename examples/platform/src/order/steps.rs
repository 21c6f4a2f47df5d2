//! What may be done to an order, and what the regulator does to it.

use beian::{
    FilingOrder, MobileNumber, OrderLife, OrderStatus, Requirement, ReturnCause, Roles, Tracker,
    filing::{
        LifeRefusal, NotFileable, OrderStep, PolledStatus, ReturnReasons, checks::OrderFacts,
    },
    tracker::{Fact, FactKind, FactRefusal, RegulatorStatus},
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Event, Found, KeptId, Order, Polls, Round, Upload, record::is_to_upload};

/// Why a step wasn't taken; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum StepRefusal {
    /// The order's status doesn't allow it.
    #[error(transparent)]
    Life(#[from] LifeRefusal),
    /// A service of it can't be filed now.
    #[error(transparent)]
    NotFileable(#[from] NotFileable),
    /// What was reported can't be.
    #[error(transparent)]
    Fact(#[from] FactRefusal),
    /// It isn't the version that was seen.
    #[error("the order has changed since it was looked at")]
    Changed,
    /// Nobody verifies now.
    #[error("the order is not in SMS verification")]
    NoRound,
    /// An upload is under way, or got no answer: the regulator may have the order.
    #[error("the upload of the order got no answer yet")]
    InDoubt,
    /// The person has said so much already.
    #[error("the person has said that often enough")]
    SaidEnough,
    /// No random bytes.
    #[error("no random bytes: {0}")]
    Entropy(#[from] getrandom::Error),
}

/// How a round is followed: the host's choice.
#[derive(Debug, Clone, Copy)]
pub struct Following {
    /// When nobody is reminded.
    pub quiet_hours: Option<(NaiveTime, NaiveTime)>,
    /// How far this machine's clock may be ahead: deadlines are promised that much earlier (D33).
    pub clocks_differ: TimeDelta,
}

impl Order {
    /// The customer has changed it: it goes through the initial review (again).
    ///
    /// # Errors
    /// [`StepRefusal::Life`] unless it is in the initial review or returned.
    pub fn change(
        &mut self,
        filing: FilingOrder,
        facts: OrderFacts,
        findings: Vec<Found>,
        ids: Vec<KeptId>,
        at: DateTime<Utc>,
    ) -> Result<(), StepRefusal> {
        if self.status() != OrderStatus::InitialReview {
            self.life = self.life.revise()?;
        }
        self.filing = filing;
        self.facts = facts;
        self.findings = findings;
        self.ids = ids;
        self.round = None;
        // Who is texted was said of the order as it was.
        self.texted = None;
        // A changed order is a new one at the regulator.
        self.upload.regulator_id = None;
        self.note(at, Event::Changed);
        Ok(())
    }

    /// Staff say who is texted, before they accept it (D02); `None` leaves it to the rules again.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] unless it is in the initial review.
    pub fn override_texted(
        &mut self,
        roles: Option<Roles>,
        at: DateTime<Utc>,
    ) -> Result<(), StepRefusal> {
        let _ = self.life.pass_review()?;
        let names = |roles: Roles| roles.iter().map(|role| role.name().to_owned()).collect();
        self.texted = roles.map(names);
        self.note(at, Event::Overridden);
        Ok(())
    }

    /// It passes the initial review, as somebody saw it, and waits for its upload.
    ///
    /// # Errors
    /// [`StepRefusal::Changed`] if that was another version; [`StepRefusal::Life`];
    /// [`StepRefusal::NotFileable`].
    pub fn accept(&mut self, seen: i64, at: DateTime<Utc>) -> Result<(), StepRefusal> {
        let life = self.life.pass_review()?;
        if seen != self.version {
            return Err(StepRefusal::Changed);
        }
        self.requirement(at)?;
        self.await_upload(life, false);
        self.note(at, Event::Accepted);
        Ok(())
    }

    /// Staff give it back for these reasons.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] unless it is still the platform's.
    pub fn give_back(
        &mut self,
        reasons: ReturnReasons,
        at: DateTime<Utc>,
    ) -> Result<(), StepRefusal> {
        let cause = ReturnCause::PlatformDecision;
        let life = self.life.return_for(cause)?.with_reasons(reasons);
        self.is_certain()?;
        self.life = life;
        self.note_return(cause, at);
        Ok(())
    }

    /// A try to upload it that got no answer may have been taken.
    const fn is_certain(&self) -> Result<(), StepRefusal> {
        if self.upload.in_doubt {
            return Err(StepRefusal::InDoubt);
        }
        Ok(())
    }

    /// A returned order that needs no change is handed in again.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] unless it was returned by somebody else than the platform;
    /// [`StepRefusal::NotFileable`].
    pub fn resubmit(&mut self, at: DateTime<Utc>) -> Result<(), StepRefusal> {
        let recipients = self.requirement(at)?;
        let _ = self.life.resubmit(recipients.recipients())?;
        // Handed in isn't submitted: the upload may fail. There is nothing to review.
        let life = self.life.revise()?.pass_review()?;
        self.await_upload(life, true);
        self.note(at, Event::Resubmitted);
        Ok(())
    }

    fn await_upload(&mut self, life: OrderLife, unchanged: bool) {
        self.life = life;
        self.round = None;
        self.polls = Polls::default();
        self.upload = Upload {
            submission: self.upload.submission.saturating_add(1),
            unchanged: unchanged && self.upload.regulator_id.is_some(),
            regulator_id: self.upload.regulator_id.take(),
            ..Upload::default()
        };
    }

    /// It is taken back, for good.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] once it is submitted (B32).
    pub fn withdraw(&mut self, at: DateTime<Utc>) -> Result<(), StepRefusal> {
        let life = self.life.withdraw()?;
        self.is_certain()?;
        self.life = life;
        self.note(at, Event::Withdrawn);
        Ok(())
    }

    /// The administration's decision.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] unless it is in its review.
    pub fn decide(
        &mut self,
        approved: bool,
        reasons: ReturnReasons,
        at: DateTime<Utc>,
    ) -> Result<(), StepRefusal> {
        if approved {
            self.life = self.life.approve()?;
            self.note(at, Event::Approved);
            self.tell_tracker(FactKind::Approved, at);
            return Ok(());
        }
        let cause = ReturnCause::AdministrationDecision;
        self.life = self.life.return_for(cause)?.with_reasons(reasons);
        self.tell_tracker(FactKind::Returned(cause), at);
        self.note_return(cause, at);
        Ok(())
    }

    fn tell_tracker(&mut self, kind: FactKind, at: DateTime<Utc>) {
        if let Some(round) = &mut self.round {
            // It is of this round, and now: nothing can be wrong with it.
            let _ = round.tracker.report(Fact::exact(kind, at), at);
        }
    }

    /// Somebody's word: a person's of themselves, staff's of what the regulator said.
    ///
    /// # Errors
    /// [`StepRefusal::NoRound`], [`StepRefusal::Fact`], [`StepRefusal::SaidEnough`]; [`StepRefusal::Life`] if
    /// the order isn't where that can be.
    pub fn report(
        &mut self,
        fact: Fact,
        now: DateTime<Utc>,
        following: Following,
    ) -> Result<(), StepRefusal> {
        let kind = *fact.kind();
        if self.is_to_upload() && kind.person().is_none() {
            return self.submitted_by_hand(fact, now, following);
        }
        let verifying = self.status() == OrderStatus::SmsVerification;
        let round = self
            .round
            .as_mut()
            .filter(|_| verifying || kind.person().is_none());
        let round = round.ok_or(StepRefusal::NoRound)?;
        let said_enough = |mobile: MobileNumber| round.has_said_enough(&mobile);
        if kind.person().is_some_and(said_enough) {
            return Err(StepRefusal::SaidEnough);
        }
        let mut tracker = round.tracker.clone();
        tracker.report(fact, now)?;
        let life = self.life.after_tracker(&tracker.status(now))?;
        round.tracker = tracker;
        let before = self.status();
        self.life = life;
        if let Some(event) = word(&kind) {
            self.note(now, event);
        }
        self.note_step(before, now);
        Ok(())
    }

    /// Staff handed it in by hand, and say what the regulator shows.
    fn submitted_by_hand(
        &mut self,
        fact: Fact,
        now: DateTime<Utc>,
        following: Following,
    ) -> Result<(), StepRefusal> {
        let kind = *fact.kind();
        if kind == FactKind::Returned(ReturnCause::SubmissionRefused) {
            return self.upload_refused(ReturnReasons::NONE, now);
        }
        if !matches!(kind, FactKind::Regulator(_)) {
            return Err(StepRefusal::NoRound);
        }
        let since = self.upload.first_try.unwrap_or(self.accepted_at());
        let requirement = self.requirement(now)?;
        self.submitted(None, since, now, &requirement, following)?;
        match (kind, &self.round) {
            // Where nobody had to verify, it is done.
            (FactKind::Regulator(RegulatorStatus::Waiting), _)
            | (FactKind::Regulator(RegulatorStatus::Done), None) => Ok(()),
            _ => self.report(fact, now, following),
        }
    }

    fn accepted_at(&self) -> DateTime<Utc> {
        let mut lines = self.timeline.iter().rev();
        let handed_in =
            |line: &&super::Line| matches!(line.event, Event::Accepted | Event::Resubmitted);
        lines.find(handed_in).map_or(self.filed_at, |line| line.at)
    }

    /// A try to upload it begins.
    pub fn begin_upload(&mut self, now: DateTime<Utc>) {
        self.upload.first_try.get_or_insert(now);
        self.upload.tries = self.upload.tries.saturating_add(1);
        self.upload.in_doubt = true;
    }

    /// The regulator took it, between these instants: whoever must verify is texted.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] if it doesn't wait for its upload.
    pub fn submitted(
        &mut self,
        regulator_id: Option<String>,
        since: DateTime<Utc>,
        by: DateTime<Utc>,
        requirement: &Requirement,
        following: Following,
    ) -> Result<(), StepRefusal> {
        let recipients = requirement.recipients();
        let life = self.life.submit(recipients)?;
        let earliest = since
            .checked_sub_signed(following.clocks_differ)
            .unwrap_or(since);
        let round = recipients.map(|recipients| {
            let mut tracker = Tracker::new(recipients, earliest)
                .submitted_by(by)
                .of_type(self.filing.filing_type());
            if let Some((from, until)) = following.quiet_hours {
                tracker = tracker.quiet_hours(from, until);
            }
            Round::new(life.rounds(), recipients, tracker)
        });
        self.round = round.transpose()?;
        self.life = life;
        if regulator_id.is_some() {
            self.upload.regulator_id = regulator_id;
        }
        self.upload.in_doubt = false;
        self.upload.next_try = None;
        self.note(by, Event::Submitted { since });
        Ok(())
    }

    /// The regulator refuses the upload for now.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] if it doesn't wait for its upload.
    pub fn upload_failed(&mut self, code: u16, at: DateTime<Utc>) -> Result<(), StepRefusal> {
        let first = self.life.upload_code() != Some(code);
        self.life = self.life.fail_upload(code)?;
        self.upload.in_doubt = false;
        if first {
            self.note(at, Event::UploadFailed { code });
        }
        Ok(())
    }

    /// The regulator gave no answer: it may have the order, or not.
    pub fn unanswered(&mut self, at: DateTime<Utc>) {
        if self.upload.tries <= 1 {
            self.note(at, Event::Unanswered);
        }
    }

    /// The regulator refuses what was uploaded.
    ///
    /// # Errors
    /// [`StepRefusal::Life`] if it doesn't wait for its upload.
    pub fn upload_refused(
        &mut self,
        reasons: ReturnReasons,
        at: DateTime<Utc>,
    ) -> Result<(), StepRefusal> {
        let cause = ReturnCause::SubmissionRefused;
        self.life = self.life.return_for(cause)?.with_reasons(reasons);
        self.upload.in_doubt = false;
        self.note_return(cause, at);
        Ok(())
    }

    /// A look at the regulator's status, which saw this, or nothing. Steps that nobody saw are assumed (D36).
    ///
    /// # Errors
    /// [`StepRefusal::NotFileable`], [`StepRefusal::Entropy`].
    pub fn looked(
        &mut self,
        saw: Option<&PolledStatus>,
        now: DateTime<Utc>,
        following: Following,
    ) -> Result<(), StepRefusal> {
        self.polls.last = Some(now);
        if let Some(round) = &mut self.round {
            // Before the submission there is nothing to look at.
            let _ = round.tracker.polled(saw, now);
        }
        let Some(saw) = saw else { return Ok(()) };
        if self.is_to_upload() {
            return self.looked_before(saw, now, following);
        }
        let before = self.status();
        let requirement = self.requirement(now)?;
        match self.life.follow(saw, requirement.recipients()) {
            // Rounds begin here alone: another one would be somebody else's. And what the regulator took isn't to
            // be handed in again because it says once that it has nothing.
            Ok(followed)
                if followed.life.rounds() == self.life.rounds()
                    && !(self.upload.regulator_id.is_some() && is_to_upload(&followed.life)) =>
            {
                self.life = followed.life;
                if *saw == PolledStatus::SmsVerification && !self.has_seen_waiting() {
                    let status = RegulatorStatus::Waiting.name().to_owned();
                    self.note(now, Event::Regulator { status });
                }
                self.note_step(before, now);
            }
            Ok(_) | Err(_) => self.note_contradiction(saw, now),
        }
        Ok(())
    }

    /// A look at an order that somebody hands in by hand.
    fn looked_before(
        &mut self,
        saw: &PolledStatus,
        now: DateTime<Utc>,
        following: Following,
    ) -> Result<(), StepRefusal> {
        match saw {
            PolledStatus::InitialReview
            | PolledStatus::AwaitingSubmission
            | PolledStatus::UploadFailed(_) => self.upload.first_try = Some(now),
            PolledStatus::Returned(cause, reasons) if *cause == ReturnCause::PlatformDecision => {
                self.upload_refused(reasons.clone(), now)?;
            }
            PolledStatus::Submitted
            | PolledStatus::SmsVerification
            | PolledStatus::AdministrationReview
            | PolledStatus::Returned(..)
            | PolledStatus::Approved => {
                let since = self.upload.first_try.unwrap_or(self.accepted_at());
                let requirement = self.requirement(now)?;
                self.submitted(None, since, now, &requirement, following)?;
                return self.looked(Some(saw), now, following);
            }
            PolledStatus::CorrectionRequired(_)
            | PolledStatus::Withdrawn
            | PolledStatus::Deregistered
            | _ => self.note_contradiction(saw, now),
        }
        Ok(())
    }

    fn has_seen_waiting(&self) -> bool {
        let of_round = |line: &&super::Line| !matches!(line.event, Event::Submitted { .. });
        let mut lines = self.timeline.iter().rev().take_while(of_round);
        lines.any(|line| matches!(line.event, Event::Regulator { .. }))
    }

    fn note_contradiction(&mut self, saw: &PolledStatus, now: DateTime<Utc>) {
        let saw = name(saw).to_owned();
        let event = Event::Contradicted { saw };
        if self.timeline.last().is_none_or(|line| line.event != event) {
            self.note(now, event);
        }
    }

    fn note_return(&mut self, cause: ReturnCause, at: DateTime<Utc>) {
        let cause = cause.name().to_owned();
        self.note(at, Event::Returned { cause });
    }

    /// What has become of the order, if anything has.
    fn note_step(&mut self, before: OrderStatus, now: DateTime<Utc>) {
        let status = self.status();
        if status == before {
            return;
        }
        match (status, self.life.return_cause()) {
            (OrderStatus::AdministrationReview, _) => {
                let status = RegulatorStatus::Done.name().to_owned();
                self.note(now, Event::Regulator { status });
            }
            (_, Some(cause)) => self.note_return(cause, now),
            (OrderStatus::Approved, _) => self.note(now, Event::Approved),
            (OrderStatus::Withdrawn, _) => self.note(now, Event::Withdrawn),
            (status, None) => {
                let status = status.name().to_owned();
                self.note(now, Event::Followed { status });
            }
        }
    }

    /// Whether its customer can change it now.
    #[must_use]
    pub fn is_changeable(&self) -> bool {
        self.status() == OrderStatus::InitialReview || self.can(OrderStep::Revise)
    }

    /// What is possible for whoever filed it, or for staff.
    #[must_use]
    pub fn can(&self, step: OrderStep) -> bool {
        self.life.possible().contains(&step)
    }
}

/// A person's word, as the timeline has it; what the regulator says is told by what becomes of the order.
fn word(kind: &FactKind) -> Option<Event> {
    let mobile = |mobile: &MobileNumber| mobile.to_string();
    Some(match kind {
        FactKind::Received(person) => Event::Received {
            mobile: mobile(person),
        },
        FactKind::NothingCame(person) => Event::NothingCame {
            mobile: mobile(person),
        },
        FactKind::ResendAsked(person) => Event::ResendAsked {
            mobile: mobile(person),
        },
        FactKind::Passed(person) => Event::Passed {
            mobile: mobile(person),
        },
        FactKind::Regulator(_) | FactKind::Approved | FactKind::Returned(_) => return None,
    })
}

/// What was seen, without its words.
const fn name(saw: &PolledStatus) -> &'static str {
    match saw {
        PolledStatus::InitialReview => "initial_review",
        PolledStatus::AwaitingSubmission => "awaiting_submission",
        PolledStatus::UploadFailed(_) => "upload_failed",
        PolledStatus::Submitted => "submitted",
        PolledStatus::SmsVerification => "sms_verification",
        PolledStatus::AdministrationReview => "administration_review",
        PolledStatus::Returned(..) => "returned",
        PolledStatus::Approved => "approved",
        PolledStatus::CorrectionRequired(_) => "correction_required",
        PolledStatus::Withdrawn => "withdrawn",
        PolledStatus::Deregistered => "deregistered",
        _ => "unknown",
    }
}
