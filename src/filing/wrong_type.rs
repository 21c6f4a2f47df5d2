//! Values of a form that are of another type than their field: a number without quotes, a list in the place
//! of an object.
//!
//! They are problems like all others, with path and text, so reading must go on behind them: what stood
//! there is passed over, unseen (it may be somebody's number), and its place is marked. The mark is a
//! noncharacter, which Unicode keeps for such use inside a program; in a form of `String`s it needs no field
//! of its own. Whoever types the mark gets the problem.

use super::ProblemKind;

const MARK: char = '\u{FDD0}';

/// What the value at a path should have been; `None` if it is a text as it should be.
pub(crate) fn wrong_type(text: &str) -> Option<ProblemKind> {
    match text.strip_prefix(MARK)? {
        "list" => Some(ProblemKind::NotAList),
        "object" => Some(ProblemKind::NotAnObject),
        _ => Some(ProblemKind::NotText),
    }
}

#[cfg(feature = "serde")]
pub(crate) mod read {
    use alloc::{borrow::ToOwned, string::String, vec::Vec};
    use core::{fmt, marker::PhantomData};

    use serde::{
        Deserialize, Deserializer,
        de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
    };

    use super::MARK;

    fn marked(expected: &str) -> String {
        let mut mark = String::from(MARK);
        mark.push_str(expected);
        mark
    }

    /// A part of a form, as it is where something else stood in its place: its first text bears the mark.
    pub(in crate::filing) trait Part: Default {
        fn marked(mark: String) -> Self;
    }

    /// Of a stored order too, which may be in a compact format; those know no types to be wrong.
    pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        if from.is_human_readable() {
            any::<Text, D>(from).map(|text| text.0.unwrap_or_default())
        } else {
            String::deserialize(from)
        }
    }

    /// As [`text`], where nothing is as good as a blank.
    pub(crate) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
        if from.is_human_readable() {
            any::<Text, D>(from).map(|text| text.0)
        } else {
            Option::deserialize(from)
        }
    }

    pub(in crate::filing) fn list<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<String>>, D::Error> {
        let texts = any::<List<Text>, D>(from)?.0;
        let text = |text: Text| text.0.unwrap_or_default();
        Ok(texts.map(|texts| texts.into_iter().map(text).collect()))
    }

    pub(in crate::filing) fn object<'de, T: Part + Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        any::<Object<T>, D>(from).map(|object| object.0)
    }

    pub(in crate::filing) fn objects<'de, T: Part + Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        let objects = any::<List<Object<T>>, D>(from)?.0.unwrap_or_default();
        Ok(objects.into_iter().map(|object| object.0).collect())
    }

    /// A whole form, in the place of which nothing else can stand.
    pub(in crate::filing) trait Form<'de>: Sized {
        fn of_object<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
    }

    pub(in crate::filing) fn form<'de, T: Form<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let whole = any::<Whole<T>, D>(from)?.0;
        whole.ok_or_else(|| de::Error::custom("invalid type, expected an object"))
    }

    struct Whole<T>(Option<T>);

    impl<'de, T: Form<'de>> Value<'de> for Whole<T> {
        fn nothing() -> Self {
            Self(None)
        }

        fn wrong() -> Self {
            Self(None)
        }

        fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
            T::of_object(de::value::MapAccessDeserializer::new(object)).map(|form| Self(Some(form)))
        }
    }

    fn any<'de, V: Value<'de>, D: Deserializer<'de>>(from: D) -> Result<V, D::Error> {
        from.deserialize_any(Any(PhantomData))
    }

    /// What a field takes: a text, a list or an object; nothing; or the mark that it was something else.
    trait Value<'de>: Sized {
        fn nothing() -> Self;

        fn wrong() -> Self;

        fn of_text(_: &str) -> Self {
            Self::wrong()
        }

        fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::wrong())
        }

        fn of_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::wrong())
        }
    }

    struct Text(Option<String>);

    impl Value<'_> for Text {
        fn nothing() -> Self {
            Self(None)
        }

        fn wrong() -> Self {
            Self(Some(marked("text")))
        }

        fn of_text(text: &str) -> Self {
            Self(Some(text.to_owned()))
        }
    }

    struct Object<T>(T);

    impl<'de, T: Part + Deserialize<'de>> Value<'de> for Object<T> {
        fn nothing() -> Self {
            Self(T::default())
        }

        fn wrong() -> Self {
            Self(T::marked(marked("object")))
        }

        fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
            T::deserialize(de::value::MapAccessDeserializer::new(object)).map(Self)
        }
    }

    struct List<T>(Option<Vec<T>>);

    /// An item that stands for the whole list.
    trait Item {
        fn not_a_list() -> Self;
    }

    impl Item for Text {
        fn not_a_list() -> Self {
            Self(Some(marked("list")))
        }
    }

    impl<T: Part> Item for Object<T> {
        fn not_a_list() -> Self {
            Self(T::marked(marked("list")))
        }
    }

    impl<'de, T: Item + Value<'de>> Value<'de> for List<T> {
        fn nothing() -> Self {
            Self(None)
        }

        fn wrong() -> Self {
            Self(Some(Vec::from([T::not_a_list()])))
        }

        fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = list.next_element_seed(Any(PhantomData))? {
                items.push(item);
            }
            Ok(Self(Some(items)))
        }
    }

    struct Any<V>(PhantomData<V>);

    impl<'de, V: Value<'de>> de::DeserializeSeed<'de> for Any<V> {
        type Value = V;

        fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<V, D::Error> {
            from.deserialize_any(self)
        }
    }

    /// Takes whatever comes.
    macro_rules! visit {
        ($($visit:ident: $type:ty),+) => {
            $(fn $visit<E: de::Error>(self, _: $type) -> Result<V, E> {
                Ok(V::wrong())
            })+
        };
    }

    impl<'de, V: Value<'de>> Visitor<'de> for Any<V> {
        type Value = V;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        fn visit_unit<E: de::Error>(self) -> Result<V, E> {
            Ok(V::nothing())
        }

        fn visit_none<E: de::Error>(self) -> Result<V, E> {
            Ok(V::nothing())
        }

        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V, D::Error> {
            from.deserialize_any(self)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<V, E> {
            Ok(V::of_text(text))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V, A::Error> {
            V::of_list(list)
        }

        fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V, A::Error> {
            V::of_object(object)
        }

        visit!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128,
            visit_f64: f64, visit_bytes: &[u8]);
    }
}
