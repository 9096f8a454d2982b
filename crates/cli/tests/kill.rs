//! A process that keeps state may be killed at any instant: run again with `--resume` until
//! it is done, it has said all that an undisturbed run says.
//!
//! `SIGWRIGHT_KILLS` is how often it is killed, 30 by default.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

mod common;

use common::Place;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Rules of every kind that keeps state.
const RULES: &str = "\
title: Login refused
id: 6f1c52d4-0000-4000-8000-000000000001
name: refused
level: low
logsource:
    product: acme
detection:
    sel:
        action: refused
    condition: sel
---
title: Login
id: 6f1c52d4-0000-4000-8000-000000000002
name: login
level: informational
logsource:
    product: acme
detection:
    sel:
        action: login
    condition: sel
---
title: Key created
id: 6f1c52d4-0000-4000-8000-000000000003
level: medium
logsource:
    product: acme
detection:
    sel:
        action: create
    condition: sel
x-suppress:
    for: 10m
    by: [user]
---
title: Many refused logins
id: 6f1c52d4-0000-4000-8000-000000000004
level: high
correlation:
    type: event_count
    rules: [refused]
    group-by: [user]
    timespan: 2m
    condition:
        gte: 12
---
title: Login from a new place
id: 6f1c52d4-0000-4000-8000-000000000005
level: high
correlation:
    type: new_terms
    rules: [login]
    group-by: [user]
    timespan: 2h
    condition:
        field: place
---
title: Hardly a login
id: 6f1c52d4-0000-4000-8000-000000000006
level: low
correlation:
    type: event_count
    rules: [login]
    group-by: [user]
    timespan: 5m
    condition:
        lt: 9
---
title: Refused, then let in
id: 6f1c52d4-0000-4000-8000-000000000007
level: medium
correlation:
    type: temporal_ordered
    rules: [refused, login]
    group-by: [place]
    timespan: 20s
";

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A log, about in order.
fn log(events: u64) -> String {
    let mut numbers = Numbers(7);
    let mut log = String::new();
    for i in 0..events {
        let late = numbers.below(20);
        let time = 1_790_000_000 + (i / 4).saturating_sub(late);
        let action = ["refused", "login", "login", "create", "read"][numbers.below(5) as usize];
        let (user, place) = (numbers.below(40), numbers.below(400));
        let filler = "x".repeat(60);
        writeln!(
            log,
            r#"{{"time":{time},"action":"{action}","user":"u{user}","place":"p{place}","seen":"{filler}"}}"#
        )
        .unwrap();
    }
    log
}

fn command(place: &Place, lateness: &str, state: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigwright"));
    command
        .args(["eval", "-r", "rules.yml", "--logsource", "product=acme"])
        .args([
            "--format",
            "ndjson",
            "--lateness",
            lateness,
            "--threads",
            "2",
        ])
        .args([
            "--state",
            state,
            "--resume",
            "--checkpoint",
            "0s",
            "log.ndjson",
        ])
        .current_dir(place.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(place.path("err")).unwrap());
    command
}

/// Writes to a file what a child says, slower than it says it: so it mostly waits in the
/// middle of writing, and is killed there.
fn listen(child: &mut Child, path: PathBuf) -> JoinHandle<()> {
    let mut said = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        let mut file = File::create(path).unwrap();
        let mut bytes = [0; 8192];
        loop {
            let n = said.read(&mut bytes).unwrap();
            if n == 0 {
                break;
            }
            file.write_all(&bytes[..n]).unwrap();
            std::thread::sleep(Duration::from_micros(300));
        }
    })
}

/// What a run said: alerts by id, findings by place and rule. What was cut off by a kill is
/// not said.
fn said(place: &Place, out: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(place.path(out)).unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let one = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let name = match value["kind"].as_str().unwrap() {
            "alert" => value["id"].as_str().unwrap().to_owned(),
            _ => format!("{} {}", value["source"], value["rule"]["id"]),
        };
        (name, line.to_owned())
    };
    whole.lines().map(one).collect()
}

#[test]
fn killed_at_any_instant_it_says_all_in_the_end() {
    // alerts come all along, or all at the end
    for lateness in ["60s", "all"] {
        kill(lateness);
    }
}

fn kill(lateness: &str) {
    let kills: usize = std::env::var("SIGWRIGHT_KILLS").map_or(30, |n| n.parse().unwrap()) / 2;
    let place = Place::new(&format!("kill-{lateness}"));
    place
        .file("rules.yml", RULES)
        .file("log.ndjson", log(30_000));
    let started = Instant::now();
    let mut child = command(&place, lateness, "whole.state").spawn().unwrap();
    listen(&mut child, place.path("whole")).join().unwrap();
    let status = child.wait().unwrap();
    let whole_time = started.elapsed();
    let err = fs::read_to_string(place.path("err")).unwrap();
    assert!(status.success(), "{err}");
    let expected: BTreeMap<String, String> = said(&place, "whole").into_iter().collect();
    let alerts = expected
        .values()
        .filter(|line| line.contains("\"alert\""))
        .count();
    assert!(alerts > 100, "{alerts} alerts: {err}");

    let mut numbers = Numbers(99);
    let (mut killed, mut rounds, mut repeated) = (0, 0, 0);
    while killed < kills {
        rounds += 1;
        let state = format!("{rounds}.state");
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        loop {
            let mut child = command(&place, lateness, &state).spawn().unwrap();
            let listener = listen(&mut child, place.path("part"));
            // sometimes early, so that creation and recovery are hit as well
            let most = if numbers.below(4) == 0 { 10 } else { 1 };
            let wait = whole_time.as_micros() as u64 * 6 / 5 / most;
            std::thread::sleep(Duration::from_micros(numbers.below(wait.max(1))));
            let ended = killed >= kills * 2 || child.try_wait().unwrap().is_some();
            if !ended {
                // SIGKILL
                child.kill().unwrap();
            }
            let status = child.wait().unwrap();
            listener.join().unwrap();
            for (name, line) in said(&place, "part") {
                match all.get(&name) {
                    Some(before) => {
                        assert_eq!(*before, line, "a repeat says the same");
                        repeated += 1;
                    }
                    None => {
                        all.insert(name, line);
                    }
                }
            }
            if ended {
                let err = fs::read_to_string(place.path("err")).unwrap();
                assert!(status.success(), "{err}");
                break;
            }
            killed += 1;
        }
        let names = |said: &BTreeMap<String, String>| said.keys().cloned().collect::<BTreeSet<_>>();
        let (ours, theirs) = (names(&all), names(&expected));
        let missing: Vec<_> = theirs.difference(&ours).take(3).collect();
        let surplus: Vec<_> = ours.difference(&theirs).take(3).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "after {killed} kills: missing {missing:?}, surplus {surplus:?}"
        );
        assert!(all == expected, "the same lines");
    }
    println!(
        "--lateness {lateness}: {killed} kills in {rounds} runs, {} lines ({alerts} alerts), {repeated} repeated",
        expected.len()
    );
}
