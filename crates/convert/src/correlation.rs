//! Correlations as queries: what a correlation measures is matched with the [`Form`]s of a
//! language, which are data, and the first that fits is filled in. Those that lose something are
//! passed over unless they are allowed.

mod ask;
mod forms;
mod observed;
mod sql;
mod voices;

pub use forms::{Correlations, Form, Takes, Type};
pub use sql::{Follow, Timeline};
pub use voices::Voices;

use crate::Unsupported;
use crate::dialect::{Dialect, Format};
use crate::pipeline::Chain;
use crate::print::fill;
use crate::rule::Rule;
use ask::Ask;
use observed::Observed;
use sigwright_ir::hints::Refire;
use sigwright_ir::{CorrelationRule, Hints, Reference, RuleSet};
use sigwright_syntax::ast::CorrelationKind;
use sigwright_syntax::{Diagnostics, Sources, Span};

/// What correlations are converted for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'t> {
    /// The language.
    pub dialect: &'t Dialect,
    /// The form of its queries.
    pub format: &'t Format,
    /// What changes rules before.
    pub chain: &'t Chain,
    /// Forms that lose something are taken, too.
    pub approximate: bool,
}

/// A correlation in a query language.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlated {
    /// The query, finished.
    pub query: String,
    /// What it misses or finds wrongly, in sentences.
    pub loses: &'static [&'static str],
    /// The hints of the correlation that it says nothing of: it shows more or plainer alerts.
    pub unsaid: Vec<&'static str>,
}

/// The query of a correlation. `rules` are those of `set`, the one the correlation is from.
///
/// # Errors
/// What the dialect cannot express, and what is wrong with the rules referred to.
pub fn convert(
    correlation: &CorrelationRule,
    set: &RuleSet,
    rules: &[Result<Rule, Diagnostics>],
    sources: &Sources,
    target: &Target<'_>,
) -> Result<Correlated, Diagnostics> {
    if target.dialect.sql.is_some() {
        return sql::convert(correlation, set, rules, target);
    }
    let mut referred = Vec::new();
    for reference in &correlation.references {
        match reference {
            Reference::Rule(id) => match rules.get(id.index()) {
                Some(Ok(rule)) => referred.push(rule),
                Some(Err(said)) => return Err(said.clone()),
                None => {}
            },
            Reference::Correlation(_) => {
                let message = format!(
                    "{} cannot correlate the alerts of another correlation",
                    target.dialect.title
                );
                return Err(vec![
                    Unsupported::new(rules_span(correlation), message).into(),
                ]);
            }
        }
    }
    written(correlation, &referred, sources, target).map_err(|said| vec![said.into()])
}

fn written(
    correlation: &CorrelationRule,
    rules: &[&Rule],
    sources: &Sources,
    target: &Target<'_>,
) -> Result<Correlated, Unsupported> {
    let kind = &correlation.correlation.kind;
    let title = target.dialect.title;
    let nothing = || {
        let name = name(kind.value);
        let message = format!("{title} cannot express correlations of type `{name}`");
        Unsupported::new(kind.span, message)
    };
    let language = forms::of(target.dialect).ok_or_else(nothing)?;
    if language.not_in.contains(&target.format.name) {
        let form = target.format.name;
        let message = format!("the form `{form}` of {title} takes no correlations");
        return Err(Unsupported::new(kind.span, message));
    }
    let ask = Ask::of(correlation).ok_or_else(nothing)?;
    let form = chosen(correlation, &ask, language, target)?;
    let observed = Observed::of(correlation, rules, language, target)?;
    let values = ask.values(correlation, &observed, language, sources)?;
    let search: Vec<String> = observed
        .steps(&ask.steps)
        .map(|one| filled(form.search.0, &values, &one.values()))
        .collect();
    let typing: Vec<String> = observed
        .steps(&ask.steps)
        .map(observed::One::typed)
        .collect();
    let any: Vec<String> = observed
        .steps(&ask.steps)
        .map(observed::One::grouped)
        .collect();
    let whole = [
        ("search", search.join(form.search.1)),
        ("typing", typing.join(", ")),
        ("any", any.join(" OR ")),
    ];
    let query = filled(form.template, &values, &whole);
    let rule = observed.stands_for(correlation);
    let query = (target.format.query)(&rule, 0, query)?;
    Ok(Correlated {
        query: target.chain.postprocess(&rule, query)?,
        loses: form.loses,
        unsaid: hints(&correlation.hints),
    })
}

/// The hints there are, by name.
fn hints(hints: &Hints) -> Vec<&'static str> {
    let there = [
        ("x-suppress", hints.suppress.is_some()),
        ("x-activation", hints.activation.is_some()),
        ("x-refire", hints.refire != Refire::Once),
        ("x-risk", hints.risk.is_some()),
        ("x-variations", !hints.variations.is_empty()),
    ];
    let there = there.into_iter().filter(|(_, there)| *there);
    there.map(|(name, _)| name).collect()
}

