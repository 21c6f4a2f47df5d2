//! Who is signed in: staff see it, and end what isn't theirs.

use axum::{extract::Path, response::Response};
use beian_web::signing::{hex, unhex};
use chrono::Utc;

use super::{
    Sorry,
    visit::{Page, Section, Staff, StaffSent},
    when::When,
};

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

pub(super) async fn list(Staff(visit): Staff) -> Response {
    let sign_ins = match visit.portal.store.database().sign_ins(Utc::now()).await {
        Ok(sign_ins) => sign_ins,
        Err(error) => return visit.failed(&error.into()),
    };
    let own = visit.portal.door.hash(visit.sign_in_cookie());
    let rows = sign_ins.iter().map(|sign_in| Row {
        id: hex(&sign_in.hash),
        since: When::minute(sign_in.since),
        until: When::minute(sign_in.until),
        address: sign_in.address.to_string(),
        own: sign_in.hash == own,
    });
    visit.ok(&SignIns {
        rows: rows.collect(),
        p: visit.page(Section::Console),
    })
}

pub(super) async fn end(Path(id): Path<String>, sent: StaffSent) -> Response {
    let visit = sent.visit;
    let Some(Ok(hash)) = unhex(&id).map(TryInto::try_into) else {
        return visit.sorry(Sorry::NotFound);
    };
    match visit.portal.store.database().end_sign_in(hash).await {
        Ok(()) => visit.go("/console/sign-ins"),
        Err(error) => visit.failed(&error.into()),
    }
}
