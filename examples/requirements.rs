//! Who must verify an ICP filing order, and why.
//!
//! ```text
//! cargo run --example requirements -- --type modify --changed entity,service --province 北京 --date 2024-05-01
//! ```

use std::{
    fmt::{self, Display, Write as _},
    process::ExitCode,
    str::FromStr,
};

use beian::{
    Access, FilingOrder, FilingType, IdDocument, Lang, ModifiedPart, ModifiedParts, OrderProblems,
    Person, Province, Rulebook, ServiceKind, day, rulebook,
};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

const HELP: &str = "\
Who must verify an ICP filing order by SMS, and by which rule.

  --type TYPE         what the order is for (required)
  --changed PARTS     for modify: entity, service, remarks, several with commas
  --province PROVINCE 北京, Beijing or 11; Beijing if left out
  --date DATE         when it is submitted to the administration: 2024-05-01 (its last instant,
                      Beijing time) or 2024-05-01T10:00:00+08:00; now if left out
  --rulebook NAME     this table, whatever the date
  --services N        how many services, 1 if left out; each has an administrator of its own;
                      0 for deregister_entity, and for modify without a change of service
  --same-number       everybody has the same mobile number
  --kind KIND         what the services are; website if left out
  --access ACCESS     for add_access: what is known of the administrator's number
  --lang LANG         zh or en; both if left out
  --help              this text
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1), Utc::now()) {
        Ok(answer) => {
            print!("{answer}");
            ExitCode::SUCCESS
        }
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::FAILURE
        }
    }
}

/// The answer to a command line.
pub(crate) fn run(
    arguments: impl Iterator<Item = String>,
    now: DateTime<Utc>,
) -> Result<String, Mistake> {
    let Some(question) = Question::parse(arguments, now)? else {
        return Ok(help());
    };
    question.answer()
}

fn help() -> String {
    format!(
        "{HELP}\nTYPE: {}\nKIND: {}\nACCESS: {}\nNAME: {}\n",
        list(FilingType::ALL),
        list(ServiceKind::ALL),
        list(Access::ALL),
        list(Rulebook::ALL.iter().map(|rulebook| rulebook.name())),
    )
}

/// What is asked.
struct Question {
    filing_type: FilingType,
    changes: ModifiedParts,
    province: Province,
    submitted_at: DateTime<Utc>,
    rulebook: Option<&'static Rulebook>,
    services: u32,
    same_number: bool,
    kind: ServiceKind,
    access: Option<Access>,
    languages: Vec<Lang>,
}

