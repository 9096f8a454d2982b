//! `sigwright lint` as a process.

mod common;

use common::{Place, keys, rule};

#[test]
fn a_clean_rule_is_clean() {
    let place = Place::new("lint-clean");
    let described = rule("login", "low") + "description: Somebody logs in.\n";
    place.file("r.yml", described);
    let ran = place.run(&["lint", "r.yml"]).code(0);
    assert_eq!(ran.out, "");
    assert!(
        ran.err.contains("1 document in 1 file: 0 errors"),
        "{}",
        ran.err
    );
}

#[test]
fn every_form_points_at_the_same_place() {
    let place = Place::new("lint-forms");
    // a character of two bytes before the place: columns count characters, spans bytes
    let text = rule("login", "low")
        .replace("Somebody", "Sömebody")
        .replace("condition: sel", "condition: sell")
        + "description: Somebody logs in.\n";
    place.file("r.yml", &text);
    let ran = place.run(&["lint", "--format", "json", "r.yml"]).code(1);
    let line = &ran.json()[0];
    assert_eq!(
        keys(line),
        [
            "code", "severity", "message", "path", "line", "column", "span", "help"
        ]
    );
    assert_eq!(line["severity"], "error");
    assert_eq!(line["path"], "r.yml");
    let start = line["span"][0].as_u64().unwrap() as usize;
    let end = line["span"][1].as_u64().unwrap() as usize;
    assert_eq!(text.get(start..end), Some("sell"));
    assert_eq!((&line["line"], &line["column"]), (&12.into(), &16.into()));
    let short = place.run(&["lint", "--format", "short", "r.yml"]).code(1);
    assert_eq!(
        short.out,
        format!(
            "r.yml:12:16: error[{}]: {}\n",
            line["code"].as_str().unwrap(),
            line["message"].as_str().unwrap()
        )
    );
    let pretty = place.run(&["lint", "r.yml"]).code(1);
    assert!(pretty.out.contains("r.yml:12:16"), "{}", pretty.out);
    assert!(pretty.out.contains("condition: sell"), "{}", pretty.out);
}

#[test]
fn all_faults_of_all_files_are_reported() {
    let place = Place::new("lint-all");
    let bad = rule("login", "low").replace("condition: sel", "condition: sell");
    place.file("rules/a.yml", bad.replace("level: low", "level: lowish"));
    place.file("rules/b.yml", &bad);
    place.file("rules/c.yml", "detection: [");
    let ran = place.run(&["lint", "--format", "json", "rules"]).code(1);
    let lines = ran.json();
    let count = |path: &str| lines.iter().filter(|l| l["path"] == path).count();
    assert!(count("rules/a.yml") >= 2, "{}", ran.out);
    assert!(count("rules/b.yml") >= 1, "{}", ran.out);
    assert!(count("rules/c.yml") >= 1, "{}", ran.out);
    let again = place.run(&["lint", "--format", "json", "rules"]);
    assert_eq!(ran.out, again.out);
}

#[test]
fn the_exit_code_says_what_fail_on_asks() {
    let place = Place::new("lint-fail-on");
    place.file(
        "bad.yml",
        "title: x\nlogsource: {product: acme}\ndetection: {}\n",
    );
    place.run(&["lint", "bad.yml"]).code(1);
    place
        .run(&["lint", "--fail-on", "warnings", "bad.yml"])
        .code(1);
    place
        .run(&["lint", "--fail-on", "never", "bad.yml"])
        .code(0);
    place.run(&["lint", "absent.yml"]).code(2);
    place.run(&["lint"]).code(2);
    place.run(&["lint", "--format", "xml", "bad.yml"]).code(2);
}

#[test]
fn text_of_a_rule_is_shown_without_its_escapes() {
    let place = Place::new("lint-escapes");
    let text = rule("login", "low")
        .replace("action: login", "\"act\u{202e}ion\": login # \u{9b}31m")
        .replace("condition: sel", "condition: 'sell\u{202e}'");
    place.file("r.yml", text);
    for format in ["pretty", "short"] {
        let ran = place.run(&["lint", "--format", format, "r.yml"]);
        let all = ran.out + &ran.err;
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!all.contains(harmful), "{all:?}");
    }
}

