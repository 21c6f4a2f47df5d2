//! `/api/filing-type`: which filing it is, by what is known.

use std::sync::Arc;

use axum::{Json, Router, routing::post};
use beian::{
    Access, Province,
    filing::{Determination, FilingFact, FilingFacts, Prerequisite},
};
use beian_web::{
    body::Body,
    lang::Speaks,
    problem::{Code, Problem},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schema;
use crate::platform::Platform;

/// The route; open to everybody.
pub fn router() -> Router<Arc<Platform>> {
    Router::new().route("/api/filing-type", post(determine))
}

/// Yes, no, or nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum Known {
    /// It is so.
    Yes,
    /// It isn't.
    No,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Read as a text: of what stands for an enum, serde would say that it is no JSON.
impl TryFrom<String> for Known {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "yes" => Ok(Self::Yes),
            "no" => Ok(Self::No),
            "unknown" => Ok(Self::Unknown),
            _ => Err("expected yes, no or unknown"),
        }
    }
}

impl Known {
    const fn known(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unknown => None,
        }
    }
}

/// What is known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Whether the entity is filed, at whatever provider.
    entity_filed: Known,
    /// Whether the service is filed, at whatever provider.
    service_filed: Known,
    /// Whether the service is filed here.
    filed_here: Known,
    /// Whether a filed entity has a service left.
    #[serde(default)]
    entity_services: Known,
    /// The entity's province.
    #[serde(default)]
    #[schema(value_type = Option<schema::Province>, required = false)]
    province: Option<String>,
    /// Where access is added: whether the administrator's number is still the filed one.
    #[serde(default)]
    #[schema(value_type = Option<schema::Access>, required = false)]
    access: Option<String>,
}

/// Which filing it is; or what comes first; or what isn't known yet. None of them, if two facts exclude each
/// other.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Determined {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::FilingType, required = false)]
    filing_type: Option<&'static str>,
    /// `deregister_entity` or `deregister_service`; `change_number`, at the old provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Prerequisite, required = false)]
    first: Option<&'static str>,
    /// The field to find out about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::FilingFact, required = false)]
    missing: Option<&'static str>,
    /// In words.
    text: String,
}

/// Says which filing it is.
#[utoipa::path(
    post, path = "/api/filing-type", tag = "customers", request_body = Asked,
    operation_id = "determine_filing_type",
    responses((status = 200, description = "Which filing it is", body = Determined))
)]
pub(super) async fn determine(
    Speaks(lang): Speaks,
    Body(asked): Body<Asked>,
) -> Result<Json<Determined>, Problem> {
    let malformed = |field| Problem::new(Code::MALFORMED_BODY, lang).malformed(field, lang);
    let province = asked.province.as_deref().map(Province::parse);
    let access = asked.access.as_deref().map(str::parse::<Access>);
    let facts = FilingFacts {
        entity_filed: asked.entity_filed.known(),
        service_filed: asked.service_filed.known(),
        filed_here: asked.filed_here.known(),
        services_left: asked.entity_services.known(),
        province: province.transpose().map_err(|_| malformed("province"))?,
        access: access.transpose().map_err(|_| malformed("access"))?,
    };
    let determined = facts.determine();
    let mut view = Determined {
        filing_type: None,
        first: None,
        missing: None,
        text: determined.text(lang).into_owned(),
    };
    match determined {
        Determination::File(kind) => view.filing_type = Some(kind.name()),
        Determination::First(what) => view.first = Some(first(what)),
        Determination::Missing(fact) => view.missing = Some(field(fact)),
        Determination::Contradiction(..) => {}
    }
    Ok(Json(view))
}

/// What has to be done first, by the type of filing that does it.
#[must_use]
pub const fn first(what: Prerequisite) -> &'static str {
    match what {
        Prerequisite::DeregisterShell => "deregister_entity",
        Prerequisite::DeregisterOrphan => "deregister_service",
        Prerequisite::ChangeNumber => "change_number",
    }
}

/// The field that is asked for.
#[must_use]
pub const fn field(fact: FilingFact) -> &'static str {
    match fact {
        FilingFact::ServicesLeft => "entity_services",
        FilingFact::EntityFiled
        | FilingFact::ServiceFiled
        | FilingFact::FiledHere
        | FilingFact::Province => fact.name(),
    }
}
