//! `sigwright lint` as a process.

mod common;

use common::{Place, keys, rule};

#[test]
fn a_clean_rule_is_clean() {
    let place = Place::new("lint-clean");
    place.file("r.yml", rule("login", "low"));
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
        .replace("condition: sel", "condition: sell");
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
