//! What a host is told at its start: options, or environment variables of the same meaning.

use std::{
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use clap::{Parser, error::ErrorKind};
use ipnet::IpNet;

use crate::{
    address::{Proxies, ProxyHeader},
    limits::Rates,
    site::{PublicAddress, Site},
};

/// Where it listens, what it is called, who stands before it, how much it takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: String,

    /// Where people find the site, such as `https://portal.example.com`; may be given several times. It
    /// answers to no other name then, and if all begin with https, cookies go by TLS alone.
    #[arg(long, value_name = "URL", value_delimiter = ',')]
    pub public_address: Vec<PublicAddress>,

    /// Address or network (10.0.0.0/8) of a proxy whose word on where a request came from is taken; may be
    /// given several times.
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,

    /// The header in which they say so. They must write it: what they only pass on is the client's word.
    #[arg(
        long,
        value_enum,
        default_value = "x-forwarded-for",
        value_name = "HEADER"
    )]
    pub proxy_header: ProxyHeader,

    /// A second address, for /metrics alone, open to whoever reaches it. Without it /metrics needs the
    /// console's token, or is open where nothing does.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_listen: Option<String>,

    /// Connections at once; each takes a file descriptor.
    #[arg(long, default_value = "768", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..))]
    pub connections: u16,

    /// Connections at once of one address that is no trusted proxy's.
    #[arg(long, default_value = "128", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..))]
    pub connections_of_one: u16,

    /// How often one address may do what.
    #[command(flatten)]
    pub rates: Rates,

    /// How much is logged: error, warn, info, debug.
    #[arg(long, default_value = "info", value_name = "LEVEL",
          value_parser = ["error", "warn", "info", "debug"])]
    pub log: String,
}

impl Options {
    /// The site that listens at this address.
    #[must_use]
    pub fn site(&self, address: SocketAddr) -> Site {
        let proxies = Proxies::new(self.trusted_proxy.clone(), self.proxy_header);
        Site::new(self.public_address.clone(), proxies, address)
    }
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network = address.or_else(|_| text.parse::<IpNet>());
    network.map_err(|_| "expected an address or a network such as 10.0.0.0/8")
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
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("webhook:") {
            Some(url) => Ok(Self::Webhook(url.to_owned())),
            None if text == "sandbox" => Ok(Self::Sandbox),
            None => Err("expected `sandbox` or `webhook:URL`"),
        }
    }
}

/// Why a host can't start, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StartProblem(pub String);

impl StartProblem {
    /// One line of whatever it is.
    pub fn of(error: impl std::fmt::Display) -> Self {
        let text = error.to_string();
        Self(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Asked<C> {
    /// To run.
    Run(Box<C>),
    /// For a text: the help, the version.
    Print(String),
}

/// Reads the command line and the environment: each option has a variable of its name, in capitals and with
/// this prefix. What it holds isn't shown by the help.
///
/// # Errors
/// [`StartProblem`].
pub fn read<C: Parser>(
    prefix: &str,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Asked<C>, StartProblem> {
    let command = C::command().mut_args(|argument| {
        if argument.get_long().is_none() {
            return argument;
        }
        let name = argument.get_id().as_str().to_ascii_uppercase();
        argument
            .env(format!("{prefix}{name}"))
            .hide_env_values(true)
    });
    let read = command.try_get_matches_from(arguments);
    match read.and_then(|mut matches| C::from_arg_matches_mut(&mut matches)) {
        Ok(config) => Ok(Asked::Run(Box::new(config))),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            Ok(Asked::Print(error.to_string()))
        }
        Err(error) => Err(StartProblem(reason(&error))),
    }
}

/// The address of a listener, by its option.
///
/// # Errors
/// [`StartProblem`] if there is no such address.
pub async fn address(option: &str, text: &str) -> Result<SocketAddr, StartProblem> {
    let found = tokio::net::lookup_host(text).await;
    let expected = "expected HOST:PORT, such as 127.0.0.1:8080";
    let found = found.map_err(|error| StartProblem(format!("{option}: {error}, {expected}")))?;
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    let first = found.first().copied();
    first.ok_or_else(|| StartProblem(format!("{option}: no such address")))
}

/// The first line of what clap says, and what would be right; a token or an address with a password is not
/// repeated.
fn reason(error: &clap::Error) -> String {
    use clap::error::{ContextKind, ContextValue};
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => argument.as_str(),
        _ => "",
    };
    if error.kind() == ErrorKind::ValueValidation {
        let why = std::error::Error::source(error).map(ToString::to_string);
        let why = why.unwrap_or_else(|| "invalid value".to_owned());
        return format!("{argument}: {why}");
    }
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) {
        return format!("{argument}: expected one of {}", values.join(", "));
    }
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
