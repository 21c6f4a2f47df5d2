//! An order as a person typed it.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use chrono::{DateTime, Utc};
use zeroize::Zeroize;

#[cfg(feature = "serde")]
use super::wrong_type::read as of_json;
use super::{
    FilingOrder, FilingPolicy, ModifiedPart, ModifiedParts, OrderProblems, ProblemKind,
    choice::choose,
    order::{Draft, PersonDraft, SERVICES_MAX, ServiceDraft},
    wrong_type::wrong_type,
};
use crate::{
    IdDocument, IdDocumentKind, IdDocumentProblem, MobileNumber, Person, Province,
    person::{EmergencyPhone, Masked, Name},
    words::letters,
};

/// An order as it comes from a web form or a JSON API: every value a string, nothing checked yet.
///
/// | field | values that are read |
/// |---|---|
/// | `filing_type` | `initial`, `add_service`, `add_access`, `modify`, `deregister_entity`, `deregister_service`, `cancel_access` |
/// | `changes` | `entity`, `service`, `remarks` |
/// | `province` | see [`Province::parse`] |
/// | `services[].kind` | `website`, `app`, `mini_program`, `quick_app` |
/// | `services[].access` | `unchanged`, `phone_changed`, `phone_changed_orphan` |
/// | `id_document.kind` | `resident_id_card` or `2`, `passport` or `7`, `taiwan_permit` or `11`, `hk_macao_permit` or `14`, `foreign_permanent_resident_id` or `30`, `hk_macao_residence_permit` or `41`, `taiwan_residence_permit` or `42`, any other certificate code as `31` or `other_31` |
///
/// Beside these stable names, what `text` says of a value is read in both languages: 首次备案 or
/// `Initial filing`. Case, white space, hyphens, underscores and full-width forms make no difference
/// (D26).
///
/// # A returned order
///
/// Of an order that was stored, ID numbers are gone (D25), so one that is revised has to ask for them
/// again. The form of it has everything else, to be shown, changed and checked like a new one; a number
/// that isn't given again is a problem with the person's path.
///
/// ```
/// use beian::{FilingOrder, IdDocument, OrderForm, OrderLife, OrderStatus, Person, Province, ReturnCause};
/// use beian::{ServiceKind, FilingPolicy};
///
/// let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
/// let admin = Person::new("李四", "19900000002", IdDocument::passport("E87654321")?)?;
/// let order = FilingOrder::initial(Province::Beijing, leader)
///     .service(ServiceKind::Website, "示例站", admin)
///     .build()?;
/// let returned = OrderLife::new().return_for(ReturnCause::PlatformDecision)?;
/// let stored = (serde_json::to_string(&order)?, serde_json::to_string(&returned)?);
///
/// let order: FilingOrder = serde_json::from_str(&stored.0)?;
/// let life: OrderLife = serde_json::from_str(&stored.1)?;
/// assert!(life.status().is_editable()); // B16
/// let mut form = OrderForm::from(&order);
/// form.services[0].administrator.mobile = "19900000003".into();
///
/// form.entity.leader.id_document.number = "E12345678".into(); // asked for again
/// let problems = form.check(&FilingPolicy::default()).unwrap_err();
/// let missing: Vec<_> = problems.iter().map(|problem| (problem.path(), problem.code())).collect();
/// assert_eq!(missing, [("services[0].administrator.id_document.number", "id_number_missing")]);
///
/// form.services[0].administrator.id_document.number = "E87654321".into();
/// let order = form.check(&FilingPolicy::default())?; // store it in place of the old one
/// let life = life.revise()?; // B14
/// assert_eq!(life.status(), OrderStatus::InitialReview);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A form that somebody hasn't finished can be kept as a draft, too: serialised, it has the same fields
/// as when it is read, without ID numbers, in a format that names its fields such as JSON.
///
/// # From JSON
///
/// With feature `serde` it is read with exactly these field names. A field or a whole object that is
/// missing or `null` is as good as a blank one, and a value of another type (a number without quotes, a
/// list where an object belongs) is passed over unseen: [`check`](Self::check) says what is needed, with
/// its path. Errors of serde are an unknown field, for it may be a misspelled optional one; a field given
/// twice; and anything but an object in the place of the whole form. They never repeat a value.
///
/// `Debug` masks names and leaves numbers out; ID numbers are erased from memory when the form is
/// dropped.
///
/// ```
/// use beian::{FilingPolicy, OrderForm};
///
/// let form: OrderForm = serde_json::from_str(r#"{
///     "filing_type": "initial",
///     "province": "北京市",
///     "entity": {"name": "示例公司", "leader": {
///         "name": "张三", "mobile": "+86 199-0000-0001",
///         "id_document": {"kind": "passport", "number": "E12345678"}}},
///     "services": [{"kind": "website", "name": "示例站", "administrator": {
///         "name": "李四", "mobile": "400 000 0000",
///         "id_document": {"kind": "passport", "number": "E87654321"}}}]
/// }"#)?;
/// let problems = form.check(&FilingPolicy::default()).unwrap_err();
/// let problem = problems.iter().next().unwrap();
/// assert_eq!(problem.path(), "services[0].administrator.mobile");
/// assert_eq!(problem.code(), "mobile_hotline");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields, remote = "Self")
)]
pub struct OrderForm {
    /// A [`FilingType`](super::FilingType).
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub filing_type: String,
    /// [`ModifiedPart`](super::ModifiedPart)s: for `modify` at least one, else none.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::list"))]
    pub changes: Option<Vec<String>>,
    /// A province as [`Province::parse`] reads it.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub province: String,
    /// Who files.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::object"))]
    pub entity: EntityForm,
    /// 1–200 services; none is possible for `deregister_entity`, and for `modify` without a change
    /// of `service`.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::objects"))]
    pub services: Vec<ServiceForm>,
}

