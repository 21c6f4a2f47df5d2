//! All stable codes and names with their texts, made by the code and kept in `src/docs/codes.md`: a
//! code that changes is a difference to review.
//!
//! `BEIAN_REWRITE=1 cargo test --test codes` writes the file anew.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

#[path = "filing/support.rs"]
mod common;

use core::fmt::Write;
use std::path::Path;

use beian::{
    Access, CodeProblem, DeliveryReport, Entry, EntryAnswer, EntryOutcome, Exemption, FilingOrder,
    FilingType, GatewayCodeProblem, IdDocument, IdDocumentKind, IdDocumentProblem, KeyError,
    KeyRingProblem, Lang, LastSixProblem, MessageKind, MobileProblem, ModifiedPart, NameProblem,
    OpenError, OrderLife, OrderStatus, Person, PersonProblem, Province, ProvinceProblem,
    RecipientState, Refusal, ResendAnswer, ResendOutcome, ReturnCause, Role, RoundFailure,
    ServiceKind, TemplateProblem, VerificationPolicyProblem,
    filing::checks::{CheckRow, EntityKind, OrderFact, Severity, UnknownCheckRow},
    filing::{
        DenyProblem, Determination, FilingFact, FilingNumberProblem, NotFileable, OrderStep,
        Prerequisite, ProblemKind, StageState,
    },
    host::{HostError, LeftOutReason, Unreadable},
    regulator::ResultMeaning,
    rulebook::{HistoryProblem, NotInForce, RuleIdProblem, RulebookProblem},
    tracker::{self, FactRefusal, PersonStanding, RegulatorStatus, ReminderKind, TrackerStatus},
    wechat::{WechatAnswer, WechatStatus},
};
use chrono::{DateTime, TimeDelta, Utc};

const FILE: &str = "src/docs/codes.md";

/// A code and its texts.
struct Row(String, [String; 2]);

fn row<T: Into<String>>(code: &str, text: impl Fn(Lang) -> T) -> Row {
    Row(code.into(), [text(Lang::Zh).into(), text(Lang::En).into()])
}

/// Rows of values with `code` and `text`, or of all values of types with `name` and `text`.
macro_rules! rows {
    ($($value:expr),+ $(,)?) => { vec![$(row($value.code(), |lang| $value.text(lang))),+] };
}
macro_rules! all {
    ($type:ident, $name:ident) => {
        all!(@ $type::ALL, $name)
    };
    (@ $all:expr, $name:ident) => {
        all!(@ $all, $name, text)
    };
    (@ $all:expr, $name:ident, $text:ident) => {
        $all.iter()
            .map(|value| row(value.$name(), |lang| value.$text(lang)))
            .collect()
    };
}

fn problems_of_an_order() -> Vec<Row> {
    let mut rows = rows![
        ProblemKind::NotText,
        ProblemKind::NotAList,
        ProblemKind::NotAnObject,
        ProblemKind::TooManyChanges,
        ProblemKind::FilingTypeMissing,
        ProblemKind::UnknownFilingType,
        ProblemKind::ChangeMissing,
        ProblemKind::UnknownChange,
        ProblemKind::ServiceKindMissing,
        ProblemKind::UnknownServiceKind,
        ProblemKind::UnknownAccess,
        ProblemKind::IdDocumentKindMissing,
        ProblemKind::UnknownIdDocumentKind,
        ProblemKind::EmergencyPhone,
        ProblemKind::ChangesMissing,
        ProblemKind::ChangesUnexpected,
        ProblemKind::ServicesMissing,
        ProblemKind::TooManyServices,
        ProblemKind::AccessMissing,
        ProblemKind::AccessUnexpected,
        ProblemKind::PhoneChanged,
        ProblemKind::PhoneChangedOrphan,
        ProblemKind::NotYetFileable,
        ProblemKind::BackNumberMissing,
    ];
    rows.extend::<Vec<_>>(all!(ProvinceProblem, code));
    rows.extend::<Vec<_>>(all!(NameProblem, code));
    rows.extend::<Vec<_>>(all!(MobileProblem, code));
    rows.extend::<Vec<_>>(all!(IdDocumentProblem, code));
    rows.extend::<Vec<_>>(all!(FilingNumberProblem, code));
    rows
}

