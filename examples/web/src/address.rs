//! Which address a request came from: the one that connects, or, if that is a trusted proxy, the one that
//! it names.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use beian::Lang;
use ipnet::IpNet;

use crate::problem::{Code, Problem};

/// The header that the proxies write. One, named by whoever runs the host: what a proxy doesn't write
/// itself it passes on as the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    header: ProxyHeader,
}

impl Proxies {
    /// These, which write this header.
    #[must_use]
    pub const fn new(trusted: Vec<IpNet>, header: ProxyHeader) -> Self {
        Self { trusted, header }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.trusted.is_empty()
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|net| net.contains(&address))
    }

    /// Who has sent a request that came from `peer`: the last address of the header that is no trusted
    /// proxy's. What stands before it may be made up, and isn't read; at a word that is no address the
    /// proxy that passed it on is taken.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let name = match self.header {
            ProxyHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ProxyHeader::Forwarded => header::FORWARDED,
        };
        let lines = headers.get_all(name).into_iter().rev();
        for line in lines {
            let Ok(line) = line.to_str() else {
                return client;
            };
            for entry in line.rsplit(',') {
                let said = match self.header {
                    ProxyHeader::XForwardedFor => address(entry),
                    ProxyHeader::Forwarded => forwarded_for(entry),
                };
                let Some(said) = said else {
                    return client;
                };
                client = said;
                if !self.trusts(client) {
                    return client;
                }
            }
        }
        client
    }
}

/// The `for` of an element of `Forwarded`. A comma within quotes would split it; then it is no address.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(node.trim().trim_matches('"'))
}

/// With a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|with| with.ip()));
    address.map(|address| address.to_canonical())
}

/// One IPv6 household has a whole /64.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// The address that a request came from.
#[derive(Debug, Clone, Copy)]
pub struct From(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let from = parts.extensions.get::<Self>().copied();
        from.ok_or_else(|| Problem::new(Code::INTERNAL, Lang::Zh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(header: ProxyHeader, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let trusted = ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"];
        let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let proxies = Proxies::new(trusted, header);
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_the_word_of_a_trusted_proxy_is_taken() {
        let x = |peer, value| client(ProxyHeader::default(), peer, &[("x-forwarded-for", value)]);
        assert_eq!(x("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(x("127.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(x("::ffff:127.0.0.1", "198.51.100.1"), "198.51.100.1");
        // What the client wrote itself stands in front.
        assert_eq!(x("127.0.0.1", "192.0.2.66, 198.51.100.1"), "198.51.100.1");
        assert_eq!(
            x("127.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.7"),
            "198.51.100.1"
        );
        assert_eq!(x("127.0.0.1", "nonsense"), "127.0.0.1");
        assert_eq!(x("127.0.0.1", "192.0.2.66, nonsense, 10.0.0.7"), "10.0.0.7");
        assert_eq!(x("127.0.0.1", "198.51.100.1:4711"), "198.51.100.1");
        assert_eq!(x("127.0.0.1", "[2001:db8::1]:4711"), "2001:db8::1");
        assert_eq!(x("127.0.0.1", ""), "127.0.0.1");
        // The other header is the client's own word.
        let both = [
            ("forwarded", "for=192.0.2.66"),
            ("x-forwarded-for", "198.51.100.1"),
        ];
        assert_eq!(
            client(ProxyHeader::XForwardedFor, "10.0.0.1", &both),
            "198.51.100.1"
        );
        // Of several lines the last is the nearest.
        let lines = [
            ("x-forwarded-for", "192.0.2.66"),
            ("x-forwarded-for", "198.51.100.1"),
        ];
        assert_eq!(
            client(ProxyHeader::XForwardedFor, "10.0.0.1", &lines),
            "198.51.100.1"
        );
    }

    #[test]
    fn forwarded_is_read_as_it_is_written() {
        let f = |value| client(ProxyHeader::Forwarded, "10.0.0.1", &[("forwarded", value)]);
        assert_eq!(f("for=198.51.100.1"), "198.51.100.1");
        assert_eq!(
            f("proto=https; For=\"[2001:db8::1]:99\";by=10.0.0.1"),
            "2001:db8::1"
        );
        assert_eq!(
            f("for=192.0.2.66, for=198.51.100.1;proto=http"),
            "198.51.100.1"
        );
        assert_eq!(f("for=192.0.2.66, for=_hidden"), "10.0.0.1");
        assert_eq!(
            f("for=192.0.2.66, for=198.51.100.1, for=\"[fd00::1]\""),
            "198.51.100.1"
        );
    }
}
