//! ICP filing (备案) SMS verification for mainland China, as a pure domain core.
//!
//! A website or app may only go live after an ICP filing. When a platform submits a filing order, the
//! regulator texts a six-digit code to the responsible persons. Each enters it with their mobile
//! number and the last six of their ID within 24 hours, or the order is returned. Who is texted
//! depends on the filing; two roles with one number get one code; there are two resends.
//!
//! The crate never reads a clock, opens a connection, stores anything, starts a thread or draws
//! randomness of its own; it never prints a code, and never answers before its answer is stored. Time,
//! entropy, keys, storage and the way to send messages are those of the program around it, its *host*.
//! It calls no other system either: neither the regulator's interface for licensed access providers,
//! nor those of platforms such as `WeChat`.
//!
//! 中国内地 ICP 备案短信核验的领域核心：哪类备案由谁核验、截止到何时、下一步做什么，以及发放和校验验证码的引擎。
//! 时钟、网络、存储、密钥和随机数都由宿主程序提供。备案平台从 [`FilingOrder`]、[`rulebook`] 和 [`Tracker`] 开始；
//! 发放和校验验证码的一方从 [`host::Desk`] 开始。从每个法规用语到类型的对照见[术语](docs::zh::rules#术语)，
//! 完整的中文章节见 [`docs::zh`]。
//!
//! # For platforms
//!
//! A platform never sees a code. It needs to know what to file, who will be texted, until when, and
//! what its customer should do now. None of this needs a key, a store or a clock.
//!
//! ```
//! use beian::{
//!     FilingOrder, IdDocument, Lang, Person, Province, Requirement, ServiceKind, Tracker, rulebook,
//! };
//! use chrono::{DateTime, TimeDelta, Utc};
//!
//! let leader = Person::new("张三", "199 0000 0001", IdDocument::passport("E12345678")?)?;
//! let admin = Person::new("李四", "+86 199-0000-0002", IdDocument::passport("E87654321")?)?;
//! let order = FilingOrder::initial(Province::Beijing, leader) // or `modify`, `add_access` …
//!     .service(ServiceKind::Website, "示例站", admin)
//!     .build()?; // or every problem at once
//!
//! let submitted_at: DateTime<Utc> = "2024-05-01T02:00:00Z".parse()?;
//! let Requirement::Verify(recipients) = rulebook::requirement(&order, submitted_at)? else {
//!     return Ok(()); // nobody verifies (R08)
//! };
//! for recipient in &recipients {
//!     println!("{} {:?} by {}", recipient.mobile(), recipient.roles(), recipient.rule());
//! }
//!
//! let tracker = Tracker::new(&recipients, submitted_at); // told what happens by `report`
//! for step in tracker.next_steps(submitted_at + TimeDelta::minutes(20)) {
//!     println!("{}", step.text(Lang::Zh));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # For whoever issues and checks codes
//!
//! In an asynchronous function, or in [`host::block`]; `recipients` as above, `gateway` an
//! [`SmsSender`](host::SmsSender), `key` of 32 secret bytes, `typed` the code that a person entered:
//!
//! ```
//! # use beian::{Message, VerificationPolicy, Recipient, Recipients, Role};
//! # use beian::host::{SendOutcome, SmsSender};
//! # struct Gateway(std::sync::Mutex<String>);
//! # impl SmsSender for Gateway {
//! #     async fn send(&self, message: &Message) -> SendOutcome {
//! #         *self.0.lock().unwrap() = message.code_for_transport().into();
//! #         SendOutcome::Accepted
//! #     }
//! # }
//! # let gateway = Gateway(Default::default());
//! # let key = [7; 32];
//! # let person = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
//! # let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
//! # beian::host::block(async {
//! use beian::{Entry, KeyRing, Lang, Seed};
//! use beian::host::{Desk, MemoryStore};
//!
//! let desk = Desk::new(MemoryStore::default(), KeyRing::single(1, key)?, chrono::Utc::now);
//! desk.open(42, &recipients, Seed::draw(&mut getrandom::SysRng)?).await?;
//! let next = desk.dispatch(&gateway).await?.next; // when to come back
//!
//! # let typed = gateway.0.lock().unwrap().clone();
//! let submitted = desk.submit(&Entry::parse("199 0000 0001", &typed, "345678")?).await?;
//! println!("{}", submitted.text(Lang::Zh)); // 尊敬的ICP用户：您的短信核验已全部完成…
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })??;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Map
//!
//! ```text
//! filing order ─▶ rulebook ─▶ requirement (who, window, policy) ─▶ session ─▶ desk
//!                                   └─▶ tracker (no key, no code)
//! ```
//!
//! | to | see |
//! |---|---|
//! | describe people and orders, and follow an order's life | [`Person`], [`FilingOrder`], [`OrderLife`], [`filing`] |
//! | know which filing it is | [`filing::FilingFacts`] |
//! | know what would be refused, or is better mended | [`FilingPolicy`], [`filing::checks`] |
//! | know who must verify, by which rule, since when | [`Rulebook`], [`Requirement`], [`rulebook`] |
//! | follow an order whose codes the regulator checks | [`Tracker`], [`tracker`] |
//! | read what `WeChat` or the regulator answers | [`wechat`], [`regulator`], [`OrderLife::follow`] |
//! | issue and check codes over a store | [`host::Desk`] |
//! | do so one session at a time, as pure values | [`Session`], [`Decision`] |
//! | keep keys | [`KeyRing`], [`Keys`] |
//! | change one of the ten values that may change | [`VerificationPolicy`] |
//! | speak to people in Chinese and English | [`Lang`] and the `text` methods, [`BeijingTime`] |
//! | look up a stable code or name | [`docs::codes`] |
//! | test a host, its store, its sender | `testkit` |
//! | read the rules, the reasons, the threats, the architecture, and how to build a host | [`docs`] |
//!
//! # Features
//!
//! Features are additive.
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | [`host::MemoryStore`] |
//! | `serde` | no | serialisation of orders, rulebooks, checks, trackers, sessions, events, ids, statuses and outcomes |
//! | `testkit` | no | clock, entropy, sender and conformance suites for hosts' tests; implies `std` |
//!
//! # What stored data can rely on
//!
//! Sessions, orders, lives, trackers and kept IDs are stored with a version in front. Each version that a
//! release has written can be read by every later release; decoding checks all invariants, and an unknown
//! version is named in the error. Events are an audit trail, read back to be shown and never needed to rebuild anything.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod code;
pub mod day;
pub mod docs;
#[cfg(feature = "serde")]
mod encoding;
pub mod filing;
mod gateway_code;
pub mod host;
mod id;
mod id_document;
mod key;
mod key_ring;
mod lang;
mod last_six;
mod life;
mod mobile;
mod names;
mod official_sender;
mod person;
mod policy;
mod province;
pub mod regulator;
mod role;
pub mod rulebook;
mod session;
#[cfg(feature = "serde")]
mod snapshot;
mod spelling;
mod template;
#[cfg(feature = "testkit")]
pub mod testkit;
mod text;
mod time;
pub mod tracker;
#[cfg(feature = "serde")]
mod version;
pub mod wechat;
mod words;

