//! A chapter that is there in both languages has the same sections, in the same order, and in each the
//! same rules, code, rows of tables and links: whoever changes one half is told of the other.

use std::collections::BTreeSet;

use super::ids::citations;

/// Name, English text, Chinese text.
macro_rules! chapter {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../src/docs/", $name, ".md")),
            include_str!(concat!("../../src/docs/zh/", $name, ".md")),
        )
    };
}
const CHAPTERS: [(&str, &str, &str); 4] = [
    chapter!("guide"),
    chapter!("rules"),
    chapter!("rationale"),
    chapter!("security"),
];

#[test]
fn both_languages_have_the_same_sections_rules_code_and_links() {
    for (name, english, chinese) in CHAPTERS {
        let (english, chinese) = (sections(english), sections(chinese));
        for ((heading, one), (theirs, other)) in english.iter().zip(&chinese) {
            let place = format!("{name}: {heading:?} and {theirs:?}");
            assert_eq!(one.level, other.level, "levels of {place}");
            assert_eq!(one.rules, other.rules, "rules of {place}");
            assert_eq!(one.code, other.code, "code of {place}");
            assert_eq!(one.rows, other.rows, "rows of tables in {place}");
            assert_eq!(one.links, other.links, "links of {place}");
        }
        assert_eq!(english.len(), chinese.len(), "sections of {name}");
    }
}

/// A page without its own word for the other one leaves half of its readers on the wrong page.
#[test]
fn each_chapter_says_where_it_is_in_the_other_language() {
    for (name, english, chinese) in CHAPTERS {
        let head = |text: &'static str| text.split("\n## ").next().unwrap_or_default();
        let to_chinese = format!("](crate::docs::zh::{name})");
        assert!(head(english).contains(&to_chinese), "{name}, English");
        let to_english = format!("](crate::docs::{name})");
        assert!(head(chinese).contains(&to_english), "{name}, Chinese");
    }
}

#[test]
fn a_link_within_a_page_leads_to_a_heading_of_it() {
    for (name, english, chinese) in CHAPTERS {
        for text in [english, chinese] {
            let headings: Vec<_> = sections(text)
                .iter()
                .map(|(heading, _)| anchor(heading))
                .collect();
            for link in targets(text).filter_map(|target| target.strip_prefix('#')) {
                assert!(headings.iter().any(|own| own == link), "{name}: #{link}");
            }
        }
    }
}

#[test]
fn what_differs_between_two_halves_is_seen() {
    let text = "# A\n\nR98 [a](crate::A)\n\n| a |\n|---|\n| b |\n\n```rust\nlet a = \"// 1\"; // why\n```\n## B\n";
    let same = "# 甲\n\n[甲](crate::A)，见 R98\n\n| 甲 |\n|---|\n| 乙 |\n\n```rust\nlet a = \"// 1\"; // 原因\n// 另见\n```\n## 乙\n";
    let parts = |text: &str| -> Vec<Section> {
        let all = sections(text).into_iter();
        all.map(|(_, section)| section).collect()
    };
    assert_eq!(parts(text), parts(same));
    for (from, to) in [
        ("R98", "R97"),
        ("crate::A", "crate::B"),
        ("| 乙 |\n", "| 乙 |\n| 丙 |\n"),
        ("// 1", "// 2"),
        ("```rust", "```text"),
        ("## 乙", "### 乙"),
        ("## 乙", ""),
    ] {
        let other = same.replacen(from, to, 1);
        assert_ne!(parts(text), parts(&other), "{to}");
    }
}

/// What must be the same in both languages.
#[derive(Debug, Default, PartialEq)]
struct Section {
    level: usize,
    rules: BTreeSet<String>,
    links: BTreeSet<String>,
    rows: usize,
    code: Vec<String>,
}

/// Each section after its heading.
fn sections(text: &str) -> Vec<(String, Section)> {
    let mut sections = vec![(String::new(), Section::default())];
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        if fence.is_none() && line.starts_with('#') {
            let heading = line.trim_start_matches('#');
            let section = Section {
                level: line.len() - heading.len(),
                ..Section::default()
            };
            sections.push((heading.trim().to_owned(), section));
        }
        let (_, section) = sections.last_mut().expect("one is there");
        if let Some(info) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(info) };
            section.code.push(line.to_owned());
        } else if let Some(info) = fence {
            let code = match info {
                "text" => "", // a drawing for people
                "toml" => before(line, "#"),
                _ => before(line, "//"),
            };
            if !code.is_empty() {
                section.code.push(code.to_owned());
            }
        } else {
            section.rules.extend(citations(line));
            section.links.extend(targets(line).map(of_either));
            section.rows += usize::from(line.starts_with('|'));
        }
    }
    sections
}

/// A line of code without its comment; quotation marks hide what looks like one.
fn before<'a>(line: &'a str, comment: &str) -> &'a str {
    let mut quoted = false;
    let end = line.char_indices().find(|(at, c)| {
        quoted ^= *c == '"' && !line[..*at].ends_with('\\');
        !quoted && line[*at..].starts_with(comment)
    });
    line[..end.map_or(line.len(), |(at, _)| at)].trim_end()
}

fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

/// A target as both languages have it: of chapters the one that it is, of places in them any.
fn of_either(target: &str) -> String {
    let page = target.replace("docs::zh::", "docs::");
    match page.split_once('#') {
        Some((chapter, _)) if chapter.is_empty() || chapter.contains("docs::") => {
            format!("{chapter}#")
        }
        _ => page,
    }
}

/// As rustdoc makes it from a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}
