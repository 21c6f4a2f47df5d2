//! The ten values that may change, with their ranges and where they come from.

use chrono::TimeDelta;

use crate::time::Span;

/// How a round of SMS verification is run. Captured when the round opens; a later change touches no
/// open round (D01).
///
/// [`VerificationPolicy::REGULATOR`] is what the sources document. A host changes single values through
/// [`VerificationPolicy::builder`]; what the regulator fixes (24 hours, two resends) only through
/// [`VerificationPolicyBuilder::not_the_regulators`]. The code has six digits in every policy (R13).
///
/// ```
/// use beian::VerificationPolicy;
/// use chrono::TimeDelta;
///
/// let policy = VerificationPolicy::builder().resend_pause(TimeDelta::minutes(2)).noon_resend(true).build()?;
/// assert_eq!(policy.window(), TimeDelta::hours(24)); // R17
/// assert_eq!(policy.resends_max(), 2); // R22
/// assert!(policy.is_the_regulators());
/// # Ok::<(), beian::VerificationPolicyProblem>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "three independent switches and where it is from"
)]
pub struct VerificationPolicy {
    pub(crate) window: Span,
    pub(crate) resends_max: u8,
    pub(crate) wrong_entries_max: u8,
    pub(crate) wrong_ids_max: u8,
    pub(crate) resend_pause: Span,
    pub(crate) delivery_clamp: Span,
    pub(crate) unreachable_after: Span,
    pub(crate) keep_code: bool,
    pub(crate) count_only_matching_ids: bool,
    pub(crate) noon_resend: bool,
    pub(crate) the_regulators: bool,
}

impl VerificationPolicy {
    /// What the regulator's system does, as far as it is documented.
    pub const REGULATOR: Self = Self {
        window: Span::cut(TimeDelta::hours(24)),
        resends_max: 2,
        wrong_entries_max: 5,
        wrong_ids_max: 5,
        resend_pause: Span::cut(TimeDelta::seconds(60)),
        delivery_clamp: Span::cut(TimeDelta::minutes(10)),
        unreachable_after: Span::cut(TimeDelta::hours(24)),
        keep_code: false,
        count_only_matching_ids: false,
        noon_resend: false,
        the_regulators: true,
    };

    /// Starts from [`VerificationPolicy::REGULATOR`].
    pub const fn builder() -> VerificationPolicyBuilder {
        VerificationPolicyBuilder {
            policy: Self::REGULATOR,
        }
    }

    /// How long a person has to verify once the message has been received (R17). The rulebook in
    /// force sets it (48 hours in the pilot periods, D01), unless the policy isn't the regulator's.
    #[must_use]
    pub const fn window(&self) -> TimeDelta {
        self.window.delta()
    }

    /// How many resends a person can ask for in a round (R22).
    #[must_use]
    pub const fn resends_max(&self) -> u8 {
        self.resends_max
    }

    /// How many wrong entries lock a person (B07, D19).
    #[must_use]
    pub const fn wrong_entries_max(&self) -> u8 {
        self.wrong_entries_max
    }

    /// How many wrong IDs close the resend form for a person (D14).
    #[must_use]
    pub const fn wrong_ids_max(&self) -> u8 {
        self.wrong_ids_max
    }

    /// The pause before the next resend (D14).
    #[must_use]
    pub const fn resend_pause(&self) -> TimeDelta {
        self.resend_pause.delta()
    }

    /// How much later than the acceptance a delivery report may let the window start (D05).
    #[must_use]
    pub const fn delivery_clamp(&self) -> TimeDelta {
        self.delivery_clamp.delta()
    }

    /// When a person counts as unreachable if no message was accepted (D06).
    #[must_use]
    pub const fn unreachable_after(&self) -> TimeDelta {
        self.unreachable_after.delta()
    }

    /// The longest that a round can last: a first message that is accepted at the last moment, its
    /// delivery reported as late as counts, then the whole window (D05, D06). 48 hours and 10 minutes
    /// for the regulator's policy.
    ///
    /// ```
    /// use beian::VerificationPolicy;
    /// use chrono::TimeDelta;
    ///
    /// assert_eq!(VerificationPolicy::REGULATOR.round_max(), TimeDelta::hours(48) + TimeDelta::minutes(10));
    /// ```
    #[must_use]
    pub fn round_max(&self) -> TimeDelta {
        let spans = [self.window, self.delivery_clamp];
        spans
            .into_iter()
            .fold(self.unreachable_after, Span::plus)
            .delta()
    }

