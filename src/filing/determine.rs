//! Which filing it is, from what is known of entity and service (B20, B21, D29).

use super::{Access, FilingType};
use crate::{Province, names::names};

/// What is known before an order is filed; `None` is *unknown*.
///
/// ```
/// use beian::{FilingType, filing::{Determination, FilingFacts, FilingFact}};
///
/// let mut known = FilingFacts { entity_filed: Some(true), ..FilingFacts::default() };
/// assert_eq!(known.determine(), Determination::Missing(FilingFact::ServiceFiled));
/// known.service_filed = Some(false);
/// assert_eq!(known.determine(), Determination::Missing(FilingFact::ServicesLeft));
/// known.services_left = Some(true);
/// assert_eq!(known.determine(), Determination::File(FilingType::AddService));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct FilingFacts {
    /// Whether the entity is filed with the regulator, at whatever provider.
    pub entity_filed: Option<bool>,
    /// Whether the service is filed with the regulator, at whatever provider.
    pub service_filed: Option<bool>,
    /// Whether the service is filed here, with this access provider.
    pub filed_here: Option<bool>,
    /// Whether a filed entity has a service left. Without one it is a shell, 空壳主体 (B21): none of its
    /// services is filed, nor anything filed here.
    pub services_left: Option<bool>,
    /// The entity's province, which decides for a shell (B21).
    pub province: Option<Province>,
    /// Where access is added: whether the administrator's number is still the filed one (R10, R11). Not
    /// asked for here, but by the order.
    pub access: Option<Access>,
}

/// Which filing it is, or what stands before it (D29).
///
/// With feature `serde` it is written as `{"file": "initial"}`, `{"missing": "service_filed"}` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Determination {
    /// An order of this type (B20).
    File(FilingType),
    /// Something else comes first.
    First(Prerequisite),
    /// A fact that decides isn't known; [`FilingFact::text`] says whom to ask.
    Missing(FilingFact),
    /// Two facts exclude each other: the first, and the second that would need it.
    Contradiction(FilingFact, FilingFact),
}

/// What comes before an order.
///
/// ```
/// use beian::{FilingType, filing::Prerequisite};
///
/// assert_eq!(Prerequisite::DeregisterShell.then(), FilingType::Initial);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prerequisite {
    /// The entity has no service left: it is deregistered at the administration, which no provider can do
    /// (B21).
    DeregisterShell,
    /// The number has changed: it is changed at the original access provider (R10).
    ChangeNumber,
    /// The number of an orphan service has changed: the service is deregistered (R11).
    DeregisterOrphan,
}

names!(Prerequisite, "prerequisite", {
    DeregisterShell => "deregister_shell",
    ChangeNumber => "change_number",
    DeregisterOrphan => "deregister_orphan",
});

impl Prerequisite {
    /// The order that can be filed afterwards.
    #[must_use]
    pub const fn then(self) -> FilingType {
        match self {
            Self::DeregisterShell => FilingType::Initial,
            Self::ChangeNumber => FilingType::AddAccess,
            Self::DeregisterOrphan => FilingType::AddService,
        }
    }
}

/// A fact that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilingFact {
    /// [`FilingFacts::entity_filed`].
    EntityFiled,
    /// [`FilingFacts::service_filed`].
    ServiceFiled,
    /// [`FilingFacts::filed_here`].
    FiledHere,
    /// [`FilingFacts::services_left`]: asked for where it decides.
    ServicesLeft,
    /// [`FilingFacts::province`]: asked for where a shell is filed.
    Province,
}

names!(FilingFact, "fact", {
    EntityFiled => "entity_filed",
    ServiceFiled => "service_filed",
    FiledHere => "filed_here",
    ServicesLeft => "services_left",
    Province => "province",
});

