//! The arguments of `attack`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(super) const EXAMPLES_ATTACK: &str = "\
Examples:
  sigwright attack show t1562.001 stealth s0002
  sigwright attack update enterprise-attack.json -o attack.tsv

MITRE publishes the bundle in the repository mitre-attack/attack-stix-data. Lints use a table that
the configuration names: `attack = \"attack.tsv\"` under `[lint]`.";

/// `sigwright attack`.
#[derive(Debug, Args)]
pub struct AttackCommandArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AttackCommand,
}

/// What can be done with ATT&CK.
#[derive(Debug, Subcommand)]
pub enum AttackCommand {
    /// Make the table that lints use from a STIX bundle
    Update {
        /// The bundle, such as `enterprise-attack.json`
        #[arg(value_name = "FILE")]
        bundle: PathBuf,

        /// Where to write the table [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Say what ids or tactics stand for, and what became of them
    Show {
        /// Such as `t1059.001`, `stealth`, `g0016`, with or without `attack.`
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,

        /// Look into this table instead of the one built in
        #[arg(long, value_name = "FILE")]
        table: Option<PathBuf>,
    },
}