impl Question {
    /// `None` if help is asked for.
    fn parse(
        arguments: impl Iterator<Item = String>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, Mistake> {
        let mut filing_type = None;
        let mut question = Self {
            filing_type: FilingType::Initial,
            changes: ModifiedParts::NONE,
            province: Province::Beijing,
            submitted_at: now,
            rulebook: None,
            services: 1,
            same_number: false,
            kind: ServiceKind::Website,
            access: None,
            languages: Lang::ALL.to_vec(),
        };
        let mut seen: Vec<String> = Vec::new();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            // `--type=modify` is `--type modify`.
            let (option, inline) = match argument.split_once('=') {
                Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            if seen.contains(&option) {
                return Err(Mistake::new(option, "given twice"));
            }
            seen.push(option.clone());
            let flag = matches!(option.as_str(), "--help" | "-h" | "--same-number");
            if flag && inline.is_some() {
                return Err(Mistake::new(option, "takes no value"));
            }
            let mut value = || {
                let value = inline.clone().or_else(|| arguments.next());
                let value = value.filter(|value| !value.starts_with("--"));
                value.ok_or_else(|| Mistake::new(option.clone(), "needs a value; see --help"))
            };
            match option.as_str() {
                "--help" | "-h" => return Ok(None),
                "--same-number" => question.same_number = true,
                "--type" => filing_type = Some(named(&option, &value()?)?),
                "--changed" => question.changes = changes(&option, &value()?)?,
                "--province" => question.province = named(&option, &value()?)?,
                "--date" => question.submitted_at = instant(&option, &value()?)?,
                "--rulebook" => question.rulebook = Some(rulebook(&option, &value()?)?),
                "--services" => question.services = number(&option, &value()?)?,
                "--kind" => question.kind = named(&option, &value()?)?,
                "--access" => question.access = Some(named(&option, &value()?)?),
                "--lang" => question.languages = vec![named(&option, &value()?)?],
                _ => return Err(Mistake::new(option, unknown_option())),
            }
        }
        let missing = || {
            Mistake::new(
                "--type",
                format!("missing; possible are: {}", list(FilingType::ALL)),
            )
        };
        question.filing_type = filing_type.ok_or_else(missing)?;
        question.check()?;
        Ok(Some(question))
    }

    fn check(&self) -> Result<(), Mistake> {
        let modify = self.filing_type == FilingType::Modify;
        if modify && self.changes.is_empty() {
            let possible = format!("missing; possible are: {}", list(ModifiedPart::ALL));
            return Err(Mistake::new("--changed", possible));
        }
        if !modify && !self.changes.is_empty() {
            return Err(Mistake::new(
                "--changed",
                "possible with --type modify only",
            ));
        }
        if self.access.is_some() && self.filing_type != FilingType::AddAccess {
            return Err(Mistake::new(
                "--access",
                "possible with --type add_access only",
            ));
        }
        Ok(())
    }

    fn answer(&self) -> Result<String, Mistake> {
        let order = self.order()?;
        let requirement = match self.rulebook {
            Some(rulebook) => rulebook.requirement(&order),
            None => rulebook::requirement(&order, self.submitted_at).map_err(|refusal| {
                self.mistake(|lang| format!("--kind: {}", refusal.text(lang)))
            })?,
        };
        let mut answer = String::new();
        for lang in &self.languages {
            let place = self.province.text(*lang);
            writeln!(
                answer,
                "{}, {place}\n{}\n{}\n",
                self.title(*lang),
                self.table(),
                requirement.text(*lang),
            )
            .map_err(Mistake::of)?;
        }
        Ok(answer)
    }

    /// The type of order, with its name where that isn't the same.
    fn title(&self, lang: Lang) -> String {
        let (text, name) = (self.filing_type.text(lang), self.filing_type.name());
        if text.replace(' ', "_") == name {
            text.into()
        } else {
            format!("{text} ({name})")
        }
    }

    /// Which table answers, its window and where it comes from.
    fn table(&self) -> String {
        let hours = |rulebook: &Rulebook| {
            format!("{}, {} h", rulebook.name(), rulebook.window().num_hours())
        };
        if let Some(rulebook) = self.rulebook {
            return format!("[{}]", hours(rulebook));
        }
        let at = beijing(self.submitted_at);
        match rulebook::in_force(self.submitted_at, self.province) {
            Err(_) => format!("[{at}]"),
            Ok(period) => {
                let (table, from) = (hours(period.rulebook()), beijing(period.from()));
                format!("[{at}: {table}, from {from}: {}]", period.remark())
            }
        }
    }

    /// An invented order of that kind.
    fn order(&self) -> Result<FilingOrder, Mistake> {
        let leader = person(1)?;
        let builder = match self.filing_type {
            FilingType::Initial => FilingOrder::initial(self.province, leader),
            FilingType::AddService => FilingOrder::add_service(self.province, leader),
            FilingType::AddAccess => FilingOrder::add_access(self.province, leader),
            FilingType::Modify => FilingOrder::modify(self.province, leader, self.changes),
            FilingType::DeregisterEntity => FilingOrder::deregister_entity(self.province, leader),
            FilingType::DeregisterService => FilingOrder::deregister_service(self.province, leader),
            FilingType::CancelAccess => FilingOrder::cancel_access(self.province, leader),
            _ => return Err(Mistake::new("--type", "this example doesn't know it yet")),
        };
        let services = (1..=self.services).try_fold(builder, |builder, n| {
            let administrator = person(if self.same_number {
                1
            } else {
                n.saturating_add(1)
            })?;
            let (kind, name) = (self.kind, format!("示例{n}"));
            Ok(if self.filing_type == FilingType::AddAccess {
                let access = self.access.unwrap_or(Access::Unchanged);
                builder.service_with_access(kind, &name, administrator, access)
            } else {
                builder.service(kind, &name, administrator)
            })
        })?;
        let order = services.build();
        order.map_err(|problems| self.mistake(|lang| explain(&problems, lang)))
    }

    /// A refusal in the languages asked for.
    fn mistake(&self, text: impl Fn(Lang) -> String) -> Mistake {
        let texts: Vec<_> = self.languages.iter().map(|lang| text(*lang)).collect();
        Mistake(texts.join("\n"))
    }
}

/// What is wrong with the order, each said of the option that it comes from, and once.
fn explain(problems: &OrderProblems, lang: Lang) -> String {
    let mut lines: Vec<String> = Vec::new();
    for problem in problems {
        let option = match problem.path().rsplit('.').next() {
            Some("access") => "--access",
            Some("kind") => "--kind",
            Some("services") => "--services",
            _ => problem.path(),
        };
        let line = format!("{option}: {}", problem.text(lang));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn person(number: u32) -> Result<Person, Mistake> {
    let id = IdDocument::passport(&format!("E{number:08}")).map_err(Mistake::of)?;
    Person::new("张三", &format!("199{number:08}"), id).map_err(Mistake::of)
}

/// What was wrong with the question.
#[derive(Debug)]
pub(crate) struct Mistake(String);

impl Mistake {
    fn new(option: impl Display, what: impl Display) -> Self {
        Self(format!("{option}: {what}"))
    }

    fn of(error: impl Display) -> Self {
        Self(error.to_string())
    }
}

impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn named<T: FromStr<Err: Display>>(option: &str, value: &str) -> Result<T, Mistake> {
    value.parse().map_err(|error| Mistake::new(option, error))
}

fn changes(option: &str, value: &str) -> Result<ModifiedParts, Mistake> {
    let parts = value.split([',', '，']);
    parts
        .map(|part| named::<ModifiedPart>(option, part.trim()))
        .collect()
}

fn number(option: &str, value: &str) -> Result<u32, Mistake> {
    let number = value.parse().ok().filter(|n| (0..=200).contains(n));
    number.ok_or_else(|| Mistake::new(option, "not a number of services; possible are: 0 to 200"))
}

fn instant(option: &str, value: &str) -> Result<DateTime<Utc>, Mistake> {
    let day = value.parse::<NaiveDate>().map(day::last_instant);
    let instant = || DateTime::parse_from_rfc3339(value).map(|instant| instant.to_utc());
    day.or_else(|_| instant()).map_err(|_| {
        let possible = "possible are: 2024-05-01 (Beijing time), 2024-05-01T10:00:00+08:00";
        Mistake::new(option, format!("not a date; {possible}"))
    })
}

fn rulebook(option: &str, value: &str) -> Result<&'static Rulebook, Mistake> {
    let found = Rulebook::ALL
        .iter()
        .find(|rulebook| rulebook.name() == value);
    found.copied().ok_or_else(|| {
        let names = list(Rulebook::ALL.iter().map(|rulebook| rulebook.name()));
        Mistake::new(option, format!("unknown rulebook; possible are: {names}"))
    })
}

fn unknown_option() -> String {
    let options = HELP
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    format!("unknown option; possible are: {}", list(options))
}

fn beijing(instant: DateTime<Utc>) -> String {
    let offset = FixedOffset::east_opt(8 * 3600);
    offset.map_or(instant.to_string(), |offset| {
        instant
            .with_timezone(&offset)
            .format("%Y-%m-%d %H:%M UTC%:::z")
            .to_string()
    })
}

fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
