//! Why an order came back, as the platform, the administration or its staff put it (D35).

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{filing::is_form_path, spelling::is_invisible};

/// One reason for which an order was returned: which field, in whose words, what to do (D35).
///
/// The words are somebody else's and are kept as they came, but for what can't be seen and line breaks:
/// up to 100 characters of the field, 1000 of the words and of the advice; what is longer ends in `…`.
/// `Debug` shows the path and how long the rest is, for people's data gets into such words.
///
/// ```
/// use beian::filing::ReturnReason;
///
/// let reason = ReturnReason::new("主体负责人联系方式", "手机号与姓名不一致")
///     .advice("请填写本人实名手机号")
///     .at("entity.leader.mobile");
/// assert_eq!(reason.path(), Some("entity.leader.mobile"));
/// assert_eq!(reason.clone().at("entity.leader.moblie").path(), None); // no field of a form
/// assert!(!format!("{reason:?}").contains("姓名"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReturnReason {
    pub(super) field: String,
    pub(super) path: Option<String>,
    pub(super) words: String,
    pub(super) advice: String,
}

const FIELD_MAX: usize = 100;
const WORDS_MAX: usize = 1000;

impl ReturnReason {
    /// A reason: the field as whoever returned the order calls it (empty if none was named), and their
    /// words.
    #[must_use]
    pub fn new(field: &str, words: &str) -> Self {
        Self {
            field: bounded(field, FIELD_MAX),
            path: None,
            words: bounded(words, WORDS_MAX),
            advice: String::new(),
        }
    }

    /// What they say should be done.
    #[must_use]
    pub fn advice(self, advice: &str) -> Self {
        Self {
            advice: bounded(advice, WORDS_MAX),
            ..self
        }
    }

    /// Where it is in an [`OrderForm`](crate::OrderForm), so that a page shows the reason at the field:
    /// `services[0].administrator`, a field or a part of the form. Anything else is as good as none.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self {
            path: is_form_path(path).then(|| path.into()),
            ..self
        }
    }

    /// The field, as it was given; empty if none was.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The path in an [`OrderForm`](crate::OrderForm), if it is known.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The words in which the order was returned.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What should be done, in the words of whoever returned it; empty if nothing was said.
    #[must_use]
    pub fn advised(&self) -> &str {
        &self.advice
    }
}

impl fmt::Debug for ReturnReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReturnReason")
            .field("path", &self.path)
            .field("words", &self.words.chars().count())
            .field("advice", &self.advice.chars().count())
            .finish_non_exhaustive()
    }
}

/// Why an order was returned, up to 64 reasons in the order in which they were given (D35). More are
/// passed over.
///
/// ```
/// use beian::filing::{ReturnReason, ReturnReasons};
///
/// let reasons: ReturnReasons = [ReturnReason::new("其他", "网站名称不符合要求")].into_iter().collect();
/// assert_eq!(reasons.iter().count(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ReturnReasons(Vec<ReturnReason>);

impl ReturnReasons {
    /// So many are kept.
    pub const MAX: usize = 64;

    /// Nothing was said.
    pub const NONE: Self = Self(Vec::new());

    /// One by one, as they were given.
    pub fn iter(&self) -> core::slice::Iter<'_, ReturnReason> {
        self.0.iter()
    }

    /// Whether no reason was given.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<ReturnReason> for ReturnReasons {
    fn from_iter<I: IntoIterator<Item = ReturnReason>>(reasons: I) -> Self {
        Self(reasons.into_iter().take(Self::MAX).collect())
    }
}

impl<'a> IntoIterator for &'a ReturnReasons {
    type Item = &'a ReturnReason;
    type IntoIter = core::slice::Iter<'a, ReturnReason>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Foreign words on one line, without what would change how the rest of a page reads.
fn bounded(words: &str, chars_max: usize) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let shown: String = words
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if breaks(c) { ' ' } else { c })
        .collect();
    // Last, so that what was stored is read back as it is.
    let mut kept = String::new();
    for (n, c) in shown.trim().chars().enumerate() {
        if n >= chars_max {
            kept.push('…');
            break;
        }
        kept.push(c);
    }
    kept
}