fn left_out() -> Vec<Row> {
    let mut rows = rows![
        LeftOutReason::KeyMissing(1.into()),
        LeftOutReason::KeysUnavailable,
        LeftOutReason::Conflict,
        LeftOutReason::Unreadable(Unreadable::Newer),
        LeftOutReason::Unreadable(Unreadable::Broken),
    ];
    rows.extend::<Vec<_>>(all!(GatewayCodeProblem, code));
    rows
}

/// Of the documented rows, each check once.
fn checks() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for CheckRow { check, .. } in CheckRow::DOCUMENTED {
        if !rows.iter().any(|Row(code, _)| code == check.code()) {
            rows.extend(rows![check]);
        }
    }
    rows
}

fn refusals() -> Vec<Row> {
    let wait = TimeDelta::seconds(1);
    rows![
        Refusal::UnknownNumber,
        Refusal::AlreadyVerified,
        Refusal::Locked,
        Refusal::RoundEnded,
        Refusal::SupersededCode,
        Refusal::RepeatedEntry,
        Refusal::IdNotCounted,
        Refusal::OtherOrder,
        Refusal::TooManyWrongIds,
        Refusal::NoneLeft,
        Refusal::TooSoon { wait },
        Refusal::UnknownMessage,
        Refusal::NothingDue,
        Refusal::RoundOpen,
        Refusal::NotWithdrawable,
        Refusal::AlreadyErased,
    ]
}

fn rulebooks() -> Vec<Row> {
    let from = DateTime::UNIX_EPOCH;
    let filing_type = FilingType::Initial;
    let rule = Exemption::Rule("R08".parse().unwrap());
    let mut rows = rows![
        NotFileable {
            kind: ServiceKind::App,
            from
        },
        RuleIdProblem,
        RulebookProblem::Name,
        RulebookProblem::Window,
        RulebookProblem::Change(filing_type),
        RulebookProblem::Missing(filing_type, None),
        RulebookProblem::Twice(filing_type, None),
        rule,
        Exemption::NotInForce(NotInForce { from: None }),
        Exemption::AsTexted,
    ];
    rows.extend::<Vec<_>>(all!(HistoryProblem, code));
    rows
}

/// What tells several problems as one.
fn lists() -> Vec<Row> {
    use beian::Localized as _;
    let passport = IdDocument::passport("E12345678").unwrap();
    let leader = Person::new("张三", "19900000001", passport).unwrap();
    let order = FilingOrder::initial(Province::Beijing, leader).build();
    let order = order.unwrap_err();
    let entry = Entry::parse("19900000001", "12345", "345678").unwrap_err();
    rows![order, entry]
}

