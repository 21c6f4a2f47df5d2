//! What a form sends, and the fields that it is made of.

use std::{borrow::Cow, fmt};

use askama::{Template, filters::HtmlSafe};

/// What was typed, by name of the field.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// These.
    #[must_use]
    pub const fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// What was typed into a field; it is taken out, so that it isn't in memory twice.
    pub fn take(&mut self, name: &str) -> String {
        let place = self.0.iter().position(|(known, _)| known == name);
        place
            .map(|place| self.0.remove(place).1)
            .unwrap_or_default()
    }

    /// Every choice of a group of check boxes.
    pub fn take_all(&mut self, name: &str) -> Vec<String> {
        let typed = self.0.iter_mut().filter(|(known, _)| known == name);
        typed.map(|(_, typed)| std::mem::take(typed)).collect()
    }

    /// Everything whose name begins so, under the rest of its name.
    pub fn take_below(&mut self, prefix: &str) -> Vec<(String, String)> {
        let below = |(name, typed): &mut (String, String)| {
            let rest = name.strip_prefix(prefix)?.to_owned();
            Some((rest, std::mem::take(typed)))
        };
        self.0.iter_mut().filter_map(below).collect()
    }

    /// How long the list is whose fields are called `name[0]…`, `name[1]…`.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        let index = |field: &str| {
            let rest = field.strip_prefix(name)?.strip_prefix('[')?;
            rest.split_once(']')?.0.parse::<usize>().ok()
        };
        let last = self.0.iter().filter_map(|(field, _)| index(field)).max();
        last.map_or(0, |last| last.saturating_add(1))
    }
}

/// One input with its label, its hint, and what is said to what was typed.
#[derive(Template, Clone, Default)]
#[template(path = "field.html")]
pub struct Field {
    /// Its name; its id follows from it.
    pub name: String,
    /// What it is for.
    pub label: &'static str,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// What else there is to say to it.
    pub notes: Vec<String>,
    /// How to fill it in.
    pub hint: Cow<'static, str>,
    /// Marked as not needed.
    pub optional: Option<Cow<'static, str>>,
    /// `numeric`, `tel`, `text`.
    pub keyboard: &'static str,
    /// What browsers fill in.
    pub autocomplete: &'static str,
    /// Not to be seen.
    pub password: bool,
    /// So many characters.
    pub max: u16,
}

impl Field {
    fn id(&self) -> String {
        id(&self.name)
    }

    fn said(&self) -> Said<'_> {
        Said::new(self.id(), self.problem.as_deref(), &self.notes)
    }

    fn described_by(&self) -> DescribedBy {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id()));
        DescribedBy(hint.into_iter().chain(self.said().ids()).collect())
    }
}

/// One list to choose from.
#[derive(Template, Clone, Default)]
#[template(path = "select.html")]
pub struct Select {
    /// Its name; its id follows from it.
    pub name: String,
    /// What it is for.
    pub label: &'static str,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// What else there is to say to it.
    pub notes: Vec<String>,
    /// What is shown while nothing is chosen; then nothing is.
    pub empty: Option<&'static str>,
    /// What there is.
    pub options: Vec<Choice>,
}

impl Select {
    fn id(&self) -> String {
        id(&self.name)
    }

    fn said(&self) -> Said<'_> {
        Said::new(self.id(), self.problem.as_deref(), &self.notes)
    }
}

/// Radio buttons or check boxes.
#[derive(Template, Clone, Default)]
#[template(path = "choices.html")]
pub struct Choices {
    /// Their name; the id of the group follows from it.
    pub name: String,
    /// What they are for.
    pub label: &'static str,
    /// What is wrong with them.
    pub problem: Option<String>,
    /// What else there is to say to them.
    pub notes: Vec<String>,
    /// Check boxes.
    pub many: bool,
    /// What there is.
    pub options: Vec<Choice>,
}

impl Choices {
    fn id(&self) -> String {
        id(&self.name)
    }

    fn said(&self) -> Said<'_> {
        Said::new(self.id(), self.problem.as_deref(), &self.notes)
    }
}

