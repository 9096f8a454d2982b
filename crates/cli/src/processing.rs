//! Processing pipelines by name, file or folder.

use crate::args::PipelineArgs;
use crate::load::read_text;
use sigwright_convert::Pipeline;
use sigwright_convert::pipeline::{Allowed, SHIPPED, Shipped};
use sigwright_syntax::{Diagnostics, Sources, suggest};
use std::path::{Path, PathBuf};

/// The pipelines asked for, and what is wrong with those that cannot be used.
#[derive(Debug, Default)]
pub struct Pipelines {
    /// With what each was called by.
    pub read: Vec<(String, Pipeline)>,
    /// Their texts.
    pub sources: Sources,
    /// Faults in files.
    pub diagnostics: Diagnostics,
    /// Names and files that are not there.
    pub missing: Vec<String>,
}

impl Pipelines {
    /// Reads every pipeline asked for.
    pub fn read(names: &[String]) -> Pipelines {
        let mut pipelines = Pipelines::default();
        for name in names {
            pipelines.add(name);
        }
        pipelines
    }

    /// Whether all of them can be used.
    pub fn usable(&self) -> bool {
        self.diagnostics.is_empty() && self.missing.is_empty()
    }

    fn add(&mut self, name: &str) {
        if let Some(shipped) = Shipped::find(name) {
            let read = Pipeline::shipped(shipped, &mut self.sources);
            return self.take(name, read);
        }
        let path = Path::new(name);
        if path.is_dir() {
            let files = match files(path) {
                Ok(files) => files,
                Err(error) => return self.missing.push(format!("{name}: {error}")),
            };
            if files.is_empty() {
                self.missing
                    .push(format!("{name}: no pipeline (`.yml`) is in this directory"));
            }
            for file in files {
                self.file(&file);
            }
        } else if path.exists() || name.contains(['/', '.']) {
            self.file(path);
        } else {
            let close = suggest::closest(name, SHIPPED.iter().map(|s| s.name));
            let hint = match close {
                Some(close) => format!("did you mean `{close}`?"),
                None => "`sigwright pipeline list` shows those there are".to_owned(),
            };
            self.missing
                .push(format!("no pipeline is called `{name}`; {hint}"));
        }
    }

    fn file(&mut self, path: &Path) {
        let name = path.display().to_string();
        match read_text(path) {
            Ok(text) => {
                let id = self.sources.add(name.clone(), text);
                let read = Pipeline::read(&self.sources, id);
                self.take(&name, read);
            }
            Err(reason) => self.missing.push(format!("{name}: {reason}")),
        }
    }

    fn take(&mut self, name: &str, read: Result<Pipeline, Diagnostics>) {
        match read {
            Ok(pipeline) => self.read.push((name.to_owned(), pipeline)),
            Err(said) => self.diagnostics.extend(said),
        }
    }
}

/// The YAML files of a folder, and of those in it, by name.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for entry in entries {
        let is_yaml = entry
            .extension()
            .is_some_and(|end| end == "yml" || end == "yaml");
        if entry.is_dir() && !entry.is_symlink() {
            files.extend(self::files(&entry)?);
        } else if is_yaml {
            files.push(entry);
        }
    }
    Ok(files)
}

/// What the flags let pipelines do.
pub fn allowed(args: &PipelineArgs) -> Allowed {
    Allowed {
        commands: args.allow_commands,
        urls: args.allow_urls,
        files: args.allow_files,
    }
}
