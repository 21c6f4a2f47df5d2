//! Which filing is it? The questions that decide, asked on the terminal one by one.
//!
//! ```text
//! cargo run --example which_filing                # at the end --lang en: in English
//! cargo run --example which_filing -- 是 否       # the first answers (or y, n, ?), before any are asked for
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use beian::{
    Lang, Province,
    filing::{Determination, FilingFact, FilingFacts},
};

fn main() -> io::Result<ExitCode> {
    let mut given: Vec<String> = std::env::args().skip(1).collect();
    let mut lang = Lang::Zh;
    if given.iter().any(|word| word == "--lang") {
        let Some(known) = given.pop().and_then(|word| word.parse().ok()) else {
            eprintln!("expected at the end: --lang zh or --lang en");
            return Ok(ExitCode::from(2));
        };
        lang = known;
        given.retain(|word| word != "--lang");
    }
    let typed = io::stdin().lines();
    ask(given.into_iter().map(Ok).chain(typed), lang, io::stdout())?;
    Ok(ExitCode::SUCCESS)
}

/// Asks until it is known which filing it is, or what comes first; *unknown* and nothing end it.
pub(crate) fn ask(
    mut answers: impl Iterator<Item = io::Result<String>>,
    lang: Lang,
    mut out: impl Write,
) -> io::Result<()> {
    let said = |zh, en| if lang == Lang::Zh { zh } else { en };
    let mut known = FilingFacts::default();
    loop {
        let answer = known.determine();
        writeln!(out, "{}", answer.text(lang))?;
        let Determination::Missing(fact) = answer else {
            return Ok(());
        };
        write!(out, "> ")?;
        out.flush()?;
        let line = answers.next().transpose()?.unwrap_or_default();
        let yes = match line.trim() {
            "" | "?" | "？" | "不知道" => {
                let still = said(
                    "（尚需查明，方可确定备案类型。）",
                    "(To be found out first.)",
                );
                return writeln!(out, "{still}");
            }
            "是" | "y" | "yes" => Some(true),
            "否" | "n" | "no" => Some(false),
            _ => None,
        };
        match fact {
            FilingFact::EntityFiled => known.entity_filed = yes,
            FilingFact::ServiceFiled => known.service_filed = yes,
            FilingFact::FiledHere => known.filed_here = yes,
            FilingFact::ServicesLeft => known.services_left = yes,
            FilingFact::Province => match Province::parse(&line) {
                Ok(province) => known.province = Some(province),
                Err(problem) => writeln!(out, "{}", problem.text(lang))?,
            },
        }
        if fact != FilingFact::Province && yes.is_none() {
            let expected = said(
                "请回答“是”“否”或“不知道”。",
                "Answer y, n or ? for unknown.",
            );
            writeln!(out, "{expected}")?;
        }
    }
}