/// One of several.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What is sent.
    pub value: &'static str,
    /// What is shown.
    pub text: String,
    /// The one that was chosen.
    pub chosen: bool,
}

/// What is said at a field or a part of a form; everything has an id, to be named by what it describes.
#[derive(Template, Debug)]
#[template(path = "said.html")]
pub(super) struct Said<'a> {
    id: String,
    problem: Option<&'a str>,
    notes: &'a [String],
}

impl<'a> Said<'a> {
    pub(super) const fn new(id: String, problem: Option<&'a str>, notes: &'a [String]) -> Self {
        Self { id, problem, notes }
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        let problem = self.problem.map(|_| format!("{}-problem", self.id));
        let notes = (1..=self.notes.len()).map(|n| format!("{}-note-{n}", self.id));
        problem.into_iter().chain(notes)
    }

    pub(super) fn described_by(&self) -> DescribedBy {
        DescribedBy(self.ids().collect())
    }
}

/// The attribute that names what describes an element: nothing if nothing does. Ids need no escaping.
pub(super) struct DescribedBy(Vec<String>);

impl fmt::Display for DescribedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(ids) = self;
        if ids.is_empty() {
            return Ok(());
        }
        write!(f, " aria-describedby=\"{}\"", ids.join(" "))
    }
}

impl HtmlSafe for DescribedBy {}
impl HtmlSafe for Field {}
impl HtmlSafe for Select {}
impl HtmlSafe for Choices {}
impl HtmlSafe for Said<'_> {}

impl fmt::Debug for Field {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field").field(&self.name).finish()
    }
}

impl fmt::Debug for Select {
    /// Without what was chosen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Select").field(&self.name).finish()
    }
}

impl fmt::Debug for Choices {
    /// Without what was chosen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Choices").field(&self.name).finish()
    }
}

impl fmt::Debug for Fields {
    /// Without what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(fields) = self;
        f.debug_tuple("Fields").field(&fields.len()).finish()
    }
}

/// The id of the field with this name or problem path, without characters that mean something.
#[must_use]
pub fn id(name: &str) -> String {
    let part = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    part.filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_problem_paths() {
        assert_eq!(
            id("services[0].administrator.mobile"),
            "services-0-administrator-mobile"
        );
        assert_eq!(id("services"), "services");
    }

    #[test]
    fn whatever_is_said_at_a_field_is_named_by_it() {
        let mut field = Field {
            name: "entity.name".to_owned(),
            ..Field::default()
        };
        assert!(!field.render().unwrap().contains("aria-"));
        field.hint = "hint".into();
        field.problem = Some("problem".to_owned());
        field.notes = vec!["first".to_owned(), "second".to_owned()];
        let html = field.render().unwrap();
        let ids = ["hint", "problem", "note-1", "note-2"].map(|end| format!("entity-name-{end}"));
        assert!(html.contains(&format!("aria-describedby=\"{}\"", ids.join(" "))));
        for id in ids {
            assert!(html.contains(&format!(" id=\"{id}\"")), "{html}");
        }
    }

    fn typed(pairs: &[(&str, &str)]) -> Fields {
        let own = |(name, typed): &(&str, &str)| ((*name).to_owned(), (*typed).to_owned());
        Fields::new(pairs.iter().map(own).collect())
    }

    #[test]
    fn a_list_is_as_long_as_its_last_index_says() {
        let fields = typed(&[
            ("services[0].name", "a"),
            ("services[2].name", "b"),
            ("other[9]", "c"),
        ]);
        assert_eq!(fields.count("services"), 3);
        assert_eq!(fields.count("changes"), 0);
    }

    #[test]
    fn what_is_typed_is_taken_out_once() {
        let mut fields = typed(&[("name", "张三"), ("c", "1"), ("c", "2")]);
        assert_eq!(fields.take("name"), "张三");
        assert_eq!(fields.take("name"), "");
        assert_eq!(fields.take_all("c"), ["1", "2"]);
    }
}
