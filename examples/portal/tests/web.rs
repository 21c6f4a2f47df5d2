//! The pages, by their forms: what a browser without JavaScript does.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::collections::BTreeMap;

use reqwest::{Client, Method, redirect};
use support::{ADMINISTRATOR, LEADER, Server};

const SAMPLE: &str = "/console/orders/new?type=initial&sample=1";
const VERIFICATION: &str = "/regulator/verification";
const NOT_FOUND: &str = "该条验证库里找不到记录或已完成验证";

/// Keeps cookies, follows no redirect.
struct Browser<'a> {
    server: &'a Server,
    client: Client,
    cookies: BTreeMap<String, String>,
}

/// What came back.
struct Page {
    status: u16,
    location: String,
    html: String,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            server,
            client: client.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        form: Option<&[(String, String)]>,
    ) -> Page {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let request = self.client.request(method, self.server.url(path));
        let request = request
            .header("accept", "text/html")
            .header("cookie", cookies.join("; "));
        let request = match form {
            Some(form) => request.form(form),
            None => request,
        };
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(attributes.contains("SameSite="), "{cookie}");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get("location");
        Page {
            status: response.status().as_u16(),
            location: location.map_or("", |to| to.to_str().unwrap()).to_owned(),
            html: response.text().await.unwrap(),
        }
    }

    async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None).await
    }

    async fn post(&mut self, path: &str, form: &[(String, String)]) -> Page {
        self.send(Method::POST, path, Some(form)).await
    }

    /// Presses a button of a page that holds nothing but it.
    async fn press(&mut self, page: &Page, path: &str) -> Page {
        let form = [("csrf".to_owned(), page.csrf())];
        self.post(path, &form).await
    }

    async fn enter(&mut self, mobile: &str, code: &str, last_six: &str) -> Page {
        let mut form = self.get(VERIFICATION).await.fields();
        set(&mut form, "mobile", mobile);
        set(&mut form, "code", code);
        set(&mut form, "last_six", last_six);
        self.post(VERIFICATION, &form).await
    }
}

impl Page {
    /// Every field of the page's one form, as it stands.
    fn fields(&self) -> Vec<(String, String)> {
        let form = self.html.split("<main").nth(1).unwrap();
        let mut fields = Vec::new();
        for tag in form.split('<') {
            let name = attribute(tag, "name");
            if tag.starts_with("input") {
                let chosen = !tag.contains("type=\"radio\"") && !tag.contains("type=\"checkbox\"");
                if chosen || tag.contains(" checked") {
                    fields.push((name, attribute(tag, "value")));
                }
            } else if tag.starts_with("select") {
                fields.push((name, String::new()));
            } else if tag.starts_with("option") && tag.contains(" selected") {
                fields.last_mut().unwrap().1 = attribute(tag, "value");
            }
        }
        fields
    }