impl FilingFacts {
    /// Where a shell entity adds a service at once; elsewhere it is deregistered first and filed anew
    /// (B21; Huawei, 2026).
    pub const SHELL_ADDS_SERVICE: &'static [Province] = &[
        Province::Beijing,
        Province::Tianjin,
        Province::Shanxi,
        Province::Liaoning,
        Province::Shanghai,
        Province::Jiangsu,
        Province::Zhejiang,
        Province::Guangxi,
        Province::Sichuan,
        Province::Guizhou,
        Province::Yunnan,
    ];

    /// Which filing it is, as far as that is known (B20, D29): of what is unknown only what decides is
    /// asked for, one fact at a time.
    #[must_use]
    pub fn determine(self) -> Determination {
        use FilingFact::{EntityFiled, FiledHere, ServiceFiled, ServicesLeft};

        let here = self.filed_here;
        let (left, shell) = (
            self.services_left == Some(true),
            self.services_left == Some(false),
        );
        // Nobody is asked what follows: whose services are filed is filed, and a shell's services aren't.
        let entity = self.entity_filed.or(left.then_some(true));
        let service = self.service_filed.or(shell.then_some(false));
        match (entity, service, here) {
            (Some(false), ..) if left => Determination::Contradiction(EntityFiled, ServicesLeft),
            (Some(false), Some(true), _) => Determination::Contradiction(EntityFiled, ServiceFiled),
            (_, Some(true), _) if shell => Determination::Contradiction(ServiceFiled, ServicesLeft),
            (_, Some(false), Some(true)) if self.service_filed.is_none() => {
                Determination::Contradiction(FiledHere, ServicesLeft)
            }
            (_, Some(false), Some(true)) => Determination::Contradiction(ServiceFiled, FiledHere),
            (Some(false), None, Some(true)) => Determination::Contradiction(EntityFiled, FiledHere),
            (Some(false), Some(false) | None, Some(false) | None) => {
                Determination::File(FilingType::Initial)
            }
            // What is filed here is filed, and of an entity that is.
            (Some(true) | None, Some(true) | None, Some(true)) => {
                Determination::File(FilingType::Modify)
            }
            (Some(true) | None, Some(true), Some(false)) => self.add_access(),
            (Some(true) | None, Some(true), None) => Determination::Missing(FiledHere),
            (Some(true), Some(false), Some(false) | None) => self.add_service(),
            (Some(true), None, Some(false) | None) => Determination::Missing(ServiceFiled),
            (None, Some(false) | None, Some(false) | None) => Determination::Missing(EntityFiled),
        }
    }

    fn add_service(self) -> Determination {
        let at_once = self
            .province
            .map(|province| Self::SHELL_ADDS_SERVICE.contains(&province));
        match (self.services_left, at_once) {
            (Some(true), _) | (_, Some(true)) => Determination::File(FilingType::AddService),
            (None, _) => Determination::Missing(FilingFact::ServicesLeft),
            (Some(false), None) => Determination::Missing(FilingFact::Province),
            (Some(false), Some(false)) => Determination::First(Prerequisite::DeregisterShell),
        }
    }

    const fn add_access(self) -> Determination {
        match self.access {
            Some(Access::Unchanged) | None => Determination::File(FilingType::AddAccess),
            Some(Access::PhoneChanged) => Determination::First(Prerequisite::ChangeNumber),
            Some(Access::PhoneChangedOrphan) => {
                Determination::First(Prerequisite::DeregisterOrphan)
            }
        }
    }
}

impl Determination {
    /// The stable name: the filing type's, `first_…`, `missing_…` or `contradiction`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File(kind) => kind.name(),
            Self::First(Prerequisite::DeregisterShell) => "first_deregister_shell",
            Self::First(Prerequisite::ChangeNumber) => "first_change_number",
            Self::First(Prerequisite::DeregisterOrphan) => "first_deregister_orphan",
            Self::Missing(FilingFact::EntityFiled) => "missing_entity_filed",
            Self::Missing(FilingFact::ServiceFiled) => "missing_service_filed",
            Self::Missing(FilingFact::FiledHere) => "missing_filed_here",
            Self::Missing(FilingFact::ServicesLeft) => "missing_services_left",
            Self::Missing(FilingFact::Province) => "missing_province",
            Self::Contradiction(..) => "contradiction",
        }
    }
}
