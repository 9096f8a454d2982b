//! Sigma strings as other languages spell them.

use sigwright_ir::pred::{Anchor, Part, Regex};
use sigwright_syntax::pattern::Pattern;

/// The string cut at its ends: whether a `*` stands there, and what is between.
pub struct Ends {
    /// A `*` stands first.
    pub start: bool,
    /// A `*` stands last.
    pub end: bool,
    /// The pattern is nothing but one `*`.
    pub lone: bool,
}

/// Looks at the ends of a pattern.
pub fn ends(pattern: &Pattern) -> Ends {
    let parts = pattern.parts();
    Ends {
        start: parts.first() == Some(&Part::Many),
        end: parts.last() == Some(&Part::Many),
        lone: parts.len() == 1 && parts.first() == Some(&Part::Many),
    }
}

/// The pattern without its first, its last, or both parts.
pub fn without(pattern: &Pattern, first: bool, last: bool) -> Pattern {
    let parts = pattern.parts();
    let from = usize::from(first).min(parts.len());
    let to = parts.len().saturating_sub(usize::from(last)).max(from);
    Pattern::from_parts(parts.get(from..to).unwrap_or_default().iter().cloned())
}

/// Whether a wildcard is in it.
pub fn has_wildcards(pattern: &Pattern) -> bool {
    let wild = |part: &Part| matches!(part, Part::One | Part::Many);
    pattern.parts().iter().any(wild)
}

/// As a regular expression that covers just the pattern; `also` is escaped besides what
/// regular expressions need.
pub fn regex(pattern: &Pattern, also: &str) -> String {
    let mut regex = String::new();
    for part in pattern.parts() {
        match part {
            Part::Many => regex.push_str(".*"),
            Part::One => regex.push('.'),
            Part::Text(text) => {
                for c in text.chars() {
                    if is_special(c) || also.contains(c) {
                        regex.push('\\');
                    }
                    regex.push(c);
                }
            }
            Part::Dash(dash) => regex.push(*dash),
            Part::Placeholder(name) => regex.push_str(&format!("%{name}%")),
        }
    }
    regex
}

fn is_special(c: char) -> bool {
    matches!(
        c,
        '\\' | '.'
            | '+'
            | '*'
            | '?'
            | '('
            | ')'
            | '|'
            | '['
            | ']'
            | '{'
            | '}'
            | '^'
            | '$'
            | '#'
            | '&'
            | '-'
            | '~'
            | ' '
            | '\t'
            | '\n'
            | '\r'
            | '\u{b}'
            | '\u{c}'
    )
}

/// A regular expression for engines that look anywhere in a value and read flags in front.
pub fn flagged(regex: &Regex, anchor: Anchor) -> Result<String, String> {
    let pattern = &regex.pattern;
    let tied = match anchor {
        Anchor::Start => format!("^(?:{pattern})"),
        Anchor::End => format!("(?:{pattern})$"),
        Anchor::Whole | Anchor::Contains => pattern.clone(),
    };
    Ok(Regex {
        pattern: tied,
        ..regex.clone()
    }
    .flagged())
}

/// The same for engines of linear time, which have no look-around and no back-references. The
/// error is what the regular expression needs.
pub fn linear(regex: &Regex, anchor: Anchor) -> Result<String, String> {
    let flagged = flagged(regex, anchor)?;
    match regex_syntax::parse(&flagged) {
        Ok(_) => Ok(flagged),
        Err(regex_syntax::Error::Parse(error)) => Err(error.kind().to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// As Sigma spells it, with wildcards and the escapes they need.
pub fn sigma(pattern: &Pattern) -> String {
    let mut text = String::new();
    for part in pattern.parts() {
        match part {
            Part::Many => text.push('*'),
            Part::One => text.push('?'),
            Part::Text(literal) => {
                for c in literal.chars() {
                    if matches!(c, '*' | '?') {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
            Part::Dash(dash) => text.push(*dash),
            Part::Placeholder(name) => text.push_str(&format!("%{name}%")),
        }
    }
    text
}