/// Every type with a `code`.
fn codes() -> Vec<(&'static str, Vec<Row>)> {
    let mobile = "19900000001".parse().unwrap();
    let refused = OrderLife::new().complete().unwrap_err();
    vec![
        ("Orders: `ProblemKind`", problems_of_an_order()),
        (
            "What a desk leaves out: `LeftOutReason`; `GatewayCodeProblem`",
            left_out(),
        ),
        (
            "Forms and policies: `LastSixProblem`, `CodeProblem`, `DenyProblem`, `filing::checks::UnknownCheckRow`",
            rows![LastSixProblem, CodeProblem, DenyProblem, UnknownCheckRow],
        ),
        ("Findings: `filing::checks::Check`", checks()),
        ("Lists: `OrderProblems`, `EntryProblems`", lists()),
        ("Lives: `LifeRefusal`", rows![refused]),
        (
            "Rulebooks: `NotFileable`, `RuleIdProblem`, `RulebookProblem`, `HistoryProblem`, `Exemption`",
            rulebooks(),
        ),
        ("Trackers: `FactRefusal`", all!(FactRefusal, code)),
        ("Sessions: `Refusal`", refusals()),
        (
            "Opening a round: `OpenError`",
            rows![
                OpenError::TooManyRecipients,
                OpenError::IdMissing(mobile),
                OpenError::PreviousRoundOpen,
                OpenError::Withdrawn,
                OpenError::CodesExhausted,
            ],
        ),
        (
            "Keys: `KeyError`, `KeyRingProblem`",
            rows![
                KeyError::Unknown(1.into()),
                KeyError::Unavailable,
                KeyRingProblem::TooShort,
                KeyRingProblem::Zero,
                KeyRingProblem::Taken(1.into()),
            ],
        ),
        (
            "Desks: `HostError`",
            rows![
                HostError::<()>::Conflict,
                HostError::Store(()),
                HostError::<()>::Exists,
                HostError::<()>::NotFound,
                HostError::<()>::LeaseTooShort {
                    longest_send: TimeDelta::zero(),
                    lease: TimeDelta::zero(),
                },
            ],
        ),
        (
            "Policies: `VerificationPolicyProblem`",
            all!(VerificationPolicyProblem, code),
        ),
        ("Templates: `TemplateProblem`", all!(TemplateProblem, code)),
    ]
}

const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

const STATUSES: [TrackerStatus; 7] = [
    TrackerStatus::Waiting,
    TrackerStatus::SaidDone,
    TrackerStatus::MayHaveEnded,
    TrackerStatus::Done { at: AT },
    TrackerStatus::Approved { at: AT },
    TrackerStatus::TimedOut { at: AT },
    TrackerStatus::Returned {
        at: AT,
        cause: ReturnCause::WindowClosed,
    },
];

const STANDINGS: [PersonStanding; 5] = [
    PersonStanding::MessageExpected {
        from: AT,
        until: AT,
    },
    PersonStanding::MessageOverdue { since: AT },
    PersonStanding::Received { at: AT },
    PersonStanding::Passed { at: AT },
    PersonStanding::Verified { at: AT },
];

