//! How the cases went: for people, as JUnit XML, as JSON.

use crate::args::TestFormat;
use crate::render::escape;
use crate::render::junit::{self, Case, Suite, Trouble};
use crate::render::paint::Style;
use crate::settings::Look;
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// How a case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// As expected.
    Passed,
    /// Not as expected, explained.
    Failed(String),
    /// It could not be tried.
    Error(String),
    /// It was left out, for this reason.
    NotRun(&'static str),
}

impl Status {
    fn name(&self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Failed(_) => "failed",
            Status::Error(_) => "error",
            Status::NotRun(_) => "not-run",
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Status::Passed => None,
            Status::Failed(text) | Status::Error(text) => Some(text),
            Status::NotRun(reason) => Some(reason),
        }
    }

    fn is_bad(&self) -> bool {
        matches!(self, Status::Failed(_) | Status::Error(_))
    }
}

/// A rule file and how its cases went.
#[derive(Debug)]
pub struct Checked {
    rule: String,
    /// Whether there is a cases file.
    has_cases: bool,
    cases: Vec<(String, String, Status)>,
    error: Option<String>,
}

impl Checked {
    /// A rule file of which nothing was tried yet.
    pub fn new(rule: &Path, cases: Option<&Path>) -> Self {
        Checked {
            rule: rule.display().to_string(),
            has_cases: cases.is_some(),
            cases: Vec::new(),
            error: None,
        }
    }

    /// A file of which nothing can be tried.
    pub fn broken(path: &Path, reason: &str) -> Self {
        let mut checked = Checked::new(path, Some(path));
        checked.error(reason.to_owned());
        checked
    }

    /// Nothing of the file can be tried.
    pub fn error(&mut self, reason: String) {
        self.error = Some(reason);
    }

    /// Adds a case.
    pub fn push(&mut self, name: String, why: &str, status: Status) {
        self.cases.push((name, why.to_owned(), status));
    }

    fn is_bad(&self) -> bool {
        self.error.is_some() || self.cases.iter().any(|(_, _, status)| status.is_bad())
    }

    fn is_untested(&self) -> bool {
        !self.has_cases && self.error.is_none()
    }
}

/// All files of a run.
#[derive(Debug)]
pub struct Report {
    form: TestFormat,
    look: Look,
    files: Vec<Checked>,
}

impl Report {
    /// An empty one.
    pub fn new(form: TestFormat, look: Look) -> Self {
        Report {
            form,
            look,
            files: Vec::new(),
        }
    }

    /// Adds a file.
    pub fn push(&mut self, checked: Checked) {
        self.files.push(checked);
    }

    /// Whether anything went wrong.
    pub fn failed(&self) -> bool {
        self.files.iter().any(Checked::is_bad)
    }

    /// Whether there was anything to try.
    pub fn tested(&self) -> bool {
        self.files.iter().any(|f| !f.is_untested())
    }

    fn count(&self, name: &str) -> usize {
        self.files
            .iter()
            .flat_map(|f| &f.cases)
            .filter(|(_, _, status)| status.name() == name)
            .count()
    }

