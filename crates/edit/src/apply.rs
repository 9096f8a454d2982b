//! Fixes, applied: as many as stand beside each other, none that does harm.

use crate::splice::Splices;
use sigwright_syntax::yaml::written;
use sigwright_syntax::{Fix, Limits, Safety, Severity, SourceId, Sources, read};
use std::ops::Range;

/// What became of fixes; each is named by its place among those given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// The new text.
    pub text: String,
    /// Made.
    pub made: Vec<usize>,
    /// Not made: they touch what another one changes. The text has to be read anew first.
    pub left: Vec<usize>,
    /// Not made: the file would not be read any more, or a safe fix would change what it means.
    pub refused: Vec<usize>,
}

/// Makes the fixes of one file. Of two that touch the same place the first is made. `alike`
/// says of two texts whether they mean the same; it is asked about safe fixes only.
pub fn apply(
    text: &str,
    source: SourceId,
    fixes: &[&Fix],
    alike: &dyn Fn(&str, &str) -> bool,
) -> Applied {
    let mut applied = Applied::default();
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut chosen = Vec::new();
    for (nth, fix) in fixes.iter().enumerate() {
        match places(text, source, fix) {
            None => applied.refused.push(nth),
            Some(places) => {
                let free = places.iter().all(|a| taken.iter().all(|b| apart(a, b)));
                match free {
                    true => {
                        taken.extend(places);
                        chosen.push(nth);
                    }
                    false => applied.left.push(nth),
                }
            }
        }
    }
    let safe = |nth: &usize| {
        fixes
            .get(*nth)
            .is_some_and(|fix| fix.safety == Safety::Safe)
    };
    let (safe, risky): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(safe);
    let making = Making {
        text,
        fixes,
        errors: errors(text),
        alike,
    };
    making.choose(&safe, Safety::Safe, &mut applied);
    making.choose(&risky, Safety::Unsafe, &mut applied);
    applied.text = making.with(&applied.made);
    for list in [&mut applied.made, &mut applied.refused] {
        list.sort_unstable();
    }
    applied
}

/// Where a fix writes; none where it cannot be made in this text, or does nothing.
fn places(text: &str, source: SourceId, fix: &Fix) -> Option<Vec<Range<usize>>> {
    let places = fix.edits.iter().map(|edit| {
        let range = edit.span.start as usize..edit.span.end as usize;
        let inside = edit.span.source == source && text.get(range.clone()).is_some();
        inside.then_some(range)
    });
    let places: Vec<Range<usize>> = places.collect::<Option<_>>()?;
    let mut pairs = places.iter().zip(places.iter().skip(1));
    let beside = pairs.all(|(a, b)| a.end <= b.start);
    let changes = fix
        .edits
        .iter()
        .zip(&places)
        .any(|(edit, range)| text.get(range.clone()).is_some_and(|old| old != edit.text));
    (beside && changes).then_some(places)
}

/// Whether two places have nothing in common; what is inserted at an end of the other has.
fn apart(a: &Range<usize>, b: &Range<usize>) -> bool {
    match a.is_empty() || b.is_empty() {
        true => a.end < b.start || b.end < a.start,
        false => a.end <= b.start || b.end <= a.start,
    }
}

struct Making<'a> {
    text: &'a str,
    fixes: &'a [&'a Fix],
    /// How many errors the text has as it is; none where it is no YAML.
    errors: Option<usize>,
    alike: &'a dyn Fn(&str, &str) -> bool,
}

impl Making<'_> {
    /// Takes as many of `nths` as may be made on top of those made already.
    fn choose(&self, nths: &[usize], safety: Safety, applied: &mut Applied) {
        if nths.is_empty() {
            return;
        }
        let all: Vec<usize> = applied.made.iter().chain(nths).copied().collect();
        if self.may(&all, safety) {
            applied.made = all;
        } else if let [nth] = nths {
            applied.refused.push(*nth);
        } else {
            let (some, others) = nths.split_at(nths.len() / 2);
            self.choose(some, safety, applied);
            self.choose(others, safety, applied);
        }
    }

    fn may(&self, nths: &[usize], safety: Safety) -> bool {
        let new = self.with(nths);
        let reads = match (self.errors, errors(&new)) {
            (Some(before), Some(after)) => after <= before,
            (None, _) => true,
            (Some(_), None) => false,
        };
        reads && (safety == Safety::Unsafe || (self.alike)(self.text, &new))
    }

    fn with(&self, nths: &[usize]) -> String {
        let mut splices = Splices::default();
        let fixes = nths.iter().filter_map(|nth| self.fixes.get(*nth));
        for edit in fixes.flat_map(|fix| &fix.edits) {
            let range = edit.span.start as usize..edit.span.end as usize;
            splices.replace(range, edit.text.as_str());
        }
        splices.apply(self.text)
    }
}