pub use filing::{
    form::OrderForm,
    kind::{FilingType, ModifiedPart, ModifiedParts},
    order::FilingOrder,
    policy::FilingPolicy,
    problem::OrderProblems,
    service::{Access, Service, ServiceKind},
};
pub use gateway_code::{GatewayCode, GatewayCodeProblem};
pub use id::{MalformedId, MessageId, SessionId, SubmissionId};
pub use id_document::{IdDocument, IdDocumentKind, IdDocumentProblem};
pub use key::{KeyError, KeyId, Keys, Mac};
pub use key_ring::{KeyRing, KeyRingProblem};
pub use lang::{Lang, Localized};
pub use last_six::{LastSix, LastSixProblem};
pub use life::{OrderLife, OrderStatus, ReturnCause};
pub use mobile::{MobileNumber, MobileProblem};
pub use names::UnknownName;
pub use official_sender::is_official_sender;
pub use person::{Entity, NameProblem, Person, PersonProblem};
pub use policy::{VerificationPolicy, VerificationPolicyBuilder, VerificationPolicyProblem};
pub use province::{Province, ProvinceProblem};
pub use role::{Role, Roles};
pub use rulebook::{
    requirement::{Exemption, Recipient, Recipients, Requirement, ServiceRef},
    table::Rulebook,
};
pub use session::{
    CodeProblem, Decision, DeliveryReport, DeliveryReportOutcome, Entry, EntryAnswer, EntryOutcome,
    EntryProblems, Event, EventKind, KeptIds, Message, MessageKind, OpenError, Opening,
    RecipientState, RecipientView, Refusal, ResendAnswer, ResendOutcome, ResendRequest,
    RoundFailure, RoundStatus, Seed, Session, SessionError, Update,
};
#[cfg(feature = "serde")]
pub use snapshot::{Snapshot, SnapshotError};
pub use template::{Template, TemplateProblem};
pub use text::BeijingTime;
pub use tracker::record::Tracker;
