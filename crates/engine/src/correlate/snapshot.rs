//! State as records: what is saved, and how it is read again.
//!
//! Every group, every waiting observation, every suppression, begin and term is a record of
//! its own, so that a save writes what changed since the last one. Numbers are in the varint
//! encoding of `postcard`. Whose a record is, is told by fingerprint: the state of a rule
//! that changed is not found again, that of others is.

use super::baseline::{SPELLED, TermRecord};
use super::group::{Group, Tail};
use super::machine::{Correlator, Counts, Item};
use super::observation::{Fields, Observation, Place};
use super::observer::Begin;
use super::order::{Clock, Newest, Waiting};
use super::store::{Key, Kind, Store, StoreError};
use super::window::Window;
use super::wiring::names;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sigwright_ir::{Reference, RuleId, RuleSet};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// The owner of each rule's state, then of each correlation's: its fingerprint, made unlike
/// that of an equal rule before it.
pub fn owners(set: &RuleSet) -> Vec<u128> {
    let rules = set.rules.iter().map(|rule| rule.fingerprint);
    let correlations = set.correlations.iter().map(|rule| rule.plan.fingerprint);
    let mut seen = HashSet::new();
    let mut owners = Vec::new();
    for fingerprint in rules.chain(correlations) {
        let mut owner = fingerprint;
        while owner == 0 || !seen.insert(owner) {
            owner = owner.wrapping_add(1);
        }
        owners.push(owner);
    }
    owners
}

/// The machine itself.
#[derive(Serialize, Deserialize)]
struct MachineRecord {
    clock: i64,
    released: i64,
    hurried: u64,
    heard: u64,
    next: u64,
    ring: Clock,
    newest: Newest,
    far: i64,
    arriving: Option<u64>,
    forgotten: u64,
}

/// A rule or correlation that keeps state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRecord {
    /// Its title, for people.
    pub title: String,
    /// Its id, else its name, else its title.
    pub identity: String,
    /// What happened so far.
    pub counts: Counts,
}

/// A group, as a person may look at it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupRecord {
    key: Vec<u8>,
    last: i64,
    since: i64,
    on: bool,
    window: Window,
    trail: Vec<u8>,
    tail: Option<ItemRecord>,
}

impl GroupRecord {
    /// The values that make the group, as first seen.
    pub fn values(&self) -> Vec<String> {
        super::key::texts(&self.key).map(str::to_owned).collect()
    }

    /// The group's last instant, in nanoseconds since 1970.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// What is in its window.
    pub fn window(&self) -> &Window {
        &self.window
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ItemRecord {
    /// Of the last event's rule; what is unknown later is left out.
    rule: u128,
    layout: u64,
    /// Of what was absorbed.
    source: u128,
    time: i64,
    event: u64,
    file: u32,
    line: u64,
    counts: bool,
    scope: u64,
    variations: u64,
    fields: Box<[u8]>,
    text: Option<Box<[u8]>>,
}

#[derive(Serialize, Deserialize)]
struct SuppressionRecord {
    since: i64,
    values: Box<[u8]>,
}

#[derive(Serialize, Deserialize)]
struct BeginRecord {
    name: String,
    time: i64,
    /// How many of the first events were heard.
    events: u8,
}

/// What a restored machine could not take over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Rules and correlations whose state was found, by their places: rules first, then
    /// correlations.
    pub found: Vec<Reference>,
    /// Those that the store knows by identity only: they changed, and start cold.
    pub changed: Vec<Reference>,
    /// Those the store does not know.
    pub fresh: Vec<Reference>,
    /// Titles of what the store knows and the rule set has no more.
    pub gone: Vec<String>,
    /// Waiting observations of rules that changed: they are left out.
    pub dropped: u64,
}

/// Reads the value of a record of [`Kind::Group`].
///
/// # Errors
/// Where it is none.
pub fn read_group(value: &[u8]) -> Result<GroupRecord, StoreError> {
    read(value)
}

/// Reads the value of a record of [`Kind::Owner`].
///
/// # Errors
/// Where it is none.
pub fn read_owner(value: &[u8]) -> Result<OwnerRecord, StoreError> {
    read(value)
}

/// Reads the value of a record of [`Kind::Begin`]: the log's name, and when it began.
///
/// # Errors
/// Where it is none.
pub fn read_begin(value: &[u8]) -> Result<(String, i64), StoreError> {
    read(value).map(|record: BeginRecord| (record.name, record.time))
}

/// Reads the value of a record of [`Kind::Suppression`]: since when the key is silent, and the
/// values it is made of.
///
/// # Errors
/// Where it is none.
pub fn read_suppression(value: &[u8]) -> Result<(i64, Vec<String>), StoreError> {
    let record: SuppressionRecord = read(value)?;
    let values = super::key::texts(&record.values).map(str::to_owned);
    Ok((record.since, values.collect()))
}

/// Reads the value of a record of [`Kind::Term`].
///
/// # Errors
/// Where it is none.
pub fn read_term(value: &[u8]) -> Result<TermRecord, StoreError> {
    read(value)
}

/// Reads the value of a record of [`Kind::Waiting`]: the time of what waits.
///
/// # Errors
/// Where it is none.
pub fn read_waiting(value: &[u8]) -> Result<i64, StoreError> {
    read(value).map(|record: ItemRecord| record.time)
}

pub(super) fn read<T: DeserializeOwned>(value: &[u8]) -> Result<T, StoreError> {
    match postcard::take_from_bytes(value) {
        Ok((record, [])) => Ok(record),
        _ => Err(StoreError("a record of the store is damaged".to_owned())),
    }
}

pub(super) fn write<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_allocvec(record).map_err(|error| StoreError(error.to_string()))
}

