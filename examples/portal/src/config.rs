//! What the portal is told at its start: options, or environment variables of the same meaning.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use beian_web::{
    options::{self, Asked, Options, SmsChoice, StartProblem},
    sign_in::Token,
};
use clap::Parser;

/// A filing portal over SMS verification: platform console, the regulator's page, and, in the
/// sandbox, handsets.
///
/// The first line on standard output is `listening on http://ADDRESS`; logs go to standard error. A
/// wrong option, an unreachable database or an unreadable key ends it with a one-line reason and exit
/// code 2.
#[derive(Debug, Clone, Parser)]
#[command(name = "portal", version, disable_help_subcommand = true)]
pub struct Config {
    /// Where it listens, what it is called, how much it takes.
    #[command(flatten)]
    pub web: Options,

    /// `sqlite:FILE` for one portal, `postgres://ADDRESS` or `mysql://ADDRESS` for any number of them; of a
    /// cluster, the addresses of several nodes with commas between.
    #[arg(long, default_value = "sqlite:portal.db", value_name = "DATABASE")]
    pub database: String,

    /// Who sends the messages: `sandbox` (handsets in the database) or `webhook:URL`.
    #[arg(long, default_value = "sandbox", value_name = "SENDER")]
    pub sms: SmsChoice,

    /// Lets the sandbox gather codes in clear where others than this machine's users can reach the portal.
    #[arg(long)]
    pub sandbox_beyond_loopback: bool,

    /// How long the sandbox's gateway takes to deliver a message, such as `3s` or `5min`.
    #[arg(
        long,
        default_value = "3s",
        value_name = "TIME",
        value_parser = humantime::parse_duration
    )]
    pub sms_delay: Duration,

    /// How many messages are sent at once; a crash leaves as many in doubt, and each goes out again under
    /// its key.
    #[arg(long, default_value = "16", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..))]
    pub in_flight: u16,

    /// File with the keys; made at the first start, with mode 0600.
    #[arg(long, default_value = "portal.key", value_name = "FILE")]
    pub key_file: PathBuf,

    /// Token for the console and /api/orders: 16 characters or more, needed beyond loopback and behind a
    /// proxy. Give it by the environment.
    #[arg(long, value_name = "TOKEN")]
    pub console_token: Option<Token>,
}

impl Config {
    /// Reads the command line, and the environment: `PORTAL_` and the option's name.
    ///
    /// # Errors
    /// [`StartProblem`], in one line.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Asked<Self>, StartProblem> {
        options::read("PORTAL_", arguments)
    }
}
