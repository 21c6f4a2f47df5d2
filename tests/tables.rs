//! Every kind of order under every built-in table, as a file to read: `tests/tables/recipients.txt`.
//!
//! A changed rule is a changed line there. `BEIAN_REWRITE=1 cargo test --test tables` writes it anew.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail loudly, in its helpers too"
)]

use std::{fmt::Write as _, fs, path::Path};

use beian::{
    Access, Exemption, FilingOrder, FilingType, IdDocument, ModifiedPart, ModifiedParts, Person,
    Province, Recipient, Requirement, Rulebook, ServiceKind,
};

const HEAD: &str = "\
Who is texted, by table, filing type and persons. Persons and services are numbered: `1: 2` is an
order of leader 1 with one service, administered by person 2; `1: 2 3` has two services. To the right
of the arrow each recipient with the roles texted for (L entity leader, A service administrator of
which services) and the rule.
";

/// The leader, then the administrator of each service.
const PERSONS: &[(u32, &[u32])] = &[
    (1, &[]),
    (1, &[1]),
    (1, &[2]),
    (1, &[1, 1]),
    (1, &[2, 2]),
    (1, &[1, 2]),
    (1, &[2, 3]),
    (1, &[3, 2, 3, 1]),
];

#[test]
fn r03_to_r09_b01_to_b05_the_recipients_of_every_kind_of_order() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/recipients.txt");
    let table = table();
    if std::env::var_os("BEIAN_REWRITE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differing = expected.lines().zip(table.lines()).find(|(a, b)| a != b);
    assert_eq!(
        differing, None,
        "first differing line, as in the file and as it is now"
    );
    assert_eq!(expected, table, "the file ends early or late");
}

fn table() -> String {
    let mut table = HEAD.to_owned();
    for rulebook in Rulebook::ALL {
        let (name, hours) = (rulebook.name(), rulebook.window().num_hours());
        writeln!(table, "\n\n# {name}: {hours} hours").unwrap();
        for (filing_type, changes) in cases() {
            let names: Vec<_> = changes.iter().map(ModifiedPart::name).collect();
            writeln!(table, "\n{filing_type} {}", names.join(" ")).unwrap();
            for (leader, administrators) in PERSONS {
                let Some(order) = order(filing_type, changes, *leader, administrators) else {
                    continue;
                };
                let persons: Vec<_> = administrators.iter().map(u32::to_string).collect();
                let persons = format!("{leader}: {}", persons.join(" "));
                let texted = texted(&rulebook.requirement(&order));
                writeln!(table, "  {persons:<11}→  {texted}").unwrap();
            }
        }
    }
    table
        .lines()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect()
}

/// Every filing type; modify with every set of changes.
fn cases() -> Vec<(FilingType, ModifiedParts)> {
    let mut cases = Vec::new();
    for filing_type in FilingType::ALL.iter().copied() {
        if filing_type != FilingType::Modify {
            cases.push((filing_type, ModifiedParts::NONE));
            continue;
        }
        for bits in 1..1 << ModifiedPart::ALL.len() {
            let in_set =
                |(n, change): (usize, &ModifiedPart)| (bits >> n & 1 == 1).then_some(*change);
            let changes = ModifiedPart::ALL.iter().enumerate().filter_map(in_set);
            cases.push((filing_type, changes.collect()));
        }
    }
    cases
}

/// `None` where an order like that can't be built: without a service, mostly.
fn order(
    filing_type: FilingType,
    changes: ModifiedParts,
    leader: u32,
    administrators: &[u32],
) -> Option<FilingOrder> {
    let (province, leader) = (Province::Beijing, person(leader));
    let mut builder = match filing_type {
        FilingType::Initial => FilingOrder::initial(province, leader),
        FilingType::AddService => FilingOrder::add_service(province, leader),
        FilingType::AddAccess => FilingOrder::add_access(province, leader),
        FilingType::Modify => FilingOrder::modify(province, leader, changes),
        FilingType::DeregisterEntity => FilingOrder::deregister_entity(province, leader),
        FilingType::DeregisterService => FilingOrder::deregister_service(province, leader),
        FilingType::CancelAccess => FilingOrder::cancel_access(province, leader),
        _ => panic!("a filing type without a line in the table"),
    };
    for (number, n) in administrators.iter().zip(1..) {
        let (kind, name, person) = (ServiceKind::Website, format!("示例站{n}"), person(*number));
        builder = if filing_type == FilingType::AddAccess {
            builder.service_with_access(kind, &name, person, Access::Unchanged)
        } else {
            builder.service(kind, &name, person)
        };
    }
    builder.build().ok()
}

fn person(number: u32) -> Person {
    let id = IdDocument::passport(&format!("E{:08}", 10_000_000 + number)).unwrap();
    Person::new("张三", &format!("199{number:08}"), id).unwrap()
}

fn texted(requirement: &Requirement) -> String {
    match requirement {
        Requirement::Nobody(Exemption::Rule(rule)) => format!("nobody {rule}"),
        Requirement::Nobody(exemption) => panic!("{exemption:?}"),
        Requirement::Verify(recipients) => {
            let texted: Vec<_> = recipients.iter().map(recipient).collect();
            texted.join("; ")
        }
    }
}

/// `1 L A1+2 R03`
fn recipient(recipient: &Recipient) -> String {
    let number: u32 = recipient.mobile().digits()[3..].parse().unwrap();
    let mut text = number.to_string();
    if recipient.roles().contains(beian::Role::EntityLeader) {
        text += " L";
    }
    let services = recipient.services().iter();
    let services: Vec<_> = services.map(|s| (s.index() + 1).to_string()).collect();
    if recipient
        .roles()
        .contains(beian::Role::ServiceAdministrator)
    {
        write!(text, " A{}", services.join("+")).unwrap();
    }
    let rules: Vec<_> = recipient.rules().iter().map(ToString::to_string).collect();
    format!("{text} {}", rules.join("+"))
}
