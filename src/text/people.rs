//! Texts of people: roles, numbers, ID documents, provinces.

use alloc::{string::String, vec::Vec};

use super::{Lang, texts};
use crate::{
    IdDocumentKind, IdDocumentProblem, LastSixProblem, MobileProblem, NameProblem, PersonProblem,
    Province, ProvinceProblem, Role, Roles,
};

texts!(Role, {
    EntityLeader => "主体负责人", "entity leader";
    ServiceAdministrator => "网站（互联网信息服务）负责人", "service administrator";
});

impl Roles {
    /// The roles, one after the other.
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        let roles: Vec<_> = self.iter().map(|role| role.text(lang)).collect();
        roles.join(match lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        })
    }
}

texts!(MobileProblem, coded {
    Empty => "mobile_missing",
        "请填写手机号码。",
        "Enter the mobile number.";
    Malformed => "mobile_malformed",
        "手机号码含有无法识别的字符，请只填写一个手机号码的11位数字，前面最多可加+86。",
        "The mobile number has a character that does not belong there. Enter the 11 digits of one number, with +86 in front at most.";
    WrongLength => "mobile_wrong_length",
        "手机号码应为11位数字，请检查是否漏填或多填；13位的物联网号码不能使用，请填写本人的手机号码。",
        "A mobile number has 11 digits. Check whether one is missing or too many. A number of 13 digits belongs to a device (Internet of Things): enter the person's own.";
    UnknownRange => "mobile_unknown_range",
        "该号码不是手机号码：第一位应为1，第二位应为3至9。",
        "This is not a mobile number: the first digit must be 1, the second 3 to 9.";
    Several => "mobile_several",
        "此处只能填写一个手机号码：其他人的号码请填写在其本人的栏目，备用号码请填写在应急电话栏。",
        "Enter one mobile number here. Another person's belongs into that person's field, a second one of the same person into the emergency phone.";
    Landline => "mobile_landline",
        "固定电话（以0加区号开头，或7至8位）无法接收核验短信，请填写手机号码；固定电话可填写在应急电话栏。",
        "A landline (0 and an area code in front, or 7 to 8 digits) can't receive the text. Enter a mobile number; a landline may be the emergency phone.";
    Hotline => "mobile_hotline",
        "400、800电话无法接收核验短信，请填写手机号码。",
        "A 400 or 800 number can't receive the text. Enter a mobile number.";
    Foreign => "mobile_foreign",
        "境外及港澳台号码无法接收核验短信，请填写中国内地（大陆）手机号码。",
        "Only numbers of mainland China can receive the text. Enter one of these.";
    Denied => "mobile_denied",
        "该号段无法接收核验短信，请更换手机号码。",
        "Numbers of this range can't receive the text. Enter another mobile number.";
});

texts!(NameProblem, coded {
    Missing => "name_missing",
        "请填写名称或姓名。",
        "Enter the name.";
    Malformed => "name_malformed",
        "名称或姓名含有换行、控制字符或改变文字方向的不可见字符，请删除后重新手工填写。",
        "The name has a line break, a control character or an invisible mark that turns text around. Type it anew instead of pasting it.";
    TooLong => "name_too_long",
        "名称过长：姓名最多60个字符，其他名称最多200个字符。",
        "The name is too long: a person's has at most 60 characters, any other 200.";
});

texts!(IdDocumentProblem, coded {
    Missing => "id_number_missing",
        "请填写证件号码。",
        "Enter the ID number.";
    OfAUnit => "id_document_of_a_unit",
        "该证件类型为单位证件，请选择负责人本人的证件类型。",
        "That is the document of a unit. Choose one of the person's own.";
    Malformed => "id_number_malformed",
        "证件号码只能包含字母和数字，请检查。",
        "An ID number has letters and digits only. Check it.";
    FifteenDigits => "id_number_fifteen_digits",
        "15位身份证号码已停止使用，请填写现行身份证的18位号码。",
        "Numbers of 15 digits are no longer in use. Enter the 18 characters of the present card.";
    Length => "id_number_wrong_length",
        "证件号码位数不正确，请与证件逐位核对（身份证及居住证为18位）。",
        "The ID number has the wrong length. Compare it with the document: ID cards and residence permits have 18 characters.";
    Region => "id_number_unknown_region",
        "证件号码前两位与证件类型不符，请检查号码和证件类型。",
        "The first two digits don't fit the kind of document. Check both.";
    BirthDate => "id_number_no_birth_date",
        "证件号码第7至14位不是有效的出生日期，请检查。",
        "Digits 7 to 14 of the ID number are no date of birth. Check them.";
    CheckCharacter => "id_number_wrong_check_character",
        "证件号码校验不通过，请逐位核对。",
        "A character of the ID number is mistyped. Compare it with the card.";
    Form => "id_number_wrong_form",
        "证件号码与证件类型不符，请检查号码和证件类型。",
        "The number is not that of this kind of document. Check both.";
    BackNumber => "back_number_malformed",
        "证件背面号码不正确，请填写通行证背面的香港或澳门身份证号码。",
        "The back number is wrong. Enter the Hong Kong or Macao identity number printed on the back.";
    BackNumberUnexpected => "back_number_unexpected",
        "仅港澳居民来往内地通行证需要填写背面号码，请删除。",
        "Only a Hong Kong and Macao permit has a back number. Take it out.";
});

