//! An order in JSON: the crate's form, and beside it what is known.

use std::fmt;

use beian::{OrderForm, filing::checks::OrderFacts};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, MapAccess, Visitor,
        value::{MapAccessDeserializer, StringDeserializer},
    },
};

/// The form's own fields, and `facts`.
#[derive(Debug, Default)]
pub struct OrderBody {
    /// What was typed.
    pub form: OrderForm,
    /// What is known beside it.
    pub facts: OrderFacts,
}

const FACTS: &str = "facts";

impl<'de> Deserialize<'de> for OrderBody {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Body)
    }
}

struct Body;

impl<'de> Visitor<'de> for Body {
    type Value = OrderBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an order")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OrderBody, A::Error> {
        let mut facts = None;
        let without = WithoutFacts {
            map,
            facts: &mut facts,
        };
        let form = OrderForm::deserialize(MapAccessDeserializer::new(without))?;
        let facts = facts.unwrap_or_default();
        Ok(OrderBody { form, facts })
    }
}

/// The object without what isn't the form's; that is put aside.
struct WithoutFacts<'a, A> {
    map: A,
    facts: &'a mut Option<OrderFacts>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutFacts<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            if key != FACTS {
                return seed.deserialize(StringDeserializer::new(key)).map(Some);
            }
            if self.facts.is_some() {
                return Err(A::Error::duplicate_field(FACTS));
            }
            let facts = self.map.next_value::<Option<OrderFacts>>()?;
            *self.facts = Some(facts.unwrap_or_default());
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_beside_the_form() {
        let read = |text: &str| serde_json::from_str::<OrderBody>(text);
        let body = read(r#"{"province": "北京", "facts": {"services_filed": 2}}"#).unwrap();
        assert_eq!(body.form.province, "北京");
        assert_eq!(body.facts.services_filed, Some(2));
        assert!(read(r#"{"facts": null}"#).is_ok());
        for wrong in [
            r#"{"facts": {}, "facts": {}}"#,
            r#"{"provinze": "北京"}"#,
            r#"{"facts": {"unknown": 1}}"#,
            r#"{"province": "北京", "province": "北京"}"#,
            "[]",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
