//! Headless Chromium uses the portal as people do: console, handsets, the regulator's page.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod harness;
mod support;

#[path = "../../web/tests/shared/browser.rs"]
mod browser;

use std::ops::{Deref, DerefMut};

use browser::Browser;
use harness::{Database, Portal, call, client, count, eventually, wrong};
use reqwest::Method;
use serde_json::Value;
use support::shared::last_six;

/// A browser at a portal.
struct Visitor {
    browser: Browser,
    portal: Portal,
    _database: Database,
}

impl Deref for Visitor {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl DerefMut for Visitor {
    fn deref_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }
}

async fn visitor(options: &[&str]) -> Visitor {
    let browser = Browser::start().await;
    let database = Database::sqlite();
    Visitor {
        portal: Portal::start(&database, options),
        browser,
        _database: database,
    }
}

impl Visitor {
    /// Opens a page and looks at it.
    async fn open(&mut self, path: &str) {
        self.goto(&self.portal.url(path)).await;
        self.look(path).await;
    }

    async fn speak(&mut self, lang: &'static str) {
        self.lang = if lang == "zh" { "zh-CN" } else { lang };
        self.open(&format!("/?lang={lang}")).await;
    }

    /// The order as the API has it.
    async fn order(&self, id: &str) -> Value {
        let (client, path) = (client(), format!("/api/orders/{id}"));
        let order = call(&client, Method::GET, self.portal.address, &path, None, None);
        order.await.unwrap().1
    }

    /// Files the sample order and submits it, by button. Gives its id, and number and ID of those
    /// whom it names.
    async fn submitted(&mut self) -> (String, Vec<[String; 2]>) {
        self.press("a[href*=sample]").await;
        self.found("input[name=\"entity.name\"]").await;
        self.look("a sample order").await;
        let persons = self.script(PERSONS).await;
        let persons = serde_json::from_value(persons).unwrap();
        self.press("button.button[name=action][value=file]").await;
        self.press("form[action$=\"/submit\"] button").await;
        self.found(".people").await;
        self.look("a submitted order").await;
        let url = self.client.current_url().await.unwrap();
        let id = url.path_segments().unwrap().nth(2).unwrap().to_owned();
        (id, persons)
    }

    /// The n-th code on a handset, oldest first, as it is read there.
    async fn code(&mut self, mobile: &str, n: usize) -> String {
        let path = format!("/handsets?mobile={mobile}");
        let code = eventually("no message on the handset", async || {
            self.goto(&self.portal.url(&path)).await;
            let codes = self.script(CODES).await;
            let mut codes: Vec<String> = serde_json::from_value(codes).unwrap();
            codes.reverse();
            codes.get(n).cloned()
        });
        let code = code.await;
        self.look("a handset").await;
        code
    }

    /// What the regulator's page says to an entry.
    async fn verify(&mut self, mobile: &str, code: &str, last_six: &str) -> String {
        self.goto(&self.portal.url("/regulator/verification")).await;
        self.fill("mobile", mobile).await;
        self.fill("code", code).await;
        self.fill("last_six", last_six).await;
        self.press("main form button").await;
        self.answer("an entry").await
    }

    async fn resend(&mut self, mobile: &str, last_six: &str) -> String {
        self.goto(&self.portal.url("/regulator/resend")).await;
        self.fill("mobile", mobile).await;
        self.fill("last_six", last_six).await;
        self.press("main form button").await;
        self.answer("a resend").await
    }

    async fn answer(&mut self, what: &str) -> String {
        self.found(".notice").await;
        self.look(what).await;
        self.text(".notice").await
    }

    async fn put_clock_forward(&mut self, by: &str) {
        self.goto(&self.portal.url("/handsets")).await;
        let before = self.text(".now").await;
        self.press(&format!("button[name=by][value=\"{by}\"]"))
            .await;
        eventually("the clock stands still", async || {
            (self.text(".now").await != before).then_some(())
        })
        .await;
    }
}

const PERSONS: &str = "return [...document.querySelectorAll('.person')].map((person) =>
    ['mobile', 'id_document.number'].map((name) =>
        person.querySelector('input[name$=\"' + name + '\"]').value));";
