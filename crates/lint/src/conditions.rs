//! What conditions name.

use crate::cx::RuleCx;
use sigwright_syntax::ast::{Condition, Detection, Selector};
use sigwright_syntax::{Span, Spanned};

/// Calls `each` with every part of every condition.
pub(crate) fn each<'d>(detection: &'d Detection, each: &mut dyn FnMut(&'d Spanned<Condition>)) {
    for condition in &detection.conditions {
        parts(condition, each);
    }
}

fn parts<'d>(condition: &'d Spanned<Condition>, each: &mut dyn FnMut(&'d Spanned<Condition>)) {
    each(condition);
    match &condition.value {
        Condition::And(inner) | Condition::Or(inner) => {
            for part in inner {
                parts(part, each);
            }
        }
        Condition::Not(part) => parts(part, each),
        Condition::Selection(_) | Condition::Of(..) => {}
    }
}

/// The names of the selections that are meant.
pub(crate) fn selected<'d>(
    selector: &'d Selector,
    detection: &'d Detection,
) -> Box<dyn Iterator<Item = &'d str> + 'd> {
    let names = detection.selections.keys().map(String::as_str);
    match selector {
        Selector::Them => Box::new(names.filter(|name| !name.starts_with('_'))),
        Selector::Pattern(pattern) => Box::new(names.filter(move |name| matches(pattern, name))),
    }
}

/// Whether a pattern with `*` for any run of characters stands for a name; names that begin
/// with `_` are meant only where the pattern begins so too.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('_') && !pattern.starts_with('_') {
        return false;
    }
    let mut runs = pattern.split('*');
    let first = runs.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for run in runs {
        if let Some(run) = last.replace(run) {
            let Some(at) = str::find(rest, run) else {
                return false;
            };
            rest = rest.get(at + run.len()..).unwrap_or_default();
        }
    }
    last.map_or(rest.is_empty(), |run| rest.ends_with(run))
}

/// The place of a part of a condition, without blanks around it.
pub(crate) fn place(rule: &RuleCx<'_>, condition: &Spanned<Condition>) -> Span {
    let text = rule.cx.text(condition.span);
    let start = text.len() - text.trim_start().len();
    condition.span.slice(start, start + text.trim().len())
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, name) in [
            ("a*", "a"),
            ("a*", "abc"),
            ("*b", "ab"),
            ("a*c*e", "abcde"),
            ("*", "x"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("a*", "b"),
            ("a", "ab"),
            ("a*c*e", "ace1"),
            ("*", "_x"),
            ("a*a", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
