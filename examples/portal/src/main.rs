//! Reads the command line, prints the address, serves until it is told to stop.

use std::process::ExitCode;

use beian_web::program;
use portal::{app::Running, config::Config};

#[tokio::main]
async fn main() -> ExitCode {
    let serve = async |config: &Config| {
        let running = Running::start(config).await?;
        let stop = program::listens(&[("listening", running.address)])?;
        program::served(running.serve(stop).await)
    };
    program::run("portal", Config::read, |config| &config.web, serve).await
}
