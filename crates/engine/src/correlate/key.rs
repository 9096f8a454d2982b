//! What makes a group or a term: values side by side, compared without case.

use super::observation::{FIELD_END, Fields, VALUE_END};
use crate::fold::{fold, fold_into};
use siphasher::sip128::{Hasher128, SipHasher24};
use std::borrow::Cow;
use std::hash::Hasher;

/// Groups, or terms, that one observation is in.
pub(crate) const MOST_COMBINATIONS: usize = 100;
/// Bytes of a value; a longer one is kept as its beginning and a hash.
const LONGEST: usize = 1024;

/// A hash that is the same everywhere and always.
pub(crate) fn stable_hash<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> u128 {
    let mut hasher = SipHasher24::new();
    for part in parts {
        hasher.write(part);
        hasher.write_u8(FIELD_END);
    }
    hasher.finish128().as_u128()
}

/// The text itself, or, for a very long one, its beginning and a hash of it all.
pub(crate) fn clip(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let hash = stable_hash([fold(text).as_bytes()]);
    let mut end = LONGEST - 64;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let start = text.get(..end).unwrap_or_default();
    Cow::Owned(format!("{start}… {hash:032x}"))
}

/// The keys an observation has for some fields: one, or for arrays one per combination.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    raw: Vec<u8>,
    folded: String,
    /// Folded values as bytes with their ends.
    packed: Vec<u8>,
    ends: Vec<(usize, usize)>,
}

/// How many keys there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A field is missing.
    None,
    /// As many as are kept.
    All,
    /// More than are kept.
    Clipped,
}

impl Keys {
    /// Finds the keys of the fields at `places`.
    pub fn find(&mut self, fields: &Fields, places: &[usize]) -> Found {
        self.raw.clear();
        self.packed.clear();
        self.ends.clear();
        for place in places {
            let mut values = fields.values(*place);
            let Some(value) = values.next() else {
                return Found::None;
            };
            if values.next().is_some() {
                return self.combine(fields, places);
            }
            self.push(value);
        }
        self.ends.push((self.raw.len(), self.packed.len()));
        Found::All
    }

    fn push(&mut self, value: &str) {
        self.raw.extend_from_slice(value.as_bytes());
        self.raw.push(VALUE_END);
        if value.is_ascii() {
            let start = self.packed.len();
            self.packed.extend_from_slice(value.as_bytes());
            if let Some(new) = self.packed.get_mut(start..) {
                new.make_ascii_lowercase();
            }
        } else {
            self.folded.clear();
            fold_into(value, &mut self.folded);
            self.packed.extend_from_slice(self.folded.as_bytes());
        }
        self.packed.push(VALUE_END);
    }

    fn combine(&mut self, fields: &Fields, places: &[usize]) -> Found {
        let mut columns: Vec<Vec<&str>> = Vec::with_capacity(places.len());
        for place in places {
            let mut seen: Vec<String> = Vec::new();
            let mut column = Vec::new();
            for value in fields.values(*place) {
                let folded = fold(value);
                if !seen.iter().any(|s| *s == folded) {
                    seen.push(folded.into_owned());
                    column.push(value);
                }
            }
            if column.is_empty() {
                return Found::None;
            }
            columns.push(column);
        }
        self.raw.clear();
        self.packed.clear();
        let mut digits = vec![0usize; columns.len()];
        loop {
            if self.ends.len() == MOST_COMBINATIONS {
                return Found::Clipped;
            }
            for (column, digit) in columns.iter().zip(&digits) {
                self.push(column.get(*digit).copied().unwrap_or_default());
            }
            self.ends.push((self.raw.len(), self.packed.len()));
            // the last field runs fastest
            let mut carried = true;
            for (digit, column) in digits.iter_mut().zip(&columns).rev() {
                *digit += 1;
                if *digit < column.len() {
                    carried = false;
                    break;
                }
                *digit = 0;
            }
            if carried {
                return Found::All;
            }
        }
    }

