//! A house without circles: which file stands on which, and the picture of it in the architecture chapter.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "architecture/sources.rs"]
mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::Path,
};

use sources::{Arrow, Sources, tokens};

/// Every arrow that lies on a circle: one from which its own start can be reached again.
fn on_circles(arrows: &BTreeSet<Arrow>) -> Vec<&Arrow> {
    let leads_back = |(from, to, _): &&Arrow| {
        let (mut reached, mut next) = (BTreeSet::from([to]), vec![to]);
        while let Some(here) = next.pop() {
            for (_, there, _) in arrows.iter().filter(|(start, _, _)| start == here) {
                if reached.insert(there) {
                    next.push(there);
                }
            }
        }
        reached.contains(from)
    };
    arrows.iter().filter(leads_back).collect()
}

/// A folder directly in `src`, or a file there.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn no_circle_of_files_and_none_of_folders() {
    let arrows = Sources::of_src().arrows();
    assert!(
        arrows.len() > 300,
        "only {} imports were found",
        arrows.len()
    );
    let circles = on_circles(&arrows);
    assert!(
        circles.is_empty(),
        "these imports lead in a circle: {circles:#?}"
    );
    let between = arrows
        .iter()
        .map(|(from, to, by)| (room(from), room(to), by));
    let between = between.filter(|(from, to, _)| from != to);
    let rooms = between.map(|(from, to, by)| (from.into(), to.into(), by.clone()));
    let rooms: BTreeSet<Arrow> = rooms.collect();
    let circles = on_circles(&rooms);
    assert!(
        circles.is_empty(),
        "these folders stand on each other: {circles:#?}"
    );
}

/// The picture in the architecture chapter, made anew by `BEIAN_REWRITE=1 cargo test --test architecture`.
#[test]
fn the_chapter_shows_the_house_as_it_stands() {
    let arrows = Sources::of_src().arrows();
    let mut stands_on: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to, _) in &arrows {
        stands_on.entry(room(to)).or_default();
        let under = stands_on.entry(room(from)).or_default();
        if room(from) != room(to) {
            under.insert(room(to));
        }
    }
    let mut picture = String::from("| floor | room | stands on |\n|---|---|---|\n");
    let floors: BTreeMap<_, _> = stands_on
        .keys()
        .map(|room| (*room, floor(room, &stands_on)))
        .collect();
    let highest = floors.values().max().copied().unwrap_or(0);
    for at in (0..=highest).rev() {
        for (name, _) in floors.iter().filter(|(_, floor)| **floor == at) {
            let under: Vec<_> = stands_on[name]
                .iter()
                .map(|room| format!("`{room}`"))
                .collect();
            writeln!(picture, "| {at} | `{name}` | {} |", under.join(" ")).unwrap();
        }
    }
    let (begin, end) = ("<!-- the house -->\n\n", "\n<!-- end of the house -->");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docs/architecture.md");
    let chapter = fs::read_to_string(&file).unwrap();
    let (before, rest) = chapter.split_once(begin).unwrap();
    let (kept, after) = rest.split_once(end).unwrap();
    if kept != picture && env::var_os("BEIAN_REWRITE").is_some() {
        fs::write(&file, format!("{before}{begin}{picture}{end}{after}")).unwrap();
    }
    assert!(
        kept == picture,
        "the architecture chapter shows another house; look at the difference after \
         `BEIAN_REWRITE=1 cargo test --test architecture`"
    );
}

/// The ground is 0; whatever stands on a room stands a floor higher.
fn floor(room: &str, stands_on: &BTreeMap<&str, BTreeSet<&str>>) -> usize {
    let under = stands_on.get(room).into_iter().flatten();
    under
        .map(|room| floor(room, stands_on) + 1)
        .max()
        .unwrap_or(0)
}

/// More lines of code than this are two ideas, or one that is explained here.
const LINES_MAX: usize = 400;

/// Files that need more, and why.
const LONGER: &[(&str, &str)] = &[(
    "testkit/store/suite.rs",
    "a function for each promise of one trait, read from top to bottom",
)];

#[test]
fn a_file_of_src_is_one_idea() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut long = Vec::new();
    lines_of_code(&root, &root, &mut long);
    long.retain(|(file, lines)| {
        *lines > LINES_MAX && !LONGER.iter().any(|(longer, _)| longer == file)
    });
    assert!(
        long.is_empty(),
        "more than {LINES_MAX} lines of code: {long:?}"
    );
}

