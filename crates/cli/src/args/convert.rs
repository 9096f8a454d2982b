//! What is typed to convert rules, and to look at pipelines and verify queries.

use super::ListArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(super) const EXAMPLES_CONVERT: &str = "\
Examples:
  sigwright convert -t splunk rules/kubernetes/kubernetes_audit_secret_read.yml
  sigwright convert -t splunk --skip-unsupported -o queries rules/kubernetes
  sigwright convert -t splunk --format ndjson rules/kubernetes
  sigwright convert --list";

pub(super) const EXIT_CODES_CONVERT: &str = "\
Exit codes:
  0  every rule was converted, or --skip-unsupported was given
  1  some rules could not be converted; the others were
  2  wrong usage, or something could not be read or written";

/// `sigwright convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// Query language
    #[arg(short, long, value_name = "TARGET", required_unless_present = "list")]
    pub target: Option<String>,

    /// Form of the target's queries [default: the target's first]
    #[arg(short = 'f', long, value_name = "FORM")]
    pub target_format: Option<String>,

    /// Print plain text, or a JSON object per rule document
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: QueryFormat,

    /// Write one file per rule into this directory
    #[arg(short, long, value_name = "DIR", conflicts_with = "format")]
    pub output: Option<PathBuf>,

    /// Leave out what the target cannot express; it is listed on standard error
    #[arg(long)]
    pub skip_unsupported: bool,

    /// Convert correlations that the target can only say approximately, and tell what is lost
    #[arg(long)]
    pub approximate: bool,

    /// Show targets, their forms, and pipelines
    #[arg(long)]
    pub list: bool,

    #[command(flatten)]
    pub pipelines: PipelineArgs,

    #[command(flatten)]
    pub lists: ListArgs,

    /// Rule files, directories or globs
    #[arg(required_unless_present = "list", value_name = "RULES")]
    pub rules: Vec<PathBuf>,
}

pub(super) const EXAMPLES_PIPELINE: &str = "\
Examples:
  sigwright pipeline list
  sigwright pipeline check my-fields.yml
  sigwright pipeline explain -p sysmon -p ecs_windows rules/windows/one_rule.yml";

/// `sigwright pipeline`.
#[derive(Debug, Args)]
pub struct PipelineCommandArgs {
    /// What to do
    #[command(subcommand)]
    pub command: PipelineCommand,
}

/// What `sigwright pipeline` does.
#[derive(Debug, Subcommand)]
pub enum PipelineCommand {
    /// Show the pipelines that come with the program
    List,
    /// Read pipelines, and say what is wrong with them
    Check {
        /// Names, files or directories
        #[arg(required = true, value_name = "PIPELINE")]
        pipelines: Vec<String>,
    },
    /// Show what each step of pipelines does to rules
    Explain(PipelineExplainArgs),
}

/// `sigwright pipeline explain`.
#[derive(Debug, Args)]
pub struct PipelineExplainArgs {
    #[command(flatten)]
    pub pipelines: PipelineArgs,

    /// Also apply the pipelines of this query language
    #[arg(short, long, value_name = "TARGET")]
    pub target: Option<String>,

    /// Print for people, or a JSON object per step
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub format: StepFormat,

    #[command(flatten)]
    pub lists: ListArgs,

    /// Rule files, directories or globs
    #[arg(required = true, value_name = "RULES")]
    pub rules: Vec<PathBuf>,
}

/// `pipeline explain --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepFormat {
    /// For people
    Pretty,
    /// A JSON object per step, for programs
    Ndjson,
}

/// `sigwright verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Database to run the queries in
    #[arg(long, value_name = "DATABASE", default_value = "sqlite")]
    pub on: VerifyOn,

    /// A column per field, or the event as JSON in one column
    #[arg(long, value_name = "FORM", default_value = "columns")]
    pub form: VerifyForm,

    /// Print plain text, or a JSON object per rule
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: QueryFormat,

    /// Log to load; may be repeated
    #[arg(long, value_name = "LOG")]
    pub events: Vec<PathBuf>,

    /// Most events of logs per rule, taken evenly, besides those that match
    #[arg(long, value_name = "N")]
    pub most: Option<usize>,

    /// Print queries, rows and the answers expected, a JSON object per rule, instead of running them
    #[arg(long)]
    pub export: bool,

    #[command(flatten)]
    pub lists: ListArgs,

    /// Rule files, directories or globs
    #[arg(required = true, value_name = "RULES")]
    pub rules: Vec<PathBuf>,
}

/// Where queries run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyOn {
    /// SQLite, built in.
    Sqlite,
    /// PostgreSQL, through `psql`.
    Postgres,
    /// DuckDB, through its command.
    Duckdb,
    /// ClickHouse; `--export` only.
    Clickhouse,
    /// Databricks and Spark; `--export` only.
    Databricks,
    /// Athena and Trino; `--export` only.
    Athena,
}

/// How events are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyForm {
    /// A column per field.
    Columns,
    /// One column of JSON.
    Json,
}

/// Which pipelines, and what they may do.
#[derive(Debug, Args)]
pub struct PipelineArgs {
    /// Processing pipeline: a name, a file, or a directory; may be repeated
    #[arg(short, long = "pipeline", value_name = "PIPELINE")]
    pub pipelines: Vec<String>,

    /// Let pipelines run commands
    #[arg(long)]
    pub allow_commands: bool,

    /// Let pipelines fetch URLs
    #[arg(long)]
    pub allow_urls: bool,

    /// Let pipelines read files
    #[arg(long)]
    pub allow_files: bool,
}

/// `--format` of `convert` and `verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    /// For people: of `convert` the queries as the target takes them, of `verify` what was compared
    Text,
    /// A JSON object per rule document, for programs
    Ndjson,
}