    /// Whether every message of a person carries the same code (D10).
    #[must_use]
    pub const fn keep_code(&self) -> bool {
        self.keep_code
    }

    /// Whether a wrong entry counts only if its ID is right (D19).
    #[must_use]
    pub const fn count_only_matching_ids(&self) -> bool {
        self.count_only_matching_ids
    }

    /// Whether a message is sent again at noon of the next day (B10, D16).
    #[must_use]
    pub const fn noon_resend(&self) -> bool {
        self.noon_resend
    }

    /// Whether window and resends are the regulator's.
    #[must_use]
    pub const fn is_the_regulators(&self) -> bool {
        self.the_regulators
    }

    /// The policy under a rulebook with this window: a window that isn't the regulator's stays.
    pub(crate) fn under(self, window: TimeDelta) -> Self {
        if self.the_regulators {
            Self {
                window: window.into(),
                ..self
            }
        } else {
            self
        }
    }

    /// Whether every value is in its range.
    pub(crate) fn check(&self) -> Result<(), VerificationPolicyProblem> {
        let within = |value: Span, least: TimeDelta, most: TimeDelta| {
            value >= least.into() && value <= most.into()
        };
        let (hours, minutes, seconds) = (TimeDelta::hours, TimeDelta::minutes, TimeDelta::seconds);
        let checks = [
            (
                within(self.window, minutes(10), hours(72)),
                VerificationPolicyProblem::Window,
            ),
            (
                self.resends_max <= 3 && (!self.the_regulators || self.resends_max == 2),
                VerificationPolicyProblem::ResendsMax,
            ),
            (
                (1..=10).contains(&self.wrong_entries_max),
                VerificationPolicyProblem::WrongEntriesMax,
            ),
            (
                (1..=10).contains(&self.wrong_ids_max),
                VerificationPolicyProblem::WrongIdsMax,
            ),
            (
                within(self.resend_pause, seconds(30), hours(1)),
                VerificationPolicyProblem::ResendPause,
            ),
            (
                within(self.delivery_clamp, TimeDelta::zero(), minutes(10)),
                VerificationPolicyProblem::DeliveryClamp,
            ),
            (
                within(self.unreachable_after, hours(1), hours(72)),
                VerificationPolicyProblem::UnreachableAfter,
            ),
            (
                self.resends_max <= 2 || !self.noon_resend,
                VerificationPolicyProblem::TooManyCodes,
            ),
        ];
        checks
            .into_iter()
            .find(|(good, _)| !good)
            .map_or(Ok(()), |(_, problem)| Err(problem))
    }
}

impl Default for VerificationPolicy {
    fn default() -> Self {
        Self::REGULATOR
    }
}

/// Changes single values of a [`VerificationPolicy`].
#[derive(Debug, Clone)]
#[must_use = "a policy comes out of `build`"]
pub struct VerificationPolicyBuilder {
    policy: VerificationPolicy,
}

impl VerificationPolicyBuilder {
    /// How many wrong entries lock a person: 1–10, 5 by default.
    ///
    /// Five is what the platforms document (B07). Each entry is one guess in a million, so ten stay
    /// at odds of 1 : 100 000 a person and round; more than ten is refused. There is no "unlimited".
    pub const fn wrong_entries_max(mut self, entries: u8) -> Self {
        self.policy.wrong_entries_max = entries;
        self
    }

    /// How many wrong IDs close the resend form for a person: 1–10, 5 by default.
    ///
    /// The form needs no code, so it would otherwise tell right IDs from wrong ones for ever. It is
    /// counted apart from the entries, so that nobody is locked out by it (D14).
    pub const fn wrong_ids_max(mut self, ids: u8) -> Self {
        self.policy.wrong_ids_max = ids;
        self
    }

