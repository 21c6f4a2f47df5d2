//! What people type into the two public forms (R16, R21).

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use crate::{Lang, LastSix, LastSixProblem, MobileNumber, MobileProblem, SubmissionId, code::Code};

/// One entry on the form 短信核验: mobile number, code, last six of the ID (R16).
///
/// ```
/// use beian::Entry;
///
/// let entry = Entry::parse("+86 199 0000 0001", "012 345", "34567x")?;
/// assert_eq!(entry.mobile().to_string(), "199****0001");
///
/// let problems = Entry::parse("19900000001", "12345", "34567").unwrap_err();
/// assert!(problems.mobile.is_none() && problems.code.is_some() && problems.last_six.is_some());
/// # Ok::<(), beian::EntryProblems>(())
/// ```
pub struct Entry {
    pub(crate) mobile: MobileNumber,
    pub(crate) code: Code,
    pub(crate) last_six: LastSix,
    pub(crate) submission: Option<SubmissionId>,
}

impl Entry {
    /// Reads the three fields as a person types them (D26). Malformed input is never compared or
    /// counted (D22).
    ///
    /// # Errors
    /// [`EntryProblems`]: what is wrong with each field.
    pub fn parse(mobile: &str, code: &str, last_six: &str) -> Result<Self, EntryProblems> {
        match (
            MobileNumber::parse(mobile),
            Code::parse(code),
            LastSix::parse(last_six),
        ) {
            (Ok(mobile), Some(code), Ok(last_six)) => Ok(Self {
                mobile,
                code,
                last_six,
                submission: None,
            }),
            (mobile, code, last_six) => Err(EntryProblems {
                mobile: mobile.err(),
                code: code.is_none().then_some(CodeProblem),
                last_six: last_six.err(),
            }),
        }
    }

    /// The entry with a submission id: a repeat gets the first answer again, and is never compared
    /// (D21). What counted, and what was right, is remembered as long as the round; of entries that
    /// were not counted, 64 for each person, as a stranger can make any number of those.
    #[must_use]
    pub fn with_submission_id(self, submission: impl Into<SubmissionId>) -> Self {
        Self {
            submission: Some(submission.into()),
            ..self
        }
    }

    /// The number that was entered.
    #[must_use]
    pub const fn mobile(&self) -> &MobileNumber {
        &self.mobile
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("mobile", &self.mobile)
            .finish_non_exhaustive()
    }
}

/// One request on the form 短信重发: mobile number and last six of the ID, no code (R21).
///
/// ```
/// use beian::ResendRequest;
///
/// let request = ResendRequest::parse("199-0000-0001", "345678")?;
/// assert_eq!(request.mobile().to_string(), "199****0001");
/// # Ok::<(), beian::EntryProblems>(())
/// ```
#[derive(Debug)]
pub struct ResendRequest {
    pub(crate) mobile: MobileNumber,
    pub(crate) last_six: LastSix,
}

impl ResendRequest {
    /// Reads the two fields as a person types them (D26).
    ///
    /// # Errors
    /// [`EntryProblems`]: what is wrong with each field; `code` is always `None`.
    pub fn parse(mobile: &str, last_six: &str) -> Result<Self, EntryProblems> {
        match (MobileNumber::parse(mobile), LastSix::parse(last_six)) {
            (Ok(mobile), Ok(last_six)) => Ok(Self { mobile, last_six }),
            (mobile, last_six) => Err(EntryProblems {
                mobile: mobile.err(),
                code: None,
                last_six: last_six.err(),
            }),
        }
    }

    /// The number that was entered.
    #[must_use]
    pub const fn mobile(&self) -> &MobileNumber {
        &self.mobile
    }
}

/// What is wrong with the fields of a form, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed entry: {}", Listed(self))]
pub struct EntryProblems {
    /// The mobile number's problem.
    pub mobile: Option<MobileProblem>,
    /// The code's problem.
    pub code: Option<CodeProblem>,
    /// The problem of the last six.
    pub last_six: Option<LastSixProblem>,
}

impl EntryProblems {
    /// The text for people: every problem on a line of its own, behind the name of its field.
    ///
    /// ```
    /// use beian::{Entry, Lang};
    ///
    /// let problems = Entry::parse("19900000001", "12345", "34567x").unwrap_err();
    /// assert_eq!(problems.text(Lang::Zh), "验证码：请只填写短信中的6位数字验证码，不要带括号或其他文字。");
    /// assert_eq!(problems.to_string(), "malformed entry: code: code malformed: expected six digits");
    /// ```
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let line = |zh: &str, en: &str, text: &str| match lang {
            Lang::Zh => format!("{zh}：{text}"),
            Lang::En => format!("{en}: {text}"),
        };
        let mobile = self.mobile.map(|problem| problem.text(lang));
        let code = self.code.map(|problem| problem.text(lang));
        let last_six = self.last_six.map(|problem| problem.text(lang));
        let lines: Vec<String> = [
            mobile.map(|text| line("手机号码", "mobile number", text)),
            code.map(|text| line("验证码", "code", text)),
            last_six.map(|text| line("证件号码后6位", "last six of the ID", text)),
        ]
        .into_iter()
        .flatten()
        .collect();
        lines.join("\n")
    }
}

struct Listed<'a>(&'a EntryProblems);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EntryProblems {
            mobile,
            code,
            last_six,
        } = self.0;
        let problems: [(&str, Option<&dyn fmt::Display>); 3] = [
            ("mobile", mobile.as_ref().map(|p| p as _)),
            ("code", code.as_ref().map(|p| p as _)),
            ("last_six", last_six.as_ref().map(|p| p as _)),
        ];
        let mut separator = "";
        for (field, problem) in problems {
            if let Some(problem) = problem {
                write!(f, "{separator}{field}: {problem}")?;
                separator = "; ";
            }
        }
        Ok(())
    }
}

/// Not six digits (R13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("code malformed: expected six digits")]
pub struct CodeProblem;
