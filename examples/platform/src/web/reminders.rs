//! The sandbox: the reminders on the handsets, and the clock.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use beian::host::Clock as _;
use beian_web::pages::{Page, fields::Field, when::When};
use chrono::TimeDelta;

use super::{HANDSETS, Sent, Visit, at_regulator};
use crate::{platform::Platform, store::Error};

/// The hours of the buttons.
const STEPS: [u32; 3] = [1, 12, 24];
/// A century: as far as the clock goes.
const FARTHEST: TimeDelta = TimeDelta::hours(876_600);

/// The sandbox's routes.
pub(super) fn router() -> Router<Arc<Platform>> {
    Router::new()
        .route("/handsets", get(show))
        .route("/handsets/clock", post(advance))
}

#[derive(askama::Template)]
#[template(path = "reminders.html")]
struct Reminders {
    p: Page,
    handsets: Vec<Handset>,
    now: When,
    ahead: Option<String>,
    steps: [(u32, String); 3],
    hours: Field,
    /// The regulator's handsets, if people can go there.
    regulator: Option<String>,
}

struct Handset {
    mobile: String,
    /// Newest first.
    messages: Vec<Message>,
}

struct Message {
    text: String,
    /// The person's page, if it is one of here.
    link: Option<String>,
    sent_at: When,
}

async fn show(visit: Visit) -> Response {
    answered(&visit, StatusCode::OK, field(&visit, "1", None)).await
}

async fn advance(Sent { visit, mut fields }: Sent) -> Response {
    let typed = fields.take("hours");
    let hours = typed.trim().parse::<u32>().ok();
    let by = hours.map(|hours| TimeDelta::hours(hours.into()));
    let left = FARTHEST.checked_sub(&visit.host.clock.offset());
    let Some(by) = by.filter(|by| left.is_some_and(|left| *by <= left)) else {
        let visit = visit.at("/handsets");
        let problem = visit.t(
            "请填写整数小时，时钟最多快进一个世纪。",
            "Enter whole hours, a century in all at most.",
        );
        let field = field(&visit, &typed, Some(problem.to_owned()));
        return answered(&visit, StatusCode::UNPROCESSABLE_ENTITY, field).await;
    };
    match visit.host.advance(by).await {
        Ok(()) => visit.go("/handsets"),
        Err(error) => visit.failed(&error),
    }
}

fn field(visit: &Visit, typed: &str, problem: Option<String>) -> Field {
    Field {
        name: "hours".to_owned(),
        label: visit.t("小时", "Hours"),
        value: typed.to_owned(),
        problem,
        keyboard: "numeric",
        autocomplete: "off",
        max: 6,
        ..Field::default()
    }
}

async fn answered(visit: &Visit, status: StatusCode, hours: Field) -> Response {
    match handsets(visit).await {
        Ok(handsets) => visit.answer(status, &page(visit, handsets, hours)),
        Err(error) => visit.failed(&error),
    }
}

fn page(visit: &Visit, handsets: Vec<Handset>, hours: Field) -> Reminders {
    let platform = &visit.host;
    let offset = platform.clock.offset();
    Reminders {
        p: visit.page(HANDSETS),
        handsets,
        now: When::exact(platform.clock.now()),
        ahead: (offset > TimeDelta::zero()).then(|| visit.lang.time_left(offset)),
        steps: STEPS.map(|step| {
            let text = visit.lang.time_left(TimeDelta::hours(step.into()));
            (step, text)
        }),
        hours,
        regulator: at_regulator(visit, "/handsets"),
    }
}

/// The handset with the newest message first.
async fn handsets(visit: &Visit) -> Result<Vec<Handset>, Error> {
    let pages = format!("{}/p/", visit.host.base);
    let mut newest_first = visit.host.orders.store.reminders(None).await?;
    newest_first.reverse();
    let mut handsets: Vec<Handset> = Vec::new();
    for message in newest_first {
        let (text, link) = link_apart(&message.text, &pages);
        let shown = Message {
            text,
            link,
            sent_at: When::exact(message.sent_at),
        };
        let known = handsets.iter_mut();
        match known.into_iter().find(|it| it.mobile == message.mobile) {
            Some(handset) => handset.messages.push(shown),
            None => handsets.push(Handset {
                mobile: message.mobile,
                messages: vec![shown],
            }),
        }
    }
    Ok(handsets)
}

/// A message without the address at its end, and that address, if it is of a person's page.
fn link_apart(text: &str, pages: &str) -> (String, Option<String>) {
    match text.rsplit_once(' ') {
        Some((words, link)) if link.starts_with(pages) => (words.to_owned(), Some(link.to_owned())),
        _ => (text.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_here_are_links() {
        let pages = "http://localhost/p/";
        let (text, link) = link_apart("【备案平台】请核验。 http://localhost/p/0f", pages);
        assert_eq!(text, "【备案平台】请核验。");
        assert_eq!(link.as_deref(), Some("http://localhost/p/0f"));
        let other = "请核验。 http://evil.example/p/0f";
        assert_eq!(link_apart(other, pages), (other.to_owned(), None));
    }
}