#[cfg(feature = "serde")]
impl serde::Serialize for OrderForm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for OrderForm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        of_json::form(deserializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> of_json::Form<'de> for OrderForm {
    fn of_object<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::deserialize(from)
    }
}

/// The entity of an [`OrderForm`].
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct EntityForm {
    /// 1–200 characters; an individual's own name.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub name: String,
    /// The entity leader.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::object"))]
    pub leader: PersonForm,
}

/// A service of an [`OrderForm`].
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct ServiceForm {
    /// A [`ServiceKind`](super::ServiceKind).
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub kind: String,
    /// 1–200 characters.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub name: String,
    /// The service administrator.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::object"))]
    pub administrator: PersonForm,
    /// An [`Access`](super::Access): for `add_access`, else none (R10, R11).
    /// Nothing but white space is as good as none.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::optional"))]
    pub access: Option<String>,
}

/// A person of an [`OrderForm`].
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct PersonForm {
    /// 1–60 characters.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub name: String,
    /// The primary mobile, see [`Person::new`](crate::Person::new) (R12, B04).
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::text"))]
    pub mobile: String,
    /// 3–20 digits. Nothing but white space is as good as none.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::optional"))]
    pub emergency_phone: Option<String>,
    /// The ID document used in this filing.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "of_json::object"))]
    pub id_document: IdDocumentForm,
}

/// An ID document of an [`OrderForm`]; its numbers are erased from memory when it is dropped.
#[derive(Clone, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct IdDocumentForm {
    /// An [`IdDocumentKind`](crate::IdDocumentKind), or its certificate code.
    #[cfg_attr(feature = "serde", serde(default, deserialize_with = "of_json::text"))]
    pub kind: String,
    /// The whole number, see [`IdDocument::new`].
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing, deserialize_with = "of_json::text")
    )]
    pub number: String,
    /// For `hk_macao_permit`, required in 浙江 (B13), see [`IdDocument::with_back_number`]. Nothing but
    /// white space is as good as none.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing, deserialize_with = "of_json::optional")
    )]
    pub back_number: Option<String>,
}

impl OrderForm {
    /// The order, if everything can be read and it keeps every rule, by the rules of today.
    ///
    /// # Errors
    /// [`OrderProblems`] with everything that is wrong, each with its path in this form and in its
    /// order. Of more than 200 services, those beyond are not looked at.
    pub fn check(&self, policy: &FilingPolicy) -> Result<FilingOrder, OrderProblems> {
        self.draft(policy, None)
    }

    /// As [`check`](Self::check), by the rules of the instant of filing: a kind of service that could
    /// not be filed then is a problem (D01).
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn check_at(
        &self,
        policy: &FilingPolicy,
        filed_at: DateTime<Utc>,
    ) -> Result<FilingOrder, OrderProblems> {
        self.draft(policy, Some(filed_at))
    }

