//! Correlations: over the matches of other rules, in a window of time.
//!
//! Source: correlation rules specification 2.1; boolean conditions: SEP #198. The types
//! `value_median`, `new_terms` and `stats` are extensions.

mod measure;

use crate::ast::{Correlation, CorrelationCondition, CorrelationExpr, CorrelationKind};
use crate::diagnostic::{Diagnostic, Severity};
use crate::reader::{Entries, Reader, listed};
use crate::scalar;
use crate::span::{Span, Spanned};
use crate::yaml::Node;
use indexmap::IndexMap;
use std::collections::HashSet;

/// What a type of correlation needs.
struct Row {
    name: &'static str,
    kind: CorrelationKind,
    /// `field` in the condition.
    field: Need,
    /// How the condition is written, and whether it may be left out.
    condition: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Has no meaning there.
    Unused,
    /// Exactly one.
    One,
    /// One, or several taken together.
    Tuple,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A map of comparisons, mandatory.
    Bounds,
    /// A map, or a boolean expression over rules; may be left out.
    BoundsOrRules,
    /// A boolean expression over aggregates, mandatory.
    Aggregates,
}

#[rustfmt::skip]
const KINDS: &[Row] = &[
    kind("event_count", CorrelationKind::EventCount, Need::Unused, Form::Bounds),
    kind("value_count", CorrelationKind::ValueCount, Need::Tuple, Form::Bounds),
    kind("temporal", CorrelationKind::Temporal, Need::Unused, Form::BoundsOrRules),
    kind("temporal_ordered", CorrelationKind::TemporalOrdered, Need::Unused, Form::BoundsOrRules),
    kind("value_sum", CorrelationKind::ValueSum, Need::One, Form::Bounds),
    kind("value_avg", CorrelationKind::ValueAvg, Need::One, Form::Bounds),
    kind("value_percentile", CorrelationKind::ValuePercentile, Need::One, Form::Bounds),
    kind("value_median", CorrelationKind::ValueMedian, Need::One, Form::Bounds),
    kind("new_terms", CorrelationKind::NewTerms, Need::Tuple, Form::Bounds),
    kind("stats", CorrelationKind::Stats, Need::Unused, Form::Aggregates),
];

const fn kind(name: &'static str, kind: CorrelationKind, field: Need, condition: Form) -> Row {
    Row {
        name,
        kind,
        field,
        condition,
    }
}

const KEYS: [&str; 8] = [
    "type",
    "rules",
    "group-by",
    "timespan",
    "condition",
    "aliases",
    "generate",
    "aggregates",
];

/// Units of a timespan in seconds. The specification has the first four; a month and a year are
/// the mean Gregorian ones, as the reference implementation takes them.
const UNITS: [(char, u64); 7] = [
    ('s', 1),
    ('m', 60),
    ('h', 3_600),
    ('d', 86_400),
    ('w', 604_800),
    ('M', 2_629_746),
    ('y', 31_556_952),
];

type Attribute = Option<(Spanned<String>, Node)>;

