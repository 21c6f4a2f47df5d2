//! What grows with the sessions, or with what is in flight, as plots: lines told apart by their marks as well,
//! for print.

use std::ops::Range;

use SeriesLabelPosition::{LowerRight, UpperLeft};
use plotters::{coord::ranged1d::ValueFormatter, prelude::*};

use crate::{contest::Fault, measured::Measured, report::time};

/// A line, by its name.
type Series = (&'static str, Vec<(f64, f64)>);

/// A colour, and what stands at each point.
const STYLES: [(RGBColor, Mark); 4] = [
    (RGBColor(0, 0, 0), Mark::Disc),
    (RGBColor(0, 90, 181), Mark::Ring),
    (RGBColor(220, 50, 32), Mark::Triangle),
    (RGBColor(0, 130, 90), Mark::Cross),
];

#[derive(Clone, Copy)]
enum Mark {
    Disc,
    Ring,
    Triangle,
    Cross,
}

/// A thousand to ten million.
const SESSIONS: Range<f64> = 1e3..1e7;
/// What is in flight.
const PLACES: Range<f64> = 1.0..256.0;
/// Four panels, and three beside each other.
const SQUARE: (u32, u32) = (760, 560);
const ROW: (u32, u32) = (760, 300);

/// Databases beside memory: a panel an operation, both axes logarithmic.
///
/// # Errors
/// What can't be drawn.
pub(crate) fn growth(measured: &Measured) -> Result<String, Fault> {
    let panels = [
        ("lookup by number", "find"),
        ("due-scan, 16 due", "lease_due"),
        ("next wake", "next_wake"),
        ("entry", "submit_wrong"),
    ];
    let panels = panels.map(|(title, operation)| {
        let of = |store| (store, measured.growth(operation, store, "median"));
        (
            title,
            ["memory", "sqlite", "postgres", "mysql"].map(of).to_vec(),
        )
    });
    draw(SQUARE, |root| {
        for (panel, (title, series)) in root.split_evenly((2, 2)).iter().zip(panels) {
            times(panel, title, 0.01..1e6, series)?;
        }
        Ok(())
    })
}

/// The store in memory: bytes, and times.
///
/// # Errors
/// What can't be drawn.
pub(crate) fn memory(measured: &Measured) -> Result<String, Fault> {
    let of = |name, operation, metric| (name, measured.growth(operation, "memory", metric));
    let resident = measured.all("memory", "session", "rss");
    let resident = resident
        .iter()
        .map(|line| (f64::from(line.sessions), line.value));
    let resident = vec![("resident", resident.collect())];
    let panels = [
        (
            "entry",
            vec![
                of("median", "submit_wrong", "median"),
                of("99.9 %", "submit_wrong", "p999"),
            ],
        ),
        (
            "lookup by number",
            vec![of("median", "find", "median"), of("99.9 %", "find", "p999")],
        ),
        (
            "due-scan and next wake, medians",
            vec![
                of("16 due", "lease_due", "median"),
                of("none due", "lease_due_none", "median"),
                of("next wake", "next_wake", "median"),
            ],
        ),
    ];
    draw(SQUARE, |root| {
        let places = root.split_evenly((2, 2));
        let (first, others) = places.split_first().ok_or("no room for a panel")?;
        let chart = ChartBuilder::on(first)
            .caption("bytes a session", ("sans-serif", 15))
            .margin(8)
            .margin_right(20)
            .x_label_area_size(30)
            .y_label_area_size(52)
            .build_cartesian_2d(SESSIONS.log_scale(), 0.0..600.0)?;
        let beside = |bytes: f64| format!("{bytes:.0}");
        lines(chart, &power_of_ten, &beside, UpperLeft, resident)?;
        for (panel, (title, series)) in others.iter().zip(panels) {
            times(panel, title, 0.01..1e3, series)?;
        }
        Ok(())
    })
}

/// Messages a second by what is in flight, one host: a panel a gateway, beside the most there can be.
///
/// # Errors
/// What can't be drawn.
pub(crate) fn pace(measured: &Measured) -> Result<String, Fault> {
    draw(ROW, |root| {
        for (panel, millis) in root.split_evenly((1, 3)).iter().zip([200, 50, 5]) {
            let most = |places: f64| (places, places * 1e3 / f64::from(millis));
            let most = [PLACES.start, PLACES.end].map(most).to_vec();
            let of = |store| (store, measured.pace(millis, store));
            let mut series = vec![("at most", most)];
            series.extend(["sqlite", "postgres", "mysql"].map(of));
            let chart = ChartBuilder::on(panel)
                .caption(format!("gateway of {millis} ms"), ("sans-serif", 15))
                .margin(8)
                .margin_right(16)
                .x_label_area_size(30)
                .y_label_area_size(52)
                .build_cartesian_2d(PLACES.log_scale(), (1.0..1e5).log_scale())?;
            let places = |places: f64| places.to_string();
            let rate = |rate: f64| format!("{rate}/s");
            lines(chart, &places, &rate, LowerRight, series)?;
        }
        Ok(())
    })
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw(
    size: (u32, u32),
    panels: impl FnOnce(&Area<'_>) -> Result<(), Fault>,
) -> Result<String, Fault> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        panels(&root)?;
        root.present()?;
    }
    // A blank line would end the plot where it is shown in the documentation.
    let lines = svg.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.collect::<Vec<_>>().join("\n") + "\n")
}

