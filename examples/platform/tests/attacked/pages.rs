//! P1, P2, P3 and P11: what pages behind links show, and customers' text on staff's pages.

use reqwest::Method;
use serde_json::json;

use crate::support::{ADMINISTRATOR, LEADER, Platform, id_of, initial, token_of};

/// A page as a browser asks for it.
async fn page(platform: &Platform, path: &str) -> (u16, String, String) {
    let request = platform.request(Method::GET, path, platform.token.as_deref());
    let answer = request.header("accept", "text/html").send().await.unwrap();
    let status = answer.status().as_u16();
    let referrer = answer.headers()["referrer-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    let cached = answer.headers()["cache-control"]
        .to_str()
        .unwrap()
        .to_owned();
    (
        status,
        answer.text().await.unwrap(),
        format!("{referrer} {cached}"),
    )
}

/// Without what is of one request alone: the token of its forms, and its own address.
fn alike(page: &str, token: &str) -> String {
    let mut lines = String::new();
    for line in page.replace(token, "TOKEN").lines() {
        if !line.contains("name=\"csrf\"") {
            lines.push_str(line);
        }
    }
    lines
}

/// Unknown, void, over, of the other kind: nobody learns which.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p1_pages_of_links_that_open_nothing_are_alike() {
    let platform = Platform::sandbox();
    let order = platform.submitted(&initial()).await;
    let id = id_of(&order);
    let (void, person) = (
        token_of(&order["link"]),
        token_of(&order["tracker"]["persons"][0]["link"]),
    );
    let renewed = platform.step(&id, "link").await.1;
    let good = token_of(&renewed["link"]);
    assert_eq!(page(&platform, &format!("/o/{good}")).await.0, 200);
    assert_eq!(page(&platform, &format!("/p/{person}")).await.0, 200);
    let unknown = "0".repeat(40);
    let (status, nothing, _) = page(&platform, &format!("/o/{unknown}")).await;
    assert_eq!(status, 404);
    for (path, token) in [
        ("/o/", &void),
        ("/o/", &person),
        ("/p/", &good),
        ("/p/", &unknown),
    ] {
        let (status, said, _) = page(&platform, &format!("{path}{token}")).await;
        let said = said.replace("/p/", "/o/");
        assert_eq!(status, 404, "{path}{token}");
        assert_eq!(
            alike(&said, token),
            alike(&nothing, &unknown),
            "{path}{token}"
        );
    }
    // A round takes its links with it when it ends.
    let timed_out = json!({ "kind": "regulator", "status": "timed_out" });
    assert_eq!(platform.report(&id, &timed_out).await.0, 200);
    assert_eq!(page(&platform, &format!("/p/{person}")).await.0, 404);
    assert_eq!(platform.step(&id, "resubmit").await.0, 200);
    assert_eq!(page(&platform, &format!("/p/{person}")).await.0, 404);
}

/// Whoever opens the page of a person learns nothing of the others but how many are waited for, and no other
/// site learns the address.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p2_attack_p3_a_persons_page_tells_of_nobody() {
    let platform = Platform::sandbox();
    let order = platform.submitted(&initial()).await;
    let regulator = format!("http://{}", platform.at_regulator().address);
    for person in order["tracker"]["persons"].as_array().unwrap() {
        let path = format!("/p/{}", token_of(&person["link"]));
        let (status, page, headers) = page(&platform, &path).await;
        assert_eq!(status, 200);
        assert_eq!(headers, "same-origin no-store");
        let (leader, administrator) = (LEADER.0, ADMINISTRATOR.0);
        let masked = ["199****0001", "199****0002"];
        let known = [
            leader,
            administrator,
            "张三",
            "示例公司",
            "示例站",
            "12345678",
            "87654321",
        ];
        for told in known.into_iter().chain(masked) {
            assert!(!page.contains(told), "{told}: {page}");
        }
        // What leads elsewhere is the regulator's alone, and bears no token.
        for link in page.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            let elsewhere = link.starts_with("http") && !link.starts_with(&regulator);
            assert!(!elsewhere, "{link}");
            assert!(!link.starts_with("http") || !link.contains(path.trim_start_matches("/p/")));
        }
    }
}

/// Markup, directions, what can't be seen, lines and formulas: text, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn attack_p11_customers_text_is_text_on_staffs_pages() {
    let platform = Platform::sandbox();
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</bdi></td></table><form action=//evil.example>",
        "\u{202e}gnp.exe\u{2066}x",
        "a\nINFO forged=true\r\nb",
        "=HYPERLINK(\"http://evil.example\")",
        "{{7*7}}${7*7}",
    ];
    let mut listed = 0;
    for text in hostile {
        let mut order = initial();
        order["entity"]["name"] = text.into();
        order["services"][0]["name"] = text.into();
        let (status, filed) = platform.post("/api/orders", &order).await;
        if status == 422 {
            continue;
        }
        assert_eq!(status, 201, "{filed}");
        listed += 1;
        let id = id_of(&filed);
        let reasons = json!({ "reasons": [{ "field": "entity.name", "text": text }] });
        let returned = platform
            .post(&format!("/api/orders/{id}/return"), &reasons)
            .await;
        assert!(matches!(returned.0, 200 | 422), "{}", returned.1);
        let own = format!("/o/{}", token_of(&filed["link"]));
        for path in [
            format!("/console/orders/{id}"),
            "/console?queue=all".to_owned(),
            own,
        ] {
            let (status, page, _) = page(&platform, &path).await;
            assert_eq!(status, 200, "{path}");
            for raw in [
                "<script",
                "<img",
                "<form action=//",
                "\u{202e}",
                "\u{2066}",
                "${49}",
            ] {
                assert!(!page.contains(raw), "{raw:?} of {text:?} at {path}");
            }
            assert!(!page.contains("</bdi></td></table><form"), "{path}");
        }
    }
    assert!(listed >= 4, "{listed}");
    // As long as it may be, and longer.
    let mut order = initial();
    order["entity"]["name"] = "长".repeat(200).into();
    let filed = platform.file(&order).await;
    let (status, page, _) = page(&platform, &format!("/console/orders/{}", id_of(&filed))).await;
    assert!(status == 200 && page.contains(&"长".repeat(200)));
    order["entity"]["name"] = "长".repeat(10_000).into();
    assert_eq!(platform.post("/api/orders", &order).await.0, 422);
    assert!(
        !platform.log().contains("forged=true"),
        "{}",
        platform.log()
    );
}
