//! Proof of the proofs: each class of attack has guards, and so has what a platform foretells; each guard has
//! a patch in `tests/guards` that breaks it, and each patch a test that must fail once it is applied, or a case
//! of the timing bench that must leak then. Some also say within how many filings the simulator must find them.
//!
//! `cargo test --test guards -- --ignored --nocapture --test-threads 1` applies them one by one to a copy of
//! the crate under the target folder, and runs the test of each; `BEIAN_GUARDS=17` keeps to the patches whose
//! name contains that. The list in the security chapter is written from the patches:
//! `BEIAN_REWRITE=1 cargo test --test guards` writes it anew.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail loudly, in its helpers too"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const PATCHES: &str = "tests/guards";
const TABLE: &str = "src/docs/guards.md";
const HEAD: &str = "\
## Each guard, and the test that sees it broken

A test is worth what it sees when its guard is gone. Each row is a patch of `tests/guards`: it breaks the
guard in a copy of the crate, and the test must then fail; where it is a case of the bench `timing`, the case
must leak. Where filings are named, the simulator must find it within so many, and the one command that it then
prints must find it again. What a platform's half foretells has guards, too: their rows bear the rule.
`.ci/deep broken_guards` does all that for every row; what this list says is held against patches and tests
by every `cargo test`.

| # | guard | broken | test that fails then | simulator |
|---|---|---|---|---|
";
/// The bench whose cases stand where others have a test.
const BENCH: &str = "timing";

/// One way to break a guard.
struct Guard {
    name: String,
    /// What holds, and how the patch undoes it.
    holds: String,
    broken: String,
    test: Test,
    /// Within how many filings the simulator finds it, if it must.
    filings: Option<u32>,
    hunks: Vec<Hunk>,
}

/// A test of the crate: its target, and its path in there. Of the bench, a case.
struct Test {
    target: String,
    path: String,
}

/// A place in a file under `src`: what is there, context included, and what the patch makes of it.
struct Hunk {
    file: String,
    before: String,
    after: String,
}

impl Guard {
    fn all() -> Vec<Self> {
        let folder = Path::new(ROOT).join(PATCHES);
        let paths = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut paths: Vec<PathBuf> = paths.collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path).unwrap();
        let field = |field: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(field));
            value.unwrap_or_else(|| panic!("{name}: expected a line `{field}…`"))
        };
        let (target, path) = field("test: ").split_once(' ').unwrap();
        let filings = text
            .lines()
            .find_map(|line| line.strip_prefix("simulator: "));
        Self {
            holds: field("guard: ").to_owned(),
            broken: field("broken: ").to_owned(),
            test: Test {
                target: target.to_owned(),
                path: path.to_owned(),
            },
            filings: filings.map(|filings| filings.parse().expect("a number of filings")),
            hunks: hunks(&text),
            name,
        }
    }

    /// The number of an attack in the security chapter; or the rule that a platform's half keeps.
    fn class(&self) -> &str {
        let (class, _) = self
            .name
            .split_once('-')
            .expect("a name begins with its class");
        class
    }

    /// What the name of its test says.
    fn said_by_its_test(&self) -> String {
        let class = self.class();
        match class.parse::<u8>() {
            Ok(attack) => format!("attack_{attack:02}"),
            Err(_) => class.to_lowercase(),
        }
    }

    /// Every file that it changes, as it is then; or why it doesn't apply.
    fn applied(&self, root: &Path) -> Result<BTreeMap<&str, String>, String> {
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for hunk in &self.hunks {
            let text = files
                .entry(&hunk.file)
                .or_insert_with(|| fs::read_to_string(root.join(&hunk.file)).unwrap_or_default());
            let times = text.matches(&hunk.before).count();
            if times != 1 {
                let (name, file, before) = (&self.name, &hunk.file, &hunk.before);
                return Err(format!(
                    "{name}.patch no longer applies: {file} has {times} times, not once,\n{before}"
                ));
            }
            *text = text.replace(&hunk.before, &hunk.after);
        }
        Ok(files)
    }
}

