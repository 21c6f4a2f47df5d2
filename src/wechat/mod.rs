//! What WeChat says of a filing, for platforms that file through it (B18, B35).
//!
//! The crate doesn't speak WeChat's interface: a host asks it (`get_icp_entrance_info`,
//! `query_auth_and_icp`), files with it (`apply_icp_filing`) or is pushed to, and reads what came with a
//! JSON library of its own into a [`WechatAnswer`]. From that follow the order's life and the tracker.
//!
//! 通过微信备案的平台，用本模块读懂微信返回或推送的备案状态；本库不调用微信接口，由宿主自行调用。
//! 从 [`WechatAnswer`] 开始：用 JSON 库读入文档，再由 [`WechatAnswer::polled`] 得到订单的进展和退回理由。
//!
//! ```
//! use beian::{FilingType, OrderLife, OrderStatus, wechat::WechatAnswer};
//!
//! let answer: WechatAnswer = serde_json::from_str(r#"{
//!     "errcode": 0, "errmsg": "ok",
//!     "info": {"status": 3, "is_canceling": false, "available": 1, "audit_data": [
//!         {"key_name": "主体负责人联系方式", "error": "手机号与姓名不一致", "suggest": "请填写本人实名手机号"}]}
//! }"#)?;
//! let order = OrderLife::new();
//! let Some(seen) = answer.polled(FilingType::Initial) else { return Ok(()) };
//! let order = order.follow(&seen, None)?.life;
//! assert_eq!(order.status(), OrderStatus::Returned);
//! let paths: Vec<_> = order.reasons().iter().filter_map(|reason| reason.path()).collect();
//! assert_eq!(paths, ["entity.leader.mobile"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod cancel_type;
mod field;
#[cfg(feature = "serde")]
mod read;
mod status;

pub use answer::WechatAnswer;
pub use status::WechatStatus;
