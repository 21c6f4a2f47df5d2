//! Texts for people who work for a host: errors of desk, keys, policy and template.

use alloc::{borrow::Cow, format};

use super::{Lang, texts};
use crate::{
    GatewayCodeProblem, KeyError, KeyRingProblem, OpenError, TemplateProblem,
    VerificationPolicyProblem,
    host::{HostError, LeftOutReason, Unreadable},
};

impl KeyError {
    /// The stable machine code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "key_unknown",
            Self::Unavailable => "key_unavailable",
        }
    }

    /// The text for people who work for the host.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Unknown(_), Lang::Zh) => "密钥不存在或已移除。",
            (Self::Unknown(_), Lang::En) => "There is no such key, or it has been removed.",
            (Self::Unavailable, Lang::Zh) => "密钥服务不可用，请稍后重试。",
            (Self::Unavailable, Lang::En) => "The key service is unavailable. Try again later.",
        }
    }
}

impl KeyRingProblem {
    /// The stable machine code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooShort => "key_too_short",
            Self::Zero => "key_zero",
            Self::Taken(_) => "key_taken",
        }
    }

    /// The text for people who work for the host.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::TooShort, Lang::Zh) => "密钥过短：至少32字节。",
            (Self::TooShort, Lang::En) => "The key is too short: at least 32 bytes.",
            (Self::Zero, Lang::Zh) => "密钥全为零：应为随机字节。",
            (Self::Zero, Lang::En) => "The key is nothing but zeros: take random bytes.",
            (Self::Taken(_), Lang::Zh) => "该编号已用于另一密钥。",
            (Self::Taken(_), Lang::En) => "Another key has this id already.",
        }
    }
}

