//! Correlations: what they refer to is found and checked, and what they mean made a plan;
//! they run elsewhere. Hints, too, since they may ask a correlation.

mod graph;
mod hints;
mod observed;
mod plan;
mod sense;

use crate::correlation::Plan;
use crate::fingerprint::Fingerprints;
use crate::limits::LIMITS;
use crate::lower::{Lowering, too_many_messages};
use crate::names::Names;
use crate::pred::RuleId;
use crate::rule::{CorrelationRule, Reference, Rule};
use graph::Graph;
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

/// The documents at work, by their places.
struct Work<'d> {
    documents: &'d [Document],
    rules: Vec<Option<Rule>>,
    correlations: HashMap<usize, Resolved<'d>>,
    hints: HashMap<usize, hints::Lowered>,
}

/// Resolves the correlations and hints among `documents`. `rules` holds each document's rule,
/// if it is one without errors. Gives the rules and correlations that are sound.
pub(crate) fn resolve(
    lowering: &mut Lowering<'_>,
    documents: &[Document],
    names: &Names<'_>,
    rules: Vec<Option<Rule>>,
) -> (Vec<Rule>, Vec<CorrelationRule>) {
    let mut work = Work {
        documents,
        rules,
        correlations: HashMap::new(),
        hints: HashMap::new(),
    };
    work.find(names, &mut lowering.diagnostics);
    let order = work.order(&mut lowering.diagnostics);
    work.lower_hints(lowering, names);
    work.refuse_rounds(&mut lowering.diagnostics);
    work.observe(&order, names, lowering);
    work.keep_sound(&order, &mut lowering.diagnostics);
    work.warn_of_strangers(&mut lowering.diagnostics);
    work.finish(&order, lowering)
}

impl<'d> Work<'d> {
    /// The correlations whose references are found and whose plan is made.
    fn find(&mut self, names: &Names<'_>, diagnostics: &mut Diagnostics) {
        let mut room = LIMITS.observed;
        for (index, document) in self.documents.iter().enumerate() {
            let Body::Correlation(correlation) = &document.body else {
                continue;
            };
            if document.faulty {
                continue;
            }
            let Some(references) = references(correlation, names, diagnostics) else {
                continue;
            };
            let plan = plan::plan(correlation, &references, names, &mut room, diagnostics);
            if let Some(plan) = plan {
                let found = Resolved {
                    document,
                    correlation,
                    references,
                    plan,
                };
                self.correlations.insert(index, found);
            }
        }
    }

    /// The correlations, each behind those it refers to. Those in a circle or on top of too
    /// many others are reported and dropped.
    fn order(&mut self, diagnostics: &mut Diagnostics) -> Vec<usize> {
        let mut graph = Graph::default();
        for (index, correlation) in &self.correlations {
            graph.add(*index);
            for (target, reference) in &correlation.references {
                graph.refer(*index, *target, reference.span);
            }
        }
        let mut order = graph.order();
        for circle in graph.circles(&order) {
            let message = match circle.len() {
                1 => "this correlation refers to itself",
                _ => "these correlations refer to each other in a circle",
            };
            let help = "refer to rules, or to correlations of rules";
            diagnostics.extend(told("correlation-cycle", message, help, &circle));
        }
        let mut depths: HashMap<usize, usize> = HashMap::new();
        order.retain(|index| {
            let Some(correlation) = self.correlations.get(index) else {
                return false;
            };
            let depth = |target: &usize| depths.get(target).copied().unwrap_or(0);
            let deepest = correlation.references.iter().max_by_key(|(t, _)| depth(t));
            let Some((target, reference)) = deepest else {
                return false;
            };
            let depth = depth(target) + 1;
            depths.insert(*index, depth);
            if depth > LIMITS.chain {
                diagnostics.push(
                    Diagnostic::error(
                        "chain-too-long",
                        reference.span,
                        "there are too many correlations one above the other",
                    )
                    .because(format!("more than {}", LIMITS.chain)),
                );
            }
            depth <= LIMITS.chain
        });
        let kept: HashSet<usize> = order.iter().copied().collect();
        self.correlations.retain(|index, _| kept.contains(index));
        order
    }

