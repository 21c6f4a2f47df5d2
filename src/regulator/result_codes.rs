//! Every known code (B17, B34): 企业系统接口规范 V3.0 of 2013; those of uploads from Huawei and Tencent.

use super::ResultMeaning::{
    self, Approved, AskedAlready, MendField, NotThisWay, Received, Refused, TryLater, Unknown,
};

pub(super) struct Row {
    pub(super) code: u16,
    pub(super) meaning: ResultMeaning,
    pub(super) fields: &'static [&'static str],
}

const fn row(code: u16, meaning: ResultMeaning, fields: &'static [&'static str]) -> Row {
    Row {
        code,
        meaning,
        fields,
    }
}

/// Whose it is, no code says.
const MOBILES: &[&str] = &["entity.leader.mobile", "services[0].administrator.mobile"];
const DOCUMENTS: &[&str] = &[
    "entity.leader.id_document",
    "services[0].administrator.id_document",
];
const ID_NUMBERS: &[&str] = &[
    "entity.leader.id_document.number",
    "services[0].administrator.id_document.number",
];

/// By code.
pub(super) const ROWS: &[Row] = &[
    row(0, Refused, &[]),
    row(1, Approved, &[]),
    row(14, TryLater, &[]),
    row(15, TryLater, &[]),
    row(19, NotThisWay, &[]),
    row(20, TryLater, &[]),
    row(1001, Approved, &[]),
    row(1002, Refused, &[]),
    row(1003, TryLater, &[]),
    row(1004, MendField, &[]),
    row(1005, MendField, &[]),
    row(1006, MendField, &[]),
    row(1007, MendField, MOBILES),
    row(1008, MendField, DOCUMENTS),
    row(1009, MendField, &[]),
    row(1010, MendField, &[]),
    row(1011, MendField, MOBILES),
    row(1012, MendField, &[]),
    row(1013, MendField, &[]),
    row(1014, MendField, &["entity"]),
    row(1015, MendField, ID_NUMBERS),
    row(1016, MendField, &[]),
    row(1017, TryLater, &[]),
    row(1018, MendField, &[]),
    row(1019, MendField, &["province"]),
    row(1020, MendField, &["services[0].name"]),
    row(1021, MendField, &[]),
    row(1022, MendField, &[]),
    row(1023, MendField, &[]),
    row(1024, MendField, &[]),
    row(1025, NotThisWay, &[]),
    row(1026, MendField, &[]),
    row(1027, AskedAlready, &[]),
    row(1028, MendField, &[]),
    row(1029, MendField, &[]),
    row(1030, AskedAlready, &[]),
    row(1031, MendField, &["services[0].administrator"]),
    row(1032, AskedAlready, &[]),
    row(1033, MendField, &[]),
    row(1034, MendField, &[]),
    row(1035, MendField, &[]),
    row(1036, MendField, &[]),
    row(1037, AskedAlready, &[]),
    row(1038, AskedAlready, &[]),
    row(1039, AskedAlready, &[]),
    row(1040, AskedAlready, &[]),
    row(1041, MendField, &[]),
    row(1042, NotThisWay, &[]),
    row(1043, NotThisWay, &[]),
    row(1044, MendField, &["entity.leader.name"]),
    row(1045, NotThisWay, &[]),
    row(1046, NotThisWay, &[]),
    row(1047, NotThisWay, &[]),
    row(1048, NotThisWay, &[]),
    row(1049, NotThisWay, &[]),
    row(1050, NotThisWay, &[]),
    row(1051, TryLater, &[]),
    row(1052, TryLater, &[]),
    row(1053, NotThisWay, &[]),
    row(1054, NotThisWay, &[]),
    row(1055, MendField, &[]),
    row(1056, MendField, &[]),
    row(1057, MendField, &[]),
    row(1058, NotThisWay, &[]),
    row(1059, NotThisWay, &[]),
    row(1060, Received, &[]),
    row(1061, MendField, &[]),
    row(1062, Received, &[]),
    row(1063, MendField, &[]),
    row(1064, NotThisWay, &[]),
    row(1065, NotThisWay, &[]),
    row(1066, MendField, &[]),
    row(1067, MendField, &[]),
    row(1068, MendField, &[]),
    row(1999, Unknown, &[]),
];
