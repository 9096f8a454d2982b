//! Regular expressions are checked before anything runs: read by the dialect of the `regex`
//! crate or, where that knows no such thing as look-around, by `fancy-regex`; and measured,
//! so that compiling them cannot fail later.

use super::at;
use crate::limits::LIMITS;
use crate::pred::{Anchor, Regex};
use regex_syntax::ast;
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;
use sigwright_syntax::{Diagnostic, Span};

/// Checks `regex` and ties it to the ends `anchor` names. `span` is the value it came from,
/// whose text is `written`.
pub(super) fn check(
    regex: Regex,
    anchor: Anchor,
    span: Span,
    written: &str,
) -> Result<Regex, Diagnostic> {
    let pattern = regex.pattern.as_str();
    let place = |start: usize, end: usize| {
        if pattern == written {
            at(span, written, start..end)
        } else {
            span
        }
    };
    let parsed = ast::parse::ParserBuilder::new()
        .nest_limit(LIMITS.regex_nesting)
        .build()
        .parse(pattern);
    let hir = parsed
        .map_err(|e| Fault::syntax(e.kind().to_string(), e.span(), pattern))
        .and_then(|ast| {
            TranslatorBuilder::new()
                .case_insensitive(regex.ignore_case)
                .multi_line(regex.multi_line)
                .dot_matches_new_line(regex.dot_all)
                .build()
                .translate(pattern, &ast)
                .map_err(|e| Fault::syntax(e.kind().to_string(), e.span(), pattern))
        });
    match hir {
        Ok(hir) => {
            if size(&hir) > LIMITS.regex_size {
                return Err(too_large(span));
            }
        }
        Err(fault) => match fancy(&regex) {
            Ok(()) => {}
            Err(Fancy::TooLarge) => return Err(too_large(span)),
            Err(Fancy::Syntax(other)) => {
                let fault = match other {
                    // Look-around and back-references are for the second reader to judge.
                    Some(other) if fault.unsupported => other,
                    _ => fault,
                };
                return Err(Diagnostic::error(
                    "invalid-regex",
                    place(fault.start, fault.end),
                    format!("the regular expression cannot be read: {}", fault.message),
                ));
            }
        },
    }
    Ok(tied(regex, anchor))
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

impl Fault {
    fn syntax(message: String, span: &ast::Span, pattern: &str) -> Fault {
        let (start, end) = (span.start.offset, span.end.offset);
        let end = if start == end {
            // An empty place: show the character there, or the last one.
            pattern
                .get(end..)
                .and_then(|rest| rest.chars().next())
                .map_or(end, |c| end + c.len_utf8())
        } else {
            end
        };
        let unsupported = message.contains("look-around") || message.contains("backreferences");
        Fault {
            message,
            start,
            end,
            unsupported,
        }
    }
}

enum Fancy {
    TooLarge,
    Syntax(Option<Fault>),
}

/// The second reader; it compiles, within a limit, since few patterns come here.
fn fancy(regex: &Regex) -> Result<(), Fancy> {
    let built = fancy_regex::RegexBuilder::new(&regex.flagged())
        .delegate_size_limit(LIMITS.regex_size)
        .build();
    match built {
        Ok(_) => Ok(()),
        Err(fancy_regex::Error::CompileError(error)) => match *error {
            fancy_regex::CompileError::InnerError(inner) if inner.size_limit().is_some() => {
                Err(Fancy::TooLarge)
            }
            error => Err(Fancy::Syntax(Some(Fault {
                message: error.to_string().to_lowercase(),
                start: 0,
                end: regex.pattern.len(),
                unsupported: true,
            }))),
        },
        Err(fancy_regex::Error::ParseError(position, error)) => {
            let flags = regex.flagged().len() - regex.pattern.len();
            let start = position.saturating_sub(flags).min(regex.pattern.len());
            Err(Fancy::Syntax(Some(Fault {
                message: error.to_string().to_lowercase(),
                start,
                end: start + 1,
                unsupported: true,
            })))
        }
        Err(_) => Err(Fancy::Syntax(None)),
    }
}

fn too_large(span: Span) -> Diagnostic {
    Diagnostic::error(
        "regex-too-large",
        span,
        "this regular expression needs too much memory once compiled",
    )
    .because(format!("more than about {} bytes", LIMITS.regex_size))
    .help("repeat fewer times, or repeat something smaller than `\\w`")
}

/// Bytes of memory the compiled form may take, estimated from above. The recursion is as
/// deep as the pattern's nesting, which has been limited.
fn size(hir: &Hir) -> usize {
    /// What one state of an automaton takes, roughly, with its transitions.
    const STATE: usize = 64;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(literal) => literal.0.len().saturating_mul(STATE),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len().max(1) * STATE,
        HirKind::Class(Class::Unicode(class)) => {
            let sequences: usize = class
                .ranges()
                .iter()
                .map(|range| {
                    Utf8Sequences::new(range.start(), range.end())
                        .map(|s| s.len())
                        .sum::<usize>()
                })
                .sum();
            // States are shared between the sequences of a class; half is still too many.
            (sequences.max(1) * STATE).div_ceil(2)
        }
        HirKind::Capture(capture) => size(&capture.sub).saturating_add(2 * STATE),
        HirKind::Repetition(repetition) => {
            let times = repetition
                .max
                .unwrap_or(repetition.min.saturating_add(1))
                .max(1);
            size(&repetition.sub)
                .saturating_add(STATE)
                .saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .fold(STATE, |sum, part| sum.saturating_add(size(part))),
    }
}
