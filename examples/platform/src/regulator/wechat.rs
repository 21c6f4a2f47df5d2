//! WeChat below the platform: its status documents are polled (B18, B35). The order is handed in there by
//! whoever builds the mini program; the platform sees when it is.

use beian::{FilingType, filing::PolledStatus, wechat::WechatAnswer};
use chrono::TimeDelta;
use reqwest::Method;

use super::{Answer, Client, HandedIn, Regulator, Uploaded};

/// A server that answers with WeChat's documents, at `…/ORDER`.
#[derive(Debug)]
pub struct WechatRegulator(Client);

impl WechatRegulator {
    /// The server that this client speaks to.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self(client)
    }
}

impl Regulator for WechatRegulator {
    fn uploads(&self) -> bool {
        false
    }

    fn answers(&self) -> bool {
        true
    }

    fn upload<'a>(&'a self, _: &'a HandedIn) -> Answer<'a, Uploaded> {
        Box::pin(async { Uploaded::NoAnswer })
    }

    fn look<'a>(
        &'a self,
        called: &'a str,
        filing_type: FilingType,
    ) -> Answer<'a, Option<PolledStatus>> {
        Box::pin(async move {
            let request = self.0.request(Method::GET, called)?;
            let came = self.0.send::<WechatAnswer>(request).await?;
            let answer = came.body.filter(|_| came.status == 200)?;
            if let Some(code) = answer.errcode() {
                tracing::warn!(code, "WeChat refuses to answer");
            }
            answer.polled(filing_type)
        })
    }

    fn advance(&self, _: TimeDelta) -> Answer<'_, Option<()>> {
        Box::pin(async { Some(()) })
    }

    fn ahead(&self) -> Answer<'_, Option<TimeDelta>> {
        Box::pin(async { None })
    }
}
