//! A stored tracker: one that answers at any time, or refused. The answers fit together.

use beian::Tracker;
use chrono::{DateTime, TimeDelta, Utc};

use super::bytes::{assert_kept, read};

pub fn holds(bytes: &[u8]) {
    for tracker in read::<Tracker>(bytes) {
        assert_kept(&tracker);
        let submitted = tracker.submitted_at();
        let later = |hours| submitted.checked_add_signed(TimeDelta::hours(hours));
        let instants = [0, 1, 23, 24, 25, 72, 1000].into_iter().filter_map(later);
        for now in instants.chain([DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC]) {
            let _ = (tracker.status(now), tracker.deadline(now));
            let micro = TimeDelta::microseconds(1); // to which instants are cut
            assert!(tracker.next(now).is_none_or(|next| now - next < micro));
            assert!(tracker.next(now).is_some() || tracker.next_poll(now).is_none());
            for step in tracker.next_steps(now) {
                assert!(tracker.persons().count() > 0, "{step:?}");
            }
            for reminder in tracker.reminders(now) {
                let _ = format!("{reminder:?}");
            }
            for (mobile, roles) in tracker.persons() {
                assert!(tracker.standing(mobile, now).is_some());
                assert!(roles.iter().count() <= 2);
            }
        }
    }
}