    /// The pause before the next resend: 30 seconds to 1 hour, 60 seconds by default.
    ///
    /// A message usually takes 5–10 minutes (R15); the pause keeps a double click from using up a
    /// resend. The sources name no number (D14).
    pub const fn resend_pause(mut self, pause: TimeDelta) -> Self {
        self.policy.resend_pause = Span::cut(pause);
        self
    }

    /// How much later than the acceptance a delivery report may let the window start: 0 to 10
    /// minutes, 10 minutes by default.
    ///
    /// The window starts when the message is *received* (R17), which usually takes up to 10 minutes
    /// (R15). The bound makes a forged report worth no more than that (D05).
    pub const fn delivery_clamp(mut self, clamp: TimeDelta) -> Self {
        self.policy.delivery_clamp = Span::cut(clamp);
        self
    }

    /// When a person counts as unreachable if no message was accepted, counted from the opening of
    /// the round: 1 to 72 hours, 24 hours by default.
    ///
    /// Nobody is punished for a text that was never sent, and nothing hangs for ever (D06).
    pub const fn unreachable_after(mut self, span: TimeDelta) -> Self {
        self.policy.unreachable_after = Span::cut(span);
        self
    }

    /// Whether every message of a person carries the same code: no by default.
    ///
    /// OWASP asks for a new code each time, and an older message that was read by somebody else is
    /// then worth nothing. Platforms describe both; with the same code, messages that arrive out of
    /// order can't confuse anybody (D10).
    pub const fn keep_code(mut self, keep: bool) -> Self {
        self.policy.keep_code = keep;
        self
    }

    /// Whether a wrong entry counts only if its ID is right: no by default.
    ///
    /// The platforms document that any wrong field counts (B07), which lets whoever knows a mobile
    /// number lock its owner out. With this on, an outsider who doesn't know the ID can't (D19).
    pub const fn count_only_matching_ids(mut self, only: bool) -> Self {
        self.policy.count_only_matching_ids = only;
        self
    }

    /// Whether a message is sent again at 12:00 Beijing time of the day after the first one was
    /// accepted: no by default.
    ///
    /// Documented for the pilot years and by some platforms until 2024; the primary source doesn't
    /// have it (B10, D16).
    pub const fn noon_resend(mut self, on: bool) -> Self {
        self.policy.noon_resend = on;
        self
    }

    /// Sets what the regulator fixes: the window, 10 minutes to 72 hours (24 hours by R17), and the
    /// resends, 0–3 (2 by R22). For systems that check codes of their own, never for a real filing.
    ///
    /// A session has four codes, so 3 resends leave none for the noon resend.
    pub const fn not_the_regulators(mut self, window: TimeDelta, resends_max: u8) -> Self {
        self.policy.window = Span::cut(window);
        self.policy.resends_max = resends_max;
        self.policy.the_regulators = false;
        self
    }

    /// The policy, if every value is in its range; spans in whole microseconds (D04).
    ///
    /// # Errors
    /// [`VerificationPolicyProblem`] names the first value that isn't, and its range.
    pub fn build(self) -> Result<VerificationPolicy, VerificationPolicyProblem> {
        self.policy.check()?;
        Ok(self.policy)
    }
}

/// A policy value out of its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationPolicyProblem {
    /// The window.
    #[error("window out of range: expected 10 minutes to 72 hours")]
    Window,
    /// The number of resends.
    #[error("resends out of range: expected 0 to 3")]
    ResendsMax,
    /// The number of wrong entries.
    #[error("wrong entries out of range: expected 1 to 10")]
    WrongEntriesMax,
    /// The number of wrong IDs.
    #[error("wrong IDs out of range: expected 1 to 10")]
    WrongIdsMax,
    /// The pause between messages.
    #[error("resend pause out of range: expected 30 seconds to 1 hour")]
    ResendPause,
    /// The bound on delivery reports.
    #[error("delivery clamp out of range: expected 0 to 10 minutes")]
    DeliveryClamp,
    /// The end of a person without a message.
    #[error("unreachable-after out of range: expected 1 to 72 hours")]
    UnreachableAfter,
    /// Three resends and the noon resend together.
    #[error("3 resends and the noon resend would need five codes: a session has four")]
    TooManyCodes,
}
