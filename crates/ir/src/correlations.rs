//! Correlations: what they refer to is found and checked; they run elsewhere.

mod plan;

use crate::correlation::Plan;
use crate::hints::Hints;
use crate::limits::LIMITS;
use crate::lower::too_many_messages;
use crate::names::Names;
use crate::pred::RuleId;
use crate::rule::{CorrelationRule, Reference};
use indexmap::IndexMap;
use sigwright_syntax::ast::{
    Aggregate, Body, Correlation, CorrelationCondition, CorrelationExpr, CorrelationKind, Document,
};
use sigwright_syntax::{Diagnostic, Diagnostics, Span, Spanned, suggest};
use std::collections::{HashMap, HashSet};

/// Documents referred to, each with the first reference to it, in the order written.
type References = IndexMap<usize, Spanned<String>>;

/// A correlation and the documents it refers to.
struct Resolved<'d> {
    document: &'d Document,
    correlation: &'d Correlation,
    /// Each reference with the document it names.
    references: References,
    plan: Plan,
}

/// Resolves the correlations among `documents`. `rules` holds the id of each document's
/// rule, if it is one without errors.
pub(crate) fn resolve(
    documents: &[Document],
    names: &Names<'_>,
    rules: &[Option<RuleId>],
    diagnostics: &mut Diagnostics,
) -> Vec<CorrelationRule> {
    let mut resolved: HashMap<usize, Resolved<'_>> = HashMap::new();
    for (index, document) in documents.iter().enumerate() {
        let Body::Correlation(correlation) = &document.body else {
            continue;
        };
        if document.faulty {
            continue;
        }
        let Some(references) = references(correlation, names, diagnostics) else {
            continue;
        };
        if let Some(plan) = plan::plan(correlation, &references, names, diagnostics) {
            let found = Resolved {
                document,
                correlation,
                references,
                plan,
            };
            resolved.insert(index, found);
        }
    }
    let order = order(&resolved, documents.len());
    report_cycles(&resolved, &order, diagnostics);
    let sound = sound(&resolved, &order, rules, diagnostics);
    // In the order read, so that places can be given out before the list is complete.
    let mut places: HashMap<usize, usize> = HashMap::new();
    for index in 0..documents.len() {
        if sound.contains(&index) {
            places.insert(index, places.len());
        }
    }
    (0..documents.len())
        .filter(|index| sound.contains(index))
        .filter_map(|index| resolved.get(&index))
        .map(|correlation| CorrelationRule {
            meta: correlation.document.meta.clone(),
            source: correlation.document.span.source,
            span: correlation.document.span,
            correlation: correlation.correlation.clone(),
            references: correlation
                .references
                .keys()
                .filter_map(|target| {
                    let rule = rules.get(*target).copied().flatten().map(Reference::Rule);
                    rule.or_else(|| places.get(target).copied().map(Reference::Correlation))
                })
                .collect(),
            plan: correlation.plan.clone(),
            hints: Hints::default(),
        })
        .collect()
}

