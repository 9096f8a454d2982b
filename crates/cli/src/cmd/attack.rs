//! `sigwright attack`.

use super::complain;
use crate::args::{AttackCommand, AttackCommandArgs, ColorWhen};
use crate::load;
use crate::render::escape;
use crate::settings::{Look, Outcome, Stream};
use sigwright_attack::{Attack, Entry, Fate, stix};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The longest bundle that is read; that of version 19 has 50 MiB.
const MAX_BUNDLE: u64 = 512 << 20;

/// Makes a table, or looks into one.
pub fn run(args: &AttackCommandArgs, color: ColorWhen) -> io::Result<Outcome> {
    match &args.command {
        AttackCommand::Update { bundle, output } => update(bundle, output.as_deref()),
        AttackCommand::Show { ids, table } => show(ids, table.as_deref(), color),
    }
}

/// Reads a table as `attack update` writes it.
pub fn read(path: &Path) -> Result<Attack, String> {
    let text = load::read_text(path)?;
    Attack::parse(&text).map_err(|fault| fault.to_string())
}

fn update(bundle: &Path, output: Option<&Path>) -> io::Result<Outcome> {
    let fault = |reason: String| io::Error::other(format!("{}: {reason}", bundle.display()));
    let mut json = Vec::new();
    File::open(bundle)
        .and_then(|file| file.take(MAX_BUNDLE + 1).read_to_end(&mut json))
        .map_err(|error| fault(error.to_string()))?;
    if json.len() as u64 > MAX_BUNDLE {
        return Err(fault(format!("longer than {} MiB", MAX_BUNDLE >> 20)));
    }
    let table = stix::table(&json).map_err(fault)?;
    let attack = Attack::parse(&table).map_err(|error| fault(error.to_string()))?;
    match output {
        Some(path) => std::fs::write(path, &table)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?,
        None => io::stdout().lock().write_all(table.as_bytes())?,
    }
    let count = attack.entries().len();
    writeln!(io::stderr(), "{count} entries of ATT&CK {}", attack.version)?;
    Ok(Outcome::Clean)
}

fn show(ids: &[String], table: Option<&Path>, color: ColorWhen) -> io::Result<Outcome> {
    let read = table.map(|path| {
        read(path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
    });
    let read = read.transpose()?;
    let attack = read.as_ref().unwrap_or(Attack::built_in());
    let mut outcome = Outcome::Clean;
    for id in ids {
        match attack.get(id.strip_prefix("attack.").unwrap_or(id)) {
            Some(entry) => writeln!(io::stdout(), "{}", escape::line(&said(entry)))?,
            None => {
                let look = Look::of(Stream::Err, color);
                let message = format!("ATT&CK {} has no `{id}`", attack.version);
                complain(&mut io::stderr().lock(), look, &message)?;
                outcome = Outcome::Failed;
            }
        }
    }
    Ok(outcome)
}

fn said(entry: &Entry) -> String {
    let Entry { id, name, .. } = entry;
    match &entry.fate {
        Fate::Current if entry.tactics.is_empty() => format!("{id}  {name}"),
        Fate::Current => format!("{id}  {name}  ({})", entry.tactics.join(", ")),
        Fate::Replaced(by) => format!("{id}  {name}  (now {})", by.join(", ")),
        Fate::Withdrawn => format!("{id}  {name}  (withdrawn)"),
    }
}
