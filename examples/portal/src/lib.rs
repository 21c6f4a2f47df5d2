//! A filing portal: the model of a host around the crate `beian`.
//!
//! | to see how | look at |
//! |---|---|
//! | sessions are kept in a database | [`store`], over [`beian_web::database`] |
//! | orders and rounds stay consistent | [`orders`] |
//! | messages go out, and reports come back | [`sms`], [`worker`], over [`beian_web::webhook`] |
//! | the public forms are answered | [`api`] |
//! | keys are kept | [`keys`], over [`beian_web::key_file`] |
//! | it is put together, and run, also within another program | [`app`], over [`beian_web::background`] |
//! | it stands in the web | [`beian_web`] |
//!
//! Nothing of the rules is here: they are the crate's.

pub mod api;
pub mod app;
pub mod config;
pub mod keys;
pub mod metrics;
pub mod orders;
pub mod portal;
pub mod sms;
pub mod store;
pub mod web;
pub mod worker;
