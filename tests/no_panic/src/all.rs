//! One call into every part of the public API, of values that the optimiser knows nothing of.

use alloc::{string::String, vec::Vec};

use beian::{
    BeijingTime, DeliveryReport, Entry, FilingOrder, FilingType, IdDocument, KeptIds, KeyRing,
    Keys, Lang, LastSix, Message, MessageId, MobileNumber, Opening, OrderForm, OrderLife, Person,
    Province, Recipient, Recipients, ResendRequest, Role, Rulebook, Seed, ServiceKind, Session,
    SessionId, Template, Tracker, Update, VerificationPolicy,
    filing::{FilingFacts, FilingNumber, PolledStatus, checks::OrderFacts},
    host::{
        Desk, Lease, Leased, SaveError, SendOutcome, SessionStore, SmsSender, Unreadable, block,
    },
    regulator::ResultCode,
    tracker::{Fact, FactKind},
    wechat::WechatAnswer,
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use rand_core::TryCryptoRng;

type Instant = DateTime<Utc>;

#[unsafe(no_mangle)]
pub extern "C" fn draw(rng: &mut dyn TryCryptoRng<Error = core::fmt::Error>) -> bool {
    Seed::draw(rng).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn ring(ring: &mut KeyRing, id: u32, key: &[u8]) -> bool {
    ring.remove(id);
    ring.rotate(id, key).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn ids(message: &str, session: &str) -> bool {
    message.parse::<MessageId>().is_ok() && session.parse::<SessionId>().is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn recipients(one: Recipient, other: Recipient, policy: VerificationPolicy) -> bool {
    let recipients = Recipients::new([one, other], policy.clone());
    recipients.is_some_and(|recipients| recipients.with_policy(policy).iter().next().is_some())
}

#[unsafe(no_mangle)]
pub extern "C" fn order(
    province: Province,
    kind: ServiceKind,
    typed: [&str; 4],
) -> Option<FilingOrder> {
    let [name, mobile, passport, service] = typed;
    let person = || Person::new(name, mobile, IdDocument::passport(passport).ok()?).ok();
    FilingOrder::initial(province, person()?)
        .service(kind, service, person()?)
        .build()
        .ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn form(
    form: &OrderForm,
    policy: &beian::FilingPolicy,
    now: Option<Instant>,
) -> String {
    let checked = match now {
        Some(now) => form.check_at(policy, now),
        None => form.check(policy),
    };
    match checked {
        Ok(_) => String::new(),
        Err(problems) => alloc::format!("{problems}"),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn persons(order: &FilingOrder, path: &str, lang: Lang) -> usize {
    let labels = order.persons().map(|(path, _, _)| path);
    let labels = labels.chain([String::from(path)]);
    labels
        .filter_map(|path| beian::filing::path_label(&path, lang))
        .map(|label| label.len())
        .sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn requirement(order: &FilingOrder, now: Instant, rulebook: &Rulebook) -> bool {
    beian::rulebook::requirement(order, now).is_ok()
        && rulebook.requirement(order).recipients().is_some()
}

#[unsafe(no_mangle)]
pub extern "C" fn determine(facts: FilingFacts, number: &str, lang: Lang) -> usize {
    let number = number.parse::<FilingNumber>();
    let shown = number.map(|number| alloc::format!("{number} {}", number.entity()));
    shown.map_or(0, |shown| shown.len()) + facts.determine().text(lang).len()
}

#[unsafe(no_mangle)]
pub extern "C" fn checks(
    policy: &beian::FilingPolicy,
    (order, form, facts): (&FilingOrder, &OrderForm, OrderFacts),
    now: Instant,
    lang: Lang,
) -> usize {
    let facts = facts.with_ages(form, now);
    let findings = policy.findings(order, &facts, now);
    let open = policy.open_questions(order, &facts, now);
    let findings = findings
        .iter()
        .map(|it| it.text(lang).len() + it.label(lang).len());
    let open = open
        .iter()
        .map(|it| it.text(lang).len() + it.label(lang).len());
    findings.chain(open).sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn follow(
    life: &OrderLife,
    (answer, code, words): (&WechatAnswer, ResultCode, &str),
    recipients: Option<&Recipients>,
    lang: Lang,
) -> usize {
    let seen = [answer.polled(FilingType::Initial), code.polled(words)];
    let lives = seen
        .iter()
        .flatten()
        .filter_map(|seen| life.follow(seen, recipients).ok());
    let told = lives.map(|it| it.life.advice(FilingType::Modify, lang).len() + it.assumed.len());
    told.sum::<usize>()
        + life.possible_returns().count()
        + answer.text(lang).len()
        + code.text(lang).len()
}

#[unsafe(no_mangle)]
pub extern "C" fn tracker(
    (recipients, mobile): (&Recipients, MobileNumber),
    (at, by, now): (Instant, Instant, Instant),
    (from, until): (NaiveTime, NaiveTime),
    saw: &PolledStatus,
    lang: Lang,
) -> usize {
    let tracker = Tracker::new(recipients, at)
        .submitted_by(by)
        .quiet_hours(from, until);
    let mut tracker = tracker.of_type(FilingType::CancelAccess);
    for kind in [
        FactKind::Received(mobile),
        FactKind::NothingCame(mobile),
        FactKind::ResendAsked(mobile),
    ] {
        let _ = tracker.report(Fact::exact(kind, by), now);
    }
    let _ = tracker.polled(Some(saw), now);
    let reminders = tracker.reminders(now);
    for reminder in &reminders {
        tracker.reminded(reminder.key);
    }
    let known = [
        tracker.next(now),
        tracker.next_poll(now),
        tracker.next_besides_polls(now),
        tracker.end_bounds(now).map(|it| it.0),
    ];
    let texts = [
        tracker.status(now).text(lang),
        tracker
            .standing(&mobile, now)
            .map(|it| it.text(lang))
            .unwrap_or_default(),
        tracker
            .deadline(now)
            .map(|it| it.text(lang))
            .unwrap_or_default(),
    ];
    let steps = tracker.next_steps(now);
    steps
        .iter()
        .map(|step| step.text(lang).len())
        .sum::<usize>()
        + reminders
            .iter()
            .map(|it| it.text(lang).len())
            .sum::<usize>()
        + texts.iter().map(String::len).sum::<usize>()
        + known.iter().flatten().count()
}

#[unsafe(no_mangle)]
pub extern "C" fn kept(order: &FilingOrder, keys: &dyn Keys) -> bool {
    KeptIds::of(order, keys).is_ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn open(opening: &Opening<'_>, keys: &dyn Keys, now: Instant) -> Option<Session> {
    Some(Session::open(opening, keys, now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn submit(
    session: &Session,
    entry: &Entry,
    keys: &dyn Keys,
    now: Instant,
) -> Option<Session> {
    Some(session.submit(entry, keys, now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn resend(
    session: &Session,
    request: &ResendRequest,
    keys: &dyn Keys,
    now: Instant,
) -> Option<Session> {
    Some(session.resend(request, keys, now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn report(
    session: &Session,
    id: MessageId,
    report: DeliveryReport,
    now: Instant,
) -> Option<Session> {
    Some(session.report(id, report, now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn tick(session: &Session, now: Instant) -> Option<Session> {
    Some(session.tick(now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn withdraw(session: &Session, now: Instant) -> Option<Session> {
    Some(session.withdraw(now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn erase(session: &Session, now: Instant) -> Option<Session> {
    Some(session.erase(now).ok()?.persisted().0)
}

#[unsafe(no_mangle)]
pub extern "C" fn outbox(
    session: &Session,
    keys: &dyn Keys,
    now: Instant,
    template: &Template,
) -> usize {
    let messages = session.outbox(keys, now).unwrap_or_default();
    messages
        .iter()
        .map(|message| message.text(template).len())
        .sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn looks(session: &Session, update: &Update, lang: Lang) -> usize {
    let events = update.events().map(|event| event.kind.name().len());
    let persons = session
        .recipients()
        .filter(|one| one.window_closes_at().is_some() || one.resend_possible_at().is_some());
    let wake = session
        .wake()
        .map_or(0, |at| alloc::format!("{}", BeijingTime(at)).len());
    events.sum::<usize>() + persons.count() + wake + lang.time_left(TimeDelta::MAX).len()
}

#[unsafe(no_mangle)]
pub extern "C" fn desk(
    desk: &Desk<Elsewhere>,
    entry: &Entry,
    request: &ResendRequest,
    id: MessageId,
) -> bool {
    let submitted = block(desk.submit(entry)).is_ok_and(|answer| answer.is_ok());
    let resent = block(desk.resend(request)).is_ok_and(|answer| answer.is_ok());
    let reported =
        block(desk.report(id, DeliveryReport::Delivered)).is_ok_and(|answer| answer.is_ok());
    let withdrawn = block(desk.withdraw(id.session)).is_ok_and(|answer| answer.is_ok());
    let erased = block(desk.erase(id.session)).is_ok_and(|answer| answer.is_ok());
    submitted && resent && reported && withdrawn && erased
}

#[unsafe(no_mangle)]
pub extern "C" fn desk_opens(desk: &Desk<Elsewhere>, recipients: &Recipients, seed: Seed) -> bool {
    block(desk.open_again(2, recipients, seed, 1)).is_ok_and(|opened| opened.is_ok())
}

#[unsafe(no_mangle)]
pub extern "C" fn dispatch(desk: &Desk<Elsewhere>) -> bool {
    block(desk.dispatch(&Elsewhere)).is_ok_and(|done| done.is_ok())
}

#[unsafe(no_mangle)]
pub extern "C" fn read(mobile: &str, last_six: &str) -> Option<Recipient> {
    let mobile = MobileNumber::parse(mobile).ok()?;
    Some(Recipient::new(
        mobile,
        Role::EntityLeader,
        LastSix::parse(last_six),
    ))
}

/// A store and a gateway of which nothing is known.
pub struct Elsewhere;

unsafe extern "C" {
    safe fn beian_load(id: SessionId) -> Option<Session>;
    safe fn beian_find(mobile: &MobileNumber) -> Vec<Session>;
    safe fn beian_save(updates: &[Update]) -> u8;
    safe fn beian_send(message: &Message) -> SendOutcome;
}

impl SmsSender for Elsewhere {
    async fn send(&self, message: &Message) -> SendOutcome {
        beian_send(message)
    }
}

impl SessionStore for Elsewhere {
    type Error = core::fmt::Error;

    async fn load(&self, id: SessionId) -> Result<Option<Session>, Self::Error> {
        Ok(beian_load(id))
    }

    async fn find(&self, mobile: &MobileNumber, _: Instant) -> Result<Vec<Session>, Self::Error> {
        Ok(beian_find(mobile))
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<Self::Error>> {
        match beian_save(updates) {
            0 => Ok(()),
            1 => Err(SaveError::Conflict),
            _ => Err(SaveError::Store(core::fmt::Error)),
        }
    }

    async fn lease_due(
        &self,
        until: Instant,
        _: usize,
        _: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<Self::Error>> {
        let lease = Lease {
            session: SessionId::from(0),
            until,
            first: true,
        };
        let session = beian_load(lease.session).ok_or(Unreadable::Broken);
        Ok([Leased { lease, session }].into())
    }

    async fn renew(&self, _: &Lease, _: Instant) -> Result<bool, SaveError<Self::Error>> {
        Ok(false)
    }

    async fn give_back(&self, _: &Lease) -> Result<(), SaveError<Self::Error>> {
        Ok(())
    }

    async fn next_due(&self, _: Instant) -> Result<Option<Instant>, Self::Error> {
        Ok(None)
    }
}
