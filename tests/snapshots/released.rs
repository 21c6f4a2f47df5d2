//! What a release has bound: its golden files and the stores' tables, to the byte; its stable codes and
//! names. Its public API stands beside, and is held by `.ci/run public_api`.
//!
//! `tests/golden/released/VERSION` is written once, by `BEIAN_RELEASE=VERSION .ci/run release`; from the row
//! in [`RELEASES`] on, nothing of it can be written any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::forms::hex;

/// Each version that was released, with what its folder comes to.
const RELEASES: [(&str, &str); 1] = [(
    "0.1.0",
    "f4ae168445a23db22734b06296e0fd3d50c57000e11b7fae2d601cd8e986b1b4",
)];

const CODES: &str = include_str!("../../src/docs/codes.md");

/// Whether a release has this file, a path in the repository.
pub(crate) fn released(file: &str) -> bool {
    let has = |(version, _): &(&str, _)| bound(version).contains_key(file);
    RELEASES.iter().any(has)
}

/// What a golden file holds. With `BEIAN_GOLDEN=write` it is written first, unless a release has it.
pub(crate) fn golden(file: &str, as_of_now: &str) -> String {
    let path = root().join(file);
    if env::var("BEIAN_GOLDEN").is_ok_and(|what| what == "write") && !released(file) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, as_of_now).unwrap();
    }
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn what_was_released_stays_as_it_was() {
    for (version, digest) in RELEASES {
        assert_eq!(
            digest_of(version),
            digest,
            "tests/golden/released/{version} was changed: what is new belongs to a new version"
        );
        for (path, digest) in bound(version) {
            let now = fs::read(root().join(&path)).map(|bytes| sha256(&bytes));
            assert_eq!(
                now.unwrap_or_default(),
                digest,
                "{path} is bound by release {version}: take a new file"
            );
        }
        let codes = codes(CODES);
        for (types, code) in codes_of(&read(version, "codes.txt")) {
            let is_there = |(of, now): &Code| *now == code && types.is_subset(of);
            assert!(
                codes.iter().any(is_there),
                "{types:?} had {code:?} in release {version}"
            );
        }
    }
    let folders = fs::read_dir(folder()).unwrap();
    let folders: BTreeSet<_> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let versions = RELEASES.map(|(version, _)| version.to_owned());
    assert_eq!(
        folders,
        versions.into(),
        "a release has its row, and a row its release"
    );
}

/// Writes the files that bind, and prints the row for [`RELEASES`].
#[test]
#[ignore = "writes a release: .ci/run release"]
fn a_release_is_written() {
    let version = env::var("BEIAN_RELEASE").unwrap();
    assert!(
        RELEASES.iter().all(|(released, _)| *released != version),
        "{version} is released"
    );
    let files = BOUND
        .into_iter()
        .flat_map(|folder| files(&root().join(folder)))
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            format!("{} {name}\n", sha256(&fs::read(&path).unwrap()))
        });
    let codes = codes(CODES).into_iter().map(|(types, code)| {
        let types = types.into_iter().collect::<Vec<_>>().join(", ");
        format!("{types}: {code}\n")
    });
    let of = folder().join(&version);
    fs::create_dir_all(&of).unwrap();
    fs::write(of.join("files.txt"), files.collect::<String>()).unwrap();
    fs::write(of.join("codes.txt"), codes.collect::<String>()).unwrap();
    println!("(\"{version}\", \"{}\"),", digest_of(&version));
}

/// Whatever is in these folders when a release is made.
const BOUND: [&str; 4] = [
    "tests/golden/v1",
    "tests/golden/forms",
    "examples/stores/src/tables",
    "examples/stores/tests/golden",
];

fn folder() -> PathBuf {
    root().join("tests/golden/released")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn read(version: &str, file: &str) -> String {
    fs::read_to_string(folder().join(version).join(file)).unwrap()
}

/// The digests of the files that a release binds, by their paths.
fn bound(version: &str) -> BTreeMap<String, String> {
    let files = read(version, "files.txt");
    let row = |line: &str| {
        let (digest, path) = line.split_once(' ').unwrap();
        (path.to_owned(), digest.to_owned())
    };
    files.lines().map(row).collect()
}

/// Of all that a release's folder holds.
fn digest_of(version: &str) -> String {
    let mut all = Sha256::new();
    for path in files(&folder().join(version)) {
        all.update(path.file_name().unwrap().as_encoded_bytes());
        all.update(sha256(&fs::read(&path).unwrap()));
    }
    hex(&all.finalize())
}

/// The files of a folder and of those in it, by their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let all = paths.into_iter().flat_map(|path| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    all.collect()
}

/// A code or a name, and the types that have it.
type Code = (BTreeSet<String>, String);

/// A row a code, under headings that name the types.
fn codes(chapter: &str) -> BTreeSet<Code> {
    let mut types = BTreeSet::new();
    let mut codes = BTreeSet::new();
    let listed = chapter.split("\n## Labels").next().unwrap();
    for line in listed.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            let named = heading.split('`').skip(1).step_by(2);
            types = named.map(str::to_owned).collect();
        } else if let Some(row) = line.strip_prefix("| `") {
            let code = row.split('`').next().unwrap();
            codes.insert((types.clone(), code.to_owned()));
        }
    }
    codes
}

/// As a release has written them.
fn codes_of(release: &str) -> Vec<Code> {
    let row = |line: &str| {
        let (types, code) = line.split_once(": ").unwrap();
        (
            types.split(", ").map(str::to_owned).collect(),
            code.to_owned(),
        )
    };
    release.lines().map(row).collect()
}
