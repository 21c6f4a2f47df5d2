//! The testkit's suite over every database, through its own driver and through the one for all.
#![allow(missing_docs, reason = "tests")]

mod support;

use beian::testkit::store::check;
use support::{Any, MySql, Postgres, Sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    check(Sqlite::new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_sqlite() {
    check(Any::sqlite).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn postgres() {
    check(Postgres::new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: BEIAN_POSTGRES"]
async fn any_postgres() {
    check(Any::postgres).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn mysql() {
    check(MySql::new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs MySQL: BEIAN_MYSQL"]
async fn any_mysql() {
    check(Any::mysql).await.unwrap();
}
