//! The performance chapter: each part between its marks is written anew, and its plots beside it.

use std::{fs, path::Path};

use crate::{contest::Fault, measured::Measured, plot, report::Report, tables, targets};

/// Writes all parts but that of the counts, which `benches/counts/run` does itself, and that of the
/// backlog, which is measured alone.
///
/// # Errors
/// The files'; marks that are missing.
pub(crate) fn write(chapter: &Path, report: &Report, measured: &Measured) -> Result<(), Fault> {
    let mut text = fs::read_to_string(chapter)?;
    let missing = || "Not measured in this run.".to_owned();
    for (part, made) in [
        ("targets", targets::targets(measured)),
        ("session", tables::session(measured).unwrap_or_else(missing)),
        ("memory", tables::memory(measured).unwrap_or_else(missing)),
        ("peers", report.text().trim().to_owned()),
    ] {
        text = with(&text, part, &made)?;
    }
    fs::write(chapter, text)?;
    let plots = chapter.with_extension("");
    fs::create_dir_all(&plots)?;
    fs::write(plots.join("pace.svg"), plot::pace(measured)?)?;
    fs::write(plots.join("growth.svg"), plot::growth(measured)?)?;
    fs::write(plots.join("memory.svg"), plot::memory(measured)?)?;
    Ok(())
}

/// Writes the sections that were measured anew, each over the one of its heading, and their targets.
///
/// # Errors
/// The file's; a heading that is missing.
pub(crate) fn write_sections(
    chapter: &Path,
    report: &Report,
    measured: &Measured,
) -> Result<(), Fault> {
    let mut text = fs::read_to_string(chapter)?;
    for section in report.text().trim().split("\n## ") {
        let section = format!("## {}", section.trim_start_matches("## ").trim());
        let heading = section.lines().next().unwrap_or_default();
        let (before, rest) = text
            .split_once(&format!("\n{heading}\n"))
            .ok_or_else(|| format!("the chapter has no section {heading}"))?;
        let ends = ["\n## ", "\n<!-- "].map(|end| rest.find(end).unwrap_or(rest.len()));
        let (_, after) = rest.split_at(ends.into_iter().min().unwrap_or_default());
        text = format!("{before}\n{section}\n{after}");
    }
    let (begin, end) = marks("targets");
    let (_, old) = text.split_once(&begin).ok_or("no targets")?;
    let (old, _) = old.split_once(&end).ok_or("no targets")?;
    let targets = merged(old.trim(), &targets::targets(measured));
    fs::write(chapter, with(&text, "targets", &targets)?)?;
    Ok(())
}

/// A table with the rows of another, told apart by what stands in their first two columns.
fn merged(table: &str, other: &str) -> String {
    let key = |row: &str| -> Vec<String> {
        let cells = row.split('|').skip(1).take(2);
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows: Vec<&str> = table.lines().collect();
    for new in other.lines() {
        match rows.iter().position(|row| key(row) == key(new)) {
            Some(place) => rows.splice(place..=place, [new]),
            None => rows.splice(rows.len().., [new]),
        };
    }
    rows.join("\n")
}

/// Writes one part.
///
/// # Errors
/// The file's; marks that are missing.
pub(crate) fn write_part(chapter: &Path, part: &str, report: &Report) -> Result<(), Fault> {
    let text = fs::read_to_string(chapter)?;
    fs::write(chapter, with(&text, part, report.text().trim())?)?;
    Ok(())
}

/// The text with a part made anew.
fn with(text: &str, part: &str, made: &str) -> Result<String, Fault> {
    let (begin, end) = marks(part);
    let missing = || format!("the chapter has no marks of the part {part}");
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n\n{made}\n\n{end}{after}"))
}

fn marks(part: &str) -> (String, String) {
    (
        format!("<!-- {part}: begin -->"),
        format!("<!-- {part}: end -->"),
    )
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn a_target_that_was_measured_anew_stands_in_its_place() {
        let table = "| target | of what | measured |  |\n|---|---|---|---|\n| a | x | 1 | met |\n| b | x | 1 | met |";
        let other = "| target | of what | measured |  |\n|---|---|---|---|\n| a | x | 2 | **missed** |\n| b | y | 3 | met |";
        let expected = "| target | of what | measured |  |\n|---|---|---|---|\n| a | x | 2 | **missed** |\n| b | x | 1 | met |\n| b | y | 3 | met |";
        assert_eq!(merged(table, other), expected);
    }
}
