//! What a correlation counts, and what it compares the count with.

use super::{Attribute, Form, Need, Row};
use crate::ast::{Aggregate, Comparison, Correlation, CorrelationCondition, CorrelationKind};
use crate::condition;
use crate::diagnostic::{Diagnostic, Severity};
use crate::reader::{Reader, listed};
use crate::scalar;
use crate::span::{Span, Spanned};
use crate::yaml::{Node, Style};

const COMPARISONS: [(&str, Comparison); 6] = [
    ("gt", Comparison::Gt),
    ("gte", Comparison::Gte),
    ("lt", Comparison::Lt),
    ("lte", Comparison::Lte),
    ("eq", Comparison::Eq),
    ("neq", Comparison::Neq),
];

impl Reader<'_> {
    /// `condition`, in the form the type wants.
    pub(super) fn correlation_condition(
        &mut self,
        row: &Row,
        condition: Attribute,
        owner: Span,
        correlation: &mut Correlation,
    ) {
        let Some((key, node)) = condition else {
            if row.condition != Form::BoundsOrRules {
                let help = match row.condition {
                    Form::Aggregates => "such as `condition: total > 5`",
                    _ => "such as `condition: {gte: 10}`",
                };
                self.missing(owner, "condition", help);
            }
            return;
        };
        let written = matches!(node, Node::Scalar { .. }) && !node.is_null();
        match row.condition {
            Form::Aggregates | Form::BoundsOrRules if written => {
                let Some(text) = self.text("condition", node) else {
                    return;
                };
                let place = self.place(&text.value, text.span);
                let read = match row.condition {
                    Form::Aggregates => condition::stats(&text.value, &place, self.limits),
                    _ => condition::temporal(&text.value, &place, self.limits),
                };
                match read {
                    Ok(tree) => {
                        let boxed = CorrelationCondition::Expression(Box::new(tree));
                        correlation.condition = Some(Spanned::new(boxed, text.span));
                    }
                    Err(diagnostic) => self.report(*diagnostic),
                }
            }
            Form::Aggregates => {
                self.wrong_type(
                    Severity::Error,
                    "condition",
                    "text such as `total > 5`",
                    &node,
                );
            }
            _ => self.bounds(row, &key, node, correlation),
        }
    }

    /// `gte: 10` and its siblings, with `field` and `percentile`.
    fn bounds(
        &mut self,
        row: &Row,
        key: &Spanned<String>,
        node: Node,
        correlation: &mut Correlation,
    ) {
        let Some((entries, span)) = self.map("condition", node) else {
            return;
        };
        let mut bounds = Vec::new();
        let mut fields = Vec::new();
        let mut percentile = None;
        for (key, node) in entries {
            let comparison = COMPARISONS.iter().find(|(name, _)| *name == key.value);
            match (key.value.as_str(), comparison) {
                (name, Some((_, comparison))) => {
                    if let Some(number) = self.number(name, node) {
                        bounds.push((*comparison, number));
                    }
                }
                ("field", _) => {
                    if row.field == Need::Unused {
                        self.unused(row, &key);
                        continue;
                    }
                    let at = node.span();
                    fields = self.text_list("field", node);
                    if row.field == Need::One && fields.len() > 1 {
                        self.report(Diagnostic::error(
                            "too-many-fields",
                            at,
                            format!("`{}` takes one field", row.name),
                        ));
                    }
                }
                ("percentile", _) => {
                    if row.kind == CorrelationKind::ValuePercentile {
                        percentile = self.percentile(node);
                    } else {
                        self.unused(row, &key);
                    }
                }
                _ => {
                    let known: Vec<&str> = COMPARISONS
                        .iter()
                        .map(|(name, _)| *name)
                        .chain(["field", "percentile"])
                        .collect();
                    self.unknown_key(&key, "condition", &known);
                }
            }
        }
        if row.field != Need::Unused && fields.is_empty() {
            self.report(
                Diagnostic::error(
                    "missing-field",
                    key.span,
                    format!("`{}` needs a field", row.name),
                )
                .help("add `field:` to the condition"),
            );
        }
        if bounds.is_empty() {
            if row.kind == CorrelationKind::NewTerms {
                // Never seen before, if nothing else is said.
                bounds.push((Comparison::Eq, Spanned::new(0.0, span)));
            } else {
                self.report(
                    Diagnostic::error("missing-comparison", key.span, "nothing is compared")
                        .help("add one of `gt`, `gte`, `lt`, `lte`, `eq`, `neq`"),
                );
            }
        }
        if row.kind == CorrelationKind::ValuePercentile && percentile.is_none() {
            self.report(
                Diagnostic::warning("missing-percentile", key.span, "`percentile` is missing")
                    .because("50, the median, is taken")
                    .help("add `percentile:`, from 0 to 100"),
            );
        }
        let condition = CorrelationCondition::Threshold {
            bounds,
            fields,
            percentile,
        };
        correlation.condition = Some(Spanned::new(condition, span));
    }

    fn unused(&mut self, row: &Row, key: &Spanned<String>) {
        self.report(Diagnostic::warning(
            "unused-attribute",
            key.span,
            format!("`{}` has no effect on `{}`", key.value, row.name),
        ));
    }

    fn number(&mut self, name: &str, node: Node) -> Option<Spanned<f64>> {
        if let Node::Scalar { text, style, span } = &node
            && *style == Style::Plain
            && scalar::kind(&scalar::resolve(text, *style)) == "a number"
            && let Ok(number) = text.parse::<f64>()
        {
            return Some(Spanned::new(number, *span));
        }
        self.wrong_type(Severity::Error, name, "a number", &node);
        None
    }

    fn percentile(&mut self, node: Node) -> Option<Spanned<f64>> {
        let number = self.number("percentile", node)?;
        if !(0.0..=100.0).contains(&number.value) {
            self.report(
                Diagnostic::error(
                    "bad-percentile",
                    number.span,
                    format!("there is no percentile {}", number.value),
                )
                .help("from 0 to 100"),
            );
        }
        Some(number)
    }

    /// `aggregates` of `type: stats`.
    pub(super) fn read_aggregates(
        &mut self,
        row: &Row,
        aggregates: Attribute,
        owner: Span,
        correlation: &mut Correlation,
    ) {
        let stats = row.condition == Form::Aggregates;
        let Some((key, node)) = aggregates else {
            if stats {
                self.missing(
                    owner,
                    "aggregates",
                    "such as `aggregates: {total: {count: '*'}}`",
                );
            }
            return;
        };
        if !stats {
            self.unused(row, &key);
            return;
        }
        let Some((entries, _)) = self.map("aggregates", node) else {
            return;
        };
        for (name, node) in entries {
            if !condition::is_identifier(&name.value) {
                self.report(
                    Diagnostic::error(
                        "bad-name",
                        name.span,
                        format!("a condition cannot name `{}`", name.value),
                    )
                    .help("use letters, digits, `_` and `-`"),
                );
            }
            if let Some(aggregate) = self.aggregate(&name, node) {
                let spanned = Spanned::new(aggregate, name.span);
                correlation.aggregates.insert(name.value, spanned);
            }
        }
    }

    fn aggregate(&mut self, name: &Spanned<String>, node: Node) -> Option<Aggregate> {
        const NAMES: [&str; 6] = ["count", "count_distinct", "sum", "avg", "min", "max"];
        let (mut entries, _) = self.map(&name.value, node)?;
        if entries.len() != 1 {
            self.report(
                Diagnostic::error(
                    "bad-aggregate",
                    name.span,
                    format!("`{}` must measure one thing", name.value),
                )
                .help(format!("one of {}", listed(&NAMES))),
            );
            return None;
        }
        let (key, node) = entries.pop()?;
        match key.value.as_str() {
            "count" => {
                let of = self.text("count", node)?.value;
                Some(Aggregate::Count(Some(of).filter(|of| of != "*")))
            }
            "count_distinct" => {
                let fields = self.text_list("count_distinct", node);
                if fields.is_empty() {
                    self.report(
                        Diagnostic::error("missing-field", key.span, "no field is counted")
                            .help("name one or several"),
                    );
                }
                let fields = fields.into_iter().map(|f| f.value).collect();
                Some(Aggregate::CountDistinct(fields))
            }
            "sum" => Some(Aggregate::Sum(self.text("sum", node)?.value)),
            "avg" => Some(Aggregate::Avg(self.text("avg", node)?.value)),
            "min" => Some(Aggregate::Min(self.text("min", node)?.value)),
            "max" => Some(Aggregate::Max(self.text("max", node)?.value)),
            _ => {
                self.unknown_key(&key, &name.value, &NAMES);
                None
            }
        }
    }
}