    fn draft(
        &self,
        policy: &FilingPolicy,
        filed_at: Option<DateTime<Utc>>,
    ) -> Result<FilingOrder, OrderProblems> {
        let mut problems = OrderProblems::none_yet();
        let (entity_name, leader) = self.entity.read(&mut problems);
        let draft = Draft {
            filing_type: read(&mut problems, "filing_type", &self.filing_type, choose),
            changes: self.read_changes(&mut problems),
            province: read(&mut problems, "province", &self.province, Province::parse),
            entity_name,
            leader,
            // One more than possible, so that there being too many is seen.
            services: (self.services.iter().take(SERVICES_MAX + 1).enumerate())
                .map(|(n, service)| service.read(&format!("services[{n}]"), &mut problems))
                .collect(),
        };
        draft.check(problems, policy, filed_at)
    }

    /// Every unknown change is a problem of its own; then none of them is known.
    fn read_changes(&self, problems: &mut OrderProblems) -> Option<ModifiedParts> {
        let names = self.changes.as_deref().unwrap_or_default();
        if names.len() > ModifiedPart::ALL.len() {
            problems.add("changes", ProblemKind::TooManyChanges);
            return None;
        }
        let mut changes = Some(ModifiedParts::NONE);
        for (n, name) in names.iter().enumerate() {
            let whole_list = wrong_type(name) == Some(ProblemKind::NotAList);
            let path = if whole_list {
                "changes".into()
            } else {
                format!("changes[{n}]")
            };
            let change: Option<ModifiedPart> = read(problems, &path, name, choose);
            changes = changes
                .zip(change)
                .map(|(changes, change)| changes | change.into());
        }
        changes
    }
}

/// What a text says, or nothing and a problem more.
fn read<T, E: Into<ProblemKind>>(
    problems: &mut OrderProblems,
    path: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let value = match wrong_type(text) {
        Some(problem) => Err(problem),
        None => parse(text).map_err(Into::into),
    };
    problems.take(path, value)
}

