//! What an order that is well formed should be mended in before it is submitted (B19–B33, D30): advice and
//! refusals, by a table of rows that a host can replace, load or silence.
//!
//! 订单本身填写无误，提交前还有哪些地方最好修改，或会被该省管局退回：逐行列表，每行注明省份、起始日期和出处。
//! 从 [`FilingPolicy::findings`](crate::FilingPolicy::findings) 开始；各省要求随时可能变化，宿主可替换整张表，
//! 也可调整某一行的级别。
//!
//! | to | use |
//! |---|---|
//! | look at an order | [`FilingPolicy::findings`](crate::FilingPolicy::findings) |
//! | know what would decide more | [`FilingPolicy::open_questions`](crate::FilingPolicy::open_questions) |
//! | say what is known beside the order | [`OrderFacts`] |
//! | refuse or silence a row | [`FilingPolicy::severity`](crate::FilingPolicy::severity) |
//! | bring rows of one's own | [`FilingPolicy::checks`](crate::FilingPolicy::checks) |

mod check;
mod examine;
mod facts;
mod finding;
mod row;
mod table;

pub use check::Check;
pub use facts::{OpenQuestion, OrderFact, OrderFacts, PersonFacts, ServiceFacts};
pub use finding::Finding;
pub use row::{CheckRow, EntityKind, Severity, UnknownCheckRow};
