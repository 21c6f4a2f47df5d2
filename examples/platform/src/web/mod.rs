//! The pages: customers file and follow an order, each person has one of their own, staff have queues.

pub mod console;
mod host;

/// Where customers begin.
const FILING: &str = "filing";
/// The sandbox's reminders.
const HANDSETS: &str = "handsets";
