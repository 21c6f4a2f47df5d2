//! A host as a program: reads the command line, logs, serves until it is told to stop.

use std::{
    env,
    io::{self, Write as _},
    net::SocketAddr,
    process::ExitCode,
};

use crate::{
    log,
    options::{Asked, Options, StartProblem},
    serve::told_to_stop,
};

/// Runs a host: `serve` starts it with what the command line says, and serves until the future that it is given
/// is ready. What goes wrong before is said in one line, with exit code 2.
pub async fn run<C>(
    name: &str,
    read: impl FnOnce(env::ArgsOs) -> Result<Asked<C>, StartProblem>,
    web: impl FnOnce(&C) -> &Options,
    serve: impl AsyncFnOnce(&C) -> Result<(), StartProblem>,
) -> ExitCode {
    let asked = read(env::args_os());
    let served = match asked {
        Ok(Asked::Print(text)) => {
            let _ = write!(io::stdout(), "{text}");
            Ok(())
        }
        Ok(Asked::Run(config)) => {
            let _logging = log::start(&web(&config).log);
            serve(&config).await
        }
        Err(problem) => Err(problem),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartProblem(reason)) => {
            log::last_words(format!("{name}: {reason}"));
            ExitCode::from(2)
        }
    }
}

/// Says where a host listens, and gives what tells it to stop.
///
/// # Errors
/// [`StartProblem`], if nobody reads it, or the system takes no handler.
pub fn listens(
    at: &[(&str, SocketAddr)],
) -> Result<impl Future<Output = ()> + Send + 'static, StartProblem> {
    let stop = told_to_stop().map_err(|error| StartProblem(format!("signals: {error}")))?;
    let mut out = io::stdout();
    let printed = at
        .iter()
        .try_for_each(|(what, address)| writeln!(out, "{what} on http://{address}"));
    let printed = printed.and_then(|()| out.flush());
    printed.map_err(|error| StartProblem(format!("standard output: {error}")))?;
    Ok(stop)
}

/// What the worker or the server says at its end.
///
/// # Errors
/// [`StartProblem`].
pub fn served(served: io::Result<()>) -> Result<(), StartProblem> {
    served.map_err(|error| StartProblem(format!("server: {error}")))
}
