//! The arguments of `lint`.

use super::{EventArgs, LintFailOn, LintFormat, ListArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

pub(super) const EXAMPLES_LINT: &str = "\
Examples:
  sigwright lint rules
  sigwright lint --format short rules/kubernetes
  sigwright lint --warning sigmahq --off missing-id rules
  sigwright lint --format sarif --fail-on warnings rules
  sigwright lint --fix rules
  sigwright lint --diff --fix=unsafe rules
  sigwright lint rules --events samples/kubernetes-incident.ndjson
  sigwright lint --explain duplicate-tag

Levels are also set by `sigwright.toml`, `sigwright.yml` or `sigwright.yaml` above a rule file.
--fail-on takes `errors` (default), `warnings`, `notes` or `never`.";

/// `sigwright lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Rule files, directories or globs
    #[arg(required_unless_present_any = ["list", "explain"], value_name = "RULES")]
    pub rules: Vec<PathBuf>,

    /// How diagnostics are printed
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub format: LintFormat,

    #[command(flatten)]
    pub lists: ListArgs,

    /// Samples of logs (files, directories, globs or `-`): fields that no event of a rule's log
    /// source has are reported; may be repeated
    #[arg(long, value_name = "LOG")]
    pub events: Vec<PathBuf>,

    #[command(flatten)]
    pub reading: EventArgs,

    /// What makes the exit code 1 (see below)
    #[arg(long, value_name = "WHAT", default_value = "errors")]
    pub fail_on: LintFailOn,

    /// Turn a lint, a group or `all` off; may be repeated
    #[arg(long, value_name = "LINT")]
    pub off: Vec<String>,

    /// Report a lint, a group or `all` as notes; may be repeated
    #[arg(long, value_name = "LINT")]
    pub note: Vec<String>,

    /// Report a lint, a group or `all` as warnings; may be repeated
    #[arg(long, value_name = "LINT")]
    pub warning: Vec<String>,

    /// Report a lint, a group or `all` as errors; may be repeated
    #[arg(long, value_name = "LINT")]
    pub error: Vec<String>,

    /// Read this configuration, instead of looking above each rule file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,

    /// Make the fixes that are safe, or with `=unsafe` those too that may change what a rule
    /// matches, and write the files
    #[arg(
        long,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe"
    )]
    pub fix: Option<FixKind>,

    /// Write nothing, and show what `--fix` would change
    #[arg(long)]
    pub diff: bool,

    /// Show all lints and how they are reported
    #[arg(long, exclusive = true)]
    pub list: bool,

    /// Say what a lint finds, why it matters and what to do
    #[arg(long, value_name = "LINT", exclusive = true)]
    pub explain: Option<String>,
}

/// `lint --fix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixKind {
    /// Fixes after which a rule matches the same events
    Safe,
    /// Other fixes, too
    Unsafe,
}
