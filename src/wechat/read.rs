//! The published shapes, read (B35): whatever isn't named here is passed over.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{WechatAnswer, WechatStatus};
use crate::filing::{ReturnReasons, read, wrong_type};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    errcode: Option<i64>,
    #[serde(default)]
    info: Option<Info>,
    #[serde(default)]
    procedure_status: Option<u32>,
    #[serde(default)]
    sms_verify_status: Option<u32>,
    #[serde(default)]
    beian_status: Option<u32>,
    #[serde(default)]
    hints: Refusals,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    status: Option<u32>,
    #[serde(default)]
    sms_verify_status: Option<u32>,
    #[serde(default)]
    available: Option<u32>,
    #[serde(default)]
    is_canceling: Option<bool>,
    #[serde(default)]
    audit_data: Refusals,
}

/// One of `audit_data`, or of `hints`.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default, alias = "err_field", deserialize_with = "words")]
    key_name: String,
    #[serde(default, alias = "errmsg", deserialize_with = "words")]
    error: String,
    #[serde(default, deserialize_with = "words")]
    suggest: String,
}

/// A text; whatever else stands in its place is none, and isn't told in an error.
fn words<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = read::text(from)?;
    Ok(if wrong_type(&text).is_some() {
        String::new()
    } else {
        text
    })
}

/// No more of them than reasons are kept; the rest isn't looked at.
#[derive(Default)]
struct Refusals(Vec<Refusal>);

impl<'de> Deserialize<'de> for Refusals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Vec<Refusal>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of refusals")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Vec::new())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut refusals = Vec::new();
                for _ in 0..ReturnReasons::MAX {
                    match list.next_element()? {
                        Some(refusal) => refusals.push(refusal),
                        None => return Ok(refusals),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(refusals)
            }
        }

        deserializer.deserialize_any(List).map(Self)
    }
}

impl<'de> Deserialize<'de> for WechatAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// An object: serde would read a list as one, too.
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = WechatAnswer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one of the documents that WeChat publishes, an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Document::deserialize(MapAccessDeserializer::new(map)).map(WechatAnswer::from)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl From<Document> for WechatAnswer {
    fn from(document: Document) -> Self {
        let with = |answer: Self, refusals: Refusals| {
            let refusals = refusals.0.into_iter();
            refusals.fold(answer, |answer, it| {
                answer.refusal(&it.key_name, &it.error, &it.suggest)
            })
        };
        if let Some(errcode) = document.errcode.filter(|errcode| *errcode != 0) {
            // Without hints the call failed, and nothing is said of the filing.
            let hints = !document.hints.0.is_empty();
            let answer = with(Self::of(None), document.hints);
            return if hints {
                answer.not_accepted()
            } else {
                answer.failed(errcode)
            };
        }
        let (info, flow) = (document.info, document.procedure_status);
        let number = info.as_ref().and_then(|info| info.status);
        let number = number.or(flow).or(document.beian_status);
        let mut answer = Self::of(number.map(WechatStatus::from_wechat_number));
        let verified = info.as_ref().and_then(|info| info.sms_verify_status);
        if let Some(number) = verified.or(document.sms_verify_status) {
            answer = answer.sms_verify_status(number);
        }
        match info {
            Some(info) => with(answer, info.audit_data)
                .available(info.available != Some(0))
                .canceling(info.is_canceling == Some(true)),
            None => answer,
        }
    }
}
