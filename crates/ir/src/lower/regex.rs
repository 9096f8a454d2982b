//! Regular expressions are checked before anything runs: read by the dialect of the `regex`
//! crate or, where that knows no such thing as look-around, by `fancy-regex`; and measured,
//! so that compiling them cannot fail later.

use super::at;
use crate::limits::LIMITS;
use crate::pred::{Anchor, Regex};
use regex_syntax::ast;
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;
use sigwright_syntax::{Diagnostic, Span};

/// A regular expression found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checked {
    /// Tied to the ends that were asked for.
    pub(super) regex: Regex,
    /// Bytes it may take once compiled.
    pub(super) size: usize,
}

/// Checks `regex` and ties it to the ends `anchor` names. `span` is the value it came from,
/// whose text is `written`.
pub(super) fn check(
    regex: Regex,
    anchor: Anchor,
    span: Span,
    written: &str,
) -> Result<Checked, Diagnostic> {
    let pattern = regex.pattern.as_str();
    let size = match read(pattern, &regex) {
        Ok(hir) => size(&hir),
        Err(plain) => fancy(&regex).map_err(|fancy| match fancy {
            Refused::TooLarge => too_large(span),
            Refused::Unreadable(fancy) => {
                // Look-around and back-references are for the second reader to judge.
                let fault = if plain.unsupported { fancy } else { plain };
                let place = match pattern == written {
                    true => at(span, written, fault.start..fault.end),
                    false => span,
                };
                Diagnostic::error(
                    "invalid-regex",
                    place,
                    format!("the regular expression cannot be read: {}", fault.message),
                )
            }
        })?,
    };
    if size > LIMITS.regex_size {
        return Err(too_large(span));
    }
    Ok(Checked {
        regex: tied(regex, anchor),
        size,
    })
}

/// A regular expression is found anywhere already; only the ends need saying.
fn tied(mut regex: Regex, anchor: Anchor) -> Regex {
    regex.pattern = match anchor {
        Anchor::Start => format!(r"\A(?:{})", regex.pattern),
        Anchor::End => format!(r"(?:{})\z", regex.pattern),
        Anchor::Whole | Anchor::Contains => regex.pattern,
    };
    regex
}

/// What is wrong with a pattern, and where.
struct Fault {
    message: String,
    start: usize,
    end: usize,
    /// It is right for readers that know more.
    unsupported: bool,
}

/// Reads `pattern` with the flags of `flags`.
fn read(pattern: &str, flags: &Regex) -> Result<Hir, Fault> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(LIMITS.regex_nesting)
        .build()
        .parse(pattern)
        .map_err(|error| Fault {
            unsupported: matches!(
                error.kind(),
                ast::ErrorKind::UnsupportedLookAround | ast::ErrorKind::UnsupportedBackreference
            ),
            ..fault(error.kind().to_string(), error.span(), pattern)
        })?;
    TranslatorBuilder::new()
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build()
        .translate(pattern, &ast)
        .map_err(|error| fault(error.kind().to_string(), error.span(), pattern))
}

fn fault(message: String, span: &ast::Span, pattern: &str) -> Fault {
    let (start, end) = (span.start.offset, span.end.offset);
    // An empty place: the character there, or nothing at the end.
    let next = pattern.get(end..).and_then(|rest| rest.chars().next());
    let end = match start == end {
        true => end + next.map_or(0, char::len_utf8),
        false => end,
    };
    Fault {
        message,
        start,
        end,
        unsupported: false,
    }
}

enum Refused {
    TooLarge,
    Unreadable(Fault),
}

/// The second reader; it compiles, within limits, since few patterns come here. Gives the
/// size.
fn fancy(regex: &Regex) -> Result<usize, Refused> {
    let whole = |message: String| {
        Refused::Unreadable(Fault {
            message: message.to_lowercase(),
            start: 0,
            end: regex.pattern.len(),
            unsupported: false,
        })
    };
    let (size, part) = match read(&without_look_around(&regex.pattern), regex) {
        Ok(hir) => (size(&hir), LIMITS.regex_size),
        Err(_) if regex.pattern.len() <= LIMITS.odd_regex => {
            (LIMITS.regex_size / 8, LIMITS.regex_size / 64)
        }
        Err(fault) => return Err(whole(fault.message)),
    };
    if size > LIMITS.regex_size {
        return Err(Refused::TooLarge);
    }
    let built = fancy_regex::RegexBuilder::new(&regex.flagged())
        .delegate_size_limit(part)
        .build();
    match built {
        Ok(_) => Ok(size),
        Err(fancy_regex::Error::CompileError(error)) => Err(match *error {
            fancy_regex::CompileError::InnerError(inner) if inner.size_limit().is_some() => {
                Refused::TooLarge
            }
            error => whole(error.to_string()),
        }),
        Err(fancy_regex::Error::ParseError(position, error)) => {
            let flags = regex.flagged().len() - regex.pattern.len();
            let start = position.saturating_sub(flags).min(regex.pattern.len());
            Err(Refused::Unreadable(Fault {
                message: error.to_string().to_lowercase(),
                start,
                end: start + 1,
                unsupported: false,
            }))
        }
        Err(error) => Err(whole(error.to_string())),
    }
}

