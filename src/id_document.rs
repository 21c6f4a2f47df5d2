//! ID documents, of which only the last six characters stay.

use core::{fmt, str::FromStr};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use crate::{
    LastSix, Province, UnknownName, day,
    spelling::{Unclean, all_digits, clean_id, clean_id_with_x},
};

/// The kind of an ID document, with its certificate code in the regulator's form (R23, B12).
///
/// ```
/// use beian::IdDocumentKind;
///
/// let kind: IdDocumentKind = "hk_macao_permit".parse()?;
/// assert_eq!(kind.code(), 14);
/// assert_eq!(kind, "14".parse()?);
/// assert_eq!(IdDocumentKind::from_code(31).to_string(), "other_31"); // the list grows
/// # Ok::<(), beian::UnknownName>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdDocumentKind {
    /// 居民身份证, code 2.
    ResidentIdCard,
    /// 护照, code 7.
    Passport,
    /// 台湾居民来往大陆通行证, code 11.
    TaiwanPermit,
    /// 港澳居民来往内地通行证, code 14.
    HkMacaoPermit,
    /// 外国人永久居留身份证, code 30.
    ForeignPermanentResidentId,
    /// 港澳居民居住证, code 41.
    HkMacaoResidencePermit,
    /// 台湾居民居住证, code 42.
    TaiwanResidencePermit,
    /// Any kind that the regulator's list has grown by, under its certificate code.
    Other(u16),
}

impl IdDocumentKind {
    /// Every kind that has a name of its own, by certificate code.
    pub const NAMED: &'static [Self] = &[
        Self::ResidentIdCard,
        Self::Passport,
        Self::TaiwanPermit,
        Self::HkMacaoPermit,
        Self::ForeignPermanentResidentId,
        Self::HkMacaoResidencePermit,
        Self::TaiwanResidencePermit,
    ];

    /// Whether the code is that of a unit's document, or of one that is gone: no person has it (B29;
    /// Huawei's interface, 2025-12).
    ///
    /// ```
    /// use beian::IdDocumentKind;
    ///
    /// assert!(IdDocumentKind::from_code(1).is_of_a_unit()); // 营业执照
    /// assert!(!IdDocumentKind::from_code(31).is_of_a_unit());
    /// ```
    #[must_use]
    pub const fn is_of_a_unit(self) -> bool {
        matches!(
            self.code(),
            1 | 3..=6
                | 8..=10
                | 12
                | 13
                | 15..=20
                | 22..=25
                | 27
                | 28
                | 34..=40
                | 43
                | 44
                | 46..=49
        )
    }

    /// The certificate code in the regulator's form (B12).
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::ResidentIdCard => 2,
            Self::Passport => 7,
            Self::TaiwanPermit => 11,
            Self::HkMacaoPermit => 14,
            Self::ForeignPermanentResidentId => 30,
            Self::HkMacaoResidencePermit => 41,
            Self::TaiwanResidencePermit => 42,
            Self::Other(code) => code,
        }
    }

    /// The age in full years that a number of this kind says, on the day of an instant in Beijing (B27, D37):
    /// a document of 18 characters bears the birth date, no other does. `None` too where the number can't be
    /// read, or the date is yet to come. Nothing of it is kept.
    ///
    /// ```
    /// use beian::IdDocumentKind;
    /// use chrono::{DateTime, Utc};
    ///
    /// let kind = IdDocumentKind::ResidentIdCard;
    /// let eve: DateTime<Utc> = "2026-04-30T23:59:59+08:00".parse()?;
    /// let birthday: DateTime<Utc> = "2026-05-01T00:00:00+08:00".parse()?;
    /// assert_eq!(kind.age("820101200005010015", eve), Some(25));
    /// assert_eq!(kind.age("820101200005010015", birthday), Some(26));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn age(self, number: &str, at: DateTime<Utc>) -> Option<u8> {
        let number = clean_id_with_x(number).ok()?;
        check(self, number.as_bytes()).ok()?;
        let bears = number.as_bytes().len() == 18 && !matches!(self, Self::Other(_));
        let born = bears.then(|| birth_date(number.as_bytes())).flatten()?;
        years(born, day::clock(at).date())
    }

    /// The kind with this certificate code; [`Other`](Self::Other) if it has no name here.
    #[must_use]
    pub fn from_code(code: u16) -> Self {
        Self::NAMED
            .iter()
            .copied()
            .find(|kind| kind.code() == code)
            .unwrap_or(Self::Other(code))
    }

    /// The stable machine name; `other` for every [`Other`](Self::Other), to which `Display` and
    /// serde append the code: `other_31`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResidentIdCard => "resident_id_card",
            Self::Passport => "passport",
            Self::TaiwanPermit => "taiwan_permit",
            Self::HkMacaoPermit => "hk_macao_permit",
            Self::ForeignPermanentResidentId => "foreign_permanent_resident_id",
            Self::HkMacaoResidencePermit => "hk_macao_residence_permit",
            Self::TaiwanResidencePermit => "taiwan_residence_permit",
            Self::Other(_) => "other",
        }
    }
}