    /// The hints of all rules and correlations; one with a fault takes its document with it.
    fn lower_hints(&mut self, lowering: &mut Lowering<'_>, names: &Names<'_>) {
        for (index, document) in self.documents.iter().enumerate() {
            let rule = self.rules.get_mut(index).filter(|rule| rule.is_some());
            let kind = self.correlations.get(&index).map(|c| &c.plan.kind);
            if rule.is_none() && kind.is_none() {
                continue;
            }
            match hints::lower(lowering, document, kind, names) {
                Some(hints) => drop(self.hints.insert(index, hints)),
                None => {
                    if let Some(rule) = rule {
                        *rule = None;
                    }
                    self.correlations.remove(&index);
                }
            }
        }
    }

    /// Correlations whose variations ask each other in a circle: each would be silent for
    /// the other. They are reported and dropped.
    fn refuse_rounds(&mut self, diagnostics: &mut Diagnostics) {
        let mut graph = Graph::default();
        for (index, hints) in &self.hints {
            if !self.correlations.contains_key(index) {
                continue;
            }
            graph.add(*index);
            for (target, name) in &hints.asked {
                graph.refer(*index, *target, name.span);
            }
        }
        let order = graph.order();
        for circle in graph.circles(&order) {
            let message = match circle.len() {
                1 => "this variation asks the correlation it belongs to",
                _ => "these variations ask each other's correlations in a circle",
            };
            let help = "none of them would speak: let one speak for itself";
            diagnostics.extend(told("variation-cycle", message, help, &circle));
        }
        let kept: HashSet<usize> = order.into_iter().collect();
        self.correlations.retain(|index, _| kept.contains(index));
    }

    /// Drops what refers to something that is not there, be it behind others.
    fn keep_sound(&mut self, order: &[usize], diagnostics: &mut Diagnostics) {
        let there = |work: &Self, index: &usize| {
            work.correlations.contains_key(index)
                || work.rules.get(*index).is_some_and(Option::is_some)
        };
        // Who refers to a document, and where.
        let mut referred: HashMap<usize, Vec<(usize, Spanned<String>)>> = HashMap::new();
        let mut broken: Vec<usize> = Vec::new();
        let mut refer = |work: &Self, from: usize, to: usize, name: &Spanned<String>| {
            let list = referred.entry(to).or_default();
            if list.is_empty() && !there(work, &to) {
                broken.push(to);
            }
            list.push((from, name.clone()));
        };
        for index in order {
            for (target, name) in self
                .correlations
                .get(index)
                .iter()
                .flat_map(|c| &c.references)
            {
                refer(self, *index, *target, name);
            }
        }
        for (index, hints) in &self.hints {
            for (target, name) in hints.asked.iter().filter(|_| there(self, index)) {
                refer(self, *index, *target, name);
            }
        }
        let mut errors: Vec<(usize, Diagnostic)> = Vec::new();
        while let Some(gone) = broken.pop() {
            for (from, name) in referred.remove(&gone).unwrap_or_default() {
                let error = Diagnostic::error(
                    "reference-to-error",
                    name.span,
                    format!("`{}` has an error itself", name.value),
                );
                let error = match self.rules.get_mut(from) {
                    Some(rule @ Some(_)) => {
                        *rule = None;
                        broken.push(from);
                        error.because("so this rule cannot run")
                    }
                    _ => {
                        if self.correlations.remove(&from).is_some() {
                            broken.push(from);
                        }
                        error.because("so this correlation cannot run")
                    }
                };
                errors.push((from, error.help("mend that rule first")));
            }
        }
        errors.sort_by_key(|(from, error)| (*from, error.span()));
        diagnostics.extend(errors.into_iter().map(|(_, error)| error));
    }

    /// Warns where a `when-rule` names a correlation that never sees the rule's events.
    fn warn_of_strangers(&self, diagnostics: &mut Diagnostics) {
        // Only a warning, which is not worth more time than this.
        let mut room = LIMITS.observed;
        for index in 0..self.documents.len() {
            let Some(hints) = self.hints.get(&index) else {
                continue;
            };
            let own = match self.correlations.contains_key(&index) {
                true => self.beneath(index, &mut room),
                false => HashSet::from([index]),
            };
            for (target, name) in &hints.asked {
                let theirs = self.beneath(*target, &mut room);
                if room > 0 && own.is_disjoint(&theirs) && self.correlations.contains_key(target) {
                    diagnostics.push(
                        Diagnostic::warning(
                            "idle-variation",
                            name.span,
                            format!("`{}` never sees what this rule finds", name.value),
                        )
                        .because("so this variation never holds")
                        .help("name a correlation that refers to this rule"),
                    );
                }
            }
        }
    }