/// The rules and correlations of a set, in the order of their owners.
fn sources(set: &RuleSet) -> impl Iterator<Item = Reference> {
    let rules = (0..set.rules.len()).map(|index| Reference::Rule(RuleId::from(index)));
    rules.chain((0..set.correlations.len()).map(Reference::Correlation))
}

/// Whose state is whose, and what a rule's observations look like.
pub(super) struct Owners {
    list: Vec<u128>,
    by_owner: HashMap<u128, Reference>,
    layouts: Vec<u64>,
}

impl Owners {
    pub(super) fn new(set: &RuleSet) -> Self {
        let list = owners(set);
        let layout = |(index, rule): (usize, &sigwright_ir::Rule)| {
            let names = names(set, Reference::Rule(RuleId::from(index)));
            let names = names.into_iter().map(str::as_bytes);
            let asked = rule.asked.len().to_be_bytes();
            super::key::stable_hash(names.chain([&asked[..]])) as u64
        };
        Owners {
            by_owner: list.iter().copied().zip(sources(set)).collect(),
            layouts: set.rules.iter().enumerate().map(layout).collect(),
            list,
        }
    }

    fn of(&self, set: &RuleSet, source: Reference) -> u128 {
        let index = match source {
            Reference::Rule(rule) => rule.index(),
            Reference::Correlation(index) => set.rules.len() + index,
        };
        self.list.get(index).copied().unwrap_or_default()
    }

    fn layout(&self, rule: RuleId) -> u64 {
        self.layouts.get(rule.index()).copied().unwrap_or_default()
    }

    fn item(&self, set: &RuleSet, item: &Observation, source: Reference) -> ItemRecord {
        ItemRecord {
            rule: self.of(set, Reference::Rule(item.rule)),
            layout: self.layout(item.rule),
            source: self.of(set, source),
            time: item.time,
            event: item.event,
            file: item.place.file,
            line: item.place.line,
            counts: item.counts,
            scope: item.scope,
            variations: item.variations,
            fields: item.fields.0.clone(),
            text: item.text.clone(),
        }
    }

    /// None where the rule changed.
    fn restore(&self, record: ItemRecord) -> Option<Item> {
        let Some(Reference::Rule(rule)) = self.by_owner.get(&record.rule).copied() else {
            return None;
        };
        let same = self.layout(rule) == record.layout;
        let observation = Observation {
            time: record.time,
            event: record.event,
            place: Place {
                file: record.file,
                line: record.line,
            },
            rule,
            counts: record.counts,
            scope: record.scope,
            variations: record.variations,
            fields: Fields(record.fields),
            text: record.text,
        };
        same.then_some(Item {
            observation,
            source: *self.by_owner.get(&record.source)?,
            behind: None,
        })
    }
}

