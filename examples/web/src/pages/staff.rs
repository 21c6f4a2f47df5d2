//! Visits and forms of those who may use the console.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
    response::Response,
};

use super::{Host, Sent, Visit, fields::Fields, sign_in};

/// A visit to the console by somebody who may; anybody else is asked to sign in.
#[derive(Debug)]
pub struct Staff<H> {
    /// Theirs.
    pub visit: Visit<H>,
}

impl<H: Host> FromRequestParts<Arc<H>> for Staff<H> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, host: &Arc<H>) -> Result<Self, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, host).await;
        if visit.may_use_console() {
            Ok(Self { visit })
        } else {
            Err(visit.go(&format!("{}/sign-in", host.console())))
        }
    }
}

/// A form of the console. Whose sign-in has expired gets it back to send it again.
#[derive(Debug)]
pub struct StaffSent<H> {
    /// Theirs.
    pub visit: Visit<H>,
    /// What they typed.
    pub fields: Fields,
}

impl<H: Host> FromRequest<Arc<H>> for StaffSent<H> {
    type Rejection = Response;

    async fn from_request(request: Request, host: &Arc<H>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let staff = Staff::from_request_parts(&mut parts, host).await;
        let request = Request::from_parts(parts, body);
        let sent = Sent::from_request(request, host).await;
        let Sent { visit, fields } = match staff {
            Ok(_) => sent?,
            Err(to_sign_in) => return Err(sent.map_or(to_sign_in, sign_in::again)),
        };
        Ok(Self { visit, fields })
    }
}
