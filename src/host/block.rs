//! For hosts without an async runtime.

use core::{
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Runs a future of the [`Desk`](super::Desk) to its end on this thread, for hosts whose store and
/// sender block instead of waiting: their futures are ready at the first poll.
///
/// ```
/// use beian::host::block;
///
/// assert_eq!(block(async { 42 }), Ok(42));
/// assert!(block(std::future::pending::<()>()).is_err());
/// ```
///
/// # Errors
/// [`WouldWait`] if the future isn't ready, because something in it really is asynchronous. As with
/// any future that is dropped half-way, what was stored stays stored.
pub fn block<F: Future>(future: F) -> Result<F::Output, WouldWait> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(WouldWait),
    }
}

/// The future had to wait, and there is no runtime to wait with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store or sender is asynchronous: run the desk on an async runtime instead of `block`")]
pub struct WouldWait;
