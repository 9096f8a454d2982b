//! What the flags mean: exit codes, `--fail-on`, `--logsource`, colours.

use crate::args::ColorWhen;
use sigwright_engine::Origin;
use sigwright_syntax::Severity;
use sigwright_syntax::ast::Level;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::str::FromStr;

/// How a run ended; see the exit codes in `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Outcome {
    /// Nothing that was asked about.
    #[default]
    Clean,
    /// Something that `--fail-on` asks about, or a case that failed.
    Failed,
    /// Something could not be read or written.
    Broken,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Clean => ExitCode::SUCCESS,
            Outcome::Failed => ExitCode::from(1),
            Outcome::Broken => ExitCode::from(2),
        }
    }
}

/// `eval --fail-on`: what makes the exit code 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailOn {
    diagnostics: Option<Severity>,
    faults: bool,
    /// A finding of at least this level; `Some(None)` is any finding, also one without level.
    findings: Option<Option<Level>>,
}

impl FailOn {
    /// Whether a diagnostic of this severity fails the run.
    pub fn diagnostic(&self, severity: Severity) -> bool {
        self.diagnostics.is_some_and(|least| severity >= least)
    }

    /// Whether a record that could not be read fails the run.
    pub fn fault(&self) -> bool {
        self.faults
    }

    /// Whether a finding of this level fails the run.
    pub fn finding(&self, level: Option<Level>) -> bool {
        self.findings
            .is_some_and(|least| least.is_none() || level >= least)
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = FailOn::default();
        for word in text.split(',').map(str::trim) {
            match word {
                "never" => {}
                "errors" => {
                    all.diagnostics = all.diagnostics.or(Some(Severity::Error));
                }
                "warnings" => all.diagnostics = Some(Severity::Warning),
                "faults" => all.faults = true,
                "findings" => all.findings = Some(None),
                _ => {
                    let level = Level::ALL.into_iter().find(|l| l.as_str() == word);
                    let Some(level) = level else {
                        return Err(format!(
                            "`{word}` is none of errors, warnings, faults, findings, \
                             informational, low, medium, high, critical, never"
                        ));
                    };
                    // the milder of two levels asks for more
                    all.findings = Some(match all.findings {
                        Some(None) => None,
                        Some(Some(other)) => Some(other.min(level)),
                        None => Some(level),
                    });
                }
            }
        }
        Ok(all)
    }
}

/// `--logsource k=v,…`: the log every event is taken to be from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSourceOverride(pub Origin);

impl FromStr for LogSourceOverride {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut origin = Origin::default();
        for pair in text.split(',') {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(format!("`{pair}` is not of the form key=value"));
            };
            let (key, value) = (key.trim(), value.trim().to_owned());
            if value.is_empty() {
                return Err(format!("`{key}` has no value"));
            }
            match key {
                "product" => origin.products.push(value),
                "category" => origin.categories.push(value),
                "service" => origin.services.push(value),
                _ => {
                    return Err(format!(
                        "`{key}` is none of `product`, `category`, `service`"
                    ));
                }
            }
        }
        Ok(LogSourceOverride(origin))
    }
}

/// Whether a stream is written in colour, and whether it may hold more than ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// ANSI colours.
    pub color: bool,
    /// `✓`, `│` and the like, instead of ASCII.
    pub unicode: bool,
    /// Columns to fill.
    pub width: usize,
}

/// One of the two streams that are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Look {
    /// The look of a stream under `--color`.
    pub fn of(stream: Stream, when: ColorWhen) -> Look {
        let terminal = match stream {
            Stream::Out => std::io::stdout().is_terminal(),
            Stream::Err => std::io::stderr().is_terminal(),
        };
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|t| t == "dumb");
        Look {
            color: match when {
                ColorWhen::Always => true,
                ColorWhen::Never => false,
                ColorWhen::Auto => terminal && !dumb && !set("NO_COLOR"),
            },
            unicode: unicode(),
            width: std::env::var("COLUMNS")
                .ok()
                .and_then(|c| c.parse().ok())
                .unwrap_or(100usize)
                .clamp(40, 200),
        }
    }
}

/// What the locale says: the first of the three variables that is set decides; where none
/// is, UTF-8 is assumed, as containers and build servers leave them unset.
fn unicode() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

/// A duration such as `30s`, `5m`, `1h` or `7d`, in nanoseconds; the error is a sentence.
pub fn duration(text: &str) -> Result<i64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3_600 * 1_000_000_000,
        "d" => 86_400 * 1_000_000_000,
        _ => return Err("expected a whole number and one of ms, s, m, h, d".to_owned()),
    };
    match number.parse::<i64>() {
        Ok(number) => number
            .checked_mul(unit)
            .ok_or_else(|| "it is too long".to_owned()),
        Err(_) if number.is_empty() => Err("the number is missing".to_owned()),
        Err(_) => Err("it is too long".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fail_on_takes_the_milder_of_two_levels() {
        let on: FailOn = "critical,medium".parse().unwrap();
        assert!(on.finding(Some(Level::Medium)));
        assert!(!on.finding(Some(Level::Low)));
        assert!(!on.finding(None));
        assert!(!on.diagnostic(Severity::Error));
    }

    #[test]
    fn fail_on_findings_counts_those_without_level() {
        let on: FailOn = "findings,high".parse().unwrap();
        assert!(on.finding(None));
        assert!(!on.fault());
    }

    #[test]
    fn fail_on_warnings_includes_errors_in_either_order() {
        for text in ["errors,warnings", "warnings,errors"] {
            let on: FailOn = text.parse().unwrap();
            assert!(on.diagnostic(Severity::Warning) && on.diagnostic(Severity::Error));
            assert!(!on.diagnostic(Severity::Note));
        }
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!("everything".parse::<FailOn>().is_err());
        assert!("product".parse::<LogSourceOverride>().is_err());
        assert!("vendor=x".parse::<LogSourceOverride>().is_err());
        assert!("product=".parse::<LogSourceOverride>().is_err());
    }
}
