//! The numbers of a filing's status.

/// Where WeChat says that a filing is: `status` of `get_icp_entrance_info`, `procedure_status` of the
/// combined flow, `beian_status` of a push (B18, B35).
///
/// ```
/// use beian::wechat::WechatStatus;
///
/// assert_eq!(WechatStatus::from_wechat_number(24), WechatStatus::AdministrationReview);
/// assert_eq!(WechatStatus::from_wechat_number(7), WechatStatus::Unknown(7));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WechatStatus {
    /// 2, 22: in the platform's review.
    PlatformReview,
    /// 3, 23: refused by the platform.
    PlatformRefused,
    /// 4, 24: with the administration. Only here `sms_verify_status` holds (B18).
    AdministrationReview,
    /// 5, 25: refused by the administration.
    AdministrationRefused,
    /// 6, 26: filed.
    Filed,
    /// 27: the combined flow has expired; no order goes on.
    Expired,
    /// 28: the combined flow was terminated.
    Terminated,
    /// 29: withdrawn.
    Withdrawn,
    /// 1024 and above: not filed; from 1025 something of name, category or certification is missing.
    NotFiled(u32),
    /// A number of which nothing is known.
    Unknown(u32),
}

impl WechatStatus {
    /// What a number means; any number is read.
    #[must_use]
    pub const fn from_wechat_number(number: u32) -> Self {
        match number {
            2 | 22 => Self::PlatformReview,
            3 | 23 => Self::PlatformRefused,
            4 | 24 => Self::AdministrationReview,
            5 | 25 => Self::AdministrationRefused,
            6 | 26 => Self::Filed,
            27 => Self::Expired,
            28 => Self::Terminated,
            29 => Self::Withdrawn,
            1024.. => Self::NotFiled(number),
            0..1024 => Self::Unknown(number),
        }
    }

    /// The stable name: `administration_review`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlatformReview => "platform_review",
            Self::PlatformRefused => "platform_refused",
            Self::AdministrationReview => "administration_review",
            Self::AdministrationRefused => "administration_refused",
            Self::Filed => "filed",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
            Self::Withdrawn => "withdrawn",
            Self::NotFiled(_) => "not_filed",
            Self::Unknown(_) => "unknown",
        }
    }
}