impl fmt::Display for IdDocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(code) => write!(f, "other_{code}"),
            Self::ResidentIdCard
            | Self::Passport
            | Self::TaiwanPermit
            | Self::HkMacaoPermit
            | Self::ForeignPermanentResidentId
            | Self::HkMacaoResidencePermit
            | Self::TaiwanResidencePermit => f.pad(self.name()),
        }
    }
}

/// Reads the stable name, or the certificate code alone or after `other_`.
impl FromStr for IdDocumentKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let code = name.strip_prefix("other_").unwrap_or(name);
        Self::NAMED
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .or_else(|| {
                let digits = all_digits(code.as_bytes());
                code.parse().ok().filter(|_| digits).map(Self::from_code)
            })
            .ok_or(UnknownName {
                what: "ID document kind",
                possible: &[
                    "resident_id_card",
                    "passport",
                    "taiwan_permit",
                    "hk_macao_permit",
                    "foreign_permanent_resident_id",
                    "hk_macao_residence_permit",
                    "taiwan_residence_permit",
                    "other_<certificate code>",
                ],
            })
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for IdDocumentKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for IdDocumentKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// An ID document: its kind and the last six characters of its number.
///
/// The number is checked and then forgotten (D27). The last six are kept in memory only: a
/// document that was stored and read back has none (D25).
///
/// ```
/// use beian::{IdDocument, IdDocumentProblem, Province};
///
/// let card = IdDocument::resident_id_card("11010118500101019x")?;
/// assert_eq!(card.last_six(), Some(&"01019X".parse()?));
///
/// let permit = IdDocument::hk_macao_permit("H00000001")?.with_back_number("A123456(3)")?;
/// assert_eq!(permit.last_six_in(Province::Beijing), Some(&"000001".parse()?));
/// assert_eq!(permit.last_six_in(Province::Zhejiang), Some(&"234563".parse()?)); // B13
///
/// let old = IdDocument::resident_id_card("110101500101001");
/// assert_eq!(old, Err(IdDocumentProblem::FifteenDigits));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdDocument {
    kind: IdDocumentKind,
    last_six: Option<LastSix>,
    back_last_six: Option<LastSix>,
}

