//! The arguments of `lint`.

use super::{LintFailOn, LintFormat, ListArgs};
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES_LINT: &str = "\
Examples:
  sigwright lint rules
  sigwright lint --format short rules/kubernetes
  sigwright lint --warning sigmahq --off missing-id rules
  sigwright lint --format sarif --fail-on warnings rules
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

    /// Show all lints and how they are reported
    #[arg(long, exclusive = true)]
    pub list: bool,

    /// Say what a lint finds, why it matters and what to do
    #[arg(long, value_name = "LINT", exclusive = true)]
    pub explain: Option<String>,
}