/// As [`read`], where a field may be left blank.
#[expect(
    clippy::option_option,
    reason = "what can't be read isn't what wasn't given"
)]
fn read_given<T, E: Into<ProblemKind>>(
    problems: &mut OrderProblems,
    path: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<Option<T>> {
    match given(text) {
        Some(text) => read(problems, path, text, parse).map(Some),
        None => Some(None),
    }
}

/// What an order says, as a form: everything but ID numbers, which an order doesn't have (D27).
impl From<&FilingOrder> for OrderForm {
    fn from(order: &FilingOrder) -> Self {
        let changes: Vec<String> = order
            .modified_parts()
            .iter()
            .map(|it| it.name().into())
            .collect();
        let services = order.services().iter().map(|service| ServiceForm {
            kind: service.kind().name().into(),
            name: service.name().into(),
            administrator: service.administrator().into(),
            access: service.access().map(|access| access.name().into()),
        });
        Self {
            filing_type: order.filing_type().name().into(),
            changes: Some(changes).filter(|changes| !changes.is_empty()),
            province: order.province().name().into(),
            entity: EntityForm {
                name: order.entity().name().into(),
                leader: order.leader().into(),
            },
            services: services.collect(),
        }
    }
}

impl From<&Person> for PersonForm {
    fn from(person: &Person) -> Self {
        Self {
            name: person.name().into(),
            mobile: person.mobile().digits().into(),
            emergency_phone: person.emergency_phone().map(String::from),
            id_document: IdDocumentForm {
                kind: person.id_document().kind().to_string(),
                number: String::new(),
                back_number: None,
            },
        }
    }
}

impl EntityForm {
    fn read(&self, problems: &mut OrderProblems) -> (Option<Name>, PersonDraft) {
        if let Some(problem) = part_missing(&self.name) {
            problems.add("entity", problem);
            return (None, PersonDraft::UNREAD);
        }
        (
            read(problems, "entity.name", &self.name, Name::parse),
            self.leader.read("entity.leader", problems),
        )
    }
}

impl ServiceForm {
    fn read(&self, path: &str, problems: &mut OrderProblems) -> ServiceDraft {
        if let Some(problem) = part_missing(&self.kind) {
            let whole_list = problem == ProblemKind::NotAList;
            problems.add(if whole_list { "services" } else { path }, problem);
            return ServiceDraft::UNREAD;
        }
        let administrator = format!("{path}.administrator");
        let access = self.access.as_deref();
        ServiceDraft {
            kind: read(problems, &format!("{path}.kind"), &self.kind, choose),
            name: read(problems, &format!("{path}.name"), &self.name, Name::parse),
            administrator: self.administrator.read(&administrator, problems),
            access: read_given(problems, &format!("{path}.access"), access, choose),
        }
    }
}

impl PersonForm {
    fn read(&self, path: &str, problems: &mut OrderProblems) -> PersonDraft {
        if let Some(problem) = part_missing(&self.name) {
            problems.add(path, problem);
            return PersonDraft::UNREAD;
        }
        let (name, mobile) = (format!("{path}.name"), format!("{path}.mobile"));
        let (phone, id_document) = (
            format!("{path}.emergency_phone"),
            format!("{path}.id_document"),
        );
        let given_phone = self.emergency_phone.as_deref();
        PersonDraft {
            name: read(problems, &name, &self.name, Name::of_person),
            mobile: read(problems, &mobile, &self.mobile, MobileNumber::parse),
            emergency_phone: read_given(problems, &phone, given_phone, EmergencyPhone::parse)
                .flatten(),
            id_document: self.id_document.read(&id_document, problems),
            back_missing: self.id_document.back_missing(),
        }
    }
}

impl IdDocumentForm {
    fn read(&self, path: &str, problems: &mut OrderProblems) -> Option<IdDocument> {
        if let Some(problem) = part_missing(&self.kind) {
            problems.add(path, problem);
            return None;
        }
        let kind = read(problems, &format!("{path}.kind"), &self.kind, |kind| {
            let kind: IdDocumentKind = choose(kind)?;
            if kind.is_of_a_unit() {
                return Err(ProblemKind::IdDocument(IdDocumentProblem::OfAUnit));
            }
            Ok(kind)
        });
        // Every part is looked at, even if the one before can't be read.
        let any = kind.unwrap_or(IdDocumentKind::Other(0));
        let front = |number: &str| IdDocument::new(any, number);
        let front = read(problems, &format!("{path}.number"), &self.number, front);
        let (Some(kind), Some(back)) = (kind, given(self.back_number.as_deref())) else {
            return front;
        };
        let document = front.unwrap_or_else(|| IdDocument::without_number(kind));
        let back_path = format!("{path}.back_number");
        read(problems, &back_path, back, |back| {
            document.with_back_number(back)
        })
    }

    fn back_missing(&self) -> bool {
        choose(&self.kind) == Ok(IdDocumentKind::HkMacaoPermit)
            && given(self.back_number.as_deref()).is_none()
    }
}

impl Drop for IdDocumentForm {
    fn drop(&mut self) {
        self.number.zeroize();
        self.back_number.zeroize();
    }
}

impl fmt::Debug for EntityForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntityForm")
            .field("name", &Masked(&self.name))
            .field("leader", &self.leader)
            .finish()
    }
}

impl fmt::Debug for ServiceForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceForm")
            .field("kind", &self.kind)
            .field("name", &Masked(&self.name))
            .field("administrator", &self.administrator)
            .field("access", &self.access)
            .finish()
    }
}

impl fmt::Debug for PersonForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonForm")
            .field("name", &Masked(&self.name))
            .field("id_document", &self.id_document)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IdDocumentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdDocumentForm(***)")
    }
}

#[cfg(feature = "serde")]
impl of_json::Part for EntityForm {
    fn marked(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }
}

#[cfg(feature = "serde")]
impl of_json::Part for ServiceForm {
    fn marked(kind: String) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }
}

#[cfg(feature = "serde")]
impl of_json::Part for PersonForm {
    fn marked(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }
}

#[cfg(feature = "serde")]
impl of_json::Part for IdDocumentForm {
    fn marked(kind: String) -> Self {
        let mut form = Self::default();
        form.kind = kind;
        form
    }
}

/// Something else stood in the place of a part: its first text says so.
fn part_missing(first: &str) -> Option<ProblemKind> {
    wrong_type(first).filter(|problem| *problem != ProblemKind::NotText)
}

/// An optional field that was left blank wasn't given.
fn given(input: Option<&str>) -> Option<&str> {
    input.filter(|input| letters(input).next().is_some())
}