/// How many errors there are in the rules of a text; none where it is no YAML.
fn errors(text: &str) -> Option<usize> {
    written(text, SourceId(0), &Limits::default())?;
    let mut sources = Sources::new();
    let source = sources.add("", text);
    let (_, said) = read(&sources, source);
    let errors = said.iter().filter(|said| said.severity == Severity::Error);
    Some(errors.count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigwright_syntax::{Edit, Span};

    const RULE: &str =
        "title: One\nlogsource: {product: a}\ndetection:\n    sel: {a: b}\n    condition: sel\n";

    fn edit(from: &str, to: &str) -> Edit {
        let start = u32::try_from(RULE.find(from).unwrap()).unwrap();
        let end = start + u32::try_from(from.len()).unwrap();
        Edit::replace(Span::new(SourceId(3), start, end), to)
    }

    fn made(fixes: &[Fix], alike: bool) -> Applied {
        let fixes: Vec<&Fix> = fixes.iter().collect();
        apply(RULE, SourceId(3), &fixes, &|_, _| alike)
    }

    #[test]
    fn of_two_that_overlap_the_first_is_made_and_the_other_left() {
        let fixes = [
            Fix::safe("", vec![edit("title: One", "title: Two")]),
            Fix::safe("", vec![edit("One", "Three")]),
            Fix::safe("", vec![edit("a: b", "a: c")]),
        ];
        let applied = made(&fixes, true);
        assert_eq!((applied.made, applied.left), (vec![0, 2], vec![1]));
        assert_eq!(
            applied.text,
            RULE.replace("One", "Two").replace("a: b", "a: c")
        );
    }

    #[test]
    fn a_fix_is_made_whole_or_not_at_all() {
        let fixes = [
            Fix::safe("", vec![edit("One", "Two")]),
            Fix::safe("", vec![edit("One", "Three"), edit("a: b", "a: c")]),
        ];
        let applied = made(&fixes, true);
        assert_eq!(applied.text, RULE.replace("One", "Two"));
        assert_eq!(applied.left, [1]);
    }

    #[test]
    fn a_fix_that_breaks_the_file_is_refused_and_the_others_are_made() {
        let fixes = [
            Fix::risky("", vec![edit("{a: b}", "{a: b")]),
            Fix::safe("", vec![edit("One", "Two")]),
            Fix::risky("", vec![edit("condition: sel", "condition: other")]),
        ];
        let applied = made(&fixes, true);
        assert_eq!((applied.made, applied.refused), (vec![1], vec![0, 2]));
        assert_eq!(applied.text, RULE.replace("One", "Two"));
    }

    #[test]
    fn a_safe_fix_that_changes_the_meaning_is_refused() {
        let fixes = [
            Fix::safe("", vec![edit("a: b", "a: c")]),
            Fix::risky("", vec![edit("One", "Two")]),
        ];
        let applied = made(&fixes, false);
        assert_eq!((applied.made, applied.refused), (vec![1], vec![0]));
    }

    #[test]
    fn what_lies_elsewhere_or_does_nothing_is_refused() {
        let mut other = edit("One", "Two");
        other.span.source = SourceId(4);
        let mut outside = edit("One", "Two");
        outside.span.end = 10_000;
        let fixes = [
            Fix::safe("", vec![other]),
            Fix::safe("", vec![outside]),
            Fix::safe("", vec![edit("One", "One")]),
            Fix::safe("", vec![]),
        ];
        let applied = made(&fixes, true);
        assert_eq!(
            (applied.text.as_str(), applied.refused),
            (RULE, vec![0, 1, 2, 3])
        );
    }
}
