//! What the document says of texts that are the portal's: which names there are, and what is called how. The
//! others, and those of the order form, are [`beian_web::openapi::schema`].

pub(super) use beian_web::openapi::schema::{
    FilingType, IdLastSix, MessageCode, Mobile, OrderId, RepeatKey, Role, StepKey,
};
use beian_web::{
    openapi::schema::{names, pattern},
    texts,
};

/// Where an order of the portal's can be: it submits as soon as the review has passed, and hears nothing of
/// what comes after an approval.
pub(super) const STATUSES: [beian::OrderStatus; 6] = [
    beian::OrderStatus::InitialReview,
    beian::OrderStatus::SmsVerification,
    beian::OrderStatus::AdministrationReview,
    beian::OrderStatus::Approved,
    beian::OrderStatus::Returned,
    beian::OrderStatus::Withdrawn,
];

/// What an audit trail tells: of a round, as the crate names it, and of the portal's own steps.
const EVENTS: [&str; 21] = [
    "order_filed",
    "order_submitted",
    "order_resubmitted",
    "order_withdrawn",
    "round_opened",
    "message_queued",
    "message_accepted",
    "message_deferred",
    "message_failed",
    "message_delivered",
    "report_recorded",
    "wrong_entry",
    "person_locked",
    "entry_after_lock",
    "entry_not_counted",
    "wrong_id",
    "person_verified",
    "round_completed",
    "round_returned",
    "round_withdrawn",
    "personal_data_erased",
];

texts! {
    /// Where an order is.
    OrderStatus = names(STATUSES.iter().map(|it| it.name()));
    /// Why an order was returned.
    ReturnCause = names(beian::RoundFailure::ALL.iter().map(|it| beian::ReturnCause::from(*it).name()));
    /// How far a person has come.
    RecipientState = names(beian::RecipientState::ALL.iter().map(|it| it.name()));
    /// What happened.
    EventType = names(EVENTS);
    /// Why a message is sent.
    MessageKind = names(beian::MessageKind::ALL.iter().map(|it| it.name()));
    /// What a gateway says of a message.
    Report = names(beian::DeliveryReport::ALL.iter().map(|it| it.name()));
    /// What the public page answers to an entry.
    EntryResult = names(beian::EntryAnswer::ALL.iter().map(|it| it.name()));
    /// What the public page answers to a resend.
    ResendResult = names(["accepted", "too_soon", "none_left", "nothing_pending"]);
    /// Names a message.
    MessageId = pattern(
        "^[0-9a-fA-F]{32}-[0-9]{1,3}-[0-9]{1,5}-[0-9]{1,5}$",
        "0006174ab3c2d10f5e8c9a7100000001-0-0-0"
    );
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use beian::Event;

    use super::*;

    /// What can't be read names what can.
    #[test]
    fn the_events_are_those_of_the_crate_and_the_portal() {
        let nothing = r#"{"session":"0000000000000000000000000000002a","version":1,"at":"1970-01-01T00:00:00Z","type":"nothing"}"#;
        let error = serde_json::from_str::<Event>(nothing)
            .unwrap_err()
            .to_string();
        let known: Vec<_> = error.split('`').skip(3).step_by(2).collect();
        let (own, of_a_round) = EVENTS.split_at(4);
        assert_eq!(known, of_a_round);
        assert!(own.iter().all(|name| name.starts_with("order_")));
    }
}
