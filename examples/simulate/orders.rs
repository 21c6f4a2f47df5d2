//! Filing orders of all types, by people who have one mobile number each.

use std::sync::OnceLock;

use beian::{
    Access, FilingOrder, FilingType, IdDocument, MobileNumber, ModifiedPart, ModifiedParts, Person,
    Province, ServiceKind, filing::FilingFacts,
};
use chrono::{DateTime, Utc};

use crate::{
    dice::Dice,
    reference::{RoundId, against},
};

/// An invented person: 199 0000 and their number, and a passport.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Somebody(pub u16);

impl Somebody {
    pub fn digits(self) -> String {
        format!("1990000{:04}", self.0)
    }

    pub fn number(self) -> u64 {
        19_900_000_000 + u64::from(self.0)
    }

    pub fn mobile(self) -> MobileNumber {
        // Asked for at every look.
        static READ: [OnceLock<MobileNumber>; 1024] = [const { OnceLock::new() }; 1024];
        let read = || self.digits().parse().unwrap();
        READ.get(usize::from(self.0))
            .map_or_else(read, |known| *known.get_or_init(read))
    }

    pub fn with(mobile: &MobileNumber) -> Self {
        Self::of(against::number(mobile))
    }

    pub const fn of(number: u64) -> Self {
        Self((number % 10_000) as u16)
    }

    /// In some orders the passport is a new one: same number, another ID.
    pub fn passport(self, renewed: bool) -> String {
        format!("E{}{:04}", if renewed { 9876 } else { 1234 }, self.0)
    }

    pub fn last_six(self, renewed: bool) -> String {
        self.passport(renewed).split_off(3)
    }

    /// How the model calls the ID.
    pub fn id(self, renewed: bool) -> u64 {
        against::id(&self.last_six(renewed))
    }

    fn files(self, renewed: bool) -> Person {
        let passport = IdDocument::passport(&self.passport(renewed)).unwrap();
        Person::new("某人", &self.digits(), passport).unwrap()
    }
}

/// The place of the order that a round belongs to.
pub const fn of_round(round: RoundId) -> u32 {
    (round >> 8) as u32 - 1
}

/// An order as it was filled in, and under which IDs people are in it.
pub struct Filing {
    pub order: Option<FilingOrder>,
    pub renewed: bool,
    pub kind: FilingType,
    /// What is so, where it decides which filing it is.
    pub facts: Option<FilingFacts>,
}

impl Filing {
    /// `None` for an order that the platform doesn't take: R10, R11, an app before its time.
    pub fn of(dice: &mut Dice, people: u16, at: DateTime<Utc>) -> Self {
        let renewed = dice.happens(0.1);
        let leader = Somebody(dice.between(1, people.into()) as u16);
        let services = match dice.up_to(9) {
            0 => 3,
            1 | 2 => 2,
            _ => 1,
        };
        // Every other administrator is the leader: one number, one person (R09).
        let administrators: Vec<_> = (0..services)
            .map(|_| match dice.happens(0.5) {
                true => leader,
                false => Somebody(dice.between(1, people.into()) as u16),
            })
            .collect();
        let province = dice.pick(Province::ALL);
        // Before its time, an app is filed by mistake only (D01).
        let apps = if ServiceKind::App.is_fileable(at) {
            0.4
        } else {
            0.02
        };
        let kind = match dice.happens(apps) {
            true => dice.pick(&[
                ServiceKind::App,
                ServiceKind::MiniProgram,
                ServiceKind::QuickApp,
            ]),
            false => ServiceKind::Website,
        };
        let filing_type = dice.pick(&[
            FilingType::Initial,
            FilingType::Initial,
            FilingType::Initial,
            FilingType::AddService,
            FilingType::AddService,
            FilingType::AddAccess,
            FilingType::Modify,
            FilingType::Modify,
            FilingType::DeregisterEntity,
            FilingType::DeregisterService,
            FilingType::CancelAccess,
        ]);
        let access = match dice.up_to(19) {
            0 => Access::PhoneChanged,
            1 => Access::PhoneChangedOrphan,
            _ => Access::Unchanged,
        };
        let changes = dice.pick(&[
            ModifiedParts::from(ModifiedPart::Entity),
            ModifiedPart::Service.into(),
            ModifiedPart::Remarks.into(),
            ModifiedParts::from(ModifiedPart::Entity) | ModifiedPart::Service.into(),
        ]);
        let entity = leader.files(renewed);
        let mut order = match filing_type {
            FilingType::Initial => FilingOrder::initial(province, entity),
            FilingType::AddService => FilingOrder::add_service(province, entity),
            FilingType::AddAccess => FilingOrder::add_access(province, entity),
            FilingType::Modify => FilingOrder::modify(province, entity, changes),
            FilingType::DeregisterEntity => FilingOrder::deregister_entity(province, entity),
            FilingType::DeregisterService => FilingOrder::deregister_service(province, entity),
            _ => FilingOrder::cancel_access(province, entity),
        };
        for administrator in administrators {
            let administrator = administrator.files(renewed);
            order = if filing_type == FilingType::AddAccess {
                order.service_with_access(kind, "示例", administrator, access)
            } else {
                order.service(kind, "示例", administrator)
            };
        }
        let order = order.filed_at(at).build().ok();
        Self {
            order,
            renewed,
            kind: filing_type,
            facts: facts(filing_type, province, access),
        }
    }
}

/// B20: of the entity, its service, and whether that is filed here.
fn facts(filing_type: FilingType, province: Province, access: Access) -> Option<FilingFacts> {
    let (entity, service, here) = match filing_type {
        FilingType::Initial => (false, false, false),
        FilingType::AddService => (true, false, false),
        FilingType::AddAccess => (true, true, false),
        FilingType::Modify => (true, true, true),
        _ => return None,
    };
    // Where a shell adds a service at once, the entity is one (B21).
    let shell = FilingFacts::SHELL_ADDS_SERVICE.contains(&province);
    Some(FilingFacts {
        entity_filed: Some(entity),
        service_filed: Some(service),
        filed_here: Some(here),
        services_left: Some(entity && (service || !shell)),
        province: Some(province),
        access: (filing_type == FilingType::AddAccess).then_some(access),
    })
}
