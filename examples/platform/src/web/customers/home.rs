//! Where customers begin: which filing it is.

use axum::{extract::Query, response::Response};
use beian::{
    FilingType, Province,
    filing::{Determination, FilingFact, FilingFacts},
};
use beian_web::pages::{
    Page,
    fields::{Choice, Choices, Select},
    order_form::texted,
};
use serde::Deserialize;

use super::super::{FILING, Visit};

#[derive(askama::Template)]
#[template(path = "customer_home.html")]
struct Home {
    p: Page,
    answer: Option<Answer>,
    questions: Vec<Choices>,
    /// Asked for once the others need it.
    left: Option<Choices>,
    province: Option<Select>,
}

/// What follows from the answers.
struct Answer {
    class: &'static str,
    heading: &'static str,
    text: String,
    /// The field of what is missing.
    question: Option<&'static str>,
    /// The form that leads on.
    form: Option<Form>,
}

struct Form {
    href: String,
    text: &'static str,
    texted: String,
    /// Something else comes first.
    later: bool,
}

/// What was answered: `yes`, `no`, `unknown`; nothing if it wasn't.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    entity: String,
    service: String,
    here: String,
    left: String,
    province: String,
}

pub(super) async fn show(visit: Visit, Query(answers): Query<Answers>) -> Response {
    let facts = answers.facts();
    let determined = facts.determine();
    visit.ok(&Home {
        p: visit.page(FILING),
        answer: answers.is_begun().then(|| Answer::new(&visit, determined)),
        questions: answers.questions(&visit),
        left: answers.asks_for_services().then(|| answers.left(&visit)),
        province: answers
            .asks_for_province()
            .then(|| answers.province(&visit)),
    })
}

impl Answers {
    fn is_begun(&self) -> bool {
        [&self.entity, &self.service, &self.here]
            .iter()
            .any(|answer| !answer.is_empty())
    }

    /// What the three questions say.
    fn base(&self) -> FilingFacts {
        FilingFacts {
            entity_filed: known(&self.entity),
            service_filed: known(&self.service),
            filed_here: known(&self.here),
            ..FilingFacts::default()
        }
    }

    /// What was answered to a question that isn't asked any more doesn't count.
    fn facts(&self) -> FilingFacts {
        let mut facts = self.base();
        if self.asks_for_services() {
            facts.services_left = known(&self.left);
        }
        if self.asks_for_province() {
            facts.province = self.province.parse().ok();
        }
        facts
    }

    fn asks_for_services(&self) -> bool {
        self.base().determine() == Determination::Missing(FilingFact::ServicesLeft)
    }

    fn asks_for_province(&self) -> bool {
        let mut facts = self.base();
        facts.services_left = known(&self.left);
        self.asks_for_services()
            && facts.determine() == Determination::Missing(FilingFact::Province)
    }

    fn questions(&self, visit: &Visit) -> Vec<Choices> {
        let entity = visit.t(
            "主办者（主体，即您或您的单位）是否已在工信部备案？",
            "Is the entity, you or your organisation, filed with the regulator?",
        );
        let service = visit.t(
            "这个网站（互联网信息服务）是否已在工信部备案？",
            "Is this website or app (the service) filed with the regulator?",
        );
        let here = visit.t(
            "这个网站是否由本平台备案？",
            "Was this service filed here, with us?",
        );
        vec![
            question(visit, "entity", &self.entity, entity),
            question(visit, "service", &self.service, service),
            question(visit, "here", &self.here, here),
        ]
    }

    fn left(&self, visit: &Visit) -> Choices {
        let label = visit.t(
            "主体名下是否还有已备案的网站（互联网信息服务）？",
            "Has the entity any other service that is filed?",
        );
        question(visit, "left", &self.left, label)
    }

    fn province(&self, visit: &Visit) -> Select {
        let provinces = Province::ALL.iter().map(|province| Choice {
            value: province.name(),
            text: province.text(visit.lang).to_owned(),
            chosen: province.name() == self.province,
        });
        Select {
            name: "province".to_owned(),
            label: visit.t("主体备案的省份", "Where the entity is filed"),
            empty: Some(visit.t("请选择", "Choose one")),
            options: provinces.collect(),
            ..Select::default()
        }
    }
}

fn known(answer: &str) -> Option<bool> {
    match answer {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn question(visit: &Visit, name: &str, answer: &str, label: &'static str) -> Choices {
    let choice = |value, text: &str| Choice {
        value,
        text: text.to_owned(),
        chosen: value == answer,
    };
    Choices {
        name: name.to_owned(),
        label,
        options: vec![
            choice("yes", visit.t("是", "Yes")),
            choice("no", visit.t("否", "No")),
            choice("unknown", visit.t("不清楚", "Don’t know")),
        ],
        ..Choices::default()
    }
}

impl Answer {
    fn new(visit: &Visit, determined: Determination) -> Self {
        let form = |kind: FilingType, later| Form {
            href: format!("/orders/new?type={kind}"),
            text: kind.text(visit.lang),
            texted: texted(kind, visit.lang),
            later,
        };
        let file = visit.t("应办理的备案", "This is the filing");
        let first = visit.t("需先完成", "Something comes first");
        let missing = visit.t("还需要知道", "One more thing to know");
        let wrong = visit.t("请核实", "Please check");
        let (class, heading, form) = match determined {
            Determination::File(kind) => ("good", file, Some(form(kind, false))),
            Determination::First(what) => ("warn", first, Some(form(what.then(), true))),
            Determination::Missing(_) => ("advice", missing, None),
            Determination::Contradiction(..) => ("bad", wrong, None),
        };
        Self {
            class,
            heading,
            text: determined.text(visit.lang).into_owned(),
            question: question_of(determined),
            form,
        }
    }
}

/// Where what is missing is asked for.
const fn question_of(determined: Determination) -> Option<&'static str> {
    match determined {
        Determination::Missing(fact) => Some(match fact {
            FilingFact::EntityFiled => "entity",
            FilingFact::ServiceFiled => "service",
            FilingFact::FiledHere => "here",
            FilingFact::ServicesLeft => "left",
            FilingFact::Province => "province",
        }),
        Determination::File(_) | Determination::First(_) | Determination::Contradiction(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use beian::filing::Prerequisite;

    use super::*;

    fn answers(given: [&str; 5]) -> Answers {
        let [entity, service, here, left, province] = given.map(str::to_owned);
        Answers {
            entity,
            service,
            here,
            left,
            province,
        }
    }

    #[test]
    fn only_what_decides_is_asked_for() {
        let asks = |given| {
            let answers = answers(given);
            (answers.asks_for_services(), answers.asks_for_province())
        };
        assert_eq!(asks(["", "", "", "", ""]), (false, false));
        assert_eq!(asks(["no", "no", "no", "", ""]), (false, false));
        assert_eq!(asks(["yes", "no", "no", "", ""]), (true, false));
        assert_eq!(asks(["yes", "no", "no", "yes", ""]), (true, false));
        assert_eq!(asks(["yes", "no", "no", "no", ""]), (true, true));
        assert_eq!(asks(["yes", "no", "no", "no", "hainan"]), (true, true));
    }

    #[test]
    fn an_answer_to_what_is_not_asked_does_not_count() {
        let determined = answers(["no", "no", "no", "yes", "beijing"])
            .facts()
            .determine();
        assert_eq!(determined, Determination::File(FilingType::Initial));
        let province = Province::Hainan.name();
        let determined = answers(["yes", "no", "no", "no", province])
            .facts()
            .determine();
        assert_eq!(
            determined,
            Determination::First(Prerequisite::DeregisterShell)
        );
    }
}