/// Reads a unified diff. Places are found by what is there, not by their line numbers.
fn hunks(diff: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut file = "";
    for line in diff.lines() {
        let (mark, rest) = line.split_at_checked(1).unwrap_or_default();
        match (mark, hunks.last_mut()) {
            ("+", _) if rest.starts_with("++ b/") => file = &rest[5..],
            ("-", _) if rest.starts_with("-- a/") => {}
            ("@", _) => hunks.push(Hunk {
                file: file.to_owned(),
                before: String::new(),
                after: String::new(),
            }),
            (" ", Some(hunk)) => {
                hunk.before.extend([rest, "\n"]);
                hunk.after.extend([rest, "\n"]);
            }
            ("-", Some(hunk)) => hunk.before.extend([rest, "\n"]),
            ("+", Some(hunk)) => hunk.after.extend([rest, "\n"]),
            _ => {}
        }
    }
    hunks
}

impl Test {
    /// The file that it is in.
    fn file(&self) -> String {
        let modules: Vec<_> = self.path.split("::").collect();
        let (_, modules) = modules.split_last().unwrap();
        match (self.target.as_str(), modules) {
            ("lib", [modules @ .., "tests"]) => format!("src/{}.rs", modules.join("/")),
            (target, []) => format!("tests/{target}.rs"),
            (target, modules) => format!("tests/{target}/{}.rs", modules.join("/")),
        }
    }

    fn is_timed(&self) -> bool {
        self.target == BENCH
    }

    fn exists(&self) -> bool {
        if self.is_timed() {
            let cases = include_str!("../benches/timing.rs");
            return cases.contains(&format!("\"{}\"", self.path));
        }
        let name = self.path.rsplit("::").next().unwrap();
        let file = fs::read_to_string(Path::new(ROOT).join(self.file())).unwrap_or_default();
        file.contains(&format!("fn {name}("))
    }
}

#[test]
fn every_class_of_attack_has_guards_and_tests_that_exist() {
    let guards = Guard::all();
    let classes: BTreeSet<u8> = guards
        .iter()
        .filter_map(|guard| guard.class().parse().ok())
        .collect();
    assert_eq!(classes, (1..=28).collect());
    for guard in &guards {
        let (name, test) = (&guard.name, &guard.test);
        assert!(
            test.exists(),
            "{name}: no test {} in {}",
            test.path,
            test.file()
        );
        assert!(
            test.is_timed() || test.path.contains(&guard.said_by_its_test()),
            "{name}: {} is for another",
            test.path
        );
        assert!(!guard.hunks.is_empty(), "{name}: no hunk");
        for hunk in &guard.hunks {
            assert!(hunk.file.starts_with("src/"), "{name}: only src is broken");
            assert!(hunk.before != hunk.after, "{name}: nothing is changed");
        }
    }
    let security = include_str!("../src/docs/security.md");
    for class in classes {
        let row = security
            .lines()
            .any(|line| line.starts_with(&format!("| {class} |")));
        assert!(row, "the security chapter has no row for class {class}");
    }
}

#[test]
fn the_list_of_guards_is_that_of_the_patches() {
    let mut table = HEAD.to_owned();
    for guard in Guard::all() {
        let (class, Test { target, path }) = (guard.class(), &guard.test);
        let (holds, broken) = (&guard.holds, &guard.broken);
        let filings = guard.filings.map_or_else(String::new, |n| n.to_string());
        let class = class.trim_start_matches('0');
        writeln!(
            table,
            "| {class} | {holds} | {broken} | `{target}` `{path}` | {filings} |"
        )
        .unwrap();
    }
    let path = Path::new(ROOT).join(TABLE);
    if env::var_os("BEIAN_REWRITE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == table,
        "{TABLE} is not what the patches say: `BEIAN_REWRITE=1 cargo test --test guards`"
    );
}

/// Not among the tests that mutants of the crate are judged by: a patch that doesn't apply catches nothing.
#[test]
#[ignore = "a step of its own: `cargo test --test guards -- --ignored every_patch_applies`"]
fn every_patch_applies() {
    let guards = Guard::all();
    let outdated: Vec<_> = guards
        .iter()
        .filter_map(|guard| guard.applied(Path::new(ROOT)).err())
        .collect();
    assert!(outdated.is_empty(), "{}", outdated.join("\n"));
}