    fn csrf(&self) -> String {
        let tags = self.html.split('<');
        let mut tags = tags.filter(|tag| attribute(tag, "name") == "csrf");
        attribute(tags.next_back().unwrap(), "value")
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!(" {name}=\"");
    let rest = tag.split_once(&start).map_or("", |(_, rest)| rest);
    let value = rest.split('"').next().unwrap_or_default();
    value.replace("&#38;", "&").replace("&#34;", "\"")
}

fn set(form: &mut Vec<(String, String)>, name: &str, value: &str) {
    match form.iter_mut().find(|(known, _)| known == name) {
        Some(field) => value.clone_into(&mut field.1),
        None => form.push((name.to_owned(), value.to_owned())),
    }
}

/// An order of the sample data, filed and submitted; its address.
async fn submitted(browser: &mut Browser<'_>) -> String {
    let mut form = browser.get(SAMPLE).await.fields();
    set(&mut form, "action", "file");
    let order = browser.post("/console/orders", &form).await.location;
    let page = browser.get(&order).await;
    let done = browser.press(&page, &format!("{order}/submit")).await;
    assert_eq!((done.status, &done.location), (303, &order));
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_from_the_form_to_the_administration() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let mut browser = Browser::new(&server);
    let order = submitted(&mut browser).await;

    let code = server.code(LEADER.0, 0).await;
    assert!(browser.get("/handsets").await.html.contains(&code));
    let page = browser.enter(LEADER.0, &code, LEADER.1).await;
    assert!(
        page.html
            .contains("您的短信核验完成，请等待其他核验人进行短信核验")
    );
    let code = server.code(ADMINISTRATOR.0, 0).await;
    let page = browser.enter(ADMINISTRATOR.0, &code, ADMINISTRATOR.1).await;
    assert!(
        page.html
            .contains("尊敬的ICP用户：您的短信核验已全部完成，该请求将提交管局审核")
    );

    let page = browser.get(&order).await;
    assert!(page.html.contains("管局审核中") && page.html.contains("199****0001"));
    assert!(!page.html.contains(LEADER.0) && !page.html.contains(&code));
    let page = browser.get("/console?status=administration_review").await;
    assert!(page.html.contains(&order));
    let page = browser.get("/console?status=returned").await;
    assert!(!page.html.contains(&order));
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_stand_beside_their_fields_and_what_was_typed_stays() {
    let server = Server::sandbox().await;
    let mut browser = Browser::new(&server);
    let mut form = browser.get(SAMPLE).await.fields();
    set(
        &mut form,
        "services[0].administrator.mobile",
        "400 800 1234",
    );
    set(&mut form, "action", "file");
    let page = browser.post("/console/orders", &form).await;
    assert_eq!(page.status, 422);
    assert!(
        page.html
            .contains("href=\"#services-0-administrator-mobile\"")
    );
    let input = page
        .html
        .split("<input")
        .find(|tag| tag.contains("id=\"services-0-administrator-mobile\""));
    let input = input.unwrap();
    assert!(input.contains("value=\"400 800 1234\"") && input.contains("aria-invalid=\"true\""));
    assert_eq!(page.html.matches("aria-invalid").count(), 1);

    // The same form again, with a service more, and then without the first.
    let mut form = page.fields();
    set(&mut form, "action", "add");
    let page = browser.post("/console/orders", &form).await;
    assert!(page.html.contains("services[1].name") && page.html.contains("400 800 1234"));
    let mut form = page.fields();
    set(&mut form, "services[1].name", "第二个");
    set(&mut form, "action", "remove:0");
    let page = browser.post("/console/orders", &form).await;
    assert!(!page.html.contains("services[1].name") && page.html.contains("第二个"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_taken_from_its_own_visitor_only() {
    let server = Server::sandbox().await;
    let (mut browser, mut other) = (Browser::new(&server), Browser::new(&server));
    let mut form = browser.get(SAMPLE).await.fields();
    set(&mut form, "action", "file");
    other.get("/").await;
    assert_eq!(other.post("/console/orders", &form).await.status, 403);
    let without: Vec<_> = form
        .iter()
        .filter(|(name, _)| name != "csrf")
        .cloned()
        .collect();
    assert_eq!(browser.post("/console/orders", &without).await.status, 403);
    assert_eq!(
        server.get("/api/orders").await.1["items"],
        serde_json::json!([])
    );
    assert_eq!(browser.post("/console/orders", &form).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_reads_the_same_and_a_form_sent_twice_is_one_entry() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let mut browser = Browser::new(&server);
    let order = submitted(&mut browser).await;
    let code = server.code(LEADER.0, 0).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };

    let mut form = browser.get(VERIFICATION).await.fields();
    set(&mut form, "mobile", LEADER.0);
    set(&mut form, "code", wrong);
    set(&mut form, "last_six", LEADER.1);
    for _ in 0..2 {
        assert!(
            browser
                .post(VERIFICATION, &form)
                .await
                .html
                .contains(NOT_FOUND)
        );
    }
    let id = order.rsplit('/').next().unwrap();
    assert_eq!(
        server.order(id).await["recipients"][0]["wrong_entries_left"],
        4
    );
    // An old page with another content is another entry.
    set(&mut form, "code", &code);
    assert!(
        browser
            .post(VERIFICATION, &form)
            .await
            .html
            .contains("请等待其他核验人")
    );

    for (mobile, last_six) in [("19912345678", LEADER.1), (ADMINISTRATOR.0, LEADER.1)] {
        let page = browser.enter(mobile, &code, last_six).await;
        assert_eq!(page.status, 200);
        assert!(page.html.contains(NOT_FOUND) && !page.html.contains(&code));
    }
    let page = browser.enter("1990000", "12", "34").await;
    assert_eq!(
        (page.status, page.html.matches("aria-invalid").count()),
        (422, 3)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_needs_no_code() {
    let server = Server::with(&["--sms-delay", "0s"]).await;
    let mut browser = Browser::new(&server);
    submitted(&mut browser).await;
    server.code(LEADER.0, 0).await;
    server.advance(60).await;
    for text in ["您的短信已发送成功。", "操作过于频繁"] {
        let mut form = browser.get("/regulator/resend").await.fields();
        assert!(form.iter().all(|(name, _)| name != "code"));
        set(&mut form, "mobile", LEADER.0);
        set(&mut form, "last_six", LEADER.1);
        let page = browser.post("/regulator/resend", &form).await;
        assert!(page.html.contains(text), "{}", page.html);
    }
    server.code(LEADER.0, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_withdrawn_in_two_steps() {
    let server = Server::sandbox().await;
    let mut browser = Browser::new(&server);
    let order = submitted(&mut browser).await;
    let withdraw = format!("{order}/withdraw");
    let page = browser.get(&withdraw).await;
    assert!(page.html.contains("确定撤回"));
    assert_eq!(browser.press(&page, &withdraw).await.location, order);
    let page = browser.get(&order).await;
    assert!(page.html.contains("已撤回") && !page.html.contains(&withdraw));
    // A step that isn't possible any more is answered with the reason.
    let form = browser.get(VERIFICATION).await;
    let page = browser.press(&form, &format!("{order}/submit")).await;
    assert_eq!(page.status, 409);
    assert!(page.html.contains("role=\"alert\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_asks_for_its_token_once() {
    let token = "a token of some length";
    let token = token.replace(' ', "-");
    let server = Server::with(&["--console-token", &token]).await;
    let mut browser = Browser::new(&server);
    for path in ["/console", "/console/orders/new", "/console/orders/0"] {
        assert_eq!(browser.get(path).await.location, "/console/sign-in");
    }
    assert_eq!(browser.get(VERIFICATION).await.status, 200);

    let mut form = browser.get("/console/sign-in").await.fields();
    set(&mut form, "token", "another one");
    let page = browser.post("/console/sign-in", &form).await;
    assert_eq!(page.status, 422);
    assert!(!page.html.contains("another one"));
    set(&mut form, "token", &token);
    assert_eq!(
        browser.post("/console/sign-in", &form).await.location,
        "/console"
    );

    let page = browser.get("/console").await;
    assert_eq!(page.status, 200);
    let cookie = browser.cookies["portal_console"].clone();
    browser.press(&page, "/console/sign-out").await;
    assert_eq!(browser.get("/console").await.location, "/console/sign-in");
    // Not only forgotten by the browser: who has copied the cookie is out too.
    browser.cookies.insert("portal_console".to_owned(), cookie);
    assert_eq!(browser.get("/console").await.location, "/console/sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn english_is_one_click_away_and_stays() {
    let server = Server::sandbox().await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/handsets?mobile=19900000001").await;
    assert!(page.html.contains("<html lang=\"zh-CN\">"));
    assert!(
        page.html
            .contains("href=\"/handsets?mobile=19900000001&#38;lang=en\"")
    );
    browser.get("/?lang=en").await;
    for path in [
        "/",
        "/console",
        "/console/orders/new",
        VERIFICATION,
        "/regulator/resend",
        "/handsets",
        "/nowhere",
    ] {
        let page = browser.get(path).await;
        assert!(page.html.contains("<html lang=\"en\">"), "{path}");
    }
    assert!(
        browser
            .get("/?lang=zh")
            .await
            .html
            .contains("<html lang=\"zh-CN\">")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_a_sign_in() {
    let token = "a-token-of-the-console";
    let server = Server::with(&["--console-token", token]).await;
    let mut browser = Browser::new(&server);
    let sign_in = async |browser: &mut Browser<'_>, page: &Page, token: &str| {
        let mut form = page.fields();
        set(&mut form, "token", token);
        browser.post("/console/sign-in", &form).await
    };
    let page = browser.get("/console/sign-in").await;
    sign_in(&mut browser, &page, token).await;

    let mut form = browser.get(SAMPLE).await.fields();
    set(&mut form, "entity.name", "保留的主体");
    // Somebody else ends it, as the end of its time would.
    let mut other = Browser::new(&server);
    let page = other.get("/console/sign-in").await;
    sign_in(&mut other, &page, token).await;
    let page = other.get("/console/sign-ins").await;
    let end = page.html.split("action=\"").find_map(|rest| {
        let action = rest.split('"').next()?;
        action.ends_with("/end").then(|| action.to_owned())
    });
    other.press(&page, &end.unwrap()).await;

    let page = browser.post("/console/orders", &form).await;
    assert_eq!(page.status, 401);
    let page = sign_in(&mut browser, &page, "another-token-than-it").await;
    assert_eq!(page.status, 422);
    let page = sign_in(&mut browser, &page, token).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("action=\"/console/orders\""));
    assert!(
        browser
            .get("/console")
            .await
            .html
            .contains("还没有备案订单")
    );
    let page = browser.post("/console/orders", &page.fields()).await;
    assert!(
        page.location.starts_with("/console/orders/"),
        "{}",
        page.html
    );
    let order = browser.get(&page.location).await;
    assert!(order.html.contains("保留的主体"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_to_the_console_only() {
    let token = "a-token-of-the-console";
    let server = Server::with(&["--console-token", token]).await;
    let mut browser = Browser::new(&server);
    for to in [
        "https://example.org/",
        "//example.org/console/",
        "/regulator/verification",
    ] {
        let mut form = browser.get("/console/sign-in").await.fields();
        set(&mut form, "token", token);
        form.push(("to".to_owned(), to.to_owned()));
        let page = browser.post("/console/sign-in", &form).await;
        assert_eq!((page.status, &*page.location), (303, "/console"), "{to}");
        browser.cookies.remove("portal_console");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_get_errors_as_pages_and_programs_as_problems() {
    let server = Server::sandbox().await;
    let mut browser = Browser::new(&server);
    for (path, status) in [
        ("/nowhere", 404),
        ("/console/orders/0", 404),
        ("/console/orders/new?type=nothing", 404),
        ("/console?status=nothing", 404),
        ("/console?status=returned&status=withdrawn", 400),
        ("/handsets?mobile=1", 422),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.html.contains("</html>"), "{path}: {}", page.html);
    }
    let page = browser.get("//example.org/").await;
    assert!(page.html.contains("href=\"/example.org/?lang=en\""));
    let (status, problem) = server.get("/nowhere").await;
    assert_eq!((status, &problem["code"]), (404, &"not_found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn handsets_are_in_the_sandbox_only() {
    let server = Server::with(&["--sms", "webhook:http://127.0.0.1:9/"]).await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/handsets").await.status, 404);
    assert!(!browser.get("/").await.html.contains("/handsets"));
    let form = [("by".to_owned(), "24h".to_owned())];
    assert_eq!(browser.post("/handsets/clock", &form).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_too_many_forms_is_told_how_long_to_wait() {
    let options = ["--sms", "webhook:http://127.0.0.1:9/", "--rate-number", "1"];
    let server = Server::with(&options).await;
    let mut browser = Browser::new(&server);
    assert!(
        browser
            .enter(LEADER.0, "012345", LEADER.1)
            .await
            .html
            .contains(NOT_FOUND)
    );
    let page = browser.enter(LEADER.0, "012345", LEADER.1).await;
    assert_eq!(page.status, 429);
    assert!(page.html.contains("秒后重试"));
    assert_eq!(
        browser
            .enter(ADMINISTRATOR.0, "012345", LEADER.1)
            .await
            .status,
        200
    );
}
