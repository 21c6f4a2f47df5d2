//! What the document says of texts that are the platform's. The others, and those of the order form, are
//! [`beian_web::openapi::schema`].

use beian::{
    filing::{StageState as Stage, checks::EntityKind as Kind},
    tracker::{Advice as Step, RegulatorStatus as Status, ReminderKind as Reminder},
};
pub use beian_web::openapi::{
    order_form::{NewEntity, NewIdDocument, NewOrder, NewService},
    schema::{Access, FilingType, Mobile, ModifiedPart, OrderId, RepeatKey, Role, ServiceKind},
};
use beian_web::{openapi::schema::names, texts};
use utoipa::ToSchema;

texts! {
    /// Where an order is.
    OrderStatus = names(beian::OrderStatus::ALL.iter().map(|it| it.name()));
    /// Where an order is, or what it is in `overdue`.
    Queue = names(beian::OrderStatus::ALL.iter().map(|it| it.name()).chain(["overdue"]));
    /// Why an order was returned.
    ReturnCause = names(beian::ReturnCause::ALL.iter().map(|it| it.name()));
    /// How far a stage is.
    StageState = names(Stage::ALL.iter().map(|it| it.name()));
    /// How severe a finding is.
    Severity = names(["refused", "advised"]);
    /// Where a round stands.
    TrackerStatus = names([
        "waiting", "said_done", "may_have_ended", "done", "approved", "timed_out", "returned",
    ]);
    /// Where a person stands.
    PersonStanding = names([
        "message_expected", "message_overdue", "received", "passed", "verified",
    ]);
    /// What to do next.
    Advice = names(Step::ALL.iter().map(|it| it.name()));
    /// What a reminder is about.
    ReminderKind = names(Reminder::ALL.iter().map(|it| it.name()));
    /// What is reported.
    FactKind = names([
        "received", "nothing_came", "resend_asked", "passed", "regulator", "returned",
    ]);
    /// What the regulator says.
    RegulatorStatus = names(Status::ALL.iter().map(|it| it.name()));
    /// What comes first.
    Prerequisite = names(["deregister_entity", "deregister_service", "change_number"]);
    /// What isn't known.
    FilingFact = names([
        "entity_filed", "service_filed", "filed_here", "entity_services", "province",
    ]);
    /// A province, by its Chinese or English name.
    Province = names(beian::Province::ALL.iter().flat_map(|it| {
        [it.text(beian::Lang::Zh), it.text(beian::Lang::En)]
    }));
    /// Who files.
    EntityKind = names(Kind::ALL.iter().map(|it| it.name()));
}

/// A new order: the form, and what is known beside it.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct FiledOrder {
    #[schema(value_type = FilingType)]
    filing_type: String,
    /// For `modify` alone, and not empty there.
    #[schema(value_type = Option<Vec<ModifiedPart>>, max_items = 3)]
    changes: Option<Vec<String>>,
    /// Chinese name, English name or GB/T 2260 code.
    #[schema(min_length = 1, example = "北京")]
    province: String,
    entity: NewEntity,
    /// May be empty for `deregister_entity`, and for `modify` without `service`.
    #[schema(max_items = 200)]
    services: Vec<NewService>,
    facts: Option<Facts>,
}

/// An order as it is to be: as a new one, but a person whose name stays may be without their ID document.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct ChangedOrder {
    #[schema(value_type = FilingType)]
    filing_type: String,
    /// For `modify` alone, and not empty there.
    #[schema(value_type = Option<Vec<ModifiedPart>>, max_items = 3)]
    changes: Option<Vec<String>>,
    /// Chinese name, English name or GB/T 2260 code.
    #[schema(min_length = 1, example = "北京")]
    province: String,
    entity: ChangedEntity,
    /// May be empty for `deregister_entity`, and for `modify` without `service`.
    #[schema(max_items = 200)]
    services: Vec<ChangedService>,
    facts: Option<Facts>,
}

/// Who files.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct ChangedEntity {
    /// At most 200 characters; an individual's own name.
    #[schema(min_length = 1, example = "示例公司")]
    name: String,
    leader: ChangedPerson,
}

/// A website, an app or what else is filed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct ChangedService {
    #[schema(value_type = ServiceKind)]
    kind: String,
    /// At most 200 characters.
    #[schema(min_length = 1, example = "示例站")]
    name: String,
    administrator: ChangedPerson,
    /// For `add_access` alone, and required there.
    #[schema(value_type = Option<Access>)]
    access: Option<String>,
}

/// The entity's leader, or a service's administrator.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own form is what is read")]
pub struct ChangedPerson {
    /// At most 60 characters.
    #[schema(min_length = 1, example = "张三")]
    name: String,
    /// The primary mobile: the code goes there.
    #[schema(value_type = Mobile)]
    mobile: String,
    /// 3 to 20 digits, spelt as freely as a mobile number; never texted.
    emergency_phone: Option<String>,
    /// Left out: the one that is kept of the person of this name.
    id_document: Option<NewIdDocument>,
}

/// What is known beside an order; what isn't known isn't checked.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own facts are what is read")]
pub struct Facts {
    #[schema(value_type = Option<EntityKind>)]
    entity_kind: Option<String>,
    /// Whether the leader is the unit's legal representative.
    legal_representative: Option<bool>,
    /// How many services the entity has filed, wherever.
    #[schema(maximum = 65535)]
    services_filed: Option<u16>,
    /// Whether another order of the entity is open, wherever.
    another_order_open: Option<bool>,
    /// Of the leader.
    #[schema(required = false)]
    leader: PersonFacts,
    /// Of the services, in their order.
    #[schema(required = false)]
    services: Vec<ServiceFacts>,
}

/// What is known of a service.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own facts are what is read")]
pub struct ServiceFacts {
    #[schema(required = false)]
    administrator: PersonFacts,
}

/// What is known of a person.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the crate's own facts are what is read")]
pub struct PersonFacts {
    /// The last day on which the ID document is valid; 9999-12-31 for 长期.
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<String>,
    /// Whether the mobile is at home in the filing's province.
    mobile_in_province: Option<bool>,
    /// Whether the mobile is filed for another entity.
    mobile_of_another_entity: Option<bool>,
    /// Whether the mobile is the same in all companies of the legal representative.
    mobile_in_all_companies: Option<bool>,
    /// Whether the ID is the one that the old provider filed.
    id_as_filed: Option<bool>,
}

/// The form of an order as it is kept, without ID numbers.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the crate's own form is what is written")]
pub struct KeptOrder {
    #[schema(value_type = FilingType)]
    filing_type: String,
    #[schema(value_type = Option<Vec<ModifiedPart>>)]
    changes: Option<Vec<String>>,
    province: String,
    #[schema(value_type = Object)]
    entity: String,
    #[schema(value_type = Vec<Object>)]
    services: Vec<String>,
}
