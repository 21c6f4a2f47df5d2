//! The testkit's suite over every database, through its own driver and through the one for all.
#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use beian::testkit::store::check;
use support::{Any, Database, Tables, on_each};

on_each!(keeps_the_promises, keeps_them_through_the_driver_for_all);

async fn keeps_the_promises<D: Database>() {
    check(Tables::<D>::new).await.unwrap();
}

async fn keeps_them_through_the_driver_for_all<D: Database>() {
    check(async || Any(Tables::<D>::new().await)).await.unwrap();
}
