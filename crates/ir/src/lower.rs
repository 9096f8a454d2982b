//! Documents to rules: what each selection, modifier and condition means.
//!
//! Everything wrong with a document is reported, then the document is left out: under a
//! `not`, a hole would match everything. Other documents are not affected, except that a
//! correlation needs the rules it names.

mod detection;
mod encode;
mod item;
mod operand;
mod placeholder;
mod regex;
#[cfg(test)]
mod tests;
pub(crate) mod written;

use crate::Context;
use crate::expr::Exprs;
use crate::hints::Hints;
use crate::limits::LIMITS;
use crate::pred::{Anchor, ExprId, Regex};
use crate::rule::{Outline, OutlineKind, Rule};
use detection::{Lowered, Scope};
use sigwright_syntax::ast::{self, Detection, Document};
use sigwright_syntax::{Diagnostic, Diagnostics, Span};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A filter's condition, ready to be joined to rules.
pub(crate) struct FilterCondition {
    /// Only events for which it holds are let through.
    pub(crate) expr: ExprId,
    /// For explanations.
    pub(crate) outline: Outline,
}

/// Lowers documents one by one into shared expressions.
pub(crate) struct Lowering<'c> {
    pub(crate) exprs: Exprs,
    pub(crate) diagnostics: Diagnostics,
    context: &'c Context,
    /// Regular expressions found right, with the ends they are tied to.
    regexes: HashMap<(Regex, Anchor), regex::Checked>,
    /// The document at hand has an error.
    failed: bool,
    /// Values of the document at hand.
    values: usize,
    /// There is too much of something; the rest is not looked at.
    exhausted: bool,
    /// Messages about the document at hand.
    messages: usize,
    /// Bytes its regular expressions may take.
    regexes_size: usize,
    /// Estimated bytes of all different regular expressions so far.
    all_regexes_size: usize,
    /// Terms of its conditions.
    terms: usize,
}

impl<'c> Lowering<'c> {
    /// Nothing lowered yet.
    pub(crate) fn new(context: &'c Context) -> Self {
        Lowering {
            exprs: Exprs::new(),
            diagnostics: Vec::new(),
            context,
            regexes: HashMap::new(),
            failed: false,
            values: 0,
            exhausted: false,
            messages: 0,
            regexes_size: 0,
            all_regexes_size: 0,
            terms: 0,
        }
    }

    /// A detection rule; filters and passes are still to come. None after an error.
    pub(crate) fn rule(&mut self, document: &Document, rule: &ast::Rule) -> Option<Rule> {
        let lowered = self.whole(&rule.detection)?;
        let conditions: Vec<ExprId> = lowered.conditions.iter().map(|c| c.expr).collect();
        let outline = self.one_of(lowered.conditions)?;
        Some(Rule {
            meta: document.meta.clone(),
            source: document.span.source,
            span: document.span,
            logsource: rule.logsource.clone(),
            selections: lowered
                .selections
                .into_iter()
                .filter_map(|(name, selection)| Some((name, selection?.expr)))
                .collect(),
            conditions,
            root: outline.expr,
            outline,
            hints: Hints::default(),
            fingerprint: 0,
            observed: Vec::new(),
            asked: Vec::new(),
        })
    }

    /// The condition of a filter. None after an error.
    pub(crate) fn filter(
        &mut self,
        document: &Document,
        filter: &ast::Filter,
    ) -> Option<FilterCondition> {
        let lowered = self.whole(&filter.detection)?;
        let condition = self.one_of(lowered.conditions)?;
        let title = document.meta.title.as_ref().or(document.meta.id.as_ref());
        Some(FilterCondition {
            expr: condition.expr,
            outline: Outline {
                kind: OutlineKind::Filter(title.map_or_else(String::new, |t| t.value.clone())),
                span: document.span,
                expr: condition.expr,
                children: [condition].into(),
            },
        })
    }

