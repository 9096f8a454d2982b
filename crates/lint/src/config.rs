//! How strict to be: the `lint` part of `sigwright.toml` or `sigwright.yml`.

use crate::table::{Group, LINTS, Level, find};
use globset::{Glob, GlobSet, GlobSetBuilder};
use indexmap::IndexMap;
use serde::Deserialize;
use sigwright_attack::Attack;
use sigwright_syntax::suggest;
use std::fmt;
use std::sync::Arc;

/// How strict to be with a file: the levels of all lints, by their place in [`LINTS`], and
/// what else may be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    levels: Vec<Level>,
    pub(crate) options: Arc<Options>,
}

impl Default for Levels {
    fn default() -> Self {
        Levels {
            levels: LINTS.iter().map(|lint| lint.level).collect(),
            options: Arc::default(),
        }
    }
}

impl Levels {
    /// The level of the lint at a place.
    pub fn of(&self, place: usize) -> Level {
        self.levels.get(place).copied().unwrap_or(Level::Off)
    }

    /// Sets the level of a lint, of a group, or of `all`; lints named outright are to be set
    /// last. False where there is no such name.
    pub fn set(&mut self, name: &str, level: Level) -> bool {
        let mut known = name == "all" || Group::ALL.iter().any(|group| group.as_str() == name);
        for (lint, old) in LINTS.iter().zip(&mut self.levels) {
            if name == "all" || lint.group.as_str() == name || lint.name == name {
                *old = level;
                known = true;
            }
        }
        known
    }

    fn apply(&mut self, levels: &IndexMap<String, Level>) {
        // from the general to the special, whatever the order in the file
        let rank = |name: &str| match name {
            "all" => 0,
            name if find(name).is_some() => 2,
            _ => 1,
        };
        for at in 0..=2 {
            for (name, level) in levels.iter().filter(|(name, _)| rank(name) == at) {
                self.set(name, *level);
            }
        }
    }
}

/// What is wrong with a configuration, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// Lower-case, one idea.
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl From<String> for ConfigFault {
    fn from(message: String) -> Self {
        ConfigFault {
            message,
            help: None,
        }
    }
}

/// How strict to be, by path.
#[derive(Debug, Clone, Default)]
pub struct Config {
    levels: IndexMap<String, Level>,
    paths: Vec<(GlobSet, IndexMap<String, Level>)>,
    exclude: GlobSet,
    /// The table of ATT&CK to use instead of the one built in, as the path is written.
    pub attack: Option<String>,
    options: Arc<Options>,
}

/// What lints can be told besides their level.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// Characters a title may have.
    pub title_length: usize,
    /// ATT&CK as it is known here; nothing for the table built in.
    #[serde(skip)]
    pub attack: Option<Arc<Attack>>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            title_length: 110,
            attack: None,
        }
    }
}

impl Options {
    /// ATT&CK as it is known here.
    pub fn attack(&self) -> &Attack {
        self.attack.as_deref().unwrap_or(Attack::built_in())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(default)]
    lint: Part,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Part {
    levels: IndexMap<String, String>,
    paths: Vec<Paths>,
    exclude: Vec<String>,
    attack: Option<String>,
    options: Options,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paths {
    #[serde(rename = "match")]
    matching: Vec<String>,
    levels: IndexMap<String, String>,
}

impl Config {
    /// Reads TOML.
    pub fn from_toml(text: &str) -> Result<Self, ConfigFault> {
        let whole: Whole = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line(text, span.start));
            match line {
                Some(line) => format!("line {line}: {}", error.message()),
                None => error.message().to_owned(),
            }
        })?;
        Self::new(whole.lint)
    }

    /// Reads YAML.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigFault> {
        let whole: Option<Whole> = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        Self::new(whole.map(|whole| whole.lint).unwrap_or_default())
    }

    fn new(part: Part) -> Result<Self, ConfigFault> {
        let paths = part
            .paths
            .into_iter()
            .map(|paths| Ok((globs(&paths.matching)?, levels(paths.levels)?)));
        Ok(Config {
            levels: levels(part.levels)?,
            paths: paths.collect::<Result<_, ConfigFault>>()?,
            exclude: globs(&part.exclude)?,
            attack: part.attack,
            options: Arc::new(part.options),
        })
    }

    /// Takes `attack` for ATT&CK.
    pub fn use_attack(&mut self, attack: Attack) {
        Arc::make_mut(&mut self.options).attack = Some(Arc::new(attack));
    }

    /// How strict to be with a file, by its path relative to the configuration.
    pub fn levels(&self, path: &str) -> Levels {
        let mut all = Levels {
            options: self.options.clone(),
            ..Levels::default()
        };
        all.apply(&self.levels);
        for (globs, levels) in &self.paths {
            if globs.is_match(path) {
                all.apply(levels);
            }
        }
        all
    }

    /// Whether a file is to be left alone altogether.
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn globs(patterns: &[String]) -> Result<GlobSet, ConfigFault> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern)
            .map_err(|error| format!("`{pattern}` is no glob: {}", error.kind()))?;
        builder.add(glob);
    }
    builder.build().map_err(|error| error.to_string().into())
}

fn levels(named: IndexMap<String, String>) -> Result<IndexMap<String, Level>, ConfigFault> {
    named
        .into_iter()
        .map(|(name, level)| {
            let value = Level::ALL.into_iter().find(|l| l.as_str() == level);
            let value = value.ok_or_else(|| ConfigFault {
                message: format!("`{level}` is no level"),
                help: Some("there are off, note, warning and error".to_owned()),
            })?;
            let group = Group::ALL.into_iter().any(|group| group.as_str() == name);
            if name == "all" || group || find(&name).is_some() {
                return Ok((name, value));
            }
            let names = LINTS.iter().map(|lint| lint.name);
            let names = names.chain(Group::ALL.into_iter().map(Group::as_str));
            Err(ConfigFault {
                message: format!("no lint is called `{name}`"),
                help: suggest::closest(&name, names).map(|name| format!("did you mean `{name}`?")),
            })
        })
        .collect()
}
