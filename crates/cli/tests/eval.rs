//! `sigwright eval` as a process.

mod common;

use common::{Place, keys, rule};
use std::time::{Duration, Instant};

fn events(count: usize) -> String {
    (0..count)
        .map(|i| {
            let action = if i % 7 == 0 { "login" } else { "logout" };
            format!("{{\"n\":{i},\"action\":\"{action}\",\"time\":\"t{i}\"}}\n")
        })
        .collect()
}

#[test]
fn a_finding_has_the_keys_scripts_depend_on_in_their_order() {
    let place = Place::new("keys");
    place.file("rules/login.yml", rule("login", "high"));
    place.file(
        "log.ndjson",
        "\n{\"action\":\"login\",\"time\":\"2026-01-01 01:00:00+01:00\",\"n\":1.50}\n",
    );
    let arguments = ["eval", "-r", "rules", "--format", "ndjson", "log.ndjson"];
    let ran = place.run(&arguments).code(0);
    assert_eq!(
        ran.out,
        "{\"kind\":\"finding\",\"time\":\"2026-01-01T00:00:00Z\",\"rule\":{\
         \"id\":\"6f1c52d4-0000-4000-8000-000000000005\",\"name\":\"did-login\",\
         \"title\":\"Somebody did login\",\"level\":\"high\",\"path\":\"rules/login.yml\",\
         \"tags\":[\"attack.execution\"]},\"source\":{\"file\":\"log.ndjson\",\"line\":2},\
         \"fields\":{\"action\":\"login\"}}\n"
    );
    let ran = place.run(&[&arguments[..], &["--with-event"]].concat());
    assert_eq!(
        keys(&ran.json()[0]),
        ["kind", "time", "rule", "source", "fields", "event"]
    );
    assert!(
        ran.out.ends_with(
            "\"event\":{\"action\":\"login\",\"time\":\"2026-01-01 01:00:00+01:00\",\"n\":1.50}}\n"
        ),
        "{}",
        ran.out
    );
}

#[test]
fn absent_attributes_are_null_and_stay_in_the_line() {
    let place = Place::new("absent");
    place.file(
        "r.yml",
        "title: Bare\nlogsource: {product: acme}\n\
         detection:\n    sel:\n        a|contains:\n            - x\n            - y\n    condition: sel\n",
    );
    place.file("log.ndjson", "{\"a\":[\"xx\",\"yy\",\"zz\"]}\n");
    let ran = place
        .run(&["eval", "-r", "r.yml", "--format", "ndjson", "log.ndjson"])
        .code(0);
    let line = &ran.json()[0];
    assert!(line["time"].is_null());
    assert_eq!(
        keys(&line["rule"]),
        ["id", "name", "title", "level", "path", "tags"]
    );
    for key in ["id", "name", "level"] {
        assert!(line["rule"][key].is_null(), "{key}");
    }
    assert_eq!(line["rule"]["tags"], serde_json::json!([]));
    assert_eq!(line["fields"], serde_json::json!({"a": ["xx", "yy"]}));
}

#[test]
fn findings_come_in_the_order_of_the_input_whatever_the_threads() {
    let place = Place::new("threads");
    place.file("rules/a.yml", rule("login", "low"));
    place.file("rules/b.yml", rule("logout", "high"));
    place.file("log.ndjson", events(20_000));
    let run = |threads: &str| {
        let ran = place.run(&[
            "eval",
            "-r",
            "rules",
            "--format",
            "ndjson",
            "--threads",
            threads,
            "log.ndjson",
        ]);
        ran.code(0).out
    };
    let one = run("1");
    assert_eq!(one.lines().count(), 20_000);
    let lines = one.lines().enumerate().step_by(997);
    for (i, line) in lines {
        assert!(line.contains(&format!("\"line\":{}}}", i + 1)), "{line}");
    }
    assert_eq!(one, run("2"));
    assert_eq!(one, run("4"));
}

#[test]
fn standard_input_is_read() {
    let place = Place::new("stdin");
    place.file("r.yml", rule("login", "low"));
    let ran = place
        .run_with(
            &["eval", "-r", "r.yml", "--format", "ndjson", "-"],
            b"{\"action\":\"login\"}\n{\"action\":\"logout\"}\n",
        )
        .code(0);
    assert_eq!(ran.json().len(), 1);
    assert_eq!(ran.json()[0]["source"]["file"], "-");
    assert!(ran.err.contains("2 events"), "{}", ran.err);
}

#[test]
fn a_bad_rule_beside_a_good_one_is_reported_and_left_out() {
    let place = Place::new("bad-rule");
    place.file("rules/good.yml", rule("login", "low"));
    place.file(
        "rules/bad.yml",
        rule("login", "low").replace("condition: sel", "condition: sell"),
    );
    place.file("log.ndjson", "{\"action\":\"login\"}\n");
    let ran = place
        .run(&["eval", "-r", "rules", "--format", "ndjson", "log.ndjson"])
        .code(1);
    assert_eq!(ran.json().len(), 1);
    assert_eq!(ran.json()[0]["rule"]["path"], "rules/good.yml");
    assert!(ran.err.contains("rules/bad.yml"), "{}", ran.err);
    assert!(ran.err.contains("1 with errors left out"), "{}", ran.err);
    let never = ["eval", "-r", "rules", "--fail-on", "never", "log.ndjson"];
    place.run(&never).code(0);
}

