//! Case folding: what "the same but for case" means, for every evaluator.
//!
//! Unicode simple case folding (status C and S of `CaseFolding.txt`, UAX #44), character by
//! character: a text keeps its number of characters, so that `?` means the same before and
//! after. `ß` is not `ss`; `ς`, `σ` and `Σ` are one; `ẞ` is `ß`; Turkish rules do not apply.

use std::borrow::Cow;

/// The folded form of one character.
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    unicode_case_mapping::case_folded(c)
        .and_then(|folded| char::from_u32(folded.get()))
        .unwrap_or(c)
}

/// Appends the folded form of `text` to `out`, which keeps what it holds.
pub fn fold_into(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let (ascii, other) = rest.split_at(ascii_len(rest.as_bytes()));
        push_ascii(ascii, out);
        if other.is_empty() {
            return;
        }
        let end = other.bytes().position(|byte| byte.is_ascii());
        let (other, after) = other.split_at(end.unwrap_or(other.len()));
        out.extend(other.chars().map(fold_char));
        rest = after;
    }
}

/// How many bytes are before the first that is not ASCII.
fn ascii_len(bytes: &[u8]) -> usize {
    const HIGH: u128 = u128::from_ne_bytes([0x80; 16]);
    let (chunks, _) = bytes.as_chunks::<16>();
    let ascii = chunks
        .iter()
        .take_while(|chunk| u128::from_ne_bytes(**chunk) & HIGH == 0)
        .count()
        * 16;
    let rest = bytes.get(ascii..).unwrap_or_default();
    ascii + rest.iter().take_while(|byte| byte.is_ascii()).count()
}

fn push_ascii(ascii: &str, out: &mut String) {
    let start = out.len();
    out.push_str(ascii);
    if let Some(new) = out.get_mut(start..) {
        new.make_ascii_lowercase();
    }
}

/// The folded form of `text`, which is `text` itself where folding changes nothing.
pub fn fold(text: &str) -> Cow<'_, str> {
    let folded = if text.is_ascii() {
        !text.bytes().any(|byte| byte.is_ascii_uppercase())
    } else {
        text.chars().all(|c| fold_char(c) == c)
    };
    if folded {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn follows_the_unicode_table() {
        for (text, folded) in [
            ("AbC-9", "abc-9"),
            ("ÄÖÜ", "äöü"),
            ("Σσς", "σσσ"),
            ("ẞß", "ßß"),
            ("ss", "ss"),
            ("İ", "İ"),
            ("I", "i"),
            ("\u{212A}", "k"),
            ("ДЖ", "дж"),
            ("ꭰ", "Ꭰ"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
        assert!(matches!(fold("already"), Cow::Borrowed(_)));
    }

    proptest! {
        /// Folding twice changes nothing, keeps the number of characters, and both forms of
        /// the function agree, whatever is in the buffer before.
        #[test]
        fn is_idempotent_and_per_character(text in "[a-zA-ZäÄß\u{1E9E}Σς\u{10400}\\PC]{0,30}") {
            let once = fold(&text).into_owned();
            prop_assert_eq!(&fold(&once), &once);
            prop_assert_eq!(once.chars().count(), text.chars().count());
            let mut out = "É".to_owned();
            fold_into(&text, &mut out);
            prop_assert_eq!(out, format!("É{once}"));
        }
    }
}
