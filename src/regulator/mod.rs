//! The regulator's numbers and answers, for licensed access providers (B17, B33, B34).
//!
//! They talk to the regulator through the 企业侧系统接口; the crate doesn't, and has its words: the numbers of
//! filing types and kinds of service ([`FilingType::regulator_number`](crate::FilingType::regulator_number),
//! [`ServiceKind::regulator_number`](crate::ServiceKind::regulator_number)), and what a result says of an
//! order.
//!
//! 工信部企业侧系统接口中的编号和返回码，供持证接入商使用；本库不调用该接口，只解读其内容。
//! 收到返回码从 [`ResultCode`] 开始：它说明订单怎样了、该改哪些字段；
//! [`ResultCode::polled`] 把结果交给 [`OrderLife::follow`](crate::OrderLife::follow)。
//!
//! ```
//! use beian::{Lang, OrderLife, OrderStatus, regulator::{ResultCode, ResultMeaning}};
//!
//! let result = ResultCode(1015);
//! assert_eq!(result.meaning(), ResultMeaning::MendField);
//! assert!(result.fields().contains(&"entity.leader.id_document.number"));
//! println!("{}", result.text(Lang::Zh));
//!
//! let order = OrderLife::new().pass_review()?;
//! let Some(seen) = ResultCode(20).polled("") else { return Ok(()) };
//! assert_eq!(order.follow(&seen, None)?.life.status(), OrderStatus::UploadFailed);
//! # Ok::<(), beian::filing::LifeRefusal>(())
//! ```

mod meaning;
mod numbers;
mod result_code;
mod result_codes;

pub use meaning::ResultMeaning;
pub use result_code::ResultCode;
