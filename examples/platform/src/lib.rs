//! A filing platform: the model of a host that never sees a code.
//!
//! | to see how | look at |
//! |---|---|
//! | an order goes from form to decision | [`order`], [`orders`] |
//! | ID numbers are kept | [`seal`] |
//! | orders get to the regulator, and what comes back | [`regulator`], [`worker`] |
//! | people are reminded | [`reminders`] |
//! | everything is kept | [`store`] |
//! | it stands in the web | [`beian_web`] |
//!
//! Nothing of the rules is here: they are the crate's, of which only the platform's half is used.

pub mod api;
pub mod app;
pub mod config;
pub mod keys;
pub mod metrics;
pub mod on_board;
pub mod order;
pub mod orders;
pub mod platform;
pub mod regulator;
pub mod reminders;
pub mod seal;
pub mod store;
pub mod web;
pub mod worker;
