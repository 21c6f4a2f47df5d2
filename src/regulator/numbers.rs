//! The regulator's numbers of types, kinds and corrections (B17, B33, B36).

use crate::{FilingType, ModifiedPart, ServiceKind};

impl FilingType {
    /// The operation number of the regulator's interface: 1 for an initial filing to 7 for a deregistered
    /// service (B17). Other platforms number the types otherwise (D38).
    ///
    /// ```
    /// use beian::FilingType;
    ///
    /// assert_eq!(FilingType::CancelAccess.regulator_number(), 5);
    /// assert_eq!(FilingType::from_regulator_number(7), Some(FilingType::DeregisterService));
    /// ```
    #[must_use]
    pub const fn regulator_number(self) -> u8 {
        match self {
            Self::Initial => 1,
            Self::AddService => 2,
            Self::AddAccess => 3,
            Self::Modify => 4,
            Self::CancelAccess => 5,
            Self::DeregisterEntity => 6,
            Self::DeregisterService => 7,
        }
    }

    /// The type of an operation number, if it is one of the seven.
    #[must_use]
    pub fn from_regulator_number(number: u8) -> Option<Self> {
        let types = Self::ALL.iter().copied();
        types
            .into_iter()
            .find(|kind| kind.regulator_number() == number)
    }

    /// The group in which orders of this type are uploaded: XZBA, XZWZ, XZJR, BGBA or ZXBA (B17).
    #[must_use]
    pub const fn regulator_upload_group(self) -> &'static str {
        match self {
            Self::Initial => "XZBA",
            Self::AddService => "XZWZ",
            Self::AddAccess => "XZJR",
            Self::Modify => "BGBA",
            Self::CancelAccess | Self::DeregisterEntity | Self::DeregisterService => "ZXBA",
        }
    }

    /// 注销类别 in group ZXBA: 0 the entity, 1 a service, 2 an access (B17). `None` in the other groups.
    ///
    /// ```
    /// use beian::FilingType;
    ///
    /// assert_eq!(FilingType::DeregisterEntity.regulator_deregistration(), Some(0));
    /// assert_eq!(FilingType::Initial.regulator_deregistration(), None);
    /// ```
    #[must_use]
    pub const fn regulator_deregistration(self) -> Option<u8> {
        match self {
            Self::DeregisterEntity => Some(0),
            Self::DeregisterService => Some(1),
            Self::CancelAccess => Some(2),
            Self::Initial | Self::AddService | Self::AddAccess | Self::Modify => None,
        }
    }

    /// The type of a 注销类别.
    #[must_use]
    pub fn from_regulator_deregistration(number: u8) -> Option<Self> {
        let types = Self::ALL.iter().copied();
        types
            .into_iter()
            .find(|kind| kind.regulator_deregistration() == Some(number))
    }
}

impl ServiceKind {
    /// The regulator's number: 1 website, 6 app, 7 mini program, 8 quick app (B33).
    ///
    /// ```
    /// use beian::ServiceKind;
    ///
    /// assert_eq!(ServiceKind::App.regulator_number(), 6);
    /// assert_eq!(ServiceKind::from_regulator_number(2), None);
    /// ```
    #[must_use]
    pub const fn regulator_number(self) -> u8 {
        match self {
            Self::Website => 1,
            Self::App => 6,
            Self::MiniProgram => 7,
            Self::QuickApp => 8,
        }
    }

    /// The kind of a number, if it is one of the four.
    #[must_use]
    pub fn from_regulator_number(number: u8) -> Option<Self> {
        let kinds = Self::ALL.iter().copied();
        kinds
            .into_iter()
            .find(|kind| kind.regulator_number() == number)
    }
}

impl ModifiedPart {
    /// What the administration asks to be put right (XGTZ): 0 the entity's data, 1 a service's (B36); remarks
    /// have no number.
    ///
    /// ```
    /// use beian::ModifiedPart;
    ///
    /// assert_eq!(ModifiedPart::Service.regulator_correction(), Some(1));
    /// assert_eq!(ModifiedPart::from_regulator_correction(0), Some(ModifiedPart::Entity));
    /// ```
    #[must_use]
    pub const fn regulator_correction(self) -> Option<u8> {
        match self {
            Self::Entity => Some(0),
            Self::Service => Some(1),
            Self::Remarks => None,
        }
    }

    /// The part of a number in a request to put data right.
    #[must_use]
    pub const fn from_regulator_correction(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Entity),
            1 => Some(Self::Service),
            _ => None,
        }
    }
}
