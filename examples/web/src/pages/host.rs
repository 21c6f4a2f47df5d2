//! What a host says of itself.

use beian::Lang;

use crate::{
    database::Database, kept::Kept, limits::Limits, serve::Served, sign_in::Door,
    signing::SigningKey, site::Site,
};

/// A host; its `Arc` is the state of its routes.
pub trait Host: Send + Sync + 'static {
    /// What its cookies begin with.
    fn name(&self) -> &'static str;

    /// What stands on top of every page.
    fn title(&self, lang: Lang) -> &'static str;

    /// The ways in, as they are now.
    fn menu(&self) -> Vec<MenuItem>;

    /// The last word of every page, before the one about times.
    fn footer(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "演示系统，与工业和信息化部及任何接入服务商无关；请勿填写真实个人信息。",
            Lang::En => {
                "A demonstration. It belongs neither to the MIIT nor to any access provider: enter no real \
                 personal data."
            }
        }
    }

    /// Where staff go once they have signed in, and what all their pages are below: `/console`.
    fn console(&self) -> &'static str;

    /// What it is called, and who stands before it.
    fn site(&self) -> &Site;

    /// Who may use the console.
    fn door(&self) -> &Door;

    /// How often one address may do what.
    fn limits(&self) -> &Limits;

    /// What forms are signed with.
    fn signing(&self) -> &SigningKey;

    /// Whether it is only tried out.
    fn is_sandbox(&self) -> bool;

    /// Where sign-ins are kept, and everything else.
    fn database(&self) -> &Database;

    /// What its server counts.
    fn served(&self) -> &Served;

    /// Whether something could be written lately.
    fn writable(&self) -> &Kept<bool>;
}

/// A way into a part of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MenuItem {
    /// The part's name: what [`Visit::page`](super::Visit::page) is given.
    pub section: &'static str,
    /// Where it begins.
    pub href: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}
