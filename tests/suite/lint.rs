//! Every lint fires where its fixtures say so, nowhere else, and says what `messages.txt` says.
//!
//! `lint/<name>/` holds rule files, or directories of files that are read together. A comment
//! `expect: <name>` stands on each line where the lint must fire; files called `quiet…` have
//! none. `UPDATE=1` rewrites `messages.txt`.

use jiff::civil::date;
use sigwright_ir::Context;
use sigwright_lint::{Check, File, LINTS, Level, Levels, Lint, Rules};
use sigwright_syntax::{Diagnostics, Limits, Safety, Sources};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Lints that need samples of logs, which only the command reads: tested with it.
const BY_SAMPLES: [&str; 1] = ["field-never-seen"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lint")
}

fn sorted(directory: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The rule files of a fixture: itself, or all below it.
fn files(fixture: &Path) -> Vec<PathBuf> {
    match fixture.is_dir() {
        true => sorted(fixture)
            .iter()
            .flat_map(|path| files(path))
            .collect(),
        false => vec![fixture.to_owned()],
    }
}

/// What one lint says of a fixture; names of texts are relative to the lint's directory.
fn run(lint: &Lint, fixture: &Path) -> (Sources, Diagnostics) {
    let (mut sources, mut read, mut documents) = (Sources::new(), Vec::new(), Vec::new());
    let mut said = Vec::new();
    for path in files(fixture) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root().join(lint.name)).unwrap();
        let source = sources.add(name.display().to_string(), text);
        let reading = sigwright_syntax::read_fully(&sources, source, &Limits::default());
        let start = documents.len();
        documents.extend(reading.documents);
        said.extend(reading.diagnostics);
        read.push(File {
            source,
            documents: start..documents.len(),
            trees: reading.trees,
            comments: reading.comments,
        });
    }
    let (set, lowered) = sigwright_ir::lower(&documents, &Context::default());
    said.extend(lowered);
    let rules = Rules::new(&sources, &read, &documents, &set, date(2026, 11, 21));
    let mut levels = Levels::default();
    if lint.name != "unused-suppression" {
        levels.set("all", Level::Off);
    }
    let level = if lint.level == Level::Off {
        Level::Warning
    } else {
        lint.level
    };
    levels.set(lint.name, level);
    let levels = vec![levels; read.len()];
    let mut said = sigwright_lint::lint(&rules, &levels, said);
    said.retain(|said| said.code == lint.name);
    (sources, said)
}

type Line = (String, usize);

fn expected(lint: &Lint, fixture: &Path) -> BTreeSet<Line> {
    let mut lines = BTreeSet::new();
    for path in files(fixture) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path
            .strip_prefix(root().join(lint.name))
            .unwrap()
            .display()
            .to_string();
        for (number, line) in text.lines().enumerate() {
            let wanted = line.split("expect: ").skip(1);
            let wanted = wanted.filter_map(|rest| rest.split_whitespace().next());
            for wanted in wanted {
                assert_eq!(wanted, lint.name, "{name}: an expectation of another lint");
                lines.insert((name.clone(), number + 1));
            }
        }
    }
    lines
}

fn rendered(sources: &Sources, said: &Diagnostics) -> String {
    let mut text = String::new();
    for said in said {
        let span = said.span().unwrap();
        let (line, column) = sources.position(span);
        let name = &sources.get(span.source).unwrap().name;
        writeln!(
            text,
            "{name}:{line}:{column}: {}: {}",
            said.severity.as_str(),
            said.message
        )
        .unwrap();
        for (place, label) in said.labels.iter().enumerate() {
            let (line, column) = sources.position(label.span);
            let covered = sources.text(label.span);
            if place > 0 || !label.text.is_empty() {
                writeln!(text, "    {line}:{column} {covered:?}: {}", label.text).unwrap();
            } else {
                writeln!(text, "    {line}:{column} {covered:?}").unwrap();
            }
        }
        if let Some(help) = &said.help {
            writeln!(text, "    help: {help}").unwrap();
        }
        for fix in &said.fixes {
            let safety = if fix.safety == Safety::Safe {
                "safe"
            } else {
                "unsafe"
            };
            writeln!(text, "    fix ({safety}): {}", fix.title).unwrap();
            for edit in &fix.edits {
                let (line, column) = sources.position(edit.span);
                writeln!(
                    text,
                    "        {line}:{column} {:?} -> {:?}",
                    sources.text(edit.span),
                    edit.text
                )
                .unwrap();
            }
        }
    }
    text
}

