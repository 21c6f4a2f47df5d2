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
    let (begin, end) = (
        format!("<!-- {part}: begin -->"),
        format!("<!-- {part}: end -->"),
    );
    let missing = || format!("the chapter has no marks of the part {part}");
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n\n{made}\n\n{end}{after}"))
}
