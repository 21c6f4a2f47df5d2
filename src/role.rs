//! The two roles that are ever texted.

use crate::names::names;

/// Which responsible person somebody is in a filing (R03–R07).
///
/// ```
/// use beian::Role;
///
/// assert_eq!(Role::EntityLeader.to_string(), "entity_leader");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 主体负责人.
    EntityLeader,
    /// 网站负责人, 互联网信息服务负责人: of a website, app, mini program or quick app.
    ServiceAdministrator,
}

names!(Role, "role", {
    EntityLeader => "entity_leader",
    ServiceAdministrator => "service_administrator",
});

/// A set of [`Role`]s: one person may have both (R09).
///
/// ```
/// use beian::{Role, Roles};
///
/// let both = Roles::from(Role::EntityLeader) | Role::ServiceAdministrator.into();
/// assert!(both.contains(Role::EntityLeader));
/// assert_eq!(both.iter().count(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Roles(u8);

impl Roles {
    /// No role at all.
    pub const NONE: Self = Self(0);

    /// Whether `role` is in the set.
    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & bit(role) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles of the set, the entity leader first.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .iter()
            .copied()
            .filter(move |role| self.contains(*role))
    }
}

const fn bit(role: Role) -> u8 {
    match role {
        Role::EntityLeader => 1,
        Role::ServiceAdministrator => 2,
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        Self(bit(role))
    }
}

impl core::ops::BitOr for Roles {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles
            .into_iter()
            .fold(Self::NONE, |set, role| set | role.into())
    }
}

impl core::fmt::Debug for Roles {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
