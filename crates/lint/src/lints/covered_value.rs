use crate::cx::MeaningCx;
use crate::removal;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::{Expr, ExprId, Exprs, Outline, OutlineKind, PredId};
use std::collections::HashSet;

pub static LINT: Lint = Lint {
    name: "covered-value",
    group: Group::Style,
    level: Level::Warning,
    summary: "a value is covered by another of the same list",
    page: "\
In a list of which one value must match, a value that a broader one matches too does nothing: `cmd.exe` beside
`*.exe`. In a list of which all must match it is the other way round: `a` is asked for by `ab` already. Remove the
value, unless the broader one was not meant to be so broad. Case does not count but under `cased`.",
    check: Check::Meaning(check),
};

fn check(cx: &MeaningCx<'_>, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    let mut open = vec![&cx.rule.outline];
    while let Some(part) = open.pop() {
        match &part.kind {
            OutlineKind::Item(label) => {
                if seen.insert(part.span) {
                    item(cx, part, label.split('|').any(|m| m == "all"), sink);
                }
            }
            _ => open.extend(part.children.iter()),
        }
    }
}

fn item(cx: &MeaningCx<'_>, item: &Outline, all: bool, sink: &mut Sink<'_>) {
    let exprs = &cx.rules.set.exprs;
    let prover = cx.rules.meaning.prover();
    let values: Vec<(&Outline, Vec<PredId>)> = item
        .children
        .iter()
        .map(|value| (value, preds(exprs, value.expr)))
        .collect();
    // of two that mean the same, the first stays
    let mut gone = vec![false; values.len()];
    for (place, (value, own)) in values.iter().enumerate().rev() {
        if own.is_empty() {
            continue;
        }
        let quick = |pred: &PredId| match all {
            true => !prover.narrower(*pred).is_empty(),
            false => !prover.broader(*pred).is_empty(),
        };
        if !own.iter().all(quick) {
            continue;
        }
        let within = |narrow: &[PredId], broad: &[PredId]| {
            narrow
                .iter()
                .all(|one| broad.iter().any(|other| prover.implies(*one, *other)))
        };
        let covers = |(at, (_, theirs)): &(usize, &(&Outline, Vec<PredId>))| {
            let (narrow, broad) = match all {
                true => (theirs, own),
                false => (own, theirs),
            };
            *at != place
                && gone.get(*at) == Some(&false)
                && !theirs.is_empty()
                && theirs != own
                && within(narrow, broad)
        };
        // the one that covers most is no shorter than it must be
        let length = |(_, (value, _)): &(usize, &(&Outline, Vec<PredId>))| match all {
            true => usize::MAX - value.span.len(),
            false => value.span.len(),
        };
        let other = values.iter().enumerate().filter(covers).min_by_key(length);
        if let Some((_, (other, _))) = other {
            if let Some(slot) = gone.get_mut(place) {
                *slot = true;
            }
            let message = match all {
                true => format!("{} is asked for already", shown(value)),
                false => format!("{} is covered already", shown(value)),
            };
            let why = match all {
                true => "whatever matches this matches it too",
                false => "this matches all it matches",
            };
            let said = at(value.span, message).also(other.span, why);
            let title = format!("remove {}", shown(value));
            let fix = removal::of_value(cx.rules.sources, value.span, &title);
            let said = said.help("remove it");
            sink.report(match fix {
                Some(fix) => said.fix(fix),
                None => said,
            });
        }
    }
}

/// One of these is what a value asks; none where it asks something else.
fn preds(exprs: &Exprs, value: ExprId) -> Vec<PredId> {
    match exprs.get(value) {
        Expr::Pred(pred) => vec![*pred],
        Expr::Or(parts) => {
            let each = parts.iter().map(|part| match exprs.get(*part) {
                Expr::Pred(pred) => Some(*pred),
                _ => None,
            });
            each.collect::<Option<Vec<_>>>().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn shown(value: &Outline) -> String {
    match &value.kind {
        OutlineKind::Value(text) => format!("`{text}`"),
        _ => "this value".to_owned(),
    }
}
