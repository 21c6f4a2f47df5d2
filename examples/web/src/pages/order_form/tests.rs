use askama::Template as _;
use beian::{FilingType, Lang, OrderForm};

use super::{
    super::{
        Link, Page,
        fields::{Field, Fields},
    },
    Around, Content, Kind, More, Remark, build, read, sample,
};

fn shown(content: &Content<'_>) -> String {
    let p = Page {
        lang: Lang::En,
        csrf: String::new(),
        sandbox: false,
        signed_in: false,
        css: "",
        brand: "",
        menu: Vec::new(),
        footer: "",
        console: "/console",
        section: "",
        here: String::new(),
    };
    let around = Around {
        section: "",
        back: Link::new("/", ""),
        heading: String::new(),
        sample: None,
        action: "/orders".to_owned(),
        submit: "",
        cancel: Link::new("/", ""),
        refused: "",
    };
    build::form(&p, around, content).render().unwrap()
}

fn remark(path: &str, kind: Kind) -> Remark {
    Remark {
        path: path.to_owned(),
        text: format!("about {path}."),
        kind,
    }
}

const KINDS: [Kind; 4] = [Kind::Problem, Kind::Refused, Kind::Advised, Kind::Reason];

/// Path, and the id of where it is said.
const PLACES: [(&str, &str); 12] = [
    ("", "order"),
    ("materials[2]", "order"),
    ("province", "province"),
    ("entity", "entity"),
    ("entity.address", "entity"),
    ("entity.leader", "entity-leader"),
    ("entity.leader.age", "entity-leader"),
    (
        "entity.leader.id_document.valid_until",
        "entity-leader-id_document",
    ),
    ("services[7].name", "services"),
    ("services[0].domains[1]", "services-0"),
    ("services[0].administrator", "services-0-administrator"),
    (
        "services[0].administrator.id_document.back_number",
        "services-0-administrator-id_document-back_number",
    ),
];

#[test]
fn a_remark_stands_where_it_belongs_and_in_a_list() {
    let typed = sample(FilingType::Initial);
    for (path, place) in PLACES {
        for kind in KINDS {
            let mut content = Content::new(FilingType::Initial, &typed);
            content.remarks.push(remark(path, kind));
            let html = shown(&content);
            let case = format!("{path}, {kind:?}: {html}");
            let said = if kind.hinders() { "problem" } else { "note-1" };
            let target = if place.ends_with("document") {
                format!("{place}-kind")
            } else {
                place.to_owned()
            };
            assert!(html.contains(&format!("href=\"#{target}\"")), "{case}");
            assert!(html.contains(&format!(" id=\"{target}\"")), "{case}");
            assert!(html.contains(&format!(" id=\"{place}-{said}\"")), "{case}");
            assert_eq!(html.matches(&format!("about {path}.")).count(), 2, "{case}");
            let describes = html.split("aria-describedby=\"").skip(1);
            let mut describes = describes.filter_map(|rest| rest.split('"').next());
            let named = format!("{place}-{said}");
            assert!(
                describes.any(|ids| ids.split(' ').any(|id| id == named)),
                "{case}"
            );
            let alerts = usize::from(kind.hinders());
            assert_eq!(html.matches("role=\"alert\"").count(), alerts, "{case}");
        }
    }
}

#[test]
fn changes_are_one_field_where_there_are_any() {
    for (filing_type, place) in [
        (FilingType::Modify, "changes"),
        (FilingType::Initial, "order"),
    ] {
        let typed = sample(filing_type);
        let mut content = Content::new(filing_type, &typed);
        content.remarks.push(remark("changes[1]", Kind::Problem));
        assert!(shown(&content).contains(&format!(" id=\"{place}-problem\"")));
    }
}

#[test]
fn only_kept_numbers_may_be_left_blank() {
    let typed = sample(FilingType::Initial);
    let mut content = Content::new(FilingType::Initial, &typed);
    assert!(!shown(&content).contains("Kept;"));
    content.kept.push("services[0].administrator".to_owned());
    let html = shown(&content);
    assert_eq!(html.matches("Kept;").count(), 2);
    for number in ["number", "back_number"] {
        let hint = format!("services-0-administrator-id_document-{number}-hint");
        assert!(html.contains(&format!(" id=\"{hint}\"")));
    }
}

#[test]
fn what_a_host_asks_for_itself_is_mended_where_it_stands() {
    let typed = sample(FilingType::Initial);
    let mut content = Content::new(FilingType::Initial, &typed);
    content.more.push(More::Field(Field {
        name: "facts.x".to_owned(),
        value: "\"><b>".to_owned(),
        ..Field::default()
    }));
    content.hidden.push(("once", "\"><i>".to_owned()));
    content.remarks.push(remark("facts.x", Kind::Problem));
    let html = shown(&content);
    assert!(html.contains("href=\"#facts-x\""));
    assert!(html.contains(" id=\"facts-x-problem\""));
    assert!(html.contains("type=\"hidden\" name=\"once\""));
    assert!(!html.contains("><b>") && !html.contains("><i>"), "{html}");
}

#[test]
fn services_come_and_go_without_the_form_being_taken() {
    let sent = |action: &str| {
        let fields = [
            ("filing_type", "initial"),
            ("action", action),
            ("services[0].name", "a"),
            ("services[1].name", "b"),
        ];
        let fields = fields.map(|(name, typed)| (name.to_owned(), typed.to_owned()));
        let typed = read(&mut Fields::new(fields.to_vec())).unwrap();
        let names = |order: OrderForm| order.services.into_iter().map(|service| service.name);
        (names(typed.order).collect::<Vec<_>>(), typed.unfinished)
    };
    assert_eq!(sent("file"), (vec!["a".into(), "b".into()], false));
    assert_eq!(sent("add").0.len(), 3);
    assert_eq!(sent("remove:0"), (vec!["b".into()], true));
    assert_eq!(sent("remove:2"), (vec!["a".into(), "b".into()], true));
    assert_eq!(read(&mut Fields::new(Vec::new())), None);
}
