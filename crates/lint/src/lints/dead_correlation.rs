use crate::cx::Rules;
use crate::meaning::{pinned, values};
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::correlation::Bounds;
use sigwright_ir::proof::{Claim, Remark};
use sigwright_ir::{CorrelationRule, Kind, Reference, Rule};
use sigwright_syntax::Span;

pub static LINT: Lint = Lint {
    name: "dead-correlation",
    group: Group::Correctness,
    level: Level::Warning,
    summary: "a correlation cannot alert, for what its rules ask",
    page: "\
A correlation is silent for good where a rule it needs finds nothing, where it groups by a field that its rules want to
be missing, or where it waits for more different values of a field than its rules let through: five different
`TargetUserName`, of a rule that finds one of them only. A threshold that no number meets is `never-true`.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    let dead: Vec<bool> = rules
        .meaning
        .reviews()
        .map(|(rule, remarks)| {
            let spoken_of = |remark: &Remark| matches!(remark.claim, Claim::Never | Claim::Cancels);
            let prover = rules.meaning.prover();
            remarks.iter().any(spoken_of)
                && prover.never(rule.root, values(&rule.logsource)).is_some()
        })
        .collect();
    for correlation in &rules.set.correlations {
        never_found(rules, correlation, &dead, sink);
        missing_group(rules, correlation, sink);
        too_few_values(rules, correlation, sink);
    }
}

/// The place that names a reference.
fn named(correlation: &CorrelationRule, place: usize) -> Span {
    let step = correlation
        .plan
        .steps
        .iter()
        .position(|step| *step == place);
    let written = step.and_then(|step| correlation.correlation.rules.get(step));
    written.map_or(correlation.span, |rule| rule.span)
}

fn plain<'r>(
    rules: &'r Rules<'_>,
    correlation: &'r CorrelationRule,
) -> impl Iterator<Item = (usize, usize, &'r Rule)> {
    let references = correlation.references.iter().enumerate();
    references.filter_map(|(place, reference)| match reference {
        Reference::Rule(id) => Some((place, id.index(), rules.set.rule(*id)?)),
        Reference::Correlation(_) => None,
    })
}

fn never_found(
    rules: &Rules<'_>,
    correlation: &CorrelationRule,
    dead: &[bool],
    sink: &mut Sink<'_>,
) {
    for (place, id, rule) in plain(rules, correlation) {
        if dead.get(id) == Some(&true) {
            let message = format!("`{}` finds nothing, whatever happens", rule.title());
            sink.report(
                at(named(correlation, place), message).also(rule.outline.span, "it cannot hold"),
            );
        }
    }
}

/// Every rule asks for a field to be missing by which the correlation groups.
fn missing_group(rules: &Rules<'_>, correlation: &CorrelationRule, sink: &mut Sink<'_>) {
    for key in &correlation.plan.group_by {
        let mut wanted = None;
        let mut all = !correlation.references.is_empty();
        for place in 0..correlation.references.len() {
            let found = plain(rules, correlation).find(|(at, ..)| *at == place);
            let name = key.in_reference.get(place);
            let missing = found
                .zip(name)
                .filter(|((_, _, rule), name)| rules.meaning.missing(rule, name));
            match missing {
                Some(((_, _, rule), _)) => wanted = Some(rule),
                None => all = false,
            }
        }
        if let (true, Some(rule)) = (all, wanted) {
            let written = correlation.correlation.group_by.iter();
            let mut written = written.filter(|field| field.value == key.name);
            let place = written.next().map_or(correlation.span, |field| field.span);
            sink.report(
                at(
                    place,
                    format!("what the rules find has no `{}` to group by", key.name),
                )
                .also(rule.outline.span, "it is asked to be missing")
                .help("group by a field that is there"),
            );
        }
    }
}

/// The rules name the values of a field that is counted, and they are too few.
fn too_few_values(rules: &Rules<'_>, correlation: &CorrelationRule, sink: &mut Sink<'_>) {
    let Kind::ValueCount { fields, bounds } = &correlation.plan.kind else {
        return;
    };
    let [field] = fields.as_slice() else { return };
    let mut all = Vec::new();
    let mut places = Vec::new();
    for place in 0..correlation.references.len() {
        let found = plain(rules, correlation).find(|(at, ..)| *at == place);
        let (Some((_, _, rule)), Some(name)) = (found, field.in_reference.get(place)) else {
            return;
        };
        // an array would count once for each of its members
        let single = values(&rule.logsource).single_field(name);
        let Some(of) = pinned(&rules.set.exprs, rule, name).filter(|_| single) else {
            return;
        };
        all.extend(of);
        places.push(rule.outline.span);
    }
    all.sort();
    all.dedup();
    let most = all.len() as u64;
    if !reaches(bounds, most) {
        let place = correlation.correlation.condition.as_ref();
        let place = place.map_or(correlation.span, |condition| condition.span);
        let mut said = at(
            place,
            format!(
                "the rules let {most} different values of `{}` through, which is too few",
                field.name
            ),
        )
        .help("count another field, or let the rules find more values");
        for place in places.into_iter().take(3) {
            said = said.also(place, "names the values");
        }
        sink.report(said);
    }
}

/// Whether some number of values up to `most` is what is waited for.
fn reaches(bounds: &Bounds, most: u64) -> bool {
    (1..=most).any(|n| bounds.holds(n as f64))
}
