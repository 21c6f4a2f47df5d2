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
};
use tokio_io_timeout::TimeoutWriter;

use crate::guard::HEADERS;

/// How long a client may take nothing of what is written to it. How long it may send nothing, hyper limits for
/// heads and the time of a request for bodies: a limit here would wake the server with every read.
const TAKES_WITHIN: Duration = Duration::from_secs(12);

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: Pin<Box<TimeoutWriter<TcpStream>>>,
    /// What hyper's own answer became, and how much of it is written.
    own: Option<(Vec<u8>, usize)>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(TAKES_WITHIN));
        Self {
            stream: Box::pin(stream),
            own: None,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, buffer)
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
                None => return this.stream.as_mut().poll_write(context, bytes),
                // What was answered before goes first.
                Some((before, _)) if !before.is_empty() => {
                    return this.stream.as_mut().poll_write(context, before);
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
            let n = ready!(this.stream.as_mut().poll_write(context, rest))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *written = written.saturating_add(n);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
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
