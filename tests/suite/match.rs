//! Runs `match/*.yml`: rules beside events, and whether every evaluator finds them.

#[path = "match/case.rs"]
mod case;
#[path = "match/engines.rs"]
mod engines;
#[path = "match/semantics.rs"]
mod semantics;
#[path = "sentences.rs"]
mod sentences;

use case::{Case, CaseFile, Rejection};
use engines::ENGINES;
use sigwright_engine::explain::{Explanation, explain};
use sigwright_engine::{Event, Origin, OriginId, Origins, Program};
use sigwright_ir::{Context, OutlineKind, RuleId, RuleSet};
use sigwright_syntax::{Diagnostics, Severity, Sources};
use std::fmt::Write;
use std::sync::Arc;

#[test]
fn every_engine_finds_what_it_should() {
    let files = case::all();
    assert!(files.len() > 100, "only {} case files", files.len());
    let (mut cases, mut failures) = (0, Vec::new());
    for file in &files {
        let report = run(file);
        cases += report.cases;
        failures.extend(report.failures);
    }
    println!(
        "{} files, {cases} cases, {} engines",
        files.len(),
        ENGINES.len()
    );
    assert!(
        failures.is_empty(),
        "{} of {cases} cases fail\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[derive(Default)]
struct Report {
    cases: usize,
    failures: Vec<String>,
}

fn run(file: &CaseFile) -> Report {
    let mut report = Report::default();
    let mut sources = Sources::new();
    let id = sources.add(file.path.clone(), file.rules.clone());
    let (documents, mut diagnostics) = sigwright_syntax::read(&sources, id);
    let (rules, more) = sigwright_ir::lower(
        &documents,
        &Context {
            lists: file.cases.lists.clone().into_iter().collect(),
            ..Context::default()
        },
    );
    diagnostics.extend(more);
    let mut fail = |text: String| report.failures.push(format!("{}: {text}", file.name));
    let shown = |diagnostics: &Diagnostics| {
        let mut text = String::new();
        for diagnostic in diagnostics {
            let at = diagnostic.span().map_or("", |span| sources.text(span));
            let _ = write!(
                text,
                "\n  {}: {} at `{at}`",
                diagnostic.code, diagnostic.message
            );
        }
        text
    };

    if file.cases.rejects.is_empty() {
        let errors: Diagnostics = diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .cloned()
            .collect();
        if !errors.is_empty() {
            fail(format!("the rule is refused{}", shown(&errors)));
            return report;
        }
    }
    for expected in &file.cases.rejects {
        report.cases += 1;
        let Rejection { code, at } = expected;
        let found = diagnostics.iter().any(|d| {
            d.severity == Severity::Error
                && d.code == code
                && at
                    .as_ref()
                    .is_none_or(|at| d.span().is_some_and(|span| sources.text(span) == at))
        });
        if !found {
            fail(format!(
                "should be refused with `{code}`{}{}",
                at.as_ref()
                    .map(|at| format!(" at `{at}`"))
                    .unwrap_or_default(),
                shown(&diagnostics)
            ));
        }
    }
    for expected in &file.cases.warns {
        report.cases += 1;
        let found = diagnostics
            .iter()
            .any(|d| d.severity != Severity::Error && d.code == expected.code);
        if !found {
            fail(format!(
                "should warn `{}`{}",
                expected.code,
                shown(&diagnostics)
            ));
        }
    }
    if let Some(kept) = file.cases.keeps {
        report.cases += 1;
        if rules.rules.len() != kept {
            fail(format!("keeps {} rules, not {kept}", rules.rules.len()));
        }
    }
    for (place, case) in file.cases.cases.iter().enumerate() {
        report.cases += 1;
        for failure in judge(&rules, case) {
            fail(format!("case {}: {failure}", place + 1));
        }
    }
    report
}

fn judge(rules: &RuleSet, case: &Case) -> Vec<String> {
    let rule = match &case.rule {
        None => rules.iter().next(),
        Some(title) => rules.iter().find(|(_, rule)| rule.title() == title),
    };
    let Some((id, rule)) = rule else {
        return vec!["there is no such rule".to_owned()];
    };
    if let Some(log) = &case.log {
        let mut origins = Origins::new(log.recognised.clone());
        let origin = match &log.origin {
            None => OriginId::default(),
            Some(origin) => origins.add(Origin {
                products: origin.products.clone(),
                categories: origin.categories.clone(),
                services: origin.services.clone(),
                complete: origin.complete,
            }),
        };
        let mut failures = Vec::new();
        let sees = origins.sees(&rule.logsource, origin);
        if Some(sees) != case.sees {
            failures.push(format!("sees: {sees}"));
        }
        let options = Default::default();
        let program = Program::compile(Arc::new(rules.clone()), origins, options);
        if program.visible(origin).any(|visible| visible == id) != sees {
            failures.push("the program disagrees".to_owned());
        }
        return failures;
    }
    let event = match Event::from_json(&case.text()) {
        Ok(_) if case.refused => return vec!["should be refused".to_owned()],
        Ok(event) => event,
        Err(_) if case.refused => return Vec::new(),
        Err(error) => return vec![format!("{error:?}")],
    };
    let Some(expected) = case.finds else {
        return vec!["a case needs `finds`, or `log` and `sees`".to_owned()];
    };
    let mut failures = Vec::new();
    for (name, engine) in ENGINES {
        if engine(rules, id, &event) != expected {
            let mut text = format!("{name} says {}", !expected);
            if let Some(why) = &case.why {
                let _ = write!(text, " ({why})");
            }
            let _ = write!(text, "\n  {}", case.text());
            if let Some(explanation) = explain(rules, id, &event) {
                show(&explanation, 2, &mut text);
            }
            failures.push(text);
        }
    }
    failures.extend(contradictions(rules, id, &event));
    failures
}

/// What explanation and evidence must have in common with the verdict.
fn contradictions(rules: &RuleSet, id: RuleId, event: &Event) -> Vec<String> {
    let mut found = Vec::new();
    let verdict = sigwright_engine::naive::matches(rules, id, event);
    let evidence = sigwright_engine::evidence::evidence(rules, id, event);
    if !verdict && !evidence.is_empty() {
        found.push("evidence for a rule that does not hold".to_owned());
    }
    match explain(rules, id, event) {
        None => found.push("no explanation".to_owned()),
        Some(explanation) => {
            if explanation.holds != verdict {
                found.push("the explanation has another outcome".to_owned());
            }
            consistent(&explanation, &mut found);
        }
    }
    found
}

/// A node that links others is what its parts make it.
fn consistent(node: &Explanation, found: &mut Vec<String>) {
    let mut parts = node.children.iter().map(|child| child.holds);
    let expected = match node.kind {
        OutlineKind::And => parts.all(|holds| holds),
        OutlineKind::Or => parts.any(|holds| holds),
        OutlineKind::Not => !parts.next().unwrap_or(node.holds),
        _ => node.holds,
    };
    if !node.children.is_empty() && expected != node.holds {
        let mut text = "the explanation contradicts itself".to_owned();
        show(node, 2, &mut text);
        found.push(text);
    }
    for child in &node.children {
        consistent(child, found);
    }
}

fn show(node: &Explanation, depth: usize, to: &mut String) {
    let mark = if node.holds { '+' } else { '-' };
    let _ = write!(to, "\n{:depth$}{mark} {:?}", "", node.kind);
    for seen in &node.seen {
        let _ = write!(to, " [{} = {:?}]", seen.field, seen.value);
    }
    if let Some(hint) = &node.hint {
        let _ = write!(to, " ({hint})");
    }
    for child in &node.children {
        show(child, depth + 2, to);
    }
}
