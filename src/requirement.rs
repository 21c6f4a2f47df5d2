//! Who must verify: one recipient per mobile number (R09, B05).

use alloc::vec::Vec;

use crate::{LastSix, MobileNumber, Policy, Roles};

/// A person who will be texted: one mobile number, whatever roles it has (R09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    mobile: MobileNumber,
    roles: Roles,
    last_sixes: Vec<LastSix>,
}

impl Recipient {
    /// A recipient with the last six of their ID; either of several is right (D03).
    pub fn new(
        mobile: MobileNumber,
        roles: impl Into<Roles>,
        last_sixes: impl IntoIterator<Item = LastSix>,
    ) -> Self {
        let mut recipient = Self {
            mobile,
            roles: roles.into(),
            last_sixes: Vec::new(),
        };
        recipient.add_ids(last_sixes);
        recipient
    }

    /// The number that the code is sent to (R12).
    #[must_use]
    pub const fn mobile(&self) -> &MobileNumber {
        &self.mobile
    }

    /// The roles that number has in this filing.
    #[must_use]
    pub const fn roles(&self) -> Roles {
        self.roles
    }

    /// The last six of every ID filed with the number (D03). Empty only where the order was stored
    /// and read back: a new round can then carry the IDs over from the one before (D25).
    #[must_use]
    pub fn last_sixes(&self) -> &[LastSix] {
        &self.last_sixes
    }

    fn add_ids(&mut self, last_sixes: impl IntoIterator<Item = LastSix>) {
        for last_six in last_sixes {
            if !self.last_sixes.contains(&last_six) {
                self.last_sixes.push(last_six);
            }
        }
    }
}

/// Everybody who must verify, and by which policy. Never empty, one recipient per number, sorted by
/// number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients {
    list: Vec<Recipient>,
    policy: Policy,
}

impl Recipients {
    /// The recipients of a round; those with the same number become one (R09). `None` if there are
    /// none: nobody verifies then (R08).
    pub fn new(recipients: impl IntoIterator<Item = Recipient>, policy: Policy) -> Option<Self> {
        let mut list: Vec<Recipient> = Vec::new();
        for recipient in recipients {
            match list
                .iter_mut()
                .find(|known| known.mobile == recipient.mobile)
            {
                Some(known) => {
                    known.roles = known.roles | recipient.roles;
                    known.add_ids(recipient.last_sixes);
                }
                None => list.push(recipient),
            }
        }
        list.sort_by_key(|recipient| recipient.mobile);
        if list.is_empty() {
            None
        } else {
            Some(Self { list, policy })
        }
    }

    /// One recipient, for tests.
    #[cfg(feature = "testkit")]
    pub(crate) fn single(recipient: Recipient, policy: Policy) -> Self {
        Self {
            list: alloc::vec![recipient],
            policy,
        }
    }

    /// The policy of the round, its window by the rulebook (D01).
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// One by one, sorted by number.
    pub fn iter(&self) -> core::slice::Iter<'_, Recipient> {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a Recipients {
    type Item = &'a Recipient;
    type IntoIter = core::slice::Iter<'a, Recipient>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
