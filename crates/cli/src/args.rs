//! What was typed; what it means is [`crate::settings`].

mod attack;
mod convert;
mod fmt;
mod generate;
mod lint;
mod values;

use crate::settings::{FailOn, LogSourceOverride};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sigwright_events::Format;
use sigwright_syntax::ast::Level;
use std::path::PathBuf;
use std::time::Duration;

use attack::EXAMPLES_ATTACK;
pub use attack::*;
pub use convert::*;
use convert::{EXAMPLES_CONVERT, EXAMPLES_PIPELINE, EXIT_CODES_CONVERT};
pub use fmt::FmtArgs;
use fmt::{EXAMPLES_FMT, EXIT_CODES_FMT};
pub use generate::*;
use generate::{EXAMPLES_FUZZ, EXAMPLES_GENERATE};
use lint::EXAMPLES_LINT;
pub use lint::*;
pub use values::*;
use values::{input_format, level, moment, size, span};

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing that --fail-on asks about
  1  something that --fail-on asks about
  2  wrong usage, or something could not be read or written";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "sigwright",
    version,
    about = "The compiler for Sigma detection rules",
    long_about = "The compiler for Sigma detection rules.\n\n\
        Reads Sigma rules, says what is wrong with them, runs them over audit logs and explains \
        every verdict.",
    after_help = EXAMPLES_TOP,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 900
    )]
    pub color: ColorWhen,
}

const EXAMPLES_TOP: &str = "\
Examples:
  sigwright eval -r rules/kubernetes samples/kubernetes-incident.ndjson
  sigwright lint rules
  sigwright test rules

`sigwright COMMAND --help` shows more, with examples.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run rules over logs and print what they find
    #[command(after_help = format!("{EXAMPLES_EVAL}\n\n{EXIT_CODES}"))]
    Eval(EvalArgs),
    /// Check rules and print what is wrong with them
    #[command(after_help = format!("{EXAMPLES_LINT}\n\n{EXIT_CODES}"))]
    Lint(LintArgs),
    /// Write rules in house style
    #[command(after_help = format!("{EXAMPLES_FMT}\n\n{EXIT_CODES_FMT}"))]
    Fmt(FmtArgs),
    /// Write rules as queries of a SIEM or data lake
    #[command(after_help = format!("{EXAMPLES_CONVERT}\n\n{EXIT_CODES_CONVERT}"))]
    Convert(ConvertArgs),
    /// Show, check and explain processing pipelines
    #[command(after_help = EXAMPLES_PIPELINE)]
    Pipeline(PipelineCommandArgs),
    /// Say why a rule does or does not match an event, or a correlation a log
    #[command(after_help = EXAMPLES_EXPLAIN)]
    Explain(ExplainArgs),
    /// Run the cases written beside rules
    #[command(after_help = EXAMPLES_TEST)]
    Test(TestArgs),
    /// Make events out of rules: some that match, some that just do not
    #[command(after_help = EXAMPLES_GENERATE)]
    Generate(GenerateArgs),
    /// Look for events on which Sigwright's evaluators, and SQL, disagree
    #[command(after_help = EXAMPLES_FUZZ)]
    Fuzz(FuzzArgs),
    /// Look into a file of state, or take something out of it
    #[command(after_help = EXAMPLES_STATE)]
    State(StateCommandArgs),
    /// Run converted rules in a database and compare with Sigwright's own verdicts
    #[command(after_help = EXAMPLES_VERIFY)]
    Verify(VerifyArgs),
    /// Say what ATT&CK tags stand for, or make a newer table of them
    #[command(after_help = EXAMPLES_ATTACK)]
    Attack(AttackCommandArgs),
    /// Write an invented log to test with
    #[command(after_help = EXAMPLES_SAMPLE)]
    Sample(SampleArgs),
    /// Print the completion script of a shell
    #[command(after_help = EXAMPLES_COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page (roff)
    #[command(after_help = EXAMPLES_MAN)]
    Man(ManArgs),
}

const EXAMPLES_VERIFY: &str = "\
Examples:
  sigwright verify rules/kubernetes --events samples/kubernetes-incident.ndjson --on sqlite
  sigwright verify rules/kubernetes --on postgres --form json --format ndjson

Events that hit and just miss each rule are made up besides. PostgreSQL is reached through psql,
which connects as PGHOST, PGDATABASE and the like say; DuckDB through the command duckdb.
Exits with 1 where database and Sigwright disagree, or a query fails.";

const EXAMPLES_EVAL: &str = "\
Examples:
  sigwright eval -r rules/kubernetes samples/kubernetes-incident.ndjson
  sigwright eval -r rules/kubernetes --format ndjson --with-event samples/kubernetes-incident.ndjson
  cat samples/kubernetes-incident.ndjson | sigwright eval -r rules/kubernetes --format table -
  sigwright eval -r rules/kubernetes --min-level high --fail-on high \\
      samples/kubernetes-incident.ndjson

