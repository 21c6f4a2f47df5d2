//! The people of a filing, and the entity they file for.

use alloc::string::String;
use core::fmt;

use crate::{
    IdDocument, MobileNumber, MobileProblem,
    spelling::{Unclean, clean_emergency_phone},
    words::clean_name,
};

/// The longest name of a person, in characters.
const PERSON_NAME_MAX: usize = 60;
/// The longest name of an entity or a service, in characters.
const NAME_MAX: usize = 200;

/// A responsible person of a filing: an entity leader or a service administrator.
///
/// `Debug` masks name and numbers; the ID number is not kept, see [`IdDocument`].
///
/// ```
/// use beian::{IdDocument, Person};
///
/// let person = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?
///     .with_emergency_phone("010-0000 0000")?;
/// assert_eq!(person.mobile().to_string(), "199****0001");
/// assert!(!format!("{person:?}").contains("三"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    name: Name,
    mobile: MobileNumber,
    emergency_phone: Option<EmergencyPhone>,
    id_document: IdDocument,
}

impl Person {
    /// A person with a name of 1–60 characters and the primary mobile (联系方式1), to which the code
    /// goes (R12).
    ///
    /// If the order changes the person's number, this is the **new** one (B04). To add access it is
    /// the one filed at the old provider.
    ///
    /// # Errors
    /// [`PersonProblem::Name`] or [`PersonProblem::Mobile`].
    pub fn new(name: &str, mobile: &str, id_document: IdDocument) -> Result<Self, PersonProblem> {
        Ok(Self {
            name: Name::of_person(name)?,
            mobile: MobileNumber::parse(mobile)?,
            emergency_phone: None,
            id_document,
        })
    }

    /// Adds the emergency phone (应急电话): 3–20 digits, 00 and the country code in front if it is abroad
    /// (D27). It is never texted (R12).
    ///
    /// # Errors
    /// [`PersonProblem::EmergencyPhone`].
    pub fn with_emergency_phone(self, phone: &str) -> Result<Self, PersonProblem> {
        Ok(Self {
            emergency_phone: Some(EmergencyPhone::parse(phone)?),
            ..self
        })
    }

    /// The name, in clear.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The primary mobile (R12).
    #[must_use]
    pub const fn mobile(&self) -> &MobileNumber {
        &self.mobile
    }

    /// The digits of the emergency phone, in clear, if one was given.
    #[must_use]
    pub fn emergency_phone(&self) -> Option<&str> {
        self.emergency_phone.as_ref().map(|phone| phone.0.as_str())
    }

    /// The ID document used in this filing (R16).
    #[must_use]
    pub const fn id_document(&self) -> &IdDocument {
        &self.id_document
    }

    pub(crate) const fn from_parts(
        name: Name,
        mobile: MobileNumber,
        emergency_phone: Option<EmergencyPhone>,
        id_document: IdDocument,
    ) -> Self {
        Self {
            name,
            mobile,
            emergency_phone,
            id_document,
        }
    }

    pub(crate) fn into_parts(self) -> (Name, MobileNumber, Option<EmergencyPhone>, IdDocument) {
        (
            self.name,
            self.mobile,
            self.emergency_phone,
            self.id_document,
        )
    }
}

/// Who files (主体): an organisation or an individual, with its leader (主体负责人).
///
/// ```
/// use beian::{Entity, IdDocument, Person};
///
/// let leader = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
/// assert_eq!(Entity::from(leader.clone()).name(), "张三"); // an individual's filing
/// assert_eq!(Entity::new("示例公司", leader)?.leader().name(), "张三");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    name: Name,
    leader: Person,
}

impl Entity {
    /// An entity with a name of 1–200 characters.
    ///
    /// # Errors
    /// [`NameProblem`] says what is wrong with the name.
    pub fn new(name: &str, leader: Person) -> Result<Self, NameProblem> {
        Ok(Self {
            name: Name::parse(name)?,
            leader,
        })
    }

    /// The name, in clear.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The entity leader.
    #[must_use]
    pub const fn leader(&self) -> &Person {
        &self.leader
    }

    pub(crate) const fn from_parts(name: Name, leader: Person) -> Self {
        Self { name, leader }
    }

    pub(crate) fn into_parts(self) -> (Name, Person) {
        (self.name, self.leader)
    }
}

/// An individual's filing: the entity bears the person's name.
impl From<Person> for Entity {
    fn from(leader: Person) -> Self {
        Self {
            name: leader.name.clone(),
            leader,
        }
    }
}

/// A name as it was written, masked in `Debug`: the first character, then asterisks.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

impl Name {
    pub(crate) fn of_person(input: &str) -> Result<Self, NameProblem> {
        Self::within(input, PERSON_NAME_MAX)
    }

    /// Of an entity or a service.
    pub(crate) fn parse(input: &str) -> Result<Self, NameProblem> {
        Self::within(input, NAME_MAX)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn within(input: &str, chars_max: usize) -> Result<Self, NameProblem> {
        match clean_name(input, chars_max) {
            Ok(name) => Ok(Self(name)),
            Err(Unclean::Empty) => Err(NameProblem::Missing),
            Err(Unclean::Character) => Err(NameProblem::Malformed),
            Err(Unclean::TooLong) => Err(NameProblem::TooLong),
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Masked(&self.0), f)
    }
}

/// `Debug` of a name: its first character, then an asterisk for each of the others.
pub(crate) struct Masked<'a>(pub(crate) &'a str);

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, c) in self.0.chars().enumerate() {
            if n == 0 {
                write!(f, "{}", c.escape_debug())?;
            } else {
                f.write_str("*")?;
            }
        }
        Ok(())
    }
}

/// 3–20 digits as typed, never a recipient (R12, D27).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EmergencyPhone(String);

impl EmergencyPhone {
    pub(crate) fn parse(input: &str) -> Result<Self, PersonProblem> {
        let phone = clean_emergency_phone(input).ok().flatten();
        phone
            .filter(|phone| (3..=20).contains(&phone.as_bytes().len()))
            .map(|phone| Self(phone.as_str().into()))
            .ok_or(PersonProblem::EmergencyPhone)
    }
}

impl fmt::Debug for EmergencyPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmergencyPhone(***)")
    }
}

/// Why a person can't be filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PersonProblem {
    /// The name.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// The primary mobile (B11).
    #[error(transparent)]
    Mobile(#[from] MobileProblem),
    /// The emergency phone (D27).
    #[error("emergency phone malformed: expected the 3 to 20 digits of one number, 00 for a plus")]
    EmergencyPhone,
}

/// What is wrong with the name of a person, an entity or a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// No letter or digit of any script.
    #[error("name missing")]
    Missing,
    /// A control character, a line break, or a mark that turns the direction of text around (D26).
    #[error(
        "name malformed: control characters, line breaks and direction overrides are not possible"
    )]
    Malformed,
    /// A person's name has at most 60 characters, any other 200.
    #[error("name too long: expected at most 60 characters for a person, 200 for anything else")]
    TooLong,
}
