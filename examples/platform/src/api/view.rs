//! What the API shows of an order. What is reported and what is only expected stand apart: `reported`.

use beian::{
    Lang, MobileNumber, Role, Tracker,
    filing::ReturnReason,
    tracker::{NextStep, PersonStanding},
};
use beian_web::clock::instant;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::schema;
use crate::{
    order::{Found, Order, Reminded, Round},
    orders::Orders,
    platform::Platform,
    store::Page,
};

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderView {
    /// Names the order.
    #[schema(value_type = schema::OrderId)]
    id: String,
    /// One more with each change: what an accept names.
    version: i64,
    /// What it is for.
    #[schema(value_type = schema::FilingType)]
    filing_type: &'static str,
    /// Who files.
    entity: String,
    /// When it was filed.
    #[schema(format = DateTime)]
    filed_at: String,
    /// Where it is.
    #[schema(value_type = schema::OrderStatus)]
    status: &'static str,
    /// How far it has come.
    stages: Vec<StageView>,
    /// How many rounds have begun.
    round: u32,
    /// Why it was returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::ReturnCause, required = false)]
    returned_because: Option<&'static str>,
    /// In whose words, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    reasons: Vec<ReasonView>,
    /// The code with which the upload failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u16, required = false)]
    upload_code: Option<u16>,
    /// What to do now, in words.
    text: &'static str,
    /// What was found in it when it was filed or changed.
    findings: Vec<FindingView>,
    /// The round, as the platform sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TrackerView, required = false)]
    tracker: Option<TrackerView>,
    /// What went out to people, oldest first.
    reminders: Vec<ReminderView>,
    /// What happened, and what is expected.
    timeline: Vec<LineView>,
    /// The customer's link.
    link: String,
}

/// A stage of the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageView {
    #[schema(value_type = schema::OrderStatus)]
    stage: &'static str,
    #[schema(value_type = schema::StageState)]
    state: &'static str,
}

/// Why it was returned, at a field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// The path in the form, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    field: Option<String>,
    /// What the field is called.
    label: String,
    /// In the words of whoever returned it.
    text: String,
    /// What they say should be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    advice: String,
}

/// Something to mend.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// Which field.
    field: String,
    /// `refused` or `advised`.
    #[schema(value_type = schema::Severity)]
    severity: String,
    /// The stable code.
    code: String,
    /// The rule behind it.
    rule: String,
    /// Where it comes from.
    source: String,
    /// In words.
    text: String,
}

/// A round of SMS verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackerView {
    #[schema(value_type = schema::TrackerStatus)]
    status: &'static str,
    /// Whether that is the regulator's word; else it is only expected.
    reported: bool,
    /// In words.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = DeadlineView, required = false)]
    deadline: Option<DeadlineView>,
    persons: Vec<PersonView>,
    /// When the platform looks at it next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    next: Option<String>,
}

/// Within which bounds the time is over.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineView {
    /// Until then everybody is in time for certain.
    #[schema(format = DateTime)]
    earliest: String,
    /// After that nobody is, if what people say is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    latest: Option<String>,
}

/// A person who must verify.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Masked.
    mobile: String,
    #[schema(value_type = Vec<schema::Role>)]
    roles: Vec<&'static str>,
    /// By which they are texted.
    rule: String,
    #[schema(value_type = schema::PersonStanding)]
    standing: &'static str,
    resends_left: u8,
    #[schema(value_type = schema::Advice)]
    next_step: &'static str,
    /// What to do, in words.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    until: Option<String>,
    /// Their own page.
    link: String,
}

/// A message that was due.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReminderView {
    #[schema(value_type = schema::ReminderKind)]
    kind: String,
    /// Masked; the platform itself if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    mobile: Option<String>,
    #[schema(format = DateTime)]
    due: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    sent_at: Option<String>,
}

/// A line of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) kind: &'static str,
    /// Whether it happened; else it is only expected.
    pub(crate) reported: bool,
    pub(crate) text: String,
}

/// Some orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderList {
    /// Newest first.
    items: Vec<OrderView>,
    /// What to pass as `after` for the next ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::OrderId, required = false)]
    next: Option<String>,
}

impl OrderView {
    /// The order, in a language, at an instant.
    #[must_use]
    pub fn new(platform: &Platform, order: &Order, lang: Lang, now: DateTime<Utc>) -> Self {
        let kind = order.filing.filing_type();
        let of_life = order.life.stages();
        let stages = of_life.iter().map(|(stage, state)| StageView {
            stage: stage.name(),
            state: state.name(),
        });
        Self {
            id: order.id.to_string(),
            version: order.version,
            filing_type: kind.name(),
            entity: order.filing.entity().name().to_owned(),
            filed_at: instant(order.filed_at),
            status: order.status().name(),
            stages: stages.collect(),
            round: order.life.rounds(),
            returned_because: order.life.return_cause().map(beian::ReturnCause::name),
            reasons: order
                .life
                .reasons()
                .iter()
                .map(|it| reason(it, lang))
                .collect(),
            upload_code: order.life.upload_code(),
            text: order.life.advice(kind, lang),
            findings: order
                .findings
                .iter()
                .map(|it| FindingView::new(it, lang))
                .collect(),
            tracker: order
                .round
                .as_ref()
                .map(|round| TrackerView::new(platform, order, round, lang, now)),
            reminders: order.reminders.iter().map(reminder).collect(),
            timeline: timeline(order, lang, now),
            link: platform.customer_link(order),
        }
    }
}

