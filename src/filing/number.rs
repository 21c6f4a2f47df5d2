//! Filing numbers, as the regulator gives and prints them (B33).

use alloc::{format, string::String, vec::Vec};
use core::{fmt, str::FromStr};

use super::ServiceKind;
use crate::{
    Province,
    spelling::{half_width, is_dash, is_nothing},
};

/// A filing number: of an entity (京ICP备12345678号) or of one of its services (京ICP备12345678号-1), or a
/// commercial licence (粤B2-20090059, 京ICP证030173号), which stands where such a number does (B33).
///
/// Five to ten digits; a service's number is 1 to 99999, with a letter behind it for what is no website: A
/// app, X mini program, K quick app. A number is public, and `Debug` shows it.
///
/// ```
/// use beian::{Province, ServiceKind, filing::FilingNumber};
///
/// let number: FilingNumber = " 粵ＩＣＰ備 2024012345 號 — 3a".parse()?;
/// assert_eq!(number.to_string(), "粤ICP备2024012345号-3A");
/// assert_eq!(number.province(), Province::Guangdong);
/// assert_eq!(number.service(), Some((3, ServiceKind::App)));
/// assert_eq!(number.entity().to_string(), "粤ICP备2024012345号");
/// # Ok::<(), beian::filing::FilingNumberProblem>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FilingNumber {
    /// As the regulator prints the entity's.
    entity: String,
    province: Province,
    licence: bool,
    service: Option<(u32, ServiceKind)>,
}

impl FilingNumber {
    /// Reads a number in any spelling that people paste (D26): white space and invisible characters
    /// anywhere, full-width forms, lower case, any dash, the traditional characters (粵, 備, 號 and so on), and the other short
    /// name of a province that has two (川 for 蜀). Nothing is added or left out: a number without 号, with a
    /// leading zero behind the dash, or of several places at once (合字B2-…) isn't one.
    ///
    /// # Errors
    /// [`FilingNumberProblem`].
    pub fn parse(input: &str) -> Result<Self, FilingNumberProblem> {
        let spelt: Vec<char> = input
            .chars()
            .filter(|c| !is_nothing(*c))
            .map(simplified)
            .take(LENGTH_MAX)
            .collect();
        let (first, rest) = spelt.split_first().ok_or(FilingNumberProblem::Missing)?;
        let province = Province::from_abbreviation(*first).ok_or(FilingNumberProblem::Malformed)?;
        let read = of_entity(rest).ok_or(FilingNumberProblem::Malformed)?;
        let service = of_service(read.rest).ok_or(FilingNumberProblem::Malformed)?;
        Ok(Self {
            entity: format!("{}{}", province.abbreviation(), read.printed),
            province,
            licence: read.licence,
            service,
        })
    }

    /// The province of the administration that gave it.
    #[must_use]
    pub const fn province(&self) -> Province {
        self.province
    }

    /// Which of the entity's services, and of which kind; `None` for an entity's number.
    #[must_use]
    pub const fn service(&self) -> Option<(u32, ServiceKind)> {
        self.service
    }

    /// The number of the entity, which is this one if it is no service's.
    #[must_use]
    pub fn entity(&self) -> Self {
        Self {
            service: None,
            ..self.clone()
        }
    }

    /// Whether it is a commercial licence (B1, B2, ICP证).
    #[must_use]
    pub const fn is_licence(&self) -> bool {
        self.licence
    }
}

/// Longer than any number.
const LENGTH_MAX: usize = 32;

/// One spelling of what is written in several.
fn simplified(c: char) -> char {
    match half_width(c).to_ascii_uppercase() {
        '粵' => '粤',
        '備' => '备',
        '號' => '号',
        '證' | '証' => '证',
        '晉' => '晋',
        '遼' => '辽',
        '滬' => '沪',
        '蘇' => '苏',
        '閩' => '闽',
        '贛' => '赣',
        '魯' => '鲁',
        '瓊' => '琼',
        '貴' => '贵',
        '雲' => '云',
        '陝' => '陕',
        '隴' => '陇',
        '寧' => '宁',
        c if is_dash(c) => '-',
        c => c,
    }
}

struct Read<'a> {
    /// Without the province.
    printed: String,
    licence: bool,
    rest: &'a [char],
}

/// What stands between the province and the service.
fn of_entity(input: &[char]) -> Option<Read<'_>> {
    let (kind, rest, licence) = match input {
        ['I', 'C', 'P', '备', rest @ ..] => ("ICP备", rest, false),
        ['I', 'C', 'P', '证', rest @ ..] => ("ICP证", rest, true),
        ['B', '1', '-', rest @ ..] => ("B1-", rest, true),
        ['B', '2', '-', rest @ ..] => ("B2-", rest, true),
        _ => return None,
    };
    let count = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at_checked(count)?;
    let digits: String = digits.iter().collect();
    if !(5..=10).contains(&count) {
        return None;
    }
    let (end, rest) = match (rest, kind.starts_with('B')) {
        (['号', rest @ ..], false) => ("号", rest),
        (_, true) => ("", rest),
        (_, false) => return None,
    };
    Some(Read {
        printed: format!("{kind}{digits}{end}"),
        licence,
        rest,
    })
}

/// `-3A`, or nothing. What is neither is `None`.
#[expect(
    clippy::option_option,
    reason = "what can't be read isn't what wasn't given"
)]
fn of_service(input: &[char]) -> Option<Option<(u32, ServiceKind)>> {
    let ['-', number @ ..] = input else {
        return input.is_empty().then_some(None);
    };
    let (digits, kind) = match number {
        [digits @ .., 'A'] => (digits, ServiceKind::App),
        [digits @ .., 'X'] => (digits, ServiceKind::MiniProgram),
        [digits @ .., 'K'] => (digits, ServiceKind::QuickApp),
        digits => (digits, ServiceKind::Website),
    };
    let leading = matches!(digits, ['0', ..] | []);
    if leading || digits.len() > 5 || !digits.iter().all(char::is_ascii_digit) {
        return None;
    }
    let number: u32 = digits.iter().collect::<String>().parse().ok()?;
    Some(Some((number, kind)))
}

/// As the regulator prints it.
impl fmt::Display for FilingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.entity)?;
        let Some((number, kind)) = self.service else {
            return Ok(());
        };
        let letter = match kind {
            ServiceKind::Website => "",
            ServiceKind::App => "A",
            ServiceKind::MiniProgram => "X",
            ServiceKind::QuickApp => "K",
        };
        write!(f, "-{number}{letter}")
    }
}

impl fmt::Debug for FilingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FilingNumber({self})")
    }
}

impl FromStr for FilingNumber {
    type Err = FilingNumberProblem;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::parse(input)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for FilingNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for FilingNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number =
            <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        number.parse().map_err(serde::de::Error::custom)
    }
}

/// Why an input is no filing number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FilingNumberProblem {
    /// Nothing was given.
    #[error("filing number missing")]
    Missing,
    /// No filing number, and no licence.
    #[error(
        "filing number malformed: expected 京ICP备 and 5 to 10 digits and 号, a service's with -1 behind it, \
         or a licence, 粤B2- and its digits"
    )]
    Malformed,
}
