//! The files that inputs name.

use super::{Origin, Source};
use crate::batch::{Fault, FaultCode};
use crate::reader::fault;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const GLOB_CHARS: [char; 4] = ['*', '?', '[', '{'];

/// The files the inputs name, in the order of the inputs; those of a directory or a glob by
/// name, each once. What cannot be found or read is added to `faults`.
pub(crate) fn find(inputs: &[PathBuf], faults: &mut Vec<Fault>) -> Vec<Source> {
    let mut sources = Vec::new();
    for input in inputs {
        let mut walk = Walk {
            sources: &mut sources,
            faults,
            seen: HashSet::new(),
        };
        let name = input.to_string_lossy();
        if name == "-" {
            walk.sources.push(Source {
                name: Arc::from("-"),
                size: None,
                origin: Origin::Stdin,
            });
        } else if name.contains(GLOB_CHARS) && fs::symlink_metadata(input).is_err() {
            walk.pattern(input);
        } else {
            match fs::metadata(input) {
                // Named outright, a pipe or a device may be meant.
                Ok(data) if !data.is_dir() => walk.push(input, &data),
                _ => walk.visit(input),
            }
        }
    }
    sources
}

/// One component of a pattern.
enum Part {
    Name(OsString),
    Fits(GlobMatcher),
    /// `**`: any number of directories.
    Deep,
}

struct Walk<'a> {
    sources: &'a mut Vec<Source>,
    faults: &'a mut Vec<Fault>,
    /// The real paths of what was visited: links neither lead around in circles nor to a
    /// second reading.
    seen: HashSet<PathBuf>,
}

impl Walk<'_> {
    fn visit(&mut self, path: &Path) {
        let data = match fs::metadata(path) {
            Ok(data) => data,
            Err(error) => return self.unreadable(path, &error),
        };
        match fs::canonicalize(path) {
            Ok(real) => {
                if !self.seen.insert(real) {
                    return;
                }
            }
            Err(error) => return self.unreadable(path, &error),
        }
        if data.is_dir() {
            for (_, entry) in self.entries(path) {
                self.visit(&entry);
            }
        } else if data.is_file() {
            self.push(path, &data);
        } else {
            // Opening a pipe could wait for ever.
            let message = "is skipped, for it is neither a file nor a directory";
            self.fault(path, FaultCode::Unreadable, message.into());
        }
    }

    fn push(&mut self, path: &Path, data: &Metadata) {
        self.sources.push(Source {
            name: Arc::from(path.to_string_lossy()),
            size: data.is_file().then_some(data.len()),
            origin: Origin::File(path.to_owned()),
        });
    }

    /// The entries of a directory, sorted; none where it cannot be read.
    fn entries(&mut self, path: &Path) -> Vec<(OsString, PathBuf)> {
        let mut entries = Vec::new();
        match fs::read_dir(path) {
            Ok(found) => {
                for entry in found {
                    match entry {
                        Ok(entry) => {
                            entries.push((entry.file_name(), path.join(entry.file_name())))
                        }
                        Err(error) => self.unreadable(path, &error),
                    }
                }
            }
            Err(error) => self.unreadable(path, &error),
        }
        entries.sort();
        entries
    }

    fn pattern(&mut self, pattern: &Path) {
        let mut base = PathBuf::new();
        let mut parts = Vec::new();
        for component in pattern.components() {
            let text = component.as_os_str().to_string_lossy();
            if text == "**" {
                parts.push(Part::Deep);
            } else if text.contains(GLOB_CHARS) {
                match GlobBuilder::new(&text).literal_separator(true).build() {
                    Ok(glob) => parts.push(Part::Fits(glob.compile_matcher())),
                    Err(error) => {
                        let message = format!("is no pattern: {}", error.kind());
                        return self.fault(pattern, FaultCode::NotFound, message);
                    }
                }
            } else if parts.is_empty() {
                base.push(component);
            } else {
                parts.push(Part::Name(component.as_os_str().to_owned()));
            }
        }
        let before = (self.sources.len(), self.faults.len());
        self.fitting(&base, &parts);
        if before == (self.sources.len(), self.faults.len()) {
            let message = "no file fits this pattern";
            self.fault(pattern, FaultCode::NotFound, message.into());
        }
    }

    /// Visits what fits the parts, below `base`.
    fn fitting(&mut self, base: &Path, parts: &[Part]) {
        let Some((part, rest)) = parts.split_first() else {
            return self.visit(base);
        };
        let place = if base.as_os_str().is_empty() {
            Path::new(".")
        } else {
            base
        };
        match part {
            Part::Name(name) => {
                let path = base.join(name);
                if fs::symlink_metadata(&path).is_ok() {
                    self.fitting(&path, rest);
                }
            }
            Part::Fits(glob) => {
                if !place.is_dir() {
                    return;
                }
                for (name, _) in self.entries(place) {
                    // As in a shell, only a pattern with a dot finds hidden files.
                    let hidden = name.as_encoded_bytes().first() == Some(&b'.');
                    let dotted = glob.glob().glob().starts_with('.');
                    if glob.is_match(&name) && (!hidden || dotted) {
                        self.fitting(&base.join(name), rest);
                    }
                }
            }
            Part::Deep if !place.is_dir() => {}
            Part::Deep => {
                self.fitting(base, rest);
                for (name, path) in self.entries(place) {
                    // Links are not followed here, so there is no circle.
                    if fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir()) {
                        self.fitting(&base.join(name), parts);
                    }
                }
            }
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let code = if error.kind() == io::ErrorKind::NotFound {
            FaultCode::NotFound
        } else {
            FaultCode::Unreadable
        };
        self.fault(path, code, format!("cannot be read: {error}"));
    }

    fn fault(&mut self, path: &Path, code: FaultCode, message: String) {
        self.faults
            .push(fault(&path.to_string_lossy(), code, message));
    }
}
