//! What the portal is told at its start: options, or environment variables of the same meaning.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Parser, error::ErrorKind};

/// A filing portal over SMS verification: platform console, the regulator's page, and, in the
/// sandbox, handsets.
///
/// The first line on standard output is `listening on http://ADDRESS`; logs go to standard error. A
/// wrong option, an unreachable database or an unreadable key ends it with a one-line reason and exit
/// code 2.
#[derive(Debug, Clone, Parser)]
#[command(name = "portal", version, disable_help_subcommand = true)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one. Beyond loopback, a console token is needed.
    #[arg(
        long,
        env = "PORTAL_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub listen: String,

    /// `sqlite:FILE` for one portal, `postgres://ADDRESS` or `mysql://ADDRESS` for any number of them; of a
    /// cluster, the addresses of several nodes with commas between.
    #[arg(
        long,
        env = "PORTAL_DATABASE",
        default_value = "sqlite:portal.db",
        value_name = "DATABASE",
        hide_env_values = true
    )]
    pub database: String,

    /// Who sends the messages: `sandbox` (handsets in the database) or `webhook:URL`.
    #[arg(
        long,
        env = "PORTAL_SMS",
        default_value = "sandbox",
        value_name = "SENDER",
        hide_env_values = true
    )]
    pub sms: SmsChoice,

    /// How long the sandbox's gateway takes to deliver a message, such as `3s` or `5min`.
    #[arg(
        long,
        env = "PORTAL_SMS_DELAY",
        default_value = "3s",
        value_name = "TIME",
        value_parser = humantime::parse_duration
    )]
    pub sms_delay: Duration,

    /// How many messages are sent at once; a crash leaves as many in doubt, and each goes out again under
    /// its key.
    #[arg(long, env = "PORTAL_IN_FLIGHT", default_value = "16", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..))]
    pub in_flight: u16,

    /// File with the keys; made at the first start, with mode 0600.
    #[arg(
        long,
        env = "PORTAL_KEY_FILE",
        default_value = "portal.key",
        value_name = "FILE"
    )]
    pub key_file: PathBuf,

    /// Token for the console and /api/orders: 16 characters or more. Give it by the environment.
    #[arg(
        long,
        env = "PORTAL_CONSOLE_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub console_token: Option<Token>,

    /// Requests a minute that one address may send to the public forms.
    #[arg(long, env = "PORTAL_RATE_ADDRESS", default_value = "300", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_address: u32,

    /// Requests a minute that one address may send for one mobile number.
    #[arg(long, env = "PORTAL_RATE_NUMBER", default_value = "60", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub rate_number: u32,

    /// How much is logged: error, warn, info, debug.
    #[arg(long, env = "PORTAL_LOG", default_value = "info", value_name = "LEVEL",
          value_parser = ["error", "warn", "info", "debug"])]
    pub log: String,
}

/// Who sends the messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmsChoice {
    /// Handsets in the database.
    Sandbox,
    /// A gateway behind this URL.
    Webhook(String),
}

impl FromStr for SmsChoice {
    type Err = ConfigProblem;

    fn from_str(text: &str) -> Result<Self, ConfigProblem> {
        match text.strip_prefix("webhook:") {
            Some(url) => Ok(Self::Webhook(url.to_owned())),
            None if text == "sandbox" => Ok(Self::Sandbox),
            None => Err(ConfigProblem(
                "expected `sandbox` or `webhook:URL`".to_owned(),
            )),
        }
    }
}

/// The console's token. Never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The token in clear, to be compared with.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = ConfigProblem;

    fn from_str(token: &str) -> Result<Self, ConfigProblem> {
        if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigProblem(
                "expected 16 visible ASCII characters or more".to_owned(),
            ));
        }
        Ok(Self(token.to_owned()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Why the portal can't start, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigProblem(pub String);

/// What the command line asks for.
#[derive(Debug)]
pub enum Asked {
    /// To run.
    Run(Box<Config>),
    /// For a text: the help, the version.
    Print(String),
}

impl Config {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// [`ConfigProblem`], in one line.
    pub fn read(
        arguments: impl IntoIterator<Item = std::ffi::OsString>,
    ) -> Result<Asked, ConfigProblem> {
        match Self::try_parse_from(arguments) {
            Ok(config) => Ok(Asked::Run(Box::new(config))),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                ) =>
            {
                Ok(Asked::Print(error.to_string()))
            }
            Err(error) => Err(ConfigProblem(reason(&error))),
        }
    }

    /// The address to listen on, loopback or with a token.
    ///
    /// # Errors
    /// [`ConfigProblem`].
    pub async fn address(&self) -> Result<SocketAddr, ConfigProblem> {
        let found = tokio::net::lookup_host(&self.listen).await;
        let found = found.map_err(|error| ConfigProblem(format!("--listen: {error}")))?;
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(SocketAddr::is_ipv6);
        let address = found.first().copied();
        let address =
            address.ok_or_else(|| ConfigProblem("--listen: no such address".to_owned()))?;
        if !address.ip().is_loopback() && self.console_token.is_none() {
            return Err(ConfigProblem(
                "--console-token: needed to listen beyond loopback".to_owned(),
            ));
        }
        Ok(address)
    }
}

/// The first line of what clap says; a token or an address with a password is not repeated.
fn reason(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    if error.kind() == ErrorKind::ValueValidation {
        let argument = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(argument)) => argument.clone(),
            _ => String::new(),
        };
        let why = std::error::Error::source(error).map(ToString::to_string);
        return format!(
            "{argument}: {}",
            why.unwrap_or_else(|| "invalid value".to_owned())
        );
    }
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
