//! Opening a round.

use alloc::vec::Vec;
use core::fmt;

use chrono::{DateTime, Utc};
use rand_core::TryCryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use super::{
    Decision, KeptIds, MessageKind, RoundStatus, Session,
    decide::Draft,
    state::{Identity, Ids, Person, Phase, State, Terms, UnderWay, Waiting},
};
use crate::{
    KeyError, MobileNumber, Recipient, Recipients, SessionId,
    code::{CODES, Code, Nonce, codes, id_mac},
    key::{KeyId, Keys},
    time::Micros,
};

/// Fresh entropy for one round: the only place where the crate needs any.
///
/// ```
/// use beian::Seed;
///
/// let seed = Seed::draw(&mut getrandom::SysRng)?;
/// assert_eq!(format!("{seed:?}"), "Seed(..)");
/// # Ok::<(), getrandom::Error>(())
/// ```
pub struct Seed([u8; 32]);

impl Seed {
    /// Draws 32 bytes, from a generator of `rand_core` 0.10: `SysRng` of `getrandom` 0.4, or one of
    /// `rand` 0.10.
    ///
    /// # Errors
    /// The generator's own error.
    pub fn draw<R>(rng: &mut R) -> Result<Self, R::Error>
    where
        // The compiler shows this line to whoever comes with another one.
        R: TryCryptoRng + ?Sized, // of rand_core 0.10, as getrandom::SysRng or a generator of rand 0.10
    {
        let mut bytes = [0; 32];
        rng.try_fill_bytes(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The nonce of one person; `try_` takes the next one where codes collide (D13).
    fn nonce(&self, recipient: u8, try_: u8) -> Nonce {
        let hash = Sha256::new()
            .chain_update(b"beian nonce 1")
            .chain_update(self.0)
            .chain_update([recipient, try_])
            .finalize();
        let mut nonce = [0; 16];
        for (place, byte) in nonce.iter_mut().zip(hash) {
            *place = byte;
        }
        Nonce(nonce)
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// Everything that a round is opened with.
///
/// ```
/// use beian::{KeyRing, Opening, VerificationPolicy, Recipient, Recipients, Role, Seed, Session};
///
/// let person = Recipient::new("19900000001".parse()?, Role::EntityLeader, ["345678".parse()?]);
/// let recipients = Recipients::new([person], VerificationPolicy::REGULATOR).unwrap();
/// let keys = KeyRing::single(1, [7; 32])?; // from a secret store
/// let seed = Seed::draw(&mut getrandom::SysRng)?;
///
/// let decision = Session::open(&Opening::new(42, &recipients, seed), &keys, chrono::Utc::now())?;
/// let update = decision.update(); // store it
/// assert_eq!(update.expected_version(), 0);
/// let (session, ()) = decision.persisted();
/// assert!(session.status().is_open());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Opening<'a> {
    id: SessionId,
    recipients: &'a Recipients,
    seed: Seed,
    previous: Option<&'a Session>,
    ids: Option<&'a KeptIds>,
    others: &'a [Session],
}

impl<'a> Opening<'a> {
    /// A round for these recipients, under an id that no other round has.
    pub fn new(id: impl Into<SessionId>, recipients: &'a Recipients, seed: Seed) -> Self {
        Self {
            id: id.into(),
            recipients,
            seed,
            previous: None,
            ids: None,
            others: &[],
        }
    }

    /// The order's round before this one: its IDs serve for recipients that come without (D25).
    #[must_use]
    pub fn after(self, previous: &'a Session) -> Self {
        Self {
            previous: Some(previous),
            ..self
        }
    }

    /// IDs that were kept since the order was filed: they serve for recipients that come without,
    /// before those of a previous round (D25).
    #[must_use]
    pub fn with_ids(self, ids: &'a KeptIds) -> Self {
        Self {
            ids: Some(ids),
            ..self
        }
    }

    /// Other open rounds of the same numbers: their codes are avoided (B06, D13). A desk finds those of its
    /// store itself.
    #[must_use]
    pub fn beside(self, others: &'a [Session]) -> Self {
        Self { others, ..self }
    }

    pub(crate) const fn others(&self) -> &'a [Session] {
        self.others
    }

    pub(crate) const fn recipients(&self) -> &'a Recipients {
        self.recipients
    }

    pub(crate) fn open(
        &self,
        others: &[Session],
        keys: &dyn Keys,
        now: DateTime<Utc>,
    ) -> Result<Decision<()>, OpenError> {
        match self.previous.map(Session::status) {
            Some(RoundStatus::SmsVerification) => return Err(OpenError::PreviousRoundOpen),
            Some(RoundStatus::Withdrawn { .. }) => return Err(OpenError::Withdrawn),
            Some(RoundStatus::AdministrationReview { .. } | RoundStatus::Returned { .. })
            | None => {}
        }
        let (key, now) = (keys.current(), Micros::cut(now));
        let mut people = Vec::with_capacity(self.recipients.iter().len());
        for (n, recipient) in self.recipients.iter().enumerate() {
            let index = u8::try_from(n).ok().filter(|n| *n < u8::MAX);
            let index = index.ok_or(OpenError::TooManyRecipients)?;
            let nonce = self.nonce(index, recipient.mobile(), others, key, keys)?;
            let identity = self.identity(recipient, key, keys)?;
            people.push(Person::new(identity, nonce, now));
        }
        let policy = self.recipients.policy().clone();
        let terms = Terms {
            key,
            opened_at: now,
            policy,
        };
        let session = Session {
            id: self.id,
            version: 0,
            last: now,
            terms,
            state: State::Open,
            people: people.into(),
        };
        Ok(Draft::opening(session, now).decide(()))
    }

    /// The first nonce whose codes differ from each other and from those of the other rounds.
    fn nonce(
        &self,
        index: u8,
        mobile: &MobileNumber,
        others: &[Session],
        key: KeyId,
        keys: &dyn Keys,
    ) -> Result<Nonce, OpenError> {
        let mut taken: Vec<Code> = Vec::new();
        for other in others {
            match other.all_codes(mobile, keys) {
                Ok(codes) => taken.extend(codes.into_iter().flatten()),
                // It can't be judged here (D20). Should another host have its key, and one of its codes be
                // the same, the order that was opened first moves (D17).
                Err(KeyError::Unknown(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // With 10 000 open rounds of one number a try fails one time in seven: all 256 fail only if the
        // keys don't give random MACs.
        for try_ in 0..=u8::MAX {
            let nonce = self.seed.nonce(index, try_);
            let codes = codes(keys, key, self.id, mobile, &nonce)?;
            if all_differ(&codes, &taken) {
                return Ok(nonce);
            }
        }
        Err(OpenError::CodesExhausted)
    }

    fn identity(
        &self,
        recipient: &Recipient,
        key: KeyId,
        keys: &dyn Keys,
    ) -> Result<Identity, OpenError> {
        let (mobile, roles) = (*recipient.mobile(), recipient.roles());
        let ids: Result<Ids, KeyError> = recipient
            .last_sixes()
            .iter()
            .map(|last_six| id_mac(keys, key, &mobile, last_six))
            .collect();
        let ids = ids?;
        if !ids.is_empty() {
            return Ok(Identity {
                mobile: Some(mobile),
                roles,
                id_key: key,
                ids,
            });
        }
        let kept = self.ids.and_then(|ids| ids.identity_of(&mobile));
        let previous = || self.previous?.identity_of(&mobile);
        let carried = kept
            .or_else(previous)
            .filter(|identity| !identity.ids.is_empty());
        let carried = carried.ok_or(OpenError::IdMissing(mobile))?;
        match keys.mac(carried.id_key, b"") {
            Ok(_) => Ok(Identity {
                roles,
                ..carried.clone()
            }),
            Err(KeyError::Unknown(_)) => Err(OpenError::IdMissing(mobile)),
            Err(error) => Err(error.into()),
        }
    }
}

impl Session {
    /// Every code that a waiting person has or may still get; `None` if nobody waits there (D13).
    fn all_codes(
        &self,
        mobile: &MobileNumber,
        keys: &dyn Keys,
    ) -> Result<Option<[Code; CODES]>, KeyError> {
        let one = self
            .recipient_of(mobile)
            .and_then(|recipient| self.one(recipient));
        let waiting = one.and_then(Person::waiting);
        waiting
            .map(|waiting| codes(keys, self.terms.key, self.id, mobile, &waiting.nonce))
            .transpose()
    }
}

fn all_differ(codes: &[Code; CODES], taken: &[Code]) -> bool {
    codes.iter().enumerate().all(|(n, code)| {
        let mut others = codes.iter().take(n).chain(taken);
        !others.any(|other| other.matches(code).into())
    })
}

impl Person {
    /// With the first message queued.
    pub(crate) const fn new(identity: Identity, nonce: Nonce, now: Micros) -> Self {
        let first = UnderWay {
            kind: MessageKind::First,
            setbacks: 0,
            due: now,
        };
        Self {
            identity,
            phase: Phase::Waiting(Waiting {
                nonce,
                created: 1,
                under_way: Some(first),
            }),
            messages: 1,
            first_attempt: 0,
            accepted: 0,
            resends_used: 0,
            wrong_entries: 0,
            wrong_ids: 0,
            noon_done: false,
            received: None,
            remembered: None,
        }
    }
}

/// Why a round can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// More than 255 different numbers.
    #[error("too many recipients: expected at most 255")]
    TooManyRecipients,
    /// Neither the recipient nor kept IDs nor the round before bring an ID whose key is known: it has to
    /// be asked for again (D25).
    #[error("no ID for {0}: expected one with the order, kept, or from a previous round")]
    IdMissing(MobileNumber),
    /// The order's round before this one is still open.
    #[error("the previous round of the order is still open")]
    PreviousRoundOpen,
    /// The order was withdrawn, which is final (D24).
    #[error("the order was withdrawn: expected a new order")]
    Withdrawn,
    /// So many rounds of one number are open that no distinct codes were found (D13).
    #[error("no distinct codes left for a number with so many open rounds")]
    CodesExhausted,
    /// The key is missing or can't be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}
