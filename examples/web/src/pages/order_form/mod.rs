//! The form of an order: first its type, then what that type needs. What there is to say stands beside
//! the fields that it is about, and what was typed stays.
//!
//! ```
//! use axum::{http::StatusCode, response::Response};
//! use beian::{FilingType, OrderForm, OrderProblems};
//! use beian_web::pages::{Host, Visit, order_form::{Around, Content, page, problems}};
//!
//! fn mend(
//!     visit: &Visit<impl Host>,
//!     around: Around,
//!     typed: &OrderForm,
//!     found: &OrderProblems,
//! ) -> Response {
//!     let mut content = Content::new(FilingType::Initial, typed);
//!     content.remarks = problems(found, visit.lang);
//!     visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, around, &content))
//! }
//! ```

mod build;
mod read;
mod remark;
#[cfg(test)]
mod tests;

use std::fmt;

use beian::{FilingType, Lang, ModifiedParts, OrderForm, Rulebook};

use super::{
    Host, Link, Page, Visit,
    fields::{Choices, Field, Said, Select},
};

pub use read::{Typed, blank, read, sample};
pub use remark::{Kind, Remark, problems};

/// As many as the page takes: more can't be filed.
const SERVICES_MAX: usize = 201;

/// Where the form stands at a host, and what its buttons say.
#[derive(Debug, Clone)]
pub struct Around {
    /// The part of the site.
    pub section: &'static str,
    /// Where they came from.
    pub back: Link,
    /// What they are doing.
    pub heading: String,
    /// What fills in sample data, if anything does.
    pub sample: Option<Link>,
    /// Where the form is sent to.
    pub action: String,
    /// What the button that sends it says.
    pub submit: &'static str,
    /// Where they go instead.
    pub cancel: Link,
    /// What stands above problems and refusals.
    pub refused: &'static str,
}

/// What the form holds.
#[derive(Debug, Clone)]
pub struct Content<'a> {
    /// Decides what is asked for.
    pub filing_type: FilingType,
    /// What was typed.
    pub typed: &'a OrderForm,
    /// What there is to say to it.
    pub remarks: Vec<Remark>,
    /// Whose ID numbers are kept and may be left blank: `entity.leader`, `services[0].administrator`.
    pub kept: Vec<String>,
    /// What else is asked for, beside the leader. What there is to say to it is found by its name.
    pub more: Vec<More>,
    /// What goes along unseen: name and value.
    pub hidden: Vec<(&'static str, String)>,
}

/// Something that only this host asks for.
#[derive(Debug, Clone)]
pub enum More {
    /// Typed.
    Field(Field),
    /// Chosen.
    Select(Select),
}

impl More {
    fn name(&self) -> &str {
        match self {
            Self::Field(field) => &field.name,
            Self::Select(select) => &select.name,
        }
    }
}

impl<'a> Content<'a> {
    /// What was typed alone.
    #[must_use]
    pub const fn new(filing_type: FilingType, typed: &'a OrderForm) -> Self {
        Self {
            filing_type,
            typed,
            remarks: Vec::new(),
            kept: Vec::new(),
            more: Vec::new(),
            hidden: Vec::new(),
        }
    }
}

/// The form, to be filled in.
#[must_use]
pub fn page<H: Host>(visit: &Visit<H>, around: Around, content: &Content<'_>) -> FormPage {
    build::form(&visit.page(around.section), around, content)
}

/// The types to choose from. The form is found where the choice leads to, with `?type=`.
#[must_use]
pub fn types<H: Host>(
    visit: &Visit<H>,
    section: &'static str,
    back: Link,
    form: &str,
) -> TypesPage {
    let cards = FilingType::ALL.iter().map(|filing_type| Type {
        href: format!("{form}?type={filing_type}"),
        text: filing_type.text(visit.lang),
        texted: texted(*filing_type, visit.lang),
    });
    TypesPage {
        p: visit.page(section),
        back,
        types: cards.collect(),
    }
}

/// The page of [`types`].
#[derive(askama::Template, Debug)]
#[template(path = "types.html")]
pub struct TypesPage {
    p: Page,
    back: Link,
    types: Vec<Type>,
}

#[derive(Debug)]
struct Type {
    href: String,
    text: &'static str,
    /// Who is texted, by the rules of today.
    texted: String,
}

/// The page of [`page`].
#[derive(askama::Template)]
#[template(path = "order_form.html")]
pub struct FormPage {
    p: Page,
    around: Around,
    filing_type: &'static str,
    type_text: &'static str,
    texted: String,
    /// Problems and refusals.
    summary: Vec<Line>,
    /// Other lists of remarks.
    milder: Vec<Mild>,
    whole: Part,
    changes: Option<Choices>,
    entity: Part,
    province: Select,
    entity_name: Field,
    leader: PersonFields,
    more: Vec<More>,
    hidden: Vec<(&'static str, String)>,
    services: Vec<ServiceFields>,
    services_part: Part,
    services_needed: bool,
    full: bool,
}

impl fmt::Debug for FormPage {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = f.debug_struct("FormPage");
        page.field("filing_type", &self.filing_type);
        page.finish_non_exhaustive()
    }
}

/// A line of a summary.
struct Line {
    id: String,
    place: String,
    text: String,
}

/// A summary of what hinders nobody.
struct Mild {
    id: &'static str,
    heading: &'static str,
    lines: Vec<Line>,
}

/// What is said at a part of the form.
struct Part {
    id: String,
    problem: Option<String>,
    notes: Vec<String>,
}

impl Part {
    fn said(&self) -> Said<'_> {
        Said::new(self.id.clone(), self.problem.as_deref(), &self.notes)
    }

    const fn is_said(&self) -> bool {
        self.problem.is_some() || !self.notes.is_empty()
    }
}

struct PersonFields {
    part: Part,
    document: Part,
    name: Field,
    mobile: Field,
    emergency_phone: Field,
    kind: Select,
    number: Field,
    back_number: Field,
}

struct ServiceFields {
    number: usize,
    place: usize,
    part: Part,
    kind: Select,
    name: Field,
    access: Option<Choices>,
    administrator: PersonFields,
    removable: bool,
}

/// Whether the form begins with a service; what is needed in the end depends on what was typed.
const fn needs_services(filing_type: FilingType) -> bool {
    filing_type.needs_services(ModifiedParts::NONE)
}

/// Who is texted for orders of a type, as the rulebook in force has it.
#[must_use]
pub fn texted(filing_type: FilingType, lang: Lang) -> String {
    let rules = Rulebook::CURRENT.rules().iter();
    let rules = rules.filter(|rule| rule.filing_type() == filing_type);
    let between = match lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    };
    let texts: Vec<_> = rules.map(|rule| rule.text(lang)).collect();
    texts.join(between)
}