impl Reader<'_> {
    /// The body of a correlation; `generate` is the one outside of it.
    pub fn correlation(
        &mut self,
        key: &Spanned<String>,
        node: Node,
        generate: Attribute,
        whole: Span,
    ) -> Correlation {
        let mut correlation = Correlation {
            kind: Spanned::new(CorrelationKind::EventCount, whole),
            rules: Vec::new(),
            group_by: Vec::new(),
            timespan: None,
            condition: None,
            aliases: IndexMap::new(),
            generate: false,
            aggregates: IndexMap::new(),
            span: whole,
        };
        if let Some((_, node)) = generate {
            correlation.generate = self.truth("generate", node);
        }
        let Some((mut entries, span)) = self.map("correlation", node) else {
            return correlation;
        };
        correlation.span = span;
        let owner = key.span;
        if let Some((_, node)) = take(&mut entries, "group-by") {
            correlation.group_by = self.text_list("group-by", node);
        }
        if let Some((_, node)) = take(&mut entries, "aliases") {
            correlation.aliases = self.aliases(node);
        }
        if let Some((_, node)) = take(&mut entries, "generate") {
            correlation.generate |= self.truth("generate", node);
        }
        match take(&mut entries, "timespan") {
            Some((_, node)) => correlation.timespan = self.duration("timespan", node),
            None => self.missing(owner, "timespan", "such as `timespan: 10m`"),
        }
        let rules = take(&mut entries, "rules").map(|(key, node)| {
            correlation.rules = self.text_list("rules", node);
            key.span
        });
        let condition = take(&mut entries, "condition");
        let aggregates = take(&mut entries, "aggregates");
        let row = match take(&mut entries, "type") {
            Some((_, node)) => self.correlation_kind(node, &mut correlation),
            None => {
                self.missing(owner, "type", "such as `type: event_count`");
                None
            }
        };
        for (key, _) in &entries {
            // `x-…` are attributes of one's own, as at the top of a document.
            if !key.value.starts_with("x-") {
                self.unknown_key(key, "correlation", &KEYS);
            }
        }
        let Some(row) = row else {
            return correlation;
        };
        self.read_aggregates(row, aggregates, owner, &mut correlation);
        self.correlation_condition(row, condition, owner, &mut correlation);
        self.correlation_rules(rules, owner, &mut correlation);
        correlation
    }

    fn missing(&mut self, at: Span, name: &str, help: &str) {
        self.report(
            Diagnostic::error(
                "missing-attribute",
                at,
                format!("`correlation` has no `{name}`"),
            )
            .help(help),
        );
    }

    fn correlation_kind(
        &mut self,
        node: Node,
        correlation: &mut Correlation,
    ) -> Option<&'static Row> {
        let name = self.text("type", node)?;
        let row = KINDS
            .iter()
            .find(|row| name.value.eq_ignore_ascii_case(row.name));
        match row {
            Some(row) => correlation.kind = Spanned::new(row.kind, name.span),
            None => {
                let names: Vec<&str> = KINDS.iter().map(|row| row.name).collect();
                let help = self
                    .hint(&name.value, names.iter().copied())
                    .unwrap_or_else(|| format!("one of {}", listed(&names)));
                self.report(
                    Diagnostic::error(
                        "unknown-correlation-type",
                        name.span,
                        format!("`{}` is not a type of correlation", name.value),
                    )
                    .help(help),
                );
            }
        }
        row
    }

    fn truth(&mut self, name: &str, node: Node) -> bool {
        if let Node::Scalar { text, style, .. } = &node
            && let crate::ast::Value::Bool(value) = scalar::resolve(text, *style)
        {
            return value;
        }
        self.wrong_type(Severity::Error, name, "`true` or `false`", &node);
        false
    }

    /// The seconds of a number and a unit; `name` is the attribute.
    pub(crate) fn duration(&mut self, name: &str, node: Node) -> Option<Spanned<u64>> {
        let text = self.text(name, node)?;
        let number = text
            .value
            .char_indices()
            .next_back()
            .and_then(|(at, unit)| {
                let number = text.value.get(..at)?;
                let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
                // `parse` would take a sign, and what is too long for it is still a number.
                let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
                digits.then(|| {
                    number
                        .parse::<u64>()
                        .unwrap_or(u64::MAX)
                        .saturating_mul(*seconds)
                })
            });
        let error = match number {
            Some(seconds) if (1..=self.limits.timespan).contains(&seconds) => {
                return Some(Spanned::new(seconds, text.span));
            }
            Some(0) => Diagnostic::error("bad-timespan", text.span, "no time is too short")
                .help("a whole number above 0 and one unit: `30s`, `10m`, `2h`, `7d`"),
            Some(_) => Diagnostic::error(
                "bad-timespan",
                text.span,
                format!("`{}` is too long", text.value),
            )
            .because("at most 100 years"),
            None => Diagnostic::error(
                "bad-timespan",
                text.span,
                format!("`{}` is not a timespan", text.value),
            )
            .help("a whole number above 0 and one unit: `30s`, `10m`, `2h`, `7d`"),
        };
        self.report(error);
        None
    }

    /// Alias, then for each rule the field it stands for.
    fn aliases(&mut self, node: Node) -> IndexMap<String, IndexMap<String, Spanned<String>>> {
        let mut aliases = IndexMap::new();
        let Some((entries, _)) = self.map("aliases", node) else {
            return aliases;
        };
        for (alias, node) in entries {
            let Some((fields, _)) = self.map(&alias.value, node) else {
                continue;
            };
            let mut by_rule = IndexMap::with_capacity(fields.len());
            for (rule, node) in fields {
                if let Some(field) = self.text(&rule.value, node) {
                    by_rule.insert(rule.value, field);
                }
            }
            aliases.insert(alias.value, by_rule);
        }
        aliases
    }

    /// The rules listed or, where there is no list, named by the condition; the aggregates it
    /// names. Whether list and condition name the same rules is known once names are found.
    fn correlation_rules(
        &mut self,
        listed: Option<Span>,
        owner: Span,
        correlation: &mut Correlation,
    ) {
        let expression = match correlation.condition.take() {
            Some(Spanned {
                value: CorrelationCondition::Expression(tree),
                span,
            }) => {
                let mut leaves = Vec::new();
                leaves_of(&tree, &mut leaves);
                if correlation.kind.value == CorrelationKind::Stats {
                    self.check_aggregates(&leaves, correlation);
                } else if listed.is_none() {
                    self.rules_of_condition(&leaves, correlation);
                }
                Some(Spanned::new(CorrelationCondition::Expression(tree), span))
            }
            other => other,
        };
        correlation.condition = expression;
        if correlation.rules.is_empty() {
            match listed {
                // A list that is wrong has been reported unless it is simply empty.
                Some(span) => self.report(
                    Diagnostic::error("missing-rules", span, "`rules` lists no rule")
                        .help("list ids or names"),
                ),
                None => self.missing(owner, "rules", "list ids or names"),
            }
        }
    }

    /// Without a list the condition says which rules are meant.
    fn rules_of_condition(&self, leaves: &[Leaf<'_>], correlation: &mut Correlation) {
        let mut seen = HashSet::new();
        for leaf in leaves {
            if seen.insert(leaf.name) {
                let rule = Spanned::new(leaf.name.to_owned(), leaf.span);
                correlation.rules.push(rule);
            }
        }
    }

    fn check_aggregates(&mut self, leaves: &[Leaf<'_>], correlation: &Correlation) {
        for leaf in leaves {
            if !correlation.aggregates.contains_key(leaf.name) {
                let diagnostic = Diagnostic::error(
                    "unknown-aggregate",
                    leaf.span,
                    format!("no aggregate is named `{}`", leaf.name),
                );
                let names = correlation.aggregates.keys().map(String::as_str);
                let help = self.hint(leaf.name, names);
                self.report(Diagnostic { help, ..diagnostic });
            }
        }
    }
}

/// A name in a boolean expression.
struct Leaf<'t> {
    name: &'t str,
    span: Span,
}

/// Nesting is bounded by the grammar.
fn leaves_of<'t>(tree: &'t Spanned<CorrelationExpr>, leaves: &mut Vec<Leaf<'t>>) {
    match &tree.value {
        CorrelationExpr::And(terms) | CorrelationExpr::Or(terms) => {
            for term in terms {
                leaves_of(term, leaves);
            }
        }
        CorrelationExpr::Not(term) => leaves_of(term, leaves),
        CorrelationExpr::Rule(name) | CorrelationExpr::Compare(name, ..) => leaves.push(Leaf {
            name,
            span: tree.span,
        }),
    }
}

/// Takes an attribute out of a map.
fn take(entries: &mut Entries, name: &str) -> Attribute {
    let at = entries.iter().position(|(key, _)| key.value == name)?;
    Some(entries.remove(at))
}

impl CorrelationKind {
    /// What rules call it.
    pub fn as_str(self) -> &'static str {
        let row = KINDS.iter().find(|row| row.kind == self);
        row.map_or("", |row| row.name)
    }
}
