//! What the document says of texts: which names there are.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Object, ObjectBuilder, RefOr, Schema, schema::Type},
};

/// Components of the document, each of them a text.
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:expr;)+) => {$(
        $(#[doc = $doc])+
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let description = concat!($($doc),+).trim_start();
                $text.description(Some(description)).build().into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

texts! {
    /// What an order is for.
    FilingType = names(beian::FilingType::ALL.iter().map(|it| it.name()));
    /// What becomes of the number filed at the old provider.
    Access = names(beian::Access::ALL.iter().map(|it| it.name()));
    /// Where an order is.
    OrderStatus = names(beian::OrderStatus::ALL.iter().map(|it| it.name()));
    /// Why an order was returned.
    ReturnCause = names(beian::ReturnCause::ALL.iter().map(|it| it.name()));
    /// What a person is in an order.
    Role = names(beian::Role::ALL.iter().map(|it| it.name()));
    /// Names an order.
    OrderId = text();
    /// A mobile
    Mobile = text();
    /// How far a stage is.
    StageState = names(beian::filing::StageState::ALL.iter().map(|it| it.name()));
    /// How severe a finding is.
    Severity = names(["refused", "advised"]);
    /// Where a round stands.
    TrackerStatus = names(["waiting", "said_done", "may_have_ended", "done", "approved", "timed_out", "returned"]);
    /// Where a person stands.
    PersonStanding = names(["message_expected", "message_overdue", "received", "passed", "verified"]);
    /// What to do next.
    Advice = names(beian::tracker::Advice::ALL.iter().map(|it| it.name()));
    /// What a reminder is about.
    ReminderKind = names(beian::tracker::ReminderKind::ALL.iter().map(|it| it.name()));
    /// What is reported.
    FactKind = names(["received", "nothing_came", "resend_asked", "passed", "regulator", "returned"]);
    /// What the regulator says.
    RegulatorStatus = names(beian::tracker::RegulatorStatus::ALL.iter().map(|it| it.name()));
    /// What comes first.
    Prerequisite = names(["deregister_entity", "deregister_service", "change_number"]);
    /// What isn't known.
    FilingFact = names(["entity_filed", "service_filed", "filed_here", "entity_services", "province"]);
    /// placeholder
    NewOrder = text();
    /// placeholder
    KeptOrder = text();
    /// placeholder
    ChangedOrder = text();
}

impl NewOrder {
    pub fn example() -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// `Idempotency-Key`.
pub enum RepeatKey {}
impl utoipa::IntoParams for RepeatKey {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        vec![]
    }
}

/// One of these.
fn names(names: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    text().enum_values(Some(names))
}

fn text() -> ObjectBuilder {
    Object::builder().schema_type(Type::String)
}
