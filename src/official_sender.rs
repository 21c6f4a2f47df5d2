//! Who texts the code.

/// Whether a message may have come from the regulator: its number is `12381`, or `106`, ten digits
/// and `12381` (R14). A necessary sign, not a proof: sender numbers can be forged.
///
/// ```
/// use beian::is_official_sender;
///
/// assert!(is_official_sender("12381"));
/// assert!(is_official_sender("106123456789012381"));
/// assert!(!is_official_sender("10612381"));
/// ```
#[must_use]
pub fn is_official_sender(number: &str) -> bool {
    let between = |number: &str| Some(number.strip_prefix("106")?.strip_suffix("12381")?.len());
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    number == "12381" || (digits && between(number) == Some(10))
}

#[cfg(test)]
mod tests {
    use super::is_official_sender;

    #[test]
    fn r14_only_12381_and_106_with_ten_digits_between() {
        assert!(is_official_sender("12381"));
        assert!(is_official_sender("106000000000012381"));
        for other in [
            "",
            "1238",
            "012381",
            "123811",
            "10600000000012381",
            "1060000000000012381",
            "107000000000012381",
            "106a00000000012381",
            "+106000000000012381",
        ] {
            assert!(!is_official_sender(other), "{other}");
        }
    }
}
