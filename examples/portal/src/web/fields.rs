//! What a form sends, and the fields that it is made of.

use std::borrow::Cow;

use askama::{Template, filters::HtmlSafe};

/// What was typed, by name of the field.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) const fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// What was typed into a field; it is taken out, so that it isn't in memory twice.
    pub(super) fn take(&mut self, name: &str) -> String {
        let place = self.0.iter().position(|(known, _)| known == name);
        place
            .map(|place| self.0.remove(place).1)
            .unwrap_or_default()
    }

    /// Every choice of a group of check boxes.
    pub(super) fn take_all(&mut self, name: &str) -> Vec<String> {
        let typed = self.0.iter_mut().filter(|(known, _)| known == name);
        typed.map(|(_, typed)| std::mem::take(typed)).collect()
    }

    /// Everything whose name begins so, under the rest of its name.
    pub(super) fn take_below(&mut self, prefix: &str) -> Vec<(String, String)> {
        let below = |(name, typed): &mut (String, String)| {
            let rest = name.strip_prefix(prefix)?.to_owned();
            Some((rest, std::mem::take(typed)))
        };
        self.0.iter_mut().filter_map(below).collect()
    }

    /// How long the list is whose fields are called `name[0]…`, `name[1]…`.
    pub(super) fn count(&self, name: &str) -> usize {
        let index = |field: &str| {
            let rest = field.strip_prefix(name)?.strip_prefix('[')?;
            rest.split_once(']')?.0.parse::<usize>().ok()
        };
        let last = self.0.iter().filter_map(|(field, _)| index(field)).max();
        last.map_or(0, |last| last.saturating_add(1))
    }
}

/// One input with its label, hint and problem.
#[derive(Template, Clone, Default)]
#[template(path = "field.html")]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) problem: Option<String>,
    pub(super) hint: &'static str,
    /// Marked as not needed.
    pub(super) optional: Option<Cow<'static, str>>,
    /// `numeric`, `tel`, `text`.
    pub(super) keyboard: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) password: bool,
    pub(super) max: u16,
}

impl Field {
    fn id(&self) -> String {
        id(&self.name)
    }
}

/// One list to choose from.
#[derive(Template, Clone, Default)]
#[template(path = "select.html")]
pub(super) struct Select {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) problem: Option<String>,
    /// What is shown while nothing is chosen; then nothing is.
    pub(super) empty: Option<&'static str>,
    pub(super) options: Vec<Choice>,
}

impl Select {
    fn id(&self) -> String {
        id(&self.name)
    }
}

/// Radio buttons or check boxes.
#[derive(Template, Clone, Default)]
#[template(path = "choices.html")]
pub(super) struct Choices {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) problem: Option<String>,
    pub(super) many: bool,
    pub(super) options: Vec<Choice>,
}

impl Choices {
    fn id(&self) -> String {
        id(&self.name)
    }
}

/// One of several.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) text: String,
    pub(super) chosen: bool,
}

impl HtmlSafe for Field {}
impl HtmlSafe for Select {}
impl HtmlSafe for Choices {}

/// The id of the field with this name or problem path, without characters that mean something.
pub(super) fn id(name: &str) -> String {
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
