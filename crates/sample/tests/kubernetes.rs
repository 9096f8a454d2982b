//! The log against the counts it is made after.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use serde_json::Value;
use sigwright_sample::{KubernetesLog, Options, TooShort};
use std::collections::{BTreeMap, BTreeSet, HashMap};

fn log(options: Options) -> Vec<u8> {
    let mut log = Vec::new();
    KubernetesLog::new(options)
        .unwrap()
        .write_to(&mut log)
        .unwrap();
    log
}

fn events(log: &[u8]) -> Vec<Value> {
    let lines = log
        .strip_suffix(b"\n")
        .unwrap_or(log)
        .split(|&byte| byte == b'\n');
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn quiet(events: u64, seed: u64) -> Options {
    Options {
        events,
        seed,
        ..Options::default()
    }
}

fn text<'a>(event: &'a Value, pointer: &str) -> &'a str {
    event
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// How many percent of the events each name has.
fn shares(events: &[Value], name: impl Fn(&Value) -> Option<String>) -> BTreeMap<String, f64> {
    let mut counts = BTreeMap::new();
    let mut all = 0.0;
    for name in events.iter().filter_map(name) {
        *counts.entry(name).or_insert(0.0) += 1.0;
        all += 1.0;
    }
    counts.values_mut().for_each(|count| *count *= 100.0 / all);
    counts
}

