//! One connection: neither side may take for ever, and what hyper answers by itself, to what is no request,
//! has the headers that all answers have.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

use crate::guard::HEADERS;

/// How long a client may send nothing: longer than its request may take here.
const SENDS_WITHIN: Duration = Duration::from_secs(25);
/// How long it may take nothing of what is written to it.
const TAKES_WITHIN: Duration = Duration::from_secs(12);

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    sends: Patience,
    takes: Patience,
    /// What hyper's own answer became, and how much of it is written.
    own: Option<(Vec<u8>, usize)>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            sends: Patience::of(SENDS_WITHIN),
            takes: Patience::of(TAKES_WITHIN),
            own: None,
        }
    }

    fn write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.takes.with(context, written)
    }
}

/// How long is waited for a client.
#[derive(Debug)]
struct Patience {
    most: Duration,
    end: Pin<Box<Sleep>>,
    waits: bool,
}

impl Patience {
    fn of(most: Duration) -> Self {
        Self {
            most,
            end: Box::pin(sleep(most)),
            waits: false,
        }
    }

    /// What came, or an error when nothing has come for so long. What came leaves the end where it is: it is only
    /// ever put off, for to bring it forward would wake the runtime each time.
    fn with<T>(
        &mut self,
        context: &mut Context<'_>,
        came: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if came.is_ready() {
            self.waits = false;
            return came;
        }
        if !self.waits {
            self.waits = true;
            if let Some(end) = Instant::now().checked_add(self.most) {
                self.end.as_mut().reset(end);
            }
        }
        ready!(self.end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.sends.with(context, read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.own.is_none() {
            match hypers_own(bytes) {
                None => return this.write(context, bytes),
                // What was answered before goes first.
                Some((before, _)) if !before.is_empty() => {
                    return this.write(context, before);
                }
                Some((_, head)) => this.own = Some((with_headers(head), 0)),
            }
        }
        while let Some((own, written)) = &mut this.own {
            let rest = own.get(*written..).unwrap_or_default();
            if rest.is_empty() {
                this.own = None;
                break;
            }
            let n = Pin::new(&mut this.stream).poll_write(context, rest);
            let n = ready!(this.takes.with(context, n))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *written = written.saturating_add(n);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The answer that hyper gives by itself, if the bytes end in one: a head without a body, and what stands
/// before it. Its form is hyper's alone: no answer of a host is without the headers of all.
fn hypers_own(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    const STATUS: [&str; 3] = [
        "HTTP/1.1 400 Bad Request\r\n",
        "HTTP/1.1 414 URI Too Long\r\n",
        "HTTP/1.1 431 Request Header Fields Too Large\r\n",
    ];
    // The longest is some 150 bytes.
    let tail = bytes.get(bytes.len().saturating_sub(256)..)?;
    if !tail.ends_with(b" GMT\r\n\r\n") {
        return None;
    }
    STATUS.iter().find_map(|status| {
        let from = tail
            .windows(status.len())
            .rposition(|window| window == status.as_bytes())?;
        let head = tail.get(from..)?;
        let lines = head.split(|byte| *byte == b'\n').count();
        // Status, connection, length, date, and the two line ends at the end.
        let is_own = lines <= 6
            && head
                .windows(19)
                .any(|line| line == b"content-length: 0\r\n");
        let before = bytes.len().checked_sub(head.len())?;
        is_own.then(|| bytes.split_at_checked(before))?
    })
}

fn with_headers(head: &[u8]) -> Vec<u8> {
    let mut own = head.strip_suffix(b"\r\n").unwrap_or(head).to_vec();
    for (name, value) in HEADERS {
        own.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    own.extend_from_slice(b"\r\n");
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\
        date: Sun, 29 Nov 2026 12:00:00 GMT\r\n\r\n";

    #[test]
    fn only_hypers_own_answer_is_taken_for_one() {
        assert_eq!(hypers_own(OWN), Some((&b""[..], OWN)));
        let after = [b"HTTP/1.1 200 OK\r\n\r\n{}", OWN].concat();
        assert_eq!(hypers_own(&after).unwrap().1, OWN);
        let hosts = String::from_utf8(with_headers(OWN)).unwrap();
        assert_eq!(hypers_own(hosts.as_bytes()), None);
        assert_eq!(hypers_own(b"{\"x\":\"HTTP/1.1 400 Bad Request\"}"), None);
        assert_eq!(hypers_own(b""), None);
    }
}