#[test]
fn of_an_endless_line_only_the_place_is_shown() {
    let place = Place::new("lint-long");
    let filler = "a, ".repeat(30_000);
    let text = rule("login", "low").replace(
        "        action: login\n",
        &format!("        {{ é: [{filler}], b|startwith: x, c: [{filler}], é: 1 }}\n"),
    );
    place.file("r.yml", text);
    let ran = place.run(&["lint", "r.yml"]).code(1);
    assert!(ran.out.len() < 5_000, "{} bytes", ran.out.len());
    for part in ["b|startwith: x", "first here", "again here"] {
        assert!(ran.out.contains(part), "no {part}\n{}", ran.out);
    }
    // columns count characters, whatever the line
    let short = place.run(&["lint", "--format", "short", "r.yml"]);
    for line in short.out.lines() {
        let at = line.split(": ").next().unwrap();
        assert!(ran.out.contains(&format!("[{at}]")), "no {at}\n{}", ran.out);
    }
}

#[test]
fn a_second_place_in_another_file_is_shown() {
    let place = Place::new("lint-other-file");
    place.file("a.yml", rule("login", "low"));
    place.file("b.yml", rule("login", "low").replace("Somebody", "Anybody"));
    let ran = place.run(&["lint", "a.yml", "b.yml"]);
    for part in ["duplicate-name", "b.yml:", "a.yml:", "here already"] {
        assert!(ran.out.contains(part), "no {part}\n{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_rules_may_hold_anything() {
    use std::os::unix::fs::symlink;
    let place = Place::new("lint-folder");
    place.file("rules/good.yml", rule("login", "low"));
    place.file("rules/latin.yml", b"title: caf\xe9\n");
    place.file("rules/archive.zip", b"PK\x03\x04");
    place.file("rules/picture.yml/inner.yml", rule("logout", "low"));
    let rules = place.path("rules");
    symlink(&rules, rules.join("again")).unwrap();
    symlink(rules.join("good.yml"), rules.join("same.yml")).unwrap();
    symlink(rules.join("absent"), rules.join("dangling.yml")).unwrap();
    // takes no room on the disk, and is not read beyond the limit
    let huge = std::fs::File::create(rules.join("huge.yml")).unwrap();
    huge.set_len(10 << 30).unwrap();
    let ran = place.run(&["lint", "rules"]).code(2);
    assert!(ran.err.contains("2 documents in 2 files"), "{}", ran.err);
    for said in [
        "latin.yml: not UTF-8",
        "huge.yml: longer than 16 MiB",
        "dangling.yml: ",
    ] {
        assert!(ran.err.contains(said), "no {said}\n{}", ran.err);
    }
}

/// A rule with two remarks: a warning of the reader and one of a lint.
fn remarkable(place: &Place) {
    let text = rule("login", "low").replace("tags: [attack.execution]", "tags: [a.b, 'a.b']");
    place.file("rules, too/r.yml", text);
}

#[test]
fn sarif_names_rules_places_and_fixes() {
    let place = Place::new("lint-sarif");
    remarkable(&place);
    let arguments = [
        "lint",
        "--format",
        "sarif",
        "--off",
        "all",
        "--error",
        "duplicate-tag",
    ];
    let ran = place
        .run(&[&arguments[..], &["rules, too"]].concat())
        .code(1);
    let log: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "duplicate-tag");
    assert_eq!(result["level"], "error");
    let index = result["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "duplicate-tag");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "rules%2C%20too/r.yml");
    let region = &place["region"];
    assert_eq!(region["startLine"], region["endLine"]);
    let columns = |name: &str| region[name].as_u64().unwrap();
    assert_eq!(
        columns("endColumn") - columns("startColumn"),
        5,
        "the quotes count"
    );
    assert_eq!(
        result["relatedLocations"][0]["message"]["text"],
        "first here"
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn what_cannot_be_read_is_in_every_report() {
    let place = Place::new("lint-unreadable");
    let sarif = place
        .run(&["lint", "--format", "sarif", "absent.yml"])
        .code(2);
    let log: serde_json::Value = serde_json::from_str(&sarif.out).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().unwrap().starts_with("absent.yml: "), "{told}");
    let junit = place
        .run(&["lint", "--format", "junit", "absent.yml"])
        .code(2);
    assert!(junit.out.contains("<error message="), "{}", junit.out);
}

#[test]
fn annotations_escape_what_ends_a_property() {
    let place = Place::new("lint-github");
    remarkable(&place);
    let arguments = [
        "lint",
        "--format",
        "github",
        "--off",
        "all",
        "--note",
        "duplicate-tag",
    ];
    let ran = place
        .run(&[&arguments[..], &["rules, too/r.yml"]].concat())
        .code(0);
    assert!(
        ran.out
            .starts_with("::notice file=rules%2C too/r.yml,line="),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains(",title=duplicate-tag::`a.b` is already"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("%0Aremove one of the two\n"),
        "{}",
        ran.out
    );
}

#[test]
fn junit_has_a_suite_per_file_and_a_case_per_lint() {
    let place = Place::new("lint-junit");
    remarkable(&place);
    place.file("s.yml", rule("logout", "low"));
    let arguments = [
        "lint",
        "--format",
        "junit",
        "--off",
        "all",
        "--warning",
        "duplicate-tag",
    ];
    let ran = place
        .run(&[&arguments[..], &["rules, too", "s.yml"]].concat())
        .code(0);
    for part in [
        "<testsuite name=\"rules, too/r.yml\" tests=\"1\" failures=\"1\"",
        "name=\"duplicate-tag\">",
        "<testsuite name=\"s.yml\" tests=\"1\" failures=\"0\"",
        "name=\"lint\"/>",
    ] {
        assert!(ran.out.contains(part), "no {part}\n{}", ran.out);
    }
}

#[test]
fn the_nearest_configuration_counts_and_flags_go_before_it() {
    let place = Place::new("lint-config");
    let twice = rule("login", "low").replace("tags: [attack.execution]", "tags: [a.b, a.b]");
    for name in [
        "r.yml",
        "strict/r.yml",
        "strict/legacy/r.yml",
        "strict/left/r.yml",
    ] {
        place.file(name, &twice);
    }
    place.file("sigwright.toml", "[lint.levels]\nall = \"off\"\n");
    place.file(
        "strict/sigwright.yml",
        "lint:\n  exclude: ['left/**']\n  levels: {duplicate-tag: error, all: off}\n  paths:\n  - match: ['legacy/**']\n    levels: {metadata: note}\n",
    );
    let said = |flags: &[&str], code: i32| {
        let ran = place
            .run(&[&["lint", "--format", "json"], flags, &["."]].concat())
            .code(code);
        let lines = ran.json();
        let lines = lines.iter().filter(|line| line["code"] == "duplicate-tag");
        let lines = lines.map(|line| {
            let path = line["path"]
                .as_str()
                .unwrap()
                .trim_start_matches("./")
                .to_owned();
            (path, line["severity"].as_str().unwrap().to_owned())
        });
        lines.collect::<Vec<_>>()
    };
    let pair = |path: &str, severity: &str| (path.to_owned(), severity.to_owned());
    assert_eq!(
        said(&[], 1),
        [
            pair("strict/legacy/r.yml", "note"),
            pair("strict/r.yml", "error")
        ]
    );
    let all = said(&["--warning", "duplicate-tag"], 0);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().all(|(_, severity)| severity == "warning"));
    assert_eq!(said(&["--no-config", "--off", "duplicate-tag"], 0), []);
    place.file("other.toml", "[lint.levels]\nduplicate-tga = \"off\"\n");
    let ran = place
        .run(&["lint", "--config", "other.toml", "r.yml"])
        .code(2);
    assert!(
        ran.err.contains("did you mean `duplicate-tag`?"),
        "{}",
        ran.err
    );
}

#[test]
fn lints_are_listed_and_explained() {
    let place = Place::new("lint-list");
    let ran = place.run(&["lint", "--list"]).code(0);
    assert!(ran.out.contains("duplicate-tag "), "{}", ran.out);
    let ran = place.run(&["lint", "--explain", "duplicate-tag"]).code(0);
    assert!(ran.out.starts_with("duplicate-tag: "), "{}", ran.out);
    let ran = place.run(&["lint", "--explain", "duplicate-tags"]).code(2);
    assert!(
        ran.err.contains("did you mean `duplicate-tag`?"),
        "{}",
        ran.err
    );
}

#[test]
fn another_table_of_attack_is_made_and_used() {
    let place = Place::new("lint-attack");
    let bundle = r#"{"objects": [
      {"type": "x-mitre-collection", "id": "c", "x_mitre_version": "99.0"},
      {"type": "attack-pattern", "id": "n", "name": "Newest",
       "external_references": [{"source_name": "mitre-attack", "external_id": "T9999"}],
       "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}]},
      {"type": "attack-pattern", "id": "o", "name": "Old", "revoked": true,
       "external_references": [{"source_name": "mitre-attack", "external_id": "T1059"}]},
      {"type": "relationship", "id": "r", "relationship_type": "revoked-by", "source_ref": "o", "target_ref": "n"}
    ]}"#;
    place.file("bundle.json", bundle);
    let made = place
        .run(&["attack", "update", "bundle.json", "-o", "attack.tsv"])
        .code(0);
    assert_eq!(made.err, "2 entries of ATT&CK 99.0\n");
    let tagged = rule("login", "low") + "tags:\n    - attack.t9999\n    - attack.t1059\n";
    place.file("r.yml", tagged);
    let arguments = ["lint", "--format", "short", "r.yml"];
    let before = place.run(&arguments).out;
    assert!(before.contains("note[unlisted-attack-tag]"), "{before}");
    assert!(!before.contains("renamed-attack-tag"), "{before}");
    place.file("sigwright.toml", "[lint]\nattack = \"attack.tsv\"\n");
    let after = place.run(&arguments).out;
    assert!(!after.contains("unlisted-attack-tag"), "{after}");
    assert!(
        after.contains("`attack.t1059` is `attack.t9999` in ATT&CK 99.0"),
        "{after}"
    );
    place.file("attack.tsv", "T1059\n");
    let broken = place.run(&arguments).code(2);
    assert!(broken.err.contains("attack.tsv: line 1"), "{}", broken.err);
    place.run(&["attack", "show", "nonsense"]).code(1);
    place.run(&["attack", "update", "r.yml"]).code(2);
}

/// A rule for the API server's audit log that asks for these items, as `lint` finds fault with
/// it by samples.
fn told_by_samples(place: &Place, items: &str, events: &str) -> (String, String) {
    let audited = rule("login", "low")
        .replace("product: acme", "product: kubernetes\n    service: audit")
        .replace("action: login", items);
    place.file("r.yml", audited);
    let ran = place.run(&[
        "lint",
        "--format",
        "short",
        "--off",
        "all",
        "--warning",
        "field-never-seen",
        "--events",
        events,
        "r.yml",
    ]);
    let ran = ran.code(0);
    (ran.out, ran.err)
}

#[test]
fn field_never_seen_tells_of_fields_that_samples_lack() {
    let place = Place::new("lint-fields");
    let sample = place.run(&["sample", "kubernetes", "--events", "200"]);
    place.file("audit.log", sample.out);
    let fires = [
        // another letter case, a slip, neither, and what is asked of an array's elements
        (
            "objectref.resource: x",
            "`objectref.resource`",
            "`objectRef.resource`",
        ),
        ("user.usrname: x", "`user.usrname`", "`user.username`"),
        ("wholly.elsewhere: x", "`wholly.elsewhere`", ""),
        ("wholly.elsewhere|exists: true", "`wholly.elsewhere`", ""),
        ("verb|neq: x\n        erb: y", "`erb`", "`verb`"),
    ];
    for (items, name, nearest) in fires {
        let (out, err) = told_by_samples(&place, items, "audit.log");
        let message = format!("none of 200 events of this log source has {name}");
        assert_eq!(out.matches(&message).count(), 1, "{items}: {out}");
        assert_eq!(out.lines().count(), 1, "{items}: {out}");
        assert!(!err.contains("not judged"), "{items}: {err}");
        let pretty = place.run(&["lint", "--events", "audit.log", "r.yml"]).out;
        assert!(pretty.contains(nearest), "{items}: {pretty}");
    }
    let quiet = [
        "objectRef.resource: x",
        "wholly.elsewhere|exists: false",
        "wholly.elsewhere: null",
        "user.groups|contains: x",
    ];
    for items in quiet {
        let (out, _) = told_by_samples(&place, items, "audit.log");
        assert_eq!(out, "", "{items}");
    }
    // another log source has no events here
    place.file("r.yml", rule("login", "low"));
    let ran = place.run(&["lint", "--events", "audit.log", "r.yml"]);
    assert!(!ran.out.contains("field-never-seen"), "{}", ran.out);
}

#[test]
fn elements_are_looked_for_in_their_arrays() {
    let place = Place::new("lint-fields-elements");
    let line = r#"{"items": [{"name": "a"}, {"Size": 1}]}"#;
    place.file("log.ndjson", format!("{line}\n").repeat(100));
    let found = |key: &str, inner: &str| {
        let items = format!("{key}:\n            {inner}: x");
        let text = rule("login", "low").replace("action: login", &items);
        place.file("r.yml", format!("sigma-version: 3\n{text}"));
        let ran = place.run(&[
            "lint",
            "--format",
            "short",
            "--events",
            "log.ndjson",
            "r.yml",
        ]);
        let lines = ran.code(0).out;
        let found = lines
            .lines()
            .filter(|line| line.contains("field-never-seen"));
        found.map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(found("items[any]", "name"), [""; 0]);
    let slip = found("items[any]", "size");
    assert_eq!(slip.len(), 1, "{slip:?}");
    assert!(slip[0].contains("has `items.size`"), "{slip:?}");
    let array = found("things[any]", "name");
    assert_eq!(array.len(), 1, "{array:?}");
    assert!(array[0].contains("has `things`"), "{array:?}");
}

#[test]
fn too_few_samples_are_no_ground_to_judge_by() {
    let place = Place::new("lint-fields-few");
    let line = "{\"verb\": \"get\"}\n";
    place.file("few.ndjson", line.repeat(99));
    place.file("enough.ndjson", line.repeat(100));
    place.file("r.yml", rule("login", "low"));
    let ran = place.run(&["lint", "--events", "few.ndjson", "r.yml"]);
    assert!(!ran.out.contains("field-never-seen"), "{}", ran.out);
    let said = "the fields of 1 rule are not judged";
    assert_eq!(ran.err.matches(said).count(), 1, "{}", ran.err);
    let ran = place.run(&["lint", "--events", "enough.ndjson", "r.yml"]);
    assert!(ran.out.contains("none of 100 events"), "{}", ran.out);
    assert!(!ran.err.contains("not judged"), "{}", ran.err);
    // the log source told by hand is not that of the rule
    let told = ["--logsource", "product=other", "r.yml"];
    let ran = place.run(&[&["lint", "--events", "enough.ndjson"], &told[..]].concat());
    assert!(ran.err.contains(said), "{}", ran.err);
    // damaged records are told of; a log that is not there is a failure
    place.file("damaged.ndjson", line.repeat(100) + "{\"verb\n");
    let ran = place.run(&["lint", "--events", "damaged.ndjson", "r.yml"]);
    assert!(ran.err.contains("damaged.ndjson:101"), "{}", ran.err);
    place.run(&["lint", "--events", "absent", "r.yml"]).code(2);
    let ran = place.run(&["lint", "--ignore-logsource", "r.yml"]).code(2);
    assert!(ran.err.contains("`--events`"), "{}", ran.err);
}

#[test]
fn the_letters_of_a_field_are_mended_by_samples() {
    let place = Place::new("lint-fields-fix");
    place.file("log.ndjson", "{\"Action\": \"get\"}\n".repeat(100));
    place.file("r.yml", rule("login", "low"));
    let ran = place.run(&["lint", "--fix=unsafe", "--events", "log.ndjson", "r.yml"]);
    assert!(!ran.out.contains("field-never-seen"), "{}", ran.out);
    let mended = std::fs::read_to_string(place.path("r.yml")).unwrap();
    assert!(mended.contains("Action: login"), "{mended}");
}
