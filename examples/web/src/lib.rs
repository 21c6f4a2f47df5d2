//! What the hosts in `examples/` need to stand in the web, and what a host of one's own would copy or
//! depend on.
//!
//! | for | look at |
//! |---|---|
//! | a program: options, environment variables, its end | [`options`], [`program`] |
//! | serving: limits of number, size and time; stopping | [`serve`], [`guard`] |
//! | listeners and a worker, until told to stop | [`background`] |
//! | what the site is called, its cookies | [`site`] |
//! | who is asking, behind proxies | [`address`] |
//! | how often; and in which time | [`limits`], [`even`] |
//! | signing in, tokens | [`sign_in`] |
//! | keys in a file, with rotation | [`key_file`] |
//! | forms that are one's own | [`csrf`], [`signing`] |
//! | bodies, parameters, repeats | [`body`], [`idempotency`] |
//! | errors, languages | [`problem`], [`lang`] |
//! | pages for people: the frame, signing in, forms | [`pages`] |
//! | sending to somebody else's URL | [`webhook`] |
//! | the API's document, the order form in it | [`openapi`] |
//! | logs that hold nothing up | [`log`] |
//! | a database: three kinds, settings, sign-ins, keys of repeats | [`database`] |
//! | a clock that can be put forward | [`clock`] |
//! | whether it can be used; figures that are dear to get | [`watch`] |

pub mod address;
pub mod background;
pub mod body;
pub mod clock;
mod connection;
pub mod csrf;
pub mod database;
pub mod even;
pub mod guard;
pub mod idempotency;
pub mod kept;
pub mod key_file;
pub mod lang;
pub mod limits;
pub mod log;
pub mod openapi;
pub mod options;
pub mod order_id;
pub mod pages;
pub mod problem;
pub mod program;
pub mod serve;
pub mod sign_in;
pub mod signing;
pub mod site;
pub mod watch;
pub mod webhook;
