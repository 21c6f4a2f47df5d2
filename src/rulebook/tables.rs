//! The data: the tables that are known, and when each was in force.

use chrono::TimeDelta;

use super::{
    History, Period, Rule, Rulebook,
    table::{Rules, in_order},
};
use crate::{
    FilingType, ModifiedPart, Province,
    Role::{self, EntityLeader, ServiceAdministrator},
    day::hour,
    filing::FiledSince,
};

const BOTH: &[Role] = &[EntityLeader, ServiceAdministrator];
const LEADER: &[Role] = &[EntityLeader];
const ADMINISTRATOR: &[Role] = &[ServiceAdministrator];
const NOBODY: &[Role] = &[];

impl Rulebook {
    /// The primary source's table (R03–R08), in force in every province from 2020-08-17 (R01), for
    /// every kind of service (D02). 24 hours (R17).
    pub const CURRENT: &'static Self = &CURRENT;

    /// JD Cloud's table of about 2021–2023 (B02), which other platforms share in part: add service
    /// texts both, deregister service nobody. By name only: no history holds it.
    pub const JD_2021: &'static Self = &JD_2021;

    /// The pilot's table (B01) with the 48 hours that are documented until 2018-09-17.
    pub const PILOT: &'static Self = &PILOT;

    /// The pilot's table (B01) with the 24 hours that are documented from 2018-11-07.
    pub const PILOT_24_HOURS: &'static Self = &PILOT_24_HOURS;

    /// Every built-in table.
    pub const ALL: &'static [&'static Self] = &[
        Self::CURRENT,
        Self::JD_2021,
        Self::PILOT,
        Self::PILOT_24_HOURS,
    ];
}

const CURRENT: Rulebook = Rulebook::built_in("current", CURRENT_RULES, TimeDelta::hours(24));
const JD_2021: Rulebook = Rulebook::built_in("jd_2021", JD_2021_RULES, TimeDelta::hours(24));
const PILOT: Rulebook = Rulebook::built_in("pilot", PILOT_RULES, TimeDelta::hours(48));
const PILOT_24_HOURS: Rulebook =
    Rulebook::built_in("pilot_24_hours", PILOT_RULES, TimeDelta::hours(24));

const CURRENT_RULES: &Rules = &[
    row(FilingType::Initial, BOTH, "R03", "platform page of 2020-08"),
    row(
        FilingType::AddService,
        ADMINISTRATOR,
        "R04",
        "whether the entity is filed here or elsewhere",
    ),
    row(
        FilingType::AddAccess,
        ADMINISTRATOR,
        "R05",
        "at the number filed with the old provider (B04)",
    ),
    change(
        ModifiedPart::Entity,
        LEADER,
        "R06",
        "both parts changed: both persons",
    ),
    change(
        ModifiedPart::Service,
        ADMINISTRATOR,
        "R06",
        "both parts changed: both persons",
    ),
    change(
        ModifiedPart::Remarks,
        NOBODY,
        "B03",
        "from other platforms' pages",
    ),
    row(
        FilingType::DeregisterEntity,
        LEADER,
        "R07",
        "platform page of 2020-08",
    ),
    row(
        FilingType::DeregisterService,
        ADMINISTRATOR,
        "R07",
        "other platforms since about 2021: nobody (B02)",
    ),
    row(
        FilingType::CancelAccess,
        NOBODY,
        "R08",
        "straight to the administration",
    ),
];

const JD_2021_RULES: &Rules = &[
    row(FilingType::Initial, BOTH, "R03", "as before"),
    row(FilingType::AddService, BOTH, "B02", "differs from R04"),
    row(FilingType::AddAccess, ADMINISTRATOR, "R05", "as before"),
    change(ModifiedPart::Entity, LEADER, "R06", "as before"),
    change(ModifiedPart::Service, ADMINISTRATOR, "R06", "as before"),
    change(ModifiedPart::Remarks, NOBODY, "B03", "as before"),
    row(FilingType::DeregisterEntity, LEADER, "R07", "as before"),
    row(
        FilingType::DeregisterService,
        NOBODY,
        "B02",
        "differs from R07",
    ),
    row(FilingType::CancelAccess, NOBODY, "R08", "as before"),
];

