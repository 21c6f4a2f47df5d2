//! The documented rows.

use super::{Check, CheckRow, EntityKind, row::Scope};
use crate::{
    FilingType::{
        self, AddAccess, AddService, CancelAccess, DeregisterEntity, DeregisterService, Initial,
        Modify,
    },
    Province::{
        self, Anhui, Beijing, Chongqing, Fujian, Gansu, Guangdong, Guangxi, Guizhou, Hainan, Hebei,
        Heilongjiang, Henan, Hubei, Hunan, InnerMongolia, Jiangsu, Jiangxi, Jilin, Liaoning,
        Ningxia, Qinghai, Shaanxi, Shandong, Shanghai, Shanxi, Sichuan, Tianjin, Tibet, Xinjiang,
        Yunnan, Zhejiang,
    },
    Role,
};

/// Types that name persons for the time to come.
const FILES: &[FilingType] = &[Initial, AddService, AddAccess, Modify];
/// Types that refer to what is filed.
const REFERS: &[FilingType] = &[
    AddService,
    AddAccess,
    Modify,
    CancelAccess,
    DeregisterEntity,
    DeregisterService,
];
/// Where no shell entity adds a service (B21).
const SHELL_FIRST: &[Province] = &[
    Hebei,
    InnerMongolia,
    Jilin,
    Heilongjiang,
    Anhui,
    Fujian,
    Jiangxi,
    Shandong,
    Henan,
    Hubei,
    Hunan,
    Guangdong,
    Hainan,
    Chongqing,
    Tibet,
    Shaanxi,
    Gansu,
    Qinghai,
    Ningxia,
    Xinjiang,
];
/// Where both lists want the legal representative (B26).
const REPRESENTATIVE: &[Province] = &[
    Tianjin,
    Hebei,
    InnerMongolia,
    Shanghai,
    Zhejiang,
    Fujian,
    Henan,
    Hubei,
    Hunan,
    Guangdong,
    Guangxi,
    Guizhou,
    Tibet,
    Shaanxi,
    Qinghai,
    Ningxia,
    Xinjiang,
];
/// Where Huawei's, the later, doesn't.
const LETTER: &[Province] = &[
    Liaoning,
    Jilin,
    Heilongjiang,
    Jiangsu,
    Anhui,
    Jiangxi,
    Shandong,
    Hainan,
    Chongqing,
    Sichuan,
    Yunnan,
];
/// Where persons of 16 and 17 are usually none of the responsible ones (B27).
const USUALLY_ADULTS: &[Province] = &[
    Beijing,
    Tianjin,
    Hebei,
    Shanxi,
    InnerMongolia,
    Liaoning,
    Jilin,
    Heilongjiang,
    Shanghai,
    Zhejiang,
    Anhui,
    Fujian,
    Jiangxi,
    Shandong,
    Henan,
    Hubei,
    Hunan,
    Guangxi,
    Hainan,
    Chongqing,
    Sichuan,
    Guizhou,
    Yunnan,
    Tibet,
    Shaanxi,
    Gansu,
    Qinghai,
    Ningxia,
    Xinjiang,
];

const HUAWEI: &str = "Huawei, 2026";
const SPECIFICATION: &str = "interface specification V3.0, 2013";

/// A row a line: name, check, source, and what narrows it.
macro_rules! rows {
    ($($name:literal: $check:expr, $source:expr $(, $field:ident = $value:expr)*;)+) => {
        &[$(Scope { $($field: Some($value),)* ..Scope::ANY }.row($name, $check, $source)),+]
    };
}

