//! Reads the command line, prints the addresses, serves until it is told to stop.

use std::process::ExitCode;

use beian_web::program;
use platform::{app::Running, config::Config};

#[tokio::main]
async fn main() -> ExitCode {
    let serve = async |config: &Config| {
        let running = Running::start(config).await?;
        let regulator = running.regulator().map(|address| ("regulator", address));
        let at: Vec<_> = [("listening", running.address)]
            .into_iter()
            .chain(regulator)
            .collect();
        let stop = program::listens(&at)?;
        program::served(running.serve(stop).await)
    };
    program::run("platform", Config::read, |config| &config.web, serve).await
}
