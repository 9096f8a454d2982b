//! The regular expressions of a program: one for all logs and threads, compiled when first
//! needed. Most never are, since the literals they cannot do without are in no value.

use super::required::Required;
use super::text::Exhausted;
use crate::naive::{BACKTRACK_LIMIT, BACKTRACK_TEXT};
use rustc_hash::FxHashMap;
use sigwright_ir::pred::Regex;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How large a compiled regular expression may be, in bytes.
const REGEX_SIZE: usize = 64 << 20;

/// The regular expressions asked for so far.
#[derive(Debug)]
pub(super) struct Regexes {
    gated: bool,
    known: Mutex<FxHashMap<Regex, Arc<LazyRegex>>>,
}

impl Regexes {
    /// None yet. If `gated`, they are tried only on texts that hold the literals they need.
    pub(super) fn new(gated: bool) -> Self {
        Regexes {
            gated,
            known: Mutex::default(),
        }
    }

    /// The one for a rule's expression.
    pub(super) fn get(&self, regex: &Regex) -> Arc<LazyRegex> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(regex) {
            return shared.clone();
        }
        let shared = Arc::new(LazyRegex::new(regex, self.gated));
        known.insert(regex.clone(), shared.clone());
        shared
    }
}

/// A rule's regular expression; asked of the text as the log spells it.
#[derive(Debug)]
pub(super) struct LazyRegex {
    regex: Regex,
    gated: bool,
    required: OnceLock<Required>,
    /// For texts of ASCII alone; the inner `None` where it would have to know more.
    ascii: OnceLock<Option<regex::bytes::Regex>>,
    engine: OnceLock<Engine>,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    /// One that needs look-around or back-references; stops after a bounded effort.
    Backtracking(Box<fancy_regex::Regex>),
    /// One that no engine takes; never asked of rules that passed the compiler's checks.
    Never,
}

impl LazyRegex {
    fn new(regex: &Regex, gated: bool) -> Self {
        LazyRegex {
            regex: regex.clone(),
            gated,
            required: OnceLock::new(),
            ascii: OnceLock::new(),
            engine: OnceLock::new(),
        }
    }

    /// Folded literals of which every match holds one; `None` where none is worth looking for.
    pub(super) fn literals(&self) -> Option<&[String]> {
        self.required().telling.as_deref()
    }

    fn required(&self) -> &Required {
        self.required.get_or_init(|| match self.gated {
            true => Required::of(&self.regex),
            false => Required::default(),
        })
    }

    /// Whether a text holds a match, folded and as spelled; `Err` where a limit on
    /// backtracking was hit.
    pub(super) fn is_match(&self, folded: &str, text: &str) -> Result<bool, Exhausted> {
        if !self.required().others_in(folded) {
            return Ok(false);
        }
        if text.is_ascii()
            && let Some(regex) = self.ascii.get_or_init(|| ascii(&self.regex))
        {
            return Ok(regex.is_match(text.as_bytes()));
        }
        match self.engine.get_or_init(|| Engine::of(&self.regex)) {
            Engine::Linear(regex) => Ok(regex.is_match(text)),
            Engine::Backtracking(_) if text.len() > BACKTRACK_TEXT => Err(Exhausted),
            Engine::Backtracking(regex) => regex.is_match(text).map_err(|_| Exhausted),
            Engine::Never => Ok(false),
        }
    }
}

/// A rule's expression with classes, word boundaries and case of ASCII alone: the same on
/// texts of ASCII, for a small part of the states. An expression that names characters beyond
/// has none.
fn ascii(regex: &Regex) -> Option<regex::bytes::Regex> {
    // `k` and the sign for kelvin are one where case does not count
    let names_others = [r"\x", r"\u", r"\U"]
        .iter()
        .any(|escape| regex.pattern.contains(escape));
    if names_others || !regex.pattern.is_ascii() {
        return None;
    }
    regex::bytes::RegexBuilder::new(&regex.flagged())
        .unicode(false)
        .size_limit(REGEX_SIZE)
        .build()
        .ok()
}

impl Engine {
    fn of(regex: &Regex) -> Self {
        let text = regex.flagged();
        let linear = regex::RegexBuilder::new(&text)
            .size_limit(REGEX_SIZE)
            .build();
        if let Ok(regex) = linear {
            return Engine::Linear(regex);
        }
        match fancy_regex::RegexBuilder::new(&text)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
        {
            Ok(regex) => Engine::Backtracking(Box::new(regex)),
            Err(_) => Engine::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex(pattern: &str) -> Regex {
        Regex {
            pattern: pattern.to_owned(),
            ignore_case: false,
            multi_line: false,
            dot_all: false,
        }
    }

    #[test]
    fn equal_expressions_are_one() {
        let regexes = Regexes::new(true);
        let first = regexes.get(&regex("a+b"));
        assert!(Arc::ptr_eq(&first, &regexes.get(&regex("a+b"))));
        assert!(!Arc::ptr_eq(&first, &regexes.get(&regex("a+c"))));
        assert!(first.engine.get().is_none());
        assert_eq!(first.is_match("b", "b"), Ok(false));
        assert!(first.engine.get().is_none());
        assert_eq!(first.is_match("xaab", "xaab"), Ok(true));
    }

    #[test]
    fn ascii_and_unicode_agree_on_ascii() {
        for (pattern, text) in [
            (r"^\w{1,3}$", "ab"),
            (r"(?i)^k\b.S$", "K!s"),
            (r"(?i)\u{212A}", "k"),
            (r"(?i)[\x{17F}]", "s"),
            (r"[^\x00-\x7f]|\xb5", "abc"),
            (r"\p{Lu}\d\s\B", "A1 "),
            (r"(?u)^\W$", "-"),
        ] {
            let unicode = regex::Regex::new(pattern).unwrap();
            let lazy = LazyRegex::new(&regex(pattern), true);
            let answer = lazy.is_match(&crate::fold::fold(text), text);
            assert_eq!(answer, Ok(unicode.is_match(text)), "{pattern}");
        }
        let word = LazyRegex::new(&regex(r"^\w{1,3}$"), true);
        assert_eq!(word.is_match("ab", "ab"), Ok(true));
        assert!(word.engine.get().is_none());
        assert_eq!(word.is_match("äb", "äb"), Ok(true));
    }

    /// Between two steps back such a regex may read all of a value; so it is asked of no
    /// value that is long, and gives up on the others.
    #[test]
    fn backtracking_is_bounded_by_steps_and_length() {
        let ends_in_b = LazyRegex::new(&regex(r"(?<=a)b"), true);
        let longest = "a".repeat(BACKTRACK_TEXT - 1) + "b";
        assert_eq!(ends_in_b.is_match("", &longest), Ok(true));
        assert_eq!(
            ends_in_b.is_match("", &format!("a{longest}")),
            Err(Exhausted)
        );
        let explodes = LazyRegex::new(&regex(r"(?:(?=(a*))a)*b\1"), true);
        assert_eq!(explodes.is_match("", &"a".repeat(2_000)), Err(Exhausted));
    }
}
