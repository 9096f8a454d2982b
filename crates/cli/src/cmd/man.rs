//! `sigwright man`.

use crate::args::{Cli, ManArgs};
use crate::settings::Outcome;
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::{self, Write};

/// Prints the manual page with a section per subcommand, or writes a page for each.
pub fn run(args: &ManArgs) -> io::Result<Outcome> {
    if let Some(directory) = &args.dir {
        clap_mangen::generate_to(Cli::command(), directory)?;
        return Ok(Outcome::Clean);
    }
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands() {
        let man = Man::new(subcommand.clone());
        writeln!(
            page,
            ".SH \"SIGWRIGHT {}\"",
            subcommand.get_name().to_uppercase()
        )?;
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        man.render_extra_section(&mut page)?;
    }
    io::stdout().lock().write_all(&page)?;
    Ok(Outcome::Clean)
}
