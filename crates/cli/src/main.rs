//! The `sigwright` command: flags, files, colours, exit codes. The only crate that prints.

mod args;
mod cmd;
mod config;
mod fields;
mod glance;
mod input;
mod load;
mod pipeline;
mod position;
mod processing;
mod render;
mod repair;
mod settings;
mod summary;
mod walk;
mod watch;

use args::{Cli, Command};
use clap::Parser;
use settings::{Look, Outcome, Stream};
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match &cli.command {
        Command::Eval(args) => cmd::eval::run(args, cli.color),
        Command::Lint(args) => cmd::lint::run(args, cli.color),
        Command::Fmt(args) => cmd::fmt::run(args, cli.color),
        Command::Convert(args) => cmd::convert::run(args, cli.color),
        Command::Pipeline(args) => cmd::pipeline::run(args, cli.color),
        Command::Explain(args) => cmd::explain::run(args, cli.color),
        Command::Test(args) => cmd::test::run(args, cli.color),
        Command::Verify(args) => cmd::verify::run(args, cli.color),
        Command::Fuzz(args) => cmd::fuzz::run(args, cli.color),
        Command::Generate(args) => cmd::generate::run(args, cli.color),
        Command::State(args) => cmd::state::run(args, cli.color),
        Command::Attack(args) => cmd::attack::run(args, cli.color),
        Command::Sample(args) => cmd::sample::run(args),
        Command::Completions(args) => cmd::completions::run(args),
        Command::Man(args) => cmd::man::run(args),
    };
    let outcome = match ended {
        Ok(outcome) => outcome,
        // whoever reads has seen enough
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean,
        Err(error) => {
            let look = Look::of(Stream::Err, cli.color);
            // nowhere is left to report to if this fails
            let _ = cmd::complain(&mut io::stderr().lock(), look, &error.to_string());
            Outcome::Broken
        }
    };
    outcome.into()
}
