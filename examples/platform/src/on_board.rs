//! A portal on board, as the regulator: for whoever tries the platform out. It has a database and keys of its
//! own, and the platform speaks to it over HTTP alone.

use std::{io, net::SocketAddr};

use beian_web::options::StartProblem;
use clap::Parser as _;
use portal::{app::Running, config::Config as PortalConfig};

use crate::{config::Config, regulator::Client};

/// The portal that runs beside the platform.
#[derive(Debug)]
pub struct OnBoard {
    /// Where it listens.
    pub address: SocketAddr,
    portal: Running,
}

impl OnBoard {
    /// Starts it.
    ///
    /// # Errors
    /// [`StartProblem`], in one line, with its own options named as the platform's.
    pub async fn start(config: &Config) -> Result<Self, StartProblem> {
        let mut portal = PortalConfig::try_parse_from(["portal"]).map_err(StartProblem::of)?;
        portal.web.listen.clone_from(&config.regulator_listen);
        portal.web.log.clone_from(&config.web.log);
        portal.database.clone_from(&config.regulator_database);
        portal.key_file.clone_from(&config.regulator_key_file);
        let portal = Running::start(&portal).await;
        let portal =
            portal.map_err(|StartProblem(why)| StartProblem(format!("regulator: {why}")))?;
        Ok(Self {
            address: portal.address,
            portal,
        })
    }

    /// Who speaks to it.
    ///
    /// # Errors
    /// [`StartProblem`].
    pub fn client(&self) -> Result<Client, StartProblem> {
        Client::new(&format!("http://{}", self.address), None).map_err(StartProblem::of)
    }

    /// Where people enter their codes.
    #[must_use]
    pub fn page(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves until `stop` is ready.
    ///
    /// # Errors
    /// If its worker ends by itself.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        self.portal.serve(stop).await
    }
}
