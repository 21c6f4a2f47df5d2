//! The published shapes, read (B35): whatever isn't named here is passed over.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{WechatAnswer, WechatStatus};
use crate::filing::ReturnReasons;

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(default)]
    errcode: Option<i64>,
    #[serde(default)]
    info: Option<Info<'a>>,
    #[serde(default)]
    procedure_status: Option<u32>,
    #[serde(default)]
    sms_verify_status: Option<u32>,
    #[serde(default)]
    beian_status: Option<u32>,
    #[serde(default, borrow)]
    hints: Refusals<'a>,
}

#[derive(Deserialize)]
struct Info<'a> {
    #[serde(default)]
    status: Option<u32>,
    #[serde(default)]
    sms_verify_status: Option<u32>,
    #[serde(default)]
    available: Option<u32>,
    #[serde(default)]
    is_canceling: Option<bool>,
    #[serde(default, borrow)]
    audit_data: Refusals<'a>,
}

/// One of `audit_data`, or of `hints`.
#[derive(Deserialize)]
struct Refusal<'a> {
    #[serde(default, borrow, alias = "err_field")]
    key_name: Words<'a>,
    #[serde(default, borrow, alias = "errmsg")]
    error: Words<'a>,
    #[serde(default, borrow)]
    suggest: Words<'a>,
}

/// A text; whatever else stands in its place is none, and isn't told in an error.
#[derive(Default)]
struct Words<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(text.into())
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(String::from(text).into())
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Cow::default())
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Cow::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Cow::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Cow::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Cow::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Cow::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Cow::default())
            }
        }

        deserializer.deserialize_any(Any).map(Self)
    }
}

/// No more of them than reasons are kept; the rest isn't looked at.
#[derive(Default)]
struct Refusals<'a>(Vec<Refusal<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Refusals<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Vec<Refusal<'de>>;

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
                while refusals.len() < ReturnReasons::MAX {
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

impl From<Document<'_>> for WechatAnswer {
    fn from(document: Document<'_>) -> Self {
        let with = |answer: Self, refusals: Refusals<'_>| {
            let refusals = refusals.0.into_iter();
            refusals.fold(answer, |answer, it| {
                answer.refusal(&it.key_name.0, &it.error.0, &it.suggest.0)
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