fn answers() -> [(&'static str, Vec<Row>); 3] {
    let answers = [
        ResendAnswer::Accepted,
        ResendAnswer::TooSoon { seconds: 60 },
        ResendAnswer::NoneLeft,
        ResendAnswer::NothingPending,
    ];
    let entries = [
        EntryOutcome::Completed,
        EntryOutcome::Verified,
        EntryOutcome::Wrong { left: 4 },
        EntryOutcome::Locked,
        EntryOutcome::Returned,
        EntryOutcome::NotCounted(Refusal::RoundEnded),
    ];
    let resends = [
        ResendOutcome::Queued,
        ResendOutcome::WrongId { left: 4 },
        ResendOutcome::NotSent(Refusal::NoneLeft),
    ];
    [
        ("`ResendAnswer`", all!(@ answers, name)),
        ("`EntryOutcome`", all!(@ entries, name)),
        ("`ResendOutcome`", all!(@ resends, name)),
    ]
}

/// Every type with a `name`.
fn names() -> Vec<(&'static str, Vec<Row>)> {
    let mut names: Vec<(&str, Vec<Row>)> = vec![
        ("`FilingType`", all!(FilingType, name)),
        ("`ModifiedPart`", all!(ModifiedPart, name)),
        ("`ServiceKind`", all!(ServiceKind, name)),
        ("`Access`", all!(Access, name)),
        ("`IdDocumentKind`", all!(@ IdDocumentKind::NAMED, name)),
        ("`Province`", all!(Province, name)),
        ("`Role`", all!(Role, name)),
        ("`OrderStatus`", all!(OrderStatus, name)),
        ("`ReturnCause`", all!(ReturnCause, name)),
        ("`filing::OrderStep`", all!(OrderStep, name)),
        ("`filing::StageState`", all!(StageState, name)),
        ("`filing::Prerequisite`", all!(Prerequisite, name)),
        ("`filing::FilingFact`", all!(FilingFact, name)),
        ("`filing::checks::OrderFact`", all!(OrderFact, name)),
        ("`filing::checks::Severity`", all!(Severity, name)),
        ("`filing::checks::EntityKind`", all!(EntityKind, name)),
        ("`regulator::ResultMeaning`", all!(ResultMeaning, name)),
        ("`RegulatorStatus`", all!(RegulatorStatus, name)),
    ];
    names.extend([
        ("`TrackerStatus`", all!(@ STATUSES, name)),
        ("`PersonStanding`", all!(@ STANDINGS, name)),
        ("`ReminderKind`", all!(ReminderKind, name)),
        ("`tracker::Advice`", all!(@ tracker::Advice::ALL, name)),
        ("`RecipientState`", all!(RecipientState, name)),
        ("`MessageKind`", all!(MessageKind, name)),
        ("`DeliveryReport`", all!(DeliveryReport, name)),
        ("`RoundFailure`", all!(RoundFailure, name)),
        ("`EntryAnswer`", all!(EntryAnswer, name)),
    ]);
    names.extend(answers());
    names.extend([
        ("`Determination`, besides filing types", determinations()),
        ("`wechat::WechatStatus`", statuses_of_wechat()),
        (
            "`wechat::WechatAnswer`, besides statuses",
            answers_of_wechat(),
        ),
        ("`EventKind`", events()),
    ]);
    names
}

fn determinations() -> Vec<Row> {
    let first = Prerequisite::ALL.iter().copied().map(Determination::First);
    let missing = FilingFact::ALL.iter().copied().map(Determination::Missing);
    let contradiction =
        Determination::Contradiction(FilingFact::EntityFiled, FilingFact::ServiceFiled);
    first
        .chain(missing)
        .chain([contradiction])
        .map(|it| row(it.name(), |lang| it.text(lang)))
        .collect()
}

fn statuses_of_wechat() -> Vec<Row> {
    [2, 3, 4, 5, 6, 27, 28, 29, 1024, 1]
        .map(WechatStatus::from_wechat_number)
        .map(|it| row(it.name(), |lang| it.text(lang)))
        .into()
}

fn answers_of_wechat() -> Vec<Row> {
    [
        r#"{"info": {"available": 0}}"#,
        r#"{"errcode": 1, "hints": [{"err_field": "base_info.type", "errmsg": "不符"}]}"#,
        r#"{"errcode": 1}"#,
        r#"{"info": {"status": 6, "is_canceling": true}}"#,
        "{}",
    ]
    .map(|document| serde_json::from_str::<WechatAnswer>(document).unwrap())
    .map(|it| row(it.name(), |lang| it.text(lang)))
    .into()
}

fn events() -> Vec<Row> {
    let mut events = common::events();
    events.dedup_by_key(|it| it.name());
    events
        .iter()
        .map(|it| row(it.name(), |lang| it.text(lang)))
        .collect()
}

/// Every type with a `label` for its names.
fn labels() -> Vec<(&'static str, Vec<Row>)> {
    vec![
        ("`OrderStatus`", all!(@ OrderStatus::ALL, name, label)),
        ("`ReturnCause`", all!(@ ReturnCause::ALL, name, label)),
        ("`TrackerStatus`", all!(@ STATUSES, name, label)),
        ("`PersonStanding`", all!(@ STANDINGS, name, label)),
        ("`ReminderKind`", all!(@ ReminderKind::ALL, name, label)),
    ]
}

/// What a host names when it refuses or silences a row.
fn rows_of_checks() -> String {
    let mut table = String::from(
        "\n## Rows of checks\n\n\
         The documented rows (`filing::checks::CheckRow::DOCUMENTED`), by the names that \
         `FilingPolicy::severity` takes; 省 by the characters of filing numbers.\n\n\
         | row | code | rule | where, for whom | source |\n|---|---|---|---|---|\n",
    );
    for row in CheckRow::DOCUMENTED {
        let provinces = row.provinces.iter().flat_map(|all| all.iter());
        let provinces: String = provinces.map(|it| it.abbreviation()).collect();
        let entity_kind = row.entity_kind.map(EntityKind::name);
        let role = row.role.map(Role::name);
        let narrowed = [Some(provinces.as_str()), entity_kind, role];
        let narrowed: Vec<_> = narrowed
            .into_iter()
            .flatten()
            .filter(|it| !it.is_empty())
            .collect();
        let limit = row.check.limit().map(|limit| format!(" {limit}"));
        writeln!(
            table,
            "| `{}` | `{}`{} | {} | {} | {} |",
            row.name,
            row.check.code(),
            limit.unwrap_or_default(),
            row.check.rule(),
            narrowed.join(", "),
            row.source
        )
        .unwrap();
    }
    table
}

fn written() -> String {
    let mut file = String::from(
        "# Codes and names\n\n\
         Every stable code (`code()`) and name (`name()`) with what `text` says of it. Within a release \
         line none of them changes; texts may. What varies in a text is shown by an example. Some names have \
         a short `label` besides, which stands under *Labels*.\n\n\
         An error that wraps another one has the other one's code: `PersonProblem`, `OrderProblem`, and \
         `OpenError` and `HostError` of a key, a refusal, an opening.\n",
    );
    for (head, column, sections) in [
        ("Codes", "code", codes()),
        ("Names", "name", names()),
        ("Labels", "name", labels()),
    ] {
        write!(file, "\n## {head}\n").unwrap();
        for (title, rows) in sections {
            write!(
                file,
                "\n### {title}\n\n| {column} | 中文 | English |\n|---|---|---|\n"
            )
            .unwrap();
            for Row(code, [zh, en]) in rows {
                let cell = |text: &str| text.replace('|', "\\|").replace('\n', "<br>");
                writeln!(file, "| `{code}` | {} | {} |", cell(&zh), cell(&en)).unwrap();
            }
        }
    }
    file.push_str(&rows_of_checks());
    file
}

#[test]
fn the_table_of_codes_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let written = written();
    if std::env::var_os("BEIAN_REWRITE").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == written,
        "{FILE} is not what the code says; look at the difference after \
         `BEIAN_REWRITE=1 cargo test --test codes`"
    );
}

