//! Runs `correlate/*.yml`: rules over timelines, and what the machine says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[path = "correlate/case.rs"]
mod case;
#[path = "correlate/golden.rs"]
mod golden;
#[path = "correlate/run.rs"]
mod run;
#[path = "sentences.rs"]
mod sentences;

use case::{Case, duration};
use run::{Run, Spoken};

#[test]
fn every_timeline_says_what_it_should() {
    let files = case::all();
    let (mut cases, mut failures) = (0, Vec::new());
    for file in &files {
        for (place, case) in file.cases.iter().enumerate() {
            cases += 1;
            for failure in judge(&file.rules, case) {
                let why = &case.why;
                let place = place + 1;
                failures.push(format!("{} {place} ({why}): {failure}", file.name));
            }
        }
    }
    println!("{} files, {cases} timelines", files.len());
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_sentence_about_correlations_names_a_test_and_every_case_file_is_named() {
    let files = case::all().into_iter().map(|file| file.name).collect();
    sentences::check("correlation.md", 50, files);
}

fn judge(rules: &str, case: &Case) -> Vec<String> {
    let events = case.timed();
    let mut run = Run::new(rules, &case.options);
    let order: Vec<usize> = (0..events.len()).collect();
    let spoken = run.spoken(&events, &order);
    let mut failures = compare(case, &spoken);
    for (title, counts) in &case.counts {
        for (name, expected) in counts {
            let found = run.count(title, name);
            if found != *expected {
                failures.push(format!("`{title}` counts {name} {found}, not {expected}"));
            }
        }
    }
    for (what, expected, found) in [
        ("untimed", case.untimed, run.unseen.untimed),
        ("stages", case.stages, run.unseen.stages),
    ] {
        if expected.is_some_and(|expected| expected != found) {
            failures.push(format!("{what}: {found}"));
        }
    }
    // Where everything is put in order, the order of arrival changes nothing.
    if case.options.lateness.is_none() && !rules.contains("x-activation") {
        let mut backwards = Run::new(rules, &case.options);
        let order: Vec<usize> = order.into_iter().rev().collect();
        let mut again = backwards.spoken(&events, &order);
        let mut first = spoken;
        for list in [&mut first, &mut again] {
            list.sort_by_key(|one| format!("{one:?}"));
        }
        if first != again {
            failures.push(format!("read backwards it says {again:#?}"));
        }
    }
    failures
}

fn compare(case: &Case, spoken: &[Spoken]) -> Vec<String> {
    let mut rest: Vec<&Spoken> = spoken.iter().collect();
    let mut failures = Vec::new();
    for expected in &case.says {
        let found = match case.any_order {
            true => rest.iter().position(|one| differs(expected, one).is_none()),
            false => Some(0).filter(|_| !rest.is_empty()),
        };
        let Some(found) = found else {
            failures.push(format!("does not say {expected:?}"));
            continue;
        };
        let one = rest.remove(found);
        if let Some(difference) = differs(expected, one) {
            failures.push(format!("{difference}\n  in {one:?}\n  for {expected:?}"));
        }
    }
    for one in rest {
        failures.push(format!("says more: {one:?}"));
    }
    failures
}

/// The first thing in which what was said differs from what should be.
fn differs(expected: &case::Said, found: &Spoken) -> Option<String> {
    macro_rules! same {
        ($name:ident, $value:expr) => {
            if let Some(wanted) = &expected.$name {
                let found = $value;
                if found != *wanted {
                    return Some(format!("{}: {found:?}", stringify!($name)));
                }
            }
        };
    }
    if (&expected.alert, &expected.finding) != (&found.alert, &found.finding) {
        return Some("another".to_owned());
    }
    let at = expected.at.as_deref().map(duration);
    if at != found.time {
        return Some(format!("at {:?}", found.time));
    }
    if let Some([from, to]) = &expected.window {
        let wanted = (duration(from), duration(to));
        if found.window != Some(wanted) {
            return Some(format!("window {:?}", found.window));
        }
    }
    if let Some(values) = &expected.values {
        for (name, value) in values {
            if found.values.get(name) != Some(value) {
                return Some(format!("values {:?}", found.values));
            }
        }
    }
    same!(group, found.group.clone());
    same!(term, found.term.clone());
    same!(lines, found.lines.clone());
    same!(total, found.total);
    same!(level, found.level.clone());
    same!(variation, found.variation.clone());
    if let Some(score) = expected.score
        && found.score != Some(score)
    {
        return Some(format!("score {:?}", found.score));
    }
    same!(message, found.message.clone());
    same!(entities, found.entities.clone());
    None
}
