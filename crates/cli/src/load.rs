//! Reads rule files and compiles them to a rule set, with everything there is to say about
//! them on the way.

use crate::repair::Texts;
use crate::walk::{self, Want};
use indexmap::IndexMap;
use sigwright_ir::{Context, RuleSet};
use sigwright_syntax::ast::Document;
use sigwright_syntax::{Diagnostics, Limits, Severity, SourceId, Sources, Span};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How long a rule file or a list may be, in bytes.
const MAX_FILE: u64 = 16 << 20;
/// Rule files up to this many bytes are read at once; hardly one is longer.
const AT_ONCE: usize = 16 << 10;
/// How many values a list may have.
const MAX_VALUES: usize = 1_000_000;
/// How many directories above a rule file are looked at for `lists/`.
const PARENTS: usize = 3;

/// Rules, ready to evaluate, and what was said about them.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The texts.
    pub sources: Sources,
    /// The rules without errors.
    pub set: Arc<RuleSet>,
    /// What the rules were lowered from, and with.
    pub documents: Vec<Document>,
    /// The files with their YAML and comments, where they were asked for.
    pub files: Vec<sigwright_lint::File>,
    /// The lists behind placeholders.
    pub context: Context,
    /// All messages, by file and place.
    pub diagnostics: Diagnostics,
    /// Files and directories that could not be read, and why.
    pub unreadable: Vec<(PathBuf, String)>,
    /// How many documents have an error.
    pub faulty: usize,
}

/// Reads and compiles everything under the arguments.
pub fn load(arguments: &[PathBuf], lists: &[PathBuf]) -> Loaded {
    let found = walk::find(arguments, Want::Rules);
    load_files(&found.files, found.unreadable, lists)
}

/// The same for rules that are converted: placeholders without a list stay in them.
pub fn load_to_convert(arguments: &[PathBuf], lists: &[PathBuf]) -> Loaded {
    let found = walk::find(arguments, Want::Rules);
    let mut lists = Lists::new(lists);
    lists.context.keep_placeholders = true;
    load_with(&found.files, found.unreadable, lists)
}

/// The same with YAML and comments, for rules that are linted; files that `leave` is true for
/// are not read, and of those in `texts` the text there is taken.
pub fn load_to_lint(
    arguments: &[PathBuf],
    lists: &[PathBuf],
    leave: &mut dyn FnMut(&Path) -> bool,
    texts: &Texts,
) -> Loaded {
    let mut found = walk::find(arguments, Want::Rules);
    found.files.retain(|file| !leave(file));
    let mut lists = Lists::new(lists);
    lists.whole = true;
    lists.texts = Some(texts);
    load_with(&found.files, found.unreadable, lists)
}

/// Reads and compiles a rule file and, where it refers to rules that are not in it, those
/// around it. What is said is about this file alone.
pub fn load_with_pack(file: &Path, lists: &[PathBuf]) -> Loaded {
    if !file.is_file() {
        return load(&[file.to_owned()], lists);
    }
    let mut loaded = load_rings(&rings(&[file.to_owned()], &[file.to_owned()]), lists);
    let own = loaded.sources.iter().next().map(|(source, _)| source);
    let here = |span: Option<Span>| span.is_none_or(|span| Some(span.source) == own);
    loaded.diagnostics.retain(|said| here(said.span()));
    loaded.faulty = loaded.said(Severity::Error).min(loaded.faulty);
    loaded
}

/// Rule files `own` and, as long as a rule is referred to that none of them is, ring by ring
/// those around the files `named`: of the directory each is in, of that above, and so on.
pub fn rings(own: &[PathBuf], named: &[PathBuf]) -> Vec<Vec<PathBuf>> {
    let absolute = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut known: HashSet<PathBuf> = own.iter().map(|path| absolute(path)).collect();
    let packs: Vec<Vec<PathBuf>> = named.iter().map(|file| packs(file)).collect();
    let mut rings = vec![own.to_owned()];
    for height in 0..=PARENTS {
        let around: Vec<PathBuf> = packs
            .iter()
            .filter_map(|pack| pack.get(height).cloned())
            .collect();
        if around.is_empty() {
            break;
        }
        let loaded = load_rings(&rings, &[]);
        if loaded.diagnostics.iter().all(|d| d.code != "unknown-rule") {
            break;
        }
        let mut ring = walk::find(&around, Want::Rules).files;
        ring.retain(|path| known.insert(absolute(path)));
        rings.push(ring);
    }
    rings
}

