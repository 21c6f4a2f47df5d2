//! What is wrong with an order, all of it at once.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{Access, FilingType, ModifiedPart, ServiceKind, field::place};
use crate::{IdDocumentProblem, MobileProblem, NameProblem, PersonProblem, ProvinceProblem};

/// So many are told: nobody mends more at once, and an answer stays no larger than its question.
const PROBLEMS_MAX: usize = 200;

/// Everything that is wrong with an order, up to 200 problems; never empty.
///
/// ```
/// use beian::{FilingOrder, IdDocument, Person, Province};
///
/// let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
/// let problems = FilingOrder::initial(Province::Beijing, leader).build().unwrap_err();
/// let problem = problems.iter().next().unwrap();
/// assert_eq!((problem.path(), problem.code()), ("services", "services_missing"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With feature `serde` they are written as a list; labels and texts depend on a language and are a
/// host's to add:
///
/// ```json
/// [{"path": "services[0].administrator.mobile", "code": "mobile_missing"}]
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OrderProblems(Vec<OrderProblem>);

impl OrderProblems {
    /// One by one, in the order of the form.
    pub fn iter(&self) -> core::slice::Iter<'_, OrderProblem> {
        self.0.iter()
    }

    pub(super) const fn none_yet() -> Self {
        Self(Vec::new())
    }

    /// In the order of the form, as [`iter`](Self::iter) gives them.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_by_key(|problem| place(&problem.path));
        self
    }

    pub(super) const fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, path: impl Into<String>, kind: impl Into<ProblemKind>) {
        if self.0.len() < PROBLEMS_MAX {
            self.0.push(OrderProblem {
                path: path.into(),
                kind: kind.into(),
            });
        }
    }

    /// What was read, or nothing and a problem more.
    pub(super) fn take<T, E: Into<ProblemKind>>(
        &mut self,
        path: impl Into<String>,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|problem| self.add(path, problem)).ok()
    }
}

impl<'a> IntoIterator for &'a OrderProblems {
    type Item = &'a OrderProblem;
    type IntoIter = core::slice::Iter<'a, OrderProblem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for OrderProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for OrderProblems {}

/// One thing that is wrong with an order, and where.
///
/// ```
/// use beian::{Lang, FilingPolicy, OrderForm, filing::PersonForm};
///
/// let problems = OrderForm::default().check(&FilingPolicy::default()).unwrap_err();
/// let mobile = problems.iter().find(|p| p.path() == "entity.leader.mobile").unwrap();
/// assert_eq!((mobile.code(), mobile.rule()), ("mobile_missing", Some("B11")));
/// assert_eq!(mobile.text(Lang::Zh), "请填写手机号码。");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {kind}")]
pub struct OrderProblem {
    path: String,
    kind: ProblemKind,
}

impl OrderProblem {
    /// Where, in the fields of an [`OrderForm`](crate::OrderForm):
    /// `services[0].administrator.mobile`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The stable machine code: `mobile_missing`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The rule that is broken, such as `R10`; `None` if no single rule stands behind the problem.
    #[must_use]
    pub const fn rule(&self) -> Option<&'static str> {
        self.kind.rule()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for OrderProblem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut problem = serializer.serialize_struct("OrderProblem", 2)?;
        problem.serialize_field("path", self.path())?;
        problem.serialize_field("code", self.code())?;
        problem.end()
    }
}

