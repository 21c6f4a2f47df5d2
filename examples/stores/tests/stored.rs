//! What stands in the tables, as rows in a file: what is written today must be readable for ever.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod support;

use std::{fmt::Write as _, fs, path::Path};

use beian::{SessionId, host::SessionStore as _};
use support::{
    Database as _, Sqlite, accepted, erased, minutes, opened, rows, run, start, withdrawn,
};

const ORDER: [u8; 12] = *b"order number";

/// The tables of version 1, with their columns and what makes a literal of each.
const TABLES: [(&str, &str); 3] = [
    (
        "beian_session",
        "id version status snapshot wake_at due_at leased_until in_vain ended_at erased",
    ),
    ("beian_session_number", "mobile session"),
    ("beian_session_event", "session version events"),
];

/// Statements that put the same rows into empty tables.
async fn dump(store: &beian_sqlx::SqliteStore) -> String {
    let mut all = String::new();
    for (table, columns) in TABLES {
        let columns: Vec<_> = columns.split(' ').collect();
        let literals: Vec<_> = columns.iter().map(|it| format!("quote({it})")).collect();
        let literals = literals.join(" || ', ' || ");
        let sql = format!("select {literals} from {table} order by 1");
        for row in rows::<Sqlite>(store, &sql).await {
            let columns = columns.join(", ");
            writeln!(all, "insert into {table} ({columns}) values ({row});").unwrap();
        }
    }
    all
}

/// Whether a release of the repository has the file.
fn is_released(file: &str) -> bool {
    let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/released");
    let folders = fs::read_dir(releases).unwrap().map(|it| it.unwrap().path());
    let lists = folders.map(|it| fs::read_to_string(it.join("files.txt")));
    lists.flatten().any(|files| files.contains(file))
}

/// `BEIAN_GOLDEN=write` writes the file, until it is released.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_written_and_read_as_in_the_golden_file() {
    let (first, next) = (SessionId::of_round(ORDER, 1), SessionId::of_round(ORDER, 2));
    let database = Sqlite::empty().await;
    let store = database.store().await;
    let opened_first = opened(first, start());
    let accepted_first = accepted(opened_first.session(), minutes(1));
    let withdrawn_first = withdrawn(accepted_first.session(), minutes(2));
    let erased_first = erased(withdrawn_first.session(), minutes(3));
    for update in [opened_first, accepted_first, withdrawn_first, erased_first] {
        store.save(&[update]).await.unwrap();
    }
    store.save(&[opened(next, minutes(4))]).await.unwrap();
    let now = dump(&store).await;

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/rows_1.sql");
    if std::env::var("BEIAN_GOLDEN").is_ok_and(|what| what == "write")
        && !is_released("tests/golden/rows_1.sql")
    {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &now).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap();
    assert_eq!(kept, now);

    let other = Sqlite::empty().await;
    let read = other.store().await;
    run::<Sqlite>(&read, &kept).await;
    assert_eq!(read.rounds(ORDER).await, store.rounds(ORDER).await);
    let events = read.order_events(ORDER, None, 100).await.unwrap();
    assert_eq!(Ok(events), store.order_events(ORDER, None, 100).await);
    let due = store.next_due(minutes(5)).await;
    assert_eq!(read.next_due(minutes(5)).await, due);
}