impl IdDocument {
    /// A document of this kind, if the number has a published form of it (D27). White space, what
    /// can't be seen, dashes between characters, brackets around the last character, lower-case and
    /// full-width letters are forgiven, and where the last character is X for ten, Ⅹ and × (D26).
    ///
    /// | kind | form |
    /// |---|---|
    /// | resident ID card | 18 characters, see below |
    /// | passport | 6–15 letters and digits, at least one digit: every country has its own form |
    /// | Hong Kong / Macao permit | `H` or `M` and 8 digits, 10 on those issued before 2013; `HA` or `MA` and 7 digits on those of residents who aren't Chinese, since 2024-07-10 |
    /// | Taiwan permit | 8 digits; 10 and perhaps a letter in the booklets issued before 2015 |
    /// | foreign permanent resident ID | 18 characters that begin with 9; 3 letters and 12 digits on those issued before 2023 |
    /// | Hong Kong / Macao residence permit | 18 characters that begin with 81 or 82 |
    /// | Taiwan residence permit | 18 characters that begin with 83 |
    /// | other | 6–32 letters and digits; the codes of units' documents are refused (B29) |
    ///
    /// A resident ID card begins with the code of a [`Province`], or as the three cards of 18
    /// characters in the table, whose holders often file under this kind. In all four, digits 7–14
    /// are a calendar date from 1850, and the last character is the check character of ISO 7064
    /// MOD 11-2. There is no county table: an abolished county must not keep a person from filing.
    ///
    /// # Errors
    /// An [`IdDocumentProblem`] that says which of these the number isn't.
    pub fn new(kind: IdDocumentKind, number: &str) -> Result<Self, IdDocumentProblem> {
        let kind = IdDocumentKind::from_code(kind.code());
        if kind.is_of_a_unit() {
            return Err(IdDocumentProblem::OfAUnit);
        }
        let clean = match kind {
            IdDocumentKind::Passport
            | IdDocumentKind::TaiwanPermit
            | IdDocumentKind::HkMacaoPermit
            | IdDocumentKind::Other(_) => clean_id,
            IdDocumentKind::ResidentIdCard
            | IdDocumentKind::ForeignPermanentResidentId
            | IdDocumentKind::HkMacaoResidencePermit
            | IdDocumentKind::TaiwanResidencePermit => clean_id_with_x,
        };
        let number = clean(number).map_err(|unclean| match unclean {
            Unclean::Empty => IdDocumentProblem::Missing,
            Unclean::Character => IdDocumentProblem::Malformed,
            Unclean::TooLong => IdDocumentProblem::Length,
        })?;
        check(kind, number.as_bytes())?;
        Ok(Self {
            kind,
            last_six: Some(LastSix::end_of(number.as_bytes()).ok_or(IdDocumentProblem::Length)?),
            back_last_six: None,
        })
    }

    /// A resident ID card (居民身份证).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn resident_id_card(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::ResidentIdCard, number)
    }

    /// A passport (护照) of any country.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn passport(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::Passport, number)
    }

    /// A Mainland travel permit for Taiwan residents (台湾居民来往大陆通行证).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn taiwan_permit(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::TaiwanPermit, number)
    }

    /// A Mainland travel permit for Hong Kong and Macao residents (港澳居民来往内地通行证). For an
    /// order in 浙江 add the back number ([`with_back_number`](Self::with_back_number)).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn hk_macao_permit(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::HkMacaoPermit, number)
    }

    /// A foreign permanent resident ID card (外国人永久居留身份证).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn foreign_permanent_resident_id(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::ForeignPermanentResidentId, number)
    }

    /// A residence permit for Hong Kong and Macao residents (港澳居民居住证).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn hk_macao_residence_permit(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::HkMacaoResidencePermit, number)
    }

    /// A residence permit for Taiwan residents (台湾居民居住证).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn taiwan_residence_permit(number: &str) -> Result<Self, IdDocumentProblem> {
        Self::new(IdDocumentKind::TaiwanResidencePermit, number)
    }

    /// Adds the Hong Kong or Macao identity number printed on the back of a permit: 1 or 2 letters,
    /// 6 digits and a digit or `A`; or 8 digits. An order in 浙江 needs it (B13).
    ///
    /// # Errors
    /// [`IdDocumentProblem::BackNumberUnexpected`] if this is no Hong Kong / Macao permit,
    /// [`IdDocumentProblem::BackNumber`] if the number has neither form.
    pub fn with_back_number(self, number: &str) -> Result<Self, IdDocumentProblem> {
        if self.kind != IdDocumentKind::HkMacaoPermit {
            return Err(IdDocumentProblem::BackNumberUnexpected);
        }
        let number = clean_id(number).map_err(|_| IdDocumentProblem::BackNumber)?;
        let (letters, rest) = split_letters(number.as_bytes());
        let good = match (letters.len(), rest) {
            (1 | 2, [digits @ .., b'0'..=b'9' | b'A']) => digits.len() == 6 && all_digits(digits),
            (0, digits) => digits.len() == 8 && all_digits(digits),
            _ => false,
        };
        Ok(Self {
            back_last_six: Some(
                LastSix::end_of(number.as_bytes())
                    .filter(|_| good)
                    .ok_or(IdDocumentProblem::BackNumber)?,
            ),
            ..self
        })
    }

    /// What kind of document it is.
    #[must_use]
    pub const fn kind(&self) -> IdDocumentKind {
        self.kind
    }

    /// The last six of the number; `None` if the document was stored and read back (D25).
    #[must_use]
    pub const fn last_six(&self) -> Option<&LastSix> {
        self.last_six.as_ref()
    }

    /// The last six that a person enters if the order is filed in `province`: for a Hong Kong
    /// / Macao permit where that is asked for, of the number on the back (B13). `None` if that wasn't given, or if
    /// the document was stored and read back (D25).
    #[must_use]
    pub fn last_six_in(&self, province: Province) -> Option<&LastSix> {
        if self.kind == IdDocumentKind::HkMacaoPermit && province.asks_for_permit_backs() {
            self.back_last_six.as_ref()
        } else {
            self.last_six()
        }
    }

    /// Whether it is a permit without the number on its back, which some provinces ask for (B13).
    pub(crate) fn lacks_permit_back(&self) -> bool {
        self.kind == IdDocumentKind::HkMacaoPermit && self.back_last_six.is_none()
    }

    /// Whether both can have one number: the same last six as far as both have them, whatever the
    /// kinds, for one number serves as resident ID and as residence permit (D03). The back of a permit
    /// may be given in one place and left out in another (B13).
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        let same = |one: &Option<LastSix>, other: &Option<LastSix>| {
            let both = one.as_ref().zip(other.as_ref());
            both.is_none_or(|(one, other)| one == other)
        };
        same(&self.last_six, &other.last_six) && same(&self.back_last_six, &other.back_last_six)
    }

    /// A document without its last six: it was stored (D25), or its number can't be read.
    pub(crate) fn without_number(kind: IdDocumentKind) -> Self {
        Self {
            kind: IdDocumentKind::from_code(kind.code()),
            last_six: None,
            back_last_six: None,
        }
    }
}

