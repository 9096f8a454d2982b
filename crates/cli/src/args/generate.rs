//! What is typed to make events out of rules.

use super::ListArgs;
use super::values::span;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

pub(super) const EXAMPLES_GENERATE: &str = "\
Examples:
  sigwright generate rules/kubernetes/kubernetes_audit_secret_read.yml
  sigwright generate -o cases rules/kubernetes
  sigwright generate --format ndjson --flat rules/kubernetes > events.ndjson
  sigwright generate --format splunk-hec rules/kubernetes > hec.json

Written as cases, the events are what `sigwright test` runs when they stand beside the rule. What
no event was found for is listed on standard error, with the reason.

Exit codes:
  0  events were made
  1  a rule has an error
  2  wrong usage, or something could not be read or written";

/// `sigwright generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Rule files, directories or globs
    #[arg(required = true, value_name = "RULES")]
    pub rules: Vec<PathBuf>,

    /// How the events are written
    #[arg(long, value_name = "FORMAT", default_value = "cases")]
    pub format: CasesFormat,

    /// Write field names as the rule has them, in place of what events of the log look like
    #[arg(long, conflicts_with = "output")]
    pub flat: bool,

    /// Write a file of cases for each rule file into this directory
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Write over files of cases that are there
    #[arg(long, requires = "output")]
    pub force: bool,

    /// Another number gives other events
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    /// Ways of a condition that get an event each; of more, every alternative is in one
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub most: usize,

    /// The index that Elasticsearch is told
    #[arg(long, value_name = "NAME", default_value = "sigwright")]
    pub index: String,

    #[command(flatten)]
    pub lists: ListArgs,
}

/// `generate --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CasesFormat {
    /// Files of cases, as `sigwright test` reads them
    Cases,
    /// A JSON object per event: rule, expect, why, event
    Ndjson,
    /// What Splunk's HTTP Event Collector takes
    SplunkHec,
    /// What the bulk interface of Elasticsearch takes
    ElasticsearchBulk,
}

pub(super) const EXAMPLES_FUZZ: &str = "\
Examples:
  sigwright fuzz rules/kubernetes
  sigwright fuzz rules/kubernetes --for 10m --seed 7

Exit codes:
  0  nothing disagrees
  1  something disagrees, or a rule has an error
  2  wrong usage, or something could not be read or written";

/// `sigwright fuzz`.
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// Rule files, directories or globs
    #[arg(required = true, value_name = "RULES")]
    pub rules: Vec<PathBuf>,

    /// Go on for so long, such as `90s`, `10m` or `8h`; otherwise once through all rules
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    pub time: Option<Duration>,

    /// Another number gives other events
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    #[command(flatten)]
    pub lists: ListArgs,
}
