//! What is dear to get, kept for a while.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// A figure that is dear to get: kept for a while, and got once for all who ask meanwhile.
#[derive(Debug)]
pub struct Kept<T> {
    age: Duration,
    last: Mutex<Option<(Instant, T)>>,
}

impl<T: Clone> Kept<T> {
    /// Kept until it is that old.
    #[must_use]
    pub fn new(age: Duration) -> Self {
        Self {
            age,
            last: Mutex::default(),
        }
    }

    /// The kept one, or a new one.
    pub async fn get(&self, anew: impl AsyncFnOnce() -> T) -> T {
        let mut last = self.last.lock().await;
        if let Some((at, kept)) = &*last
            && at.elapsed() < self.age
        {
            return kept.clone();
        }
        let new = anew().await;
        *last = Some((Instant::now(), new.clone()));
        new
    }
}
