//! An event as an order page shows it: who, which of how many, why, and what follows.

use alloc::{
    format,
    string::{String, ToString},
};

use chrono::{DateTime, Utc};

use super::{BeijingTime, Lang};
use crate::{Event, EventKind, MessageKind, RecipientView, Session};

impl Session {
    /// One line for the order page: of whom an event is (roles and masked number), which of how many
    /// it is, its cause and what follows. Without a session at hand, [`EventKind::text`] says what
    /// happened.
    ///
    /// The session is the event's own, in any version of it. A person whose number has been erased is
    /// named by their place in the round.
    ///
    /// ```
    /// use beian::{KeyRing, Lang, Opening, VerificationPolicy, Recipient, Recipients, DeliveryReport, Role, Seed, Session};
    /// use chrono::{DateTime, Utc};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
    /// let recipients = Recipients::new([leader], VerificationPolicy::REGULATOR).unwrap();
    /// let opening = Opening::new(42, &recipients, Seed::draw(&mut getrandom::SysRng)?);
    /// let (keys, now) = (KeyRing::single(1, [7; 32])?, "2026-01-01T02:00:00Z".parse::<DateTime<Utc>>()?);
    /// let (session, ()) = Session::open(&opening, &keys, now)?.persisted();
    ///
    /// let message = session.outbox(&keys, now)?[0].id();
    /// let decision = session.report(message, DeliveryReport::Deferred, now)?;
    /// let event = decision.update().events().next().unwrap();
    /// assert_eq!(
    ///     session.event_text(&event, Lang::Zh),
    ///     "主体负责人 199****0001：首次短信暂未发出，2026-01-01 10:01重试",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn event_text(&self, event: &Event, lang: Lang) -> String {
        let what = self.what(event, lang);
        let Some(recipient) = event.kind.recipient() else {
            return what;
        };
        let who = self.who(recipient, lang);
        match lang {
            Lang::Zh => format!("{who}：{what}"),
            Lang::En => format!("{who}: {what}"),
        }
    }

    fn person(&self, recipient: u8) -> Option<RecipientView<'_>> {
        self.recipients().nth(usize::from(recipient))
    }

    fn who(&self, recipient: u8, lang: Lang) -> String {
        let person = self.person(recipient);
        let roles = person.map(|person| person.roles().text(lang));
        let roles = roles.unwrap_or_default();
        let place = u16::from(recipient).saturating_add(1);
        match (person.and_then(|person| person.mobile()), lang) {
            (Some(mobile), _) if roles.is_empty() => mobile.to_string(),
            (Some(mobile), _) => format!("{roles} {mobile}"),
            (None, Lang::Zh) => format!("第{place}位核验人"),
            (None, Lang::En) => format!("person {place}"),
        }
    }

    fn what(&self, event: &Event, lang: Lang) -> String {
        let (policy, all) = (self.policy(), self.recipients().count());
        let texts = match event.kind {
            EventKind::RoundOpened => [
                format!("核验开始，共{all}位核验人"),
                format!("round opened, persons to verify: {all}"),
            ],
            EventKind::WrongEntry { wrong_entries, .. } => {
                let most = policy.wrong_entries_max();
                [
                    format!("核验信息错误（第{wrong_entries}次，最多{most}次）"),
                    format!("wrong entry {wrong_entries} of {most}"),
                ]
            }
            EventKind::WrongId { wrong_ids, .. } => {
                let most = policy.wrong_ids_max();
                [
                    format!("重发申请的证件号码错误（第{wrong_ids}次，最多{most}次）"),
                    format!("wrong ID {wrong_ids} of {most} on the resend form"),
                ]
            }
            EventKind::EntryNotCounted { why, .. } => [
                format!("核验信息未计入次数：{}", why.text(Lang::Zh)),
                format!("entry not counted: {}", why.text(Lang::En)),
            ],
            EventKind::PersonVerified { .. } => {
                let place = self.verified_by(event);
                [
                    format!("完成核验（第{place}位，共{all}位）"),
                    format!("verified, {place} of {all}"),
                ]
            }
            EventKind::RoundReturned { cause, ended_at } => {
                let at = BeijingTime(ended_at);
                [
                    format!("核验失败，订单于{at}退回：{}", cause.text(Lang::Zh)),
                    format!("order returned at {at}: {}", cause.text(Lang::En)),
                ]
            }
            EventKind::MessageQueued { number, kind, .. } => queued(message(number), kind),
            EventKind::MessageAccepted { number, .. } => {
                let [zh, en] = message(number);
                [
                    format!("短信网关已接收{zh}"),
                    format!("{en} accepted by the gateway"),
                ]
            }
            EventKind::MessageDeferred {
                number, again_at, ..
            } => {
                let ([zh, en], at) = (message(number), BeijingTime(again_at));
                [
                    format!("{zh}暂未发出，{at}重试"),
                    format!("{en} deferred, tried again at {at}"),
                ]
            }
            EventKind::MessageFailed {
                number,
                again_at,
                gateway_code,
                ..
            } => {
                let [zh, en] = failed(message(number), again_at);
                match gateway_code {
                    Some(code) => [
                        format!("{zh}（网关代码：{code}）"),
                        format!("{en} (the gateway's code: {code})"),
                    ],
                    None => [zh, en],
                }
            }
            EventKind::MessageDelivered {
                window_starts_at, ..
            } => {
                let at = BeijingTime(window_starts_at);
                [
                    format!("首次短信已送达，核验时限自{at}起算"),
                    format!("first message delivered, the time to verify counts from {at}"),
                ]
            }
            EventKind::ReportRecorded { number, report, .. } => {
                let [zh, en] = message(number);
                [
                    format!("{zh}的回执：{}", report.text(Lang::Zh)),
                    format!("report on the {en}: {}", report.text(Lang::En)),
                ]
            }
            EventKind::PersonLocked { .. }
            | EventKind::EntryAfterLock { .. }
            | EventKind::RoundCompleted
            | EventKind::RoundWithdrawn
            | EventKind::PersonalDataErased => return event.kind.text(lang).into(),
        };
        let [zh, en] = texts;
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// How many had verified by then, the event's person among them.
    fn verified_by(&self, event: &Event) -> usize {
        let by_then =
            |person: &RecipientView<'_>| person.verified_at().is_some_and(|at| at <= event.at);
        self.recipients().filter(by_then).count().max(1)
    }
}

/// A message by its place. Only the first has a name of its own: a later one is known as a resend, or as
/// the one at noon, where it is queued.
fn message(number: u16) -> [String; 2] {
    match number.saturating_add(1) {
        1 => ["首次短信".into(), "first message".into()],
        place => [format!("第{place}条短信"), format!("message {place}")],
    }
}

fn queued([zh, en]: [String; 2], kind: MessageKind) -> [String; 2] {
    match kind {
        MessageKind::First => [format!("{zh}待发送"), format!("{en} queued")],
        MessageKind::Resend | MessageKind::Noon => [
            format!("{}，{zh}待发送", kind.text(Lang::Zh)),
            format!("{}, {en} queued", kind.text(Lang::En)),
        ],
    }
}

fn failed([zh, en]: [String; 2], again_at: Option<DateTime<Utc>>) -> [String; 2] {
    match again_at.map(BeijingTime) {
        Some(at) => [
            format!("{zh}发送失败，{at}重试"),
            format!("{en} failed, tried again at {at}"),
        ],
        None => [
            format!("{zh}发送失败，不计重发次数"),
            format!("{en} failed, and no resend was used up"),
        ],
    }
}
