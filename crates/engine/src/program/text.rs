//! Texts asked one by one: patterns with wildcards, and regular expressions.

use crate::fold::fold;
use memchr::memmem::Finder;
use sigwright_ir::pred::{Anchor, Part, Pattern, Regex};

/// A question about one text; built at load, asked in linear time.
#[derive(Debug)]
pub(super) enum TextMatcher {
    /// Literal runs with `*` between them.
    Runs(Runs),
    /// A pattern with one-character wildcards, as a regular expression.
    Pattern(regex::Regex),
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

/// How many steps back a regular expression with look-around may take on one value.
pub(super) const BACKTRACK_LIMIT: usize = 1_000_000;

/// How large a compiled regular expression may be, in bytes.
const REGEX_SIZE: usize = 64 << 20;

impl TextMatcher {
    /// A pattern; where case does not count, it must be asked of folded text.
    pub(super) fn pattern(anchor: Anchor, pattern: &Pattern, cased: bool) -> Self {
        match Runs::new(anchor, pattern, cased) {
            Some(runs) => TextMatcher::Runs(runs),
            None => match build(&pattern_as_regex(anchor, pattern, cased)) {
                Some(regex) => TextMatcher::Pattern(regex),
                None => TextMatcher::Never,
            },
        }
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

    /// Whether the text answers; `Err` where a backtracking limit was hit.
    pub(super) fn is_match(&self, text: &str) -> Result<bool, Exhausted> {
        match self {
            TextMatcher::Runs(runs) => Ok(runs.is_match(text)),
            TextMatcher::Pattern(regex) | TextMatcher::Regex(regex) => Ok(regex.is_match(text)),
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

fn pattern_as_regex(anchor: Anchor, pattern: &Pattern, cased: bool) -> String {
    let mut regex = String::from("(?s)");
    if matches!(anchor, Anchor::Whole | Anchor::Start) {
        regex.push_str(r"\A");
    }
    for part in pattern.parts() {
        match part {
            Part::Text(text) if cased => regex.push_str(&regex_syntax::escape(text)),
            Part::Text(text) => regex.push_str(&regex_syntax::escape(&fold(text))),
            Part::One => regex.push('.'),
            Part::Many => regex.push_str(".*"),
            Part::Dash(_) => regex.push_str("[-/–—―]"),
            Part::Placeholder(name) => regex.push_str(&regex_syntax::escape(name)),
        }
    }
    if matches!(anchor, Anchor::Whole | Anchor::End) {
        regex.push_str(r"\z");
    }
    regex
}

/// Literal runs in order, anything between them: each is looked for behind the last.
#[derive(Debug)]
pub(super) struct Runs {
    start: String,
    middle: Vec<Finder<'static>>,
    end: String,
}

impl Runs {
    /// `None` where the pattern has one-character wildcards, or no `*` inside.
    fn new(anchor: Anchor, pattern: &Pattern, cased: bool) -> Option<Self> {
        let mut runs: Vec<String> = vec![String::new()];
        for part in pattern.parts() {
            match (part, runs.last_mut()) {
                (Part::Text(text), Some(run)) if cased => run.push_str(text),
                (Part::Text(text), Some(run)) => run.push_str(&fold(text)),
                (Part::Many, _) => runs.push(String::new()),
                _ => return None,
            }
        }
        if matches!(anchor, Anchor::Contains | Anchor::End) {
            runs.insert(0, String::new());
        }
        if matches!(anchor, Anchor::Contains | Anchor::Start) {
            runs.push(String::new());
        }
        if runs.len() < 2 {
            return None;
        }
        let end = runs.pop()?;
        let start = runs.remove(0);
        let middle = runs
            .iter()
            .filter(|run| !run.is_empty())
            .map(|run| Finder::new(run.as_bytes()).into_owned())
            .collect();
        Some(Runs { start, middle, end })
    }

    fn is_match(&self, text: &str) -> bool {
        let Some(mut rest) = text
            .as_bytes()
            .strip_prefix(self.start.as_bytes())
            .and_then(|rest| rest.strip_suffix(self.end.as_bytes()))
        else {
            return false;
        };
        for run in &self.middle {
            let Some(at) = run.find(rest) else {
                return false;
            };
            rest = rest.get(at + run.needle().len()..).unwrap_or_default();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(anchor: Anchor, text: &str, value: &str) -> bool {
        TextMatcher::pattern(anchor, &Pattern::parse(text), true)
            .is_match(value)
            .unwrap()
    }

    #[test]
    fn runs_do_not_overlap() {
        assert!(glob(Anchor::Whole, "ab*ba", "abba"));
        assert!(!glob(Anchor::Whole, "ab*ba", "aba"));
        assert!(glob(Anchor::Contains, "a*b*c", "xaxbxcx"));
        assert!(!glob(Anchor::Contains, "a*b*c", "xaxcxbx"));
        assert!(glob(Anchor::Start, "C:\\Win*\\x", "C:\\Windows\\xyz"));
        assert!(!glob(Anchor::Start, "C:\\Win*\\x", "junk C:\\Windows\\x"));
        assert!(glob(Anchor::End, "a*\\x.exe", "bab\n\\x.exe"));
    }

    #[test]
    fn one_character_is_one_scalar_and_may_be_a_newline() {
        assert!(glob(Anchor::Whole, "a?c", "a\nc"));
        assert!(glob(Anchor::Whole, "a?c", "aäc"));
        assert!(!glob(Anchor::Whole, "a?c", "ac"));
        assert!(glob(Anchor::Contains, "?b*d", "abcd"));
    }
}
