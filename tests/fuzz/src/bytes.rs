//! Bytes as values, and values as bytes.

use serde::{Serialize, de::DeserializeOwned};

/// What the bytes are in either form.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> impl Iterator<Item = T> {
    let json = serde_json::from_slice(bytes).ok();
    json.into_iter().chain(postcard::from_bytes(bytes).ok())
}

/// Written and read again, in both forms, it is the same.
pub(crate) fn assert_kept<T: Serialize + DeserializeOwned>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    let packed = postcard::to_allocvec(value).unwrap();
    let from_json = serde_json::from_str::<T>(&json).unwrap_or_else(|e| panic!("{e}: {json}"));
    let unpacked = postcard::from_bytes::<T>(&packed).unwrap_or_else(|e| panic!("{e}: {json}"));
    for again in [from_json, unpacked] {
        assert_eq!(serde_json::to_string(&again).unwrap(), json);
        assert_eq!(postcard::to_allocvec(&again).unwrap(), packed);
    }
}

/// The bytes as text, as far as they are text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    let chunk = bytes.utf8_chunks().next();
    chunk.map_or("", |chunk| chunk.valid())
}

/// What is said doesn't hold what was typed. Words may stand in both; a number of nine digits can't.
pub(crate) fn assert_no_echo(said: &str, typed: &str) {
    let digits = typed.chars().filter(|c| c.is_numeric()).count();
    assert!(digits < 9 || !said.contains(typed));
}
