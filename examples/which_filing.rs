//! Which filing is it? The questions that decide, asked on the terminal one by one, in Chinese.
//!
//! ```text
//! cargo run --example which_filing
//! cargo run --example which_filing -- 是 否       # the first answers (or y, n), before any are asked for
//! ```

use std::{
    error::Error,
    io::{self, Write as _},
};

use beian::{
    Lang, Province,
    filing::{Determination, FilingFact, FilingFacts},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut known = FilingFacts::default();
    let mut given = std::env::args().skip(1);
    loop {
        let answer = known.determine();
        println!("{}", answer.text(Lang::Zh));
        let Determination::Missing(fact) = answer else {
            return Ok(());
        };
        let Some(line) = given.next().map_or_else(ask, |line| Ok(Some(line)))? else {
            println!("（未回答，无法确定备案类型。）");
            return Ok(());
        };
        match fact {
            FilingFact::EntityFiled => known.entity_filed = yes_or_no(&line),
            FilingFact::ServiceFiled => known.service_filed = yes_or_no(&line),
            FilingFact::FiledHere => known.filed_here = yes_or_no(&line),
            FilingFact::Province => known.province = Province::parse(&line).ok(),
        }
        if known.determine() == answer {
            println!("请回答“是”或“否”。");
        }
    }
}

/// A line that was typed; `None` where there is none, or nothing in it.
fn ask() -> io::Result<Option<String>> {
    print!("> ");
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let line = line.trim();
    Ok((!line.is_empty()).then(|| line.into()))
}

fn yes_or_no(line: &str) -> Option<bool> {
    match line {
        "是" | "y" | "yes" => Some(true),
        "否" | "n" | "no" => Some(false),
        _ => None,
    }
}
