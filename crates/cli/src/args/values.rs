//! Values of flags.

use crate::settings::duration;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use sigwright_engine::correlate::Lateness;
use sigwright_events::Format;
use sigwright_syntax::ast::Level;
use std::time::Duration;

/// The name of a level.
pub(super) fn level(name: &str) -> Result<Level, String> {
    let level = Level::ALL.into_iter().find(|l| l.as_str() == name);
    level.ok_or_else(|| {
        let names: Vec<&str> = Level::ALL.iter().map(|l| l.as_str()).collect();
        format!("known levels: {}", names.join(", "))
    })
}

/// The name of a format of input.
pub(super) fn input_format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::names())
        .try_map(|name| Format::from_name(&name).ok_or("no such format"))
}

/// A number of bytes above 0.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err("expected a number of bytes, or of K, M or G".to_owned()),
    };
    let number: usize = number.parse().map_err(|_| "expected a number".to_owned())?;
    let bytes = number.checked_mul(1 << shift);
    bytes
        .filter(|b| *b > 0)
        .ok_or_else(|| "out of range".to_owned())
}

/// A span of time that is not negative.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    duration(text).map(|nanos| Duration::from_nanos(nanos.unsigned_abs()))
}

/// A moment as RFC 3339 has it, or the beginning of a day in UTC.
pub(super) fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let day = || {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        let start = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(start.timestamp())
    };
    let moment = text.parse::<jiff::Timestamp>();
    let wrong = |_| "expected a date such as 2026-01-31, or 2026-01-31T12:00:00Z".to_owned();
    moment.or_else(|error| day().ok_or(error)).map_err(wrong)
}

/// `--lateness`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatenessArg(pub Lateness);

impl std::str::FromStr for LatenessArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(LatenessArg(Lateness::All));
        }
        match duration(text) {
            Ok(nanos) => Ok(LatenessArg(Lateness::Within(nanos))),
            Err(why) => Err(format!("{why}, or `all`")),
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `eval --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingFormat {
    /// A few lines per finding, for people
    Pretty,
    /// A line per finding in columns, for people
    Table,
    /// A JSON object per line, for programs
    Ndjson,
}

/// Kinds of logs that `sample` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SampleLog {
    /// Audit log of a Kubernetes API server, as NDJSON
    Kubernetes,
}

/// How one diagnostic is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiagnosticFormat {
    /// The rule's text with the place underlined
    Pretty,
    /// `path:line:column: severity[code]: message`
    Short,
    /// A JSON object per line, for programs
    Json,
    /// Annotations that GitHub shows in a pull request
    Github,
}

/// `lint --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// The rule's text with the place underlined
    Pretty,
    /// `path:line:column: severity[code]: message`
    Short,
    /// A JSON object per line, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations that GitHub shows in a pull request
    Github,
    /// JUnit XML, for build servers
    Junit,
}

/// `lint --fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFailOn {
    /// An error
    Errors,
    /// A warning or an error
    Warnings,
    /// Any diagnostic
    Notes,
    /// Nothing
    Never,
}

/// `explain --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// A tree, for people
    Pretty,
    /// A JSON object per line, for programs
    Json,
}

/// `test --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// What failed and why, for people
    Pretty,
    /// JUnit XML, for build servers
    Junit,
    /// A JSON object per line, for programs
    Json,
}