/// What can be wrong with an order. Codes and texts: [`docs::codes`](crate::docs::codes).
///
/// ```
/// use beian::filing::ProblemKind;
///
/// assert_eq!(ProblemKind::PhoneChanged.rule(), Some("R10"));
/// assert_eq!(ProblemKind::PhoneChanged.code(), "phone_changed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A value that is no text: a number without quotes, say. It isn't looked at.
    #[error("wrong type: expected a text in quotes")]
    NotText,
    /// A value that is no list.
    #[error("wrong type: expected a list")]
    NotAList,
    /// A value that is no object.
    #[error("wrong type: expected an object")]
    NotAnObject,
    /// No filing type was chosen.
    #[error("filing type missing; possible are: {}", Names(FilingType::ALL))]
    FilingTypeMissing,
    /// Not one of the filing types.
    #[error("unknown filing type; possible are: {}", Names(FilingType::ALL))]
    UnknownFilingType,
    /// A change in the list is blank.
    #[error("change missing; possible are: {}", Names(ModifiedPart::ALL))]
    ChangeMissing,
    /// More changes than there are; they are not looked at one by one.
    #[error("too many changes: expected each once at most")]
    TooManyChanges,
    /// Not one of the changes.
    #[error("unknown change; possible are: {}", Names(ModifiedPart::ALL))]
    UnknownChange,
    /// No service kind was chosen.
    #[error("service kind missing; possible are: {}", Names(ServiceKind::ALL))]
    ServiceKindMissing,
    /// Not one of the service kinds.
    #[error("unknown service kind; possible are: {}", Names(ServiceKind::ALL))]
    UnknownServiceKind,
    /// Not one of the values of access.
    #[error("unknown access; possible are: {}", Names(Access::ALL))]
    UnknownAccess,
    /// No kind of ID document was chosen.
    #[error(
        "ID document kind missing; possible are: {}, other_<certificate code>",
        Names(crate::IdDocumentKind::NAMED)
    )]
    IdDocumentKindMissing,
    /// Neither a kind of ID document nor a certificate code.
    #[error(
        "unknown ID document kind; possible are: {}, other_<certificate code>",
        Names(crate::IdDocumentKind::NAMED)
    )]
    UnknownIdDocumentKind,
    /// The province can't be read.
    #[error(transparent)]
    Province(#[from] ProvinceProblem),
    /// A name can't be taken.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// A primary mobile can't be texted (B11).
    #[error(transparent)]
    Mobile(#[from] MobileProblem),
    /// The emergency phone can't be read (D27).
    #[error("emergency phone malformed: expected 3 to 20 digits")]
    EmergencyPhone,
    /// The ID number isn't one of its kind (D27).
    #[error(transparent)]
    IdDocument(#[from] IdDocumentProblem),
    /// A modification that doesn't say what it changes (R06).
    #[error("changes missing: a modification says what it changes")]
    ChangesMissing,
    /// Changes in an order that is no modification (R06).
    #[error("changes unexpected: only a modification has them")]
    ChangesUnexpected,
    /// An order that needs a service lists none (R03–R08).
    #[error("services missing: expected at least one")]
    ServicesMissing,
    /// More services than an order takes.
    #[error("too many services: expected at most 200 in an order")]
    TooManyServices,
    /// Access is added, and it isn't said whether the number has changed (R10).
    #[error("access missing: say whether the administrator's number is still the filed one")]
    AccessMissing,
    /// Access is said of an order that adds none (R10).
    #[error("access unexpected: only an order to add access has it")]
    AccessUnexpected,
    /// The number must first be changed at the original provider (R10).
    #[error("number changed: change it at the original access provider first")]
    PhoneChanged,
    /// The service must be deregistered and filed again (R11).
    #[error("number of an orphan service changed: deregister the service, then add it again")]
    PhoneChangedOrphan,
    /// Apps, mini programs and quick apps before 2023-09-01 (D01).
    #[error("apps, mini programs and quick apps are filed from 2023-09-01 only")]
    NotYetFileable,
    /// A Hong Kong / Macao permit without the number on its back, in a province that asks for it (B13).
    #[error("back number missing: in this province, a Hong Kong and Macao permit needs it")]
    BackNumberMissing,
}

impl ProblemKind {
    /// Every problem, for a list of all stable codes.
    ///
    /// ```
    /// use beian::filing::ProblemKind;
    ///
    /// assert!(ProblemKind::all().any(|problem| problem.code() == "mobile_hotline"));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        let own = [
            Self::NotText,
            Self::NotAList,
            Self::NotAnObject,
            Self::TooManyChanges,
            Self::FilingTypeMissing,
            Self::UnknownFilingType,
            Self::ChangeMissing,
            Self::UnknownChange,
            Self::ServiceKindMissing,
            Self::UnknownServiceKind,
            Self::UnknownAccess,
            Self::IdDocumentKindMissing,
            Self::UnknownIdDocumentKind,
            Self::EmergencyPhone,
            Self::ChangesMissing,
            Self::ChangesUnexpected,
            Self::ServicesMissing,
            Self::TooManyServices,
            Self::AccessMissing,
            Self::AccessUnexpected,
            Self::PhoneChanged,
            Self::PhoneChangedOrphan,
            Self::NotYetFileable,
            Self::BackNumberMissing,
        ];
        own.into_iter()
            .chain(ProvinceProblem::ALL.iter().copied().map(Self::Province))
            .chain(NameProblem::ALL.iter().copied().map(Self::Name))
            .chain(MobileProblem::ALL.iter().copied().map(Self::Mobile))
            .chain(IdDocumentProblem::ALL.iter().copied().map(Self::IdDocument))
    }

    /// The rule that is broken, such as `R10`; `None` if no single rule stands behind the problem.
    #[must_use]
    pub const fn rule(self) -> Option<&'static str> {
        match self {
            Self::NotText
            | Self::NotAList
            | Self::NotAnObject
            | Self::TooManyChanges
            | Self::FilingTypeMissing
            | Self::UnknownFilingType
            | Self::ChangeMissing
            | Self::UnknownChange
            | Self::ServiceKindMissing
            | Self::UnknownServiceKind
            | Self::UnknownAccess
            | Self::Name(_)
            | Self::ServicesMissing
            | Self::TooManyServices => None,
            Self::IdDocumentKindMissing | Self::UnknownIdDocumentKind => Some("B12"),
            Self::Province(_) => Some("R01"),
            Self::Mobile(_) => Some("B11"),
            Self::IdDocument(IdDocumentProblem::OfAUnit) => Some("B29"),
            Self::EmergencyPhone | Self::IdDocument(_) => Some("D27"),
            Self::ChangesMissing | Self::ChangesUnexpected => Some("R06"),
            Self::AccessMissing | Self::AccessUnexpected | Self::PhoneChanged => Some("R10"),
            Self::PhoneChangedOrphan => Some("R11"),
            Self::NotYetFileable => Some("D01"),
            Self::BackNumberMissing => Some("B13"),
        }
    }
}

impl From<PersonProblem> for ProblemKind {
    fn from(problem: PersonProblem) -> Self {
        match problem {
            PersonProblem::Name(problem) => problem.into(),
            PersonProblem::Mobile(problem) => problem.into(),
            PersonProblem::EmergencyPhone => Self::EmergencyPhone,
        }
    }
}

/// A list of names, with commas.
struct Names<T: 'static>(&'static [T]);

impl<T: fmt::Display> fmt::Display for Names<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, name) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{name}")?;
        }
        Ok(())
    }
}