    /// The rules a correlation rests on, other correlations in between or not.
    fn beneath(&self, index: usize, room: &mut usize) -> HashSet<usize> {
        let mut found = HashSet::from([index]);
        let mut open = vec![index];
        while let Some(next) = open.pop() {
            let references = self.correlations.get(&next).map(|c| &c.references);
            for target in references.into_iter().flat_map(|list| list.keys()) {
                *room = room.saturating_sub(1);
                if *room > 0 && found.insert(*target) {
                    open.push(*target);
                }
            }
        }
        found.retain(|index| !self.correlations.contains_key(index));
        found
    }

    /// What is left, with its ids and fingerprints.
    fn finish(
        mut self,
        order: &[usize],
        lowering: &Lowering<'_>,
    ) -> (Vec<Rule>, Vec<CorrelationRule>) {
        // In the order read, so that places can be given out before the list is complete.
        let mut places: HashMap<usize, Reference> = HashMap::new();
        let (mut count, mut of_correlations) = (0, 0);
        for index in 0..self.documents.len() {
            if self.correlations.contains_key(&index) {
                places.insert(index, Reference::Correlation(of_correlations));
                of_correlations += 1;
            } else if self.rules.get(index).is_some_and(Option::is_some) {
                places.insert(index, Reference::Rule(RuleId::from(count)));
                count += 1;
            }
        }
        let place = |target: &usize| places.get(target).copied();
        for lowered in self.hints.values_mut() {
            for variation in &mut lowered.hints.variations {
                variation.when_rule = match variation.when_rule.as_ref().and_then(place) {
                    Some(Reference::Correlation(at)) => Some(at),
                    _ => None,
                };
            }
        }
        // What each document matches, and, of correlations, when.
        let mut prints: HashMap<usize, u128> = HashMap::new();
        let mut exprs = Fingerprints::new(&lowering.exprs);
        for (index, rule) in self.rules.iter_mut().enumerate() {
            let Some(rule) = rule else { continue };
            let matching = exprs.rule(rule);
            prints.insert(index, matching);
            if let Some(lowered) = self.hints.remove(&index) {
                rule.hints = lowered.hints;
            }
            rule.fingerprint = exprs.with_hints(matching, &rule.hints);
        }
        for index in order {
            let Some(correlation) = self.correlations.get_mut(index) else {
                continue;
            };
            let beneath = correlation.references.keys();
            let beneath: Vec<u128> = beneath.filter_map(|t| prints.get(t).copied()).collect();
            let hints = self.hints.get(index).map(|lowered| &lowered.hints);
            let refire = hints.map(|hints| hints.refire).unwrap_or_default();
            let matching = exprs.correlation(&correlation.plan, &beneath, refire);
            prints.insert(*index, matching);
            correlation.plan.fingerprint =
                hints.map_or(matching, |hints| exprs.with_hints(matching, hints));
        }
        let mut correlations = Vec::with_capacity(of_correlations);
        for index in 0..self.documents.len() {
            let Some(correlation) = self.correlations.remove(&index) else {
                continue;
            };
            let hints = self.hints.remove(&index).map(|lowered| lowered.hints);
            correlations.push(CorrelationRule {
                meta: correlation.document.meta.clone(),
                source: correlation.document.span.source,
                span: correlation.document.span,
                correlation: correlation.correlation.clone(),
                references: correlation.references.keys().filter_map(place).collect(),
                plan: correlation.plan,
                hints: hints.unwrap_or_default(),
            });
        }
        (self.rules.into_iter().flatten().collect(), correlations)
    }
}

/// An error about references in a circle, at the first with all others shown.
fn told(code: &'static str, message: &str, help: &str, circle: &[Span]) -> Option<Diagnostic> {
    let (first, others) = circle.split_first()?;
    let mut error = Diagnostic::error(code, *first, message);
    for other in others.iter().take(8) {
        error = error.also(*other, "which refers to the next here");
    }
    Some(error.help(help))
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
