//! Several futures at once, on whatever runs the one that waits for them.

use alloc::{boxed::Box, sync::Arc, task::Wake, vec::Vec};
use core::{
    future::poll_fn,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};

/// Futures under way. Each is polled once it was woken, so that hundreds of them cost no more than what
/// moves.
pub(super) struct InFlight<F>(Vec<Place<F>>);

struct Place<F> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
}

/// Passes on that one future was woken.
struct Bell {
    rung: AtomicBool,
    outer: Waker,
}

impl Bell {
    /// As of a future that was never polled.
    fn rung(outer: &Waker) -> Arc<Self> {
        Arc::new(Self {
            rung: AtomicBool::new(true),
            outer: outer.clone(),
        })
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.outer.wake_by_ref();
    }
}

impl<F: Future> InFlight<F> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn begin(&mut self, future: F) {
        self.0.push(Place {
            future: Box::pin(future),
            bell: Bell::rung(Waker::noop()),
        });
    }

    /// What the next one comes to; `None` if none is under way.
    pub(super) async fn next(&mut self) -> Option<F::Output> {
        poll_fn(|context| self.poll_next(context.waker())).await
    }

    fn poll_next(&mut self, outer: &Waker) -> Poll<Option<F::Output>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let mut output = None;
        self.0.retain_mut(|place| {
            if output.is_none()
                && let Poll::Ready(ready) = place.poll(outer)
            {
                output = Some(ready);
                return false;
            }
            true
        });
        output.map_or(Poll::Pending, |output| Poll::Ready(Some(output)))
    }
}

impl<F: Future> Place<F> {
    fn poll(&mut self, outer: &Waker) -> Poll<F::Output> {
        if !self.bell.outer.will_wake(outer) {
            self.bell = Bell::rung(outer);
        }
        // Taken back before the poll: what rings during it is heard at the next one.
        if !self.bell.rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.bell));
        let mut context = Context::from_waker(&waker);
        self.future.as_mut().poll(&mut context)
    }
}