#[test]
fn the_exit_code_says_what_fail_on_asks() {
    let place = Place::new("fail-on");
    place.file("r.yml", rule("login", "medium"));
    place.file("log.ndjson", "{\"action\":\"login\"}\nno json\n");
    for (fail_on, code) in [
        ("errors", 0),
        ("findings", 1),
        ("medium", 1),
        ("low", 1),
        ("high", 0),
        ("faults", 1),
        ("never", 0),
        ("high,faults", 1),
    ] {
        let ran = place.run(&["eval", "-r", "r.yml", "--fail-on", fail_on, "log.ndjson"]);
        assert_eq!(ran.code, code, "--fail-on {fail_on}: {}", ran.err);
    }
    place
        .run(&["eval", "-r", "r.yml", "--fail-on", "nonsense", "log.ndjson"])
        .code(2);
}

#[test]
fn findings_below_the_level_asked_for_are_counted_only() {
    let place = Place::new("min-level");
    place.file("rules/a.yml", rule("login", "low"));
    place.file("rules/b.yml", rule("logout", "high"));
    place.file("log.ndjson", events(14));
    let arguments = ["eval", "-r", "rules", "--format", "ndjson", "log.ndjson"];
    let ran = place
        .run(&[&arguments[..], &["--min-level", "medium"]].concat())
        .code(0);
    assert_eq!(ran.out.lines().count(), 12);
    assert!(
        ran.err.contains("14: 12 high, 2 low (2 not printed)"),
        "{}",
        ran.err
    );
    let bad = [&arguments[..], &["--min-level", "hihg"]].concat();
    place.run(&bad).code(2);
}

#[test]
fn a_malformed_record_is_counted_with_its_place_and_loses_nothing_else() {
    let place = Place::new("malformed");
    place.file("r.yml", rule("login", "low"));
    place.file(
        "log.ndjson",
        "{\"action\":\"login\"}\n{\"action\":\n{\"action\":\"login\"}\n",
    );
    let ran = place.run(&["eval", "-r", "r.yml", "--format", "ndjson", "log.ndjson"]);
    assert_eq!(ran.json().len(), 2);
    assert!(ran.err.contains("1 malformed-record"), "{}", ran.err);
    assert!(ran.err.contains("log.ndjson:2"), "{}", ran.err);
}

#[test]
fn what_cannot_be_read_ends_in_2_and_the_rest_still_runs() {
    let place = Place::new("unreadable");
    place.file("r.yml", rule("login", "low"));
    place.file("log.ndjson", "{\"action\":\"login\"}\n");
    let arguments = ["eval", "-r", "r.yml", "--format", "ndjson"];
    let ran = place
        .run(&[&arguments[..], &["missing.ndjson", "log.ndjson"]].concat())
        .code(2);
    assert_eq!(ran.json().len(), 1);
    assert!(ran.err.contains("missing.ndjson"), "{}", ran.err);
    place.file("latin.yml", b"title: caf\xe9\n");
    let ran = place.run(&[
        "eval",
        "-r",
        "latin.yml",
        "-r",
        "r.yml",
        "--format",
        "ndjson",
        "log.ndjson",
    ]);
    assert_eq!((ran.code, ran.json().len()), (2, 1));
    assert!(
        ran.err.contains("latin.yml: not UTF-8 at byte 10"),
        "{}",
        ran.err
    );
}

#[test]
fn no_rule_at_all_is_an_error() {
    let place = Place::new("no-rules");
    place.file("empty/notes.txt", "nothing");
    place.file("empty/only.cases.yml", "cases: []");
    place.file("log.ndjson", "{}\n");
    let ran = place.run(&["eval", "-r", "empty", "log.ndjson"]).code(2);
    assert!(ran.err.contains("no rule file"), "{}", ran.err);
    place.run(&["eval", "-r", "absent", "log.ndjson"]).code(2);
    place.run(&["eval", "log.ndjson"]).code(2);
    place.run(&["eval", "-r", "empty"]).code(2);
}

#[test]
fn rules_are_found_in_directories_and_by_globs() {
    let place = Place::new("walk");
    place.file("rules/deep/er/a.yml", rule("login", "low"));
    place.file("rules/b.yaml", rule("login", "low"));
    place.file("rules/.hidden/c.yml", rule("login", "low"));
    place.file("rules/b.cases.yml", "this: is no rule");
    place.file("log.ndjson", "{\"action\":\"login\"}\n");
    let paths = |arguments: &[&str]| -> Vec<String> {
        let rest = ["--format", "ndjson", "log.ndjson"];
        let ran = place.run(&[&["eval"], arguments, &rest].concat()).code(0);
        let path = |line: serde_json::Value| line["rule"]["path"].as_str().unwrap().to_owned();
        ran.json().into_iter().map(path).collect()
    };
    let both = ["rules/b.yaml", "rules/deep/er/a.yml"];
    assert_eq!(paths(&["-r", "rules"]), both);
    assert_eq!(paths(&["-r", "rules/**/*.y*ml"]), both);
    assert_eq!(paths(&["-r", "rules/*.y*ml"]), both[..1]);
    // a file named twice counts once
    assert_eq!(paths(&["-r", "rules", "-r", "rules/b.yaml"]), both);
}