    /// What a variation asks of an event. None after an error.
    pub(crate) fn when(&mut self, search: &ast::Search) -> Option<ExprId> {
        self.begin();
        let outline = self.search(search, Scope::default())?;
        let expr = crate::pass::run(&mut self.exprs, outline.expr);
        (!self.failed).then_some(expr)
    }

    /// Sets the limits of a document back.
    fn begin(&mut self) {
        (self.failed, self.exhausted, self.messages) = (false, false, 0);
        (self.values, self.regexes_size, self.terms) = (0, 0, 0);
    }

    /// A document's detection with limits of its own.
    fn whole(&mut self, detection: &Detection) -> Option<Lowered> {
        self.begin();
        let lowered = self.detection(detection, Scope::default());
        lowered.filter(|_| !self.failed)
    }

    /// Several conditions are OR-linked.
    fn one_of(&mut self, mut conditions: Vec<Outline>) -> Option<Outline> {
        if conditions.len() < 2 {
            return conditions.pop();
        }
        let span = conditions.iter().map(|c| c.span).reduce(Span::to)?;
        Some(Outline {
            kind: OutlineKind::Or,
            span,
            expr: self.exprs.or(conditions.iter().map(|c| c.expr)),
            children: conditions.into(),
        })
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.failed = true;
        self.warn(diagnostic);
    }

    /// Adds a message; where there are too many, says so and gives the document up.
    fn warn(&mut self, diagnostic: Diagnostic) {
        self.messages += 1;
        match self.messages.cmp(&LIMITS.messages) {
            Ordering::Less => self.diagnostics.push(diagnostic),
            Ordering::Equal => {
                let span = diagnostic.span();
                self.diagnostics.push(diagnostic);
                self.diagnostics.extend(span.map(too_many_messages));
                (self.failed, self.exhausted) = (true, true);
            }
            Ordering::Greater => {}
        }
    }

    /// True where the document has more values than it may; reported once.
    fn spent(&mut self, span: Span) -> bool {
        if self.values > LIMITS.values && !self.exhausted {
            self.exhausted = true;
            self.report(
                Diagnostic::error(
                    "too-many-values",
                    span,
                    "this document holds too many values",
                )
                .because(format!("more than {} up to here", LIMITS.values))
                .help("split it, or use shorter lists"),
            );
        }
        self.exhausted
    }
}

/// Said instead of all further messages about a document.
pub(crate) fn too_many_messages(span: Span) -> Diagnostic {
    Diagnostic::error(
        "too-many-messages",
        span,
        "there is more wrong with this document than is told",
    )
    .because(format!("told up to here: {}", LIMITS.messages))
    .help("mend these first")
}

/// Joins a filter to a rule: `(rule) and (filter)`.
pub(crate) fn joined(exprs: &mut Exprs, rule: &mut Rule, filters: &[&FilterCondition]) {
    if filters.is_empty() {
        return;
    }
    let expr =
        exprs.and(std::iter::once(rule.root).chain(filters.iter().map(|filter| filter.expr)));
    let children: Arc<[Outline]> = std::iter::once(rule.outline.clone())
        .chain(filters.iter().map(|filter| filter.outline.clone()))
        .collect();
    rule.root = expr;
    rule.outline = Outline {
        kind: OutlineKind::And,
        span: rule.outline.span,
        expr,
        children,
    };
}

/// The place of a part of a value, where the value stands in the file as it reads: without
/// quotes or inside plain ones. Otherwise (escapes, folded lines, blocks) the whole value.
///
/// Without the text of the file, the lengths tell: YAML's escapes and folding only ever
/// shorten a text, but for the four escapes whose characters are looked for here, and line
/// breaks only come from escapes, folding and blocks.
fn at(span: Span, text: &str, part: Range<usize>) -> Span {
    let quotes = span.len().checked_sub(text.len());
    let special = |c: char| matches!(c, '\n' | '\u{85}' | '\u{A0}' | '\u{2028}' | '\u{2029}');
    match quotes {
        Some(0) if !text.contains(special) => span.slice(part.start, part.end),
        Some(2) if !text.contains(special) => span.slice(part.start + 1, part.end + 1),
        _ => span,
    }
}
