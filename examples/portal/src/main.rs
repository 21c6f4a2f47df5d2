//! Reads the command line, prints the address, serves until it is told to stop.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use portal::{
    app::Running,
    config::{Asked, Config, ConfigProblem},
};
use tracing_subscriber::filter::LevelFilter;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(ConfigProblem(reason)) => {
            let _ = writeln!(io::stderr(), "portal: {reason}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), ConfigProblem> {
    let config = match Config::read(env::args_os())? {
        Asked::Print(text) => {
            let _ = write!(io::stdout(), "{text}");
            return Ok(());
        }
        Asked::Run(config) => config,
    };
    log(&config.log);
    let running = Running::start(&config).await?;
    let stop = stop().map_err(|error| ConfigProblem(format!("signals: {error}")))?;
    let printed = writeln!(io::stdout(), "listening on http://{}", running.address);
    printed
        .and_then(|()| io::stdout().flush())
        .map_err(|error| ConfigProblem(format!("standard output: {error}")))?;
    let served = running.serve(stop).await;
    served.map_err(|error| ConfigProblem(format!("server: {error}")))
}

/// To standard error: lines for people at a terminal, JSON else.
fn log(level: &str) {
    let level = level.parse().unwrap_or(LevelFilter::INFO);
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_ansi(false);
    if io::stderr().is_terminal() {
        builder.compact().init();
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .init();
    }
}

/// Ready at the first SIGINT or SIGTERM.
fn stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