texts!(ProvinceProblem, coded {
    Missing => "province_missing",
        "请选择省份。",
        "Choose the province.";
    NotMainland => "province_not_mainland",
        "香港、澳门、台湾不适用ICP备案，请选择内地（大陆）省份。",
        "There is no ICP filing in Hong Kong, Macao and Taiwan. Choose a mainland province.";
    Unknown => "province_unknown",
        "省份无法识别，请填写名称（如北京、内蒙古自治区）、英文名称或代码（11至65，或110000这样的6位代码）。",
        "Unknown province. Give its Chinese or English name (北京, Inner Mongolia), or its code (11 to 65, or six digits such as 110000).";
});

impl LastSixProblem {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "last_six_malformed"
    }

    /// The text for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => "请只填写证件号码的后6位字母或数字，不要填写完整号码。",
            Lang::En => {
                "Enter only the last six letters or digits of the ID number, not the whole number."
            }
        }
    }
}

impl PersonProblem {
    /// The stable machine code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name(problem) => problem.code(),
            Self::Mobile(problem) => problem.code(),
            Self::EmergencyPhone => "emergency_phone_malformed",
        }
    }

    /// The text for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Name(problem), lang) => problem.text(lang),
            (Self::Mobile(problem), lang) => problem.text(lang),
            (Self::EmergencyPhone, Lang::Zh) => {
                "应急电话应为3至20位数字，只填写一个号码；境外号码以00加国家或地区代码开头。"
            }
            (Self::EmergencyPhone, Lang::En) => {
                "An emergency phone has 3 to 20 digits. Enter one number; one abroad begins with 00 and the country code."
            }
        }
    }
}

impl Province {
    /// The short name for people: 内蒙古, Inner Mongolia.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.chinese(),
            Lang::En => self.english(),
        }
    }
}

impl IdDocumentKind {
    /// The official name (B12).
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::ResidentIdCard, Lang::Zh) => "居民身份证",
            (Self::ResidentIdCard, Lang::En) => "Resident Identity Card",
            (Self::Passport, Lang::Zh) => "护照",
            (Self::Passport, Lang::En) => "Passport",
            (Self::TaiwanPermit, Lang::Zh) => "台湾居民来往大陆通行证",
            (Self::TaiwanPermit, Lang::En) => "Mainland Travel Permit for Taiwan Residents",
            (Self::HkMacaoPermit, Lang::Zh) => "港澳居民来往内地通行证",
            (Self::HkMacaoPermit, Lang::En) => {
                "Mainland Travel Permit for Hong Kong and Macao Residents"
            }
            (Self::ForeignPermanentResidentId, Lang::Zh) => "外国人永久居留身份证",
            (Self::ForeignPermanentResidentId, Lang::En) => "Foreign Permanent Resident ID Card",
            (Self::HkMacaoResidencePermit, Lang::Zh) => "港澳居民居住证",
            (Self::HkMacaoResidencePermit, Lang::En) => {
                "Residence Permit for Hong Kong and Macao Residents"
            }
            (Self::TaiwanResidencePermit, Lang::Zh) => "台湾居民居住证",
            (Self::TaiwanResidencePermit, Lang::En) => "Residence Permit for Taiwan Residents",
            (Self::Other(_), Lang::Zh) => "其他证件",
            (Self::Other(_), Lang::En) => "Other document",
        }
    }
}
