//! Keys, seeds and persons that are nobody's.

use alloc::string::String;

use super::FixedEntropy;
use crate::{
    Entry, EntryProblems, KeyRing, LastSix, MobileNumber, Recipient, Recipients, ResendRequest,
    Role, Seed, VerificationPolicy,
};

/// A ring with one key, number 1, that everybody can read in the source.
#[must_use]
pub fn keys() -> KeyRing {
    KeyRing::of_the_testkit()
}

/// The seed that belongs to a number: another one for each round.
#[must_use]
pub fn seed(number: u64) -> Seed {
    let Ok(seed) = Seed::draw(&mut FixedEntropy::new(number));
    seed
}

/// The persons 1 to `persons`, at least one, under [`VerificationPolicy::REGULATOR`].
#[must_use]
pub fn recipients(persons: u16) -> Recipients {
    recipients_under(persons, VerificationPolicy::REGULATOR)
}

/// The persons 1 to `persons`, at least one, under a policy.
#[must_use]
pub fn recipients_under(persons: u16, policy: VerificationPolicy) -> Recipients {
    let all = (1..=persons).map(|n| TestPerson(n).recipient());
    Recipients::new(all, policy.clone())
        .unwrap_or_else(|| Recipients::single(TestPerson(1).recipient(), policy))
}

/// An invented person, by number: 1 has the mobile 199 0000 0001 and the last six 770001, and so
/// on up to 9999. [`recipients`] makes person 1 the entity leader, the others service administrators.
///
/// ```
/// use beian::testkit::TestPerson;
///
/// let person = TestPerson(1);
/// assert_eq!(person.mobile().to_string(), "199****0001");
/// assert_eq!(person.entry("012345")?.mobile(), &person.mobile());
/// assert!(person.entry("12345").is_err());
/// # Ok::<(), beian::EntryProblems>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestPerson(pub u16);

impl TestPerson {
    /// The mobile number.
    #[must_use]
    pub fn mobile(self) -> MobileNumber {
        MobileNumber::invented(self.0)
    }

    /// The last six of the ID.
    #[must_use]
    pub fn last_six(self) -> LastSix {
        LastSix::invented(self.0)
    }

    /// The person as one who must verify.
    #[must_use]
    pub fn recipient(self) -> Recipient {
        let role = if self.0 <= 1 {
            Role::EntityLeader
        } else {
            Role::ServiceAdministrator
        };
        Recipient::new(self.mobile(), role, [self.last_six()])
    }

    /// What the person enters on the form 短信核验.
    ///
    /// # Errors
    /// [`EntryProblems`] if the code isn't six digits.
    pub fn entry(self, code: &str) -> Result<Entry, EntryProblems> {
        Entry::parse(self.mobile().digits(), code, &self.typed_id())
    }

    /// What the person enters on the form 短信重发.
    #[must_use]
    pub fn resend(self) -> ResendRequest {
        ResendRequest {
            mobile: self.mobile(),
            last_six: self.last_six(),
        }
    }

    fn typed_id(self) -> String {
        let id = self.last_six();
        String::from_utf8_lossy(id.as_bytes()).into_owned()
    }
}