    /// How many keys were found.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A key: as spelled, and folded.
    pub fn get(&self, index: usize) -> (&[u8], &[u8]) {
        let before = index.checked_sub(1).and_then(|i| self.ends.get(i));
        let (raw, packed) = before.copied().unwrap_or_default();
        let (raw_end, packed_end) = self.ends.get(index).copied().unwrap_or_default();
        (
            self.raw.get(raw..raw_end).unwrap_or_default(),
            self.packed.get(packed..packed_end).unwrap_or_default(),
        )
    }
}

/// Whether a key as spelled is the folded one.
pub(crate) fn is_folded(raw: &[u8], folded: &[u8]) -> bool {
    // what is equal but for ASCII case is equal folded, for the folded form folds to itself
    raw.eq_ignore_ascii_case(folded) || !raw.is_ascii() && folded_key(raw) == folded
}

/// The folded form of a key.
pub(crate) fn folded_key(raw: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(raw.len());
    for value in texts(raw) {
        folded.extend_from_slice(fold(value).as_bytes());
        folded.push(VALUE_END);
    }
    folded
}

/// The values of a key.
pub(crate) fn texts(key: &[u8]) -> impl Iterator<Item = &str> {
    let mut rest = key;
    std::iter::from_fn(move || {
        let end = memchr::memchr(VALUE_END, rest)?;
        let text = std::str::from_utf8(rest.get(..end)?).unwrap_or_default();
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(fields: &[&[&str]], places: &[usize]) -> (Found, Vec<String>, Vec<String>) {
        let fields = Fields::pack(fields.iter().map(|field| field.iter().copied()));
        let mut keys = Keys::default();
        let found = keys.find(&fields, places);
        let show = |key: &[u8]| texts(key).collect::<Vec<_>>().join("|");
        let all = |get: &dyn Fn(usize) -> String| (0..keys.len()).map(get).collect();
        (
            found,
            all(&|i| show(keys.get(i).0)),
            all(&|i| show(keys.get(i).1)),
        )
    }

    #[test]
    fn one_key_per_combination() {
        let fields: &[&[&str]] = &[&["Ann", "ANN", "bob"], &["x", "y"], &[], &["ÄK"]];
        let (found, raw, folded) = keys(fields, &[0, 1]);
        assert_eq!(found, Found::All);
        assert_eq!(raw, ["Ann|x", "Ann|y", "bob|x", "bob|y"]);
        assert_eq!(folded, ["ann|x", "ann|y", "bob|x", "bob|y"]);
        assert_eq!(keys(fields, &[3]).2, ["äk"]);
        assert_eq!(keys(fields, &[0, 2]).0, Found::None);
        assert_eq!(keys(fields, &[9]).0, Found::None);
        assert_eq!(keys(fields, &[]).1, [""]);
        let many: Vec<String> = (0..101).map(|i| i.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let (found, raw, _) = keys(&[&many], &[0]);
        assert_eq!((found, raw.len()), (Found::Clipped, MOST_COMBINATIONS));
    }

    #[test]
    fn folded_is_told_from_spelled() {
        for (raw, folded, same) in [
            (&b"Ann\xFE"[..], &b"ann\xFE"[..], true),
            ("\u{212A}\u{0}".as_bytes(), b"k\x00", false),
            (b"ann\xFE", b"anna\xFE", false),
        ] {
            assert_eq!(is_folded(raw, folded), same);
        }
        let kelvin = ["\u{212A}x".as_bytes(), b"\xFE"].concat();
        assert!(is_folded(&kelvin, b"kx\xFE"));
    }

    #[test]
    fn long_values_stay_apart() {
        let (a, b) = ("x".repeat(5000), "x".repeat(5001));
        assert!(clip(&a).len() <= LONGEST && clip(&a) != clip(&b));
        assert_eq!(clip("short"), "short");
        assert!(clip(&"é".repeat(600)).starts_with('é'));
    }
}
