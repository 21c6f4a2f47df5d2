//! What is kept of an order.

use beian::{
    FilingOrder, Lang, OrderLife, OrderStatus, Requirement, Role, Roles, Rulebook,
    filing::{NotFileable, checks::OrderFacts},
    rulebook,
};
use beian_web::order_id::OrderId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Event, Line, Round, Seed};

/// A filing order, from the customer's form to the administration's decision.
///
/// ID numbers aren't in it: they are sealed beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// One more with each write.
    #[serde(skip)]
    pub version: i64,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// What was filed, as it stands now.
    pub filing: FilingOrder,
    /// What is known beside it; ages are taken anew each time (D37).
    pub facts: OrderFacts,
    /// What was found in it when it was filed or changed.
    pub findings: Vec<Found>,
    /// Whose ID is sealed where.
    pub ids: Vec<KeptId>,
    /// Who is texted, where staff know better than the rules (B02, D02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texted: Option<Vec<String>>,
    /// Where it is.
    pub life: OrderLife,
    /// The latest submission, or the one that is due.
    pub upload: Upload,
    /// The latest round, while it is the order's.
    pub round: Option<Round>,
    /// What went out to people, oldest first.
    pub reminders: Vec<Reminded>,
    /// What happened, oldest first.
    pub timeline: Vec<Line>,
    /// What the customer's link is made of.
    pub link: Seed,
    /// Polls of the regulator.
    pub polls: Polls,
}

/// Something to mend, as it was found. Kept in both languages, for whoever reads it later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// Which field.
    pub field: String,
    /// `refused` or `advised`.
    pub severity: String,
    /// The stable code.
    pub code: String,
    /// The rule behind it.
    pub rule: String,
    /// Where the row of the table comes from.
    pub source: String,
    /// In words, Chinese and English.
    pub texts: [String; 2],
}

impl Found {
    /// In words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        let [zh, en] = &self.texts;
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// Where the ID of a person is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptId {
    /// The person's place in the form: `entity.leader`, `services[0].administrator`.
    pub path: String,
    /// Which seal.
    pub seal: SealId,
}

/// Names a sealed ID: sixteen random bytes in hex.
pub type SealId = String;

/// How the order gets to the regulator.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Upload {
    /// Which submission it is, from 1: with the order, what the regulator knows a repeat by.
    pub submission: u32,
    /// Submitted again as it was, as the order that it is at the regulator.
    pub unchanged: bool,
    /// When it was tried first: the order isn't submitted before.
    pub first_try: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub tries: u32,
    /// Whether the latest try has no answer yet: the regulator may have the order.
    pub in_doubt: bool,
    /// When it is tried again.
    pub next_try: Option<DateTime<Utc>>,
    /// What the regulator calls the order.
    pub regulator_id: Option<String>,
}

/// Looks at the regulator that brought nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Polls {
    /// So many since the last one that brought something.
    pub failures: u32,
    /// None before this.
    pub not_before: Option<DateTime<Utc>>,
    /// In the administration's review of an order that nobody had to verify: the last one.
    pub last: Option<DateTime<Utc>>,
}

/// A message that was due to a person, or to the platform itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reminded {
    /// Of which round.
    pub round: u32,
    /// What it is about.
    pub kind: String,
    /// To whom, masked; nobody's if it is the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Since when it was due.
    pub due: DateTime<Utc>,
    /// When it went out; never, if the gateway refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
}

/// As many reminders are kept: a round has fewer than a hundred for each person.
const REMINDERS_MAX: usize = 2_000;
/// How many lines of the timeline are kept; of more, those in the middle go.
const TIMELINE_MAX: usize = 400;
const TIMELINE_FIRST: usize = 50;

impl Order {
    /// Its status.
    #[must_use]
    pub const fn status(&self) -> OrderStatus {
        self.life.status()
    }

    /// Who must verify, if it is submitted at an instant: by the rules in force then, or whom staff named.
    ///
    /// # Errors
    /// [`NotFileable`] if a service of it can't be filed then.
    pub fn requirement(&self, at: DateTime<Utc>) -> Result<Requirement, NotFileable> {
        let by_rules = rulebook::requirement(&self.filing, at)?;
        let Some(roles) = &self.texted else {
            return Ok(by_rules);
        };
        let roles: Roles = roles
            .iter()
            .filter_map(|role| role.parse::<Role>().ok())
            .collect();
        let table = rulebook::in_force(at, self.filing.province());
        let table = match table {
            Ok(period) => period.rulebook(),
            Err(_) => Rulebook::CURRENT,
        };
        Ok(table.requirement_as_texted(&self.filing, roles))
    }

    /// One more line of the timeline.
    pub fn note(&mut self, at: DateTime<Utc>, event: Event) {
        self.timeline.push(Line { at, event });
        if self.timeline.len() > TIMELINE_MAX {
            self.timeline.remove(TIMELINE_FIRST);
        }
    }

    /// One more message that went out, or was refused.
    pub fn reminded(&mut self, reminded: Reminded) {
        self.reminders.push(reminded);
        if self.reminders.len() > REMINDERS_MAX {
            self.reminders.remove(0);
        }
    }

    /// Whether nothing can come of it any more: its ID numbers are needed no longer.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        match self.life.status() {
            OrderStatus::Approved
            | OrderStatus::CorrectionRequired
            | OrderStatus::Withdrawn
            | OrderStatus::Deregistered => true,
            OrderStatus::InitialReview
            | OrderStatus::AwaitingSubmission
            | OrderStatus::UploadFailed
            | OrderStatus::SmsVerification
            | OrderStatus::AdministrationReview
            | OrderStatus::Returned => false,
        }
    }

    /// Whether it waits for its upload.
    #[must_use]
    pub const fn is_to_upload(&self) -> bool {
        is_to_upload(&self.life)
    }

    /// When the regulator's status is to be looked at; `None` if it isn't.
    #[must_use]
    pub fn next_poll(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let due = match (self.status(), &self.round) {
            (OrderStatus::SmsVerification | OrderStatus::AdministrationReview, Some(round)) => {
                round.tracker.next_poll(now)?
            }
            (OrderStatus::AdministrationReview, None) => match self.polls.last {
                Some(last) => last.checked_add_signed(TimeDelta::days(1))?,
                None => now,
            },
            _ => return None,
        };
        Some(
            self.polls
                .not_before
                .map_or(due, |not_before| due.max(not_before)),
        )
    }

    /// When somebody has to look at it next: *now*, if something is due.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_to_upload() {
            return Some(self.upload.next_try.unwrap_or(now));
        }
        let reminders = self
            .round
            .as_ref()
            .and_then(|round| round.next_reminder(now));
        [self.next_poll(now), reminders].into_iter().flatten().min()
    }

    /// The round, while people verify in it.
    #[must_use]
    pub fn open_round(&self) -> Option<&Round> {
        let verifying = self.status() == OrderStatus::SmsVerification;
        self.round.as_ref().filter(|_| verifying)
    }

    /// Until when everybody is in time for certain, while somebody has to verify.
    #[must_use]
    pub fn overdue_from(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let deadline = self.open_round()?.tracker.deadline(now);
        deadline.map(|deadline| deadline.earliest)
    }
}

pub(super) const fn is_to_upload(life: &OrderLife) -> bool {
    matches!(
        life.status(),
        OrderStatus::AwaitingSubmission | OrderStatus::UploadFailed
    )
}
