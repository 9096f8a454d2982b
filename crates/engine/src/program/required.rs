//! Literals of which every match of a regular expression holds at least one.

use crate::fold::fold;
use regex_syntax::hir::{Class, Hir, HirKind};
use sigwright_ir::pred::Regex;

/// More alternatives than this are not worth a scan.
const MOST: usize = 32;
/// A literal shorter than this is found nearly everywhere.
const SHORTEST: usize = 3;

/// Folded literals; `None` where none is long enough to be worth looking for.
pub(super) fn required_literals(regex: &Regex) -> Option<Vec<String>> {
    let hir = regex_syntax::Parser::new().parse(&regex.flagged()).ok()?;
    required(&hir).filter(|set| weight(set) >= SHORTEST)
}

/// The length of the shortest literal: how telling a set is.
fn weight(set: &[String]) -> usize {
    set.iter().map(String::len).min().unwrap_or(0)
}

fn better(a: Option<Vec<String>>, b: Option<Vec<String>>) -> Option<Vec<String>> {
    match (a, b) {
        (Some(a), Some(b)) if weight(&b) > weight(&a) => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

/// The one folded text an expression stands for, in whatever case.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => Some(fold(std::str::from_utf8(&literal.0).ok()?).into()),
        HirKind::Class(Class::Unicode(class)) => {
            let mut chars = class.iter().flat_map(|range| range.start()..=range.end());
            let first = fold(chars.next()?.encode_utf8(&mut [0; 4])).into_owned();
            chars
                .take(8)
                .all(|c| fold(c.encode_utf8(&mut [0; 4])) == first)
                .then_some(first)
        }
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(exact).collect(),
        _ => None,
    }
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    if let Some(text) = exact(hir) {
        return (!text.is_empty()).then(|| vec![text]);
    }
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => {
            let mut best = None;
            let mut run = String::new();
            for part in parts {
                if let Some(text) = exact(part) {
                    run.push_str(&text);
                    continue;
                }
                best = better(best, non_empty(&mut run));
                best = better(best, required(part));
            }
            better(best, non_empty(&mut run))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(required(branch)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
        _ => None,
    }
}

fn non_empty(run: &mut String) -> Option<Vec<String>> {
    let run = std::mem::take(run);
    (!run.is_empty()).then(|| vec![run])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str, ignore_case: bool) -> Option<Vec<String>> {
        required_literals(&Regex {
            pattern: pattern.to_owned(),
            ignore_case,
            multi_line: false,
            dot_all: false,
        })
    }

    #[test]
    fn the_longest_run_is_chosen() {
        assert_eq!(
            of(r"a+\s+Invoke-Foo\d", false),
            Some(vec!["invoke-foo".into()])
        );
        assert_eq!(
            of(r"(?:abcd|wxyz).", false),
            Some(vec!["abcd".into(), "wxyz".into()])
        );
        assert_eq!(of(r"KEY=\d", true), Some(vec!["key=".into()]));
        assert_eq!(of(r"(hello)+", false), Some(vec!["hello".into()]));
    }

    #[test]
    fn nothing_is_required_of_what_is_optional() {
        assert_eq!(of(r"(abcd)?\d", false), None);
        assert_eq!(of(r"(abcd|\d)", false), None);
        assert_eq!(of(r".*", false), None);
        assert_eq!(of(r"[a-z]{5}", false), None);
    }
}