/// Lines that hold more than a comment, outside tests.
fn lines_of_code(root: &Path, folder: &Path, found: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            lines_of_code(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let lines = code.lines().map(str::trim_start);
            let count = lines
                .filter(|line| !line.is_empty() && !line.starts_with("//"))
                .count();
            let below = path.strip_prefix(root).unwrap().to_str().unwrap();
            found.push((below.replace('\\', "/"), count));
        }
    }
}

/// The circle of a made-up crate, as `from -> to` by file.
fn circle(files: &[(&str, &str)]) -> Vec<String> {
    let arrows = Sources::of(files).arrows();
    on_circles(&arrows)
        .into_iter()
        .map(|(from, to, _)| format!("{from} -> {to}"))
        .collect()
}

#[test]
fn a_circle_inside_one_module_is_seen() {
    let files = [
        ("lib.rs", "mod m;"),
        ("m/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("m/a.rs", "use super::B; pub struct A(B);"),
        ("m/b.rs", "pub struct B; fn f() { drop(crate::m::A); }"),
    ];
    assert_eq!(circle(&files), ["m/a.rs -> m/b.rs", "m/b.rs -> m/a.rs"]);
}

#[test]
fn a_circle_across_modules_is_seen_through_renames_and_globs() {
    let files = [
        ("lib.rs", "mod m; mod n; mod o; pub use m::A as Other;"),
        (
            "m.rs",
            "use crate::n::{self, C}; pub struct A; fn f(_: n::C) {}",
        ),
        ("n/mod.rs", "mod c; pub(crate) use c::*;"),
        ("n/c.rs", "pub(crate) struct C; type D = crate::o::E;"),
        ("o.rs", "pub type E = crate::Other;"),
    ];
    assert_eq!(
        circle(&files),
        ["m.rs -> n/c.rs", "n/c.rs -> o.rs", "o.rs -> m.rs"]
    );
}

#[test]
fn a_path_through_an_imported_module_is_followed_to_its_file() {
    let files = [
        ("lib.rs", "mod m; mod n;"),
        ("m.rs", "use crate::n as other; pub struct A(other::C);"),
        ("n/mod.rs", "mod c; pub use c::C;"),
        ("n/c.rs", "pub struct C; use crate::m; fn f(_: m::A) {}"),
    ];
    assert_eq!(circle(&files), ["m.rs -> n/c.rs", "n/c.rs -> m.rs"]);
}

#[test]
fn a_bare_path_into_a_child_is_an_import() {
    let files = [
        ("lib.rs", "mod m;"),
        ("m/mod.rs", "mod a; fn f() { a::g(); } pub struct M;"),
        ("m/a.rs", "pub(super) fn g() -> super::M { super::M }"),
    ];
    assert_eq!(circle(&files), ["m/a.rs -> m/mod.rs", "m/mod.rs -> m/a.rs"]);
}

#[test]
fn contents_pages_comments_strings_and_tests_make_no_circle() {
    let files = [
        ("lib.rs", "mod m; mod n; pub use m::A; pub use n::B;"),
        ("m/mod.rs", "//! crate::n::B\nmod a; pub use a::A;"),
        (
            "m/a.rs",
            "/// [`B`](crate::n::B)\npub struct A; const S: &str = \"crate::n::B\"; /* crate::n::B */
             #[cfg(test)]\nmod tests { use crate::n::B; }",
        ),
        ("n.rs", "use crate::A; pub struct B(A); const C: char = '\"';"),
    ];
    assert_eq!(circle(&files), [""; 0]);
    let one_way: Vec<_> = Sources::of(&files).arrows().into_iter().collect();
    assert_eq!(
        one_way,
        [("n.rs".into(), "m/a.rs".into(), "crate::A".into())]
    );
}

#[test]
fn an_inline_module_belongs_to_its_file() {
    let files = [
        ("lib.rs", "mod m; mod n;"),
        (
            "m.rs",
            "pub mod inner { use super::A; pub fn f(_: A) -> crate::n::B { todo() } } pub struct A;",
        ),
        ("n.rs", "pub struct B; use crate::m::inner::f;"),
    ];
    assert_eq!(circle(&files), ["m.rs -> n.rs", "n.rs -> m.rs"]);
}

#[test]
fn what_is_no_code_is_passed_over() {
    let text = "a r#\"b \" c\"# 'd' '\\'' e<'f> /* g /* h */ i */ \"j\\\"k\" l // m";
    assert_eq!(tokens(text), ["a", "e", "<", "'", "f", ">", "l"]);
}
