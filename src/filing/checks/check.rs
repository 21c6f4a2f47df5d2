//! What can be checked of an order beyond its form.

/// What a row of the table asks of an order. What isn't known isn't checked ([`OrderFact`](super::OrderFact)
/// says what would decide).
///
/// ```
/// use beian::filing::checks::Check;
///
/// assert_eq!((Check::MinimumAge(18).code(), Check::MinimumAge(18).rule()), ("too_young", "B27"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Check {
    /// Whose ID isn't the one that the old provider filed (B19).
    IdAsFiled,
    /// An initial filing refers to no filing number: who has one is filed (B20).
    NoNumberYet,
    /// Of an entity without any service left no service is added (B21).
    ServicesLeft,
    /// One order of an entity at a time, over all providers (B22).
    OneOrder,
    /// One mobile number has one name (B23, D31).
    OneName,
    /// One mobile number has one ID (B23, D31).
    OneId,
    /// One person has one mobile number in every role (B23).
    OneMobile,
    /// There is an emergency phone (B24).
    EmergencyPhone,
    /// The emergency phone isn't the person's own mobile (B24).
    EmergencyPhoneNotOwn,
    /// The emergency phone isn't the mobile of another responsible person of the order (B24).
    EmergencyPhoneOfThird,
    /// The mobile is at home in the filing's province (B25).
    MobileInProvince,
    /// The mobile is filed for no other entity (B25).
    MobileOfOneEntity,
    /// The mobile is the same in all companies of the legal representative (B25).
    MobileInAllCompanies,
    /// The leader is the legal representative (B26).
    LegalRepresentative,
    /// A leader who isn't the legal representative has a letter of authority (B26).
    LetterOfAuthority,
    /// A leader who isn't the legal representative administers every service (B26).
    LeaderAdministers,
    /// Nobody is younger, in years (B27).
    MinimumAge(u8),
    /// Who is younger, in years, has a proof of work (B27).
    ProofOfWork(u8),
    /// The ID document is valid for so many months more (B28).
    DocumentValid(u8),
    /// An order has at most so many services (B30).
    ServicesAnOrder(u8),
    /// An entity has at most so many services, those of the order included (B30).
    ServicesInAll(u8),
    /// A deregistration names one service, a cancelled access one (B31).
    OneService,
    /// Where services are added, the number referred to is the entity's, not a service's (B33).
    EntityNumber,
    /// A service's number is one of the entity's (B33).
    NumberOfEntity,
    /// The number is of the filing's province (B33).
    NumberInProvince,
    /// A service's number has the letter of its kind (B33).
    NumberOfKind,
}

impl Check {
    /// The stable machine code of what is found.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::IdAsFiled => "id_not_as_filed",
            Self::NoNumberYet => "number_unexpected",
            Self::ServicesLeft => "shell_entity",
            Self::OneOrder => "another_order_open",
            Self::OneName => "names_differ",
            Self::OneId => "ids_differ",
            Self::OneMobile => "mobiles_differ",
            Self::EmergencyPhone => "emergency_phone_missing",
            Self::EmergencyPhoneNotOwn => "emergency_phone_own",
            Self::EmergencyPhoneOfThird => "emergency_phone_of_responsible_person",
            Self::MobileInProvince => "mobile_of_another_province",
            Self::MobileOfOneEntity => "mobile_of_another_entity",
            Self::MobileInAllCompanies => "mobile_differs_between_companies",
            Self::LegalRepresentative => "not_legal_representative",
            Self::LetterOfAuthority => "letter_of_authority_needed",
            Self::LeaderAdministers => "administrator_not_leader",
            Self::MinimumAge(_) => "too_young",
            Self::ProofOfWork(_) => "proof_of_work_needed",
            Self::DocumentValid(_) => "document_expiring",
            Self::ServicesAnOrder(_) => "too_many_services_in_order",
            Self::ServicesInAll(_) => "too_many_services_in_all",
            Self::OneService => "one_service_expected",
            Self::EntityNumber => "number_of_service",
            Self::NumberOfEntity => "number_of_another_entity",
            Self::NumberInProvince => "number_of_another_province",
            Self::NumberOfKind => "number_of_another_kind",
        }
    }

    /// The rule behind it.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::IdAsFiled => "B19",
            Self::NoNumberYet => "B20",
            Self::ServicesLeft => "B21",
            Self::OneOrder => "B22",
            Self::OneName | Self::OneId | Self::OneMobile => "B23",
            Self::EmergencyPhone | Self::EmergencyPhoneNotOwn | Self::EmergencyPhoneOfThird => {
                "B24"
            }
            Self::MobileInProvince | Self::MobileOfOneEntity | Self::MobileInAllCompanies => "B25",
            Self::LegalRepresentative | Self::LetterOfAuthority | Self::LeaderAdministers => "B26",
            Self::MinimumAge(_) | Self::ProofOfWork(_) => "B27",
            Self::DocumentValid(_) => "B28",
            Self::ServicesAnOrder(_) | Self::ServicesInAll(_) => "B30",
            Self::OneService => "B31",
            Self::EntityNumber
            | Self::NumberOfEntity
            | Self::NumberInProvince
            | Self::NumberOfKind => "B33",
        }
    }

    /// The number in it: years, months or services.
    #[must_use]
    pub const fn limit(self) -> Option<u8> {
        match self {
            Self::MinimumAge(limit)
            | Self::ProofOfWork(limit)
            | Self::DocumentValid(limit)
            | Self::ServicesAnOrder(limit)
            | Self::ServicesInAll(limit) => Some(limit),
            Self::IdAsFiled
            | Self::NoNumberYet
            | Self::ServicesLeft
            | Self::OneOrder
            | Self::OneName
            | Self::OneId
            | Self::OneMobile
            | Self::EmergencyPhone
            | Self::EmergencyPhoneNotOwn
            | Self::EmergencyPhoneOfThird
            | Self::MobileInProvince
            | Self::MobileOfOneEntity
            | Self::MobileInAllCompanies
            | Self::LegalRepresentative
            | Self::LetterOfAuthority
            | Self::LeaderAdministers
            | Self::OneService
            | Self::EntityNumber
            | Self::NumberOfEntity
            | Self::NumberInProvince
            | Self::NumberOfKind => None,
        }
    }

    /// Whether both say the same of a place, but for the limit.
    pub(super) fn same_kind(self, other: Self) -> bool {
        core::mem::discriminant(&self) == core::mem::discriminant(&other)
    }
}