#[track_caller]
fn near(shares: &BTreeMap<String, f64>, within: f64, expected: &[(&str, f64)]) {
    for (name, share) in expected {
        let seen = shares.get(*name).copied().unwrap_or(0.0);
        assert!(
            (seen - share).abs() <= within,
            "{name}: {seen:.1} %, expected {share} %: {shares:?}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let options = Options {
        incident: true,
        ..quiet(3_000, 7)
    };
    assert_eq!(log(options), log(options));
    assert_ne!(log(options), log(Options { seed: 8, ..options }));
    assert_ne!(
        log(options),
        log(Options {
            start: 0,
            ..options
        })
    );
}

#[test]
fn a_longer_log_begins_like_a_shorter_one() {
    let (short, long) = (log(quiet(500, 3)), log(quiet(5_000, 3)));
    assert!(long.starts_with(&short));
}

#[test]
fn as_many_lines_as_asked_for() {
    for count in [0, 1, 2, 999] {
        let lines = log(quiet(count, 1))
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        assert_eq!(lines as u64, count);
    }
}

#[test]
fn requests_are_whole_and_in_order() {
    let events = events(&log(quiet(20_000, 11)));
    let mut stages: HashMap<&str, Vec<&Value>> = HashMap::new();
    let mut last = "";
    for event in &events {
        let at = text(event, "/stageTimestamp");
        assert!(last <= at, "{last} before {at}");
        last = at;
        stages
            .entry(text(event, "/auditID"))
            .or_default()
            .push(event);
    }
    let mut whole = 0;
    for lines in stages.values() {
        let names: Vec<_> = lines.iter().map(|line| text(line, "/stage")).collect();
        match names.as_slice() {
            ["RequestReceived", "ResponseComplete"] => whole += 1,
            ["RequestReceived", "ResponseStarted", "ResponseComplete"] => whole += 1,
            // still running at the end
            ["RequestReceived"] | ["RequestReceived", "ResponseStarted"] => {}
            other => panic!("{other:?}"),
        }
        for line in lines {
            assert_eq!(text(line, "/requestURI"), text(lines[0], "/requestURI"));
            assert_eq!(line["user"], lines[0]["user"]);
            let received = text(line, "/stage") == "RequestReceived";
            assert_eq!(received, line.get("responseStatus").is_none(), "{line}");
            assert_eq!(received, line.get("annotations").is_none(), "{line}");
        }
    }
    assert!(whole > 9_000, "{whole}");
}

/// Figures of nine captured logs, all stages.
#[test]
fn the_mix_is_that_of_captured_logs() {
    let events = events(&log(quiet(100_000, 7)));
    let verbs = shares(&events, |event| Some(text(event, "/verb").to_owned()));
    near(
        &verbs,
        2.5,
        &[
            ("get", 49.2),
            ("update", 19.5),
            ("create", 11.1),
            ("watch", 8.7),
            ("list", 7.6),
            ("patch", 3.6),
            ("delete", 0.3),
        ],
    );
    let stages = shares(&events, |event| Some(text(event, "/stage").to_owned()));
    near(
        &stages,
        1.5,
        &[
            ("RequestReceived", 48.8),
            ("ResponseComplete", 47.2),
            ("ResponseStarted", 4.0),
        ],
    );
    let codes = shares(&events, |event| {
        Some(event.pointer("/responseStatus/code")?.to_string())
    });
    near(
        &codes,
        1.0,
        &[
            ("200", 85.4),
            ("201", 10.3),
            ("404", 2.2),
            ("403", 0.9),
            ("409", 0.6),
            ("101", 0.4),
            ("500", 0.2),
        ],
    );
    let actors = shares(&events, |event| {
        let user = text(event, "/user/username");
        let class = ["system:serviceaccount:", "system:node:"]
            .into_iter()
            .find(|class| user.starts_with(class));
        Some(
            class
                .unwrap_or(if user.starts_with("system:") {
                    user
                } else {
                    "human"
                })
                .to_owned(),
        )
    });
    near(
        &actors,
        1.5,
        &[
            ("system:serviceaccount:", 43.2),
            ("system:kube-controller-manager", 20.8),
            ("system:node:", 12.0),
            ("system:apiserver", 9.9),
            ("system:kube-scheduler", 7.9),
            ("human", 5.0),
            ("system:anonymous", 1.1),
        ],
    );
    let resources = shares(&events, |event| {
        Some(text(event, "/objectRef/resource").to_owned())
    });
    near(
        &resources,
        2.0,
        &[
            ("", 13.3),
            ("serviceaccounts", 7.5),
            ("events", 5.7),
            ("namespaces", 4.5),
            ("nodes", 2.9),
            ("configmaps", 2.7),
            ("services", 2.4),
            ("secrets", 0.9),
        ],
    );
    // leaders are elected over leases now, which was done over endpoints then
    let elections = resources["leases"] + resources["endpoints"];
    assert!((elections - 36.3).abs() < 2.0, "{elections}");
    let of_all = |has: &dyn Fn(&&Value) -> bool| {
        events.iter().filter(has).count() as f64 * 100.0 / events.len() as f64
    };
    let answers = of_all(&|event| event.get("responseObject").is_some());
    assert!((answers - 7.4).abs() < 1.5, "{answers}");
    let bodies = of_all(&|event| event.get("requestObject").is_some());
    assert!((bodies - 2.6).abs() < 1.0, "{bodies}");
}

#[test]
fn lines_are_as_long_as_captured_ones() {
    let log = log(quiet(100_000, 7));
    let mut sizes: Vec<_> = log.split(|&byte| byte == b'\n').map(<[u8]>::len).collect();
    sizes.pop();
    sizes.sort_unstable();
    let at = |percent: usize| sizes[sizes.len() * percent / 100] as f64;
    for (percent, expected, within) in [
        (5, 633.0, 0.2),
        (25, 734.0, 0.2),
        (50, 853.0, 0.2),
        (75, 1_156.0, 0.2),
        (90, 1_544.0, 0.2),
        (95, 1_570.0, 0.2),
        (99, 8_064.0, 0.4),
    ] {
        let off = (at(percent) - expected).abs() / expected;
        assert!(
            off <= within,
            "p{percent}: {} bytes, expected {expected}",
            at(percent)
        );
    }
    assert!((100_000..500_000).contains(sizes.last().unwrap()));
}

/// The table itself, where it is at hand: users, verbs, stages and answers together.
#[test]
fn the_mix_is_near_the_joint_table() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED") else {
        println!("skipped: SIGWRIGHT_SHARED is not set");
        return;
    };
    let table = std::path::Path::new(&shared).join("events/joint_distribution.json");
    let table: Vec<(Vec<Value>, f64)> =
        serde_json::from_slice(&std::fs::read(table).unwrap()).unwrap();
    let all: f64 = table.iter().map(|(_, count)| count).sum();
    let mut apart: BTreeMap<String, f64> = BTreeMap::new();
    for (cell, count) in &table {
        let user = cell[0].as_str().unwrap();
        let user = if user.starts_with("human") {
            "human"
        } else {
            user
        };
        let key = format!("{user} {} {} {}", cell[1], cell[4], cell[5]);
        *apart.entry(key).or_default() += count / all;
    }
    let events = events(&log(quiet(50_000, 5)));
    for event in &events {
        let user = text(event, "/user/username");
        let user = match user {
            _ if user.starts_with("system:serviceaccount:") => "serviceaccount",
            _ if user.starts_with("system:node:") => "system:node:*",
            _ if user.starts_with("system:") => user,
            _ => "human",
        };
        let code = event
            .pointer("/responseStatus/code")
            .cloned()
            .unwrap_or_default();
        let key = format!("{user} {} {} {code}", event["verb"], event["stage"]);
        *apart.entry(key).or_default() -= 1.0 / events.len() as f64;
    }
    // total variation: the share of lines that would have to be another kind of line
    let distance = apart.values().map(|share| share.abs()).sum::<f64>() / 2.0;
    assert!(distance < 0.06, "{distance}");
}