/// Quoted `snake_case` after the arrow of a match arm, in functions that give codes and in tables of
/// them.
fn codes_in(source: &str) -> Vec<String> {
    let mut codes = Vec::new();
    let mut end = None;
    for line in source.lines() {
        if line.contains("fn code(") && line.contains("&'static str") {
            end = Some("    }");
        } else if line.starts_with("texts!(") && line.contains("coded {") {
            end = Some("});");
        } else if Some(line) == end {
            end = None;
        }
        let quoted = line
            .split_once("=> \"")
            .and_then(|(_, rest)| rest.split_once('"'));
        if let (Some(_), Some((code, _))) = (end, quoted) {
            codes.push(code.to_owned());
        }
    }
    codes
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(codes_in(&std::fs::read_to_string(path).unwrap()));
        }
    }
}

#[test]
fn no_code_is_left_out_of_the_table() {
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 80, "{found:?}");
    let listed: Vec<String> = codes()
        .into_iter()
        .flat_map(|(_, rows)| rows.into_iter().map(|Row(code, _)| code))
        .collect();
    for code in found {
        assert!(listed.contains(&code), "{code}");
    }
}

#[test]
fn what_wraps_an_error_has_its_code() {
    let name = PersonProblem::Name(NameProblem::Missing);
    assert_eq!(name.code(), "name_missing");
    let key = KeyError::Unavailable;
    assert_eq!(OpenError::from(key).code(), "key_unavailable");
    for (wrapped, code) in [
        (HostError::<()>::Key(key), "key_unavailable"),
        (HostError::Open(OpenError::Withdrawn), "order_withdrawn"),
        (HostError::Refused(Refusal::NothingDue), "nothing_due"),
    ] {
        assert_eq!(wrapped.code(), code);
        assert!(!wrapped.text(Lang::Zh).is_empty());
    }
}
