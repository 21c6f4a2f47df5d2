//! An event as an order page shows it: who, which of how many, why, and what follows.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

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
    /// use beian::{KeyRing, Lang, Opening, Policy, Recipient, Recipients, Report, Role, Seed, Session};
    /// use chrono::{DateTime, Utc};
    ///
    /// let leader = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
    /// let recipients = Recipients::new([leader], Policy::REGULATOR).unwrap();
    /// let opening = Opening::new(42, &recipients, Seed::draw(&mut getrandom::SysRng)?);
    /// let (keys, now) = (KeyRing::single(1, [7; 32])?, "2026-01-01T02:00:00Z".parse::<DateTime<Utc>>()?);
    /// let (session, ()) = Session::open(&opening, &keys, now)?.persisted();
    ///
    /// let message = session.outbox(&keys, now)?[0].id();
    /// let decision = session.report(message, Report::Deferred, now)?;
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
        let roles = person.iter().flat_map(|person| person.roles().iter());
        let roles: Vec<_> = roles.map(|role| role.text(lang)).collect();
        let roles = roles.join(match lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        });
        let place = u16::from(recipient).saturating_add(1);
        match (person.and_then(|person| person.mobile()), lang) {
            (Some(mobile), _) if roles.is_empty() => mobile.to_string(),
            (Some(mobile), _) => format!("{roles} {mobile}"),
            (None, Lang::Zh) => format!("第{place}位核验人"),
            (None, Lang::En) => format!("person {place}"),
        }
    }

    fn what(&self, event: &Event, lang: Lang) -> String {
        let policy = self.policy();
        let all = self.recipients().count();
        match (event.kind, lang) {
            (EventKind::RoundOpened, Lang::Zh) => format!("核验开始，共{all}位核验人"),
            (EventKind::RoundOpened, Lang::En) => format!("round opened, persons to verify: {all}"),
            (EventKind::MessageQueued { number, kind, .. }, Lang::Zh) => match kind {
                MessageKind::First => format!("{}待发送", message(number, lang)),
                MessageKind::Resend | MessageKind::Noon => {
                    format!("{}，{}待发送", kind.text(lang), message(number, lang))
                }
            },
            (EventKind::MessageQueued { number, kind, .. }, Lang::En) => match kind {
                MessageKind::First => format!("{} queued", message(number, lang)),
                MessageKind::Resend | MessageKind::Noon => {
                    format!("{}, {} queued", kind.text(lang), message(number, lang))
                }
            },
            (EventKind::MessageAccepted { number, .. }, Lang::Zh) => {
                format!("短信网关已接收{}", message(number, lang))
            }
            (EventKind::MessageAccepted { number, .. }, Lang::En) => {
                format!("{} accepted by the gateway", message(number, lang))
            }
            (
                EventKind::MessageDeferred {
                    number, again_at, ..
                },
                Lang::Zh,
            ) => {
                let again_at = BeijingTime(again_at);
                format!("{}暂未发出，{again_at}重试", message(number, lang))
            }
            (
                EventKind::MessageDeferred {
                    number, again_at, ..
                },
                Lang::En,
            ) => {
                let again_at = BeijingTime(again_at);
                format!(
                    "{} deferred, tried again at {again_at}",
                    message(number, lang)
                )
            }
            (
                EventKind::MessageFailed {
                    number, again_at, ..
                },
                Lang::Zh,
            ) => {
                let message = message(number, lang);
                match again_at.map(BeijingTime) {
                    Some(again_at) => format!("{message}发送失败，{again_at}重试"),
                    None => format!("{message}发送失败，不计重发次数"),
                }
            }
            (
                EventKind::MessageFailed {
                    number, again_at, ..
                },
                Lang::En,
            ) => {
                let message = message(number, lang);
                match again_at.map(BeijingTime) {
                    Some(again_at) => format!("{message} failed, tried again at {again_at}"),
                    None => format!("{message} failed, and no resend was used up"),
                }
            }
            (
                EventKind::MessageDelivered {
                    window_starts_at, ..
                },
                Lang::Zh,
            ) => {
                format!(
                    "首次短信已送达，核验时限自{}起算",
                    BeijingTime(window_starts_at)
                )
            }
            (
                EventKind::MessageDelivered {
                    window_starts_at, ..
                },
                Lang::En,
            ) => {
                let from = BeijingTime(window_starts_at);
                format!("first message delivered, the time to verify counts from {from}")
            }
            (EventKind::ReportRecorded { number, report, .. }, Lang::Zh) => {
                format!("{}的回执：{}", message(number, lang), report.text(lang))
            }
            (EventKind::ReportRecorded { number, report, .. }, Lang::En) => {
                format!(
                    "report on the {}: {}",
                    message(number, lang),
                    report.text(lang)
                )
            }
            (EventKind::WrongEntry { wrong_entries, .. }, Lang::Zh) => {
                format!(
                    "核验信息错误（第{wrong_entries}次，最多{}次）",
                    policy.wrong_entries_max()
                )
            }
            (EventKind::WrongEntry { wrong_entries, .. }, Lang::En) => {
                format!(
                    "wrong entry {wrong_entries} of {}",
                    policy.wrong_entries_max()
                )
            }
            (EventKind::WrongId { wrong_ids, .. }, Lang::Zh) => {
                format!(
                    "重发申请的证件号码错误（第{wrong_ids}次，最多{}次）",
                    policy.wrong_ids_max()
                )
            }
            (EventKind::WrongId { wrong_ids, .. }, Lang::En) => {
                format!(
                    "wrong ID {wrong_ids} of {} on the resend form",
                    policy.wrong_ids_max()
                )
            }
            (EventKind::EntryNotCounted { why, .. }, Lang::Zh) => {
                format!("核验信息未计入次数：{}", why.text(lang))
            }
            (EventKind::EntryNotCounted { why, .. }, Lang::En) => {
                format!("entry not counted: {}", why.text(lang))
            }
            (EventKind::PersonVerified { .. }, Lang::Zh) => {
                format!("完成核验（第{}位，共{all}位）", self.verified_by(event))
            }
            (EventKind::PersonVerified { .. }, Lang::En) => {
                format!("verified, {} of {all}", self.verified_by(event))
            }
            (EventKind::RoundReturned { cause, ended_at }, Lang::Zh) => {
                let at = BeijingTime(ended_at);
                format!("核验失败，订单于{at}退回：{}", cause.text(lang))
            }
            (EventKind::RoundReturned { cause, ended_at }, Lang::En) => {
                let at = BeijingTime(ended_at);
                format!("order returned at {at}: {}", cause.text(lang))
            }
            (
                EventKind::PersonLocked { .. }
                | EventKind::EntryAfterLock { .. }
                | EventKind::RoundCompleted
                | EventKind::RoundWithdrawn
                | EventKind::PersonalDataErased,
                lang,
            ) => event.kind.text(lang).into(),
        }
    }

    /// How many had verified by then, the event's person among them.
    fn verified_by(&self, event: &Event) -> usize {
        let by_then =
            |person: &RecipientView<'_>| person.verified_at().is_some_and(|at| at <= event.at);
        self.recipients().filter(by_then).count().max(1)
    }
}

/// A message by its place: only the first has a name of its own, as what comes later may be a resend or
/// the one at noon.
fn message(number: u16, lang: Lang) -> String {
    let place = number.saturating_add(1);
    match (number, lang) {
        (0, Lang::Zh) => "首次短信".into(),
        (0, Lang::En) => "first message".into(),
        (_, Lang::Zh) => format!("第{place}条短信"),
        (_, Lang::En) => format!("message {place}"),
    }
}
