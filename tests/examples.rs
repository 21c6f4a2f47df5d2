//! The command line of `examples/requirements.rs`, and the questions of `examples/which_filing.rs`.

#![allow(
    clippy::unwrap_used,
    reason = "a test may fail loudly, in its helpers too"
)]

#[path = "../examples/requirements.rs"]
#[expect(dead_code, reason = "main is the example's")]
mod requirements;

#[path = "../examples/which_filing.rs"]
#[expect(dead_code, reason = "main is the example's")]
mod which_filing;

fn asked(answers: &str, lang: beian::Lang) -> String {
    let mut out = Vec::new();
    let answers = answers.split_whitespace().map(|word| Ok(word.to_owned()));
    which_filing::ask(answers, lang, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn b20_b21_d29_the_questions_end_in_an_answer() {
    use beian::Lang::{En, Zh};
    assert!(asked("否", Zh).ends_with("请办理：首次备案。\n"));
    assert!(asked("y n y", En).ends_with("File as: add service.\n"));
    let shell = asked("是 否 否 火星 湖南", Zh);
    assert!(shell.contains("省份无法识别") && shell.contains("空壳主体，请先"));
    assert!(asked("maybe y y ?", En).contains("Answer y, n or ?"));
    for unanswered in ["", "y ?", "y n n ？", "不知道"] {
        assert!(asked(unanswered, Zh).contains("尚需查明"), "{unanswered}");
    }
}

fn run(line: &str) -> Result<String, String> {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let arguments = line.split_whitespace().map(str::to_owned);
    requirements::run(arguments, now).map_err(|mistake| mistake.to_string())
}

#[test]
fn r06_a_modification_of_both_parts_prints_both_roles_and_the_rule() {
    let line = "--type modify --changed entity,service --province 北京 --date 2024-05-01";
    let answer = run(line).unwrap();
    for expected in [
        "主体负责人（R06）",
        "entity leader (R06)",
        "service administrator",
    ] {
        assert!(answer.contains(expected), "{answer}");
    }
}

#[test]
fn d01_a_date_before_the_provinces_first_says_that_nothing_was_in_force() {
    let answer = run("--type initial --province 山西 --date 2018-09-12").unwrap();
    assert!(answer.contains("not in force yet"), "{answer}");
    let answer = run("--type initial --province 山西 --date 2018-09-24").unwrap();
    assert!(
        answer.contains("within 48 hours") && answer.contains("48小时"),
        "{answer}"
    );
}

#[test]
fn r09_the_same_number_is_one_line() {
    let answer = run("--type initial --services 3 --same-number --lang en").unwrap();
    assert_eq!(answer.matches("199****").count(), 1, "{answer}");
    let answer = run("--type initial --services 3 --lang=en").unwrap();
    assert_eq!(answer.matches("199****").count(), 4, "{answer}");
}

#[test]
fn b02_a_table_can_be_named() {
    let answer = run("--type deregister_service --rulebook jd_2021").unwrap();
    assert!(answer.contains("Nobody verifies"), "{answer}");
    assert!(run("--type add_access").unwrap().contains("R05"));
    assert!(run("--help --nonsense").unwrap().contains("--same-number"));
}

#[test]
fn r07_an_order_may_list_no_service_where_none_is_needed() {
    let answer = run("--type deregister_entity --services 0 --lang en").unwrap();
    assert!(answer.contains("199****"), "{answer}");
    let answer = run("--type modify --changed entity --services 0 --lang en").unwrap();
    assert!(answer.starts_with("modify, Beijing\n"), "{answer}");
    assert!(answer.contains("[2026-01-01 08:00 UTC+08: "), "{answer}");
}

#[test]
fn mistakes_say_what_is_possible() {
    for (line, expected) in [
        ("", "--type: missing; possible are: initial"),
        ("--type", "--type: needs a value"),
        ("--type --changed", "--type: needs a value"),
        ("--type modified", "deregister_entity"),
        ("--typ modify", "possible are: --type, --changed"),
        ("--type modify", "possible are: entity, service, remarks"),
        ("--type modify --changed person", "possible are: entity"),
        ("--type initial --changed entity", "--type modify only"),
        (
            "--type initial --access unchanged",
            "--type add_access only",
        ),
        ("--type initial --type modify", "--type: given twice"),
        ("--type initial --same-number=yes", "takes no value"),
        ("--type initial --province 香港", "mainland"),
        ("--type initial --date yesterday", "2024-05-01"),
        ("--type initial --services 201", "0 to 200"),
        ("--type initial --services 0", "--services: "),
        ("--type initial --kind shop", "website"),
        ("--type initial --lang fr", "zh, en"),
        ("--type initial --rulebook mine", "current, jd_2021"),
        ("--type initial --kind app --date 2023-08-31", "--kind: "),
        ("--type add_access --access phone_changed", "--access: "),
        ("--type add_access --access lost", "phone_changed_orphan"),
    ] {
        let mistake = run(line).unwrap_err();
        assert!(mistake.contains(expected), "{line}: {mistake}");
    }
}
