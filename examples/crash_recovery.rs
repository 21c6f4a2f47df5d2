//! A host that dies between saving and sending, and what its successor finds.
//!
//! The first process opens a round, stores it in a file, hands the first message to the gateway and
//! dies before it can note that. The second one opens the same file and goes on.
//!
//! ```text
//! cargo run --example crash_recovery
//! ```

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{self, Command},
    sync::Mutex,
};

use beian::{
    Entry, KeyRing, Lang, Message, MobileNumber, Recipient, Recipients, Role, Seed, Session,
    SessionId, Update, VerificationPolicy,
    host::{
        Desk, Lease, Leased, MemoryStore, SaveError, SendOutcome, SessionStore, SmsSender, block,
    },
};
use chrono::{DateTime, TimeDelta, Utc};

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(folder) = env::args().nth(1) {
        return first_life(Path::new(&folder));
    }
    let folder = env::temp_dir().join(format!("beian-crash-recovery-{}", process::id()));
    fs::create_dir_all(&folder)?;

    println!("A host opens a round for two persons and begins to send.");
    let died = Command::new(env::current_exe()?).arg(&folder).status()?;
    println!("It died ({died}). Its file and what the gateway got are left.\n");

    let outcome = second_life(&folder);
    fs::remove_dir_all(&folder)?;
    outcome
}

fn first_life(folder: &Path) -> Result<(), Box<dyn Error>> {
    let desk = desk(folder)?;
    let person = |mobile: &str, role: Role, last_six: &str| -> Result<_, Box<dyn Error>> {
        Ok(Recipient::new(mobile.parse()?, role, [last_six.parse()?]))
    };
    let people = [
        person("19900000001", Role::EntityLeader, "345678")?,
        person("19900000002", Role::ServiceAdministrator, "654321")?,
    ];
    let recipients =
        Recipients::new(people, VerificationPolicy::REGULATOR).ok_or("nobody verifies")?;
    block(desk.open(1, &recipients, Seed::draw(&mut getrandom::SysRng)?))??;
    let gateway = Gateway {
        folder: folder.into(),
        dies: true,
    };
    block(desk.dispatch(&gateway))??;
    Ok(())
}

fn second_life(folder: &Path) -> Result<(), Box<dyn Error>> {
    let desk = desk(folder)?;
    println!("Another host opens the file and asks what is due.");
    let done = block(desk.dispatch(&Gateway {
        folder: folder.into(),
        dies: false,
    }))??;
    println!("It sent {} messages.\n", done.accepted);

    let log = fs::read_to_string(folder.join("gateway"))?;
    println!("What the gateway got in both lives (number, idempotency key, whether it was new):");
    let mut known: Vec<[&str; 3]> = Vec::new();
    for line in log.lines() {
        let [number, key, code] = fields(line).ok_or("a line of three fields")?;
        let before = known.iter().find(|message| message[1] == key);
        println!(
            "  {number} {key} {}",
            if before.is_none() { "new" } else { "known" }
        );
        if before.is_some_and(|before| before[2] != code) {
            return Err("the repeated message has another code".into());
        }
        known.push([number, key, code]);
    }
    println!("The one that was sent twice has the same key and the same code.\n");

    for (number, last_six) in [("19900000001", "345678"), ("19900000002", "654321")] {
        let masked = number.parse::<MobileNumber>()?.to_string();
        let message = known
            .iter()
            .rfind(|message| message[0] == masked)
            .ok_or("a message")?;
        let submitted = block(desk.submit(&Entry::parse(number, message[2], last_six)?))??;
        println!("{masked}: {}", submitted.text(Lang::Zh));
    }
    println!(
        "The order: {}",
        block(desk.session(1))??.status().order_status()
    );
    Ok(())
}

