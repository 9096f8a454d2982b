//! The encodings of a value: UTF-16 in three forms, Base64, and Base64 at every offset.

use crate::pred::{Part, Pattern};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The forms of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Utf16 {
    /// Low byte first.
    Little,
    /// High byte first.
    Big,
    /// A byte order mark, then low byte first (modifiers appendix: `FF FE 63 00 …`).
    Marked,
}

/// A piece of a value that is no longer text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes, never none.
    Bytes(Vec<u8>),
    /// A wildcard.
    Wild(Part),
}

/// The bytes of a pattern's text; wildcards stay between them.
pub(super) fn utf16(pattern: &Pattern, form: Utf16) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut mark = form == Utf16::Marked;
    for part in pattern.parts() {
        let Part::Text(text) = part else {
            pieces.push(Piece::Wild(part.clone()));
            continue;
        };
        let mut bytes = Vec::with_capacity(text.len() * 2 + 2);
        if std::mem::take(&mut mark) {
            bytes.extend([0xFF, 0xFE]);
        }
        for unit in text.encode_utf16() {
            bytes.extend(match form {
                Utf16::Big => unit.to_be_bytes(),
                Utf16::Little | Utf16::Marked => unit.to_le_bytes(),
            });
        }
        pieces.push(Piece::Bytes(bytes));
    }
    pieces
}

/// The pieces as text, where every byte is a character of its own in UTF-8 (below 0x80).
pub(super) fn as_text(pieces: &[Piece]) -> Option<Pattern> {
    let mut pattern = Pattern::default();
    for piece in pieces {
        match piece {
            Piece::Wild(part) => pattern.push(part.clone()),
            Piece::Bytes(bytes) if bytes.is_ascii() => {
                pattern.push(Part::Text(bytes.iter().copied().map(char::from).collect()))
            }
            Piece::Bytes(_) => return None,
        }
    }
    Some(pattern)
}

/// Base64 with padding (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What Base64 makes of `bytes` wherever they stand: one text for each of the three places
/// in a group of three bytes, cut to the characters that depend on nothing around them.
/// None where such a text would be empty, which takes fewer than two bytes.
pub(super) fn base64_offsets(bytes: &[u8]) -> Option<[String; 3]> {
    if bytes.len() < 2 {
        return None;
    }
    let at = |before: usize| {
        let mut padded = vec![0; before];
        padded.extend_from_slice(bytes);
        // A character holds six bits: skip those that begin before the value's first bit,
        // and end before the first that reaches past its last.
        let skip = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        base64(&padded).chars().take(end).skip(skip).collect()
    };
    Some([at(0), at(1), at(2)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(s: &str) -> Pattern {
        Pattern::literal(s)
    }

    #[test]
    fn utf16_forms_follow_the_appendix() {
        assert_eq!(
            utf16(&text("cmd"), Utf16::Little),
            [Piece::Bytes(vec![0x63, 0, 0x6D, 0, 0x64, 0])]
        );
        assert_eq!(
            utf16(&text("cmd"), Utf16::Big),
            [Piece::Bytes(vec![0, 0x63, 0, 0x6D, 0, 0x64])]
        );
        assert_eq!(
            utf16(&text("cmd"), Utf16::Marked),
            [Piece::Bytes(vec![0xFF, 0xFE, 0x63, 0, 0x6D, 0, 0x64, 0])]
        );
    }

    #[test]
    fn utf16_takes_any_character_and_keeps_wildcards() {
        assert_eq!(
            utf16(&Pattern::parse("ä*🦀"), Utf16::Little),
            [
                Piece::Bytes(vec![0xE4, 0]),
                Piece::Wild(Part::Many),
                Piece::Bytes(vec![0x3E, 0xD8, 0x80, 0xDD])
            ]
        );
    }

    #[test]
    fn bytes_beyond_ascii_are_no_text() {
        assert_eq!(as_text(&utf16(&text("ä"), Utf16::Little)), None);
        assert_eq!(as_text(&utf16(&text("ab"), Utf16::Marked)), None);
        assert_eq!(
            as_text(&utf16(&Pattern::parse("a?b"), Utf16::Big)),
            Some(Pattern::parse("\0a?\0b"))
        );
    }

    #[test]
    fn offsets_count_bytes_and_not_characters() {
        assert_eq!(
            base64_offsets("äb".as_bytes()),
            Some(["w6Ri".into(), "OkY".into(), "DpG".into()])
        );
        assert_eq!(base64_offsets(b"a"), None);
    }

    proptest! {
        /// Each variant is found where its offset says, whatever stands around the value.
        #[test]
        fn every_offset_is_found(
            before in proptest::collection::vec(any::<u8>(), 0..9),
            value in proptest::collection::vec(any::<u8>(), 2..20),
            after in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let whole = base64(&[before.clone(), value.clone(), after].concat());
            let offsets = base64_offsets(&value).unwrap();
            prop_assert!(whole.contains(&offsets[before.len() % 3]));
        }

        /// No character of a variant depends on what stands around the value, and none more
        /// could be added that does not.
        #[test]
        fn variants_are_as_long_as_can_be(value in proptest::collection::vec(any::<u8>(), 2..20)) {
            for (offset, variant) in base64_offsets(&value).unwrap().iter().enumerate() {
                let bits = value.len() * 8;
                let lost = (6 - offset * 8 % 6) % 6;
                prop_assert_eq!(variant.len(), (bits - lost) / 6);
            }
        }
    }
}