const CODES: &str =
    "return [...document.querySelectorAll('.phone .code')].map((code) => code.textContent);";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn an_order_goes_to_the_administration() {
    let mut visitor = visitor(&["--sms-delay", "1s"]).await;
    for lang in ["zh", "en"] {
        visitor.speak(lang).await;
        let (id, persons) = visitor.submitted().await;
        assert_eq!(persons.len(), 2);
        for (n, [mobile, number]) in persons.iter().enumerate() {
            // In English it is the second order of these persons: the newest message counts.
            let place = usize::from(lang == "en");
            let code = visitor.code(mobile, place).await;
            let said = visitor.verify(mobile, &code, last_six(number)).await;
            assert_eq!(visitor.number_of(".notice.good").await, 1, "{said}");
            if n == 0 && lang == "zh" {
                assert_eq!(said, "您的短信核验完成，请等待其他核验人进行短信核验");
            }
        }
        let order = visitor.order(&id).await;
        assert_eq!(order["status"], "administration_review");
        visitor.open(&format!("/console/orders/{id}")).await;
        assert_eq!(
            visitor.number_of(".milestones [aria-current=step]").await,
            1
        );
        assert_eq!(visitor.number_of("form[action$=\"/submit\"]").await, 0);
        assert_eq!(visitor.number_of(".people > li").await, 2);
        assert!(
            !visitor.text("main").await.contains(&persons[0][0]),
            "masked"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn a_wrong_code_counts_and_a_resend_comes() {
    let mut visitor = visitor(&["--sms-delay", "0s"]).await;
    visitor.speak("zh").await;
    let (id, persons) = visitor.submitted().await;
    let [mobile, number] = &persons[0];
    let first = visitor.code(mobile, 0).await;
    visitor
        .verify(mobile, &wrong(&first, 0), last_six(number))
        .await;
    assert_eq!(visitor.number_of(".notice.warn[role=alert]").await, 1);
    assert_eq!(count(&visitor.order(&id).await, "wrong_entry"), 1);
    // A page that is loaded again sends the same form: it counts once.
    visitor.client.refresh().await.unwrap();
    assert_eq!(count(&visitor.order(&id).await, "wrong_entry"), 1);

    visitor.resend(mobile, last_six(number)).await;
    assert_eq!(visitor.number_of(".notice.warn").await, 1, "too soon");
    visitor.put_clock_forward("10m").await;
    let said = visitor.resend(mobile, last_six(number)).await;
    assert_eq!(said, "您的短信已发送成功。");
    let second = visitor.code(mobile, 1).await;
    assert_eq!(visitor.number_of(".phone li.newest").await, 1);
    visitor.verify(mobile, &second, last_six(number)).await;
    assert_eq!(visitor.number_of(".notice.good").await, 1);
    assert_eq!(count(&visitor.order(&id).await, "person_verified"), 1);
    visitor.open(&format!("/console/orders/{id}")).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn time_runs_out_and_a_second_round_is_withdrawn() {
    let mut visitor = visitor(&["--sms-delay", "0s"]).await;
    visitor.speak("en").await;
    let (id, persons) = visitor.submitted().await;
    visitor.code(&persons[0][0], 0).await;
    visitor.code(&persons[1][0], 0).await;
    visitor.put_clock_forward("24h").await;
    visitor.put_clock_forward("1h").await;
    visitor.open(&format!("/console/orders/{id}")).await;
    let order = visitor.order(&id).await;
    assert_eq!(order["returned_because"], "window_closed");
    visitor.press("form[action$=\"/resubmit\"] button").await;
    visitor.press("a[href$=\"/withdraw\"]").await;
    visitor.found("form[action$=\"/withdraw\"]").await;
    visitor.look("withdrawing").await;
    visitor.press("form[action$=\"/withdraw\"] button").await;
    eventually("it isn't withdrawn", async || {
        (visitor.order(&id).await["status"] == "withdrawn").then_some(())
    })
    .await;
    visitor.open(&format!("/console/orders/{id}")).await;
    assert_eq!(visitor.number_of("main form").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn every_page_is_fit_in_both_languages() {
    let mut visitor = visitor(&["--console-token", TOKEN]).await;
    for lang in ["zh", "en"] {
        visitor.speak(lang).await;
        if lang == "zh" {
            visitor.open("/console").await;
            assert_eq!(visitor.number_of("input[name=token]").await, 1);
            visitor.fill("token", "not-the-right-token").await;
            visitor.press("main form button").await;
            visitor.found(".problem").await;
            visitor.look("a wrong token").await;
            visitor.fill("token", TOKEN).await;
            visitor.press("main form button").await;
            visitor.found("form[action=\"/console/sign-out\"]").await;
        }
        for path in [
            "/console",
            "/console?status=returned",
            "/console/orders/new",
            "/console/orders/none",
            "/regulator/verification",
            "/regulator/resend",
            "/handsets",
            "/console/sign-in",
        ] {
            visitor.open(path).await;
        }
        for filing_type in [
            "initial",
            "add_service",
            "add_access",
            "modify",
            "deregister_entity",
            "deregister_service",
            "cancel_access",
        ] {
            visitor
                .open(&format!("/console/orders/new?type={filing_type}"))
                .await;
            let file = "button.button[name=action][value=file]";
            visitor.press(file).await;
            visitor.found(".notice.bad[role=alert] a").await;
            visitor.look(&format!("{filing_type} with problems")).await;
            assert!(visitor.number_of("input[aria-invalid=true]").await > 0);
        }
        for path in ["/regulator/verification", "/regulator/resend"] {
            visitor.open(path).await;
            visitor.press("main form button").await;
            visitor.answer(&format!("{path} with problems")).await;
            assert!(visitor.number_of("input[aria-invalid=true]").await > 1);
        }
        // The switch leads to the same page in the other language.
        visitor.open("/regulator/resend").await;
        visitor.press("a.lang").await;
        let other = if lang == "zh" { "en" } else { "zh-CN" };
        eventually("the language stays", async || {
            let lang = visitor
                .script("return document.documentElement.lang;")
                .await;
            (lang == other).then_some(())
        })
        .await;
        let url = visitor.client.current_url().await.unwrap();
        assert_eq!(url.path(), "/regulator/resend");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn the_rules_see_what_is_wrong() {
    let mut visitor = visitor(&[]).await;
    visitor.speak("zh").await;
    for (harm, seen) in [
        ("document.documentElement.lang = 'de';", "lang is de"),
        ("document.querySelector('label').remove();", "no name"),
        ("document.querySelector('h1').remove();", "no h1"),
        ("document.querySelector('main').id = '';", "points nowhere"),
        ("document.querySelector('[name=csrf]').remove();", "guard"),
    ] {
        visitor.open("/regulator/verification").await;
        visitor.script(harm).await;
        let problems = visitor.problems().await;
        assert!(
            problems.iter().any(|p| p.contains(seen)),
            "{seen}: {problems:?}"
        );
    }
    if visitor.has_axe {
        visitor.open("/regulator/verification").await;
        let harm = "document.querySelector('h1').style.color = '#ddd';";
        visitor.script(harm).await;
        let problems = visitor.problems().await;
        assert!(
            problems.iter().any(|p| p.contains("color-contrast")),
            "{problems:?}"
        );
    }
}

const TOKEN: &str = "a-token-of-some-length";