/// The pattern with look-around and atomic groups as plain groups and back-references as
/// nothing: no smaller than what the second reader compiles.
fn without_look_around(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = 0usize;
    while let Some(c) = rest.chars().next() {
        let openers = ["(?<=", "(?<!", "(?=", "(?!", "(?>"];
        let opener = openers.iter().find(|o| rest.starts_with(**o));
        let length = match (c, opener) {
            ('\\', _) => {
                let escaped = rest.chars().nth(1);
                let length = 1 + escaped.map_or(0, char::len_utf8);
                match escaped {
                    Some('1'..='9') if in_class == 0 => plain.push_str("(?:)"),
                    _ => plain.push_str(rest.get(..length).unwrap_or("")),
                }
                length
            }
            (_, Some(opener)) if in_class == 0 => {
                plain.push_str("(?:");
                opener.len()
            }
            (c, _) => {
                match c {
                    '[' => in_class += 1,
                    ']' => in_class = in_class.saturating_sub(1),
                    _ => {}
                }
                plain.push(c);
                c.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or("");
    }
    plain
}

/// What is said of a regular expression that is too large, alone or with the others.
pub(super) fn too_large(span: Span) -> Diagnostic {
    Diagnostic::error(
        "regex-too-large",
        span,
        "this regular expression needs too much memory once compiled",
    )
    .because(format!("more than about {} MiB", LIMITS.regex_size >> 20))
    .help("repeat fewer times, or repeat something smaller than `\\w`")
}

/// Bytes of memory the compiled form may take, estimated from above; the figures are those
/// of the `regex` crate's automata, and a test holds them against it. The recursion is as
/// deep as the pattern's nesting, which has been limited.
fn size(hir: &Hir) -> usize {
    /// A state of the automaton with one transition.
    const STATE: usize = 48;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(literal) => literal.0.len().saturating_mul(STATE),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len().saturating_add(1) * STATE,
        HirKind::Class(Class::Unicode(class)) => class_size(class),
        HirKind::Capture(capture) => size(&capture.sub).saturating_add(2 * STATE),
        HirKind::Repetition(repetition) => {
            let least = repetition.min.saturating_add(1);
            let times = repetition.max.unwrap_or(least).max(least);
            size(&repetition.sub)
                .saturating_add(2 * STATE)
                .saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().fold(STATE, |sum, part| {
                sum.saturating_add(size(part)).saturating_add(STATE / 2)
            })
        }
    }
}

/// A class becomes byte sequences; the more there are, the more states they share.
fn class_size(class: &ClassUnicode) -> usize {
    let sequences: usize = class
        .ranges()
        .iter()
        .map(|range| {
            Utf8Sequences::new(range.start(), range.end())
                .map(|sequence| sequence.len())
                .sum::<usize>()
        })
        .sum();
    let (first, rest) = (sequences.min(64), sequences.saturating_sub(64));
    48 + first * 48 + rest * 20
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(pattern: &str) -> Regex {
        Regex {
            pattern: pattern.to_owned(),
            ignore_case: false,
            multi_line: false,
            dot_all: false,
        }
    }

    #[test]
    fn what_is_measured_compiles_in_what_was_measured() {
        for pattern in [
            "a",
            "abcdef",
            "(?i)abcdefk",
            "[a-z]",
            "[a-z]{1000}",
            "a{1000}",
            r"\w",
            r"\w{100}",
            r"\d{100}",
            r"\s{100}",
            ".{100}",
            "(?s).{100}",
            "[^a]{100}",
            "(?i)[^a]{100}",
            r"\pL{50}",
            r"\W{100}",
            r"\S{100}",
            "(a|b|cc){1000}",
            "(abc|def){100}",
            "(a?){1000}",
            "((a*)*){100}",
            r"[^\\]{0,200}\w+x",
            r"\b\w{3,8}\b",
            "(?:){1000}",
            "(^a$){1000}",
            "(a|){500}",
            "(?:a{3,}){100}",
            "(?:(?:a|b)*c+d?){100}",
        ] {
            let hir = read(pattern, &plain(pattern)).ok().unwrap();
            // A pattern has some states of its own, whatever is in it.
            let limit = size(&hir) + 512;
            let built = regex::RegexBuilder::new(pattern).size_limit(limit).build();
            assert!(built.is_ok(), "{pattern}: more than {limit}");
        }
    }

    #[test]
    fn look_around_is_measured_as_groups() {
        assert_eq!(
            without_look_around(r"a(?!b)(?<=c\1)\\1[(?=\]]"),
            r"a(?:b)(?:c(?:))\\1[(?=\]]"
        );
    }
}
