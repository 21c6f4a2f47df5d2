//! Nobody to speak to: staff hand orders in, and say what they see.

use beian::{FilingType, filing::PolledStatus};
use chrono::TimeDelta;

use super::{Answer, HandedIn, Regulator, Uploaded};

/// By hand.
#[derive(Debug, Clone, Copy)]
pub struct ByHand;

impl Regulator for ByHand {
    fn uploads(&self) -> bool {
        false
    }

    fn answers(&self) -> bool {
        false
    }

    fn upload<'a>(&'a self, _: &'a HandedIn) -> Answer<'a, Uploaded> {
        Box::pin(async { Uploaded::NoAnswer })
    }

    fn look<'a>(&'a self, _: &'a str, _: FilingType) -> Answer<'a, Option<PolledStatus>> {
        Box::pin(async { None })
    }

    fn advance(&self, _: TimeDelta) -> Answer<'_, Option<()>> {
        Box::pin(async { Some(()) })
    }

    fn ahead(&self) -> Answer<'_, Option<TimeDelta>> {
        Box::pin(async { None })
    }
}