/// Whether the number has a published form of its kind (D27).
fn check(kind: IdDocumentKind, number: &[u8]) -> Result<(), IdDocumentProblem> {
    let form = |good: bool| good.then_some(()).ok_or(IdDocumentProblem::Form);
    let (letters, rest) = split_letters(number);
    match kind {
        IdDocumentKind::ResidentIdCard if number.len() == 15 && all_digits(number) => {
            Err(IdDocumentProblem::FifteenDigits)
        }
        IdDocumentKind::ResidentIdCard => eighteen(number, |region| {
            let province = |province: &Province| province.code() == region;
            matches!(region, 81..=83 | 90..=99) || Province::ALL.iter().any(province)
        }),
        IdDocumentKind::HkMacaoResidencePermit => {
            eighteen(number, |region| matches!(region, 81 | 82))
        }
        IdDocumentKind::TaiwanResidencePermit => eighteen(number, |region| region == 83),
        IdDocumentKind::ForeignPermanentResidentId if letters.len() == 3 => {
            form(rest.len() == 12 && all_digits(rest))
        }
        IdDocumentKind::ForeignPermanentResidentId => {
            eighteen(number, |region| matches!(region, 90..=99))
        }
        IdDocumentKind::Passport => {
            form((6..=15).contains(&number.len()) && number.iter().any(u8::is_ascii_digit))
        }
        IdDocumentKind::HkMacaoPermit => form(match letters {
            [b'H' | b'M'] => matches!(rest.len(), 8 | 10) && all_digits(rest),
            [b'H' | b'M', b'A'] => rest.len() == 7 && all_digits(rest),
            _ => false,
        }),
        IdDocumentKind::TaiwanPermit => form(match number {
            [digits @ .., b'A'..=b'Z'] => digits.len() == 10 && all_digits(digits),
            digits => matches!(digits.len(), 8 | 10) && all_digits(digits),
        }),
        IdDocumentKind::Other(_) => form(number.len() >= 6),
    }
}

