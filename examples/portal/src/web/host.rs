//! What the portal says of itself on its pages.

use beian::Lang;
use beian_web::{
    database::Database,
    kept::Kept,
    limits::Limits,
    pages::{CONSOLE, Host, MenuItem},
    serve::Served,
    sign_in::Door,
    signing::SigningKey,
    site::Site,
};

use super::{HANDSETS, REGULATOR};
use crate::portal::Portal;

const MENU: [MenuItem; 3] = [
    MenuItem {
        section: CONSOLE,
        href: "/console",
        zh: "平台控制台",
        en: "Platform console",
    },
    MenuItem {
        section: REGULATOR,
        href: "/regulator/verification",
        zh: "工信部页面",
        en: "Regulator’s page",
    },
    MenuItem {
        section: HANDSETS,
        href: "/handsets",
        zh: "模拟手机",
        en: "Handsets",
    },
];

impl Host for Portal {
    fn name(&self) -> &'static str {
        "portal"
    }

    fn title(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "备案短信核验",
            Lang::En => "ICP filing verification",
        }
    }

    fn menu(&self) -> Vec<MenuItem> {
        let is_there = |item: &MenuItem| self.sandbox || item.section != HANDSETS;
        MENU.into_iter().filter(is_there).collect()
    }

    fn console(&self) -> &'static str {
        "/console"
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn door(&self) -> &Door {
        &self.door
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn signing(&self) -> &SigningKey {
        &self.keys.signing
    }

    fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    fn database(&self) -> &Database {
        self.store.database()
    }

    fn served(&self) -> &Served {
        &self.served
    }

    fn writable(&self) -> &Kept<bool> {
        &self.writable
    }
}
