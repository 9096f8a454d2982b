//! Filter documents: a condition joined by AND to each rule they name.
//!
//! Source: filters specification 2.1. A filter touches a rule it names by id or name (or
//! all of them, `any`) whose log source it covers: where the filter states product, category
//! or service, the rule states the same. Its selections are its own.

use crate::limits::LIMITS;
use crate::lower::{FilterCondition, Lowering, joined, too_many_messages};
use crate::names::Names;
use crate::rule::Rule;
use sigwright_syntax::ast::{self, Body, Document, FilterRules, LogSource};
use sigwright_syntax::{Diagnostic, Span};

/// Applies the filters among `documents` to `rules`, which holds each document's rule, if it
/// is one without errors. The order of the documents does not matter. Gives the number of
/// filters without errors.
pub(crate) fn apply(
    lowering: &mut Lowering<'_>,
    documents: &[Document],
    names: &Names<'_>,
    rules: &mut [Option<Rule>],
) -> usize {
    let mut filters: Vec<FilterCondition> = Vec::new();
    // For each rule, the filters that touch it.
    let mut touched: Vec<Vec<usize>> = vec![Vec::new(); rules.len()];
    let mut room = LIMITS.filtered;
    for document in documents {
        let Body::Filter(filter) = &document.body else {
            continue;
        };
        if document.faulty {
            continue;
        }
        let condition = lowering.filter(document, filter);
        let Some(targets) = targets(lowering, document, filter, documents, names, rules) else {
            continue;
        };
        let Some(condition) = condition else {
            continue;
        };
        if targets.len() > room {
            let error = Diagnostic::error(
                "too-many-filtered",
                place(document),
                "filters are joined to rules too often",
            )
            .because(format!(
                "more than {} times, over all rules",
                LIMITS.filtered
            ))
            .help("name the rules it is for, or join filters for the same rules into one");
            lowering.diagnostics.push(error);
            continue;
        }
        room -= targets.len();
        for target in targets {
            if let Some(list) = touched.get_mut(target) {
                // A rule named twice, by id and by name, is filtered once.
                if list.last() != Some(&filters.len()) {
                    list.push(filters.len());
                }
            }
        }
        filters.push(condition);
    }
    for (rule, touching) in rules.iter_mut().zip(&touched) {
        if let Some(rule) = rule {
            let conditions: Vec<&FilterCondition> =
                touching.iter().filter_map(|i| filters.get(*i)).collect();
            joined(&mut lowering.exprs, rule, &conditions);
        }
    }
    filters.len()
}

/// What stands for the document in a message.
fn place(document: &Document) -> Span {
    let title = document.meta.title.as_ref();
    title.map_or(document.span, |title| title.span)
}

/// The documents whose rules the filter touches. None after an error.
fn targets(
    lowering: &mut Lowering<'_>,
    document: &Document,
    filter: &ast::Filter,
    documents: &[Document],
    names: &Names<'_>,
    rules: &[Option<Rule>],
) -> Option<Vec<usize>> {
    let diagnostics = &mut lowering.diagnostics;
    let mut targets = Vec::new();
    match &filter.rules {
        FilterRules::Any => {
            let covered = rules.iter().enumerate().filter(|(_, rule)| {
                rule.as_ref()
                    .is_some_and(|rule| covers(&filter.logsource, &rule.logsource))
            });
            targets.extend(covered.map(|(index, _)| index));
            if targets.is_empty() {
                diagnostics.push(
                    Diagnostic::warning(
                        "idle-filter",
                        place(document),
                        "this filter touches no rule",
                    )
                    .help("no rule reads the log source that it states"),
                );
            }
        }
        FilterRules::Listed(references) => {
            let mut failed = false;
            let most = diagnostics.len() + LIMITS.messages;
            for reference in references {
                if diagnostics.len() >= most {
                    diagnostics.push(too_many_messages(reference.span));
                    failed = true;
                    break;
                }
                let index = match names.resolve(reference) {
                    Ok(index) => index,
                    Err(error) => {
                        diagnostics.push(*error);
                        failed = true;
                        continue;
                    }
                };
                match documents.get(index).map(|d| &d.body) {
                    Some(Body::Rule(rule)) if covers(&filter.logsource, &rule.logsource) => {
                        targets.push(index);
                    }
                    Some(Body::Rule(rule)) => {
                        let mut warning = Diagnostic::warning(
                            "idle-filter",
                            reference.span,
                            "this filter does not touch the rule it names",
                        );
                        for (source, what) in [
                            (&filter.logsource, "the filter is for this log source"),
                            (&rule.logsource, "the rule reads this one"),
                        ] {
                            if let Some(span) = source.span {
                                warning = warning.also(span, what);
                            }
                        }
                        diagnostics.push(
                            warning
                                .help("state the rule's log source, or less of it, in the filter"),
                        );
                    }
                    _ => {
                        diagnostics.push(
                            Diagnostic::error(
                                "filter-of-correlation",
                                reference.span,
                                format!("`{}` is a correlation", reference.value),
                            )
                            .help("name the rules it correlates"),
                        );
                        failed = true;
                    }
                }
            }
            if failed {
                return None;
            }
        }
    }
    targets.sort_unstable();
    Some(targets)
}

/// True where every attribute the filter states is the rule's, whatever the case.
fn covers(filter: &LogSource, rule: &LogSource) -> bool {
    [
        (&filter.product, &rule.product),
        (&filter.category, &rule.category),
        (&filter.service, &rule.service),
    ]
    .into_iter()
    .all(|(filter, rule)| match (filter, rule) {
        (None, _) => true,
        (Some(filter), Some(rule)) => filter.value.eq_ignore_ascii_case(&rule.value),
        (Some(_), None) => false,
    })
}
