//! One trait for all that has a code and a text.

use alloc::borrow::Cow;

use crate::{
    Access, CodeProblem, DeliveryReport, EntryAnswer, EntryOutcome, EntryProblems, EventKind,
    Exemption, FilingType, GatewayCodeProblem, IdDocumentKind, IdDocumentProblem, KeyError,
    KeyRingProblem, Lang, LastSixProblem, Localized, MessageKind, MobileProblem, ModifiedPart,
    NameProblem, OpenError, OrderProblems, OrderStatus, PersonProblem, Province, ProvinceProblem,
    RecipientState, Refusal, ResendAnswer, ResendOutcome, ReturnCause, Role, RoundFailure,
    RoundStatus, ServiceKind, SessionError, TemplateProblem, VerificationPolicyProblem,
    filing::{
        DenyProblem, FilingFact, FilingNumberProblem, LifeRefusal, NotFileable, OrderProblem,
        OrderStep, Prerequisite, ProblemKind, StageState,
        checks::{EntityKind, Finding, OpenQuestion, OrderFact, Severity, UnknownCheckRow},
    },
    host::{HostError, LeftOutReason, Resent, Submitted},
    regulator::ResultMeaning,
    rulebook::{HistoryProblem, NotInForce, RuleIdProblem, RulebookProblem},
    tracker::{
        Advice, FactRefusal, NextStep, PersonStanding, RegulatorStatus, Reminder, ReminderKind,
        TrackerStatus,
    },
};

/// By the methods of its own, of which the first gives the code. With `*`, they take it by value.
macro_rules! localized {
    (* $($type:ident.$code:ident),+) => {
        $(impl Localized for $type {
            fn code(&self) -> &'static str {
                $type::$code(*self)
            }

            fn text(&self, lang: Lang) -> Cow<'static, str> {
                $type::text(*self, lang).into()
            }
        })+
    };
    ($($type:ident.$code:ident),+) => {
        $(impl Localized for $type {
            fn code(&self) -> &'static str {
                $type::$code(self)
            }

            fn text(&self, lang: Lang) -> Cow<'static, str> {
                $type::text(self, lang).into()
            }
        })+
    };
}

localized!(
    *Access.name,
    Advice.name,
    EntityKind.name,
    FilingFact.name,
    OrderFact.name,
    Prerequisite.name,
    Severity.name,
    UnknownCheckRow.code,
    ModifiedPart.name,
    CodeProblem.code,
    DeliveryReport.name,
    DenyProblem.code,
    GatewayCodeProblem.code,
    LeftOutReason.code,
    EntryAnswer.name,
    FactRefusal.code,
    FilingNumberProblem.code,
    FilingType.name,
    HistoryProblem.code,
    IdDocumentKind.name,
    IdDocumentProblem.code,
    LastSixProblem.code,
    LifeRefusal.code,
    MessageKind.name,
    MobileProblem.code,
    NameProblem.code,
    OrderStatus.name,
    OrderStep.name,
    PersonProblem.code,
    VerificationPolicyProblem.code,
    ProblemKind.code,
    Province.name,
    ProvinceProblem.code,
    RecipientState.name,
    RegulatorStatus.name,
    ReminderKind.name,
    ResultMeaning.name,
    ReturnCause.name,
    Role.name,
    RoundFailure.name,
    RuleIdProblem.code,
    ServiceKind.name,
    StageState.name,
    TemplateProblem.code
);

localized!(
    EntryOutcome.name,
    EventKind.name,
    Exemption.code,
    Finding.code,
    KeyError.code,
    KeyRingProblem.code,
    NotFileable.code,
    OpenError.code,
    OpenQuestion.code,
    OrderProblem.code,
    PersonStanding.name,
    Refusal.code,
    ResendOutcome.name,
    RulebookProblem.code,
    TrackerStatus.name
);

/// What has no code of its own has that of what it is about.
macro_rules! localized_by {
    ($($type:ty, $it:ident => $code:expr;)+) => {
        $(impl Localized for $type {
            fn code(&self) -> &'static str {
                let $it = self;
                $code
            }

            fn text(&self, lang: Lang) -> Cow<'static, str> {
                <$type>::text(self, lang).into()
            }
        })+
    };
}

localized_by! {
    EntryProblems, _all => "entry_problems";
    NextStep, next => next.advice.name();
    NotInForce, _it => "not_in_force";
    OrderProblems, _all => "order_problems";
    Reminder, reminder => reminder.kind.name();
    Resent, resent => resent.answer().name();
    RoundStatus, status => status.order_status().name();
    Submitted, submitted => submitted.answer().name();
}

impl Localized for ResendAnswer {
    fn code(&self) -> &'static str {
        self.name()
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        Self::text(*self, lang)
    }
}

impl Localized for SessionError {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Repeated(outcome) => outcome.name(),
            Self::Key(error) => error.code(),
        }
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Refused(refusal) => refusal.text(lang).into(),
            Self::Repeated(outcome) => outcome.text(lang),
            Self::Key(error) => error.text(lang).into(),
        }
    }
}

impl<E> Localized for HostError<E> {
    fn code(&self) -> &'static str {
        Self::code(self)
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        Self::text(self, lang).into()
    }
}