/// A panel of times in microseconds.
fn times(
    panel: &Area<'_>,
    title: &str,
    micros: Range<f64>,
    series: Vec<Series>,
) -> Result<(), Fault> {
    let chart = ChartBuilder::on(panel)
        .caption(title, ("sans-serif", 15))
        .margin(8)
        .margin_right(20)
        .x_label_area_size(30)
        .y_label_area_size(52)
        .build_cartesian_2d(SESSIONS.log_scale(), micros.log_scale())?;
    lines(chart, &power_of_ten, &time, UpperLeft, series)
}

fn power_of_ten(number: f64) -> String {
    format!("10^{}", number.log10().round())
}

/// The series of a panel.
fn lines<'a, Y>(
    mut chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<LogCoord<f64>, Y>>,
    below: &dyn Fn(f64) -> String,
    beside: &dyn Fn(f64) -> String,
    names: SeriesLabelPosition,
    series: Vec<Series>,
) -> Result<(), Fault>
where
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .max_light_lines(1)
        .x_labels(5)
        .y_labels(7)
        .x_label_formatter(&|place| below(*place))
        .y_label_formatter(&|height| beside(*height))
        .draw()?;
    for ((name, points), (color, mark)) in series.into_iter().zip(STYLES) {
        if points.is_empty() {
            continue;
        }
        let line = LineSeries::new(points.iter().copied(), color.stroke_width(2));
        chart
            .draw_series(line)?
            .label(name)
            .legend(move |(x, y)| marked((x + 10, y), color, mark));
        let marks = points.into_iter().map(|point| marked(point, color, mark));
        chart.draw_series(marks)?;
    }
    chart
        .configure_series_labels()
        .position(names)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    Ok(())
}

fn marked<'a, P: Clone + 'static>(
    point: P,
    color: RGBColor,
    mark: Mark,
) -> DynElement<'static, SVGBackend<'a>, P>
where
    Circle<P, i32>: IntoDynElement<'static, SVGBackend<'a>, P>,
    TriangleMarker<P, i32>: IntoDynElement<'static, SVGBackend<'a>, P>,
    Cross<P, i32>: IntoDynElement<'static, SVGBackend<'a>, P>,
{
    match mark {
        Mark::Disc => Circle::new(point, 4, color.filled()).into_dyn(),
        Mark::Ring => Circle::new(point, 4, color.stroke_width(2)).into_dyn(),
        Mark::Triangle => TriangleMarker::new(point, 6, color.filled()).into_dyn(),
        Mark::Cross => Cross::new(point, 4, color.stroke_width(2)).into_dyn(),
    }
}
