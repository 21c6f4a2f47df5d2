//! What a field of a form is called, for people.

use alloc::{format, string::String};

use crate::Lang;

/// The name of the field at a path: `services[0].administrator.mobile` is 服务1负责人手机号码.
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

fn word<'a>(parent: &str, field: &'a str, one: bool) -> (&'a str, &'a str) {
    match (field, parent) {
        ("filing_type", _) => ("备案类型", "type of filing"),
        ("changes", _) if one => ("变更内容", "change"),
        ("changes", _) => ("变更内容", "changes"),
        ("province", _) => ("省份", "province"),
        ("entity", _) => ("主体", "entity"),
        ("leader", _) => ("主体负责人", "entity leader"),
        ("services", _) if one => ("服务", "service"),
        ("services", _) => ("服务", "services"),
        ("administrator", _) => ("负责人", "administrator"),
        ("access", _) => ("接入情况", "access"),
        ("name", "entity") => ("主体名称", "entity, name"),
        ("name", "services") => ("名称", "name"),
        ("name", _) => ("姓名", "name"),
        ("mobile", _) => ("手机号码", "mobile number"),
        ("emergency_phone", _) => ("应急电话", "emergency phone"),
        ("id_document", _) => ("证件", "ID document"),
        ("kind", "services") => ("类型", "kind"),
        ("kind", _) => ("证件类型", "kind of ID document"),
        ("number", _) => ("证件号码", "ID number"),
        ("back_number", _) => ("证件背面号码", "back number of the ID document"),
        (field, _) => (field, field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_form_has_a_name() {
        for (path, zh, en) in [
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
            assert_eq!(label(path, Lang::Zh), zh);
            assert_eq!(label(path, Lang::En), en);
        }
    }
}
