//! The portal over HTTP, beside a service of the same framework that does the SQL by hand.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use beian_sqlx::AnyStore;
use portal::store::Store;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use crate::{
    by_hand::{self, Form},
    contest::{Contender, Fault, micros, quantile},
    people::{self, LAST_SIX, Person},
    pools,
};

const FORM: &str = "/api/verifications";

/// What a person enters.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Verification {
    mobile: String,
    code: String,
    id_last6: String,
}

/// What the form answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Verified {
    result: String,
    message: String,
}

impl Verified {
    /// The answer to a right entry, or to another.
    pub(crate) fn of(right: bool) -> Self {
        let (result, message) = if right {
            (
                "all_verified",
                "尊敬的ICP用户：您的短信核验已全部完成，该请求将提交管局审核",
            )
        } else {
            ("not_found", "该条验证库里找不到记录或已完成验证")
        };
        Self {
            result: result.to_owned(),
            message: message.to_owned(),
        }
    }
}

/// Serves the public form, with SQL by hand behind it, until it is ended.
///
/// # Errors
/// The database's, the listener's.
pub(crate) async fn serve_by_hand(address: &str) -> Result<(), Fault> {
    if let Some(file) = address.strip_prefix("sqlite:") {
        serve(by_hand::Sqlite::over(pools::sqlite(Path::new(file)).await?)).await
    } else if address.starts_with("mysql:") {
        serve(by_hand::MySql::over(pools::mysql(address).await?)).await
    } else {
        serve(by_hand::Postgres::over(pools::postgres(address).await?)).await
    }
}

async fn serve<F: Form>(form: F) -> Result<(), Fault> {
    let router = Router::new().route(FORM, post(verify::<F>));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router.with_state(form)).await?)
}

async fn verify<F: Form>(
    State(form): State<F>,
    Json(entry): Json<Verification>,
) -> Result<Json<Verified>, StatusCode> {
    let right = form.check(&entry.mobile, &entry.code, &entry.id_last6);
    let right = right.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(Verified::of(right)))
}

/// A server that was started here, and is ended with it.
pub(crate) struct Server {
    address: String,
    child: Child,
}

impl Server {
    async fn start(program: &Path, arguments: &[String]) -> Result<Self, Fault> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(address) = line.strip_prefix("listening on ") {
                let address = address.to_owned();
                return Ok(Self { address, child });
            }
        }
        Err(format!("{} did not start", program.display()).into())
    }
}

/// Several servers over one database, asked in turn.
pub(crate) struct Service<C> {
    /// Opens the rounds, past the servers.
    rounds: C,
    client: reqwest::Client,
    servers: Vec<Server>,
    next: AtomicUsize,
}

impl<C: Contender> Service<C> {
    /// One server or more, started one after the other.
    ///
    /// # Errors
    /// A server that doesn't start.
    pub(crate) async fn start(
        rounds: C,
        program: &Path,
        arguments: &[String],
        servers: usize,
    ) -> Result<Arc<Self>, Fault> {
        let mut started = Vec::new();
        for _ in 0..servers {
            started.push(Server::start(program, arguments).await?);
        }
        Ok(Arc::new(Self {
            rounds,
            client: reqwest::Client::builder().no_proxy().build()?,
            servers: started,
            next: AtomicUsize::new(0),
        }))
    }

    /// The ids of the servers' processes.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let ids = self.servers.iter().filter_map(|server| server.child.id());
        ids.collect()
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<reqwest::Response, Fault> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len();
        let server = self.servers.get(turn).ok_or("no server")?;
        let address = format!("{}{path}", server.address);
        Ok(self.client.post(address).json(body).send().await?)
    }

    /// Median latency in microseconds of a request that ends with a status.
    ///
    /// # Errors
    /// Another status.
    pub(crate) async fn median_of(
        &self,
        path: &str,
        body: &serde_json::Value,
        status: u16,
        requests: u32,
    ) -> Result<f64, Fault> {
        let mut times = Vec::new();
        for _ in 0..requests {
            let began = Instant::now();
            let response = self.post(path, body).await?;
            let answered = response.status().as_u16();
            response.bytes().await?;
            times.push(began.elapsed());
            if answered != status {
                return Err(format!("answered {answered} instead of {status}").into());
            }
        }
        times.sort_unstable();
        Ok(micros(quantile(&times, 0.5)))
    }
}

impl<C: Contender> Contender for Service<C> {
    async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
        self.rounds.open(numbers).await
    }

    async fn submit(&self, person: &Person, code: &str) -> Result<bool, Fault> {
        let body = Verification {
            mobile: person.mobile.clone(),
            code: code.to_owned(),
            id_last6: LAST_SIX.to_owned(),
        };
        let answer: Verified = self
            .post(FORM, &body)
            .await?
            .error_for_status()?
            .json()
            .await?;
        Ok(answer.result == "all_verified")
    }
}

/// Opens rounds with the keys of a portal, which has to find them.
pub(crate) struct Rounds {
    store: AnyStore,
    keys: beian::KeyRing,
}

impl Rounds {
    /// In the database that the portals use.
    ///
    /// # Errors
    /// The key.
    pub(crate) fn over(store: AnyStore) -> Result<Self, Fault> {
        let keys = people::keys()?;
        Ok(Self { store, keys })
    }

    /// In a new database, which is a portal's when it comes.
    ///
    /// # Errors
    /// The database's, the key.
    pub(crate) async fn beside(address: &str) -> Result<Self, Fault> {
        Store::open(address).await?.close().await;
        Self::over(AnyStore::new(pools::beside(address).await?))
    }
}

impl Contender for Rounds {
    async fn open(&self, numbers: Range<u32>) -> Result<Vec<Person>, Fault> {
        people::open(&self.store, &self.keys, numbers).await
    }

    async fn submit(&self, _: &Person, _: &str) -> Result<bool, Fault> {
        Err("rounds are opened here, not entered for".into())
    }
}

/// What a portal is started with: no sandbox, so that it is as careful as in earnest; limits that
/// nobody reaches; messages to nowhere, as all have been accepted.
///
/// # Errors
/// The key file's.
pub(crate) fn portal_arguments(postgres: &str, folder: &Path) -> Result<Vec<String>, Fault> {
    let key_file: PathBuf = folder.join("portal.key");
    let hex = "07".repeat(32);
    std::fs::write(&key_file, format!("code 1 {hex}\nsigning {hex}\n"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600))?;
    }
    let many = u32::MAX.to_string();
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--database",
        postgres,
        "--sms",
        "webhook:http://127.0.0.1:9/",
        "--key-file",
        &key_file.display().to_string(),
        "--rate-address",
        &many,
        "--rate-number",
        &many,
    ];
    Ok(arguments.map(str::to_owned).to_vec())
}
