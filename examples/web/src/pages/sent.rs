//! Forms that people send from the host's own pages.

use std::sync::Arc;

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts as _, Request},
    response::Response,
};

use super::{Host, Sorry, Visit, fields::Fields};
use crate::csrf;

/// An order of 200 services has fewer fields.
const FIELDS_MAX: usize = 2048;

/// A form that somebody sent from one of our pages.
#[derive(Debug)]
pub struct Sent<H> {
    /// Theirs.
    pub visit: Visit<H>,
    /// What they typed.
    pub fields: Fields,
}

impl<H: Host> FromRequest<Arc<H>> for Sent<H> {
    type Rejection = Response;

    async fn from_request(request: Request, host: &Arc<H>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, host).await;
        let request = Request::from_parts(parts, body);
        let form = Form::<Vec<(String, String)>>::from_request(request, host).await;
        let fields = form.ok().filter(|Form(fields)| fields.len() <= FIELDS_MAX);
        let Some(Form(fields)) = fields else {
            return Err(visit.sorry(Sorry::BadForm));
        };
        let mut fields = Fields::new(fields);
        let given = fields.take(csrf::FIELD);
        let signed_in = visit.sign_in_cookie();
        if !csrf::is_own(host.signing(), &visit.visitor, signed_in, &given) {
            return Err(visit.sorry(Sorry::StaleForm));
        }
        Ok(Self { visit, fields })
    }
}
