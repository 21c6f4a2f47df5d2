//! The program itself: its first line, its exit codes, its key file, and that it survives being killed.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{ADMINISTRATOR, Folder, Started, add_service, code_in, output};

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let folder = Folder::new();
    std::fs::write(folder.path("open.key"), "code 1 00\n").unwrap();
    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(folder.path("open.key"), mode).unwrap();
    std::fs::write(folder.path("bad.key"), "code one 00\n").unwrap();
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(folder.path("bad.key"), mode).unwrap();
    for arguments in [
        &["--nonsense"][..],
        &["--listen", "nowhere"],
        &["--listen", "0.0.0.0:0"],
        &["--database", "mysql://x"],
        &["--database", "sqlite:/no/such/folder/x.db"],
        &["--database", "postgres://portal:sesame@127.0.0.1:1/x"],
        &["--sms", "pigeon"],
        &["--sms", "webhook:ftp://example.com"],
        &["--sms-delay", "soon"],
        &["--proxy-header", "via"],
        &["--public-address", "portal.example.com"],
        &["--trusted-proxy", "10.0.0"],
        &["--console-token", "short"],
        &["--key-file", "open.key"],
        &["--key-file", "bad.key"],
        &["--key-file", "/no/such/folder/x.key"],
    ] {
        let output = output(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        assert!(
            !error.contains("sesame") && !error.contains("short"),
            "{error}"
        );
        assert!(output.stdout.is_empty());
        if arguments.contains(&"via") {
            assert!(error.contains("expected one of x-forwarded-for, forwarded"));
        }
    }
    let help = output(&folder, &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let help = String::from_utf8(help.stdout).unwrap();
    for option in [
        "--listen",
        "--database",
        "--sms",
        "--sms-delay",
        "--key-file",
        "--console-token",
    ] {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn the_key_file_is_made_once_and_for_its_owner_alone() {
    let folder = Folder::new();
    drop(Started::new(&folder, Stdio::null(), &[]));
    let key = folder.path("portal.key");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let first = std::fs::read(&key).unwrap();
    drop(Started::new(&folder, Stdio::null(), &[]));
    assert_eq!(std::fs::read(&key).unwrap(), first);
    let names: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(names.iter().all(|name| {
        !Path::new(name)
            .display()
            .to_string()
            .starts_with("portal.key.")
    }));
}

#[test]
fn a_lost_key_is_said_at_the_start() {
    let folder = Folder::new();
    drop(Started::new(&folder, Stdio::null(), &[]));
    let key = folder.path("portal.key");
    let first = std::fs::read_to_string(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    // Another one is made, under the same number.
    let refused = output(&folder, &["--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2));
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("--key-file: lacks the key"), "{text}");
    // With the old one it goes on, also beside a newer one, which then is the one that must not be lost.
    let rotated = format!("{first}code 2 {}\n", "5a".repeat(32));
    std::fs::write(&key, &rotated).unwrap();
    drop(Started::new(&folder, Stdio::null(), &[]));
    std::fs::write(&key, &first).unwrap();
    assert_eq!(
        output(&folder, &["--listen", "127.0.0.1:0"]).status.code(),
        Some(2)
    );
}

#[test]
fn it_stops_in_time() {
    let folder = Folder::new();
    let mut started = Started::new(&folder, Stdio::null(), &[]);
    // Somebody who never finishes a request.
    let address = started.url.strip_prefix("http://").unwrap();
    let mut slow = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(
        &mut slow,
        b"POST /api/orders HTTP/1.1\r\nhost: localhost\r\n",
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    assert!(started.stop().success());
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn nobody_holds_a_connection_open_by_sending_slowly() {
    let folder = Folder::new();
    let started = Started::new(&folder, Stdio::null(), &[]);
    let address = started.url.strip_prefix("http://").unwrap();
    let body = "host: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let half = [
        ("GET / HTTP/1.1\r\nhost: local".to_owned(), ""),
        (format!("POST /api/verifications HTTP/1.1\r\n{body}"), "503"),
        (format!("POST /nowhere HTTP/1.1\r\n{body}"), "404"),
        (
            "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(),
            "200",
        ),
    ];
    let slow = half.map(|(half, status)| {
        let mut slow = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut slow, half.as_bytes()).unwrap();
        slow.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        (slow, status)
    });
    for (mut slow, status) in slow {
        let mut answer = Vec::new();
        // Else it is still open.
        std::io::Read::read_to_end(&mut slow, &mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let answered = answer.strip_prefix("HTTP/1.1 ").unwrap_or_default();
        assert_eq!(answered.get(..status.len()), Some(status), "{answer}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    let folder = Folder::new();
    let client = reqwest::Client::new();
    let post = async |started: &Started, path: &str, body: Value| -> Value {
        let request = client.post(format!("{}{path}", started.url));
        let request = request.header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    };
    let started = Started::new(&folder, Stdio::null(), &["--sms-delay", "0s"]);
    let order = post(&started, "/api/orders", add_service()).await;
    let id = order["id"].as_str().unwrap().to_owned();
    let order = post(&started, &format!("/api/orders/{id}/submit"), json!({})).await;
    assert_eq!(order["status"], "sms_verification");
    drop(started); // SIGKILL

    // The key has been rotated meanwhile; the old one stays known.
    let key = folder.path("portal.key");
    let mut text = std::fs::read_to_string(&key).unwrap();
    text += "code 2 ";
    text += &"5a".repeat(32);
    std::fs::write(&key, text).unwrap();
    let started = Started::new(&folder, Stdio::null(), &["--sms-delay", "0s"]);
    // A lease that the killed one held is over in a minute.
    post(&started, "/sandbox/clock", json!({ "advance_seconds": 61 })).await;
    let get = async |path: String| -> Value {
        let response = client
            .get(format!("{}{path}", started.url))
            .send()
            .await
            .unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    };
    let messages = get(format!("/sandbox/messages?mobile={}", ADMINISTRATOR.0)).await;
    let messages = messages.as_array().unwrap();
    assert_eq!(messages.len(), 1);
    let code = code_in(messages[0]["text"].as_str().unwrap());
    let entry = json!({ "mobile": ADMINISTRATOR.0, "code": code, "id_last6": ADMINISTRATOR.1 });
    let answer = post(&started, "/api/verifications", entry).await;
    assert_eq!(answer["result"], "all_verified");
    assert_eq!(
        get(format!("/api/orders/{id}")).await["status"],
        "administration_review"
    );
}
