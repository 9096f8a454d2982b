//! Finds the configuration of each rule file: the nearest one in a directory above it.

use crate::cmd::attack;
use crate::load;
use sigwright_lint::{Config, Levels};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The names of a configuration, the first one found in a directory counts.
const NAMES: [&str; 3] = ["sigwright.toml", "sigwright.yml", "sigwright.yaml"];

/// Whether a file is a configuration, by its name.
pub fn is_config(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| NAMES.contains(&name))
}

/// The configurations met so far.
#[derive(Debug, Default)]
pub struct Configs {
    mode: Mode,
    by_directory: HashMap<PathBuf, Option<Rc<Found>>>,
    /// Files that could not be read, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

#[derive(Debug, Default)]
enum Mode {
    /// The nearest one above each rule file.
    #[default]
    Nearest,
    /// None or this one.
    Fixed(Option<Rc<Found>>),
}

/// A configuration and where its paths start.
#[derive(Debug)]
struct Found {
    directory: PathBuf,
    config: Config,
}

impl Configs {
    /// No configuration at all.
    pub fn none() -> Self {
        Configs {
            mode: Mode::Fixed(None),
            ..Configs::default()
        }
    }

    /// This file for all rules.
    pub fn only(path: &Path) -> Self {
        let mut configs = Configs::none();
        configs.mode = Mode::Fixed(configs.read(path));
        configs
    }

    /// How strict to be with a rule file.
    pub fn levels(&mut self, path: &Path) -> Levels {
        match self.of(path) {
            Some(found) => found.config.levels(&found.relative(path)),
            None => Levels::default(),
        }
    }

    /// Whether a rule file is to be left alone.
    pub fn excludes(&mut self, path: &Path) -> bool {
        self.of(path)
            .is_some_and(|found| found.config.excludes(&found.relative(path)))
    }

    fn of(&mut self, path: &Path) -> Option<Rc<Found>> {
        if let Mode::Fixed(found) = &self.mode {
            return found.clone();
        }
        let path = std::path::absolute(path).ok()?;
        self.above(path.parent()?)
    }

    fn above(&mut self, directory: &Path) -> Option<Rc<Found>> {
        if let Some(known) = self.by_directory.get(directory) {
            return known.clone();
        }
        let here = NAMES.iter().map(|name| directory.join(name));
        let found = match here.into_iter().find(|path| path.is_file()) {
            Some(path) => self.read(&path),
            None => directory.parent().and_then(|parent| self.above(parent)),
        };
        self.by_directory
            .insert(directory.to_owned(), found.clone());
        found
    }

    fn read(&mut self, path: &Path) -> Option<Rc<Found>> {
        let toml = path.extension().is_some_and(|end| end == "toml");
        let read = load::read_text(path).and_then(|text| {
            let config = match toml {
                true => Config::from_toml(&text),
                false => Config::from_yaml(&text),
            };
            config.map_err(|fault| fault.to_string())
        });
        match read {
            Ok(mut config) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                let directory = path.parent().unwrap_or(Path::new("")).to_owned();
                if let Some(table) = config.attack.as_ref().map(|table| directory.join(table)) {
                    match attack::read(&table) {
                        Ok(attack) => config.use_attack(attack),
                        Err(reason) => self.unreadable.push((table, reason)),
                    }
                }
                Some(Rc::new(Found { directory, config }))
            }
            Err(reason) => {
                self.unreadable.push((path.to_owned(), reason));
                None
            }
        }
    }
}

impl Found {
    /// A path as the configuration's globs see it: relative to the file, with `/`.
    fn relative(&self, path: &Path) -> String {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let path = path.strip_prefix(&self.directory).unwrap_or(&path);
        path.to_string_lossy().replace('\\', "/")
    }
}
