//! Finds rule files: files, directories, globs.

use globset::GlobBuilder;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::FileType;
use std::io;
use std::path::{Component, Path, PathBuf};

/// What ends the name of a file of cases.
const CASES: [&str; 2] = [".cases.yml", ".cases.yaml"];

/// Which YAML files are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Rules: YAML files that are no cases.
    Rules,
    /// Rules and cases.
    RulesAndCases,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files, each once, in the order of the arguments and sorted below each.
    pub files: Vec<PathBuf>,
    /// What could not be listed, and why.
    pub unreadable: Vec<(PathBuf, String)>,
    seen: HashSet<OsString>,
    /// Files met, repeated ones included.
    hits: usize,
}

/// Whether a file holds cases, by its name.
pub fn is_cases(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
    CASES.iter().any(|end| name.ends_with(end))
}

/// The rule files a cases file may belong to: `x.yml`, `x.yaml` for `x.cases.yml`.
pub fn rules_of_cases(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
    CASES
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .map(|stem| {
            ["yml", "yaml"]
                .iter()
                .map(|end| path.with_file_name(format!("{stem}.{end}")))
                .collect()
        })
        .unwrap_or_default()
}

/// The cases files a rule file may have.
pub fn cases_of_rule(path: &Path) -> Vec<PathBuf> {
    let stem = path.file_stem().and_then(|n| n.to_str()).unwrap_or("");
    CASES
        .iter()
        .map(|end| path.with_file_name(format!("{stem}{end}")))
        .collect()
}

/// Looks for YAML files under every argument. A file named outright is taken whatever its
/// name; in directories hidden entries are left alone.
pub fn find(arguments: &[PathBuf], want: Want) -> Found {
    let mut found = Found::default();
    for argument in arguments {
        let before = (found.hits, found.unreadable.len());
        match std::fs::metadata(argument) {
            Ok(meta) if meta.is_dir() => {
                found.directory(argument, &mut HashSet::new(), &|path| wanted(path, want));
            }
            Ok(_) => found.add(argument.clone(), real(argument)),
            Err(error) => {
                if error.kind() == io::ErrorKind::NotFound && is_glob(argument) {
                    found.glob(argument, want);
                } else {
                    found.unreadable.push((argument.clone(), error.to_string()));
                }
            }
        }
        if before == (found.hits, found.unreadable.len()) {
            let reason = "no rule file (`*.yml`, `*.yaml`) there".to_owned();
            found.unreadable.push((argument.clone(), reason));
        }
    }
    found
}

fn wanted(path: &Path, want: Want) -> bool {
    let yaml = path
        .extension()
        .and_then(|e| e.to_str())
        .is_some_and(|e| e.eq_ignore_ascii_case("yml") || e.eq_ignore_ascii_case("yaml"));
    yaml && !crate::config::is_config(path) && (want == Want::RulesAndCases || !is_cases(path))
}

fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{'])
}

impl Found {
    /// Adds a file, `real` being where it lies when links have been followed.
    fn add(&mut self, path: PathBuf, real: PathBuf) {
        self.hits += 1;
        if self.seen.insert(real.into_os_string()) {
            self.files.push(path);
        }
    }

    /// Goes down without recursion; `above` keeps links from leading in circles.
    fn directory(
        &mut self,
        top: &Path,
        above: &mut HashSet<PathBuf>,
        wanted: &dyn Fn(&Path) -> bool,
    ) {
        let mut pending = vec![Entry::at(top.to_owned())];
        while let Some(entry) = pending.pop() {
            let Entry {
                path, real, kind, ..
            } = match entry.followed() {
                Ok(entry) => entry,
                Err((path, error)) => {
                    self.unreadable.push((path, error.to_string()));
                    continue;
                }
            };
            match kind {
                Kind::File if wanted(&path) => self.add(path, real),
                Kind::Directory if above.insert(real.clone()) => match entries(&path, &real) {
                    // the last pushed comes out first
                    Ok(entries) => pending.extend(entries.into_iter().rev()),
                    Err(error) => self.unreadable.push((path, error.to_string())),
                },
                _ => {}
            }
        }
    }

    fn glob(&mut self, pattern: &Path, want: Want) {
        let matcher = GlobBuilder::new(&pattern.to_string_lossy())
            .literal_separator(true)
            .build();
        let matcher = match matcher {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                self.unreadable
                    .push((pattern.to_owned(), error.kind().to_string()));
                return;
            }
        };
        let base = base_of(pattern);
        let listed = if base.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &base
        };
        self.directory(listed, &mut HashSet::new(), &|path| {
            let path = path.strip_prefix("./").unwrap_or(path);
            matcher.is_match(path) && wanted(path, want)
        });
    }
}

/// The part of a glob before the first component with a wildcard.
fn base_of(pattern: &Path) -> PathBuf {
    pattern
        .components()
        .take_while(|c| !is_glob(Path::new(c.as_os_str())))
        .filter(|c| !matches!(c, Component::CurDir))
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
    Other,
    /// A link, or not known yet.
    Unknown,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        if kind.is_file() {
            Kind::File
        } else if kind.is_dir() {
            Kind::Directory
        } else if kind.is_symlink() {
            Kind::Unknown
        } else {
            Kind::Other
        }
    }
}

/// Something in a directory. What it is the system tells while the directory is read: asking
/// it about each of thousands of files is a tenth of loading them.
#[derive(Debug)]
struct Entry {
    name: OsString,
    path: PathBuf,
    /// Where it lies when links have been followed.
    real: PathBuf,
    kind: Kind,
}

impl Entry {
    fn at(path: PathBuf) -> Self {
        Entry {
            name: OsString::new(),
            real: path.clone(),
            path,
            kind: Kind::Unknown,
        }
    }

    /// Itself, or what a link leads to.
    fn followed(self) -> Result<Self, (PathBuf, io::Error)> {
        if self.kind != Kind::Unknown {
            return Ok(self);
        }
        match std::fs::metadata(&self.path) {
            Ok(meta) => Ok(Entry {
                real: real(&self.path),
                kind: meta.file_type().into(),
                ..self
            }),
            Err(error) => Err((self.path, error)),
        }
    }
}

fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// What is in a directory that lies at `real`, sorted.
fn entries(directory: &Path, real: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with('.') {
            entries.push(Entry {
                path: directory.join(&name),
                real: real.join(&name),
                kind: entry.file_type().map_or(Kind::Unknown, Kind::from),
                name,
            });
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_rules_name_each_other() {
        assert!(is_cases(Path::new("a/b.cases.yml")));
        assert!(!is_cases(Path::new("a/cases.yml")));
        assert_eq!(
            rules_of_cases(Path::new("a/b.cases.yml")),
            [PathBuf::from("a/b.yml"), PathBuf::from("a/b.yaml")]
        );
        assert_eq!(
            cases_of_rule(Path::new("a/b.c.yml")),
            [
                PathBuf::from("a/b.c.cases.yml"),
                PathBuf::from("a/b.c.cases.yaml")
            ]
        );
    }

    #[test]
    fn the_base_of_a_glob_ends_before_its_first_wildcard() {
        assert_eq!(base_of(Path::new("/a/b/*/c.yml")), PathBuf::from("/a/b"));
        assert_eq!(base_of(Path::new("./*.yml")), PathBuf::from(""));
    }
}