fn desk(folder: &Path) -> Result<Desk<FileStore>, Box<dyn Error>> {
    let key = folder.join("key"); // a real host has a secret store, far from its sessions
    if !key.exists() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        fs::write(&key, bytes)?;
    }
    let keys = KeyRing::single(1, fs::read(key)?)?;
    Ok(Desk::new(
        FileStore::open(folder.join("sessions.json"))?,
        keys,
        Utc::now,
    ))
}

fn fields(line: &str) -> Option<[&str; 3]> {
    let mut fields = line.split(' ');
    Some([fields.next()?, fields.next()?, fields.next()?])
}

/// Writes down what it is given, and may die before it can answer.
struct Gateway {
    folder: PathBuf,
    dies: bool,
}

impl SmsSender for Gateway {
    async fn send(&self, message: &Message) -> SendOutcome {
        let (number, key) = (message.to(), message.id());
        let line = format!("{number} {key} {}\n", message.code_for_transport());
        let log = self.folder.join("gateway");
        let before = fs::read_to_string(&log).unwrap_or_default();
        if fs::write(&log, before + &line).is_err() {
            return SendOutcome::Deferred;
        }
        if self.dies {
            process::exit(1); // nothing is closed, flushed or noted
        }
        SendOutcome::Accepted
    }
}

/// All sessions in one JSON file, replaced as a whole with each save: small, and durable enough to
/// show what a store has to do. Leases live in memory, as there is one process at a time.
struct FileStore {
    path: PathBuf,
    memory: MemoryStore,
    saving: Mutex<()>,
}

impl FileStore {
    fn open(path: PathBuf) -> Result<Self, Box<dyn Error>> {
        let sessions: Vec<Session> = if path.exists() {
            serde_json::from_slice(&fs::read(&path)?)?
        } else {
            Vec::new()
        };
        Ok(Self {
            path,
            memory: sessions.into_iter().collect(),
            saving: Mutex::new(()),
        })
    }

    /// Written beside it, brought to the disk, then renamed: the file is the old one or the new one.
    fn write(&self, sessions: &[Session]) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        serde_json::to_writer(&file, sessions)?;
        file.flush()?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }
}

impl SessionStore for FileStore {
    type Error = io::Error;

    async fn load(&self, id: SessionId) -> io::Result<Option<Session>> {
        let Ok(session) = self.memory.load(id).await;
        Ok(session)
    }

    async fn find(&self, mobile: &MobileNumber, now: DateTime<Utc>) -> io::Result<Vec<Session>> {
        let Ok(sessions) = self.memory.find(mobile, now).await;
        Ok(sessions)
    }

    async fn save(&self, updates: &[Update]) -> Result<(), SaveError<io::Error>> {
        let _alone = self
            .saving
            .lock()
            .map_err(|_| io::Error::other("a save panicked"))?;
        let next: MemoryStore = self.memory.sessions().into_iter().collect();
        block(next.save(updates))
            .map_err(io::Error::other)?
            .map_err(|_| SaveError::Conflict)?;
        self.write(&next.sessions())?;
        block(self.memory.save(updates))
            .map_err(io::Error::other)?
            .map_err(|_| SaveError::Conflict)
    }

    async fn lease_due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Vec<Leased>, SaveError<io::Error>> {
        let due = self.memory.lease_due(now, limit, lease).await;
        due.map_err(|_| SaveError::Conflict)
    }

    async fn renew(
        &self,
        lease: &Lease,
        until: DateTime<Utc>,
    ) -> Result<bool, SaveError<io::Error>> {
        let renewed = self.memory.renew(lease, until).await;
        renewed.map_err(|_| SaveError::Conflict)
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), SaveError<io::Error>> {
        let given = self.memory.give_back(lease).await;
        given.map_err(|_| SaveError::Conflict)
    }

    async fn next_due(&self, now: DateTime<Utc>) -> io::Result<Option<DateTime<Utc>>> {
        let Ok(wake) = self.memory.next_due(now).await;
        Ok(wake)
    }
}