#[test]
#[ignore = "takes minutes: `cargo test --test guards -- --ignored --nocapture`"]
fn every_broken_guard_is_caught() {
    let guards = asked_for(|guard| !guard.test.is_timed());
    let copy = Copy::make();
    for (target, paths) in by_target(&guards) {
        let whole = copy.test(target, &paths);
        let expected = format!("test result: ok. {} passed", paths.len());
        assert!(whole.contains(&expected), "{target}, unbroken:\n{whole}");
    }
    each(&guards, |guard| copy.judge(guard));
}

#[test]
#[ignore = "takes minutes: `cargo test --test guards -- --ignored --nocapture`"]
fn broken_guards_are_found_by_the_simulator() {
    let guards = asked_for(|guard| guard.filings.is_some());
    let copy = Copy::make();
    let most = guards.iter().filter_map(|guard| guard.filings).max();
    let whole = copy.simulate(&format!("--seed 7 --filings {}", most.unwrap_or(1)));
    assert!(whole.contains("\nno violation"), "unbroken:\n{whole}");
    each(&guards, |guard| copy.judge_by_simulation(guard));
}

#[test]
#[ignore = "takes minutes, and a machine that is left alone"]
fn broken_guards_leak_time() {
    let guards = asked_for(|guard| guard.test.is_timed());
    let copy = Copy::make();
    let whole = copy.bench();
    assert!(whole.contains("leaks, and is seen"), "unbroken:\n{whole}");
    assert!(!whole.contains("LEAKS"), "unbroken:\n{whole}");
    each(&guards, |guard| copy.judge_by_time(guard));
}

/// Those of the guards that `BEIAN_GUARDS` names, or all of them.
fn asked_for(which: impl Fn(&Guard) -> bool) -> Vec<Guard> {
    let filter = env::var("BEIAN_GUARDS").unwrap_or_default();
    let mut guards = Guard::all();
    guards.retain(|guard| which(guard) && guard.name.contains(&filter));
    assert!(!guards.is_empty(), "no patch is named like {filter}");
    guards
}

