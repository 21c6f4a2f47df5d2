//! What a reader wants to know before the code.
//!
//! | you want to | read |
//! |---|---|
//! | build a host, platform or issuer of codes | [`guide`] |
//! | know the rules, their ids, sources and dates | [`rules`] |
//! | know why a number is what it is | [`rationale`] |
//! | know what it withstands, and what only you can do | [`security`] |
//! | know how that was tested, and test it again | [`proof`] |
//! | watch whole platforms, against a second account of the rules | [`simulation`] |
//! | see what every command does in every state | [`states`] |
//! | know what it costs, beside what one would use instead | [`performance`] |
//! | work on the crate | [`architecture`] |
//!
//! The first four are there in Chinese, too: [`zh`].
//!
//! 写代码之前想知道的一切。指南、规则、缘由、安全四章有完整的中文版，请从 [`zh`] 开始；其余各章为英文，开头有中文提要。

#[doc = include_str!("guide.md")]
pub mod guide {}

#[doc = include_str!("rules.md")]
pub mod rules {}

#[doc = include_str!("rationale.md")]
pub mod rationale {}

#[doc = include_str!("security.md")]
#[doc = include_str!("guards.md")]
pub mod security {}

#[doc = include_str!("proof.md")]
pub mod proof {}

#[doc = include_str!("simulation.md")]
///
/// ## How orders end
///
#[doc = include_str!("simulation/ends.svg")]
///
/// ## How long it takes
///
#[doc = include_str!("simulation/times.svg")]
///
/// ## What an attacker achieves
///
#[doc = include_str!("simulation/attackers.svg")]
pub mod simulation {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("performance.md")]
///
/// ## Messages a second, by how many are in flight
///
#[doc = include_str!("performance/pace.svg")]
///
/// ## Databases as they fill
///
#[doc = include_str!("performance/growth.svg")]
///
/// ## Memory as it fills
///
#[doc = include_str!("performance/memory.svg")]
pub mod performance {}

/// # States and commands
///
/// 每个命令在每种状态下的结果，由代码生成。
///
#[doc = include_str!("matrix.md")]
pub mod states {}

#[doc = include_str!("codes.md")]
pub mod codes {}

pub mod zh {
    //! 使用本库的工程师大多在中国：指南、规则、缘由、安全四章有完整的中文版，代码同样编译、运行，规则编号一一对应。
    //!
    //! | 想要 | 请读 | 英文版 |
    //! |---|---|---|
    //! | 从零写一个宿主：备案平台，或发放和校验验证码的系统 | [`guide`] | [English](super::guide) |
    //! | 了解规则及其编号、出处和日期 | [`rules`] | [English](super::rules) |
    //! | 了解某个数字、某个做法为什么是这样 | [`rationale`] | [English](super::rationale) |
    //! | 了解它能抵御什么，又有哪些只能由宿主来做 | [`security`] | [English](super::security) |

    #[doc = include_str!("zh/guide.md")]
    pub mod guide {}

    #[doc = include_str!("zh/rules.md")]
    pub mod rules {}

    #[doc = include_str!("zh/rationale.md")]
    pub mod rationale {}

    #[doc = include_str!("zh/security.md")]
    pub mod security {}
}

/// The code of the README is compiled and run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
