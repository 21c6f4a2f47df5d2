//! Headless Chromium, as the hosts' tests use it.
//!
//! `BEIAN_CHROMEDRIVER` is the address of a chromedriver on this machine. With `BEIAN_AXE`, a file with axe-core,
//! every page is checked by its rules too; with `BEIAN_SCREENSHOTS`, a folder, there is a picture of every page,
//! on a desk and on a phone, light and dark.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test takes what it needs; a panic is how a test fails"
)]

use std::{collections::BTreeSet, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::support::shared::{client, eventually};

/// One browser at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// A desk's width, and a phone's.
pub const DESK: u32 = 1200;
pub const PHONE: u32 = 390;

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

/// What sticks out at the side, with the width that there is.
const TOO_WIDE: &str = r"
const [width] = arguments, wide = document.documentElement.scrollWidth;
if (wide <= width) return [];
const out = [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > width + 1);
return ['as wide as ' + wide + ' in ' + width + ': ' + out.slice(-3).map((it) => it.outerHTML.slice(0, 120)).join(' | ')];
";

/// Whether whoever uses the keyboard sees where they are; gives what is wrong.
const FOCUS: &str = r"
const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
const say = (what) => what + ': ' + at.outerHTML.slice(0, 160);
if (at === document.body) return null;
if (!at.matches(':focus-visible')) return say('no visible focus');
if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return say('no outline');
if (box.bottom <= 0 || box.top >= innerHeight) return say('out of sight');
return null;
";

/// A browser that looks at every page it comes to.
pub struct Browser {
    pub client: Client,
    pub has_axe: bool,
    axe: String,
    pub lang: &'static str,
    /// Those that are looked at; what is done is done in the first.
    widths: Vec<u32>,
    seen: BTreeSet<String>,
    session: Session,
    http: reqwest::Client,
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

impl Browser {
    /// Tests that need one are ignored where there is none.
    pub async fn start() -> Self {
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
        let mut browser = Self {
            client: browser,
            has_axe: axe.is_some(),
            axe: axe.unwrap_or_default(),
            lang: "zh-CN",
            widths: vec![],
            seen: BTreeSet::new(),
            session: Session(format!("{driver}/session/{id}")),
            http: client(),
            _turn: turn,
        };
        browser.see_in(&[DESK, PHONE]).await;
        browser
    }

    /// What only Chromium knows.
    async fn chromium(&self, command: &str, params: Value) -> Value {
        let url = format!("{}/goog/cdp/execute", self.session.0);
        let body = json!({ "cmd": command, "params": params }).to_string();
        let request = self.http.post(url).body(body);
        let answer = request.send().await.unwrap().text().await.unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer["value"]["error"].is_null(), "{command}: {answer}");
        answer["value"].take()
    }

    /// A window of the first of these widths; every page is looked at in the others, too.
    pub async fn see_in(&mut self, widths: &[u32]) {
        self.widths = widths.to_vec();
        self.set_width(widths[0]).await;
    }

    async fn set_width(&self, width: u32) {
        let screen = json!({
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.chromium("Emulation.setDeviceMetricsOverride", screen)
            .await;
    }

    /// Without transitions: colours are what they are at once.
    async fn set_dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.chromium("Emulation.setEmulatedMedia", media).await;
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Checks the page that is shown.
    pub async fn look(&mut self, what: &str) {
        let problems = self.problems().await;
        assert!(
            problems.is_empty(),
            "{what} in {}: {problems:#?}",
            self.lang
        );
        let name = format!("{} {what}", self.lang).replace(['/', '?', '&', ':'], "_");
        let Ok(folder) = std::env::var("BEIAN_SCREENSHOTS") else {
            return;
        };
        if self.seen.insert(name.clone()) {
            let _ = std::fs::create_dir_all(&folder);
            for width in &self.widths {
                self.set_width(*width).await;
                for (dark, scheme) in [(true, "dark"), (false, "light")] {
                    self.set_dark(dark).await;
                    let picture = self.picture().await;
                    let file = format!("{folder}/{name} {width} {scheme}.png");
                    std::fs::write(file, picture).unwrap();
                }
            }
            self.set_width(self.widths[0]).await;
        }
    }

    /// The whole page, as PNG.
    async fn picture(&self) -> Vec<u8> {
        let how = json!({ "captureBeyondViewport": true });
        let picture = self.chromium("Page.captureScreenshot", how).await;
        decoded(picture["data"].as_str().unwrap())
    }

    /// What is wrong with the page that is shown, by both sets of rules, in every width.
    pub async fn problems(&self) -> Vec<String> {
        let own = self.client.execute(RULES, vec![json!(self.lang)]).await;
        let mut problems: Vec<String> = serde_json::from_value(own.unwrap()).unwrap();
        for width in &self.widths {
            self.set_width(*width).await;
            let wide = self.client.execute(TOO_WIDE, vec![json!(width)]).await;
            problems.extend(serde_json::from_value::<Vec<_>>(wide.unwrap()).unwrap());
            // Dark in one width alone: it changes nothing but colours.
            let schemes = [true, false].into_iter();
            for dark in schemes.filter(|dark| self.has_axe && (!dark || *width == self.widths[0])) {
                self.set_dark(dark).await;
                let at = if dark { "dark" } else { "light" };
                let found = self.by_axe().await;
                problems.extend(found.iter().map(|it| format!("{width} {at}: {it}")));
            }
        }
        self.set_width(self.widths[0]).await;
        problems
    }

    /// What axe-core finds.
    async fn by_axe(&self) -> Vec<String> {
        if self.script("return !window.axe;").await == true {
            self.script(&self.axe).await;
        }
        let found = self.client.execute_async(AXE, vec![]).await;
        serde_json::from_value(found.unwrap()).unwrap()
    }

    /// Does what leads to another page, and waits for that.
    async fn leaving(&self, go: impl AsyncFnOnce()) {
        self.script("window.left = true;").await;
        go().await;
        eventually("the page stays", async || {
            let arrived = "return !window.left && document.readyState === 'complete';";
            let arrived = self.client.execute(arrived, vec![]).await;
            arrived.is_ok_and(|arrived| arrived == true).then_some(())
        })
        .await;
    }

    pub async fn found(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(Duration::from_secs(20));
        let found = found.for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub async fn press(&self, css: &str) {
        let found = self.found(css).await;
        self.leaving(async || found.click().await.unwrap()).await;
    }

    /// A link or a button, by the words on it.
    pub async fn press_words(&self, words: &str) {
        let path = format!(
            "//*[self::a or self::button][normalize-space()=\"{words}\" and not(@aria-hidden)]"
        );
        let found = self.client.find(Locator::XPath(&path)).await;
        let found = found.unwrap_or_else(|error| panic!("{words}: {error}"));
        self.leaving(async || found.click().await.unwrap()).await;
    }

    pub async fn fill(&self, name: &str, text: &str) {
        let css = format!("input[name=\"{name}\"]");
        let field = self.client.find(Locator::Css(&css)).await;
        let field = field.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn choose(&self, name: &str, value: &str) {
        let css = format!("select[name=\"{name}\"]");
        let select = self.found(&css).await;
        select.select_by_value(value).await.unwrap();
    }

    pub async fn text(&self, css: &str) -> String {
        let found = self.client.find(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        found.text().await.unwrap()
    }

    pub async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for found in self.client.find_all(Locator::Css(css)).await.unwrap() {
            texts.push(found.text().await.unwrap());
        }
        texts
    }

    pub async fn number_of(&self, css: &str) -> usize {
        let found = self.client.find_all(Locator::Css(css)).await;
        found.unwrap().len()
    }

    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    // ---- the keyboard alone

    /// Types where the focus is.
    pub async fn keys(&self, keys: &str) {
        let at = self.client.active_element().await.unwrap();
        at.send_keys(keys).await.unwrap();
    }

    /// A key that leads to another page.
    pub async fn key_away(&self, key: Key) {
        self.leaving(async || self.keys(&key.to_string()).await)
            .await;
    }

    /// Tab, until this has the focus. Wherever it comes by, it is seen.
    pub async fn tab_to(&self, css: &str) {
        let here = format!("return document.activeElement.matches({});", json!(css));
        for _ in 0..200 {
            self.keys(&Key::Tab.to_string()).await;
            let problem = self.script(FOCUS).await;
            assert!(problem.is_null(), "{problem}");
            if self.script(&here).await == true {
                return;
            }
        }
        panic!("Tab doesn't lead to {css}");
    }
}

/// Base64, as pictures come in.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}
