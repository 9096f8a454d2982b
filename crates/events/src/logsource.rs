//! Which log an event was taken from: the tables of logs, and how each is told.

mod cloud;
mod windows;

pub(crate) use windows::Told;

use crate::carrier::shape::Shape;
use crate::derive::{self, Wanted};
use sigwright_engine::{Event, NodeId, Origin, OriginId, Origins};

/// Products whose logs are always told: a rule for one of them never sees an event whose
/// log is not known. The other products of the tables have more kinds of log than these.
const RECOGNISED: [&str; 8] = [
    "aws",
    "azure",
    "bitbucket",
    "gcp",
    "github",
    "kubernetes",
    "okta",
    "windows",
];

/// What kind of event it is, for derived fields and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Kubernetes,
    Aws,
    Gcp,
    Azure,
    Windows,
    Other,
}

/// A log: the names rules have for it and what its events need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    pub products: &'static [&'static str],
    pub services: &'static [&'static str],
    pub categories: &'static [&'static str],
    pub family: Family,
    pub aliases: &'static [Alias],
}

/// A second name for what an event calls otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alias {
    /// The name rules use.
    pub name: &'static str,
    /// What it reaches.
    pub from: From,
}

/// Where an [`Alias`] gets its value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From {
    /// From the field of this name, unless the event has the alias' own name.
    Field(&'static str),
    /// From the field of this name, although the event uses the alias' name otherwise.
    FieldBeside(&'static str),
    /// Made from several, unless the event has the alias' own name.
    Made(fn(&mut Event) -> Option<NodeId>),
}

/// `alias!("Image" <- "NewProcessName")`, `(<< …)` beside a native one, `(= function)`.
macro_rules! alias {
    ($name:literal <- $field:literal) => {
        $crate::logsource::Alias {
            name: $name,
            from: $crate::logsource::From::Field($field),
        }
    };
    ($name:literal << $field:literal) => {
        $crate::logsource::Alias {
            name: $name,
            from: $crate::logsource::From::FieldBeside($field),
        }
    };
    ($name:literal = $made:expr) => {
        $crate::logsource::Alias {
            name: $name,
            from: $crate::logsource::From::Made($made),
        }
    };
}
pub(crate) use alias;

impl Alias {
    pub fn apply(&self, event: &mut Event) {
        let beside = matches!(self.from, From::FieldBeside(_));
        if !beside && derive::has(event, self.name) {
            return;
        }
        let node = match self.from {
            From::Field(field) | From::FieldBeside(field) => derive::first(event, field),
            From::Made(make) => make(event),
        };
        if let Some(node) = node {
            event.add_field(self.name, node);
        }
    }

    fn source(&self) -> Option<&'static str> {
        match self.from {
            From::Field(field) | From::FieldBeside(field) => Some(field),
            From::Made(_) => None,
        }
    }
}

/// Every log of the tables, in the order of their ids: entry 0 has id 1.
fn logs() -> impl Iterator<Item = Log> {
    cloud::logs().chain(windows::logs())
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&n| n.to_owned()).collect()
}

/// The logs events can come from, for the rules' side. `told` is what the user says instead;
/// every event then has that origin.
pub fn origins(told: Option<Origin>) -> Origins {
    let mut origins = Origins::new(owned(&RECOGNISED));
    for log in logs() {
        origins.add(Origin {
            products: owned(log.products),
            categories: owned(log.categories),
            services: owned(log.services),
            complete: true,
        });
    }
    if let Some(told) = told {
        origins.add(told);
    }
    origins
}

/// Recognises logs, and knows what events of each need.
#[derive(Debug)]
pub(crate) struct Catalog {
    logs: Vec<Log>,
    told: Option<(Family, Vec<Alias>)>,
}

/// A log of the catalog, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogId(u16);

impl LogId {
    /// Its place in tables that begin with the unknown log.
    pub fn place(log: Option<LogId>) -> usize {
        log.map_or(0, |log| usize::from(log.0) + 1)
    }
}

impl Catalog {
    pub fn new() -> Catalog {
        Catalog {
            logs: logs().collect(),
            told: None,
        }
    }

    /// How many logs there are, the unknown one included.
    pub fn len(&self) -> usize {
        self.logs.len() + 1
    }

    /// Takes the user's word: events have the family of the first log that is like `told`,
    /// and get the aliases of every such log.
    pub fn tell(&mut self, told: &Origin) {
        let fits = |told: &[String], known: &[&str]| {
            told.is_empty()
                || told
                    .iter()
                    .any(|t| known.iter().any(|k| k.eq_ignore_ascii_case(t)))
        };
        let like: Vec<&Log> = self
            .logs
            .iter()
            .filter(|log| {
                fits(&told.products, log.products)
                    && fits(&told.services, log.services)
                    && fits(&told.categories, log.categories)
            })
            .collect();
        let family = like.first().map_or(Family::Other, |log| log.family);
        let specific = !told.categories.is_empty() || !told.services.is_empty();
        let mut aliases: Vec<Alias> = Vec::new();
        for alias in like.iter().flat_map(|log| log.aliases) {
            let same = |a: &Alias| a.name == alias.name && a.source() == alias.source();
            if specific && !aliases.iter().any(same) {
                aliases.push(*alias);
            }
        }
        self.told = Some((family, aliases));
    }

    /// The log an object was taken from, where it is one of the tables. Fields that make
    /// the log's own names reach its values are added.
    pub fn recognise(&self, event: &mut Event, node: NodeId, shape: &Shape) -> Option<LogId> {
        cloud::recognise(event, node, shape).map(LogId).or_else(|| {
            let told = windows::flat(event, shape)?;
            self.windows(event, told)
        })
    }

    /// The log of a Windows event whose channel, provider and id are known.
    pub fn windows(&self, event: &Event, told: Told) -> Option<LogId> {
        let place = windows::place(event, told)?;
        u16::try_from(cloud::COUNT + place).ok().map(LogId)
    }

    /// The origin events of a log have: the user's word, where there is one.
    pub fn origin(&self, log: Option<LogId>) -> OriginId {
        let place = match self.told {
            Some(_) => self.len(),
            None => LogId::place(log),
        };
        OriginId(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// The family of a log, and its aliases that are wanted.
    pub fn needs(&self, log: Option<LogId>, wanted: &Wanted) -> (Family, Vec<Alias>) {
        let known = log.and_then(|id| self.logs.get(usize::from(id.0)));
        let said = self.told.as_ref();
        let family = known
            .map(|log| log.family)
            .or(said.map(|(family, _)| *family))
            .unwrap_or(Family::Other);
        let aliases = known
            .map_or(&[][..], |log| log.aliases)
            .iter()
            .chain(said.map_or(&[][..], |(_, aliases)| aliases))
            .filter(|alias| wanted.wants(alias.name))
            .copied()
            .collect();
        (family, aliases)
    }
}
