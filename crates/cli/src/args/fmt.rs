//! Arguments of `sigwright fmt`.

use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES_FMT: &str = "\
Examples:
  sigwright fmt rules
  sigwright fmt --check rules
  sigwright fmt --diff rules/kubernetes
  sigwright fmt - < rule.yml";

pub(super) const EXIT_CODES_FMT: &str = "\
Exit codes:
  0  every file is in house style, or was written so
  1  with --check, a file is not; or a file is no valid YAML
  2  wrong usage, or something could not be read or written";

/// `sigwright fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Rule files, directories, globs, or `-` for standard input
    #[arg(required = true, value_name = "RULES")]
    pub rules: Vec<PathBuf>,

    /// Write nothing; name the files that are not in house style
    #[arg(long)]
    pub check: bool,

    /// Write nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}
