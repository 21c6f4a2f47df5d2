//! What there is to say to an order, and where on the form it is said.

use beian::{FilingType, Lang, OrderProblems};

use super::{super::Page, Content, More};

/// Something to say to an order, where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The place, in the fields of an [`OrderForm`](beian::OrderForm) or below one of its parts.
    pub path: String,
    /// In the language of the page.
    pub text: String,
    /// What follows from it.
    pub kind: Kind,
}

/// What follows from a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is no order.
    Problem,
    /// It is one, and isn't taken.
    Refused,
    /// It may be taken, and better be mended.
    Advised,
    /// It was returned for this.
    Reason,
}

impl Kind {
    /// Whether the order goes nowhere with it.
    pub(super) const fn hinders(self) -> bool {
        matches!(self, Self::Problem | Self::Refused)
    }
}

/// What is wrong with an order, as remarks.
#[must_use]
pub fn problems(problems: &OrderProblems, lang: Lang) -> Vec<Remark> {
    let remarks = problems.iter().map(|problem| Remark {
        path: problem.path().to_owned(),
        text: problem.text(lang).into_owned(),
        kind: Kind::Problem,
    });
    remarks.collect()
}

/// The places of one form.
pub(super) struct Places<'a> {
    /// What only this host asks for.
    more: Vec<&'a str>,
    modifies: bool,
    adds_access: bool,
    services: usize,
}

impl<'a> Places<'a> {
    pub(super) fn of(content: &'a Content<'_>) -> Self {
        Self {
            more: content.more.iter().map(More::name).collect(),
            modifies: content.filing_type == FilingType::Modify,
            adds_access: content.filing_type == FilingType::AddAccess,
            services: content.typed.services.len(),
        }
    }

    /// The field that a path belongs to, or else the smallest part; the whole form is `""`.
    pub(super) fn nearest<'p>(&self, path: &'p str) -> &'p str {
        let mut place = path;
        while !self.has(place) {
            let end = place.rfind(['.', '[']);
            place = end.and_then(|end| place.get(..end)).unwrap_or_default();
        }
        place
    }

    fn has(&self, place: &str) -> bool {
        if self.more.contains(&place) {
            return true;
        }
        if let Some(rest) = place.strip_prefix("entity.leader") {
            return has_person(rest);
        }
        if let Some((n, rest)) = of_service(place) {
            return n < self.services && self.has_in_service(rest);
        }
        match place {
            "" | "entity" | "entity.name" | "province" | "services" => true,
            "changes" => self.modifies,
            _ => false,
        }
    }

    fn has_in_service(&self, rest: &str) -> bool {
        match rest {
            "" | ".kind" | ".name" => true,
            ".access" => self.adds_access,
            _ => rest.strip_prefix(".administrator").is_some_and(has_person),
        }
    }
}

fn has_person(rest: &str) -> bool {
    matches!(
        rest,
        "" | ".name"
            | ".mobile"
            | ".emergency_phone"
            | ".id_document"
            | ".id_document.kind"
            | ".id_document.number"
            | ".id_document.back_number"
    )
}

/// Which service a path begins with, and its rest.
fn of_service(path: &str) -> Option<(usize, &str)> {
    let (n, rest) = path.strip_prefix("services[")?.split_once(']')?;
    Some((n.parse().ok()?, rest))
}

/// Whose field it is, for somebody who reads the summary alone.
pub(super) fn place_name(p: &Page, path: &str) -> String {
    let Some((n, rest)) = of_service(path) else {
        return if path.starts_with("entity.leader") {
            p.cap(beian::Role::EntityLeader.text(p.lang))
        } else if path.starts_with("entity") {
            p.t("主体", "Entity").to_owned()
        } else {
            p.t("订单", "Order").to_owned()
        };
    };
    let n = n.saturating_add(1);
    let who = if rest.starts_with(".administrator") {
        p.t("负责人", ", administrator")
    } else {
        ""
    };
    match p.lang {
        Lang::Zh => format!("服务{n}{who}"),
        Lang::En => format!("Service {n}{who}"),
    }
}
