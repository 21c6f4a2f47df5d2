//! The forms in which a secret could lie somewhere, and a search for them.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "each test file uses its part; a panic is how a test fails"
)]

use std::fmt::Write as _;

/// A text as it is, as hex, and as base64 in each of its three alignments.
pub fn of_text(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![
        text.as_bytes().to_vec(),
        hex(text.as_bytes()).into_bytes(),
        hex(text.as_bytes()).to_uppercase().into_bytes(),
    ];
    forms.extend((0..3).map(|ahead| base64_within(text, ahead).into_bytes()));
    forms
}

/// The same of a code, and its number: hex, base64, both byte orders, a varint, JSON.
pub fn of_code(code: &str) -> Vec<Vec<u8>> {
    let number = code.parse::<u32>().unwrap();
    let mut forms = of_text(code);
    forms.extend([
        hex(&number.to_be_bytes()).into_bytes(),
        hex(&number.to_le_bytes()).into_bytes(),
        number.to_be_bytes().to_vec(),
        number.to_le_bytes().to_vec(),
        varint(number),
        base64(&number.to_be_bytes()).into_bytes(),
    ]);
    if !code.starts_with('0') {
        forms.push(format!(":{number},").into_bytes());
        forms.push(format!(":{number}}}").into_bytes());
    }
    forms
}

pub fn holds(trace: &[u8], form: &[u8]) -> bool {
    trace.windows(form.len()).any(|window| window == form)
}

pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

/// The characters that base64 gives these bytes `ahead` bytes into a text, whatever is around.
pub fn base64_within(text: &str, ahead: usize) -> String {
    let padded = [&vec![0; ahead], text.as_bytes(), &[0; 3][..]].concat();
    let all = base64(&padded);
    let (first, end) = ((ahead * 8).div_ceil(6), (ahead + text.len()) * 8 / 6);
    all[first..end].to_owned()
}

/// Without padding, and without the last sextet if it isn't whole.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1));
    let bits = bits.collect::<Vec<_>>();
    let sextet = |bits: &[u8]| bits.iter().fold(0, |all, bit| all << 1 | usize::from(*bit));
    bits.chunks_exact(6)
        .map(|bits| char::from(ALPHABET[sextet(bits)]))
        .collect()
}

/// Seven bits a byte, the least first, as compact formats store a number.
fn varint(number: u32) -> Vec<u8> {
    let mut rest = number;
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap();
        rest >>= 7;
        if rest == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
