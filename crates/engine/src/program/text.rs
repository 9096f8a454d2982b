//! Texts asked one by one: patterns with wildcards, and regular expressions.

use super::glob::Glob;
use crate::naive::{BACKTRACK_LIMIT, BACKTRACK_TEXT};
use sigwright_ir::pred::{Anchor, Pattern, Regex};

/// A question about one text; built at load, asked in linear time.
#[derive(Debug)]
pub(super) enum TextMatcher {
    /// A pattern with wildcards.
    Pattern(Glob),
    /// A regular expression of a rule.
    Regex(regex::Regex),
    /// One that needs look-around or back-references; stops after a bounded effort.
    Fancy(Box<fancy_regex::Regex>),
    /// One that no engine takes; never asked of rules that passed the compiler's checks.
    Never,
}

/// The effort of a regular expression was exhausted: the answer is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

/// How large a compiled regular expression may be, in bytes.
const REGEX_SIZE: usize = 64 << 20;

impl TextMatcher {
    /// A pattern; where case does not count, it must be asked of folded text.
    pub(super) fn pattern(anchor: Anchor, pattern: &Pattern, cased: bool) -> Self {
        TextMatcher::Pattern(Glob::new(anchor, pattern, cased))
    }

    /// A rule's regular expression; asked of the text as the log spells it.
    pub(super) fn regex(regex: &Regex) -> Self {
        let text = regex.flagged();
        if let Some(regex) = build(&text) {
            return TextMatcher::Regex(regex);
        }
        match fancy_regex::RegexBuilder::new(&text)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
        {
            Ok(regex) => TextMatcher::Fancy(Box::new(regex)),
            Err(_) => TextMatcher::Never,
        }
    }

    /// Whether the text answers; `Err` where a limit on backtracking was hit.
    pub(super) fn is_match(&self, text: &str) -> Result<bool, Exhausted> {
        match self {
            TextMatcher::Pattern(glob) => Ok(glob.is_match(text)),
            TextMatcher::Regex(regex) => Ok(regex.is_match(text)),
            TextMatcher::Fancy(_) if text.len() > BACKTRACK_TEXT => Err(Exhausted),
            TextMatcher::Fancy(regex) => regex.is_match(text).map_err(|_| Exhausted),
            TextMatcher::Never => Ok(false),
        }
    }
}

fn build(text: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(text)
        .size_limit(REGEX_SIZE)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between two steps back such a regex may read all of a value; so it is asked of no
    /// value that is long, and gives up on the others.
    #[test]
    fn backtracking_is_bounded_by_steps_and_length() {
        let regex = |pattern: &str| {
            TextMatcher::regex(&Regex {
                pattern: pattern.to_owned(),
                ignore_case: false,
                multi_line: false,
                dot_all: false,
            })
        };
        let ends_in_b = regex(r"(?<=a)b");
        let longest = "a".repeat(BACKTRACK_TEXT - 1) + "b";
        assert_eq!(ends_in_b.is_match(&longest), Ok(true));
        assert_eq!(ends_in_b.is_match(&format!("a{longest}")), Err(Exhausted));
        let explodes = regex(r"(?:(?=(a*))a)*b\1");
        assert_eq!(explodes.is_match(&"a".repeat(2_000)), Err(Exhausted));
    }
}
