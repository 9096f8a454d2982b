//! Correlations, hints and their flags in `sigwright eval`.

mod common;

use common::{Place, Ran, keys, rule};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

/// A correlation over `did-login` by user.
fn correlation(name: &str, rest: &str) -> String {
    format!(
        "---\ntitle: {name}\nname: {name}\nlevel: high\ncorrelation:\n    rules: [did-login]\n    \
         group-by: [user]\n    timespan: 1m\n{rest}"
    )
}

fn burst(more: &str) -> String {
    correlation(
        "burst",
        &format!("    type: event_count\n    condition: {{gte: 3}}\n{more}"),
    )
}

fn place(name: &str, rules: &str) -> Place {
    let place = Place::new(name);
    place.file("rules/r.yml", rules);
    place
}

/// An event at a second of an hour.
fn event(second: u32, action: &str, user: &str) -> String {
    let (minute, second) = (second / 60, second % 60);
    format!(
        "{{\"time\":\"2026-11-01T00:{minute:02}:{second:02}Z\",\"action\":\"{action}\",\"user\":\"{user}\"}}\n"
    )
}

fn eval(place: &Place, more: &[&str]) -> Ran {
    let arguments = [
        "eval",
        "-r",
        "rules",
        "--logsource",
        "product=acme",
        "--format",
        "ndjson",
    ];
    place.run(&[&arguments[..], more].concat()).code(0)
}

