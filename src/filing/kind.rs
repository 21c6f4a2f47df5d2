//! What an order is for.

use crate::names::names;

/// The seven types of filing order (R03–R08).
///
/// ```
/// use beian::FilingType;
///
/// assert_eq!("add_access".parse(), Ok(FilingType::AddAccess));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FilingType {
    /// 首次备案 (R03).
    Initial,
    /// 新增网站, also of an entity that was filed elsewhere (R04).
    AddService,
    /// 接入备案, 新增接入 (R05).
    AddAccess,
    /// 变更备案 (R06).
    Modify,
    /// 注销主体 (R07).
    DeregisterEntity,
    /// 注销网站 (R07).
    DeregisterService,
    /// 取消接入 (R08).
    CancelAccess,
}

names!(FilingType, "filing type", {
    Initial => "initial",
    AddService => "add_service",
    AddAccess => "add_access",
    Modify => "modify",
    DeregisterEntity => "deregister_entity",
    DeregisterService => "deregister_service",
    CancelAccess => "cancel_access",
});

impl FilingType {
    /// Whether an order of this type, with these changes, lists a service at least: all but one that
    /// deregisters the entity, or modifies something else than services.
    ///
    /// ```
    /// use beian::{ModifiedPart, ModifiedParts, FilingType};
    ///
    /// assert!(FilingType::Initial.needs_services(ModifiedParts::NONE));
    /// assert!(!FilingType::Modify.needs_services(ModifiedPart::Entity.into()));
    /// ```
    #[must_use]
    pub const fn needs_services(self, changes: ModifiedParts) -> bool {
        match self {
            Self::DeregisterEntity => false,
            Self::Modify => changes.contains(ModifiedPart::Service),
            Self::Initial
            | Self::AddService
            | Self::AddAccess
            | Self::DeregisterService
            | Self::CancelAccess => true,
        }
    }

    /// Whether something leaves the filing: a deregistration, or a cancelled access (R07, R08).
    pub(crate) const fn ends_filing(self) -> bool {
        match self {
            Self::DeregisterEntity | Self::DeregisterService | Self::CancelAccess => true,
            Self::Initial | Self::AddService | Self::AddAccess | Self::Modify => false,
        }
    }
}

/// What a modification changes (R06, B03).
///
/// ```
/// use beian::ModifiedPart;
///
/// assert_eq!(ModifiedPart::Remarks.to_string(), "remarks");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModifiedPart {
    /// Information of the entity, its leader included.
    Entity,
    /// Information of every service that the order lists, their administrators included.
    Service,
    /// Remarks: if nothing else changes, nobody is texted (B03).
    Remarks,
}

names!(ModifiedPart, "change", {
    Entity => "entity",
    Service => "service",
    Remarks => "remarks",
});

/// A set of [`ModifiedPart`]s.
///
/// ```
/// use beian::{ModifiedPart, ModifiedParts};
///
/// let both = ModifiedParts::from(ModifiedPart::Entity) | ModifiedPart::Service.into();
/// assert!(both.contains(ModifiedPart::Entity) && !both.contains(ModifiedPart::Remarks));
/// assert_eq!(both, [ModifiedPart::Service, ModifiedPart::Entity].into_iter().collect());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ModifiedParts(u8);

impl ModifiedParts {
    /// No change at all: every order but a modification.
    pub const NONE: Self = Self(0);

    /// Whether `change` is in the set.
    #[must_use]
    pub const fn contains(self, change: ModifiedPart) -> bool {
        self.0 & bit(change) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The changes of the set: entity, service, remarks.
    pub fn iter(self) -> impl Iterator<Item = ModifiedPart> {
        ModifiedPart::ALL
            .iter()
            .copied()
            .filter(move |change| self.contains(*change))
    }
}

const fn bit(change: ModifiedPart) -> u8 {
    match change {
        ModifiedPart::Entity => 1,
        ModifiedPart::Service => 2,
        ModifiedPart::Remarks => 4,
    }
}

impl From<ModifiedPart> for ModifiedParts {
    fn from(change: ModifiedPart) -> Self {
        Self(bit(change))
    }
}

impl core::ops::BitOr for ModifiedParts {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<ModifiedPart> for ModifiedParts {
    fn from_iter<I: IntoIterator<Item = ModifiedPart>>(changes: I) -> Self {
        changes
            .into_iter()
            .fold(Self::NONE, |set, change| set | change.into())
    }
}

impl core::fmt::Debug for ModifiedParts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