impl<E> HostError<E> {
    /// The stable machine code; of a refusal, of an opening and of a key, theirs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Store(_) => "store_failed",
            Self::Key(error) => error.code(),
            Self::Open(error) => error.code(),
            Self::Refused(refusal) => refusal.code(),
            Self::Exists => "session_exists",
            Self::NotFound => "session_not_found",
            Self::LeaseTooShort { .. } => "lease_too_short",
        }
    }

    /// The text for people who work for the host; of what the store says, nothing.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Conflict => (
                "其他主机同时更改了相同的会话，请稍后重试。",
                "Other hosts changed the same sessions. Try again later.",
            ),
            Self::Store(_) => (
                "存储出错，请稍后重试。",
                "The store failed. Try again later.",
            ),
            Self::Key(error) => return error.text(lang),
            Self::Open(error) => return error.text(lang),
            Self::Refused(refusal) => return refusal.text(lang),
            Self::Exists => (
                "该编号的会话已存在，请使用新的编号。",
                "There is a session of this id. A new round needs a new one.",
            ),
            Self::NotFound => ("没有该编号的会话。", "There is no session of this id."),
            Self::LeaseTooShort { .. } => (
                "租约必须长于单条短信的最长发送时间。",
                "The lease has to be longer than the longest send.",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl OpenError {
    /// The stable machine code; of a key, its own.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyRecipients => "too_many_recipients",
            Self::IdMissing(_) => "id_missing",
            Self::PreviousRoundOpen => "previous_round_open",
            Self::Withdrawn => "order_withdrawn",
            Self::CodesExhausted => "codes_exhausted",
            Self::Key(error) => error.code(),
        }
    }

    /// The text for people who work for the host.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::TooManyRecipients => {
                ("核验人过多：最多255人。", "Too many persons: at most 255.")
            }
            Self::IdMissing(_) => (
                "缺少核验人的证件号码，请重新填写。",
                "The ID of a person is missing. Ask for it again.",
            ),
            Self::PreviousRoundOpen => (
                "该订单的上一轮核验尚未结束。",
                "The previous round of the order is still open.",
            ),
            Self::Withdrawn => (
                "订单已撤回，请提交新的订单。",
                "The order was withdrawn. File a new one.",
            ),
            Self::CodesExhausted => (
                "该号码待核验的订单过多，请稍后提交。",
                "Too many orders of this number are open. Submit later.",
            ),
            Self::Key(_) => (
                "密钥不可用，请稍后重试。",
                "The key can't be used. Try again later.",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

texts!(VerificationPolicyProblem, coded {
    Window => "window", "核验时限应为10分钟至72小时。", "The window must be 10 minutes to 72 hours.";
    ResendsMax => "resends_max", "重发次数应为0至3次。", "Resends must be 0 to 3.";
    WrongEntriesMax => "wrong_entries_max", "错误次数上限应为1至10次。", "Wrong entries must be 1 to 10.";
    WrongIdsMax => "wrong_ids_max", "证件错误次数上限应为1至10次。", "Wrong IDs must be 1 to 10.";
    ResendPause => "resend_pause", "重发间隔应为30秒至1小时。", "The pause must be 30 seconds to 1 hour.";
    DeliveryClamp => "delivery_clamp", "送达回执的顺延上限应为0至10分钟。", "The delivery clamp must be 0 to 10 minutes.";
    UnreachableAfter => "unreachable_after", "无法送达的时限应为1至72小时。", "Unreachable-after must be 1 to 72 hours.";
    TooManyCodes => "too_many_codes", "3次重发与中午重发不能同时启用。", "3 resends and the noon resend can't be combined.";
});

texts!(TemplateProblem, coded {
    NoCode => "no_code", "模板中缺少{code}。", "The template lacks {code}.";
    TwoCodes => "two_codes", "模板中{code}只能出现一次。", "The template has {code} more than once.";
    OtherDigits => "other_digits", "模板中的其他数字可能被误认为验证码。", "Other digits of the template could be taken for the code.";
});

impl LeftOutReason {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyMissing(_) => "key_missing",
            Self::KeysUnavailable => "keys_unavailable",
            Self::Conflict => "too_many_conflicts",
            Self::Refused(refusal) => refusal.code(),
            Self::Unreadable(Unreadable::Newer) => "stored_by_newer_release",
            Self::Unreadable(Unreadable::Broken) => "stored_session_broken",
        }
    }

    /// The text for the platform's own people.
    #[must_use]
    pub fn text(self, lang: Lang) -> Cow<'static, str> {
        match (self, lang) {
            (Self::KeyMissing(key), Lang::Zh) => format!("缺少密钥{key}，请补回该密钥。").into(),
            (Self::KeyMissing(key), Lang::En) => {
                format!("Key {key} is missing: bring it back.").into()
            }
            (Self::KeysUnavailable, Lang::Zh) => "密钥服务不可用，稍后重试。".into(),
            (Self::KeysUnavailable, Lang::En) => {
                "The key service is down: tried again later.".into()
            }
            (Self::Conflict, Lang::Zh) => "多次写入冲突，稍后重试。".into(),
            (Self::Conflict, Lang::En) => "Too many others changed it: tried again later.".into(),
            (Self::Refused(refusal), _) => refusal.text(lang).into(),
            (Self::Unreadable(Unreadable::Newer), Lang::Zh) => {
                "由更新的版本写入，请升级本机后处理。".into()
            }
            (Self::Unreadable(Unreadable::Newer), Lang::En) => {
                "A newer release stored it: upgrade this host.".into()
            }
            (Self::Unreadable(Unreadable::Broken), Lang::Zh) => {
                "存储的记录已损坏，请检查数据库。".into()
            }
            (Self::Unreadable(Unreadable::Broken), Lang::En) => {
                "What is stored of it is damaged: look into the database.".into()
            }
        }
    }
}

texts!(GatewayCodeProblem, coded {
    Empty => "gateway_code_empty",
        "网关返回码为空，应为1至64个字符，没有则不填。",
        "A gateway's code has 1 to 64 characters, or there is none.";
    TooLong => "gateway_code_too_long",
        "网关返回码过长，最多64个字符。",
        "A gateway's code has at most 64 characters.";
    Character => "gateway_code_malformed",
        "网关返回码只能包含英文字母、数字和“.”“_”“-”。",
        "A gateway's code has ASCII letters, digits, and the marks . _ and - only.";
    Digits => "gateway_code_digits",
        "网关返回码不能含有连续六位数字，以免是手机号码、证件号码或验证码。",
        "A gateway's code has no six digits in a row: they could be a number, an ID or a code.";
});
