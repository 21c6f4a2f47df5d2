//! `/api/orders/{id}/facts`: what people say, and what staff see at the regulator.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::post};
use beian::{
    Lang, MobileNumber, ReturnCause,
    tracker::{FactKind, RegulatorStatus},
};
use beian_web::{
    body::Body,
    lang::Speaks,
    problem::{Code, Problem},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    access::{Caller, OfOrder},
    orders::view,
    problem, schema,
    view::OrderView,
};
use crate::platform::Platform;

/// The route.
pub fn router() -> Router<Arc<Platform>> {
    Router::new().route("/api/orders/{id}/facts", post(report))
}

/// Something that somebody says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// `received`, `nothing_came`, `resend_asked` and `passed` are a person's; `regulator` and `returned` are
    /// the regulator's, and staff's alone to report.
    #[schema(value_type = schema::FactKind)]
    kind: String,
    /// Whose word it is.
    #[serde(default)]
    #[schema(value_type = Option<schema::Mobile>, required = false)]
    mobile: Option<String>,
    /// What the regulator says, of `regulator`.
    #[serde(default)]
    #[schema(value_type = Option<schema::RegulatorStatus>, required = false)]
    status: Option<String>,
    /// Why, of `returned`.
    #[serde(default)]
    #[schema(value_type = Option<schema::ReturnCause>, required = false)]
    cause: Option<String>,
    /// When; now, if not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime, required = false)]
    at: Option<String>,
}

/// Something is reported.
#[utoipa::path(
    post, path = "/api/orders/{id}/facts", tag = "customers",
    security(("console" = []), ("link" = [])),
    operation_id = "report_fact", params(("id" = schema::OrderId, Path)), request_body = Said,
    responses((status = 200, description = "The order as it is now", body = OrderView))
)]
pub(super) async fn report(
    State(platform): State<Arc<Platform>>,
    Speaks(lang): Speaks,
    OfOrder { id, caller }: OfOrder,
    Body(said): Body<Said>,
) -> Result<Json<OrderView>, Problem> {
    let (kind, at) = said.read(lang)?;
    if kind.person().is_none() && caller != Caller::Staff {
        return Err(Problem::new(problem::STAFF_ONLY, lang));
    }
    let reported = platform.orders.report(id, kind, at).await;
    platform.bell.ring();
    view(&platform, reported, lang)
}

impl Said {
    fn read(&self, lang: Lang) -> Result<(FactKind, Option<DateTime<Utc>>), Problem> {
        let malformed = |field| Problem::new(Code::MALFORMED_BODY, lang).malformed(field, lang);
        let at = self.at.as_deref().map(str::parse::<DateTime<Utc>>);
        let at = at.transpose().map_err(|_| malformed("at"))?;
        let mobile = || {
            let mobile = self.mobile.as_deref().unwrap_or_default();
            MobileNumber::parse(mobile).map_err(|_| malformed("mobile"))
        };
        let kind = match self.kind.as_str() {
            "received" => FactKind::Received(mobile()?),
            "nothing_came" => FactKind::NothingCame(mobile()?),
            "resend_asked" => FactKind::ResendAsked(mobile()?),
            "passed" => FactKind::Passed(mobile()?),
            "regulator" => {
                let status = self.status.as_deref().unwrap_or_default();
                let status = status.parse::<RegulatorStatus>();
                FactKind::Regulator(status.map_err(|_| malformed("status"))?)
            }
            "returned" => {
                let cause = self.cause.as_deref().unwrap_or_default();
                let cause = cause.parse::<ReturnCause>();
                FactKind::Returned(cause.map_err(|_| malformed("cause"))?)
            }
            _ => return Err(malformed("kind")),
        };
        // What belongs to another kind was meant otherwise.
        let others = [
            ("mobile", self.mobile.is_some(), kind.person().is_some()),
            (
                "status",
                self.status.is_some(),
                matches!(kind, FactKind::Regulator(_)),
            ),
            (
                "cause",
                self.cause.is_some(),
                matches!(kind, FactKind::Returned(_)),
            ),
        ];
        match others
            .into_iter()
            .find(|(_, given, wanted)| *given && !wanted)
        {
            Some((field, ..)) => Err(malformed(field)),
            None => Ok((kind, at)),
        }
    }
}
