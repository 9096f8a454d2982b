//! What the documentation says about the code is so: tests it names are there, tables made
//! from the code are those the code makes. `UPDATE=1` writes the tables anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_lint::{Check, LINTS};
use sigwright_syntax::modifier::{Group, MODIFIERS, Row};
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names of all test functions, and of the case files in `match`.
fn tests() -> HashSet<String> {
    let mut names = HashSet::new();
    let mut open = vec![root().join("crates"), root().join("tests")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        match path.extension().and_then(|e| e.to_str()) {
            Some("yml")
                if ["match", "correlate"]
                    .map(|d| path.parent().unwrap().ends_with(d))
                    .contains(&true) =>
            {
                names.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
            }
            Some("rs") => {
                let text = std::fs::read_to_string(&path).unwrap();
                let mut test = false;
                for line in text.lines().map(str::trim_start) {
                    match line.strip_prefix("fn ").and_then(|l| l.split_once('(')) {
                        Some((name, _)) if test => {
                            names.insert(name.to_owned());
                            test = false;
                        }
                        Some(_) => test = false,
                        None => test |= line.starts_with("#[test]"),
                    }
                }
            }
            _ => {}
        }
    }
    names
}

/// The cells of the tables of a page whose last column is headed `test`.
fn rows_with_tests(page: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let cells: Option<Vec<&str>> = line
            .strip_prefix('|')
            .and_then(|l| l.strip_suffix('|'))
            .map(|l| l.split(" | ").map(str::trim).collect());
        match cells {
            Some(cells) if cells.last() == Some(&"test") => inside = true,
            Some(cells) if inside && !line.starts_with("| ---") => rows.push(cells),
            Some(_) => {}
            None => inside = false,
        }
    }
    rows
}

#[test]
fn every_limit_names_tests_that_are_there() {
    let page = std::fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let tests = tests();
    let rows = rows_with_tests(&page);
    assert!(rows.len() > 60, "only {} rows", rows.len());
    for row in rows {
        let named: Vec<&str> = row.last().unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test in the row of {:?}", row.first());
        for name in named {
            assert!(tests.contains(name), "no test is called `{name}`");
        }
    }
}

/// Codes of the limits that the documentation knows are those of the code, and the other way
/// round.
#[test]
fn every_code_of_a_limit_is_on_the_page() {
    let page = std::fs::read_to_string(root().join("docs/limits.md")).unwrap();
    for source in ["crates/syntax/src/limits.rs"] {
        let text = std::fs::read_to_string(root().join(source)).unwrap();
        for line in text.lines() {
            let Some((_, code)) = line.split_once("(`") else {
                continue;
            };
            let code = code.split('`').next().unwrap();
            assert!(page.contains(&format!("`{code}`")), "no row for `{code}`");
        }
    }
}

/// Each heading that is one word, as names of differences are, is a name in one of the tables of differences.
#[test]
fn every_difference_on_the_page_has_a_row() {
    let page = std::fs::read_to_string(root().join("docs/differences.md")).unwrap();
    let mut tables = String::new();
    for file in [
        "named.rs",
        "differences.rs",
        "differences/elastic.rs",
        "differences/logs.rs",
        "correlations/reference.rs",
        "differences/pipelines.rs",
        "lint_golden.rs",
    ] {
        tables += &std::fs::read_to_string(root().join("tests").join(file)).unwrap();
    }
    let headings: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter(|heading| !heading.contains(' '))
        .collect();
    assert!(headings.len() > 80, "only {} headings", headings.len());
    for heading in headings {
        let row = tables.contains(&format!("\"{heading}\""));
        assert!(row, "no table has the difference `{heading}`");
    }
}

#[test]
fn the_page_of_modifiers_is_current() {
    let made = modifiers();
    let path = root().join("docs/modifiers.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == made,
        "docs/modifiers.md is not what crates/syntax/src/modifier.rs makes; UPDATE=1 writes it"
    );
}

