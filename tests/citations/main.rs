//! Every rule of the rules chapter is cited by a test: `R17` in a comment or a text of a test, or
//! `r17` as a word of its name. `R03–R07` cites all five. Rules that no code can keep are listed in the
//! architecture chapter. An id that the chapter doesn't have is a slip of the pen. A chapter that is there
//! in Chinese, too, says the same in both languages.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod ids;
mod languages;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use ids::{citations, is_id};

const RULES: &str = include_str!("../../src/docs/rules.md");
const ARCHITECTURE: &str = include_str!("../../src/docs/architecture.md");

#[test]
fn every_rule_is_cited_by_a_test() {
    let rules = rules();
    let out_of_scope = out_of_scope();
    let cited: BTreeSet<String> = sources()
        .iter()
        .flat_map(|(path, text)| citations(&test_code(path, text)))
        .collect();

    let missing: Vec<_> = rules
        .iter()
        .filter(|id| !cited.contains(*id) && !out_of_scope.contains(*id))
        .collect();
    assert!(missing.is_empty(), "no test cites {missing:?}");

    let kept: Vec<_> = out_of_scope.intersection(&cited).collect();
    assert!(kept.is_empty(), "out of scope and yet tested: {kept:?}");
    let foreign: Vec<_> = out_of_scope.difference(&rules).collect();
    assert!(foreign.is_empty(), "out of scope and no rule: {foreign:?}");
}

#[test]
fn every_id_in_the_code_is_a_rule() {
    let rules = rules();
    let cited = sources()
        .into_iter()
        .map(|(path, text)| (path, citations(&text)));
    let unknown: Vec<_> = cited
        .map(|(path, ids)| (path, &ids - &rules))
        .filter(|(_, ids)| !ids.is_empty())
        .collect();
    assert!(unknown.is_empty(), "no rule has these ids: {unknown:#?}");
}

#[test]
fn the_tests_of_a_file_begin_with_their_module() {
    let cites = |text: &str| citations(text).into_iter().collect::<Vec<_>>();
    let source = "fn code() {} // R99\n#[cfg(test)]\nmod tests {\n    // R98\n}\n";
    assert_eq!(cites(tests_of(source)), ["R98"]);
    assert_eq!(cites(tests_of("fn code() {} // R99")), [""; 0]);
}

/// The ids that begin a row of a table, each once.
fn rules() -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    for id in rows(RULES) {
        assert!(rules.insert(id.to_owned()), "two rules have the id {id}");
    }
    for first in ["R01", "B01", "D01"] {
        assert!(rules.contains(first), "the rules chapter lacks {first}");
    }
    rules
}

fn out_of_scope() -> BTreeSet<String> {
    let (_, section) = ARCHITECTURE
        .split_once("\n## Out of scope\n")
        .expect("the architecture chapter has a section \"Out of scope\"");
    let section = section.split("\n## ").next().unwrap_or_default();
    rows(section).map(str::to_owned).collect()
}

fn rows(chapter: &str) -> impl Iterator<Item = &str> {
    chapter
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"))
        .map(|(cell, _)| cell)
        .filter(|cell| is_id(cell))
}

/// What is run as a test: the files under `tests`, and the end of a file of `src` from its test module.
fn test_code(path: &Path, text: &str) -> String {
    let all = path
        .iter()
        .any(|part| part == "tests" || part == "tests.rs");
    if all { text } else { tests_of(text) }.to_owned()
}

fn tests_of(source: &str) -> &str {
    source
        .find("#[cfg(test)]\nmod tests {")
        .map_or("", |start| &source[start..])
}

/// All Rust files under `src` and `tests`, without the crates apart, without this test.
fn sources() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    let mut directories = vec![root.join("src"), root.join("tests")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a readable directory") {
            let path = entry.expect("a readable entry").path();
            let name = path.strip_prefix(root).expect("a path in the crate");
            let apart = ["tests/citations", "tests/fuzz", "tests/no_std"];
            if apart.iter().any(|apart| name == Path::new(apart)) || name.ends_with("target") {
                continue;
            }
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a readable file");
                files.insert(name.to_owned(), text);
            }
        }
    }
    files
}
