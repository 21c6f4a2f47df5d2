//! From the fields that WeChat names to ours: by a path of its own form, or in Chinese (B35).

use alloc::{format, string::String};

/// The path in an [`OrderForm`](crate::OrderForm), if the field is known. WeChat files one service an order.
pub(super) fn form_path(field: &str) -> Option<String> {
    let by_path = PARTS.iter().find_map(|(theirs, _, ours)| {
        let rest = field.strip_prefix(theirs)?.strip_prefix('.')?;
        Some(of_part(
            ours,
            FIELDS.iter().find(|(name, ..)| *name == rest),
        ))
    });
    by_path.or_else(|| {
        WHOLE
            .iter()
            .find(|(theirs, _)| *theirs == field)
            .map(|(_, ours)| String::from(*ours))
            .or_else(|| {
                PARTS.iter().find_map(|(_, chinese, ours)| {
                    let rest = chinese.iter().find_map(|it| field.strip_prefix(it))?;
                    let named = |row: &&Row| row.1.iter().any(|it| rest.starts_with(it));
                    Some(of_part(ours, FIELDS.iter().find(named)))
                })
            })
    })
}

fn of_part(part: &str, field: Option<&Row>) -> String {
    match field {
        Some((_, _, ours)) => format!("{part}.{ours}"),
        // A field that our form doesn't have: shown at the person.
        None => part.into(),
    }
}

/// Two persons: WeChat's path, how their fields begin in Chinese, our path.
const PARTS: &[(&str, &[&str], &str)] = &[
    (
        "icp_subject.principal_info",
        &["主体负责人"],
        "entity.leader",
    ),
    (
        "icp_applets.principal_info",
        &["小程序负责人", "服务负责人", "网站负责人"],
        "services[0].administrator",
    ),
];

type Row = (&'static str, &'static [&'static str], &'static str);

/// A person's fields: WeChat's name, how it begins in Chinese, ours.
const FIELDS: &[Row] = &[
    ("name", &["姓名"], "name"),
    (
        "emergency_contact",
        &["应急", "联系方式2"],
        "emergency_phone",
    ),
    ("mobile", &["联系方式", "手机", "电话"], "mobile"),
    ("certificate_type", &["证件类型"], "id_document.kind"),
    ("certificate_number", &["证件号"], "id_document.number"),
];

/// Fields of no person.
const WHOLE: &[(&str, &str)] = &[
    ("icp_subject.base_info.name", "entity.name"),
    ("icp_subject.base_info.province", "province"),
    ("icp_applets.base_info.name", "services[0].name"),
    ("主体名称", "entity.name"),
    ("主办单位名称", "entity.name"),
    ("小程序名称", "services[0].name"),
    ("服务名称", "services[0].name"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filing::is_form_path;

    #[test]
    fn b35_fields_are_found_by_path_and_in_chinese() {
        for (field, ours) in [
            ("icp_subject.principal_info.mobile", "entity.leader.mobile"),
            (
                "icp_applets.principal_info.certificate_number",
                "services[0].administrator.id_document.number",
            ),
            (
                "icp_applets.principal_info.verify_task_id",
                "services[0].administrator",
            ),
            ("主体负责人联系方式", "entity.leader.mobile"),
            ("主体负责人联系方式2", "entity.leader.emergency_phone"),
            ("主体负责人应急联系方式", "entity.leader.emergency_phone"),
            ("小程序负责人证件有效期", "services[0].administrator"),
            ("小程序名称", "services[0].name"),
        ] {
            assert_eq!(form_path(field).as_deref(), Some(ours), "{field}");
            assert!(is_form_path(ours), "{ours}");
        }
        for field in [
            "",
            "其他",
            "icp_subject",
            "icp_subject.principal_infos.mobile",
        ] {
            assert_eq!(form_path(field), None, "{field}");
        }
        for (_, ours) in WHOLE {
            assert!(is_form_path(ours), "{ours}");
        }
    }
}
