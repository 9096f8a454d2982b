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
    if text.is_ascii() {
        return push_ascii(text, out);
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let (ascii, other) = rest.split_at(at);
        push_ascii(ascii, out);
        let end = other
            .bytes()
            .position(|byte| byte.is_ascii())
            .unwrap_or(other.len());
        let (other, after) = other.split_at(end);
        out.extend(other.chars().map(fold_char));
        rest = after;
    }
    push_ascii(rest, out);
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
