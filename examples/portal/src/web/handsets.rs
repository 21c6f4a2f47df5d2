//! The sandbox: what arrived on which handset, its clock, its gateway.

use std::collections::BTreeMap;

use axum::{extract::Query, http::StatusCode, response::Response};
use beian::{MobileNumber, host::Clock as _};
use beian_web::pages::{
    Page, Sorry,
    fields::{Choice, Field},
    when::When,
};
use chrono::TimeDelta;
use serde::Deserialize;

use super::{HANDSETS, Sent, Visit};
use crate::{
    api::SENDER,
    store::{GatewayMode, StoreError},
};

/// By how much the buttons put the clock forward, in minutes.
const STEPS: [(&str, i64); 3] = [("10m", 10), ("1h", 60), ("24h", 1440)];

#[derive(askama::Template)]
#[template(path = "handsets.html")]
struct Sandbox {
    p: Page,
    search: Field,
    handsets: Vec<Handset>,
    now: When,
    ahead: Option<String>,
    steps: Vec<(&'static str, String)>,
    modes: Vec<Choice>,
    sender: &'static str,
    /// One number is looked at.
    one: bool,
}

struct Handset {
    mobile: String,
    /// Newest first.
    messages: Vec<Message>,
}

struct Message {
    /// Around the code, so that it can be set apart.
    before: String,
    code: String,
    after: String,
    sent_at: When,
}

#[derive(Deserialize)]
pub(super) struct Whose {
    #[serde(default)]
    mobile: String,
}

pub(super) async fn show(visit: Visit, Query(whose): Query<Whose>) -> Response {
    let typed = whose.mobile.trim();
    let mobile = (!typed.is_empty()).then(|| MobileNumber::parse(typed));
    let (mobile, problem) = match mobile.transpose() {
        Ok(mobile) => (mobile, None),
        Err(problem) => (None, Some(problem.text(visit.lang).to_owned())),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let wrong = problem.is_some();
    let search = Field {
        name: "mobile".to_owned(),
        label: visit.t("手机号码", "Mobile number"),
        value: typed.to_owned(),
        problem,
        keyboard: "tel",
        autocomplete: "off",
        max: 40,
        ..Field::default()
    };
    match page(&visit, mobile.as_ref(), wrong, search).await {
        Ok(page) => visit.answer(status, &page),
        Err(error) => visit.failed(&error),
    }
}

pub(super) async fn advance(Sent { visit, mut fields }: Sent) -> Response {
    let by = fields.take("by");
    let Some((_, minutes)) = STEPS.into_iter().find(|(name, _)| *name == by) else {
        return visit.sorry(Sorry::BadForm);
    };
    let portal = &visit.host;
    // What was due before is done before.
    portal.bell.settle().await;
    match portal
        .store
        .database()
        .advance_clock(TimeDelta::minutes(minutes))
        .await
    {
        Ok(offset) => portal.clock.put_forward_to(offset),
        Err(error) => return visit.failed(&error),
    }
    portal.bell.settle().await;
    visit.go("/handsets")
}

pub(super) async fn set_gateway(Sent { visit, mut fields }: Sent) -> Response {
    let Ok(mode) = fields.take("mode").parse::<GatewayMode>() else {
        return visit.sorry(Sorry::BadForm);
    };
    match visit.host.store.set_gateway_mode(mode).await {
        Ok(()) => visit.go("/handsets"),
        Err(error) => visit.failed(&error),
    }
}

async fn page(
    visit: &Visit,
    mobile: Option<&MobileNumber>,
    wrong: bool,
    search: Field,
) -> Result<Sandbox, StoreError> {
    let portal = &visit.host;
    let now = portal.clock.now();
    let mut handsets: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    if !wrong {
        for message in portal.store.handset(mobile, now).await? {
            let (before, code, after) = around_code(&message.text);
            let message_view = Message {
                before,
                code,
                after,
                sent_at: When::exact(message.sent_at),
            };
            handsets
                .entry(message.mobile)
                .or_default()
                .insert(0, message_view);
        }
    }
    let mut handsets: Vec<_> = handsets
        .into_iter()
        .map(|(mobile, messages)| Handset { mobile, messages })
        .collect();
    // The one with the newest message first.
    let newest = |handset: &Handset| {
        let first = handset.messages.first();
        first.map(|message| message.sent_at.machine.clone())
    };
    handsets.sort_by_cached_key(|handset| std::cmp::Reverse(newest(handset)));
    let mode = portal.store.gateway_mode().await?;
    let offset = portal.clock.offset();
    Ok(Sandbox {
        p: visit.page(HANDSETS),
        search,
        handsets,
        now: When::exact(now),
        ahead: (offset > TimeDelta::zero()).then(|| visit.lang.time_left(offset)),
        steps: STEPS
            .map(|(name, minutes)| (name, visit.lang.time_left(TimeDelta::minutes(minutes))))
            .to_vec(),
        modes: GatewayMode::ALL
            .map(|known| Choice {
                value: known.name(),
                text: mode_text(visit, known).to_owned(),
                chosen: known == mode,
            })
            .to_vec(),
        sender: SENDER,
        one: mobile.is_some(),
    })
}

fn mode_text(visit: &Visit, mode: GatewayMode) -> &'static str {
    match mode {
        GatewayMode::Accept => visit.t("正常接收并送达", "Accept and deliver"),
        GatewayMode::Refuse => visit.t("拒绝发送", "Refuse"),
        GatewayMode::Defer => visit.t("暂不接收，稍后重试", "Defer: try again later"),
        GatewayMode::AcceptWithoutDelivery => visit.t(
            "接收但不送达（无回执）",
            "Accept, but never deliver or report",
        ),
    }
}

/// The text around its only group of six digits.
fn around_code(text: &str) -> (String, String, String) {
    let mut start = 0;
    for (at, char) in text.char_indices() {
        if !char.is_ascii_digit() {
            start = at.saturating_add(char.len_utf8());
            continue;
        }
        let end = at.saturating_add(1);
        let more = text
            .get(end..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if end.saturating_sub(start) == 6 && !more {
            let part = |range: Option<&str>| range.unwrap_or_default().to_owned();
            return (
                part(text.get(..start)),
                part(text.get(start..end)),
                part(text.get(end..)),
            );
        }
    }
    (text.to_owned(), String::new(), String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_set_apart() {
        let (before, code, after) = around_code("【工信部】验证码012345，24小时内有效");
        assert_eq!(
            (before.as_str(), code.as_str(), after.as_str()),
            ("【工信部】验证码", "012345", "，24小时内有效")
        );
        assert_eq!(around_code("12381 1234567").1, "");
        assert_eq!(around_code("123456").1, "123456");
    }
}
