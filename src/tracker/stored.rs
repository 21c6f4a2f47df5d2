//! How a tracker is stored: versioned, whole microseconds, checked again on reading.

use alloc::{string::String, vec::Vec};

use chrono::{NaiveTime, TimeDelta, Timelike as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fact, FactKind, RegulatorStatus, ReminderKey, Tracker, record::Person};
use crate::{
    FilingType, MobileNumber, ReturnCause, Role,
    filing::read,
    time::Micros,
    version::{first_only, write_first},
};

pub(super) struct Stored(V1);

impl Serialize for Stored {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_first(serializer, &self.0)
    }
}

impl<'de> Deserialize<'de> for Stored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        first_only(deserializer, "stored tracker").map(Self)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct V1 {
    submitted: i64,
    /// Left out where it is `submitted`.
    #[serde(default)]
    submitted_by: Option<i64>,
    window: i64,
    resends_max: u8,
    #[serde(default)]
    filing_type: Option<FilingType>,
    /// Seconds of a day in Beijing.
    #[serde(default)]
    quiet_hours: Option<(u32, u32)>,
    persons: Vec<StoredPerson>,
    facts: Vec<StoredFact>,
    #[serde(default)]
    looked: Option<i64>,
    #[serde(default)]
    reminded: Vec<ReminderKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPerson {
    #[serde(deserialize_with = "read::text")]
    mobile: String,
    roles: Vec<Role>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredFact {
    at: i64,
    report: StoredKind,
    #[serde(default)]
    seen: bool,
}

/// Persons by their place in the list.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredKind {
    Regulator(RegulatorStatus),
    Approved,
    Returned(ReturnCause),
    Received(u32),
    ResendAsked(u32),
    Passed(u32),
    NothingCame(u32),
}

/// Why stored data is no tracker. Says nothing of what the data holds.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("stored tracker broken: expected at least one person, sorted by number, each once")]
    Persons,
    #[error("stored tracker broken: window, time or instant out of range")]
    Range,
    #[error("stored tracker broken: a fact is about a person who isn't in it")]
    UnknownPerson,
    #[error("stored tracker broken: {0}")]
    Refused(super::FactRefusal),
}

impl From<Tracker> for Stored {
    fn from(tracker: Tracker) -> Self {
        let place = |mobile: MobileNumber| {
            let place = tracker.persons.iter().position(|p| p.mobile == mobile);
            place
                .and_then(|place| u32::try_from(place).ok())
                .unwrap_or(u32::MAX)
        };
        let fact = |fact: &Fact| StoredFact {
            at: fact.at.raw(),
            report: match fact.kind {
                FactKind::Regulator(status) => StoredKind::Regulator(status),
                FactKind::Approved => StoredKind::Approved,
                FactKind::Returned(cause) => StoredKind::Returned(cause),
                FactKind::Received(mobile) => StoredKind::Received(place(mobile)),
                FactKind::ResendAsked(mobile) => StoredKind::ResendAsked(place(mobile)),
                FactKind::Passed(mobile) => StoredKind::Passed(place(mobile)),
                FactKind::NothingCame(mobile) => StoredKind::NothingCame(place(mobile)),
            },
            seen: fact.seen,
        };
        let person = |person: &Person| StoredPerson {
            mobile: person.mobile.digits().into(),
            roles: person.roles.iter().collect(),
        };
        Self(V1 {
            submitted: tracker.submitted.raw(),
            submitted_by: (tracker.submitted_by > tracker.submitted)
                .then(|| tracker.submitted_by.raw()),
            window: tracker.window.num_microseconds().unwrap_or(i64::MAX),
            resends_max: tracker.resends_max,
            filing_type: tracker.filing_type,
            quiet_hours: tracker.quiet_hours.map(|(from, until)| {
                let seconds = |time: NaiveTime| time.num_seconds_from_midnight();
                (seconds(from), seconds(until))
            }),
            looked: tracker.looked.map(Micros::raw),
            reminded: tracker.reminded.clone(),
            facts: tracker.facts.iter().map(fact).collect(),
            persons: tracker.persons.iter().map(person).collect(),
        })
    }
}

impl TryFrom<Stored> for Tracker {
    type Error = Broken;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored(v1) = stored;
        let window = TimeDelta::microseconds(v1.window);
        if window < TimeDelta::minutes(10) || window > TimeDelta::hours(72) {
            return Err(Broken::Range);
        }
        let persons = v1.persons.into_iter().map(|person| {
            let mobile = MobileNumber::parse(&person.mobile).map_err(|_| Broken::Persons)?;
            let roles = person.roles.into_iter().collect();
            Ok(Person { mobile, roles })
        });
        let persons: Vec<Person> = persons.collect::<Result<_, Broken>>()?;
        if persons.is_empty() || !persons.is_sorted_by(|a, b| a.mobile < b.mobile) {
            return Err(Broken::Persons);
        }
        let submitted = in_range(v1.submitted)?;
        let time = |seconds| {
            NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).ok_or(Broken::Range)
        };
        let mut tracker = Self {
            submitted,
            submitted_by: v1
                .submitted_by
                .map_or(Ok(submitted), in_range)?
                .max(submitted),
            window,
            resends_max: v1.resends_max,
            filing_type: v1.filing_type,
            quiet_hours: v1
                .quiet_hours
                .map(|(from, until)| Ok::<_, Broken>((time(from)?, time(until)?)))
                .transpose()?,
            persons,
            facts: Vec::new(),
            looked: None,
            reminded: Vec::new(),
        };
        for fact in v1.facts {
            let mobile = |place: u32| {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                let person = tracker.persons.get(place).ok_or(Broken::UnknownPerson)?;
                Ok::<_, Broken>(person.mobile)
            };
            let kind = match fact.report {
                StoredKind::Regulator(status) => FactKind::Regulator(status),
                StoredKind::Approved => FactKind::Approved,
                StoredKind::Returned(cause) => FactKind::Returned(cause),
                StoredKind::Received(place) => FactKind::Received(mobile(place)?),
                StoredKind::ResendAsked(place) => FactKind::ResendAsked(mobile(place)?),
                StoredKind::Passed(place) => FactKind::Passed(mobile(place)?),
                StoredKind::NothingCame(place) => FactKind::NothingCame(mobile(place)?),
            };
            let fact = Fact {
                at: in_range(fact.at)?,
                kind,
                seen: fact.seen,
            };
            tracker.record(fact).map_err(Broken::Refused)?;
        }
        tracker.looked = tracker.looked.max(v1.looked.map(in_range).transpose()?);
        for key in v1.reminded {
            tracker.reminded(key);
        }
        Ok(tracker)
    }
}

/// Microseconds that a calendar has an instant for.
fn in_range(micros: i64) -> Result<Micros, Broken> {
    chrono::DateTime::from_timestamp_micros(micros)
        .map(Micros::cut)
        .ok_or(Broken::Range)
}
