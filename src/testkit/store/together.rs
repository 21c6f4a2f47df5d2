//! Several calls at the same time.

use alloc::{boxed::Box, vec::Vec};
use core::{future::poll_fn, task::Poll};
use std::{
    sync::Barrier,
    thread::{self, ScopedJoinHandle},
};

use super::{
    super::Breach,
    judge::instead,
    promises::{IN_THE_WAY, WAITS, WORKS},
};
use crate::host::block;

/// Polls all of them in turn until all are ready; what they answer comes as it gets ready.
pub(super) async fn together<T, F: Future<Output = Result<T, Breach>>>(
    futures: Vec<F>,
) -> Result<Vec<T>, Breach> {
    let mut waiting: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut ready = Vec::new();
    poll_fn(|context| {
        waiting.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Ready(output) => {
                ready.push(output);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let outcomes = ready.into_iter();
    outcomes
        .map(|outcome| instead(IN_THE_WAY, outcome))
        .collect()
}

pub(super) fn at_once<T>(future: impl Future<Output = Result<T, Breach>>) -> Result<T, Breach> {
    block(future).map_err(|error| Breach::new(WAITS, "an answer", error))?
}

/// One thread for each item; all start together.
pub(super) fn on_threads<'a, I: Sync, T: Send>(
    items: &'a [I],
    work: impl Fn(&'a I) -> Result<T, Breach> + Sync,
) -> Result<Vec<T>, Breach> {
    let barrier = Barrier::new(items.len());
    thread::scope(|scope| {
        let threads: Vec<_> = items
            .iter()
            .map(|item| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    barrier.wait();
                    work(item)
                })
            })
            .collect();
        // All are joined before the first error ends it: a panic that nobody joins is passed on.
        let joined: Vec<_> = threads.into_iter().map(ScopedJoinHandle::join).collect();
        let panicked = |_| Breach::new(WORKS, "no panic", "a panic");
        let outcomes = joined.into_iter().map(|outcome| outcome.map_err(panicked)?);
        outcomes.collect()
    })
}