fn each(guards: &[Guard], judge: impl Fn(&Guard) -> Result<(), String>) {
    let mut survivors = Vec::new();
    for guard in guards {
        let began = Instant::now();
        let verdict = judge(guard);
        let seconds = began.elapsed().as_secs();
        println!(
            "{:30} {} {seconds} s",
            guard.name,
            verdict.as_ref().map_or("FAILED", |()| "caught")
        );
        survivors.extend(verdict.err());
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n\n"));
}

fn by_target(guards: &[Guard]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Guard { test, .. } in guards {
        targets.entry(&test.target).or_default().insert(&test.path);
    }
    targets
}

/// The crate once more, to be broken, with a target folder of its own.
struct Copy {
    root: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn make() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guards");
        let root = folder.join("crate");
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        for part in [
            "Cargo.toml",
            "Cargo.lock",
            "README.md",
            "src",
            "tests",
            "benches",
            "examples",
        ] {
            copy(&Path::new(ROOT).join(part), &root.join(part));
        }
        Self {
            root,
            target: folder.join("target"),
        }
    }

    /// Whether the test fails while the guard is broken; what is wrong if it doesn't.
    fn judge(&self, guard: &Guard) -> Result<(), String> {
        let (name, Test { target, path }) = (&guard.name, &guard.test);
        let (built, tested) = self.broken(guard, || {
            let paths = BTreeSet::from([path.as_str()]);
            (self.build(target), self.test(target, &paths))
        })?;
        if !built.contains("Executable") {
            return Err(format!("{name} doesn't build:\n{built}"));
        }
        let failed = tested.contains(&format!("test {path} ... FAILED"))
            && tested.contains("test result: FAILED. 0 passed; 1 failed");
        failed
            .then_some(())
            .ok_or_else(|| format!("{name}: {path} doesn't catch it:\n{tested}"))
    }

    /// Whether the simulator finds it, and finds it again by the command that it prints, shrunk.
    fn judge_by_simulation(&self, guard: &Guard) -> Result<(), String> {
        let (name, filings) = (&guard.name, guard.filings.unwrap_or_default());
        let (found, again) = self.broken(guard, || {
            let found = self.simulate(&format!("--seed 7 --filings {filings}"));
            let command = found
                .lines()
                .find_map(|line| line.split_once("--example simulate -- "));
            let again = command.map(|(_, arguments)| self.simulate(arguments));
            (found, again.unwrap_or_default())
        })?;
        let difference = found.lines().find_map(|line| {
            let (_, difference) = line.strip_prefix("VIOLATION in world ")?.split_once(": ")?;
            Some(difference)
        });
        let same = difference.is_some_and(|difference| {
            let mut lines = again.lines();
            lines.any(|line| line.starts_with("world ") && line.ends_with(difference))
        });
        same.then_some(()).ok_or_else(|| {
            format!("{name}: not found within {filings} filings, or not again:\n{found}\n{again}")
        })
    }

    /// Whether the bench says that its case leaks.
    fn judge_by_time(&self, guard: &Guard) -> Result<(), String> {
        let (name, case) = (&guard.name, &guard.test.path);
        let measured = self.broken(guard, || self.bench())?;
        let row = format!("| {case} ");
        let leaks = |line: &str| line.starts_with(&row) && line.ends_with("| LEAKS |");
        let seen = measured.lines().any(leaks);
        seen.then_some(())
            .ok_or_else(|| format!("{name}: {case} doesn't leak:\n{measured}"))
    }

    /// What is seen while the guard is broken.
    fn broken<T>(&self, guard: &Guard, see: impl FnOnce() -> T) -> Result<T, String> {
        let broken = guard.applied(&self.root)?;
        let whole: Vec<_> = broken
            .keys()
            .map(|file| {
                (
                    self.root.join(file),
                    fs::read(self.root.join(file)).unwrap(),
                )
            })
            .collect();
        for (file, text) in broken {
            fs::write(self.root.join(file), text).unwrap();
        }
        let seen = see();
        for (file, text) in whole {
            fs::write(file, text).unwrap();
        }
        Ok(seen)
    }

    fn build(&self, target: &str) -> String {
        self.cargo("test", &[&Self::of(target)[..], &["--no-run"]].concat())
    }

    fn test(&self, target: &str, paths: &BTreeSet<&str>) -> String {
        let paths: Vec<_> = paths.iter().copied().collect();
        self.cargo(
            "test",
            &[&Self::of(target)[..], &["--", "--exact"], &paths].concat(),
        )
    }

    fn of(target: &str) -> Vec<&str> {
        match target {
            "lib" => vec!["--lib"],
            target => vec!["--test", target],
        }
    }

    fn simulate(&self, arguments: &str) -> String {
        let arguments: Vec<_> = arguments.split(' ').collect();
        self.cargo(
            "run",
            &[&["--release", "--example", "simulate", "--"], &*arguments].concat(),
        )
    }

    fn bench(&self) -> String {
        self.cargo("bench", &["--bench", BENCH])
    }

    /// What cargo and the program say; it is ended after half an hour.
    fn cargo(&self, command: &str, arguments: &[&str]) -> String {
        let said = self.target.with_extension("log");
        fs::create_dir_all(&self.target).unwrap();
        let log = fs::File::create(&said).unwrap();
        let mut child = Command::new(env!("CARGO"))
            .current_dir(&self.root)
            .args([command, "--locked", "-p", "beian"])
            .args(arguments)
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("RUSTFLAGS")
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "none")
            .env("CARGO_PROFILE_BENCH_DEBUG", "none")
            .env("CARGO_TERM_COLOR", "never")
            .stdin(Stdio::null())
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn()
            .unwrap();
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(1800) {
                child.kill().unwrap();
                child.wait().unwrap();
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        fs::read_to_string(said).unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            if name != "target" {
                copy(&from.join(&name), &to.join(&name));
            }
        }
    } else if from.exists() {
        fs::copy(from, to).unwrap();
    }
}