/// The documents a correlation refers to. None after an error.
fn references(
    correlation: &Correlation,
    names: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<References> {
    let mut failed = false;
    let mut references = References::new();
    let most = diagnostics.len() + LIMITS.messages;
    for reference in &correlation.rules {
        if diagnostics.len() >= most {
            diagnostics.push(too_many_messages(reference.span));
            return None;
        }
        match names.resolve(reference) {
            Ok(target) => match references.get(&target) {
                None => drop(references.insert(target, reference.clone())),
                // A step that is to happen twice.
                Some(_) if correlation.kind.value == CorrelationKind::TemporalOrdered => {}
                Some(first) => diagnostics.push(
                    Diagnostic::warning(
                        "duplicate-reference",
                        reference.span,
                        format!("`{}` is in this list already", reference.value),
                    )
                    .also(first.span, "here"),
                ),
            },
            Err(error) => {
                diagnostics.push(*error);
                failed = true;
            }
        }
    }
    if failed {
        return None;
    }
    let mut check = Check {
        names,
        references: &references,
        most,
        diagnostics,
    };
    let aliases = check.aliases(correlation);
    let named = check.named(correlation);
    (aliases && named).then_some(references)
}

/// What else in a correlation names rules, against those it refers to.
struct Check<'a, 'd> {
    names: &'a Names<'d>,
    references: &'a References,
    /// How many messages there may be.
    most: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_, '_> {
    /// Takes in an error, or says that there are too many. False in that case.
    fn report(&mut self, span: Span, error: Diagnostic) -> bool {
        let room = self.diagnostics.len() < self.most;
        self.diagnostics.push(match room {
            true => error,
            false => too_many_messages(span),
        });
        room
    }

    /// The document that `name` means, if the correlation refers to it.
    fn target(&self, name: &str) -> Option<usize> {
        match self.names.find(name) {
            [one] => self.references.contains_key(one).then_some(*one),
            _ => None,
        }
    }

    /// Aliases are for rules the correlation refers to. False after an error.
    fn aliases(&mut self, correlation: &Correlation) -> bool {
        let mut sound = true;
        for (rule, field) in correlation.aliases.values().flatten() {
            if self.target(rule).is_some() {
                continue;
            }
            sound = false;
            let error = Diagnostic::error(
                "unknown-rule",
                field.span,
                format!("this alias is for `{rule}`, which the correlation does not name"),
            )
            .help("use the ids or names that stand in `rules`");
            if !self.report(field.span, error) {
                return false;
            }
        }
        sound
    }

    /// A boolean condition names every rule listed and no other; an aggregate counts one of
    /// them. False after an error.
    fn named(&mut self, correlation: &Correlation) -> bool {
        let mut uses: Vec<(&str, Span)> = Vec::new();
        for aggregate in correlation.aggregates.values() {
            if let Aggregate::Count(Some(rule)) = &aggregate.value {
                uses.push((rule, aggregate.span));
            }
        }
        let condition = correlation.condition.as_ref().map(|c| &c.value);
        let mut all = false;
        if let Some(CorrelationCondition::Expression(tree)) = condition {
            all = correlation.kind.value != CorrelationKind::Stats;
            rules_in(tree, &mut uses);
        }
        let mut sound = true;
        let mut used = HashSet::new();
        for (name, span) in uses {
            if let Some(target) = self.target(name) {
                used.insert(target);
                continue;
            }
            sound = false;
            let error = Diagnostic::error(
                "unlisted-rule",
                span,
                format!("`{name}` is not listed under `rules`"),
            );
            let listed = correlation.rules.iter().map(|rule| rule.value.as_str());
            let error = match suggest::closest(name, listed) {
                Some(close) => error.help(format!("did you mean `{close}`?")),
                None => error.help("list it, by its id or name"),
            };
            if !self.report(span, error) {
                return false;
            }
        }
        for (target, rule) in self.references.iter().filter(|_| all) {
            if used.contains(target) {
                continue;
            }
            sound = false;
            let error = Diagnostic::error(
                "unused-rule",
                rule.span,
                format!("the condition does not name `{}`", rule.value),
            )
            .help("name it in the condition, or remove it from `rules`");
            if !self.report(rule.span, error) {
                return false;
            }
        }
        sound
    }
}

/// The rules a boolean condition names. Its nesting is bounded by the grammar.
fn rules_in<'t>(tree: &'t Spanned<CorrelationExpr>, uses: &mut Vec<(&'t str, Span)>) {
    match &tree.value {
        CorrelationExpr::And(terms) | CorrelationExpr::Or(terms) => {
            terms.iter().for_each(|term| rules_in(term, uses));
        }
        CorrelationExpr::Not(term) => rules_in(term, uses),
        CorrelationExpr::Rule(name) => uses.push((name, tree.span)),
        CorrelationExpr::Compare(..) => {}
    }
}

/// Correlations in an order in which each follows those it refers to; those in a cycle, or
/// behind one, are left out.
fn order(resolved: &HashMap<usize, Resolved<'_>>, documents: usize) -> Vec<usize> {
    let mut waiting: HashMap<usize, usize> = HashMap::new();
    let mut dependents: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, correlation) in resolved {
        let targets = correlation.references.keys().copied();
        let others: Vec<usize> = targets.filter(|t| resolved.contains_key(t)).collect();
        waiting.insert(*index, others.len());
        for other in others {
            dependents.entry(other).or_default().push(*index);
        }
    }
    let mut order: Vec<usize> = (0..documents)
        .filter(|index| waiting.get(index) == Some(&0))
        .collect();
    let mut next = 0;
    while let Some(done) = order.get(next).copied() {
        next += 1;
        for dependent in dependents.get(&done).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    order.push(*dependent);
                }
            }
        }
    }
    order
}

/// Reports each cycle once, at all its references.
fn report_cycles(
    resolved: &HashMap<usize, Resolved<'_>>,
    order: &[usize],
    diagnostics: &mut Diagnostics,
) {
    let ordered: HashSet<usize> = order.iter().copied().collect();
    let mut rest: Vec<usize> = resolved
        .keys()
        .copied()
        .filter(|index| !ordered.contains(index))
        .collect();
    rest.sort_unstable();
    let rest_set: HashSet<usize> = rest.iter().copied().collect();
    // Each of the rest refers to another of the rest, so a walk must come back to itself.
    let step = |from: usize| {
        resolved.get(&from).and_then(|correlation| {
            let mut references = correlation.references.iter();
            references.find(|(target, _)| rest_set.contains(*target))
        })
    };
    let mut seen: HashSet<usize> = HashSet::new();
    for start in rest {
        let mut path: Vec<(usize, &Spanned<String>)> = Vec::new();
        let mut at = start;
        while seen.insert(at) {
            let Some((target, reference)) = step(at) else {
                break;
            };
            path.push((at, reference));
            at = *target;
        }
        let Some(from) = path.iter().position(|(index, _)| *index == at) else {
            continue;
        };
        let cycle = path.get(from..).unwrap_or_default();
        let Some(((_, first), others)) = cycle.split_first() else {
            continue;
        };
        let mut error = match others.is_empty() {
            true => Diagnostic::error(
                "correlation-cycle",
                first.span,
                "this correlation refers to itself",
            ),
            false => Diagnostic::error(
                "correlation-cycle",
                first.span,
                "these correlations refer to each other in a circle",
            ),
        };
        for (_, other) in others.iter().take(8) {
            error = error.also(other.span, "which refers to the next here");
        }
        diagnostics.push(error.help("refer to rules, or to correlations of rules"));
    }
}

/// The correlations all of whose references, and theirs, are free of errors.
fn sound(
    resolved: &HashMap<usize, Resolved<'_>>,
    order: &[usize],
    rules: &[Option<RuleId>],
    diagnostics: &mut Diagnostics,
) -> HashSet<usize> {
    let mut sound: HashSet<usize> = HashSet::new();
    for index in order {
        let Some(correlation) = resolved.get(index) else {
            continue;
        };
        let mut good = true;
        for (target, reference) in &correlation.references {
            let rule = rules.get(*target).copied().flatten();
            if rule.is_none() && !sound.contains(target) {
                good = false;
                diagnostics.push(
                    Diagnostic::error(
                        "reference-to-error",
                        reference.span,
                        format!("`{}` has an error itself", reference.value),
                    )
                    .because("so this correlation cannot run")
                    .help("mend that rule first"),
                );
            }
        }
        if good {
            sound.insert(*index);
        }
    }
    sound
}
