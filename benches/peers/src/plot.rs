//! The growth as a plot: both axes logarithmic, lines told apart by their marks as well, for print.

use std::{collections::BTreeMap, fs, path::Path};

use plotters::prelude::*;
use serde::Deserialize;

use crate::contest::Fault;

/// Of a figure, what a plot shows. Other benches write the same.
#[derive(Debug, Deserialize)]
struct Point {
    operation: String,
    store: String,
    sessions: f64,
    persons: u32,
    metric: String,
    value: f64,
    unit: String,
}

const OPERATIONS: [(&str, &str); 4] = [
    ("find", "lookup by number"),
    ("lease_due", "due-scan, 16 due"),
    ("next_wake", "next wake"),
    ("submit_wrong", "entry"),
];
/// Name, colour, and whether its marks are filled.
const STORES: [(&str, RGBColor, bool); 3] = [
    ("memory", RGBColor(0, 0, 0), true),
    ("sqlite", RGBColor(0, 90, 181), false),
    ("postgres", RGBColor(220, 50, 32), true),
];

/// Draws all growth series of the figures in a folder, one panel an operation.
///
/// # Errors
/// A file that can't be read or written.
pub(crate) fn growth(folder: &Path) -> Result<String, Fault> {
    let series = read(folder)?;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (760, 560)).into_drawing_area();
        for (panel, (operation, title)) in root.split_evenly((2, 2)).iter().zip(OPERATIONS) {
            let mut chart = ChartBuilder::on(panel)
                .caption(title, ("sans-serif", 15))
                .margin(8)
                .x_label_area_size(30)
                .y_label_area_size(52)
                .build_cartesian_2d((1e3_f64..1e7).log_scale(), (0.1_f64..1e5).log_scale())?;
            chart
                .configure_mesh()
                .max_light_lines(1)
                .x_labels(5)
                .y_labels(7)
                .x_label_formatter(&|sessions| format!("10^{}", sessions.log10().round()))
                .y_label_formatter(&|micros| crate::report::time(*micros))
                .draw()?;
            for (store, color, filled) in STORES {
                let style = if filled {
                    color.filled()
                } else {
                    color.stroke_width(2)
                };
                let Some(points) = series.get(&(operation.to_owned(), store.to_owned())) else {
                    continue;
                };
                let line = LineSeries::new(points.iter().copied(), color.stroke_width(2));
                chart
                    .draw_series(line)?
                    .label(store)
                    .legend(move |(x, y)| Circle::new((x + 10, y), 4, style));
                let marks = points.iter().map(|point| Circle::new(*point, 4, style));
                chart.draw_series(marks)?;
            }
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperLeft)
                .background_style(WHITE.mix(0.8))
                .draw()?;
        }
        root.present()?;
    }
    // A blank line would end the plot where it is shown in the documentation.
    let lines = svg.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

type Series = BTreeMap<(String, String), Vec<(f64, f64)>>;

fn read(folder: &Path) -> Result<Series, Fault> {
    let mut series = Series::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        for line in fs::read_to_string(path)?.lines() {
            let Ok(point) = serde_json::from_str::<Point>(line) else {
                continue;
            };
            let micros = match point.unit.as_str() {
                "ns" => point.value / 1e3,
                "us" => point.value,
                "ms" => point.value * 1e3,
                _ => continue,
            };
            if point.metric == "median" && point.sessions >= 1e3 && point.persons == 1 {
                let key = (point.operation, point.store);
                series
                    .entry(key)
                    .or_default()
                    .push((point.sessions, micros));
            }
        }
    }
    for points in series.values_mut() {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Ok(series)
}
