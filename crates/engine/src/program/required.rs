//! Literals without which a regular expression cannot match.

use crate::fold::fold;
use memchr::memmem::Finder;
use regex_syntax::hir::{Class, Hir, HirKind};
use sigwright_ir::pred::Regex;

/// More alternatives than this are not worth looking for.
const MOST: usize = 32;
/// A literal shorter than this is found nearly everywhere.
const SHORTEST: usize = 3;

/// Sets of folded literals: every match holds one of each.
#[derive(Debug, Default)]
pub(super) struct Required {
    /// The most telling set, if it is worth a scan.
    pub(super) telling: Option<Box<[String]>>,
    others: Vec<Box<[Finder<'static>]>>,
}

impl Required {
    pub(super) fn of(regex: &Regex) -> Self {
        let Ok(hir) = regex_syntax::Parser::new().parse(&regex.flagged()) else {
            return Required::default();
        };
        let mut sets = required(&hir);
        let most = (0..sets.len()).max_by_key(|place| {
            let weight = sets.get(*place).map_or(0, |set| weight(set));
            // of equals the first
            (weight, std::cmp::Reverse(*place))
        });
        let telling = most
            .filter(|place| sets.get(*place).is_some_and(|set| weight(set) >= SHORTEST))
            .map(|place| sets.swap_remove(place).into_boxed_slice());
        let finder = |text: &String| Finder::new(text.as_bytes()).into_owned();
        Required {
            telling,
            others: sets
                .iter()
                .map(|set| set.iter().map(finder).collect())
                .collect(),
        }
    }

    /// Whether a folded text holds one of each set, the telling one aside.
    pub(super) fn others_in(&self, folded: &str) -> bool {
        let is_in = |literal: &Finder<'_>| literal.find(folded.as_bytes()).is_some();
        self.others.iter().all(|set| set.iter().any(is_in))
    }
}

/// The length of the shortest literal: how telling a set is.
fn weight(set: &[String]) -> usize {
    set.iter().map(String::len).min().unwrap_or(0)
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

fn required(hir: &Hir) -> Vec<Vec<String>> {
    if let Some(text) = exact(hir) {
        return one(text);
    }
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => {
            let mut all = Vec::new();
            let mut run = String::new();
            for part in parts {
                if let Some(text) = exact(part) {
                    run.push_str(&text);
                    continue;
                }
                all.extend(one(std::mem::take(&mut run)));
                all.extend(required(part));
            }
            all.extend(one(run));
            all
        }
        HirKind::Alternation(branches) => {
            let mut any = Vec::new();
            for branch in branches {
                let Some(set) = required(branch).into_iter().max_by_key(|set| weight(set)) else {
                    return Vec::new();
                };
                any.extend(set);
                if any.len() > MOST {
                    return Vec::new();
                }
            }
            vec![any]
        }
        _ => Vec::new(),
    }
}

/// A set of one, unless any text holds it.
fn one(text: String) -> Vec<Vec<String>> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![vec![text]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required_by(pattern: &str, ignore_case: bool) -> Required {
        Required::of(&Regex {
            pattern: pattern.to_owned(),
            ignore_case,
            multi_line: false,
            dot_all: false,
        })
    }

    fn of(pattern: &str, ignore_case: bool) -> Option<Vec<String>> {
        required_by(pattern, ignore_case).telling.map(Vec::from)
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
    #[test]
    fn every_set_must_be_there() {
        let required = required_by(r"cmd.{0,5}(?:/C|/r).+powershell\s+(\d|x)", false);
        assert_eq!(
            required.telling.as_deref(),
            Some(&["powershell".into()][..])
        );
        assert!(required.others_in("cmd /c powershell 1"));
        assert!(required.others_in("powershell /r cmd"));
        assert!(!required.others_in("cmd powershell 1"));
        assert!(!required.others_in("/c powershell 1"));
        assert!(required_by(r"[a-z]{5}|x", false).others_in(""));
        assert!(!required_by(r"`\w+`", false).others_in("a'b'"));
    }
}
