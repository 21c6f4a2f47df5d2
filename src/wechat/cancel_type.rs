//! WeChat's numbers for what is deregistered or cancelled.

use crate::FilingType;

impl FilingType {
    /// `WeChat`'s `cancel_type`: 1 deregisters the entity, 2 the service, 3 cancels the access (B35). `None`
    /// for what takes nothing back. Others number the types otherwise (D38).
    ///
    /// ```
    /// use beian::FilingType;
    ///
    /// assert_eq!(FilingType::CancelAccess.wechat_cancel_type(), Some(3));
    /// assert_eq!(FilingType::from_wechat_cancel_type(1), Some(FilingType::DeregisterEntity));
    /// ```
    #[must_use]
    pub const fn wechat_cancel_type(self) -> Option<u8> {
        match self {
            Self::DeregisterEntity => Some(1),
            Self::DeregisterService => Some(2),
            Self::CancelAccess => Some(3),
            Self::Initial | Self::AddService | Self::AddAccess | Self::Modify => None,
        }
    }

    /// The type of a `cancel_type`, if it is one of the three.
    #[must_use]
    pub fn from_wechat_cancel_type(number: u8) -> Option<Self> {
        let types = Self::ALL.iter().copied();
        types
            .into_iter()
            .find(|kind| kind.wechat_cancel_type() == Some(number))
    }
}
