//! `sigwright fmt`.

use super::complain;
use crate::args::{ColorWhen, DiagnosticFormat, FmtArgs};
use crate::load;
use crate::render::diagnostic::Printer;
use crate::render::patch;
use crate::settings::{Look, Outcome, Stream};
use crate::walk::{self, Want};
use sigwright_edit::{Refusal, format};
use sigwright_syntax::{SourceId, Sources};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What standard input is called.
const INPUT: &str = "<stdin>";

/// Writes rule files in house style, or says which are not.
pub fn run(args: &FmtArgs, color: ColorWhen) -> io::Result<Outcome> {
    let is_input = |path: &&PathBuf| path.as_path() == Path::new("-");
    let (input, paths): (Vec<&PathBuf>, Vec<&PathBuf>) = args.rules.iter().partition(is_input);
    let paths: Vec<PathBuf> = paths.into_iter().cloned().collect();
    let mut run = Run {
        args,
        out: Look::of(Stream::Out, color),
        err: Look::of(Stream::Err, color),
        outcome: Outcome::Clean,
        seen: 0,
        changed: 0,
    };
    if !input.is_empty() {
        run.input()?;
    }
    let found = walk::find(&paths, Want::Rules);
    for (path, reason) in &found.unreadable {
        run.broken(path, reason)?;
    }
    for path in &found.files {
        run.file(path)?;
    }
    if !paths.is_empty() {
        run.summary()?;
    }
    Ok(run.outcome)
}

struct Run<'a> {
    args: &'a FmtArgs,
    out: Look,
    err: Look,
    outcome: Outcome,
    seen: usize,
    changed: usize,
}

impl Run<'_> {
    fn input(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                return self.broken(Path::new(INPUT), &format!("not UTF-8 at byte {at}"));
            }
        };
        let Some(new) = self.format(INPUT, &text)? else {
            return Ok(());
        };
        if self.args.check || self.args.diff {
            return self.show(INPUT, &text, &new);
        }
        io::stdout().lock().write_all(new.as_bytes())
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let text = match load::read_text(path) {
            Ok(text) => text,
            Err(reason) => return self.broken(path, &reason),
        };
        self.seen += 1;
        let name = path.display().to_string();
        let Some(new) = self.format(&name, &text)? else {
            return Ok(());
        };
        if self.args.check || self.args.diff {
            return self.show(&name, &text, &new);
        }
        if new != text {
            match std::fs::write(path, &new) {
                Ok(()) => self.changed += 1,
                Err(error) => self.broken(path, &error.to_string())?,
            }
        }
        Ok(())
    }

    /// The text in house style; none where that cannot be done, which is told.
    fn format(&mut self, name: &str, text: &str) -> io::Result<Option<String>> {
        let refusal = match format(text, SourceId(0)) {
            Ok(new) => return Ok(Some(new)),
            Err(refusal) => refusal,
        };
        self.outcome = self.outcome.max(Outcome::Failed);
        let mut err = io::stderr().lock();
        match refusal {
            Refusal::NotYaml(said) => {
                let mut sources = Sources::new();
                sources.add(name, text);
                let mut printer = Printer::new(&sources, DiagnosticFormat::Pretty, self.err);
                for said in &said {
                    printer.print(said, &mut err)?;
                }
            }
            Refusal::WouldChange => {
                let text = format!("{name}: left as it is: formatting would change what it says");
                complain(&mut err, self.err, &text)?;
            }
        }
        Ok(None)
    }

    /// `--check` and `--diff`.
    fn show(&mut self, name: &str, text: &str, new: &str) -> io::Result<()> {
        if new == text {
            return Ok(());
        }
        self.changed += 1;
        if self.args.check {
            self.outcome = self.outcome.max(Outcome::Failed);
        }
        let mut out = io::stdout().lock();
        match self.args.diff {
            true => patch::write(name, text, new, self.out, &mut out),
            false => writeln!(out, "{}", crate::render::escape::line(name)),
        }
    }

    fn broken(&mut self, path: &Path, reason: &str) -> io::Result<()> {
        self.outcome = Outcome::Broken;
        let text = format!("{}: {reason}", path.display());
        complain(&mut io::stderr().lock(), self.err, &text)
    }

    fn summary(&self) -> io::Result<()> {
        let files = match self.seen {
            1 => "1 file".to_owned(),
            seen => format!("{seen} files"),
        };
        let verb = match self.args.check || self.args.diff {
            true => "to format",
            false => "formatted",
        };
        writeln!(io::stderr().lock(), "{} of {files} {verb}", self.changed)
    }
}
