//! The stored form of kept IDs.

use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    KeptIds,
    encoding::{Mobile, Sixteen},
    version::{first_only, write_first},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    mobile: Mobile,
    key: u32,
    ids: Vec<Sixteen>,
}

/// `{"v1": [{"mobile": …, "key": 1, "ids": […]}]}`; a compact format has the version as a number.
impl Serialize for KeptIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = self.list.iter().filter_map(|identity| {
            Some(Kept {
                mobile: Mobile(identity.mobile?),
                key: identity.id_key.into(),
                ids: identity
                    .ids
                    .as_slice()
                    .iter()
                    .copied()
                    .map(Sixteen)
                    .collect(),
            })
        });
        write_first(serializer, &kept.collect::<Vec<_>>())
    }
}

/// What isn't sorted by number, or has a number without an ID, is refused.
impl<'de> Deserialize<'de> for KeptIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept: Vec<Kept> = first_only(deserializer, "kept IDs")?;
        if !kept.is_sorted_by(|one, next| one.mobile.0 < next.mobile.0) {
            return Err(D::Error::custom(
                "kept IDs: expected each number once, in order",
            ));
        }
        if kept.iter().any(|kept| kept.ids.is_empty()) {
            return Err(D::Error::custom(
                "kept IDs: expected an ID with each number",
            ));
        }
        let identity = |kept: Kept| {
            let ids = kept.ids.iter().map(|id| id.0);
            Self::identity(kept.mobile.0, kept.key.into(), ids)
        };
        Ok(Self {
            list: kept.into_iter().map(identity).collect(),
        })
    }
}