/// The directories of the pack that a rule file belongs to: its own and, as long as that above
/// holds rules itself, those further up.
fn packs(file: &Path) -> Vec<PathBuf> {
    let above = |path: &Path| match path.file_name() {
        Some(_) => path
            .parent()
            .map(|parent| match parent.as_os_str().is_empty() {
                true => PathBuf::from("."),
                false => parent.to_owned(),
            }),
        None if path == Path::new(".") => Some(PathBuf::from("..")),
        None => Some(path.join("..")),
    };
    let mut directory = above(file).unwrap_or_else(|| PathBuf::from("."));
    let mut packs = vec![directory.clone()];
    for _ in 0..PARENTS {
        match above(&directory) {
            Some(parent) if parent != directory && holds_rules(&parent) => directory = parent,
            _ => break,
        }
        packs.push(directory.clone());
    }
    packs
}

/// Whether one of the first YAML files right in a directory is a rule.
fn holds_rules(directory: &Path) -> bool {
    let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let files = files.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with(".yml")) && !walk::is_cases(path)
    });
    files.take(16).any(|path| {
        let text = read_text(&path).unwrap_or_default();
        let mut lines = text.lines();
        lines.any(|line| line.starts_with("detection:") || line.starts_with("correlation:"))
    })
}

/// Reads and compiles these files.
pub fn load_files(
    files: &[PathBuf],
    unreadable: Vec<(PathBuf, String)>,
    lists: &[PathBuf],
) -> Loaded {
    load_with(files, unreadable, Lists::new(lists))
}

/// The same ring by ring: a document is left out where one of a nearer ring has its name or id.
pub fn load_rings(rings: &[Vec<PathBuf>], lists: &[PathBuf]) -> Loaded {
    let mut context = Lists::new(lists);
    let ends = rings.iter().scan(0, |end, ring| {
        *end += ring.len();
        Some(*end)
    });
    context.rings = ends.collect();
    load_with(&rings.concat(), Vec::new(), context)
}

fn load_with(
    files: &[PathBuf],
    unreadable: Vec<(PathBuf, String)>,
    mut context: Lists<'_>,
) -> Loaded {
    let mut loaded = Loaded {
        unreadable,
        ..Loaded::default()
    };
    let mut documents = Vec::new();
    let limits = Limits::default();
    let mut taken: HashSet<String> = HashSet::new();
    let mut nearer = 0;
    for (place, path) in files.iter().enumerate() {
        if context.rings.contains(&place) {
            let new = documents.get(nearer..).unwrap_or_default();
            taken.extend(new.iter().flat_map(called).cloned());
            nearer = documents.len();
        }
        let changed = context
            .texts
            .and_then(|texts| texts.get(&path.display().to_string()));
        let text = match changed.map_or_else(|| read_text(path), |text| Ok(text.clone())) {
            Ok(text) => text,
            Err(reason) => {
                loaded.unreadable.push((path.clone(), reason));
                continue;
            }
        };
        context.look_for(path, &text);
        let id = loaded.sources.add(path.display().to_string(), text);
        let start = documents.len();
        if context.whole {
            let read = sigwright_syntax::read_fully(&loaded.sources, id, &limits);
            documents.extend(read.documents);
            loaded.diagnostics.extend(read.diagnostics);
            loaded.files.push(sigwright_lint::File {
                source: id,
                documents: start..documents.len(),
                trees: read.trees,
                comments: read.comments,
            });
        } else {
            let (read, said) = sigwright_syntax::read_within(&loaded.sources, id, &limits);
            let untaken = |document: &Document| !called(document).any(|name| taken.contains(name));
            documents.extend(read.into_iter().filter(untaken));
            loaded.diagnostics.extend(said);
        }
    }
    let (set, said) = sigwright_ir::lower(&documents, &context.context);
    loaded.unreadable.extend(context.unreadable);
    loaded.context = context.context;
    loaded.set = Arc::new(set);
    loaded.diagnostics.extend(said);
    loaded.diagnostics.sort_by_key(|d| {
        d.span()
            .map_or((SourceId(u32::MAX), 0), |s| (s.source, s.start))
    });
    let kept = loaded.set.rules.len() + loaded.set.correlations.len() + loaded.set.filters;
    loaded.faulty = documents.len().saturating_sub(kept);
    loaded.documents = documents;
    loaded
}

/// What a document may be referred to by.
fn called(document: &Document) -> impl Iterator<Item = &String> {
    let meta = &document.meta;
    let names = meta.name.iter().chain(&meta.id);
    names.map(|name| &name.value)
}