const PILOT_RULES: &Rules = &[
    row(FilingType::Initial, BOTH, "B01", "regulator's Q&A of 2017"),
    row(
        FilingType::AddService,
        ADMINISTRATOR,
        "B01",
        "regulator's Q&A of 2017",
    ),
    row(
        FilingType::AddAccess,
        ADMINISTRATOR,
        "B01",
        "regulator's Q&A of 2017",
    ),
    change(
        ModifiedPart::Entity,
        LEADER,
        "B01",
        "the changed part's person",
    ),
    change(
        ModifiedPart::Service,
        ADMINISTRATOR,
        "B01",
        "the changed part's person",
    ),
    change(
        ModifiedPart::Remarks,
        NOBODY,
        "B03",
        "from other platforms' pages",
    ),
    row(
        FilingType::DeregisterEntity,
        NOBODY,
        "B01",
        "designed but suspended",
    ),
    row(
        FilingType::DeregisterService,
        NOBODY,
        "B01",
        "designed but suspended",
    ),
    row(
        FilingType::CancelAccess,
        NOBODY,
        "B01",
        "designed but suspended",
    ),
];

// A table whose rows stand in another order, or is short of one, does not compile.
const _: () = assert!(in_order(CURRENT_RULES) && in_order(JD_2021_RULES) && in_order(PILOT_RULES));

impl History {
    /// What is documented about the regulator's system, pilot years included (D01).
    pub const DOCUMENTED: &'static Self = &DOCUMENTED;
}

const DOCUMENTED: History = History::built_in(PERIODS, FiledSince::DOCUMENTED);

const _: () = assert!(History::DOCUMENTED.is_sound());

const PERIODS: &[Period] = &[
    Period::built_in(
        hour(2017, 12, 18, 6),
        FROM_2017_12,
        PILOT,
        "pilot, provincial portals (工信管函〔2017〕2322号)",
    ),
    Period::built_in(
        hour(2018, 9, 10, 0),
        FROM_2018_09_10,
        PILOT,
        "seven more provinces",
    ),
    Period::built_in(
        hour(2018, 9, 24, 0),
        FROM_2018_09_24,
        PILOT,
        "eight more provinces",
    ),
    Period::built_in(hour(2018, 11, 7, 0), FROM_2017_12, PILOT_24_HOURS, SHORTER),
    Period::built_in(
        hour(2018, 11, 7, 0),
        FROM_2018_09_10,
        PILOT_24_HOURS,
        SHORTER,
    ),
    Period::built_in(
        hour(2018, 11, 7, 0),
        FROM_2018_09_24,
        PILOT_24_HOURS,
        SHORTER,
    ),
    Period::built_in(
        hour(2020, 8, 17, 0),
        Province::ALL,
        CURRENT,
        "national portal, sender 12381, filing passwords abolished (R01)",
    ),
];

/// Said in every period that it is about.
const SHORTER: &str =
    "48 hours became 24 on an unknown day: 48 is documented on 2018-09-17, 24 on 2018-11-07";

const FROM_2017_12: &[Province] = &[
    Province::Tianjin,
    Province::Gansu,
    Province::Tibet,
    Province::Ningxia,
    Province::Hainan,
    Province::Xinjiang,
    Province::Qinghai,
];

const FROM_2018_09_10: &[Province] = &[
    Province::Zhejiang,
    Province::Sichuan,
    Province::Fujian,
    Province::Shaanxi,
    Province::Chongqing,
    Province::Guangxi,
    Province::Yunnan,
];

const FROM_2018_09_24: &[Province] = &[
    Province::Shanxi,
    Province::InnerMongolia,
    Province::Heilongjiang,
    Province::Anhui,
    Province::Shandong,
    Province::Henan,
    Province::Hunan,
    Province::Hubei,
];

const fn row(
    filing_type: FilingType,
    texted: &'static [Role],
    id: &'static str,
    remark: &'static str,
) -> Rule {
    Rule::built_in(filing_type, None, texted, id, remark)
}

const fn change(
    change: ModifiedPart,
    texted: &'static [Role],
    id: &'static str,
    remark: &'static str,
) -> Rule {
    Rule::built_in(FilingType::Modify, Some(change), texted, id, remark)
}

/// What the two assertions above would refuse to compile.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_another_order_are_seen() {
        assert!(in_order(CURRENT_RULES));
        for n in 1..CURRENT_RULES.len() {
            let mut rules = CURRENT_RULES.clone();
            rules.swap(n - 1, n);
            assert!(!in_order(&rules), "row {n}");
        }
    }

    #[test]
    fn a_history_that_is_not_in_order_is_seen() {
        const NOWHERE: &[Period] = &[Period::built_in(hour(2020, 8, 17, 0), &[], CURRENT, "")];
        const BACKWARDS: &[Period] = &[
            Period::built_in(hour(2020, 8, 17, 0), Province::ALL, CURRENT, ""),
            Period::built_in(hour(2018, 11, 7, 0), Province::ALL, PILOT, ""),
        ];
        assert!(History::DOCUMENTED.is_sound());
        for periods in [&[], NOWHERE, BACKWARDS] {
            assert!(!History::built_in(periods, &[]).is_sound());
        }
    }
}