/// A template with values; of two with one name, the latter's.
fn filled(template: &str, values: &[(&str, String)], own: &[(&str, String)]) -> String {
    let all = own.iter().chain(values);
    let all: Vec<(&str, &str)> = all.map(|(name, value)| (*name, value.as_str())).collect();
    fill(template, &all)
}

/// The form to take; the error says which part of the correlation rules out the last.
fn chosen(
    correlation: &CorrelationRule,
    ask: &Ask<'_>,
    language: &Correlations,
    target: &Target<'_>,
) -> Result<&'static Form, Unsupported> {
    let kind = &correlation.correlation.kind;
    let title = target.dialect.title;
    let forms: Vec<&'static Form> = language.forms.iter().filter(|f| f.of == ask.of).collect();
    if forms.is_empty() {
        let what = match ask.of {
            Type::TemporalExpression => "boolean conditions of correlations".to_owned(),
            Type::ValueCountOfTuples => "counts of tuples of several fields".to_owned(),
            _ => format!("correlations of type `{}`", name(kind.value)),
        };
        let span = match ask.of {
            Type::TemporalExpression | Type::ValueCountOfTuples => condition_span(correlation),
            _ => kind.span,
        };
        return Err(Unsupported::new(
            span,
            format!("{title} cannot express {what}"),
        ));
    }
    let number = ask.steps.len();
    let forms: Vec<&Form> = forms
        .into_iter()
        .filter(|form| (form.rules.0..=form.rules.1).contains(&number))
        .collect();
    if forms.is_empty() {
        let message = format!(
            "{title} cannot correlate this number of rules in a `{}`: {}",
            name(kind.value),
            number
        );
        return Err(Unsupported::new(rules_span(correlation), message));
    }
    let (mut refused, mut lossy) = (None, None);
    for form in forms {
        match fits(form, correlation, ask, title) {
            Ok(()) if form.loses.is_empty() || target.approximate => return Ok(form),
            Ok(()) => lossy = lossy.or(Some(form)),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    let approximately = lossy.map(|form| {
        let loses = form.loses.join("; ");
        let message = format!(
            "{title} can say this correlation only approximately: {loses}; \
             `--approximate` converts it nevertheless"
        );
        Unsupported::new(kind.span, message)
    });
    Err(approximately.or(refused).unwrap_or_else(|| {
        Unsupported::new(
            kind.span,
            format!("{title} cannot express this correlation"),
        )
    }))
}

fn fits(
    form: &Form,
    correlation: &CorrelationRule,
    ask: &Ask<'_>,
    title: &str,
) -> Result<(), Unsupported> {
    let condition = condition_span(correlation);
    if form.grouped && correlation.plan.group_by.is_empty() {
        let message = format!("{title} cannot correlate without `group-by` here");
        return Err(Unsupported::new(correlation.correlation.span, message));
    }
    let takes = match form.takes {
        Takes::Any => true,
        Takes::Lower => ask.lower_only(),
        Takes::All => ask.wants_all(),
    };
    if !takes {
        let what = match form.takes {
            Takes::All => "only that all rules match",
            _ => "only bounds from below",
        };
        let message = format!("as the condition of a correlation, {title} takes {what}");
        return Err(Unsupported::new(condition, message));
    }
    let (least, most) = form.least;
    if form.takes == Takes::Lower && !(least..=most).contains(&ask.least()) {
        return Err(Unsupported::new(
            condition,
            format!(
                "{title} counts from {least} to {most} here, and this is {}",
                ask.least()
            ),
        ));
    }
    Ok(())
}

fn rules_span(correlation: &CorrelationRule) -> Span {
    let written = &correlation.correlation;
    written.rules.first().map_or(written.span, |rule| rule.span)
}

fn condition_span(correlation: &CorrelationRule) -> Span {
    let written = &correlation.correlation;
    written
        .condition
        .as_ref()
        .map_or(written.kind.span, |c| c.span)
}

/// A type as the rule spells it.
fn name(kind: CorrelationKind) -> &'static str {
    match kind {
        CorrelationKind::EventCount => "event_count",
        CorrelationKind::ValueCount => "value_count",
        CorrelationKind::Temporal => "temporal",
        CorrelationKind::TemporalOrdered => "temporal_ordered",
        CorrelationKind::ValueSum => "value_sum",
        CorrelationKind::ValueAvg => "value_avg",
        CorrelationKind::ValuePercentile => "value_percentile",
        CorrelationKind::ValueMedian => "value_median",
        CorrelationKind::NewTerms => "new_terms",
        CorrelationKind::Stats => "stats",
    }
}
