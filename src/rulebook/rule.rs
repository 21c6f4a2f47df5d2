//! One row of a table.

use alloc::{borrow::Cow, string::String};
use core::{fmt, str::FromStr};

use crate::{FilingType, ModifiedPart, Role, Roles};

/// The id of a rule, such as `R06`: 1–32 ASCII letters, digits, `-`, `_` or `.`.
///
/// ```
/// use beian::rulebook::RuleId;
///
/// let id: RuleId = "house-7".parse()?;
/// assert_eq!(id.to_string(), "house-7");
/// assert!("two words".parse::<RuleId>().is_err());
/// # Ok::<(), beian::rulebook::RuleIdProblem>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String")
)]
pub struct RuleId(Cow<'static, str>);

/// The rule of recipients that a host named itself, after what the regulator did (B02).
static AS_TEXTED: RuleId = RuleId::built_in("B02");

impl RuleId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who is texted was said by the host (B02).
    pub(crate) fn as_texted() -> &'static Self {
        &AS_TEXTED
    }

    pub(super) const fn built_in(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for RuleId {
    type Error = RuleIdProblem;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if (1..=32).contains(&id.len()) && id.bytes().all(allowed) {
            Ok(Self(Cow::Owned(id)))
        } else {
            Err(RuleIdProblem)
        }
    }
}

impl FromStr for RuleId {
    type Err = RuleIdProblem;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::try_from(String::from(id))
    }
}

/// Not a rule id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("malformed rule id: expected 1 to 32 letters, digits, hyphens, underscores or dots")]
pub struct RuleIdProblem;

/// One row of a [`Rulebook`](super::Rulebook): in this case, these roles are texted.
///
/// ```
/// use beian::{FilingType, Role, Rulebook, rulebook::Rule};
///
/// let rule = Rulebook::CURRENT.rules().iter().find(|r| r.filing_type() == FilingType::AddAccess);
/// assert_eq!(rule.map(|r| r.id().as_str()), Some("R05"));
/// assert!(rule.is_some_and(|r| r.texted().contains(Role::ServiceAdministrator)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Rule {
    filing_type: FilingType,
    #[cfg_attr(feature = "serde", serde(default))]
    change: Option<ModifiedPart>,
    texted: Cow<'static, [Role]>,
    id: RuleId,
    #[cfg_attr(feature = "serde", serde(default))]
    remark: Cow<'static, str>,
}

impl Rule {
    /// A row for orders of this type. Modify has a row for each part that can change
    /// ([`Rule::change_of`]) instead.
    pub fn new(
        filing_type: FilingType,
        texted: impl IntoIterator<Item = Role>,
        id: RuleId,
        remark: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            filing_type,
            change: None,
            texted: texted.into_iter().collect(),
            id,
            remark: remark.into(),
        }
    }

    /// A row for modify orders in which this part has changed; several parts, several rows (R06).
    pub fn change_of(
        change: ModifiedPart,
        texted: impl IntoIterator<Item = Role>,
        id: RuleId,
        remark: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            change: Some(change),
            ..Self::new(FilingType::Modify, texted, id, remark)
        }
    }

    /// The type of order it is about.
    #[must_use]
    pub const fn filing_type(&self) -> FilingType {
        self.filing_type
    }

    /// For modify, the part that has changed; `None` for every other type.
    #[must_use]
    pub const fn change(&self) -> Option<ModifiedPart> {
        self.change
    }

    /// Who is texted; possibly nobody.
    #[must_use]
    pub fn texted(&self) -> Roles {
        self.texted.iter().copied().collect()
    }

    /// The id to cite.
    #[must_use]
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// Where it comes from, or what else to know; possibly empty.
    #[must_use]
    pub fn remark(&self) -> &str {
        &self.remark
    }

    pub(super) const fn built_in(
        filing_type: FilingType,
        change: Option<ModifiedPart>,
        texted: &'static [Role],
        id: &'static str,
        remark: &'static str,
    ) -> Self {
        Self {
            filing_type,
            change,
            texted: Cow::Borrowed(texted),
            id: RuleId::built_in(id),
            remark: Cow::Borrowed(remark),
        }
    }
}
