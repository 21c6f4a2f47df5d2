//! Headless Chromium uses the portal as people do: console, handsets, the regulator's page.
//!
//! `BEIAN_CHROMEDRIVER` is the address of a chromedriver on this machine. With `BEIAN_AXE`, a file
//! with axe-core, every page is checked by its rules too; with `BEIAN_SCREENSHOTS`, a folder, there is
//! a picture of every page, on a desk and on a phone.
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

use std::{collections::BTreeSet, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator};
use harness::{Database, Portal, call, client, count, eventually, wrong};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

/// One browser at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// What must be so on every page; gives what isn't.
const RULES: &str = r"
const [lang] = arguments, problems = [];
const all = (css) => [...document.querySelectorAll(css)];
const say = (what, element) => problems.push(what + (element ? ': ' + element.outerHTML.slice(0, 160) : ''));
if (document.documentElement.lang !== lang) say('lang is ' + document.documentElement.lang);
if (!document.title.trim()) say('no title');
for (const css of ['main', 'header', 'nav', 'footer', 'h1'])
  if (all('body > ' + css + ', body ' + css).length === 0) say('no ' + css);
for (const css of ['main', 'h1']) if (all(css).length > 1) say('several ' + css);
if (all('script').length) say('a script');
const name = (element) => {
  const by = (element.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent || '').join('');
  const labels = [...(element.labels || [])].map((label) => label.textContent).join('');
  return (by + labels + (element.getAttribute('aria-label') || '') + (element.getAttribute('alt') || '')
    + (element.matches('a, button') ? element.textContent : '')).trim();
};
for (const element of all('input:not([type=hidden]), select, textarea, a[href], button, img'))
  if (!name(element)) say('no name', element);
for (const element of all('nav')) if (all('nav').length > 1 && !name(element)) say('nav without name', element);
for (const element of all('fieldset')) if (!element.querySelector('legend')) say('no legend', element);
for (const element of all('table')) if (!element.querySelector('th[scope]')) say('table without heads', element);
let level = 0;
for (const heading of all('h1, h2, h3, h4, h5, h6')) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) say('a level is left out', heading);
  level = next;
}
const ids = new Set();
for (const { id } of all('[id]')) { if (ids.has(id)) say('id twice: ' + id); ids.add(id); }
for (const attribute of ['aria-labelledby', 'aria-describedby'])
  for (const element of all('[' + attribute + ']'))
    for (const id of element.getAttribute(attribute).split(/\s+/).filter(Boolean))
      if (!ids.has(id)) say('points nowhere', element);
for (const element of all('label[for]')) if (!ids.has(element.htmlFor)) say('points nowhere', element);
for (const element of all('a[href^=\\#]'))
  if (!ids.has(element.getAttribute('href').slice(1))) say('points nowhere', element);
for (const element of all('[aria-invalid=true]'))
  if (!element.getAttribute('aria-describedby')) say('wrong, and not said why', element);
for (const element of all('[tabindex]')) if (element.tabIndex > 0) say('a tab order of its own', element);
for (const element of all('form[method=post]'))
  if (!element.querySelector('input[name=csrf][value]')) say('a form without its guard', element);
return problems;
";

const AXE: &str = "
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then(
  (found) => done(found.violations.map((rule) => rule.id + ': ' + rule.nodes.slice(0, 3)
    .map((node) => node.target.join(' ') + ' ' + node.failureSummary).join(' | '))),
  (error) => done([String(error)]));
";

/// A browser at a portal.
struct Visitor {
    browser: Client,
    portal: Portal,
    axe: Option<String>,
    lang: &'static str,
    seen: BTreeSet<String>,
    _session: Session,
    _database: Database,
    _turn: MutexGuard<'static, ()>,
}

/// The browser's session with chromedriver; closed however the visit ends.
struct Session(String);

impl Drop for Session {
    fn drop(&mut self) {
        let session = std::mem::take(&mut self.0);
        // Not on the test's own runtime, which may be in the middle of unwinding.
        let closed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let close = async { client().delete(session).send().await };
            let _ = runtime.unwrap().block_on(close);
        });
        let _ = closed.join();
    }
}

/// A browser; tests that need it are ignored where there is none.
async fn visitor(options: &[&str]) -> Visitor {
    let driver = std::env::var("BEIAN_CHROMEDRIVER").unwrap();
    let turn = TURN.lock().await;
    let axe = std::env::var("BEIAN_AXE").ok();
    let axe = axe.map(|file| std::fs::read_to_string(file).unwrap());
    if axe.is_none() {
        println!("skipped: axe-core (BEIAN_AXE is not set); contrast isn't looked at");
    }
    let flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-dev-shm-usage --disable-background-networking --disable-component-update \
        --disable-sync --window-size=1200,900";
    let flags: Vec<_> = flags.split_whitespace().collect();
    let capabilities = json!({ "goog:chromeOptions": { "args": flags } });
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities.as_object().unwrap().clone());
    let browser = builder.connect(&driver).await.unwrap();
    let id = browser.session_id().await.unwrap().unwrap();
    let database = Database::sqlite();
    Visitor {
        portal: Portal::start(&database, options),
        browser,
        axe,
        lang: "zh-CN",
        seen: BTreeSet::new(),
        _session: Session(format!("{driver}/session/{id}")),
        _database: database,
        _turn: turn,
    }
}

impl Visitor {
    /// Opens a page and looks at it.
    async fn open(&mut self, path: &str) {
        self.browser.goto(&self.portal.url(path)).await.unwrap();
        self.look(path).await;
    }

