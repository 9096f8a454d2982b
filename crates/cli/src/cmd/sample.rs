//! `sigwright sample`.

use crate::args::{SampleArgs, SampleLog};
use crate::settings::Outcome;
use sigwright_sample::{KubernetesLog, Options};
use std::io;

/// Writes the log to standard output.
pub fn run(args: &SampleArgs) -> io::Result<Outcome> {
    let SampleLog::Kubernetes = args.log;
    let options = Options {
        events: args.events,
        seed: args.seed,
        start: args.start.as_microsecond(),
        incident: args.with_incident,
    };
    let log = KubernetesLog::new(options).map_err(|short| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{short}; ask for more by --events"),
        )
    })?;
    log.write_to(&mut io::stdout().lock())?;
    Ok(Outcome::Clean)
}
