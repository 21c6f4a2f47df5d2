//! The text of a message.

use alloc::{borrow::Cow, string::String};
use core::fmt;

use crate::Message;

/// What a message says, with `{code}` where the code goes.
///
/// The regulator's own wording isn't public. [`Template::ILLUSTRATIVE`] is an example for
/// sandboxes, and says so; a host that sends real messages brings the text its gateway has approved.
///
/// ```
/// use beian::{Template, TemplateProblem};
///
/// let template = Template::new("【示例】验证码{code}，24小时内有效。")?;
/// assert_eq!(Template::new("no code"), Err(TemplateProblem::NoCode));
/// # Ok::<(), TemplateProblem>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Template(Cow<'static, str>);

const PLACE: &str = "{code}";

impl Template {
    /// An example, labelled as one.
    pub const ILLUSTRATIVE: Self = Self(Cow::Borrowed(
        "【示例】ICP备案短信核验验证码：{code}，请在收到后24小时内完成核验，勿告知他人。",
    ));

    /// A text with `{code}` in exactly one place, and no other six digits in a row that could be
    /// taken for it.
    ///
    /// # Errors
    /// [`TemplateProblem`].
    pub fn new(text: impl Into<Cow<'static, str>>) -> Result<Self, TemplateProblem> {
        let text = text.into();
        let (before, after) = text.split_once(PLACE).ok_or(TemplateProblem::NoCode)?;
        if after.contains(PLACE) {
            return Err(TemplateProblem::TwoCodes);
        }
        let touches = before.ends_with(is_digit) || after.starts_with(is_digit);
        let six = |part: &str| part.split(|c| !is_digit(c)).any(|digits| digits.len() == 6);
        if touches || six(before) || six(after) {
            return Err(TemplateProblem::OtherDigits);
        }
        Ok(Self(text))
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.0).finish()
    }
}

impl Message {
    /// The text to send, with the code in it: for the gateway alone (D28).
    #[must_use]
    pub fn text(&self, template: &Template) -> String {
        template.0.replace(PLACE, self.code_for_transport())
    }
}

/// Why a text is no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateProblem {
    /// No `{code}`.
    #[error("the code is missing: expected {{code}} in one place")]
    NoCode,
    /// `{code}` more than once.
    #[error("the code appears twice: expected {{code}} in one place")]
    TwoCodes,
    /// Digits that touch the code, or six others in a row.
    #[error("digits that could be taken for the code: keep them off it, and not six in a row")]
    OtherDigits,
}