const DOCUMENTED: &[CheckRow] = rows! {
    "id_as_filed": Check::IdAsFiled, "a reseller's page, 2025",
        filing_types = &[AddAccess],
        role = Role::ServiceAdministrator;
    "no_number_yet": Check::NoNumberYet, SPECIFICATION, filing_types = &[Initial];
    "shell_entity": Check::ServicesLeft, HUAWEI, provinces = SHELL_FIRST, filing_types = &[AddService];
    "one_order": Check::OneOrder, "Huawei and Tencent, 2026";
    "one_name": Check::OneName, "Huawei, 2025-12; WeChat";
    "one_id": Check::OneId, "Huawei, 2025-12; WeChat";
    "one_mobile": Check::OneMobile, "Huawei, 2025-12; WeChat";
    "emergency_phone": Check::EmergencyPhone, "the forms of the regulator, WeChat, Douyin, Alipay and Huawei",
        filing_types = FILES;
    "emergency_phone_own": Check::EmergencyPhoneNotOwn, "the forms of the regulator, WeChat, Douyin, Alipay and Huawei",
        filing_types = FILES;
    "emergency_phone_gansu": Check::EmergencyPhoneOfThird, HUAWEI,
        provinces = &[Gansu],
        filing_types = FILES;
    "emergency_phone_volcengine": Check::EmergencyPhoneOfThird, "Volcengine, 2024",
        filing_types = FILES;
    "mobile_in_province": Check::MobileInProvince, HUAWEI,
        provinces = &[Hunan, Gansu],
        filing_types = FILES,
        entity_kind = EntityKind::Individual;
    "mobile_of_one_entity": Check::MobileOfOneEntity, "Huawei and Tencent, 2026", filing_types = FILES;
    "mobile_in_all_companies": Check::MobileInAllCompanies, "Huawei and Tencent, 2026",
        filing_types = FILES,
        entity_kind = EntityKind::Unit,
        role = Role::EntityLeader;
    "representative": Check::LegalRepresentative, "Huawei, 2026; Tencent, about 2021",
        provinces = REPRESENTATIVE,
        filing_types = FILES,
        entity_kind = EntityKind::Unit;
    "representative_huawei": Check::LegalRepresentative, "Huawei, 2026; not in Tencent's list of about 2021",
        provinces = &[Beijing, Shanxi, Gansu],
        filing_types = FILES,
        entity_kind = EntityKind::Unit;
    "representative_tencent": Check::LegalRepresentative, "Tencent, about 2021; not in Huawei's list of 2026",
        provinces = &[Heilongjiang, Jiangxi, Shandong, Chongqing, Yunnan],
        filing_types = FILES,
        entity_kind = EntityKind::Unit;
    "letter_of_authority": Check::LetterOfAuthority, HUAWEI,
        provinces = LETTER,
        filing_types = FILES,
        entity_kind = EntityKind::Unit;
    "leader_administers": Check::LeaderAdministers, HUAWEI,
        provinces = &[Anhui, Jiangsu],
        filing_types = FILES,
        entity_kind = EntityKind::Unit;
    "age_individuals": Check::MinimumAge(18), HUAWEI,
        provinces = &[Tianjin, Hebei, InnerMongolia, Hunan],
        filing_types = FILES,
        entity_kind = EntityKind::Individual;
    "age_fujian": Check::MinimumAge(18), HUAWEI,
        provinces = &[Fujian],
        filing_types = FILES,
        role = Role::EntityLeader;
    "age_gansu": Check::MinimumAge(18), HUAWEI, provinces = &[Gansu], filing_types = FILES;
    "age_usual": Check::MinimumAge(18), "usual, where Huawei, 2026, says nothing",
        provinces = USUALLY_ADULTS,
        filing_types = FILES;
    "age_sixteen": Check::MinimumAge(16), HUAWEI,
        provinces = &[Guangdong, Jiangsu],
        filing_types = FILES;
    "proof_of_work": Check::ProofOfWork(18), HUAWEI, provinces = &[Jiangsu], filing_types = FILES;
    "document_huawei": Check::DocumentValid(3), "Huawei, 2026; WeChat has one month",
        filing_types = FILES;
    "document_wechat": Check::DocumentValid(1), "WeChat; Huawei, 2026, has three months",
        filing_types = FILES;
    "services_one": Check::ServicesAnOrder(1), HUAWEI,
        provinces = &[Hubei, Hunan],
        filing_types = FILES;
    "services_hainan": Check::ServicesAnOrder(1), HUAWEI,
        provinces = &[Hainan],
        filing_types = &[Initial],
        entity_kind = EntityKind::Individual;
    "services_shanxi": Check::ServicesAnOrder(3), HUAWEI, provinces = &[Shanxi], filing_types = FILES;
    "services_henan": Check::ServicesAnOrder(5), HUAWEI, provinces = &[Henan], filing_types = FILES;
    "services_usual": Check::ServicesAnOrder(5), "Huawei, 2026, advises three to five",
        filing_types = FILES;
    "services_of_individual": Check::ServicesInAll(5), HUAWEI,
        filing_types = &[Initial, AddService],
        entity_kind = EntityKind::Individual;
    "one_deregistration": Check::OneService, "interface specification, ZXBA; Huawei",
        filing_types = &[DeregisterService, CancelAccess];
    "entity_number": Check::EntityNumber, SPECIFICATION, filing_types = &[AddService];
    "number_of_entity": Check::NumberOfEntity, SPECIFICATION, filing_types = REFERS;
    "number_in_province": Check::NumberInProvince, SPECIFICATION, filing_types = REFERS;
    "number_of_kind": Check::NumberOfKind, SPECIFICATION, filing_types = REFERS;
};

impl CheckRow {
    /// The documented rows: advice, all of it, for provinces change without notice, and a wrong refusal is
    /// worse than a return (D30). Of several rows of a check that find something at one place, the most
    /// severe is told, and of those the first.
    pub const DOCUMENTED: &'static [Self] = DOCUMENTED;
}
