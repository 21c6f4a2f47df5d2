//! Three plots as SVG: how orders end, how long they take, what an attacker achieves.

use std::{path::Path, process::ExitCode};

use plotters::prelude::*;

use crate::{
    options::{Options, World},
    runs,
    tally::{NANO, Tally},
};

type Drawn = Result<(), Box<dyn std::error::Error>>;

const SIZE: (u32, u32) = (800, 480);

/// Draws all of them; each point is a run of its own.
pub fn draw(options: &Options, folder: &Path) -> ExitCode {
    let drawn = std::fs::create_dir_all(folder)
        .map_err(Into::into)
        .and_then(|()| ends_and_times(options, folder))
        .and_then(|()| attackers(options, folder));
    match drawn {
        Ok(()) => {
            println!("plots are in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("no plots: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, world: World) -> Result<Tally, Box<dyn std::error::Error>> {
    let filings = (options.filings / 20).max(1);
    let options = Options {
        filings,
        world,
        ..options.clone()
    };
    runs::all(&options).map_err(|world| format!("world {world} fails").into())
}

/// One run for each share of lost messages: nobody attacks, clocks are right, the policy is the
/// regulator's.
fn ends_and_times(options: &Options, folder: &Path) -> Drawn {
    let calm = World {
        attacks: 0.0,
        clocks: 0.0,
        keys: 0.0,
        policies: 0.0,
        entries: None,
        ..options.world
    };
    let mut ends: Vec<(f64, Tally)> = Vec::new();
    for tenths in 0..=9 {
        let loss = f64::from(tenths) / 10.0;
        ends.push((loss, run(options, World { loss, ..calm })?));
    }
    how_orders_end(&ends, &folder.join("ends.svg"))?;
    time_to_completion(&ends, &folder.join("times.svg"))
}

fn how_orders_end(ends: &[(f64, Tally)], file: &Path) -> Drawn {
    const WAYS: [(&str, &str, RGBColor); 5] = [
        (
            "handed over after the first round",
            "first round",
            RGBColor(0, 110, 180),
        ),
        (
            "handed over after the second round",
            "second round",
            RGBColor(90, 170, 220),
        ),
        (
            "handed over after the third round",
            "third round",
            RGBColor(160, 205, 235),
        ),
        (
            "returned and given up",
            "returned and given up",
            RGBColor(200, 60, 40),
        ),
        ("withdrawn", "withdrawn", RGBColor(130, 130, 130)),
    ];
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("How orders end", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..0.9, 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_desc("share of accepted messages that never arrive")
        .y_desc("% of the orders that had to verify")
        .draw()?;
    for (row, label, colour) in WAYS {
        let share = |tally: &Tally| {
            let whole: u64 = WAYS.iter().map(|(row, ..)| tally.of("orders", row)).sum();
            100.0 * tally.of("orders", row) as f64 / whole.max(1) as f64
        };
        let line = ends.iter().map(|(loss, tally)| (*loss, share(tally)));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(root.present()?)
}

fn time_to_completion(ends: &[(f64, Tally)], file: &Path) -> Drawn {
    const HOURS: f64 = 48.0;
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Time to completion", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..HOURS, 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_desc("hours since the submission of the order")
        .y_desc("% of the orders that are completed in the end")
        .draw()?;
    for (n, (loss, tally)) in ends.iter().enumerate().step_by(3) {
        let whole = tally.quarters.values().sum::<u64>().max(1) as f64;
        let mut so_far = 0;
        let line = tally.quarters.iter().map(|(quarter, count)| {
            so_far += count;
            ((*quarter + 1) as f64 / 4.0, 100.0 * so_far as f64 / whole)
        });
        let line: Vec<_> = line.take_while(|(hours, _)| *hours <= HOURS).collect();
        let colour = Palette99::pick(n).to_rgba();
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(format!("{:.0} % lost", loss * 100.0))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(root.present()?)
}

/// Between which shares it is in 19 of 20 cases, by what was counted (Wilson).
fn interval(verified: f64, persons: f64) -> [f64; 2] {
    const Z: f64 = 1.96;
    let share = verified / persons;
    let middle = share + Z * Z / (2.0 * persons);
    let spread = Z * (share * (1.0 - share) / persons + (Z / (2.0 * persons)).powi(2)).sqrt();
    [middle - spread, middle + spread].map(|end| end / (1.0 + Z * Z / persons))
}

/// Several runs for each entry budget, of as many seeds: every round is attacked, and what an attacker who
/// saw three of the six digits achieves can be counted.
fn attackers(options: &Options, folder: &Path) -> Drawn {
    const KIND: &str = "saw three digits";
    const SEEDS: u64 = 5;
    let mut achieved: Vec<(f64, f64, [f64; 2], f64)> = Vec::new();
    for entries in 1..=10 {
        let besieged = World {
            attacks: 1.0,
            keys: 0.0,
            policies: 0.0,
            entries: Some(entries),
            ..options.world
        };
        let mut tally = Tally::default();
        for more in 0..SEEDS {
            let seeded = Options {
                // Each budget has its own, so that no two deviate together.
                seed: options.seed + SEEDS * u64::from(entries) + more,
                ..options.clone()
            };
            tally.merge(&run(&seeded, besieged)?);
        }
        let compared = tally.of("~compared", KIND).max(1) as f64;
        let rounds = tally.of("~attacked", KIND).max(1) as f64;
        let expected = tally.of("~expected", KIND) as f64 / NANO as f64;
        let verified = tally.of("~verified", KIND) as f64;
        let between = interval(verified, rounds);
        println!(
            "budget {entries:>2}: {rounds} persons, {compared} guesses compared, {verified} right, \
             {expected:.1} expected; 95 %: {:.1} to {:.1}",
            rounds * between[0],
            rounds * between[1]
        );
        achieved.push((
            f64::from(entries),
            1000.0 * verified / rounds,
            between.map(|end| 1000.0 * end),
            1000.0 * expected / rounds,
        ));
    }
    let most = achieved
        .iter()
        .map(|(_, _, [_, most], expected)| most.max(*expected))
        .fold(1.0, f64::max);
    let file = folder.join("attackers.svg");
    let root = SVGBackend::new(&file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "What an attacker achieves who saw three of six digits",
            ("sans-serif", 20),
        )
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.5..10.5, 0.0..most * 1.1)?;
    chart
        .configure_mesh()
        .x_desc("wrong entries that lock a person")
        .y_desc("verified, of 1000 persons attacked")
        .draw()?;
    let blue = RGBColor(0, 110, 180);
    let arithmetic = achieved.iter().map(|(x, _, _, expected)| (*x, *expected));
    chart
        .draw_series(LineSeries::new(arithmetic, BLACK.stroke_width(1)))?
        .label("by arithmetic")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], BLACK));
    let between = achieved
        .iter()
        .map(|(x, _, [least, most], _)| PathElement::new([(*x, *least), (*x, *most)], blue));
    chart.draw_series(between)?;
    let counted = achieved
        .iter()
        .map(|(x, counted, ..)| Circle::new((*x, *counted), 4, blue.filled()));
    chart
        .draw_series(counted)?
        .label("counted, and where it is in 19 of 20 cases")
        .legend(move |(x, y)| Circle::new((x + 10, y), 4, blue.filled()));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(root.present()?)
}