--fail-on takes one or more of, separated by commas:
  errors    a rule has an error (default)
  warnings  a rule has a warning or an error
  faults    a record of the input could not be read
  findings  any rule matched
  informational, low, medium, high, critical
            a rule of at least this level matched
  never     nothing: exit 0 unless something could not be read";

/// `sigwright eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Rule files, directories or globs; may be repeated
    #[arg(short, long, required = true, value_name = "RULES", num_args = 1)]
    pub rules: Vec<PathBuf>,

    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub format: FindingFormat,

    #[command(flatten)]
    pub events: EventArgs,

    #[command(flatten)]
    pub lists: ListArgs,

    #[command(flatten)]
    pub state: StateArgs,

    /// Print only findings and alerts of at least this level; all are counted
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub min_level: Option<Level>,

    /// Worker threads [default: as many as the machine runs at once]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Put the event into each NDJSON line
    #[arg(long)]
    pub with_event: bool,

    /// What makes the exit code 1 (see below)
    #[arg(long, value_name = "WHAT", default_value = "errors")]
    pub fail_on: FailOn,

    /// Logs: files, directories, globs, or `-` for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
}

/// How events are read and which rules see them.
#[derive(Debug, Args, Default, Clone, PartialEq)]
pub struct EventArgs {
    /// Take every event as of this log source, such as `product=kubernetes,service=audit`
    #[arg(long, value_name = "K=V,…", conflicts_with = "ignore_logsource")]
    pub logsource: Option<LogSourceOverride>,

    /// Show every event to every rule
    #[arg(long)]
    pub ignore_logsource: bool,

    /// The format of the input, instead of finding it out from the content
    #[arg(long, value_name = "FORMAT", value_parser = input_format())]
    pub input_format: Option<Format>,

    /// Networks with their owners, as CSV or MMDB, for `source.is_cloud` and `source.as.*`
    #[arg(long, value_name = "FILE")]
    pub networks: Option<PathBuf>,

    /// The cluster of Kubernetes logs that do not say which they are from [default: unnamed]
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
}

/// How correlations run.
#[derive(Debug, Args, Clone)]
pub struct StateArgs {
    /// How late an event may come and still count: a time such as `30s`, `5m` or `1h`, or `all`
    /// [default: all for files, 5m for standard input]
    #[arg(long, value_name = "TIME")]
    pub lateness: Option<LatenessArg>,

    /// Show findings of rules that only feed correlations, too
    #[arg(long)]
    pub generate: bool,

    /// Learn from the input for later runs, and say nothing
    #[arg(long, requires = "state")]
    pub train: bool,

    /// Groups, or terms, that one correlation keeps in memory; the least telling go first
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_groups: u32,

    /// Memory for the groups of one correlation, such as `64M` or `1G`
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size)]
    pub max_state_memory: usize,

    /// Keep state in this file, which is made if it is not there; the next run goes on from it
    #[arg(long, value_name = "PATH")]
    pub state: Option<PathBuf>,

    /// Leave out what the file of state says was read before
    #[arg(long, requires = "state")]
    pub resume: bool,

    /// How much work may have to be done again after the process was killed; `0s`: as little
    /// as possible
    #[arg(
        long,
        value_name = "TIME",
        default_value = "1s",
        requires = "state",
        value_parser = span
    )]
    pub checkpoint: Duration,
}

/// Where the lists behind placeholders are.
#[derive(Debug, Args, Default, Clone)]
pub struct ListArgs {
    /// Directory of value lists: `%name%` in a rule is filled from `name.txt`; may be repeated
    #[arg(long, value_name = "DIR")]
    pub lists: Vec<PathBuf>,
}

const EXAMPLES_EXPLAIN: &str = "\
Examples:
  sigwright explain rules/kubernetes/kubernetes_audit_secret_read.yml \\
      --event samples/kubernetes-incident.ndjson
  sigwright explain rules/kubernetes/kubernetes_audit_secret_read.yml \\
      --logsource product=kubernetes --event '{\"verb\":\"get\"}'
  sigwright explain rules/kubernetes/correlation/kubernetes_audit_secret_read_new_source_ip.yml \\
      --event samples/kubernetes-incident.ndjson
  sigwright explain --ir rules/kubernetes/kubernetes_audit_secret_read.yml

Of several events the first that the rule matches is explained, else the first one. A correlation
is explained over all of them: what alerted, which groups are open and what they lack.

Exit codes:
  0  explained, whatever the verdict
  1  the rule has an error
  2  wrong usage, or something could not be read or written";

