//! Headless Chromium takes an order all its way, as a customer, staff and two persons do: the platform's pages, and
//! those of the regulator on board.
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

#[path = "../../web/tests/shared/browser.rs"]
mod browser;
mod support;

use std::ops::{Deref, DerefMut};

use browser::{Browser, DESK, PHONE};
use fantoccini::key::Key;
use support::{Persons, Platform, TOKEN, eventually, id_of, lines, shared::last_six};

/// Of a narrow phone.
const NARROW: u32 = 320;
const PASSPORTS: [&str; 2] = ["E12345678", "E87654321"];

/// A browser at a platform.
struct Visitor {
    browser: Browser,
    platform: Platform,
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
    Visitor {
        browser: Browser::start().await,
        platform: Platform::with(options),
    }
}

impl Visitor {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.lang == "en" { en } else { zh }
    }

    async fn open(&mut self, path: &str) {
        self.goto(&self.platform.host.url(path)).await;
    }

    async fn at_regulator(&mut self, path: &str) {
        let url = format!("http://{}{path}", self.platform.at_regulator().address);
        self.goto(&url).await;
    }

    async fn speak(&mut self, lang: &'static str) {
        self.lang = if lang == "zh" { "zh-CN" } else { lang };
        self.open(&format!("/?lang={lang}")).await;
        self.at_regulator(&format!("/?lang={lang}")).await;
    }

    async fn here(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    async fn press_t(&self, zh: &'static str, en: &'static str) {
        self.press_words(self.t(zh, en)).await;
    }

    /// A person of the form. No ID: what is kept stays.
    async fn fill_person(&self, path: &str, name: &str, mobile: &str, passport: Option<&str>) {
        self.fill(&format!("{path}.name"), name).await;
        self.fill(&format!("{path}.mobile"), mobile).await;
        if let Some(passport) = passport {
            let kind = format!("{path}.id_document.kind");
            self.choose(&kind, "passport").await;
            let number = format!("{path}.id_document.number");
            self.fill(&number, passport).await;
        }
    }

    // ---- staff

    /// Staff sign in, and open an order from its queue.
    async fn staff_open(&mut self, queue: &str, entity: &str) {
        self.open(&format!("/console?queue={queue}")).await;
        if self.number_of("input[name=token]").await == 1 {
            self.look("sign-in").await;
            self.fill("token", TOKEN).await;
            self.press("main form button").await;
            self.open(&format!("/console?queue={queue}")).await;
        }
        self.look(&format!("queue {queue}")).await;
        self.press_words(entity).await;
    }

    /// Whoever comes next isn't staff.
    async fn staff_leave(&self) {
        self.press("form[action=\"/console/sign-out\"] button")
            .await;
    }

    async fn accept(&mut self, entity: &str, what: &str) {
        self.staff_open("review", entity).await;
        self.look(&format!("order for staff, {what}")).await;
        self.press("form[action$=\"/accept\"] button").await;
        // The worker hands it in meanwhile.
        eventually("it isn't handed in", async || {
            self.client.refresh().await.unwrap();
            (self.number_of("#round").await == 1).then_some(())
        })
        .await;
        self.look(&format!("order for staff, verification {what}"))
            .await;
        self.staff_leave().await;
    }

    /// Staff return an order, on their own or the administration's behalf.
    async fn give_back(&mut self, queue: &str, entity: &str, link: &str, reason: (&str, &str)) {
        self.staff_open(queue, entity).await;
        self.press(&format!("a[href$=\"/{link}\"]")).await;
        // Nothing said is no reason.
        self.press("main form .button.solid").await;
        assert_eq!(self.number_of(".notice.bad[role=alert]").await, 1);
        let (path, words) = reason;
        self.fill(&format!("r.{path}"), words).await;
        self.look(&format!("reasons to {link}")).await;
        self.press("main form .button.solid").await;
        self.look(&format!("order for staff, after {link}")).await;
        self.staff_leave().await;
    }

    // ---- persons

    /// The page of a person, from the link that the customer hands on.
    async fn hand_on(&mut self, order: &str) -> Vec<String> {
        self.goto(order).await;
        self.look("order in verification").await;
        let links = self.texts(".handon code").await;
        assert_eq!(links.len(), 2, "{links:?}");
        links
    }

    async fn say(&mut self, zh: &'static str, en: &'static str) {
        self.press_t(zh, en).await;
        assert_eq!(self.number_of(".notice.good[role=status]").await, 1);
        self.look(&format!("person said {en}")).await;
    }

    /// The n-th code on a person's handset, oldest first, as it is read there.
    async fn code(&mut self, mobile: &str, n: usize) -> String {
        let path = format!("/handsets?mobile={mobile}");
        let code = eventually("no message on the handset", async || {
            self.at_regulator(&path).await;
            let mut codes = self.texts(".phone .code").await;
            codes.reverse();
            codes.get(n).cloned()
        });
        let code = code.await;
        self.look("handset").await;
        code
    }

    /// From the person's page to the regulator's, and back again.
    async fn verify(&mut self, link: &str, mobile: &str, n: usize, passport: &str) {
        let code = self.code(mobile, n).await;
        self.goto(link).await;
        self.press("a[href*=\"/regulator/verification\"]").await;
        self.fill("mobile", mobile).await;
        self.fill("code", &code).await;
        self.fill("last_six", last_six(passport)).await;
        self.press("main form button").await;
        assert_eq!(
            self.number_of(".notice.good").await,
            1,
            "{}",
            self.text("main").await
        );
        self.look("the regulator's answer").await;
        self.goto(link).await;
        self.say("已完成核验", "I have verified").await;
    }

    /// The customer's page, once it says so.
    async fn until(&mut self, order: &str, what: &str, zh: &'static str, en: &'static str) {
        eventually(en, async || {
            self.goto(order).await;
            let status = self.text("h1 .badge").await;
            (status == self.t(zh, en)).then_some(())
        })
        .await;
        self.look(&format!("order {what}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn an_order_goes_all_its_way() {
    let mut visitor = visitor(&["--console-token", TOKEN]).await;
    for (n, lang) in [(1, "zh"), (2, "en")] {
        visitor.see_in(&[DESK, PHONE]).await;
        visitor.speak(lang).await;
        goes_all_its_way(&mut visitor, &Persons::new(n)).await;
    }
}

async fn goes_all_its_way(v: &mut Visitor, persons: &Persons) {
    let before = v.t("示例科技有限公司", "Sample Ltd");
    let after = v.t("示例信息技术有限公司", "Sample Technology Ltd");
    find_out(v).await;
    let order = file(v, persons, before).await;
    return_and_accept(v, &order, before, after).await;
    everybody_verifies(v, persons, &order).await;
    refuse_and_approve(v, persons, &order, after).await;
}

/// A customer finds out which filing it is.
async fn find_out(v: &mut Visitor) {
    v.open("/").await;
    v.look("start").await;
    for question in ["entity", "service", "here"] {
        v.script(&format!(
            "document.getElementById('{question}-no').click();"
        ))
        .await;
    }
    v.press("main form button").await;
    v.look("start answered").await;
    v.press(".notice a.button").await;
    v.look("form").await;
}

/// A customer makes three mistakes: no province, a number too short, an ID that is none. Gives the order's page.
async fn file(v: &mut Visitor, persons: &Persons, entity: &str) -> String {
    let [leader, administrator] = &persons.0;
    v.fill("entity.name", entity).await;
    let admin = "services[0].administrator";
    v.fill_person("entity.leader", "张三", &leader[..10], Some(PASSPORTS[0]))
        .await;
    v.fill("services[0].name", "示例站").await;
    v.fill_person(admin, "李四", administrator, Some("!")).await;
    v.press("p.actions button").await;
    assert_eq!(v.number_of(".notice.bad[role=alert] li").await, 3);
    v.look("form with three mistakes").await;
    for problem in 0..3 {
        let links = v
            .client
            .find_all(fantoccini::Locator::Css(".notice.bad li a"));
        links.await.unwrap()[problem].clone().click().await.unwrap();
        let there = "return document.activeElement.getAttribute('aria-invalid');";
        assert_eq!(v.script(there).await, "true", "{problem}");
    }
    v.choose("province", "beijing").await;
    v.fill("entity.leader.mobile", leader).await;
    v.fill(&format!("{admin}.id_document.number"), PASSPORTS[1])
        .await;
    v.press("p.actions button").await;
    v.look("order in review").await;
    let order = v.here().await;
    assert!(order.contains("/o/"), "{order}");
    order
}

/// Staff return it; the customer reads why where it belongs.
async fn return_and_accept(v: &mut Visitor, order: &str, before: &str, after: &str) {
    let name = (
        "entity.name",
        v.t("名称与营业执照不符", "Not as on the licence"),
    );
    v.give_back("review", before, "return", name).await;
    v.until(order, "returned by staff", "已退回", "Returned")
        .await;
    v.press("a.button[href$=\"/change\"]").await;
    v.look("changing what was returned").await;
    let at_field = v.script(
        "const field = document.querySelector('input[name=\"entity.name\"]');
        return field.getAttribute('aria-describedby').split(' ')
            .map((id) => document.getElementById(id).textContent).join(' ');",
    );
    let at_field = at_field.await.as_str().unwrap().to_owned();
    assert!(at_field.contains(name.1), "{at_field}");
    v.fill("entity.name", after).await;
    v.press("p.actions button").await;
    v.look("order changed").await;
    v.accept(after, "first").await;
}

/// Both persons do, on their phones; one of them needs a second text.
async fn everybody_verifies(v: &mut Visitor, persons: &Persons, order: &str) {
    let [leader, administrator] = &persons.0;
    v.see_in(&[PHONE, NARROW, DESK]).await;
    let links = v.hand_on(order).await;
    v.goto(&links[0]).await;
    v.look("person waits").await;
    v.code(leader, 0).await;
    v.platform.advance(11 * 60).await;
    v.goto(&links[0]).await;
    v.look("person waits longer").await;
    v.say("没有收到短信", "Nothing has come").await;
    v.press("a[href*=\"/regulator/resend\"]").await;
    v.look("resend").await;
    v.fill("mobile", leader).await;
    v.fill("last_six", last_six(PASSPORTS[0])).await;
    v.press("main form button").await;
    assert_eq!(v.number_of(".notice.good").await, 1);
    v.look("resend answered").await;
    v.goto(&links[0]).await;
    v.say("已申请重发", "I asked for a resend").await;
    v.verify(&links[0], leader, 1, PASSPORTS[0]).await;
    v.goto(&links[1]).await;
    v.say("短信已收到", "The text has come").await;
    v.verify(&links[1], administrator, 0, PASSPORTS[1]).await;
    v.see_in(&[DESK, PHONE]).await;
    v.goto(order).await;
    v.look("order verified by their words").await;

    // The platform looks at the regulator's status.
    v.platform.advance(3600).await;
    v.until(
        order,
        "with the administration",
        "管局审核中",
        "Administration review",
    )
    .await;
    v.see_in(&[PHONE, NARROW, DESK]).await;
    v.goto(&links[0]).await;
    v.look("person is through").await;
    v.see_in(&[DESK, PHONE]).await;
}

/// The administration refuses, the customer mends it, and everybody verifies again.
async fn refuse_and_approve(v: &mut Visitor, persons: &Persons, order: &str, entity: &str) {
    let [leader, administrator] = &persons.0;
    let service = ("services[0].name", v.t("服务名称不规范", "No proper name"));
    v.give_back("administration", entity, "refuse", service)
        .await;
    v.until(order, "refused", "已退回", "Returned").await;
    v.press("a.button[href$=\"/change\"]").await;
    v.look("changing what was refused").await;
    v.fill("services[0].name", "示例官网").await;
    v.press("p.actions button").await;
    v.accept(entity, "second").await;
    let links = v.hand_on(order).await;
    v.see_in(&[PHONE, NARROW, DESK]).await;
    v.verify(&links[0], leader, 2, PASSPORTS[0]).await;
    v.verify(&links[1], administrator, 1, PASSPORTS[1]).await;
    v.see_in(&[DESK, PHONE]).await;
    v.platform.advance(3600).await;
    v.staff_open("administration", entity).await;
    v.look("order for staff, with the administration").await;
    v.press("form[action$=\"/approve\"] button").await;
    v.look("order for staff, approved").await;
    v.open("/handsets").await;
    v.look("reminders").await;
    v.open("/console/sign-ins").await;
    v.look("sign-ins").await;
    v.staff_leave().await;
    v.until(order, "approved", "审核通过", "Approved").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn the_keyboard_is_enough() {
    let mut v = visitor(&[]).await;
    v.see_in(&[PHONE, DESK]).await;
    v.speak("en").await;
    v.open("/").await;
    for question in ["entity", "service", "here"] {
        // The last of the group, from below: a group of radio buttons is one stop.
        v.tab_to(&format!("input[name={question}]")).await;
        v.keys(&format!("{}{}", Key::Down, Key::Space)).await;
        let chosen = format!("return document.querySelector('#{question}-no').checked;");
        assert_eq!(v.script(&chosen).await, true, "{question}");
    }
    v.tab_to("main form button").await;
    v.key_away(Key::Enter).await;
    v.tab_to(".notice a.button").await;
    v.key_away(Key::Enter).await;

    let persons = Persons::new(7);
    let names = ["张三", "李四"];
    let people = ["entity.leader", "services[0].administrator"];
    v.tab_to("input[name=\"entity.name\"]").await;
    v.keys("示例公司").await;
    v.tab_to("select[name=province]").await;
    v.keys(&Key::Down.to_string()).await;
    for (n, path) in people.iter().enumerate() {
        if n == 1 {
            v.tab_to("input[name=\"services[0].name\"]").await;
            v.keys("示例站").await;
        }
        v.tab_to(&format!("input[name=\"{path}.name\"]")).await;
        v.keys(names[n]).await;
        v.tab_to(&format!("input[name=\"{path}.mobile\"]")).await;
        v.keys(&persons.0[n]).await;
        let kind = format!("select[name=\"{path}.id_document.kind\"]");
        v.tab_to(&kind).await;
        for _ in 0..10 {
            let chosen = format!("return document.querySelector('{kind}').value;");
            if v.script(&chosen).await == "passport" {
                break;
            }
            v.keys(&Key::Down.to_string()).await;
        }
        v.tab_to(&format!("input[name=\"{path}.id_document.number\"]"))
            .await;
        v.keys(PASSPORTS[n]).await;
    }
    v.key_away(Key::Enter).await;
    let order = v.here().await;
    assert!(order.contains("/o/"), "{}", v.text("main").await);

    let (_, orders) = v.platform.get("/api/orders").await;
    let id = id_of(&orders["items"][0]);
    v.platform.accept(&id).await;
    v.platform.until(&id, "sms_verification").await;
    let links = v.hand_on(&order).await;
    v.goto(&links[0]).await;
    for (word, key) in [("nothing", Key::Enter), ("received", Key::Space)] {
        v.tab_to(&format!("form[action$=\"/{word}\"] button")).await;
        v.key_away(key).await;
        let last = format!("form[action$=\"/{word}\"] button[aria-current]");
        assert_eq!(v.number_of(&last).await, 1, "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn what_goes_wrong_is_told() {
    let mut v = visitor(&[]).await;
    for (n, lang) in [(3, "zh"), (4, "en")] {
        v.see_in(&[DESK, PHONE]).await;
        v.speak(lang).await;
        for path in [
            "/?entity=yes&service=no&here=no",
            "/?entity=yes&service=no&here=no&left=no",
            "/?entity=no&service=yes&here=no",
            "/orders/new",
            "/orders/new?type=modify",
            "/handsets",
            "/o/unknown",
            "/console",
        ] {
            v.open(path).await;
            v.look(path).await;
        }
        v.open("/orders/new?type=add_access").await;
        v.press("p.actions button").await;
        v.look("nothing filled in").await;

        // Nobody verifies in time.
        let order = v
            .platform
            .submitted(&Persons::new(n).order("initial"))
            .await;
        let customer = order["link"].as_str().unwrap().to_owned();
        let links = v.hand_on(&customer).await;
        v.platform.advance(25 * 3600).await;
        v.until(&customer, "out of time", "已退回", "Returned")
            .await;
        v.open("/handsets").await;
        v.look("reminders of what is late").await;
        v.see_in(&[PHONE, NARROW, DESK]).await;
        v.goto(&links[0]).await;
        v.look("person, when it is over").await;
        v.see_in(&[DESK, PHONE]).await;
        v.goto(&format!("{customer}/withdraw")).await;
        v.look("withdrawing").await;
        v.press(".button.danger.solid").await;
        v.look("order withdrawn").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser: BEIAN_CHROMEDRIVER"]
async fn an_order_waits_for_its_regulator() {
    // Nobody listens there, so that staff say what they see.
    let mut v = visitor(&["--regulator", "http://127.0.0.1:9"]).await;
    for (n, lang) in [(5, "zh"), (6, "en")] {
        v.lang = if lang == "zh" { "zh-CN" } else { lang };
        v.open(&format!("/?lang={lang}")).await;
        let order = v.platform.file(&Persons::new(n).order("initial")).await;
        let (id, customer) = (id_of(&order), order["link"].as_str().unwrap().to_owned());
        v.platform.accept(&id).await;
        eventually("it isn't tried", async || {
            let order = v.platform.order(&id).await;
            (lines(&order, "unanswered") > 0).then_some(())
        })
        .await;
        v.goto(&customer).await;
        v.look("order waits").await;
        v.open(&format!("/console/orders/{id}")).await;
        v.look("order for staff, waits").await;
        v.press("button[name=status][value=waiting]").await;
        let links = v.hand_on(&customer).await;
        v.platform.advance(25 * 3600).await;
        v.goto(&customer).await;
        v.look("order overdue").await;
        v.open(&format!("/console/orders/{id}")).await;
        v.look("order for staff, overdue").await;
        v.open("/console?queue=overdue").await;
        v.look("queue overdue").await;
        v.see_in(&[PHONE, NARROW, DESK]).await;
        v.goto(&links[0]).await;
        v.look("person is late").await;
        v.see_in(&[DESK, PHONE]).await;
    }
}
