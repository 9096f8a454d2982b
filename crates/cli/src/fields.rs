//! Samples of logs to what they tell about the fields rules ask for.

use crate::input::{Input, is_io, malformed};
use sigwright_engine::{Event, NodeId, OriginId, Value};
use sigwright_events::{Batch, Fault};
use sigwright_lint::{Asked, Fields, Seen, asked};
use sigwright_syntax::ast::{Body, Document, LogSource};
use sigwright_syntax::suggest;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

/// How many names of one log are kept, to suggest one of them.
const MAX_NAMES: usize = 4096;
/// How long such a name may be, in bytes.
const MAX_NAME: usize = 256;
/// For how many missing names one like them is looked for; another letter case always is.
const SUGGESTED: usize = 500;
/// How many damaged records are shown; all are counted.
const SHOWN: usize = 10;

/// What samples have told.
#[derive(Debug, Default)]
pub struct Learnt {
    /// What is passed on to the lints.
    pub fields: Fields,
    /// How many rules and filters had too few events of their log source.
    pub unjudged: usize,
    /// Inputs that could not be read.
    pub unreadable: Vec<(PathBuf, String)>,
    /// The first records that were damaged.
    pub damaged: Vec<Fault>,
    /// How many were.
    pub damages: u64,
}

/// A log source that rules name, and what is not yet known to be in it.
struct Log<'d> {
    source: &'d LogSource,
    documents: usize,
    events: u64,
    missing: BTreeSet<String>,
    origins: BTreeSet<u16>,
}

/// What there is of one log.
#[derive(Default)]
struct Of {
    /// The log sources by which rules name it, as places in the list.
    logs: Vec<usize>,
    names: BTreeSet<String>,
}

/// Looks at every event of the inputs. `faulty` says which documents are not to be judged.
pub fn learn(
    input: &Input,
    inputs: &[PathBuf],
    documents: &[Document],
    faulty: &dyn Fn(&Document) -> bool,
) -> Learnt {
    let mut logs = logs(documents, faulty);
    let mut origins: HashMap<OriginId, Of> = HashMap::new();
    let mut learnt = Learnt::default();
    let mut each = |event: &mut Event| {
        let of = origins.entry(event.origin).or_insert_with(|| {
            let sees = |log: &Log<'_>| input.sees_of(log.source, event);
            let seen = logs.iter().enumerate().filter(|(_, log)| sees(log));
            Of {
                logs: seen.map(|(place, _)| place).collect(),
                names: BTreeSet::new(),
            }
        });
        let mut open = false;
        for place in &of.logs {
            let Some(log) = logs.get_mut(*place) else {
                continue;
            };
            log.events += 1;
            log.origins.insert(event.origin.0);
            log.missing.retain(|name| !reaches(event, name));
            open |= !log.missing.is_empty();
        }
        if open {
            names(event, &mut of.names);
        }
    };
    let mut reader = input.open(inputs);
    let (mut batch, mut event) = (Batch::new(), Event::new());
    while reader.read(&mut batch) {
        let refused = batch.decode(|record| input.decode(record.text, &mut event, &mut each));
        let refused = refused.into_iter();
        let refused = refused.map(|(record, why)| malformed(&batch, record.line, why));
        for fault in batch.faults().iter().cloned().chain(refused) {
            learnt.fault(fault);
        }
    }
    let mut suggested = 0;
    for log in &mut logs {
        if log.events < Fields::ENOUGH {
            learnt.unjudged += log.documents;
        }
        let there: Vec<&Of> = log
            .origins
            .iter()
            .filter_map(|origin| origins.get(&OriginId(*origin)))
            .collect();
        let missing = std::mem::take(&mut log.missing).into_iter();
        let missing = missing.map(|name| {
            suggested += 1;
            let nearest = nearest(&name, &there, suggested <= SUGGESTED);
            (name, nearest)
        });
        let seen = Seen {
            events: log.events,
            missing: missing.collect(),
        };
        learnt.fields.add(log.source, seen);
    }
    learnt
}

impl Learnt {
    fn fault(&mut self, fault: Fault) {
        if is_io(&fault) {
            let path = PathBuf::from(&*fault.place.file);
            self.unreadable.push((path, fault.message.into_owned()));
            return;
        }
        self.damages += 1;
        if self.damaged.len() < SHOWN {
            self.damaged.push(fault);
        }
    }
}

/// The log sources of rules and filters, each once, with all that is asked of its events.
fn logs<'d>(documents: &'d [Document], faulty: &dyn Fn(&Document) -> bool) -> Vec<Log<'d>> {
    let mut places: HashMap<[Option<String>; 3], usize> = HashMap::new();
    let mut logs: Vec<Log<'d>> = Vec::new();
    for document in documents.iter().filter(|document| !faulty(document)) {
        let source = match &document.body {
            Body::Rule(rule) => &rule.logsource,
            Body::Filter(filter) => &filter.logsource,
            Body::Correlation(_) => continue,
        };
        let asked = asked(document);
        if asked.is_empty() {
            continue;
        }
        let place = *places.entry(Fields::key(source)).or_insert_with(|| {
            logs.push(Log {
                source,
                documents: 0,
                events: 0,
                missing: BTreeSet::new(),
                origins: BTreeSet::new(),
            });
            logs.len() - 1
        });
        if let Some(log) = logs.get_mut(place) {
            log.documents += 1;
            log.missing
                .extend(asked.into_iter().map(|Asked { name, .. }| name));
        }
    }
    logs
}

fn reaches(event: &Event, name: &str) -> bool {
    let mut reached = false;
    event.reach(name, &mut |_| reached = true);
    reached
}

/// Adds the names that reach something in an event, as far as there is room.
fn names(event: &Event, names: &mut BTreeSet<String>) {
    let mut name = String::new();
    for root in event.roots() {
        below(event, *root, &mut name, names);
    }
    for (field, node) in event.fields() {
        named(event, field, node, &mut name, names);
    }
}

fn below(event: &Event, node: NodeId, name: &mut String, names: &mut BTreeSet<String>) {
    match event.value(node) {
        Value::Object(_) => {
            for (key, value) in event.members(node) {
                named(event, key, value, name, names);
            }
        }
        Value::Array => {
            for element in event.elements(node) {
                below(event, element, name, names);
            }
        }
        _ => {}
    }
}

/// An event is nested [`Event::MAX_DEPTH`] deep at most.
fn named(event: &Event, key: &str, node: NodeId, name: &mut String, names: &mut BTreeSet<String>) {
    let outer = name.len();
    if names.len() >= MAX_NAMES || outer + key.len() >= MAX_NAME {
        return;
    }
    if outer > 0 {
        name.push('.');
    }
    name.push_str(key);
    if !names.contains(name.as_str()) {
        names.insert(name.clone());
    }
    below(event, node, name, names);
    name.truncate(outer);
}

/// The name most like this one: another letter case, or else a slip of the hand.
fn nearest(name: &str, there: &[&Of], slips: bool) -> Option<String> {
    let names = || there.iter().flat_map(|of| &of.names).map(String::as_str);
    let cased = names().find(|known| known.eq_ignore_ascii_case(name));
    let like = |known: &&str| known.len().abs_diff(name.len()) <= name.len().div_ceil(3);
    let slip = || suggest::closest(name, names().filter(like));
    cased
        .or_else(|| slips.then(slip).flatten())
        .map(str::to_owned)
}
