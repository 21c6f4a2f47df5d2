//! The queues: who waits for staff, and for whom staff wait.

use beian::{Lang, OrderStatus};
use chrono::{DateTime, Utc};

use crate::store::Wanted;

/// A queue of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    /// Staff review them.
    Review,
    /// They wait for their upload.
    Submit,
    /// Persons verify.
    Verification,
    /// Persons verify, and no longer in time for certain.
    Overdue,
    /// The administration reviews them.
    Administration,
    /// They came back.
    Returned,
    /// Whatever their status.
    All,
}

impl Queue {
    /// As they stand on the page.
    pub(super) const ALL: [Self; 7] = [
        Self::Review,
        Self::Submit,
        Self::Verification,
        Self::Overdue,
        Self::Administration,
        Self::Returned,
        Self::All,
    ];

    /// What it is called in an address.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Submit => "submit",
            Self::Verification => "verification",
            Self::Overdue => "overdue",
            Self::Administration => "administration",
            Self::Returned => "returned",
            Self::All => "all",
        }
    }

    /// The queue of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }

    /// On the page.
    pub(super) const fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Review => ("待初审", "To review"),
            Self::Submit => ("待提交管局", "To submit"),
            Self::Verification => ("短信核验中", "In verification"),
            Self::Overdue => ("可能已超时", "Overdue"),
            Self::Administration => ("管局审核中", "In the administration's review"),
            Self::Returned => ("已退回", "Returned"),
            Self::All => ("全部", "All"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Its statuses; none are all.
    const fn statuses(self) -> &'static [OrderStatus] {
        match self {
            Self::Review => &[OrderStatus::InitialReview],
            Self::Submit => &[OrderStatus::AwaitingSubmission, OrderStatus::UploadFailed],
            Self::Verification => &[OrderStatus::SmsVerification],
            Self::Administration => &[OrderStatus::AdministrationReview],
            Self::Returned => &[OrderStatus::Returned],
            Self::Overdue | Self::All => &[],
        }
    }

    /// Its orders.
    pub(super) fn wanted(self, now: DateTime<Utc>) -> Wanted {
        Wanted {
            statuses: self.statuses().to_vec(),
            overdue_at: (self == Self::Overdue).then_some(now),
            ..Wanted::default()
        }
    }

    /// How many orders it has.
    pub(super) fn count(self, by_status: &[(String, u64)], overdue: u64) -> u64 {
        if self == Self::Overdue {
            return overdue;
        }
        let statuses = self.statuses();
        let counted =
            |name: &str| statuses.is_empty() || statuses.iter().any(|status| status.name() == name);
        let counts = by_status.iter().filter(|(name, _)| counted(name));
        counts.map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_queue_counts_its_statuses() {
        let counts = [
            ("initial_review", 2),
            ("awaiting_submission", 3),
            ("upload_failed", 4),
            ("withdrawn", 5),
        ];
        let counts = counts.map(|(name, count)| (name.to_owned(), count));
        let count = |queue: Queue| queue.count(&counts, 1);
        assert_eq!(Queue::ALL.map(count), [2, 7, 0, 1, 0, 0, 14]);
    }

    #[test]
    fn names_lead_back() {
        for queue in Queue::ALL {
            assert_eq!(Queue::named(queue.name()), Some(queue));
        }
        assert_eq!(Queue::named("overdu"), None);
    }
}