#[test]
fn nothing_from_a_rule_or_an_event_reaches_the_terminal_unescaped() {
    let place = Place::new("escapes");
    let title = "title: \"evil \\e]0;x\\a \\u202e\"\n";
    let text = rule("login", "low").replace("title: Somebody did login\n", title);
    assert!(text.contains("evil"));
    place.file(
        "r.yml",
        text.replace("action: login", "action|contains: log"),
    );
    place.file(
        "log.ndjson",
        "{\"action\":\"log\\u001b[31mRED\\u0007\",\"user\":\"a\\u001b[2J\\r\\nb\\u009b\"}\n",
    );
    for format in ["pretty", "table"] {
        let ran = place
            .run(&["eval", "-r", "r.yml", "--format", format, "log.ndjson"])
            .code(0);
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!ran.out.contains(harmful), "{:?}", ran.out);
        assert!(ran.out.contains("\\x1b[2J"), "{}", ran.out);
        assert!(ran.out.contains("evil \\x1b]0;x\\x07"), "{}", ran.out);
    }
}

#[test]
fn colours_are_as_asked() {
    let place = Place::new("colours");
    place.file("r.yml", rule("login", "high"));
    place.file("log.ndjson", "{\"action\":\"login\"}\n");
    let run = |more: &[&str]| {
        let arguments = [&["eval", "-r", "r.yml", "log.ndjson"], more].concat();
        place.run(&arguments).code(0).out
    };
    assert!(!run(&[]).contains('\x1b'));
    assert!(!run(&["--color", "never"]).contains('\x1b'));
    assert!(run(&["--color", "always"]).contains("\x1b[1;31m HIGH \x1b[0m"));
}

#[test]
fn the_log_source_can_be_told_or_ignored() {
    let place = Place::new("logsource");
    place.file("r.yml", rule("login", "low").replace("acme", "kubernetes"));
    place.file("log.ndjson", "{\"action\":\"login\"}\n");
    let count = |more: &[&str]| {
        let arguments = ["eval", "-r", "r.yml", "--format", "ndjson", "log.ndjson"];
        let ran = place.run(&[&arguments[..], more].concat()).code(0);
        (ran.out.lines().count(), ran.err)
    };
    let (findings, err) = count(&[]);
    assert_eq!(findings, 0);
    assert!(err.contains("1 event of an unknown log source"), "{err}");
    assert!(err.contains("--ignore-logsource"), "{err}");
    assert_eq!(count(&["--ignore-logsource"]).0, 1);
    assert_eq!(count(&["--logsource", "product=kubernetes"]).0, 1);
    assert_eq!(count(&["--logsource", "product=windows"]).0, 0);
    let bad = [
        "eval",
        "-r",
        "r.yml",
        "--logsource",
        "produkt=x",
        "log.ndjson",
    ];
    place.run(&bad).code(2);
}

#[test]
fn placeholders_are_filled_from_lists() {
    let place = Place::new("lists");
    let text = rule("login", "low").replace("action: login", "action|expand: '%verbs%'");
    place.file("rules/r.yml", text);
    place.file(
        "log.ndjson",
        "{\"action\":\"login\"}\n{\"action\":\"quit\"}\n",
    );
    place.file("given/verbs.txt", "# what counts\nquit\n");
    let arguments = ["eval", "-r", "rules", "--format", "ndjson", "log.ndjson"];
    let ran = place.run(&arguments).code(1);
    assert!(ran.err.contains("verbs"), "{}", ran.err);
    place.file("lists/verbs.txt", "login\nquit\n");
    assert_eq!(place.run(&arguments).code(0).out.lines().count(), 2);
    let given = [&arguments[..], &["--lists", "given"]].concat();
    assert_eq!(place.run(&given).code(0).out.lines().count(), 1);
    let absent = [&arguments[..], &["--lists", "absent"]].concat();
    assert_eq!(place.run(&absent).code, 2);
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    let place = Place::new("pipe");
    place.file("r.yml", rule("logout", "low"));
    place.file("log.ndjson", events(100_000));
    // far more batches than may be under way
    for threads in ["1", "3"] {
        let mut child = place
            .command(&[
                "eval",
                "-r",
                "r.yml",
                "--format",
                "ndjson",
                "--threads",
                threads,
                "log.ndjson",
            ])
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let patience = Instant::now() + Duration::from_secs(60);
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > patience {
                child.kill().unwrap();
                panic!("still running with {threads} threads");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let ended = child.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(0), "{err}");
        assert_eq!(err, "");
    }
}