#[test]
fn many_machines_take_part() {
    let events = events(&log(quiet(20_000, 2)));
    let distinct = |pointer: &str| {
        events
            .iter()
            .map(|event| text(event, pointer))
            .collect::<BTreeSet<_>>()
    };
    assert!(
        distinct("/user/username")
            .iter()
            .filter(|user| user.starts_with("system:node:"))
            .count()
            > 5
    );
    assert!(distinct("/user/username").len() > 40);
    assert!(distinct("/userAgent").len() > 30);
    for address in distinct("/sourceIPs/0") {
        let documentation = address.starts_with("198.51.100.");
        assert!(
            address == "::1" || address.starts_with("10.") || documentation,
            "{address}"
        );
    }
}

#[test]
fn requests_come_in_bursts() {
    let events = events(&log(quiet(50_000, 4)));
    let micros = |event: &Value| {
        let part = |from: usize, to: usize| -> u64 {
            let at = text(event, "/requestReceivedTimestamp").get(from..to);
            at.unwrap_or_default().parse().unwrap_or_default()
        };
        (((part(8, 10) * 24 + part(11, 13)) * 60 + part(14, 16)) * 60 + part(17, 19)) * 1_000_000
            + part(20, 26)
    };
    let received = events
        .iter()
        .filter(|event| text(event, "/stage") == "RequestReceived")
        .map(micros);
    let received: Vec<_> = received.collect();
    let mut pauses: Vec<_> = received.windows(2).map(|pair| pair[1] - pair[0]).collect();
    pauses.sort_unstable();
    let at = |percent: usize| pauses[pauses.len() * percent / 100];
    // captured: half of them 0.5 to 6 ms, a tenth longer than 0.24 to 2 s
    assert!((500..6_000).contains(&at(50)), "{} µs", at(50));
    assert!((120_000..2_000_000).contains(&at(90)), "{} µs", at(90));
    let mut seconds: BTreeMap<u64, u32> = BTreeMap::new();
    received
        .iter()
        .for_each(|at| *seconds.entry(at / 1_000_000).or_default() += 1);
    let busiest = seconds.into_values().max().unwrap();
    assert!(
        (69..300).contains(&busiest),
        "{busiest} requests in the busiest second"
    );
}

#[test]
fn the_incident_is_told_whole() {
    let needs = KubernetesLog::new(Options {
        incident: true,
        ..quiet(1, 1)
    })
    .err()
    .map(|TooShort { needs }| needs);
    let needs = needs.expect("one line is too short for it");
    let outside = ["203.0.113.50", "192.0.2.117"];
    let of_story = |options: Options| {
        let events = events(&log(options));
        assert_eq!(events.len() as u64, options.events);
        let story = events
            .into_iter()
            .filter(|event| outside.contains(&text(event, "/sourceIPs/0")));
        let asked = |event: Value| {
            let what = ["/stage", "/verb", "/requestURI", "/user/username"]
                .map(|at| text(&event, at).to_owned());
            (
                what,
                event
                    .pointer("/responseStatus/code")
                    .and_then(Value::as_u64),
            )
        };
        story.map(asked).collect::<BTreeSet<_>>()
    };
    let tight = of_story(Options {
        incident: true,
        ..quiet(needs, 1)
    });
    assert_eq!(tight.len() as u64, needs);
    for (events, seed) in [(needs + 1, 2), (200, 3), (2_000, 4), (30_000, 5)] {
        assert_eq!(
            of_story(Options {
                incident: true,
                ..quiet(events, seed)
            }),
            tight,
            "{events} events"
        );
    }
    assert!(
        of_story(quiet(5_000, 1)).is_empty(),
        "nobody comes uncalled"
    );
}