    async fn speak(&mut self, lang: &'static str) {
        self.lang = if lang == "zh" { "zh-CN" } else { lang };
        self.open(&format!("/?lang={lang}")).await;
    }

    /// Checks the page that is shown.
    async fn look(&mut self, what: &str) {
        let problems = self.problems().await;
        assert!(
            problems.is_empty(),
            "{what} in {}: {problems:#?}",
            self.lang
        );
        let name = format!("{} {what}", self.lang).replace(['/', '?', '&', ':'], "_");
        if let Ok(folder) = std::env::var("BEIAN_SCREENSHOTS")
            && self.seen.insert(name.clone())
        {
            let _ = std::fs::create_dir_all(&folder);
            for (device, width, height) in [("phone", 390, 1600), ("desk", 1200, 1600)] {
                self.browser.set_window_size(width, height).await.unwrap();
                let picture = self.browser.screenshot().await.unwrap();
                std::fs::write(format!("{folder}/{name} {device}.png"), picture).unwrap();
            }
        }
    }

    /// What is wrong with the page that is shown, by both sets of rules.
    async fn problems(&self) -> Vec<String> {
        let own = self.browser.execute(RULES, vec![json!(self.lang)]).await;
        let mut problems: Vec<_> = serde_json::from_value(own.unwrap()).unwrap();
        if let Some(axe) = &self.axe {
            let script = format!("{axe}\n{AXE}");
            let found = self.browser.execute_async(&script, vec![]).await;
            problems.extend(serde_json::from_value::<Vec<_>>(found.unwrap()).unwrap());
        }
        problems
    }

    /// Presses what leads to another page, and waits for that.
    async fn press(&self, css: &str) {
        let found = self.browser.wait().at_most(Duration::from_secs(20));
        let found = found.for_element(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        self.script("window.left = true;").await;
        found.click().await.unwrap();
        eventually("the page stays", async || {
            let arrived = "return !window.left && document.readyState === 'complete';";
            let arrived = self.browser.execute(arrived, vec![]).await;
            arrived.is_ok_and(|arrived| arrived == true).then_some(())
        })
        .await;
    }

    async fn fill(&self, name: &str, text: &str) {
        let css = format!("input[name=\"{name}\"]");
        let field = self.browser.find(Locator::Css(&css)).await;
        let field = field.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    async fn text(&self, css: &str) -> String {
        let found = self.browser.find(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        found.text().await.unwrap()
    }

    async fn number_of(&self, css: &str) -> usize {
        let found = self.browser.find_all(Locator::Css(css)).await;
        found.unwrap().len()
    }

    async fn script(&self, script: &str) -> Value {
        self.browser.execute(script, vec![]).await.unwrap()
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
        self.browser
            .wait()
            .for_element(Locator::Css("input[name=\"entity.name\"]"))
            .await
            .unwrap();
        self.look("a sample order").await;
        let persons = self.script(PERSONS).await;
        let persons = serde_json::from_value(persons).unwrap();
        self.press("button.button[name=action][value=file]").await;
        self.press("form[action$=\"/submit\"] button").await;
        self.browser
            .wait()
            .for_element(Locator::Css(".people"))
            .await
            .unwrap();
        self.look("a submitted order").await;
        let url = self.browser.current_url().await.unwrap();
        let id = url.path_segments().unwrap().nth(2).unwrap().to_owned();
        (id, persons)
    }

    /// The n-th code on a handset, oldest first, as it is read there.
    async fn code(&mut self, mobile: &str, n: usize) -> String {
        let path = format!("/handsets?mobile={mobile}");
        let code = eventually("no message on the handset", async || {
            self.browser.goto(&self.portal.url(&path)).await.unwrap();
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
        self.browser
            .goto(&self.portal.url("/regulator/verification"))
            .await
            .unwrap();
        self.fill("mobile", mobile).await;
        self.fill("code", code).await;
        self.fill("last_six", last_six).await;
        self.press("main form button").await;
        self.answer("an entry").await
    }

    async fn resend(&mut self, mobile: &str, last_six: &str) -> String {
        self.browser
            .goto(&self.portal.url("/regulator/resend"))
            .await
            .unwrap();
        self.fill("mobile", mobile).await;
        self.fill("last_six", last_six).await;
        self.press("main form button").await;
        self.answer("a resend").await
    }

    async fn answer(&mut self, what: &str) -> String {
        let notice = self.browser.wait().at_most(Duration::from_secs(20));
        notice
            .for_element(Locator::Css(".notice"))
            .await
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        self.look(what).await;
        self.text(".notice").await
    }

    async fn put_clock_forward(&mut self, by: &str) {
        self.browser
            .goto(&self.portal.url("/handsets"))
            .await
            .unwrap();
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

fn last_six(number: &str) -> &str {
    &number[number.len() - 6..]
}

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
    visitor.browser.refresh().await.unwrap();
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
    visitor
        .browser
        .wait()
        .for_element(Locator::Css("form[action$=\"/withdraw\"]"))
        .await
        .unwrap();
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
            let problem = visitor.browser.wait();
            problem.for_element(Locator::Css(".problem")).await.unwrap();
            visitor.look("a wrong token").await;
            visitor.fill("token", TOKEN).await;
            visitor.press("main form button").await;
            let signed_in = Locator::Css("form[action=\"/console/sign-out\"]");
            visitor.browser.wait().for_element(signed_in).await.unwrap();
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
            let summary = visitor.browser.wait();
            let alert = Locator::Css(".notice.bad[role=alert] a");
            summary.for_element(alert).await.unwrap();
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
        let url = visitor.browser.current_url().await.unwrap();
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
    if visitor.axe.is_some() {
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
