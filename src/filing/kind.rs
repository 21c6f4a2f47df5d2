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
    /// use beian::{Change, Changes, FilingType};
    ///
    /// assert!(FilingType::Initial.needs_services(Changes::NONE));
    /// assert!(!FilingType::Modify.needs_services(Change::Entity.into()));
    /// ```
    #[must_use]
    pub const fn needs_services(self, changes: Changes) -> bool {
        match self {
            Self::DeregisterEntity => false,
            Self::Modify => changes.contains(Change::Service),
            Self::Initial
            | Self::AddService
            | Self::AddAccess
            | Self::DeregisterService
            | Self::CancelAccess => true,
        }
    }
}

/// What a modification changes (R06, B03).
///
/// ```
/// use beian::Change;
///
/// assert_eq!(Change::Remarks.to_string(), "remarks");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Information of the entity, its leader included.
    Entity,
    /// Information of every service that the order lists, their administrators included.
    Service,
    /// Remarks: if nothing else changes, nobody is texted (B03).
    Remarks,
}

names!(Change, "change", {
    Entity => "entity",
    Service => "service",
    Remarks => "remarks",
});

/// A set of [`Change`]s.
///
/// ```
/// use beian::{Change, Changes};
///
/// let both = Changes::from(Change::Entity) | Change::Service.into();
/// assert!(both.contains(Change::Entity) && !both.contains(Change::Remarks));
/// assert_eq!(both, [Change::Service, Change::Entity].into_iter().collect());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Changes(u8);

impl Changes {
    /// No change at all: every order but a modification.
    pub const NONE: Self = Self(0);

    /// Whether `change` is in the set.
    #[must_use]
    pub const fn contains(self, change: Change) -> bool {
        self.0 & bit(change) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The changes of the set: entity, service, remarks.
    pub fn iter(self) -> impl Iterator<Item = Change> {
        Change::ALL
            .iter()
            .copied()
            .filter(move |change| self.contains(*change))
    }
}

const fn bit(change: Change) -> u8 {
    match change {
        Change::Entity => 1,
        Change::Service => 2,
        Change::Remarks => 4,
    }
}

impl From<Change> for Changes {
    fn from(change: Change) -> Self {
        Self(bit(change))
    }
}

impl core::ops::BitOr for Changes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Change> for Changes {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        changes
            .into_iter()
            .fold(Self::NONE, |set, change| set | change.into())
    }
}

impl core::fmt::Debug for Changes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