    /// Writes it.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.form {
            TestFormat::Pretty => self.pretty(out),
            TestFormat::Junit => self.junit(out),
            TestFormat::Json => self.json(out),
        }
    }

    fn pretty(&self, out: &mut dyn Write) -> io::Result<()> {
        let look = self.look;
        let good = look.paint(Style::Good, look.glyph("✓", "+"));
        let bad = look.paint(Style::Bad, look.glyph("✗", "-"));
        let open = look.paint(Style::Doubtful, "?");
        for file in &self.files {
            let name = escape::line(&file.rule);
            if let Some(error) = &file.error {
                writeln!(out, "{bad} {name}: {}", indented(error, "    "))?;
                continue;
            }
            if file.is_untested() {
                writeln!(out, "{open} {name}: untested, no cases file beside it")?;
                continue;
            }
            let mark = if file.is_bad() { &bad } else { &good };
            let cases = match file.cases.len() {
                1 => "1 case".to_owned(),
                n => format!("{n} cases"),
            };
            writeln!(out, "{mark} {name}: {cases}")?;
            for (name, why, status) in &file.cases {
                let (name, why) = (escape::line(name), escape::line(why));
                match status {
                    Status::Passed | Status::NotRun(_) => {}
                    Status::Failed(text) | Status::Error(text) => {
                        writeln!(out, "  {bad} {name} ({why})")?;
                        writeln!(out, "    {}", indented(text, "    "))?;
                    }
                }
            }
        }
        let count = |n: usize, what: &str| format!("{n} {what}");
        let mut parts = vec![
            count(self.count("passed"), "passed"),
            count(self.count("failed"), "failed"),
        ];
        let errors = self.count("error") + self.files.iter().filter(|f| f.error.is_some()).count();
        let untested = self.files.iter().filter(|f| f.is_untested()).count();
        for (n, what) in [(errors, "with errors"), (untested, "rule files untested")] {
            if n > 0 {
                parts.push(count(n, what));
            }
        }
        writeln!(out, "\n{}", parts.join(", "))
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = |value: serde_json::Value| {
            serde_json::to_writer(&mut *out, &value)?;
            out.write_all(b"\n")
        };
        for file in &self.files {
            if file.error.is_some() || file.is_untested() {
                let status = if file.error.is_some() {
                    "error"
                } else {
                    "untested"
                };
                line(json!({
                    "path": file.rule, "case": null, "why": null,
                    "status": status, "message": file.error,
                }))?;
            }
            for (name, why, status) in &file.cases {
                line(json!({
                    "path": file.rule, "case": name, "why": why,
                    "status": status.name(), "message": status.text(),
                }))?;
            }
        }
        Ok(())
    }

    fn junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let suites: Vec<Suite> = self.files.iter().map(suite).collect();
        junit::write(&suites, out)
    }
}

fn suite(file: &Checked) -> Suite {
    let mut cases: Vec<(&str, &str, Status)> = file
        .cases
        .iter()
        .map(|(name, why, status)| (name.as_str(), why.as_str(), status.clone()))
        .collect();
    if let Some(error) = &file.error {
        cases.push(("file", "", Status::Error(error.clone())));
    } else if file.is_untested() {
        cases.push((
            "file",
            "",
            Status::NotRun("untested: no cases file beside it"),
        ));
    }
    let cases = cases.into_iter().map(|(name, why, status)| Case {
        name: name.to_owned(),
        trouble: trouble(why, &status),
    });
    Suite {
        name: file.rule.clone(),
        cases: cases.collect(),
    }
}

fn trouble(why: &str, status: &Status) -> Option<Trouble> {
    let tag = match status {
        Status::Passed => return None,
        Status::Failed(_) => "failure",
        Status::Error(_) => "error",
        Status::NotRun(_) => "skipped",
    };
    let text = status.text().unwrap_or("");
    let message = match status {
        Status::NotRun(reason) => reason,
        _ if why.is_empty() => text.lines().next().unwrap_or(""),
        _ => why,
    };
    Some(Trouble {
        tag,
        message: message.to_owned(),
        text: text.to_owned(),
    })
}

fn indented(text: &str, indent: &str) -> String {
    let lines = text.trim_end().lines().map(|line| match line.trim_end() {
        "" => String::new(),
        line => format!("{indent}{line}"),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_cases_is_skipped_and_never_passed() {
        let mut report = Report::new(TestFormat::Junit, super::super::PLAIN);
        report.push(Checked::new(Path::new("r.yml"), None));
        let mut out = Vec::new();
        report.print(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("skipped=\"1\""), "{text}");
        assert!(text.contains("<skipped message=\"untested"), "{text}");
        assert_eq!(report.count("passed"), 0);
    }
}