/// Rule and time of each line.
fn said(ran: &Ran) -> Vec<(String, String)> {
    let lines = ran.json().into_iter();
    lines
        .map(|line| {
            let text = |path: &str| {
                line.pointer(path)
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            let name = text("/rule/name").unwrap_or_default();
            (name, text("/time").unwrap_or_default())
        })
        .collect()
}

fn names(ran: &Ran) -> Vec<String> {
    said(ran).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn an_alert_has_the_keys_scripts_depend_on_in_their_order() {
    let hints = "x-risk: {score: 40, message: '{user} again', entities: [{field: user}]}\n\
                 x-variations: [{name: by root, when: {user: root}, level: critical, score: 90}]\n";
    let place = place(
        "alert-keys",
        &format!("{}{}", rule("login", "low"), burst(hints)),
    );
    let log: String = (0..3).map(|i| event(i, "login", "root")).collect();
    place.file("log.ndjson", log);
    let ran = eval(&place, &["log.ndjson"]);
    let lines = ran.json();
    let [alert] = lines.as_slice() else {
        panic!("{}", ran.out)
    };
    assert_eq!(
        keys(alert),
        [
            "kind",
            "id",
            "time",
            "rule",
            "level",
            "variation",
            "group",
            "values",
            "window",
            "events",
            "events_total",
            "risk"
        ]
    );
    assert_eq!(
        keys(&alert["rule"]),
        ["id", "name", "title", "level", "path", "tags", "type"]
    );
    assert_eq!(alert["level"], "critical");
    assert_eq!(alert["rule"]["level"], "high");
    assert_eq!(alert["variation"], "by root");
    assert_eq!(alert["group"]["user"], "root");
    assert_eq!(alert["values"]["count"], 3);
    assert_eq!(alert["window"]["from"], "2026-10-31T23:59:02Z");
    assert_eq!(alert["window"]["to"], "2026-11-01T00:00:02Z");
    assert_eq!(alert["events"][2]["line"], 3);
    assert_eq!(alert["events"][2]["rule"], "did-login");
    assert_eq!(alert["events_total"], 3);
    assert_eq!(alert["risk"]["score"], 90);
    assert_eq!(alert["risk"]["message"], "root again");
    assert_eq!(alert["risk"]["entities"][0]["value"], "root");
    assert_eq!(alert["id"].as_str().unwrap().len(), 32);

    // the same in the forms for people
    let pretty = place.run(&[
        "eval",
        "-r",
        "rules",
        "--logsource",
        "product=acme",
        "log.ndjson",
    ]);
    for part in [
        " CRITICAL  burst - by root",
        "risk   90: root again",
        "group  user = root",
        "why    count = 3 from 2026-10-31T23:59:02Z to 2026-11-01T00:00:02Z",
        "log.ndjson:3 did-login",
        "alerts   1: 1 critical",
    ] {
        assert!(
            pretty.out.contains(part) || pretty.err.contains(part),
            "{part}\n{}{}",
            pretty.out,
            pretty.err
        );
    }
    let arguments = [
        "eval",
        "-r",
        "rules",
        "--logsource",
        "product=acme",
        "--format",
        "table",
    ];
    let table = place.run(&[&arguments[..], &["log.ndjson"]].concat());
    let row = table.out.lines().nth(1).unwrap();
    for part in [
        "critical",
        "burst - by root",
        "user = root",
        "count = 3",
        "log.ndjson:3",
    ] {
        assert!(row.contains(part), "{part}\n{row}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let rules = format!(
        "{}{}---\n{}x-suppress: {{for: 10s, by: [user]}}\n",
        rule("login", "low"),
        burst("generate: true\n"),
        rule("logout", "low"),
    );
    let place = place("alert-threads", &rules);
    // far more than one batch, out of order by up to a minute
    let log: String = (0..15_000u32)
        .map(|i| {
            let second = (i / 5 + i * 7_919 % 60) % 3_600;
            let action = if i % 3 == 0 { "login" } else { "logout" };
            event(second, action, &format!("u{}", i * 17 % 29))
        })
        .collect();
    place.file("log.ndjson", &log);
    for lateness in ["all", "30s"] {
        let run = |threads| {
            eval(
                &place,
                &["--lateness", lateness, "--threads", threads, "log.ndjson"],
            )
        };
        let one = run("1");
        assert!(
            one.out.lines().filter(|l| l.contains("\"alert\"")).count() > 100,
            "{}",
            one.err
        );
        for threads in ["2", "5"] {
            let more = run(threads);
            assert!(one.out == more.out, "{lateness} {threads}");
            let summary = |ran: &Ran| {
                ran.err
                    .lines()
                    .filter(|l| !l.starts_with("rate"))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(summary(&one), summary(&more));
        }
    }
}

#[test]
fn suppression_goes_on_from_file_to_file() {
    let rules = format!(
        "{}x-suppress: {{for: 1m, by: [user]}}\n",
        rule("login", "low")
    );
    let place = place("alert-suppress", &rules);
    place.file(
        "a.ndjson",
        [event(0, "login", "ada"), event(5, "login", "eve")].concat(),
    );
    place.file(
        "b.ndjson",
        [event(30, "login", "ada"), event(60, "login", "ada")].concat(),
    );
    let ran = eval(&place, &["b.ndjson", "a.ndjson"]);
    let times: Vec<String> = said(&ran).into_iter().map(|(_, time)| time).collect();
    // in the order of time, whatever the order of the files
    assert_eq!(
        times,
        [
            "2026-11-01T00:00:00Z",
            "2026-11-01T00:00:05Z",
            "2026-11-01T00:01:00Z"
        ]
    );
    assert!(
        ran.err.contains("1 suppressed") || ran.err.contains("1 silent"),
        "{}",
        ran.err
    );
}

#[test]
fn an_alert_comes_while_other_events_are_read() {
    let place = place(
        "live-pipe",
        &format!("{}{}", rule("login", "low"), burst("")),
    );
    let mut child = place
        .command(&[
            "eval",
            "-r",
            "rules",
            "--logsource",
            "product=acme",
            "--format",
            "ndjson",
            "-",
        ])
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            tell.send(line.unwrap()).unwrap();
        }
    });
    let mut log: String = (0..10).map(|i| event(i, "login", "ada")).collect();
    log.extend((0..200).map(|i| event(10 + 10 * i, "look", "eve")));
    stdin.write_all(log.as_bytes()).unwrap();
    stdin.flush().unwrap();
    // the input has not ended
    let line = told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(line.contains("burst"), "{line}");
    drop(stdin);
    reader.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(told.iter().count(), 0);
}

#[test]
fn generate_train_and_lateness() {
    let place = place(
        "alert-flags",
        &format!("{}{}", rule("login", "low"), burst("")),
    );
    let log: String = [0, 1, 2].map(|i| event(i, "login", "ada")).concat();
    place.file("log.ndjson", log);
    assert_eq!(names(&eval(&place, &["log.ndjson"])), ["burst"]);
    let all = eval(&place, &["--generate", "log.ndjson"]);
    assert_eq!(
        names(&all),
        ["did-login", "did-login", "did-login", "burst"]
    );
    assert_eq!(
        names(&eval(&place, &["--train", "--state", "s", "log.ndjson"])),
        Vec::<String>::new()
    );

    // the clock is the median: when the one at 10 comes, its group has gone on
    let late = [100, 101, 102, 103, 104, 105, 106, 107, 108, 10]
        .map(|i| event(i, "login", "ada"))
        .concat();
    place.file("late.ndjson", &late);
    let ran = eval(&place, &["--lateness", "1s", "late.ndjson"]);
    assert_eq!(names(&ran), ["burst"]);
    assert!(
        ran.err.contains("1 event came too late: burst"),
        "{}",
        ran.err
    );
    let ran = eval(&place, &["--lateness", "all", "late.ndjson"]);
    assert!(!ran.err.contains("too late"), "{}", ran.err);
    for wrong in ["5", "5x", "-1s", "m"] {
        let lateness = format!("--lateness={wrong}");
        let arguments = ["eval", "-r", "rules", &lateness, "log.ndjson"];
        place.run(&arguments).code(2);
    }
}

#[test]
fn what_does_not_count_is_told() {
    let rules = format!("{}{}", rule("login", "low"), burst("generate: true\n"));
    let place = place("alert-losses", &rules);
    place.file(
        "log.ndjson",
        [
            "{\"action\":\"login\",\"user\":\"ada\"}\n",
            "{\"action\":\"login\",\"time\":\"2026-11-01T00:00:00Z\"}\n",
            &event(1, "login", "ada"),
        ]
        .concat(),
    );
    let ran = eval(&place, &["log.ndjson"]);
    // findings are never fewer
    assert_eq!(names(&ran), ["did-login"; 3]);
    assert!(
        ran.err
            .contains("1 event without a time is in no correlation"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("1 event lacks a field to group by: burst"),
        "{}",
        ran.err
    );
}

#[test]
fn a_request_to_kubernetes_counts_once() {
    let rule = "title: Denied\nname: denied\nlogsource: {product: kubernetes, service: audit}\n\
                detection:\n    s: {verb: list}\n    condition: s\n---\n\
                title: Twice\nname: twice\ngenerate: true\ncorrelation:\n    type: event_count\n    \
                rules: [denied]\n    group-by: [user.username, cluster.id]\n    timespan: 1m\n    \
                condition: {gte: 2}\n";
    let place = place("alert-stages", rule);
    let line = |id: u32, stage: &str| {
        format!(
            "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"auditID\":\"{id}\",\
             \"stage\":\"{stage}\",\"verb\":\"list\",\"user\":{{\"username\":\"ada\"}},\
             \"stageTimestamp\":\"2026-11-01T00:00:0{id}.000000Z\"}}\n"
        )
    };
    let request = |id| [line(id, "RequestReceived"), line(id, "ResponseComplete")].concat();
    let eval = |more: &[&str]| {
        let arguments = ["eval", "-r", "rules", "--format", "ndjson"];
        place.run(&[&arguments[..], more].concat()).code(0)
    };
    place.file("one.ndjson", request(1));
    let ran = eval(&["one.ndjson"]);
    assert_eq!(names(&ran), ["denied", "denied"]);
    assert!(
        ran.err
            .contains("1 line before the end of a Kubernetes request"),
        "{}",
        ran.err
    );
    place.file("two.ndjson", [request(1), request(2)].concat());
    let ran = eval(&["--cluster", "prod", "two.ndjson"]);
    let lines = ran.json();
    let alert = lines.last().unwrap();
    assert_eq!(alert["rule"]["name"], "twice");
    assert_eq!(alert["group"]["cluster.id"], "prod");
    assert_eq!(alert["values"]["count"], 2);
}

#[test]
fn levels_of_alerts_are_those_of_their_variations() {
    let hints = "x-variations: [{name: by root, when: {user: root}, level: critical}]\n";
    let rules = format!(
        "{}x-variations: [{{name: by root, when: {{user: root}}, level: high}}]\n{}",
        rule("login", "low"),
        burst(&format!("generate: true\n{hints}")),
    );
    let place = place("alert-levels", &rules);
    let three = |user: &str| [0, 1, 2].map(|i| event(i, "login", user)).concat();
    place.file("ada.ndjson", three("ada"));
    place.file("root.ndjson", three("root"));
    let ran = eval(&place, &["--min-level", "high", "ada.ndjson"]);
    assert_eq!(names(&ran), ["burst"]);
    assert!(
        ran.err.contains("findings 3: 3 low (3 not printed)"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("alerts   1: 1 high\n"), "{}", ran.err);
    let ran = eval(&place, &["--min-level", "high", "root.ndjson"]);
    assert_eq!(
        names(&ran),
        ["did-login", "did-login", "did-login", "burst"]
    );
    let ran = eval(&place, &["--min-level", "critical", "ada.ndjson"]);
    assert!(
        ran.err.contains("alerts   1: 1 high (1 not printed)"),
        "{}",
        ran.err
    );
    let fail = |on: &str, log: &str| {
        let arguments = [
            "eval",
            "-r",
            "rules",
            "--logsource",
            "product=acme",
            "--fail-on",
            on,
            log,
        ];
        place.run(&arguments).code
    };
    assert_eq!(fail("critical", "ada.ndjson"), 0);
    assert_eq!(fail("critical", "root.ndjson"), 1);
    assert_eq!(fail("high", "ada.ndjson"), 1);
}

/// Others' keys, as many as fit and more, do not push out a group that is near.
#[test]
fn a_flood_of_other_groups_does_not_hide_one_that_is_near() {
    let place = place(
        "alert-flood",
        &format!("{}{}", rule("login", "low"), burst("")),
    );
    let mut log = [event(0, "login", "ada"), event(1, "login", "ada")].concat();
    for i in 0..5_000 {
        log.push_str(&event(2 + i / 200, "login", &format!("other{i}")));
    }
    log.push_str(&event(40, "login", "ada"));
    place.file("log.ndjson", log);
    for limit in [["--max-groups", "1000"], ["--max-state-memory", "256K"]] {
        let ran = eval(&place, &[&limit[..], &["log.ndjson"]].concat());
        assert_eq!(names(&ran), ["burst"], "{}", ran.err);
        assert!(
            ran.err
                .contains("groups were given up to stay within the limits: burst"),
            "{}",
            ran.err
        );
    }
    let ran = eval(&place, &["log.ndjson"]);
    assert!(!ran.err.contains("given up"), "{}", ran.err);
    for wrong in [
        ["--max-groups", "0"],
        ["--max-state-memory", "0"],
        ["--max-state-memory", "5T"],
    ] {
        let arguments = [&["eval", "-r", "rules"], &wrong[..], &["log.ndjson"]].concat();
        place.run(&arguments).code(2);
    }
}

/// Of terms that do not fit, some alert again; none is missed.
#[test]
fn terms_that_do_not_fit_alert_again_and_none_is_lost() {
    let new = correlation("new", "    type: new_terms\n    condition: {field: user}\n")
        .replace("    group-by: [user]\n", "")
        .replace("1m", "1d");
    let place = place("alert-terms", &format!("{}{new}", rule("login", "low")));
    let log: String = (0..600)
        .map(|i| event(i, "login", &format!("u{}", i % 300)))
        .collect();
    place.file("log.ndjson", log);
    assert_eq!(names(&eval(&place, &["log.ndjson"])).len(), 300);
    let ran = eval(&place, &["--max-groups", "50", "log.ndjson"]);
    let lines = ran.json();
    let users: std::collections::BTreeSet<&str> = lines
        .iter()
        .map(|l| l["term"]["user"].as_str().unwrap())
        .collect();
    assert_eq!(users.len(), 300);
    assert!(lines.len() > 300);
    assert!(
        ran.err
            .contains("terms were forgotten to stay within the limits: new"),
        "{}",
        ran.err
    );
}

/// A variation by the event, by another rule, and by both: the finding waits for the answer.
#[test]
fn variations_of_a_finding_in_every_form() {
    let new = correlation(
        "new",
        "    type: new_terms\n    condition: {field: place}\n",
    );
    let rules = format!(
        "{}x-risk: {{score: 5, message: '{{user}} from {{place}}'}}\n\
         x-variations:\n\
         - {{name: root and new, when: {{user: root}}, when-rule: new, level: critical, score: 90}}\n\
         - {{name: root, when: {{user: root}}, level: medium, title: Root did login}}\n\
         - {{name: new, when-rule: new, level: high}}\n{new}generate: true\n",
        rule("login", "low"),
    );
    let place = place("alert-variations", &rules);
    let log = [
        (0, "ada", "a"),
        (1, "root", "a"),
        (2, "ada", "a"),
        (3, "root", "a"),
    ];
    let log = log.map(|(second, user, place)| {
        format!(
            "{{\"time\":\"2026-11-01T00:00:0{second}Z\",\"action\":\"login\",\"user\":\"{user}\",\"place\":\"{place}\"}}\n"
        )
    });
    place.file("log.ndjson", log.concat());
    let ran = eval(&place, &["log.ndjson"]);
    let told: Vec<(Option<String>, String, u64)> = ran
        .json()
        .iter()
        .map(|line| {
            // the correlation does not speak for events that the rule reports
            assert_eq!(line["kind"], "finding");
            (
                line["variation"].as_str().map(str::to_owned),
                line["rule"]["level"].as_str().unwrap().to_owned(),
                line["risk"]["score"].as_u64().unwrap(),
            )
        })
        .collect();
    let one =
        |name: Option<&str>, level: &str, score| (name.map(str::to_owned), level.to_owned(), score);
    assert_eq!(
        told,
        [
            one(Some("new"), "high", 5),
            one(Some("root and new"), "critical", 90),
            one(None, "low", 5),
            one(Some("root"), "medium", 5),
        ]
    );
    assert!(
        ran.err
            .contains("findings 4: 1 critical, 1 high, 1 medium, 1 low"),
        "{}",
        ran.err
    );
    let shown = |form: &str, more: &[&str]| {
        let arguments = [
            "eval",
            "-r",
            "rules",
            "--logsource",
            "product=acme",
            "--format",
            form,
        ];
        place
            .run(&[&arguments[..], more, &["log.ndjson"]].concat())
            .code(0)
            .out
    };
    let pretty = shown("pretty", &[]);
    for part in [
        " HIGH  Somebody did login - new",
        " CRITICAL  Somebody did login - root and new",
        " LOW  Somebody did login\n",
        " MEDIUM  Root did login",
        "risk   90: root from a",
    ] {
        assert!(pretty.contains(part), "{part}\n{pretty}");
    }
    let table = shown("table", &["--min-level", "medium"]);
    let titles: Vec<&str> = table.lines().skip(1).collect();
    assert_eq!(titles.len(), 3, "{table}");
    assert!(titles[2].contains("Root did login"), "{table}");
}