/// `sigwright explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule file
    #[arg(value_name = "RULE")]
    pub rule: PathBuf,

    /// The event, or a log for a correlation: JSON text, a file of events, or `-` for standard input
    #[arg(long, value_name = "E", required_unless_present = "ir")]
    pub event: Option<String>,

    /// Explain every event, not just one
    #[arg(long, requires = "event")]
    pub all: bool,

    /// Of a file with several rules, only the one with this id, name or title
    #[arg(long, value_name = "RULE")]
    pub only: Option<String>,

    /// Print what the rule was compiled to, instead
    #[arg(long, conflicts_with = "event")]
    pub ir: bool,

    /// How the explanation is printed
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub format: ExplainFormat,

    #[command(flatten)]
    pub events: EventArgs,

    #[command(flatten)]
    pub lists: ListArgs,
}

const EXAMPLES_TEST: &str = "\
Examples:
  sigwright test rules
  sigwright test rules/kubernetes --format junit > report.xml

Beside `RULE.yml` the cases stand in `RULE.cases.yml`.

Exit codes:
  0  every case passed
  1  a case failed
  2  wrong usage, or something could not be read or written";

/// `sigwright test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Directories, rule files or cases files
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How the outcome is printed
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub format: TestFormat,

    #[command(flatten)]
    pub lists: ListArgs,
}

const EXAMPLES_STATE: &str = "\
Examples:
  sigwright state show audit.state
  sigwright state show audit.state --rule new-country --format ndjson
  sigwright state export audit.state > audit-state.ndjson
  sigwright state prune audit.state --before 2026-01-01T00:00:00Z
  sigwright state prune audit.state --unknown -r rules

Exit codes:
  0  done
  2  wrong usage, or the file could not be read or written";

/// `sigwright state`.
#[derive(Debug, Args)]
pub struct StateCommandArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: StateCommand,
}

/// What `sigwright state` can do.
#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Print what is kept
    Show(ShowArgs),
    /// Print every record, a JSON object per line
    Export(ExportArgs),
    /// Remove state that is no longer wanted
    Prune(PruneArgs),
}

/// `sigwright state show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The file of state
    #[arg(value_name = "PATH")]
    pub path: PathBuf,

    /// Only what is of the rule with this id, name or title, with each of its groups
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,

    /// Only groups that have this value
    #[arg(long, value_name = "VALUE")]
    pub group: Option<String>,

    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub format: StateFormat,
}

/// `sigwright state export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file of state
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
}

/// `sigwright state prune`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub struct PruneArgs {
    /// The file of state
    #[arg(value_name = "PATH")]
    pub path: PathBuf,

    /// What is of the rule with this id, name or title
    #[arg(long, value_name = "RULE", group = "what")]
    pub rule: Option<String>,

    /// Groups, terms and suppressions whose last event is older (RFC 3339, or a date)
    #[arg(long, value_name = "TIME", group = "what", value_parser = moment)]
    pub before: Option<jiff::Timestamp>,

    /// What is of rules that are not, or no longer as they were, among those of `--rules`
    #[arg(long, requires = "rules", group = "what")]
    pub unknown: bool,

    /// Rules, for `--unknown`; may be repeated
    #[arg(short, long, value_name = "RULES", requires = "unknown")]
    pub rules: Vec<PathBuf>,

    #[command(flatten)]
    pub lists: ListArgs,
}

/// `state show --format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateFormat {
    /// For people
    Pretty,
    /// A JSON object per line, for programs
    Ndjson,
}

const EXAMPLES_SAMPLE: &str = "\
Examples:
  sigwright sample kubernetes --events 1000000 --seed 7 --with-incident > audit.ndjson
  sigwright sample kubernetes --with-incident | sigwright eval -r rules/kubernetes -

The same arguments give the same bytes. Everything is invented; addresses are private (RFC 1918)
or reserved for documentation (RFC 5737).";

/// `sigwright sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// What writes such a log
    pub log: SampleLog,

    /// How many events, one per line
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub events: u64,

    /// Another number gives another log
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    /// Let somebody with a stolen token take the cluster over meanwhile
    #[arg(long)]
    pub with_incident: bool,

    /// When the log begins (RFC 3339)
    #[arg(long, value_name = "TIME", default_value = "2026-11-16T08:00:00Z")]
    pub start: jiff::Timestamp,
}

const EXAMPLES_COMPLETIONS: &str = "\
Examples:
  sigwright completions bash > ~/.local/share/bash-completion/completions/sigwright
  sigwright completions fish > ~/.config/fish/completions/sigwright.fish";

/// `sigwright completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    pub shell: clap_complete::Shell,
}

const EXAMPLES_MAN: &str = "\
Examples:
  sigwright man > sigwright.1
  sigwright man --dir .        # one page per subcommand, too";

/// `sigwright man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write this page and one per subcommand into a directory instead
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
