//! The fields of a form: in which order they stand, and what people call them.

use alloc::{format, string::String, vec::Vec};

use crate::Lang;

/// What people call a field or a part of an [`OrderForm`](crate::OrderForm), by its path: that of a problem, a
/// finding or a reason that a host has kept. The empty path is the order as a whole; `None` if no form has such a
/// path.
///
/// ```
/// use beian::{Lang, filing::path_label};
///
/// let label = path_label("services[0].administrator.mobile", Lang::Zh);
/// assert_eq!(label.as_deref(), Some("服务1负责人手机号码"));
/// assert_eq!(path_label("services[0].moblie", Lang::Zh), None);
/// ```
#[must_use]
pub fn path_label(path: &str, lang: Lang) -> Option<String> {
    (path.is_empty() || is_form_path(path)).then(|| label(path, lang))
}

/// The name of the field at a path that is one.
pub(crate) fn label(path: &str, lang: Lang) -> String {
    let mut label = String::new();
    let mut parent = "";
    for segment in path.split('.') {
        let (field, number) = number(segment);
        let word = word(parent, field, number.is_some());
        parent = field;
        // 主体 and 证件 are said by what stands in them.
        if path.ends_with(segment) || !matches!(field, "entity" | "id_document") {
            let word = match lang {
                Lang::Zh => word.0,
                Lang::En => word.1,
            };
            let comma = match lang {
                Lang::En if !label.is_empty() => ", ",
                Lang::En | Lang::Zh => "",
            };
            let number = match (number, lang) {
                (None, _) => String::new(),
                (Some(number), Lang::Zh) => format!("{number}"),
                (Some(number), Lang::En) => format!(" {number}"),
            };
            label = format!("{label}{comma}{word}{number}");
        }
    }
    label
}

/// `services[0]` is the first of the services.
fn number(segment: &str) -> (&str, Option<usize>) {
    let index = |rest: &str| rest.strip_suffix(']')?.parse().ok();
    match segment.split_once('[') {
        Some((field, rest)) => (field, index(rest).map(|n: usize| n.saturating_add(1))),
        None => (segment, None),
    }
}

/// Every field, in the order of the form; where its parent makes a difference, under that parent.
const FIELDS: &[Field] = &[
    field("", "订单整体", "the order as a whole"),
    field("filing_type", "备案类型", "type of filing"),
    field("changes", "变更内容", "changes"),
    field("province", "省份", "province"),
    field("entity", "主体", "entity"),
    field("services", "服务", "services"),
    under("services", "kind", "类型", "kind"),
    under("id_document", "kind", "证件类型", "kind of ID document"),
    under("entity", "name", "主体名称", "entity, name"),
    under("services", "name", "名称", "name"),
    field("name", "姓名", "name"),
    field("leader", "主体负责人", "entity leader"),
    field("administrator", "负责人", "administrator"),
    field("access", "接入情况", "access"),
    field("mobile", "手机号码", "mobile number"),
    field("emergency_phone", "应急电话", "emergency phone"),
    field("id_document", "证件", "ID document"),
    field("number", "证件号码", "ID number"),
    field(
        "back_number",
        "证件背面号码",
        "back number of the ID document",
    ),
];

/// Whether a path leads to a field or a part of the form.
pub(crate) fn is_form_path(path: &str) -> bool {
    let mut within = "";
    let mut one = true;
    path.split('.').all(|segment| {
        let (name, nth) = number(segment);
        let listed = matches!(name, "services" | "changes");
        let whole = nth.is_some() == segment.contains('[') && (listed || nth.is_none());
        // What is in a list is in one of the list.
        let placed = one && parts(within).contains(&name);
        one = nth.is_some() || !listed;
        within = name;
        whole && placed
    })
}

/// The fields of a part of the form.
fn parts(of: &str) -> &'static [&'static str] {
    match of {
        "" => &["filing_type", "changes", "province", "entity", "services"],
        "entity" => &["name", "leader"],
        "services" => &["kind", "name", "administrator", "access"],
        "leader" | "administrator" => &["name", "mobile", "emergency_phone", "id_document"],
        "id_document" => &["kind", "number", "back_number"],
        _ => &[],
    }
}

struct Field {
    parent: Option<&'static str>,
    name: &'static str,
    zh: &'static str,
    en: &'static str,
}

const fn field(name: &'static str, zh: &'static str, en: &'static str) -> Field {
    Field {
        parent: None,
        name,
        zh,
        en,
    }
}

const fn under(
    parent: &'static str,
    name: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Field {
    Field {
        parent: Some(parent),
        ..field(name, zh, en)
    }
}

impl Field {
    fn is(&self, parent: &str, name: &str) -> bool {
        self.name == name && self.parent.is_none_or(|own| own == parent)
    }
}

/// Where a path stands in the form, to sort by: for each part of it, the field and which of several.
pub(super) fn place(path: &str) -> Vec<(usize, usize)> {
    let mut parent = "";
    let segments = path.split('.').map(number);
    let places = segments.map(|(name, number)| {
        let field = FIELDS.iter().position(|field| field.is(parent, name));
        parent = name;
        (field.unwrap_or(FIELDS.len()), number.unwrap_or_default())
    });
    places.collect()
}

fn word<'a>(parent: &str, name: &'a str, one: bool) -> (&'a str, &'a str) {
    match (FIELDS.iter().find(|field| field.is(parent, name)), one) {
        // One of several is called in the singular; Chinese makes no difference.
        (Some(Field { zh, en, .. }), true) => (zh, en.strip_suffix('s').unwrap_or(en)),
        (Some(Field { zh, en, .. }), false) => (zh, en),
        (None, _) => (name, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_form_has_a_name() {
        for (path, zh, en) in [
            ("", "订单整体", "the order as a whole"),
            ("filing_type", "备案类型", "type of filing"),
            ("changes", "变更内容", "changes"),
            ("changes[1]", "变更内容2", "change 2"),
            ("province", "省份", "province"),
            ("entity.name", "主体名称", "entity, name"),
            (
                "entity.leader.name",
                "主体负责人姓名",
                "entity leader, name",
            ),
            (
                "entity.leader.emergency_phone",
                "主体负责人应急电话",
                "entity leader, emergency phone",
            ),
            (
                "entity.leader.id_document",
                "主体负责人证件",
                "entity leader, ID document",
            ),
            (
                "entity.leader.id_document.number",
                "主体负责人证件号码",
                "entity leader, ID number",
            ),
            ("services", "服务", "services"),
            ("services[0].name", "服务1名称", "service 1, name"),
            ("services[0].kind", "服务1类型", "service 1, kind"),
            ("services[9].access", "服务10接入情况", "service 10, access"),
            (
                "services[0].administrator.mobile",
                "服务1负责人手机号码",
                "service 1, administrator, mobile number",
            ),
            (
                "services[0].administrator.id_document.kind",
                "服务1负责人证件类型",
                "service 1, administrator, kind of ID document",
            ),
            (
                "services[0].administrator.id_document.back_number",
                "服务1负责人证件背面号码",
                "service 1, administrator, back number of the ID document",
            ),
        ] {
            assert_eq!(path_label(path, Lang::Zh).as_deref(), Some(zh));
            assert_eq!(path_label(path, Lang::En).as_deref(), Some(en));
        }
        for none in [".", "entity.", "services[0].mobile", "leader"] {
            assert_eq!(path_label(none, Lang::Zh), None, "{none}");
        }
    }
}
