//! The services of an order.

use crate::{Person, names::names, person::Name};

/// The kinds of internet information service that are filed.
///
/// ```
/// use beian::ServiceKind;
///
/// assert_eq!("mini_program".parse(), Ok(ServiceKind::MiniProgram));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ServiceKind {
    /// 网站.
    Website,
    /// APP.
    App,
    /// 小程序.
    MiniProgram,
    /// 快应用.
    QuickApp,
}

names!(ServiceKind, "service kind", {
    Website => "website",
    App => "app",
    MiniProgram => "mini_program",
    QuickApp => "quick_app",
});

/// When access is added: whether the administrator's number is still the one that was filed
/// (R05, R10, R11).
///
/// ```
/// use beian::Access;
///
/// assert_eq!("phone_changed_orphan".parse(), Ok(Access::PhoneChangedOrphan));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// The number is the filed one, orphan service or not (R05).
    Unchanged,
    /// The number has changed: it must first be changed at the original provider (R10).
    PhoneChanged,
    /// The number has changed, and no provider serves the service any more (空壳网站): it must be
    /// deregistered and filed again as an added one (R11).
    PhoneChangedOrphan,
}

names!(Access, "access", {
    Unchanged => "unchanged",
    PhoneChanged => "phone_changed",
    PhoneChangedOrphan => "phone_changed_orphan",
});

/// A service of an order, with its administrator.
///
/// ```
/// use beian::{FilingOrder, IdDocument, Person, Province, ServiceKind};
///
/// let person = Person::new("张三", "19900000001", IdDocument::passport("E12345678")?)?;
/// let order = FilingOrder::initial(Province::Beijing, person.clone())
///     .service(ServiceKind::App, "示例", person)
///     .build()?;
/// let [app] = order.services() else { panic!() };
/// assert_eq!((app.kind(), app.name()), (ServiceKind::App, "示例"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub(super) kind: ServiceKind,
    pub(super) name: Name,
    pub(super) administrator: Person,
    pub(super) access: Option<Access>,
}

impl Service {
    /// What kind of service it is.
    #[must_use]
    pub const fn kind(&self) -> ServiceKind {
        self.kind
    }

    /// Its name, in clear.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The service administrator (网站负责人, 互联网信息服务负责人).
    #[must_use]
    pub const fn administrator(&self) -> &Person {
        &self.administrator
    }

    /// What is known of the number at the old provider: `Some` only when access is added, and then
    /// [`Access::Unchanged`], for an order with any other is refused (R10, R11).
    #[must_use]
    pub const fn access(&self) -> Option<Access> {
        self.access
    }
}