impl OrderList {
    /// A page of orders.
    #[must_use]
    pub fn new(platform: &Platform, page: &Page, lang: Lang, now: DateTime<Utc>) -> Self {
        let view = |order| OrderView::new(platform, order, lang, now);
        Self {
            items: page.items.iter().map(view).collect(),
            next: page.next.map(|id| id.to_string()),
        }
    }
}

fn reason(reason: &ReturnReason, lang: Lang) -> ReasonView {
    ReasonView {
        field: reason.path().map(str::to_owned),
        label: reason.label(lang),
        text: reason.words().to_owned(),
        advice: reason.advised().to_owned(),
    }
}

impl FindingView {
    fn new(found: &Found, lang: Lang) -> Self {
        Self {
            field: found.field.clone(),
            severity: found.severity.clone(),
            code: found.code.clone(),
            rule: found.rule.clone(),
            source: found.source.clone(),
            text: found.text(lang).to_owned(),
        }
    }
}

impl TrackerView {
    fn new(
        platform: &Platform,
        order: &Order,
        round: &Round,
        lang: Lang,
        now: DateTime<Utc>,
    ) -> Self {
        let tracker = &round.tracker;
        let status = tracker.status(now);
        let deadline = tracker.deadline(now).map(|deadline| DeadlineView {
            earliest: instant(deadline.earliest),
            latest: deadline.latest.map(instant),
        });
        let persons = round.people().zip(tracker.persons());
        let persons = persons.map(|((mobile, person), (_, roles))| {
            let step = step_of(tracker, mobile, now);
            PersonView {
                mobile: mobile.to_string(),
                roles: roles.iter().map(Role::name).collect(),
                rule: person.rule.clone(),
                standing: tracker
                    .standing(mobile, now)
                    .as_ref()
                    .map_or("", PersonStanding::name),
                resends_left: tracker.resends_left(mobile, now).unwrap_or(0),
                next_step: step.map_or("nothing_to_do", |step| step.advice.name()),
                text: step.map_or_else(String::new, |step| words(step, lang)),
                until: step.and_then(|step| step.until).map(instant),
                link: platform.person_link(person),
            }
        });
        Self {
            status: status.name(),
            reported: status.at().is_some(),
            text: status.text(lang),
            deadline,
            persons: persons.collect(),
            next: order.next(now).map(instant),
        }
    }
}

/// What a person has to do: their own step, or, if they have none, everybody's.
#[must_use]
pub fn step_of(tracker: &Tracker, mobile: &MobileNumber, now: DateTime<Utc>) -> Option<NextStep> {
    let steps = tracker.next_steps(now);
    let own = steps
        .iter()
        .find(|step| step.person.as_ref() == Some(mobile));
    own.or_else(|| steps.iter().find(|step| step.person.is_none()))
        .copied()
}

/// The step in words, without whose it is.
#[must_use]
pub fn words(step: NextStep, lang: Lang) -> String {
    NextStep {
        person: None,
        ..step
    }
    .text(lang)
}

fn reminder(reminded: &Reminded) -> ReminderView {
    ReminderView {
        kind: reminded.kind.clone(),
        mobile: reminded.mobile.clone(),
        due: instant(reminded.due),
        sent_at: reminded.sent_at.map(instant),
    }
}

/// What happened, then what is expected, by instant.
#[must_use]
pub fn timeline(order: &Order, lang: Lang, now: DateTime<Utc>) -> Vec<LineView> {
    let happened = order.timeline.iter().map(|line| LineView {
        at: instant(line.at),
        kind: line.event.name(),
        reported: true,
        text: line.event.text(lang),
    });
    let mut lines: Vec<_> = happened.collect();
    let Some(round) = order.open_round() else {
        return lines;
    };
    let expected = |at, kind, text| LineView {
        at: instant(at),
        kind,
        reported: false,
        text,
    };
    let mut to_come = Vec::new();
    for (mobile, _) in round.people() {
        if let Some(PersonStanding::MessageExpected { until, .. }) =
            round.tracker.standing(mobile, now)
        {
            let text = match lang {
                Lang::Zh => format!("{mobile}应在此前收到短信"),
                Lang::En => format!("The text to {mobile} should have come by then"),
            };
            to_come.push(expected(until, "message_expected", text));
        }
    }
    if let Some(deadline) = round.tracker.deadline(now) {
        let text = match lang {
            Lang::Zh => "核验时限最早此时届满",
            Lang::En => "The time to verify ends then at the earliest",
        };
        to_come.push(expected(
            deadline.earliest,
            "deadline_earliest",
            text.to_owned(),
        ));
        if let Some(latest) = deadline.latest {
            let text = match lang {
                Lang::Zh => "按各人所述，此后不再有效",
                Lang::En => "After that nobody is in time, if what people say is true",
            };
            to_come.push(expected(latest, "deadline_latest", text.to_owned()));
        }
    }
    to_come.sort_by(|a, b| a.at.cmp(&b.at));
    lines.extend(to_come);
    lines
}

/// The form as it stands, for whoever changes it.
#[must_use]
pub fn form(order: &Order) -> beian::OrderForm {
    Orders::form_of(order)
}