/// 18 characters: region, birth date, check character (D27).
fn eighteen(number: &[u8], is_region: impl Fn(u8) -> bool) -> Result<(), IdDocumentProblem> {
    let (body, check) = match number {
        [body @ .., check @ (b'0'..=b'9' | b'X')] if body.len() == 17 && all_digits(body) => {
            (body, *check)
        }
        _ if number.len() == 18 => return Err(IdDocumentProblem::Form),
        _ => return Err(IdDocumentProblem::Length),
    };
    if !u8::try_from(value(body, 0..2)).is_ok_and(is_region) {
        return Err(IdDocumentProblem::Region);
    }
    if birth_date(body).is_none_or(|born| born.year() < 1850) {
        return Err(IdDocumentProblem::BirthDate);
    }
    if check == check_character(body) {
        Ok(())
    } else {
        Err(IdDocumentProblem::CheckCharacter)
    }
}

/// Digits 7 to 14 of 18 characters, if that is a calendar date.
fn birth_date(number: &[u8]) -> Option<NaiveDate> {
    let part = |range| value(number, range);
    NaiveDate::from_ymd_opt(part(6..10).into(), part(10..12).into(), part(12..14).into())
}

fn value(number: &[u8], range: core::ops::Range<usize>) -> u16 {
    number
        .get(range)
        .and_then(|digits| core::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}

/// Full years on a day; who was born on February 29 is a year older on March 1.
fn years(born: NaiveDate, today: NaiveDate) -> Option<u8> {
    let still = i32::from((today.month(), today.day()) < (born.month(), born.day()));
    let years = today.year().checked_sub(born.year())?;
    u8::try_from(years.checked_sub(still)?).ok()
}

/// ISO 7064 MOD 11-2: each step doubles the remainder, so that every position weighs differently.
fn check_character(digits: &[u8]) -> u8 {
    let remainder = digits.iter().fold(0_u8, |sum, digit| {
        let digit = digit.wrapping_sub(b'0');
        sum.wrapping_add(digit).wrapping_mul(2) % 11
    });
    match 12_u8.wrapping_sub(remainder) % 11 {
        10 => b'X',
        digit => digit.wrapping_add(b'0'),
    }
}

/// The letters in front, and the rest.
fn split_letters(number: &[u8]) -> (&[u8], &[u8]) {
    let letters = number.iter().take_while(|c| c.is_ascii_alphabetic());
    number.split_at_checked(letters.count()).unwrap_or_default()
}

/// Why a number isn't that of an ID document (D27).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum IdDocumentProblem {
    /// Nothing was given.
    #[error("ID number missing")]
    Missing,
    /// A document that no person has (B29).
    #[error("a unit's document: expected one of the person's own")]
    OfAUnit,
    /// A character that belongs into no ID number.
    #[error("ID number malformed: expected letters and digits only")]
    Malformed,
    /// A number of the first generation of resident ID cards.
    #[error(
        "an ID number of 15 digits is no longer accepted: expected the 18 characters of the present card"
    )]
    FifteenDigits,
    /// Not 18 characters where the kind has 18, or more than any ID number has.
    #[error("ID number of the wrong length: compare it with the document")]
    Length,
    /// 18 characters that don't begin as the kind of document does.
    #[error(
        "ID number with an unknown region: check its first two digits and the kind of document"
    )]
    Region,
    /// 18 characters without a date of birth.
    #[error("ID number without a date of birth: check its digits 7 to 14")]
    BirthDate,
    /// The last of 18 characters doesn't fit the others.
    #[error("ID number with a wrong check character: a character is mistyped")]
    CheckCharacter,
    /// Not the form of this kind of document.
    #[error("not the number of this kind of document: check the number and the kind")]
    Form,
    /// Neither a Hong Kong nor a Macao identity number (B13).
    #[error("back number malformed: expected the Hong Kong or Macao identity number")]
    BackNumber,
    /// A back number for a document that has none (B13).
    #[error("back number unexpected: only a Hong Kong and Macao permit has one")]
    BackNumberUnexpected,
}
