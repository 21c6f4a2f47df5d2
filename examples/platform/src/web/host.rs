//! What the platform says of itself on its pages.

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

use super::{FILING, HANDSETS};
use crate::platform::Platform;

const MENU: [MenuItem; 3] = [
    MenuItem {
        section: FILING,
        href: "/",
        zh: "办理备案",
        en: "Filing",
    },
    MenuItem {
        section: CONSOLE,
        href: "/console",
        zh: "平台控制台",
        en: "Staff",
    },
    MenuItem {
        section: HANDSETS,
        href: "/handsets",
        zh: "模拟提醒",
        en: "Reminders",
    },
];

impl Host for Platform {
    fn name(&self) -> &'static str {
        "platform"
    }

    fn title(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "备案平台",
            Lang::En => "ICP filing platform",
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
        &self.signing
    }

    fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    fn database(&self) -> &Database {
        self.orders.store.database()
    }

    fn served(&self) -> &Served {
        &self.served
    }

    fn writable(&self) -> &Kept<bool> {
        &self.writable
    }
}
