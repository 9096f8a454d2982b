//! Keywords that ask for the start or the end of a value.

use crate::pattern;
use regex_syntax::hir::{Look, LookSet};
use sigwright_ir::Written;
use sigwright_ir::pred::{Anchor, Regex};
use sigwright_syntax::pattern::{Part, Pattern};

/// A keyword with `startswith` or `endswith` as a regular expression: in a pattern it would look
/// like a part of a value, as `socat*` does.
pub fn tied(value: Written) -> Written {
    match value {
        Written::Text { pattern, cased } => {
            let ends = pattern::ends(&pattern);
            if ends.start == ends.end || has_placeholder(&pattern) {
                return Written::Text { pattern, cased };
            }
            let inner = pattern::without(&pattern, ends.start, ends.end);
            let inner = pattern::regex(&inner, "");
            let pattern = match ends.end {
                true => format!("^{inner}"),
                false => format!("{inner}$"),
            };
            let regex = Regex {
                pattern,
                ignore_case: !cased,
                multi_line: false,
                dot_all: true,
            };
            Written::Regex(regex, Anchor::Whole)
        }
        Written::AnyOf(each) => Written::AnyOf(each.into_iter().map(tied).collect()),
        other => other,
    }
}

fn has_placeholder(pattern: &Pattern) -> bool {
    let placeholder = |part: &Part| matches!(part, Part::Placeholder(_));
    pattern.parts().iter().any(placeholder)
}

/// Whether a keyword asks for the start or the end of a value.
pub fn asks_for_ends(value: &Written) -> bool {
    match value {
        Written::Regex(_, Anchor::Start | Anchor::End) => true,
        Written::Regex(regex, _) => regex_asks_for_ends(regex),
        Written::AnyOf(each) => each.iter().any(asks_for_ends),
        _ => false,
    }
}

/// Of a regular expression with look-around or back-references only the spelling is known.
fn regex_asks_for_ends(regex: &Regex) -> bool {
    const ENDS: [Look; 6] = [
        Look::Start,
        Look::End,
        Look::StartLF,
        Look::EndLF,
        Look::StartCRLF,
        Look::EndCRLF,
    ];
    match regex_syntax::parse(&regex.flagged()) {
        Ok(hir) => {
            let looks: LookSet = hir.properties().look_set();
            ENDS.iter().any(|end| looks.contains(*end))
        }
        Err(_) => {
            let mut before = ' ';
            regex.pattern.chars().any(|c| {
                let escaped = before == '\\';
                let end = match c {
                    '^' => !escaped && before != '[',
                    '$' => !escaped,
                    'A' | 'z' | 'Z' => escaped,
                    _ => false,
                };
                before = if escaped { ' ' } else { c };
                end
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{asks_for_ends, tied};
    use sigwright_ir::Written;
    use sigwright_ir::pred::{Anchor, Regex};
    use sigwright_syntax::pattern::Pattern;

    fn regex(pattern: &str) -> Written {
        let regex = Regex {
            pattern: pattern.to_owned(),
            ignore_case: false,
            multi_line: false,
            dot_all: false,
        };
        Written::Regex(regex, Anchor::Whole)
    }

    #[test]
    fn ends_are_seen_in_every_kind_of_regex() {
        for pattern in ["^foo$", "a|b$", r"\Ax", "(?!x)^a", "(a)\\1$"] {
            assert!(asks_for_ends(&regex(pattern)), "{pattern}");
        }
        for pattern in ["foo", r"\^a\$", "[^a]", "(?!x)[^a]", r"(?!x)\$\\a", "[$]"] {
            assert!(!asks_for_ends(&regex(pattern)), "{pattern}");
        }
    }

    #[test]
    fn starts_and_ends_become_regexes() {
        let text = |text: &str| Written::Text {
            pattern: Pattern::parse(text),
            cased: true,
        };
        let spelled = |value: &str| match tied(text(value)) {
            Written::Regex(regex, _) => Some(regex.pattern),
            _ => None,
        };
        assert_eq!(spelled("a.b*").as_deref(), Some(r"^a\.b"));
        assert_eq!(spelled("*a?b").as_deref(), Some("a.b$"));
        assert_eq!(spelled("*a*"), None);
        assert_eq!(spelled("a"), None);
    }
}
