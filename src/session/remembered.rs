//! What is remembered of an entry with a submission id (D21).

use super::{EntryOutcome, Refusal};

/// What came of an entry, as the session keeps it.
///
/// A type of its own, with no more than what can be stored: whoever adds an outcome or a refusal says
/// in [`of`](Self::of) whether it is remembered, and in the stored forms what it is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Remembered {
    Completed,
    Verified,
    Wrong { left: u8 },
    Locked,
    Returned,
    NotCounted(WhyNotCounted),
}

impl Remembered {
    /// `None` for what is never remembered: another round, or nothing, took the entry.
    pub(crate) const fn of(outcome: EntryOutcome) -> Option<Self> {
        Some(match outcome {
            EntryOutcome::Completed => Self::Completed,
            EntryOutcome::Verified => Self::Verified,
            EntryOutcome::Wrong { left } => Self::Wrong { left },
            EntryOutcome::Locked => Self::Locked,
            EntryOutcome::Returned => Self::Returned,
            EntryOutcome::NotCounted(why) => match WhyNotCounted::of(why) {
                Some(why) => Self::NotCounted(why),
                None => return None,
            },
        })
    }
}

impl From<Remembered> for EntryOutcome {
    fn from(remembered: Remembered) -> Self {
        match remembered {
            Remembered::Completed => Self::Completed,
            Remembered::Verified => Self::Verified,
            Remembered::Wrong { left } => Self::Wrong { left },
            Remembered::Locked => Self::Locked,
            Remembered::Returned => Self::Returned,
            Remembered::NotCounted(why) => Self::NotCounted(why.into()),
        }
    }
}

/// One list for the type and for those that read it from a store.
macro_rules! not_counted {
    ($($why:ident),+) => {
        /// Why an entry that is remembered wasn't counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum WhyNotCounted { $($why),+ }

        #[cfg(any(feature = "serde", test))]
        impl WhyNotCounted {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$why),+];
        }

        impl From<WhyNotCounted> for Refusal {
            fn from(why: WhyNotCounted) -> Self {
                match why { $(WhyNotCounted::$why => Self::$why),+ }
            }
        }
    };
}
not_counted!(AlreadyVerified, SupersededCode, RepeatedEntry, IdNotCounted);

impl WhyNotCounted {
    pub(crate) const fn of(why: Refusal) -> Option<Self> {
        match why {
            Refusal::AlreadyVerified => Some(Self::AlreadyVerified),
            Refusal::SupersededCode => Some(Self::SupersededCode),
            Refusal::RepeatedEntry => Some(Self::RepeatedEntry),
            Refusal::IdNotCounted => Some(Self::IdNotCounted),
            Refusal::UnknownNumber
            | Refusal::Locked
            | Refusal::RoundEnded
            | Refusal::OtherOrder
            | Refusal::TooManyWrongIds
            | Refusal::NoneLeft
            | Refusal::TooSoon { .. }
            | Refusal::UnknownMessage
            | Refusal::NothingDue
            | Refusal::RoundOpen
            | Refusal::NotWithdrawable
            | Refusal::AlreadyErased => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d21_what_is_remembered_comes_back_as_what_it_was() {
        for why in WhyNotCounted::ALL.iter().copied() {
            assert_eq!(WhyNotCounted::of(why.into()), Some(why));
            let remembered = Remembered::NotCounted(why);
            assert_eq!(Remembered::of(remembered.into()), Some(remembered));
        }
    }
}
