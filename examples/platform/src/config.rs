//! What the platform is told at its start: options, or environment variables of the same meaning.

use std::{ffi::OsString, path::PathBuf, str::FromStr, time::Duration};

use beian_web::{
    options::{self, Asked, Options, SmsChoice, StartProblem},
    sign_in::Token,
};
use chrono::NaiveTime;
use clap::Parser;

/// A filing platform: customers file, staff review, everybody sees what to do now.
///
/// The first lines on standard output are `listening on http://ADDRESS` and, if the regulator is on board,
/// `regulator on http://ADDRESS`; logs go to standard error. A wrong option, an unreachable database or an
/// unreadable key ends it with a one-line reason and exit code 2.
#[derive(Debug, Clone, Parser)]
#[command(name = "platform", version, disable_help_subcommand = true)]
pub struct Config {
    /// Where it listens, what it is called, how much it takes.
    #[command(flatten)]
    pub web: Options,

    /// `sqlite:FILE` for one platform, `mysql://ADDRESS` for any number of them; of a cluster, the addresses
    /// of several nodes with commas between.
    #[arg(long, default_value = "sqlite:platform.db", value_name = "DATABASE")]
    pub database: String,

    /// Who takes the orders: `portal` (on board), the URL of a portal that runs elsewhere, `wechat:URL` (its
    /// status documents), or `hand` (staff say what they see).
    #[arg(long, default_value = "portal", value_name = "REGULATOR")]
    pub regulator: RegulatorChoice,

    /// Token of the regulator, if it asks for one. Give it by the environment.
    #[arg(long, value_name = "TOKEN")]
    pub regulator_token: Option<Token>,

    /// Where the portal on board listens; loopback alone.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDRESS")]
    pub regulator_listen: String,

    /// The database of the portal on board, a file of its own.
    #[arg(long, default_value = "sqlite:regulator.db", value_name = "DATABASE")]
    pub regulator_database: String,

    /// The key file of the portal on board.
    #[arg(long, default_value = "regulator.key", value_name = "FILE")]
    pub regulator_key_file: PathBuf,

    /// Who sends the reminders: `sandbox` (handsets in the database) or `webhook:URL`.
    #[arg(long, default_value = "sandbox", value_name = "SENDER")]
    pub sms: SmsChoice,

    /// Lets the sandbox put clocks forward and show reminders where others than this machine's users can
    /// reach the platform.
    #[arg(long)]
    pub sandbox_beyond_loopback: bool,

    /// When nobody is reminded, in Beijing time, such as `22:00-08:00`; `none` for never.
    #[arg(long, default_value = "22:00-08:00", value_name = "FROM-UNTIL", value_parser = quiet_hours)]
    pub quiet_hours: QuietHours,

    /// How far this machine's clock may be off: deadlines are promised that much earlier.
    #[arg(
        long,
        default_value = "0s",
        value_name = "TIME",
        value_parser = humantime::parse_duration
    )]
    pub clocks_differ: Duration,

    /// File with the keys; made at the first start, with mode 0600.
    #[arg(long, default_value = "platform.key", value_name = "FILE")]
    pub key_file: PathBuf,

    /// Token for staff: 16 characters or more, needed beyond loopback and behind a proxy. Give it by the
    /// environment.
    #[arg(long, value_name = "TOKEN")]
    pub console_token: Option<Token>,
}

/// When nobody is reminded, if ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours(pub Option<(NaiveTime, NaiveTime)>);

/// Who takes the orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegulatorChoice {
    /// A portal on board.
    OnBoard,
    /// A portal at this URL.
    Portal(String),
    /// WeChat's documents at this URL.
    Wechat(String),
    /// Staff say what they see.
    Hand,
}

impl FromStr for RegulatorChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_url = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        match text {
            "portal" => Ok(Self::OnBoard),
            "hand" => Ok(Self::Hand),
            url if is_url(url) => Ok(Self::Portal(url.to_owned())),
            _ => match text.strip_prefix("wechat:").filter(|url| is_url(url)) {
                Some(url) => Ok(Self::Wechat(url.to_owned())),
                None => Err("expected `portal`, a URL, `wechat:URL` or `hand`"),
            },
        }
    }
}

fn quiet_hours(text: &str) -> Result<QuietHours, &'static str> {
    const EXPECTED: &str = "expected HH:MM-HH:MM or `none`";
    if text == "none" {
        return Ok(QuietHours(None));
    }
    let (from, until) = text.split_once('-').ok_or(EXPECTED)?;
    let time = |text| NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| EXPECTED);
    Ok(QuietHours(Some((time(from)?, time(until)?))))
}

impl Config {
    /// Reads the command line, and the environment: `PLATFORM_` and the option's name.
    ///
    /// # Errors
    /// [`StartProblem`], in one line.
    pub fn read(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Asked<Self>, StartProblem> {
        options::read("PLATFORM_", arguments)
    }
}