impl<S: Store> Correlator<S> {
    /// Puts into the store what changed since the last time. The store's owner commits.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn save(&mut self) -> Result<(), StoreError> {
        let set = self.set.clone();
        let owners = Owners::new(&set);
        self.save_owners(&set, &owners)?;
        for station in &mut self.stations {
            let owner = station.owner;
            let key = |id| Key {
                kind: Kind::Group,
                owner,
                id,
            };
            let (changed, gone) = station.groups.changes();
            for id in gone {
                self.store.remove(&key(id))?;
            }
            for group in changed.into_iter().filter_map(|id| station.groups.get(id)) {
                let record = GroupRecord {
                    key: group.key().to_vec(),
                    last: group.last,
                    since: group.since,
                    on: group.on,
                    window: group.window.clone(),
                    trail: group.trail().to_vec(),
                    tail: group
                        .tail
                        .as_ref()
                        .map(|tail| owners.item(&set, &tail.0.observation, tail.0.source)),
                };
                let id = super::key::stable_hash([&*super::key::folded_key(group.key())]);
                self.store.put(&key(id), &write(&record)?)?;
            }
            if let Some((baseline, _)) = &mut station.baseline {
                baseline.save(&mut self.store)?;
            }
        }
        self.save_waiting(&set, &owners)?;
        self.save_suppressions(&owners)?;
        for scope in std::mem::take(&mut self.new_begins) {
            if let Some((begin, events)) = self.begins.get(&scope) {
                let record = BeginRecord {
                    name: begin.name.clone(),
                    time: begin.time,
                    events: *events,
                };
                self.store
                    .put(&own(Kind::Begin, scope.into()), &write(&record)?)?;
            }
        }
        let record = MachineRecord {
            clock: self.clock,
            released: self.released,
            hurried: self.hurried,
            heard: self.heard,
            next: self.buffer.next(),
            ring: self.ring.clone(),
            newest: self.newest,
            far: self.limit(),
            arriving: self.arriving,
            forgotten: self.suppressions.forgotten,
        };
        self.store.put(&own(Kind::Machine, 0), &write(&record)?)
    }

    fn save_suppressions(&mut self, owners: &Owners) -> Result<(), StoreError> {
        let silent = |(owner, id): (usize, u128)| Key {
            kind: Kind::Suppression,
            owner: owners.list.get(owner).copied().unwrap_or_default(),
            id,
        };
        for key in std::mem::take(&mut self.spoken_again) {
            self.store.remove(&silent(key))?;
        }
        for (key, since, values) in self.suppressions.changes() {
            let record = SuppressionRecord { since, values };
            self.store.put(&silent(key), &write(&record)?)?;
        }
        Ok(())
    }

    /// Puts suppressions whose values take much memory.
    pub(super) fn unburden(&mut self) {
        if self.suppressions.spelled() > SPELLED {
            let owners = Owners::new(&self.set);
            if let Err(error) = self.save_suppressions(&owners) {
                self.fault.get_or_insert(error);
            }
        }
    }

    fn save_owners(&mut self, set: &RuleSet, owners: &Owners) -> Result<(), StoreError> {
        for (source, owner) in sources(set).zip(&owners.list) {
            let (title, identity) = match source {
                Reference::Rule(rule) if !self.wiring.feeds(rule) => continue,
                Reference::Rule(rule) => match set.rule(rule) {
                    Some(rule) => (rule.title(), identity(&rule.meta)),
                    None => continue,
                },
                Reference::Correlation(index) => match set.correlations.get(index) {
                    Some(rule) => (rule.title(), identity(&rule.meta)),
                    None => continue,
                },
            };
            let record = OwnerRecord {
                title: title.to_owned(),
                identity: identity.to_owned(),
                counts: self.counts(source),
            };
            let key = Key {
                kind: Kind::Owner,
                owner: *owner,
                id: 0,
            };
            self.store.put(&key, &write(&record)?)?;
        }
        Ok(())
    }

    fn save_waiting(&mut self, set: &RuleSet, owners: &Owners) -> Result<(), StoreError> {
        for number in std::mem::take(&mut self.passed) {
            self.store.remove(&own(Kind::Waiting, number.into()))?;
        }
        for waiting in self.buffer.since(self.saved) {
            let observation = &waiting.observation;
            let source = Reference::Rule(observation.rule);
            let record = owners.item(set, observation, source);
            let key = own(Kind::Waiting, waiting.number.into());
            self.store.put(&key, &write(&record)?)?;
        }
        self.saved = self.buffer.next();
        Ok(())
    }

    /// Takes over what the store holds; to be called before anything is pushed.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds what is no record of this machine.
    pub fn restore(&mut self) -> Result<Restored, StoreError> {
        let set = self.set.clone();
        let owners = Owners::new(&set);
        let mut restored = self.restore_owners(&set, &owners)?;
        let Correlator {
            store,
            buffer,
            stations,
            wiring,
            suppressions,
            begins,
            timers,
            clock,
            hurried,
            heard,
            ring,
            newest,
            far,
            arriving,
            released,
            saved,
            ..
        } = self;
        store.each(Kind::Machine, &mut |_, value| {
            let record: MachineRecord = read(value)?;
            (*clock, *released, *hurried) = (record.clock, record.released, record.hurried);
            buffer.set_next(record.next);
            (*ring, *far, *arriving) = (record.ring, record.far, record.arriving);
            *heard = record.heard;
            *newest = record.newest;
            *saved = record.next;
            suppressions.forgotten = record.forgotten;
            Ok(())
        })?;
        store.each(Kind::Group, &mut |key, value| {
            let Some(Reference::Correlation(index)) = owners.by_owner.get(&key.owner) else {
                return Ok(());
            };
            let rank = wiring.rank(*index);
            let Some(station) = stations.get_mut(rank) else {
                return Ok(());
            };
            let record: GroupRecord = read(value)?;
            let open = (record.on && !station.slides).then_some(record.since);
            let id = station.groups.restore(Group {
                key_len: u16::try_from(record.key.len()).unwrap_or(u16::MAX),
                data: [record.key, record.trail].concat(),
                last: record.last,
                since: record.since,
                on: record.on,
                window: record.window,
                tail: record
                    .tail
                    .and_then(|tail| owners.restore(tail))
                    .map(|item| Box::new(Tail(item))),
                ..Group::default()
            });
            if let Some(since) = open {
                let end = since.saturating_add(station.span);
                let rank = u32::try_from(rank).unwrap_or(u32::MAX);
                timers.push(Reverse((end, rank, id)));
            }
            Ok(())
        })?;
        store.each(Kind::Suppression, &mut |key, value| {
            let owner = owners.list.iter().position(|owner| *owner == key.owner);
            if let Some(owner) = owner {
                let record: SuppressionRecord = read(value)?;
                suppressions.restore((owner, key.id), record.since);
            }
            Ok(())
        })?;
        store.each(Kind::Begin, &mut |key, value| {
            let record: BeginRecord = read(value)?;
            let scope = key.id as u64;
            let (name, time) = (record.name, record.time);
            begins.insert(scope, (Begin { scope, name, time }, record.events));
            Ok(())
        })?;
        store.each(Kind::Waiting, &mut |key, value| {
            match owners.restore(read(value)?) {
                Some(item) => buffer.insert(Waiting {
                    number: key.id as u64,
                    observation: item.observation,
                }),
                None => restored.dropped += 1,
            }
            Ok(())
        })?;
        Ok(restored)
    }

    fn restore_owners(&mut self, set: &RuleSet, owners: &Owners) -> Result<Restored, StoreError> {
        let mut known: HashMap<u128, OwnerRecord> = HashMap::new();
        self.store.each(Kind::Owner, &mut |key, value| {
            known.insert(key.owner, read(value)?);
            Ok(())
        })?;
        let mut restored = Restored::default();
        let mut identities: HashSet<&str> = HashSet::new();
        for (source, owner) in sources(set).zip(&owners.list) {
            let meta = match source {
                Reference::Rule(rule) if !self.wiring.feeds(rule) => continue,
                Reference::Rule(rule) => set.rule(rule).map(|rule| &rule.meta),
                Reference::Correlation(index) => set.correlations.get(index).map(|r| &r.meta),
            };
            let identity = meta.map_or("", identity);
            identities.insert(identity);
            let list = match known.get(owner) {
                Some(record) => {
                    match source {
                        Reference::Rule(rule) => {
                            if let Some(counts) = self.counts.get_mut(rule.index()) {
                                *counts = record.counts;
                            }
                        }
                        Reference::Correlation(index) => {
                            let rank = self.wiring.rank(index);
                            if let Some(station) = self.stations.get_mut(rank) {
                                station.counts = record.counts;
                            }
                        }
                    }
                    &mut restored.found
                }
                None if known.values().any(|record| record.identity == identity) => {
                    &mut restored.changed
                }
                None => &mut restored.fresh,
            };
            list.push(source);
        }
        let gone = known
            .values()
            .filter(|r| !identities.contains(r.identity.as_str()));
        restored.gone = gone.map(|record| record.title.clone()).collect();
        restored.gone.sort();
        Ok(restored)
    }
}

/// A key that is nobody's own.
fn own(kind: Kind, id: u128) -> Key {
    Key { kind, owner: 0, id }
}

/// The id of a rule, else its name, else its title.
pub(super) fn identity(meta: &sigwright_syntax::ast::Meta) -> &str {
    let names = [&meta.id, &meta.name, &meta.title];
    let name = names.into_iter().flatten().next();
    name.map_or("", |text| text.value.as_str())
}
