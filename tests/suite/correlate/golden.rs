//! The documents about correlations and filters with which the reference implementation was
//! asked, judged here by what they do with events. They are read where `SIGWRIGHT_SHARED`
//! says, and what each must do is written down here.

use super::case::Options;
use super::run::{Run, Spoken, read};
use sigwright_syntax::Severity;
use std::path::Path;

/// What a document must do.
enum Must {
    /// Alert on the last of these events and not before, or this long after the first one:
    /// when its window ends.
    Alert(Vec<Event>),
    /// As `Alert`, at this second.
    AlertAt(i64, Vec<Event>),
    /// Say nothing.
    Silent(Vec<Event>),
    /// Be refused with this code.
    Refuse(&'static str),
    /// Find, or not, a single event.
    Find(bool, &'static str),
}

/// A second, and members.
type Event = (i64, String);

/// So many events this far apart, with these members.
fn every(times: i64, apart: i64, members: &str) -> Vec<Event> {
    let one = |n: i64| (n * apart, members.replace('%', &n.to_string()));
    (0..times).map(one).collect()
}

fn events(list: &[(i64, &str)]) -> Vec<Event> {
    let one = |(at, members): &(i64, &str)| (*at, (*members).to_owned());
    list.iter().map(one).collect()
}

const E1: &str = r#""f":"a","u":"x""#;
const E2: &str = r#""f":"b","u":"x""#;

#[rustfmt::skip]
fn expectations(name: &str) -> Vec<Must> {
    use Must::{Alert, AlertAt, Find, Refuse, Silent};
    let ten = || vec![Alert(every(10, 1, E1)), Silent(every(9, 1, E1))];
    let spans = |apart: i64| vec![Alert(every(10, apart, E1)), Silent(every(10, apart + 1, E1))];
    let numbers = |list: &[i64]| -> Vec<Event> {
        let one = |(at, n): (usize, &i64)| (at as i64, format!("{E1},\"g\":{n}"));
        list.iter().enumerate().map(one).collect()
    };
    let filtered = || vec![Find(true, r#""f":"a","u":"z""#), Find(false, r#""f":"a","u":"x""#)];
    match name {
        "rules str" | "upper type" | "event_count field" => ten(),
        "no group-by" => vec![Alert(every(10, 1, r#""f":"a","u":"%""#))],
        "timespan 1h" => spans(400),
        "timespan 2d" => spans(19_200),
        "timespan 1y" => spans(3_506_328),
        "cond eq" => vec![AlertAt(300, every(10, 1, E1)), Silent(every(11, 1, E1))],
        "cond float" => vec![Alert(every(2, 1, E1)), Silent(every(1, 1, E1))],
        // The reference leaves the key aside, which changes what matches.
        "ignore-case group" => vec![Refuse("unknown-key")],
        "value_count field list" => vec![
            Alert(every(10, 1, r#""f":"a","u":"x","g":"%","h":"y""#)),
            Silent(every(20, 1, r#""f":"a","u":"x","g":"y","h":"y""#)),
        ],
        "value_sum" => vec![Alert(numbers(&[4, 6])), Silent(numbers(&[4, 5]))],
        "value_avg" => vec![Alert(numbers(&[9, 11])), Silent(numbers(&[9, 10]))],
        "value_percentile no pct" => vec![Alert(numbers(&[9, 10, 11])), Silent(numbers(&[9, 11]))],
        "temporal_ordered" => vec![
            Alert(events(&[(0, E1), (1, E2)])),
            Silent(events(&[(0, E2), (1, E1)])),
        ],
        "temporal cond" => vec![Alert(events(&[(0, E2)]))],
        "temporal ext no rules" => vec![
            Alert(events(&[(0, E2), (1, E1)])),
            Silent(events(&[(0, E1), (1, E1)])),
        ],
        "temporal no rules no cond" => vec![Refuse("missing-attribute")],
        "ext parens" => vec![
            AlertAt(300, events(&[(0, E2)])),
            Silent(events(&[(0, E2), (300, E1)])),
        ],
        "temporal 1 rule" => vec![Alert(events(&[(0, E1)]))],
        "corr of corr" => {
            let mut all = every(10, 1, E1);
            all.push((20, E2.to_owned()));
            vec![Alert(all.clone()), Silent(all.split_off(1))]
        }
        "self ref" => vec![Refuse("correlation-cycle")],
        "any" | "by name" => filtered(),
        "by title" => vec![Refuse("unknown-rule")],
        "logsource narrower" => vec![Find(true, r#""f":"a","u":"x""#)],
        "1 of sel" => {
            let mut all = filtered();
            all.push(Find(false, r#""f":"a","u":"y""#));
            all
        }
        "or rule precedence" => vec![
            Find(true, r#""f":"b","u":"z""#),
            Find(false, r#""f":"b","u":"x""#),
            Find(false, r#""f":"a","u":"x""#),
        ],
        other => panic!("nothing is written down for `{other}`"),
    }
}

#[test]
fn documents_of_the_reference_do_what_they_say() {
    let Ok(shared) = std::env::var("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return;
    };
    let path = Path::new(&shared).join("golden/correlation-cases.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let mut judged = 0;
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = row["name"].as_str().unwrap();
        let rules = row["yaml"].as_str().unwrap();
        for must in expectations(name) {
            judge(name, rules, must);
        }
        judged += 1;
    }
    println!("{judged} documents");
    assert_eq!(judged, 28);
}

fn judge(name: &str, rules: &str, must: Must) {
    let said = |events: &[Event]| -> Vec<Spoken> {
        let mut run = Run::new(rules, &Options::default());
        let second = |at: &i64| Some(at * 1_000_000_000);
        let events: Vec<(Option<i64>, String)> = events
            .iter()
            .map(|(at, members)| (second(at), format!("{{{members}}}")))
            .collect();
        let order: Vec<usize> = (0..events.len()).collect();
        let mut spoken = run.spoken(&events, &order);
        spoken.retain(|one| one.alert.is_some());
        spoken
    };
    let times = |events: &[Event]| -> Vec<i64> {
        let spoken = said(events);
        spoken
            .iter()
            .map(|one| one.time.unwrap() / 1_000_000_000)
            .collect()
    };
    match must {
        Must::Alert(events) => {
            let last = events.last().unwrap().0;
            assert_eq!(times(&events), [last], "{name}");
        }
        Must::AlertAt(at, events) => assert_eq!(times(&events), [at], "{name}"),
        Must::Silent(events) => assert_eq!(times(&events), [0; 0], "{name}"),
        Must::Refuse(code) => {
            let (_, diagnostics) = read(rules);
            let refused = diagnostics
                .iter()
                .any(|d| d.severity == Severity::Error && d.code == code);
            assert!(refused, "{name}: {diagnostics:?}");
        }
        Must::Find(finds, members) => {
            let mut run = Run::new(rules, &Options::default());
            let spoken = run.spoken(&[(None, format!("{{{members}}}"))], &[0]);
            assert_eq!(!spoken.is_empty(), finds, "{name}: {members}");
        }
    }
}
