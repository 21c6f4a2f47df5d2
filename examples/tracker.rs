//! A platform follows an order through SMS verification, over two days and two rounds.
//!
//! ```text
//! cargo run --example tracker
//! ```

use std::error::Error;

use beian::{
    FilingOrder, IdDocument, Lang, Person, Province, Requirement, ServiceKind, Tracker, rulebook,
    tracker::{Fact, FactKind, RegulatorStatus},
};
use chrono::{DateTime, FixedOffset, Utc};

/// An instant in Beijing, and what the platform learns then.
type Line = (&'static str, FactKind);

fn main() -> Result<(), Box<dyn Error>> {
    let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
    let administrator = Person::new("李四", "199 0000 0002", IdDocument::passport("E87654321")?)?;
    let (leads, administers) = (*leader.mobile(), *administrator.mobile());
    let order = FilingOrder::initial(Province::Beijing, leader)
        .service(ServiceKind::Website, "示例站", administrator)
        .build()?;

    // The leader verifies at once. The administrator's message never comes, nor does a resent one.
    let first: &[Line] = &[
        ("2024-05-06 09:07", FactKind::Received(leads)),
        ("2024-05-06 09:15", FactKind::Passed(leads)),
        ("2024-05-06 10:00", FactKind::ResendAsked(administers)),
        (
            "2024-05-07 08:30",
            FactKind::Regulator(RegulatorStatus::Waiting),
        ),
        (
            "2024-05-07 09:04",
            FactKind::Regulator(RegulatorStatus::TimedOut),
        ),
    ];
    // Nothing was wrong with the order: it is resubmitted, and both verify again (B14).
    let second: &[Line] = &[
        ("2024-05-07 10:06", FactKind::Received(leads)),
        ("2024-05-07 10:07", FactKind::Received(administers)),
        ("2024-05-07 10:20", FactKind::Passed(administers)),
        ("2024-05-07 11:45", FactKind::Passed(leads)),
        (
            "2024-05-07 11:50",
            FactKind::Regulator(RegulatorStatus::Done),
        ),
    ];
    for (submitted, facts) in [("2024-05-06 09:00", first), ("2024-05-07 10:00", second)] {
        let submitted_at = instant(submitted)?;
        let requirement = rulebook::requirement(&order, submitted_at)?;
        println!("== {submitted} 提交管局 submitted to the administration");
        println!(
            "{}\n{}\n",
            requirement.text(Lang::Zh),
            requirement.text(Lang::En)
        );
        if let Requirement::Verify(recipients) = &requirement {
            follow(&mut Tracker::new(recipients, submitted_at), facts)?;
        }
    }
    Ok(())
}

/// Looks whenever something is reported, and whenever the tracker asked to be looked at. Where it asks for a look at
/// the regulator's status too, that says nothing new, but what the lines have.
fn follow(tracker: &mut Tracker, facts: &[Line]) -> Result<(), Box<dyn Error>> {
    let mut screen = Screen::default();
    let mut now = tracker.submitted_at();
    screen.show(tracker, now);
    for (at, report) in facts {
        let at = instant(at)?;
        while let Some(next) = tracker.next(now).filter(|next| *next < at) {
            now = next;
            if tracker.next_poll(now) == Some(now) {
                tracker.polled(None, now)?;
            }
            screen.show(tracker, now);
        }
        now = at;
        println!("-- {} {report:?}", beijing(now));
        let fact = if report.person().is_some() {
            Fact::exact(*report, now)
        } else {
            Fact::seen(*report, now) // by a poll
        };
        tracker.report(fact, now)?;
        screen.show(tracker, now);
    }
    Ok(())
}

/// What was shown last.
#[derive(Default)]
struct Screen {
    lines: Vec<String>,
}

impl Screen {
    /// Prints what is new at an instant, and sends every reminder once.
    fn show(&mut self, tracker: &mut Tracker, now: DateTime<Utc>) {
        let status = tracker.status(now);
        let mut lines = Vec::new();
        for lang in [Lang::Zh, Lang::En] {
            lines.push(status.text(lang));
            lines.extend(tracker.deadline(now).map(|deadline| deadline.text(lang)));
            let steps = tracker.next_steps(now);
            lines.extend(steps.iter().map(|step| format!("→ {}", step.text(lang))));
        }
        let new: Vec<_> = lines.iter().filter(|it| !self.lines.contains(it)).collect();
        let reminders = tracker.reminders(now);
        if !new.is_empty() || !reminders.is_empty() {
            println!("{}  [{}]", beijing(now), status.name());
            for line in new {
                println!("    {line}");
            }
            for reminder in reminders {
                let (zh, en) = (reminder.text(Lang::Zh), reminder.text(Lang::En));
                println!("    ✉ {zh}  {en}");
                tracker.reminded(reminder.key);
            }
            println!();
        }
        self.lines = lines;
    }
}

fn instant(clock: &str) -> Result<DateTime<Utc>, chrono::ParseError> {
    let instant = DateTime::parse_from_str(&format!("{clock} +0800"), "%Y-%m-%d %H:%M %z")?;
    Ok(instant.to_utc())
}

fn beijing(instant: DateTime<Utc>) -> String {
    let offset = FixedOffset::east_opt(8 * 3600);
    offset.map_or(instant.to_string(), |offset| {
        instant
            .with_timezone(&offset)
            .format("%Y-%m-%d %H:%M")
            .to_string()
    })
}
