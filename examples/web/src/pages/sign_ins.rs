//! Who is signed in: staff see it, and end what isn't theirs.

use axum::{extract::Path, response::Response};
use chrono::Utc;

use super::{CONSOLE, Host, Page, Sorry, Staff, StaffSent, when::When};
use crate::signing::{hex, unhex};

#[derive(askama::Template)]
#[template(path = "sign_ins.html")]
struct SignIns {
    p: Page,
    rows: Vec<Row>,
}

struct Row {
    /// The hash in hex: good for ending it, not for using it.
    id: String,
    since: When,
    until: When,
    address: String,
    /// The one that looks.
    own: bool,
}

pub(super) async fn list<H: Host>(Staff { visit }: Staff<H>) -> Response {
    let sign_ins = match visit.host.database().sign_ins(Utc::now()).await {
        Ok(sign_ins) => sign_ins,
        Err(error) => return visit.failed(&error),
    };
    let own = visit.host.door().hash(visit.sign_in_cookie());
    let rows = sign_ins.iter().map(|sign_in| Row {
        id: hex(&sign_in.hash),
        since: When::minute(sign_in.since),
        until: When::minute(sign_in.until),
        address: sign_in.address.to_string(),
        own: sign_in.hash == own,
    });
    visit.ok(&SignIns {
        rows: rows.collect(),
        p: visit.page(CONSOLE),
    })
}

pub(super) async fn end<H: Host>(Path(id): Path<String>, sent: StaffSent<H>) -> Response {
    let visit = sent.visit;
    let Some(Ok(hash)) = unhex(&id).map(TryInto::try_into) else {
        return visit.sorry(Sorry::NotFound);
    };
    match visit.host.database().end_sign_in(hash).await {
        Ok(()) => visit.go(&format!("{}/sign-ins", visit.host.console())),
        Err(error) => visit.failed(&error),
    }
}
