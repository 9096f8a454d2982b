//! `sigwright completions`.

use crate::args::{Cli, CompletionsArgs};
use crate::settings::Outcome;
use clap::CommandFactory;
use std::io::{self, Write};

/// Prints the completion script of a shell.
pub fn run(args: &CompletionsArgs) -> io::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sigwright", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Clean)
}