#[test]
fn the_page_of_lints_is_current() {
    let made = lints();
    let path = root().join("docs/lints.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == made,
        "docs/lints.md is not what the table of lints makes; UPDATE=1 writes it"
    );
}

fn lints() -> String {
    let mut page = String::from(
        "# Lints\n\n\
         Made from the table of lints in `crates/lint`; `UPDATE=1 cargo test -p sigwright-tests --test documents` writes it anew.\n\
         How to set levels and to allow what is found is in [lint.md](lint.md), which lint answers which check of other tools in\n\
         [lint-coverage.md](lint-coverage.md). `reader` marks what the reader says, whose level can be set all the same.\n",
    );
    for group in sigwright_lint::Group::ALL {
        let own = || LINTS.iter().filter(|lint| lint.group == group);
        if own().next().is_none() {
            continue;
        }
        let _ = writeln!(page, "\n## {}\n", group.as_str());
        page.push_str("| lint | level | finds |\n| --- | --- | --- |\n");
        for lint in own() {
            let _ = writeln!(
                page,
                "| [`{0}`](#{0}) | {1} | {2} |",
                lint.name,
                lint.level.as_str(),
                lint.summary
            );
        }
        for lint in own() {
            let reader = match lint.check {
                Check::Said => " (reader)",
                _ => "",
            };
            let _ = writeln!(
                page,
                "\n### {}\n\n{}{reader}: {}.\n",
                lint.name,
                lint.level.as_str(),
                lint.summary
            );
            let _ = writeln!(page, "{}", lint.page);
        }
    }
    page
}

/// Each lint is in the table of what it covers, and each lint named there is one.
#[test]
fn the_table_of_coverage_names_lints_that_are_there() {
    let page = std::fs::read_to_string(root().join("docs/lint-coverage.md")).unwrap();
    let mut said = String::new();
    let mut open = vec![
        root().join("crates/syntax/src"),
        root().join("crates/ir/src"),
    ];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else {
            said += &std::fs::read_to_string(&path).unwrap();
        }
    }
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        rows += 1;
        let ours = line.split(" | ").nth(1).unwrap_or_default();
        for name in ours.split('`').skip(1).step_by(2) {
            let known =
                sigwright_lint::find(name).is_some() || said.contains(&format!("\"{name}\""));
            assert!(known, "no lint and no error is called `{name}`");
        }
    }
    assert!(rows > 160, "only {rows} rows");
}

fn modifiers() -> String {
    let mut page = String::from(
        "# Modifiers\n\n\
         Made from the table in `crates/syntax/src/modifier.rs`; `UPDATE=1 cargo test -p sigwright-tests --test documents` \
         writes it anew. What each\nmeans to the letter is in [semantics.md](semantics.md). `all` and `neq` may stand anywhere; \
         a modifier not in the last column of another\nis refused before it.\n\n\
         | modifier | also | takes | what it does | may follow |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in MODIFIERS {
        let also = row.alias.map(|alias| format!("`{alias}`"));
        let follows = match row.group {
            Group::Link => "any".to_owned(),
            group => follows(group),
        };
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            row.name,
            also.unwrap_or_default(),
            row.takes.noun(),
            row.summary,
            follows,
        );
    }
    page
}

/// The modifiers that may stand before one of this group; the one it needs, where it needs one.
fn follows(group: Group) -> String {
    let names = |wanted: &dyn Fn(&Row) -> bool| -> Vec<String> {
        let rows = MODIFIERS.iter().filter(|row| wanted(row));
        rows.map(|row| format!("`{}`", row.name)).collect()
    };
    let may = names(&|row| group.follows().contains(&row.group)).join(", ");
    match group.needs() {
        None => may,
        Some(needed) => {
            let must = names(&|row| row.group == needed).join(", ");
            format!("{may}; needs {must}")
        }
    }
}