impl Loaded {
    /// How many messages of a severity there are.
    pub fn said(&self, severity: Severity) -> usize {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    }

    /// The worst severity, if anything was said.
    pub fn worst(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|d| d.severity).max()
    }

    /// The path of a text.
    pub fn path(&self, id: SourceId) -> &str {
        self.sources.get(id).map_or("", |s| s.name.as_str())
    }
}

/// Reads a file as UTF-8; the error is a sentence without the path.
pub fn read_text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(AT_ONCE);
    File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("longer than {} MiB", MAX_FILE >> 20));
    }
    bytes.shrink_to_fit();
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

/// The lists behind placeholders, looked for in `--lists` first, then in `lists/` beside the
/// rule file and in the directories above it.
struct Lists<'a> {
    directories: &'a [PathBuf],
    /// Whether YAML and comments are kept.
    whole: bool,
    /// Texts that take the place of those of files.
    texts: Option<&'a Texts>,
    context: Context,
    unreadable: Vec<(PathBuf, String)>,
    /// How many files the nearer rings have, ring by ring.
    rings: Vec<usize>,
    /// Where each list was found.
    origin: HashMap<String, PathBuf>,
}

impl<'a> Lists<'a> {
    fn new(directories: &'a [PathBuf]) -> Self {
        let unreadable = directories
            .iter()
            .filter(|d| !d.is_dir())
            .map(|d| ((*d).clone(), "no directory there".to_owned()))
            .collect();
        Lists {
            directories,
            whole: false,
            texts: None,
            context: Context::default(),
            unreadable,
            rings: Vec::new(),
            origin: HashMap::new(),
        }
    }

    /// Reads the lists that a rule text may mean: every `%name%` for which there is a file.
    /// What is no placeholder is harmless here; a placeholder without a list is reported
    /// where it is lowered.
    fn look_for(&mut self, rule: &Path, text: &str) {
        if !text.contains("expand") {
            return;
        }
        for name in placeholders(text) {
            let Some(path) = self.place(rule, name) else {
                continue;
            };
            if let Some(known) = self.origin.get(name) {
                if !same_file(known, &path) {
                    let reason = format!(
                        "a second list for `%{name}%`, after {}: choose one with --lists",
                        known.display()
                    );
                    self.unreadable.push((path, reason));
                }
                continue;
            }
            match read_text(&path).and_then(|text| values(&text)) {
                Ok(values) => {
                    self.context.lists.insert(name.to_owned(), values);
                }
                Err(reason) => self.unreadable.push((path.clone(), reason)),
            }
            self.origin.insert(name.to_owned(), path);
        }
    }

    fn place(&self, rule: &Path, name: &str) -> Option<PathBuf> {
        let file = format!("{name}.txt");
        let given = self.directories.iter().map(|d| d.join(&file));
        let absolute = std::path::absolute(rule).unwrap_or_else(|_| rule.to_owned());
        let beside: Vec<PathBuf> = absolute
            .ancestors()
            .skip(1)
            .take(PARENTS + 1)
            .map(|d| d.join("lists").join(&file))
            .collect();
        given.chain(beside).find(|path| path.is_file())
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other
        || matches!(
            (std::fs::canonicalize(one), std::fs::canonicalize(other)),
            (Ok(a), Ok(b)) if a == b
        )
}

/// Every `%name%` in a text, each once.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names = IndexMap::new();
    let mut parts = text.split('%');
    parts.next();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let named = !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        if named && parts.peek().is_some() {
            names.insert(part, ());
        }
    }
    names.into_keys().collect()
}

/// One value per line; blanks around it, empty lines and `#` lines do not count.
fn values(text: &str) -> Result<Vec<String>, String> {
    let mut values = IndexMap::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if values.len() == MAX_VALUES {
            return Err(format!("more than {MAX_VALUES} values"));
        }
        values.insert(line.to_owned(), ());
    }
    Ok(values.into_keys().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_names_between_percent_signs() {
        assert_eq!(
            placeholders("a: '%one%'\nb: '*/%two%'\nc: 100% of 5%\nd: %../x%"),
            ["one", "two"]
        );
    }

    #[test]
    fn a_list_has_a_value_per_line() {
        assert_eq!(
            values("\u{feff}# head\r\n\r\n a#b \r\nc\nc\n").unwrap(),
            ["a#b", "c"]
        );
    }
}
