//! Answers that take the same time, whatever there was to do for them: who waits for one learns nothing by
//! it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Works, and is ready after a whole number of steps: one that is longer than the work usually takes makes
/// all of them alike.
pub async fn even<T>(step: Duration, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    let taken = began.elapsed().as_nanos();
    let steps = taken.checked_div(step.as_nanos()).unwrap_or(0);
    let steps = u32::try_from(steps.saturating_add(1)).unwrap_or(u32::MAX);
    if let Some(until) = step
        .checked_mul(steps)
        .and_then(|wait| began.checked_add(wait))
    {
        sleep_until(until).await;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn little_work_and_more_take_the_same() {
        for (work, expected) in [(0, 50), (3, 50), (49, 50), (51, 100), (120, 150)] {
            let began = Instant::now();
            let work = tokio::time::sleep(Duration::from_millis(work));
            even(Duration::from_millis(50), work).await;
            assert_eq!(began.elapsed().as_millis(), expected);
        }
    }
}
