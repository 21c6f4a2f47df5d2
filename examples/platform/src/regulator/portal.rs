//! A portal as the regulator, over HTTP. Of its answers only what a platform would be told is read: that an
//! order waits, that all have verified, that it was returned and why.

use beian::{
    FilingType, OrderForm, ReturnCause,
    filing::{PersonForm, PolledStatus, ReturnReason, ReturnReasons},
};
use beian_web::clock::FARTHEST;
use chrono::TimeDelta;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Client, HandedIn, Regulator, Uploaded, client::Came};

/// Too many orders of one number are open: the code that says *later* (B34).
const TOO_MANY: u16 = 15;

/// A portal.
#[derive(Debug)]
pub struct PortalRegulator(Client);

/// An order as the portal tells it, as far as a platform may know.
#[derive(Deserialize)]
struct Order {
    id: String,
    status: String,
    #[serde(default)]
    returned_because: Option<String>,
}

/// An order, or why there is none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Order(Order),
    Problem(Problem),
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    problems: Vec<AtField>,
}

#[derive(Deserialize)]
struct AtField {
    field: String,
    detail: String,
}

#[derive(Deserialize)]
struct Clock {
    offset_seconds: i64,
}

impl PortalRegulator {
    /// The portal that this client speaks to.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self(client)
    }

    /// Files the order there; gives what it is called.
    async fn file(&self, order: &HandedIn) -> Result<String, Uploaded> {
        if let Some(id) = &order.known_as {
            return Ok(id.clone());
        }
        let request = self.request(Method::POST, "api/orders")?;
        let request = request
            .header("Idempotency-Key", format!("{}-file", order.key))
            .header("Content-Type", "application/json")
            .body(written(&order.form).to_string());
        Ok(self.told(request).await?.id)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Uploaded> {
        let request = self.0.request(method, path).ok_or(Uploaded::NoAnswer)?;
        Ok(request.header("Accept-Language", "zh"))
    }

    /// The order that the portal tells of, or what its refusal means.
    async fn told(&self, request: RequestBuilder) -> Result<Order, Uploaded> {
        let came: Option<Came<Told>> = self.0.send(request).await;
        let Some(Came { status, body }) = came else {
            return Err(Uploaded::NoAnswer);
        };
        match (status, body) {
            (200 | 201, Some(Told::Order(order))) if is_id(&order.id) => Ok(order),
            (409 | 422, Some(Told::Problem(problem))) => Err(refusal(&problem)),
            (status, _) => {
                tracing::warn!(status, "the regulator's answer makes no sense");
                Err(Uploaded::NoAnswer)
            }
        }
    }
}

impl Regulator for PortalRegulator {
    fn uploads(&self) -> bool {
        true
    }

    fn answers(&self) -> bool {
        true
    }

    fn upload<'a>(&'a self, order: &'a HandedIn) -> Answer<'a, Uploaded> {
        Box::pin(async move {
            let id = match self.file(order).await {
                Ok(id) => id,
                Err(outcome) => return outcome,
            };
            let step = if order.known_as.is_some() {
                "resubmit"
            } else {
                "submit"
            };
            let request = match self.request(Method::POST, &format!("api/orders/{id}/{step}")) {
                Ok(request) => request,
                Err(outcome) => return outcome,
            };
            let request = request.header("Idempotency-Key", format!("{}-submit", order.key));
            match self.told(request).await {
                Ok(told) if told.id == id => Uploaded::Taken(id),
                Ok(_) => Uploaded::NoAnswer,
                Err(outcome) => outcome,
            }
        })
    }

    fn look<'a>(&'a self, called: &'a str, _: FilingType) -> Answer<'a, Option<PolledStatus>> {
        Box::pin(async move {
            if !is_id(called) {
                return None;
            }
            let request = self
                .request(Method::GET, &format!("api/orders/{called}"))
                .ok()?;
            let order = self.told(request).await.ok()?;
            if order.id != called {
                return None;
            }
            polled(&order)
        })
    }

    fn advance(&self, by: TimeDelta) -> Answer<'_, Option<()>> {
        Box::pin(async move {
            let request = self.0.request(Method::POST, "sandbox/clock")?;
            let body = json!({ "advance_seconds": by.num_seconds() });
            let request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
            let came: Came<Clock> = self.0.send(request).await?;
            (came.status == 200).then_some(())
        })
    }

    fn ahead(&self) -> Answer<'_, Option<TimeDelta>> {
        Box::pin(async move {
            let request = self.0.request(Method::GET, "sandbox/clock")?;
            let came: Came<Clock> = self.0.send(request).await?;
            let ahead = came.body?.offset_seconds;
            (0..=FARTHEST)
                .contains(&ahead)
                .then(|| TimeDelta::seconds(ahead))
        })
    }
}

/// The ids of portals: nothing that would lead to another path.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What a platform is told; what it wouldn't be is nothing.
fn polled(order: &Order) -> Option<PolledStatus> {
    Some(match order.status.as_str() {
        "initial_review" => PolledStatus::AwaitingSubmission,
        "sms_verification" => PolledStatus::SmsVerification,
        "administration_review" => PolledStatus::AdministrationReview,
        "returned" => {
            let cause = order
                .returned_because
                .as_deref()?
                .parse::<ReturnCause>()
                .ok()?;
            PolledStatus::Returned(cause, ReturnReasons::NONE)
        }
        "withdrawn" => PolledStatus::Withdrawn,
        _ => return None,
    })
}

fn refusal(problem: &Problem) -> Uploaded {
    match problem.code.as_str() {
        "codes_exhausted" => Uploaded::Failed(TOO_MANY),
        "try_again" => Uploaded::NoAnswer,
        _ if problem.problems.is_empty() => {
            let words = problem.detail.as_deref().unwrap_or(&problem.title);
            Uploaded::Refused([ReturnReason::new("", words)].into_iter().collect())
        }
        _ => {
            let reasons = problem.problems.iter().map(|problem| {
                ReturnReason::new(&problem.field, &problem.detail).at(&problem.field)
            });
            Uploaded::Refused(reasons.collect())
        }
    }
}

/// The form with its ID numbers, which serde leaves out.
fn written(form: &OrderForm) -> Value {
    let person = |person: &PersonForm| {
        json!({
            "name": person.name,
            "mobile": person.mobile,
            "emergency_phone": person.emergency_phone,
            "id_document": {
                "kind": person.id_document.kind,
                "number": person.id_document.number,
                "back_number": person.id_document.back_number,
            },
        })
    };
    let services = form.services.iter().map(|service| {
        json!({
            "kind": service.kind,
            "name": service.name,
            "administrator": person(&service.administrator),
            "access": service.access,
        })
    });
    json!({
        "filing_type": form.filing_type,
        "changes": form.changes,
        "province": form.province,
        "entity": { "name": form.entity.name, "leader": person(&form.entity.leader) },
        "services": services.collect::<Vec<_>>(),
    })
}
