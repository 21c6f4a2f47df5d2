//! Reads the command line, prints the addresses, serves until it is told to stop.

use std::{
    env,
    io::{self, Write as _},
    process::ExitCode,
};

use beian_web::{
    log,
    options::{Asked, StartProblem},
    serve::told_to_stop,
};
use platform::{app::Running, config::Config};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartProblem(reason)) => {
            log::last_words(format!("platform: {reason}"));
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), StartProblem> {
    let config = match Config::read(env::args_os())? {
        Asked::Print(text) => {
            let _ = write!(io::stdout(), "{text}");
            return Ok(());
        }
        Asked::Run(config) => config,
    };
    let _logging = log::start(&config.web.log);
    let running = Running::start(&config).await?;
    let stop = told_to_stop().map_err(|error| StartProblem(format!("signals: {error}")))?;
    print(&running).map_err(|error| StartProblem(format!("standard output: {error}")))?;
    let served = running.serve(stop).await;
    served.map_err(|error| StartProblem(format!("server: {error}")))
}

fn print(running: &Running) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "listening on http://{}", running.address)?;
    if let Some(regulator) = running.regulator() {
        writeln!(out, "regulator on http://{regulator}")?;
    }
    out.flush()
}
