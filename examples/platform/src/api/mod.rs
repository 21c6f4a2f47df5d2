//! Everything that is answered over HTTP.

pub mod access;
pub mod body;
pub mod facts;
pub mod filing_type;
pub mod orders;
pub mod problem;
pub mod sandbox;
pub mod schema;
pub mod view;
