//! Texts of what the regulator answers.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::{Lang, texts};
use crate::{
    filing::label,
    lang::Localized,
    regulator::{ResultCode, ResultMeaning},
};

texts!(ResultMeaning, {
    Approved => "管局审核通过。", "Approved by the administration.";
    Refused => "审核未通过，请按退回原因处理后重新提交。",
        "Refused: deal with what the reasons say, and hand the order in again.";
    MendField => "备案信息有误，请核实、修改后重新提交。",
        "Something in the order is wrong: check it, change it and submit it again.";
    AskedAlready => "该申请或备案已存在，无需重复提交；已在其他接入服务商备案的，请办理接入备案。",
        "This is filed or asked for already: it needn't be submitted again. What is filed with another \
         provider comes here by add access.";
    NotThisWay => "不能以此方式办理，请确认备案类型、接入服务商和备案现状。",
        "Not possible this way: check the type of filing, the access provider, and what is filed.";
    TryLater => "暂时无法办理，请待在办事项结束或系统开放后再提交。",
        "Not possible now: submit it again once what is under way is over, or the system is open.";
    Received => "已接收，无需任何操作。", "Received. Nothing has to be done.";
    Unknown => "管局返回其他结果，请查看其说明或咨询管局。",
        "Another answer of the administration: read its words, or ask it.";
});

impl ResultCode {
    /// What it means and what to do, with the fields that it may be about. Of an upload, that it is tried again
    /// (B34).
    #[must_use]
    pub fn text(self, lang: Lang) -> Cow<'static, str> {
        if let Some(text) = self.text_of_upload(lang) {
            return text.into();
        }
        let meaning = self.meaning().text(lang);
        let labels: Vec<String> = self.fields().iter().map(|path| label(path, lang)).collect();
        match (labels.as_slice(), lang) {
            ([], _) => meaning.into(),
            (labels, Lang::Zh) => format!("{meaning}（{}）", labels.join("、")).into(),
            (labels, Lang::En) => format!("{meaning} ({})", labels.join("; ")).into(),
        }
    }

    const fn text_of_upload(self, lang: Lang) -> Option<&'static str> {
        let (zh, en) = match self.0 {
            14 => (
                "上报顺序有误，提交管局未成功，平台将重新提交。",
                "The submission failed, for it came out of order. The platform will try again.",
            ),
            15 => (
                "上报过多，提交管局未成功，平台将重新提交。",
                "The submission failed, for there were too many. The platform will try again.",
            ),
            19 => (
                "暂无上报权限，提交管局未成功，平台将重新提交。",
                "The submission failed, for the platform had no permission. It will try again.",
            ),
            20 => (
                "不在上报时间内，提交管局未成功，平台将重新提交。",
                "The submission failed, for it was outside the hours. The platform will try again.",
            ),
            _ => return None,
        };
        Some(match lang {
            Lang::Zh => zh,
            Lang::En => en,
        })
    }
}

impl Localized for ResultCode {
    fn code(&self) -> &'static str {
        self.meaning().name()
    }

    fn text(&self, lang: Lang) -> Cow<'static, str> {
        Self::text(*self, lang)
    }
}
