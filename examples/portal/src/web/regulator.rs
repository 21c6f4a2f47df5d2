//! What the issuing side shows: the forms 短信核验 and 短信重发 (R24). Never more than the public
//! answers (D23).

use axum::{http::StatusCode, response::Response};
use beian::{
    Entry, EntryAnswer, EntryProblems, MobileNumber, ResendAnswer, ResendRequest, SubmissionId,
};
use beian_web::{
    pages::{
        Page,
        fields::{Field, Fields},
    },
    signing::random_id,
};

use super::{REGULATOR, Sent, Visit};

#[derive(askama::Template)]
#[template(path = "regulator.html")]
struct Regulator {
    p: Page,
    /// The tab: 短信核验, else 短信重发.
    verifies: bool,
    answer: Option<Answer>,
    problems: bool,
    mobile: Field,
    code: Field,
    last_six: Field,
    /// Random: what makes a repeat of this very form one (D21).
    form_id: String,
}

/// What the page says on top.
struct Answer {
    text: String,
    good: bool,
}

const NONE: EntryProblems = EntryProblems {
    mobile: None,
    code: None,
    last_six: None,
};

/// What was typed; the code is never shown again.
#[derive(Default)]
struct Typed {
    mobile: String,
    last_six: String,
}

pub(super) async fn verification(visit: Visit) -> Response {
    let page = form(&visit, true, Typed::default(), NONE, None);
    visit.ok(&page)
}

pub(super) async fn resend(visit: Visit) -> Response {
    let page = form(&visit, false, Typed::default(), NONE, None);
    visit.ok(&page)
}

pub(super) async fn verify(Sent { visit, mut fields }: Sent) -> Response {
    let typed = Typed::take(&mut fields);
    let (code, form_id) = (fields.take("code"), fields.take("form_id"));
    if let Some(too_many) = visit.too_many(MobileNumber::parse(&typed.mobile).ok()) {
        return too_many;
    }
    let entry = match Entry::parse(&typed.mobile, &code, &typed.last_six) {
        Ok(entry) => entry.with_submission_id(submission(&visit, &form_id, &typed, &code)),
        Err(problems) => {
            let page = form(&visit, true, typed, problems, None);
            return visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let submitted = match visit.host.submit(&entry).await {
        Ok(submitted) => submitted,
        Err(error) => return visit.failed(&error),
    };
    let good = submitted.answer() != EntryAnswer::NotFound;
    let text = submitted.text(visit.lang).to_owned();
    let typed = if good { Typed::default() } else { typed };
    let page = form(&visit, true, typed, NONE, Some(Answer { text, good }));
    visit.ok(&page)
}

pub(super) async fn send_again(Sent { visit, mut fields }: Sent) -> Response {
    let typed = Typed::take(&mut fields);
    if let Some(too_many) = visit.too_many(MobileNumber::parse(&typed.mobile).ok()) {
        return too_many;
    }
    let request = match ResendRequest::parse(&typed.mobile, &typed.last_six) {
        Ok(request) => request,
        Err(problems) => {
            let page = form(&visit, false, typed, problems, None);
            return visit.answer(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let resent = match visit.host.resend(&request).await {
        Ok(resent) => resent,
        Err(error) => return visit.failed(&error),
    };
    let good = resent.answer() == ResendAnswer::Accepted;
    let text = resent.text(visit.lang).into_owned();
    let page = form(&visit, false, typed, NONE, Some(Answer { text, good }));
    visit.ok(&page)
}

impl Typed {
    fn take(fields: &mut Fields) -> Self {
        Self {
            mobile: fields.take("mobile"),
            last_six: fields.take("last_six"),
        }
    }
}

/// The same form with the same content sent twice is a repeat (D21). Another content is another
/// entry, also if the browser shows an old page again.
fn submission(visit: &Visit, form_id: &str, typed: &Typed, code: &str) -> SubmissionId {
    let Typed { mobile, last_six } = typed;
    let body = format!("{form_id}\n{mobile}\n{code}\n{last_six}");
    let signature = visit
        .host
        .keys
        .signing
        .sign("submission", 0, body.as_bytes());
    let half = signature.get(..32).and_then(|half| half.parse().ok());
    half.unwrap_or_else(|| SubmissionId::from(0))
}

fn form(
    visit: &Visit,
    verifies: bool,
    typed: Typed,
    problems: EntryProblems,
    answer: Option<Answer>,
) -> Regulator {
    let lang = visit.lang;
    Regulator {
        p: visit.page(REGULATOR),
        verifies,
        answer,
        problems: problems != NONE,
        mobile: Field {
            name: "mobile".to_owned(),
            label: visit.t("手机号", "Mobile number"),
            value: typed.mobile,
            problem: problems.mobile.map(|problem| problem.text(lang).to_owned()),
            hint: visit
                .t(
                    "主体负责人或网站负责人在备案信息中的手机号码（非应急联系电话）。",
                    "The number filed for the entity leader or the service administrator, not the emergency phone.",
                )
                .into(),
            keyboard: "tel",
            autocomplete: "tel",
            max: 40,
            ..Field::default()
        },
        code: Field {
            name: "code".to_owned(),
            label: visit.t("验证码", "Code"),
            problem: problems.code.map(|problem| problem.text(lang).to_owned()),
            hint: visit
                .t(
                    "工信部短信中的6位数字验证码。",
                    "The six digits in the regulator’s text message.",
                )
                .into(),
            keyboard: "numeric",
            autocomplete: "one-time-code",
            max: 20,
            ..Field::default()
        },
        last_six: Field {
            name: "last_six".to_owned(),
            label: visit.t("证件号码后6位", "Last six characters of the ID number"),
            value: typed.last_six,
            problem: problems.last_six.map(|problem| problem.text(lang).to_owned()),
            hint: visit
                .t(
                    "本次备案的个人证件（身份证、护照、港澳居民来往内地通行证等）号码后6位。",
                    "Of the personal document used in this filing: ID card, passport, mainland travel permit…",
                )
                .into(),
            keyboard: "text",
            autocomplete: "off",
            max: 20,
            ..Field::default()
        },
        form_id: random_id(),
    }
}
