//! Correlations as queries: what a correlation measures is matched with the [`Form`]s of a
//! language, which are data, and the first that fits is filled in. Those that lose something are
//! passed over unless they are allowed.

mod ask;
mod forms;
mod observed;
mod sql;
mod voices;

pub use forms::{Correlations, Form, LOGIC, Logic, Measures, NO_MEASURES, Takes, Type, of};
pub use observed::{Observed, One};
pub use sql::{Follow, Timeline};
pub use voices::Voices;

pub(crate) use ask::{Boolean, Compared, only_alternative, said};

use crate::Unsupported;
use crate::dialect::{Dialect, Format};
use crate::pipeline::Chain;
use crate::print::fill;
use crate::rule::Rule;
use ask::Ask;
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
    /// What a language that is not SQL can say of them, usually [`of`] it; None where that is
    /// nothing.
    pub correlations: Option<&'static Correlations>,
    /// Forms that lose something are taken where there is no other.
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
    let Some(language) = target.correlations else {
        let name = name(kind.value);
        let message = format!("{title} cannot express correlations of type `{name}`");
        return Err(Unsupported::new(kind.span, message));
    };
    if language.not_in.contains(&target.format.name) {
        let form = target.format.name;
        let message = format!("the form `{form}` of {title} takes no correlations");
        return Err(Unsupported::new(kind.span, message));
    }
    let finished = |observed: &Observed<'_>, query, loses| {
        let rule = observed.stands_for(correlation, language.own_state);
        let query = (target.format.query)(&rule, 0, query)?;
        Ok(Correlated {
            query: target.chain.postprocess(&rule, query)?,
            loses,
            unsaid: hints(&correlation.hints),
        })
    };
    if let Some(whole) = language.whole {
        let observed = Observed::of(correlation, rules, language, target)?;
        return finished(&observed, whole(correlation, &observed)?, &[]);
    }
    let ask = Ask::of(correlation);
    let fitting = fitting(correlation, &ask, language, target)?;
    let observed = Observed::of(correlation, rules, language, target)?;
    let form = chosen(correlation, &fitting, &observed, target)?;
    let values = ask.values(correlation, &observed, form, language, sources)?;
    let each = |template: &str, between: &str| -> String {
        let steps = observed.steps(&ask.steps);
        let texts: Vec<String> = steps
            .map(|(n, one)| filled(template, &values, &one.values(n)))
            .collect();
        texts.join(between)
    };
    let typing: Vec<String> = observed
        .steps(&ask.steps)
        .map(|(_, one)| one.typed())
        .collect();
    let or = target.dialect.logic.or;
    let mut whole = vec![
        ("search", each(form.search.0, form.search.1)),
        ("typing", typing.join(", ")),
        ("any", each("({condition})", or)),
    ];
    let more = form.each.iter();
    whole.extend(more.map(|(name, template, between)| (*name, each(template, between))));
    let query = filled(form.template, &values, &whole);
    finished(&observed, query, form.loses)
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

/// The forms for a correlation, those that lose something among them; the error says which part
/// of the correlation rules out the last.
fn fitting(
    correlation: &CorrelationRule,
    ask: &Ask<'_>,
    language: &'static Correlations,
    target: &Target<'_>,
) -> Result<Vec<&'static Form>, Unsupported> {
    let kind = &correlation.correlation.kind;
    let title = target.dialect.title;
    let is_for = |form: &&Form| {
        let all = ask.of == Type::TemporalExpression && ask.wants_all();
        form.of.contains(&ask.of)
            || (all && form.takes == Takes::All && form.of.contains(&Type::Temporal))
    };
    let forms: Vec<&'static Form> = language.forms.iter().filter(is_for).collect();
    if forms.is_empty() {
        let what = match ask.of {
            Type::TemporalExpression | Type::OrderedExpression => {
                "boolean conditions of correlations".to_owned()
            }
            Type::ValueCountOfTuples => "counts of tuples of several fields".to_owned(),
            _ => format!("correlations of type `{}`", name(kind.value)),
        };
        let span = match ask.of {
            Type::TemporalExpression | Type::OrderedExpression | Type::ValueCountOfTuples => {
                condition_span(correlation)
            }
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
    let mut refused = None;
    let fitting: Vec<&Form> = forms
        .into_iter()
        .filter(|form| match fits(form, correlation, ask, title) {
            Ok(()) => true,
            Err(why) => {
                refused.get_or_insert(why);
                false
            }
        })
        .collect();
    match refused {
        Some(why) if fitting.is_empty() => Err(why),
        _ => Ok(fitting),
    }
}

/// The form to take: the first that loses nothing, or else the first.
fn chosen(
    correlation: &CorrelationRule,
    forms: &[&'static Form],
    observed: &Observed<'_>,
    target: &Target<'_>,
) -> Result<&'static Form, Unsupported> {
    let kind = &correlation.correlation.kind;
    let title = target.dialect.title;
    let says = |form: &&&Form| {
        let has = |part| observed.rules().iter().any(|one| one.query.contains(part));
        !(form.without.is_some_and(has) || form.apart && observed.renamed)
    };
    let forms: Vec<&'static Form> = forms.iter().filter(says).copied().collect();
    let exact = forms.iter().find(|form| form.loses.is_empty());
    match (exact, forms.first()) {
        (Some(form), _) => Ok(form),
        (None, Some(form)) if target.approximate => Ok(form),
        (None, Some(form)) => {
            let loses = form.loses.join("; ");
            let message = format!(
                "{title} can say this correlation only approximately: {loses}; \
                 `--approximate` converts it nevertheless"
            );
            Err(Unsupported::new(kind.span, message))
        }
        (None, None) => Err(Unsupported::new(
            kind.span,
            format!("{title} cannot express this correlation of these rules"),
        )),
    }
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
    if form.apart && ask.repeats() {
        let message = format!("{title} cannot tell two matches of one rule apart here");
        return Err(Unsupported::new(rules_span(correlation), message));
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

pub(crate) fn rules_span(correlation: &CorrelationRule) -> Span {
    let written = &correlation.correlation;
    written.rules.first().map_or(written.span, |rule| rule.span)
}

pub(crate) fn condition_span(correlation: &CorrelationRule) -> Span {
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
