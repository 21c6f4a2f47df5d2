//! A server in a regulator's place: keeps what it is asked, and answers as a portal would, or as it is told.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time,
};

/// A request.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    /// As it came, headers and all.
    pub head: String,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.eq_ignore_ascii_case(name)).then(|| value.trim().to_owned())
        })
    }
}

/// How it answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Json(u16, String),
    /// Bytes as they are.
    Raw(Vec<u8>),
    Never,
    Late(Duration, Box<Self>),
    /// A byte at a time, with a pause after each.
    Slow(Vec<u8>, Duration),
    /// A body without an end.
    Endless,
    Close,
}

impl Reply {
    pub fn order(id: &str, status: &str) -> Self {
        Self::Json(200, json!({ "id": id, "status": status }).to_string())
    }

    /// A whole answer as bytes.
    pub fn bytes(status: u16, body: &str) -> Vec<u8> {
        format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

/// What an honest one keeps.
#[derive(Debug, Default, Clone)]
pub struct Book {
    /// Orders: the key that each was filed under, and its status.
    pub orders: BTreeMap<String, (String, String)>,
    /// Rounds that began, by order.
    pub rounds: BTreeMap<String, Vec<String>>,
}

impl Book {
    /// As a portal answers.
    pub fn answer(&mut self, seen: &Seen) -> Reply {
        let key = seen.header("idempotency-key").unwrap_or_default();
        let path: Vec<_> = seen.path.trim_matches('/').split('/').collect();
        match (seen.method.as_str(), path.as_slice()) {
            ("POST", ["api", "orders"]) => {
                let known = self.orders.iter().find(|(_, (filed, _))| *filed == key);
                if let Some((id, (_, status))) = known {
                    return Reply::Json(201, json!({ "id": id, "status": status }).to_string());
                }
                let id = format!("r{}", self.orders.len());
                let filed = (key, "initial_review".to_owned());
                self.orders.insert(id.clone(), filed);
                Reply::Json(
                    201,
                    json!({ "id": id, "status": "initial_review" }).to_string(),
                )
            }
            ("POST", ["api", "orders", id, "submit" | "resubmit"]) => {
                let Some((_, status)) = self.orders.get_mut(*id) else {
                    return Reply::Json(404, json!({ "code": "order_not_found" }).to_string());
                };
                let rounds = self.rounds.entry((*id).to_owned()).or_default();
                if !rounds.contains(&key) {
                    "sms_verification".clone_into(status);
                    rounds.push(key);
                }
                Reply::order(id, status)
            }
            ("GET", ["api", "orders", id]) => match self.orders.get(*id) {
                Some((_, status)) => Reply::order(id, status),
                None => Reply::Json(404, json!({ "code": "order_not_found" }).to_string()),
            },
            _ => Reply::Json(404, json!({ "code": "not_found" }).to_string()),
        }
    }
}

type Behaviour = Arc<dyn Fn(&Seen, &mut Book) -> Reply + Send + Sync>;

struct Shared {
    seen: Vec<Seen>,
    book: Book,
    behaves: Behaviour,
}

#[derive(Clone)]
pub struct StandIn {
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl StandIn {
    /// An honest one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared {
            seen: Vec::new(),
            book: Book::default(),
            behaves: Arc::new(|seen, book| book.answer(seen)),
        }));
        let stand_in = Self { address, shared };
        let accepting = stand_in.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let answering = accepting.clone();
                tokio::spawn(async move { answering.serve(stream).await });
            }
        });
        stand_in
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it does so. Where the sandbox's clock is asked for, it has none.
    pub fn behave(&self, behaves: impl Fn(&Seen, &mut Book) -> Reply + Send + Sync + 'static) {
        let behaves: Behaviour = Arc::new(move |seen, book| {
            if seen.path == "/sandbox/clock" {
                return book.answer(seen);
            }
            behaves(seen, book)
        });
        self.shared.lock().unwrap().behaves = behaves;
    }

    /// The same, of its clock too.
    pub fn behave_in_all(
        &self,
        behaves: impl Fn(&Seen, &mut Book) -> Reply + Send + Sync + 'static,
    ) {
        self.shared.lock().unwrap().behaves = Arc::new(behaves);
    }

    pub fn is_honest(&self) {
        self.behave(|seen, book| book.answer(seen));
    }

    /// Whatever it was asked, but for the clock.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.all_seen();
        let asked = seen.into_iter().filter(|it| it.path != "/sandbox/clock");
        asked.collect()
    }

    pub fn all_seen(&self) -> Vec<Seen> {
        self.shared.lock().unwrap().seen.clone()
    }

    pub fn book(&self) -> Book {
        self.shared.lock().unwrap().book.clone()
    }

    pub fn set_status(&self, status: &str) {
        let mut shared = self.shared.lock().unwrap();
        for (_, of_order) in shared.book.orders.values_mut() {
            status.clone_into(of_order);
        }
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some(seen) = request(&mut stream).await else {
            return;
        };
        let reply = {
            let mut shared = self.shared.lock().unwrap();
            shared.seen.push(seen.clone());
            let behaves = Arc::clone(&shared.behaves);
            behaves(&seen, &mut shared.book)
        };
        let _ = send(&mut stream, reply).await;
    }
}

async fn request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&part[..n]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut words = head.split(' ');
    let mut seen = Seen {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        head,
        body: String::new(),
    };
    let length = seen.header("content-length").map(|text| text.parse());
    let length: usize = length.and_then(Result::ok).unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        body.extend_from_slice(&part[..n]);
    }
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}

async fn send(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    let mut reply = reply;
    while let Reply::Late(after, then) = reply {
        time::sleep(after).await;
        reply = *then;
    }
    match reply {
        Reply::Json(status, body) => stream.write_all(&Reply::bytes(status, &body)).await?,
        Reply::Raw(bytes) => stream.write_all(&bytes).await?,
        Reply::Slow(bytes, pause) => {
            for byte in bytes {
                stream.write_all(&[byte]).await?;
                time::sleep(pause).await;
            }
        }
        Reply::Endless => {
            let head =
                "HTTP/1.1 200 X\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[b'['; 4096]).await?;
            }
        }
        Reply::Never => time::sleep(Duration::from_mins(2)).await,
        Reply::Close | Reply::Late(..) => {}
    }
    stream.shutdown().await
}