#[test]
fn lints_fire_where_their_fixtures_say() {
    let mut faults = Vec::new();
    let mut count = 0;
    for directory in sorted(&root()) {
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        let Some((_, lint)) = sigwright_lint::find(&name) else {
            faults.push(format!("tests/lint/{name}: no lint of that name"));
            continue;
        };
        let mut messages = String::new();
        let (mut fired, mut quiet) = (false, false);
        for fixture in sorted(&directory) {
            let stem = fixture.file_stem().unwrap().to_str().unwrap();
            if stem == "messages" {
                continue;
            }
            count += 1;
            let (sources, said) = run(lint, &fixture);
            let places = said.iter().map(|said| {
                let span = said.span().unwrap();
                let name = sources.get(span.source).unwrap().name.clone();
                (name, sources.position(span).0)
            });
            let found: BTreeSet<Line> = places.collect();
            let wanted = expected(lint, &fixture);
            for (file, line) in wanted.difference(&found) {
                faults.push(format!("{name}/{file}:{line}: does not fire"));
            }
            for (file, line) in found.difference(&wanted) {
                faults.push(format!("{name}/{file}:{line}: fires"));
            }
            if stem.starts_with("quiet") {
                quiet = true;
                if !wanted.is_empty() {
                    faults.push(format!("{name}/{stem}: quiet files expect nothing"));
                }
            } else {
                fired |= !found.is_empty();
            }
            messages.push_str(&rendered(&sources, &said));
        }
        if !(fired && quiet) {
            faults.push(format!(
                "{name}: needs a fixture that fires and one called `quiet…`"
            ));
        }
        let golden = directory.join("messages.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, &messages).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != messages {
            faults.push(format!(
                "{name}/messages.txt differs (UPDATE=1 rewrites it); now:\n{messages}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("{count} fixtures");
}

#[test]
fn the_table_is_sorted_and_every_row_complete() {
    for pair in LINTS.windows(2) {
        assert!(
            pair[0].name < pair[1].name,
            "{} stands before {}",
            pair[0].name,
            pair[1].name
        );
    }
    for lint in LINTS {
        assert!(
            lint.name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        );
        assert!(
            !lint.summary.is_empty() && !lint.summary.ends_with('.'),
            "{}",
            lint.name
        );
        assert!(
            lint.page.len() > 40,
            "{}: the page says why it matters",
            lint.name
        );
        let said = matches!(lint.check, Check::Said) && lint.name != "unused-suppression";
        if BY_SAMPLES.contains(&lint.name) {
            let tests = root().join("../../crates/cli/tests/lint.rs");
            let named = format!("fn {}_", lint.name.replace('-', "_"));
            let tests = std::fs::read_to_string(tests).unwrap();
            assert!(tests.contains(&named), "{}: no test", lint.name);
            continue;
        }
        assert!(
            said || root().join(lint.name).is_dir(),
            "{}: no fixtures",
            lint.name
        );
    }
}

/// What the reader and lowering say as a warning or a note has a row, so that its level can be
/// set.
#[test]
fn every_warning_of_the_reader_has_a_row() {
    let literal = [
        r#"Diagnostic::(?:warning|note)\(\s*"([a-z0-9-]+)""#,
        r#"\.warn\(\s*"([a-z0-9-]+)""#,
        r#"one_of\(\s*"[a-z]+",\s*"([a-z0-9-]+)""#,
        r#"twice\(\s*"([a-z0-9-]+)""#,
    ];
    let literal = literal.map(|pattern| regex::Regex::new(pattern).unwrap());
    let any = regex::Regex::new(r"Diagnostic::(?:warning|note)\(\s*([^\s,]+)").unwrap();
    // these pass on a code, which the patterns above find where it is given
    let passing = ["one_of", "twice", "warn"];
    let mut codes = BTreeSet::from(["wrong-type".to_owned()]);
    let mut passed = 0;
    let mut open = vec![
        root().join("../../crates/syntax/src"),
        root().join("../../crates/ir/src"),
    ];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(sorted(&path));
            continue;
        }
        if path.ends_with("diagnostic.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod").next().unwrap();
        for pattern in &literal {
            codes.extend(pattern.captures_iter(code).map(|found| found[1].to_owned()));
        }
        let variables = any
            .captures_iter(code)
            .filter(|found| !found[1].starts_with('"'));
        passed += variables.count();
    }
    assert_eq!(
        passed,
        passing.len(),
        "a code that is no literal: add it to this test"
    );
    assert!(codes.len() > 30, "{codes:?}");
    for code in &codes {
        let row = sigwright_lint::find(code);
        assert!(
            row.is_some(),
            "`{code}` is said as a warning or a note and has no row"
        );
    }
    for lint in LINTS
        .iter()
        .filter(|lint| matches!(lint.check, Check::Said))
    {
        let said = codes.contains(lint.name) || lint.name == "unused-suppression";
        assert!(said, "nothing says `{}` any more", lint.name);
    }
}
