//! The commands shown in the documentation print what is shown there.
//!
//! In a block ```` ```console ```` each line `$ sigwright …` is run from the root of the
//! repository; what follows is its standard output, then its standard error. A line `…`
//! stands for any lines; `rate` is not compared. A block ```` ```yaml NAME ```` is a file the
//! commands after it find. `UPDATE=1` rewrites the blocks that have no `…` line.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod common;

use common::Place;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: [&str; 5] = [
    "README.md",
    "docs/cli.md",
    "docs/fmt.md",
    "docs/generate.md",
    "docs/lint.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Splits a command line as a shell does, as far as single quotes go.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn run(line: &str, files: &Place) -> String {
    let arguments = words(line).into_iter().skip(1).map(|word| {
        let made = files.path(&word);
        if made.is_file() {
            made.display().to_string()
        } else {
            word
        }
    });
    let ended = Command::new(env!("CARGO_BIN_EXE_sigwright"))
        .args(arguments)
        .current_dir(root())
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let text = String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap();
    let here = format!(
        "{}/",
        files.path("").display().to_string().trim_end_matches('/')
    );
    // the paths of a difference stand behind `a/` and `b/`
    let text = text.replace(&format!("-- a{here}"), "-- a/");
    let text = text.replace(&format!("++ b{here}"), "++ b/");
    let text = text.replace(&here, "");
    text.lines()
        .map(|line| {
            if line.starts_with("rate ") {
                "rate     …"
            } else {
                line.trim_end()
            }
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Whether a text is as shown, `…` standing for any lines.
fn is_as_shown(shown: &str, actual: &str) -> bool {
    let mut rest = actual;
    let parts: Vec<&str> = shown.split("…\n").collect();
    for (i, part) in parts.iter().enumerate() {
        // `rate     …` is a line of its own, not an omission
        let found = if i == 0 {
            rest.starts_with(part).then_some(0)
        } else {
            rest.find(part)
        };
        let Some(at) = found else { return false };
        rest = rest.get(at + part.len()..).unwrap();
    }
    rest.is_empty() || shown.ends_with("\n…\n") || shown.ends_with("rate     …\n")
}

#[test]
fn commands_print_what_is_shown() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = String::new();
    let mut ran = 0;
    for page in PAGES {
        let place = Place::new(&format!("docs-{}", page.replace('/', "-")));
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let mut out = String::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            out.push_str(line);
            out.push('\n');
            let file = line.strip_prefix("```yaml ");
            if file.is_none() && line != "```console" {
                continue;
            }
            let mut block = String::new();
            while let Some(line) = lines.next_if(|l| *l != "```") {
                block.push_str(line);
                block.push('\n');
            }
            if let Some(name) = file {
                place.file(name, &block);
                out.push_str(&block);
                continue;
            }
            for part in block
                .split_inclusive('\n')
                .collect::<Vec<_>>()
                .chunk_by(|_, next| !next.starts_with("$ "))
            {
                let (command, shown) = part.split_first().unwrap();
                let shown = shown.concat();
                let line = command
                    .strip_prefix("$ ")
                    .expect("a block begins with a command");
                let actual = run(line, &place);
                ran += 1;
                out.push_str(command);
                let fixed = !shown.contains("…\n")
                    || shown.matches("…\n").count() == shown.matches("rate     …\n").count();
                if update && fixed {
                    out.push_str(&actual);
                } else {
                    out.push_str(&shown);
                    if !is_as_shown(&shown, &actual) {
                        wrong.push_str(&format!(
                            "\n{page}: {command}--- shown\n{shown}--- printed\n{actual}"
                        ));
                    }
                }
            }
        }
        if update {
            std::fs::write(root().join(page), out).unwrap();
        }
    }
    assert!(ran > 5, "the pages show hardly any command");
    assert!(
        wrong.is_empty(),
        "{wrong}\nUPDATE=1 rewrites blocks without omissions"
    );
}

#[test]
fn examples_of_the_help_work() {
    let binary = Path::new(env!("CARGO_BIN_EXE_sigwright"));
    let path = std::env::join_paths(
        std::iter::once(binary.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let shell = |line: &str| {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(root())
            .env("PATH", &path);
        command.output().unwrap()
    };
    let mut ran = 0;
    for command in ["", "eval", "lint", "explain", "test"] {
        let help = shell(&format!("sigwright {command} --help"));
        let help = String::from_utf8(help.stdout).unwrap().replace("\\\n", " ");
        for line in help.lines().map(str::trim) {
            if !(line.starts_with("sigwright ") || line.starts_with("cat ")) {
                continue;
            }
            let line = line.split(" > ").next().unwrap();
            let ended = shell(line);
            let err = String::from_utf8_lossy(&ended.stderr);
            assert!(matches!(ended.status.code(), Some(0 | 1)), "{line}\n{err}");
            ran += 1;
        }
    }
    assert!(ran >= 12, "{ran}");
}
