//! temporary
use std::time::Duration;
use tokio::{sync::watch, time};
/// bell
#[derive(Debug, Default)]
pub struct Bell {
    rung: watch::Sender<u64>,
    answered: watch::Sender<u64>,
}
impl Bell {
    /// ring
    pub fn ring(&self) {
        self.rung
            .send_modify(|rings| *rings = rings.saturating_add(1));
    }
    /// settle
    pub async fn settle(&self) {
        self.ring();
        let rings = *self.rung.borrow();
        let mut answered = self.answered.subscribe();
        let settled = answered.wait_for(|answered| *answered >= rings);
        let _ = time::timeout(Duration::from_secs(2), settled).await;
    }
    /// rung
    pub fn rung(&self) -> watch::Receiver<u64> {
        self.rung.subscribe()
    }
    /// answer
    pub fn answer(&self, rings: u64) {
        self.answered.send_replace(rings);
    }
}
