//! The state machine: instants in order, at each the correlations in the order in which they
//! hear each other, then what may be said.

use super::alert::Speech;
use super::group::Room;
use super::hints::Suppressions;
use super::observation::{Fields, Observation};
use super::observer::Begin;
use super::order::{Buffer, Clock, Newest};
use super::station::{Fired, Instant, OpenGroup, Station, Todo};
use super::store::{NoStore, Store, StoreError};
use super::wiring::Wiring;
use sigwright_ir::{CorrelationRule, Reference, RuleId, RuleSet};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

/// How much later than others an observation may come and still count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// As late as it likes: all is put in order before anything counts.
    All,
    /// So many nanoseconds.
    Within(i64),
}

/// What the machine may use, and how it is to behave.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long observations wait for older ones.
    pub lateness: Lateness,
    /// How many observations may wait; then the older half goes on.
    pub waiting: usize,
    /// Bytes that those may take, with the findings shown for them; then the same.
    pub waiting_bytes: usize,
    /// Groups of one correlation.
    pub groups: usize,
    /// Terms of one correlation that are in memory.
    pub terms: usize,
    /// Bytes that the groups of one correlation may take.
    pub memory: usize,
    /// Observations that one group may hold.
    pub held: usize,
    /// Keys that may be silent at a time.
    pub suppressed: usize,
    /// Learn, and say nothing.
    pub train: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            lateness: Lateness::All,
            waiting: 1_000_000,
            waiting_bytes: 512 << 20,
            groups: 1_000_000,
            terms: 1_000_000,
            memory: 256 << 20,
            held: 100_000,
            suppressed: 1_000_000,
            train: false,
        }
    }
}

/// What happened to the observations and alerts of one rule or correlation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Observations that came.
    pub observed: u64,
    /// Those, per group, that came after their group had gone on.
    pub late: u64,
    /// Those without a value for the group.
    pub ungrouped: u64,
    /// Those without a value for the measure.
    pub unmeasured: u64,
    /// Those in more groups, or with more tuples, than are looked at.
    pub clipped: u64,
    /// Those, per group, that found their group full.
    pub full: u64,
    /// Live groups that were given up to stay within the limits.
    pub evicted: u64,
    /// Terms that were forgotten to stay within the limits.
    pub forgotten: u64,
    /// Alerts or findings that were said.
    pub spoken: u64,
    /// Those that `x-suppress` kept silent.
    pub suppressed: u64,
    /// Those that `x-activation` kept silent.
    pub inactive: u64,
    /// Those that training kept silent.
    pub trained: u64,
    /// Alerts that a variation of another rule said in their place.
    pub covered: u64,
}

impl Counts {
    /// What was added to the counts `earlier`.
    pub fn since(&self, earlier: &Counts) -> Counts {
        Counts {
            observed: self.observed.saturating_sub(earlier.observed),
            late: self.late.saturating_sub(earlier.late),
            ungrouped: self.ungrouped.saturating_sub(earlier.ungrouped),
            unmeasured: self.unmeasured.saturating_sub(earlier.unmeasured),
            clipped: self.clipped.saturating_sub(earlier.clipped),
            full: self.full.saturating_sub(earlier.full),
            evicted: self.evicted.saturating_sub(earlier.evicted),
            forgotten: self.forgotten.saturating_sub(earlier.forgotten),
            spoken: self.spoken.saturating_sub(earlier.spoken),
            suppressed: self.suppressed.saturating_sub(earlier.suppressed),
            inactive: self.inactive.saturating_sub(earlier.inactive),
            trained: self.trained.saturating_sub(earlier.trained),
            covered: self.covered.saturating_sub(earlier.covered),
        }
    }
}

/// An observation or an alert, on its way through the correlations.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Of an alert: its group as fields; rule, place, scope and variations are those of the
    /// last event behind it.
    pub observation: Observation,
    pub source: Reference,
    /// Of an alert: its place among those of the instant.
    pub behind: Option<u32>,
}

impl Item {
    /// The same without the finding, which may be long.
    pub fn without_text(&self) -> Self {
        Item {
            observation: self.observation.without_text(),
            ..*self
        }
    }

    /// An event of which nothing is known.
    pub fn nowhere(rule: &CorrelationRule, time: i64) -> Self {
        let source = rule.references.first().copied();
        Item {
            observation: Observation {
                time,
                event: 0,
                place: Default::default(),
                rule: RuleId::from(0),
                counts: true,
                scope: 0,
                variations: 0,
                fields: Fields::default(),
                text: None,
            },
            source: source.unwrap_or(Reference::Correlation(usize::MAX)),
            behind: None,
        }
    }
}

/// Events of alerts are numbered from here on.
const ALERTS: u64 = 1 << 63;
/// Logs whose begin is remembered; of any more it is taken that they began long ago.
const MOST_LOGS: usize = 100_000;
/// A log began with the earliest of its first so many events.
pub(super) const FIRST: u8 = 8;

/// Correlates observations.
#[derive(Debug)]
pub struct Correlator<S = NoStore> {
    pub(super) set: Arc<RuleSet>,
    pub(super) wiring: Arc<Wiring>,
    pub(super) options: Options,
    pub(super) store: S,
    pub(super) buffer: Buffer,
    /// By rank.
    pub(super) stations: Vec<Station>,
    /// By rule: what became of findings that had to wait.
    pub(super) counts: Vec<Counts>,
    pub(super) suppressions: Suppressions,
    /// With how many of the log's events were heard.
    pub(super) begins: HashMap<u64, (Begin, u8)>,
    pub(super) new_begins: Vec<u64>,
    /// Windows that are open: when each ends, its correlation's rank and its group.
    pub(super) timers: BinaryHeap<Reverse<(i64, u32, u32)>>,
    /// The events read last, matched or not.
    pub(super) ring: Clock,
    /// The newest of all events, matched or not, as far as they were shown.
    pub(super) newest: Newest,
    /// What was far in the future when the last run ended.
    pub(super) far: i64,
    /// The newest instant.
    pub(super) clock: i64,
    /// Observations that had to go on before their time.
    pub(super) hurried: u64,
    /// Everything up to here went on before its time.
    pub(super) released: i64,
    /// The event that came last.
    pub(super) arriving: Option<u64>,
    /// The first error of the store.
    pub(super) fault: Option<StoreError>,
    /// Numbers of observations that no longer wait.
    pub(super) passed: Vec<u64>,
    pub(super) saved: u64,
    /// Suppressions that are over.
    pub(super) spoken_again: Vec<(usize, u128)>,
    /// Alerts that correlations heard so far: each is an event of its own.
    pub(super) heard: u64,
    /// Timers there may be before those of groups that are gone are looked for.
    timer_room: usize,
    /// Correlations that variations ask.
    pub(super) asked: HashSet<usize>,
    pub(super) items: Vec<Item>,
    pub(super) fired: Vec<Fired>,
    opened: Vec<(i64, u32)>,
    /// Ranks that have something to do at this instant, one bit each.
    busy: Vec<u64>,
}

impl<S: Store> Correlator<S> {
    /// A machine that has seen nothing. `wiring` is that of `set`.
    pub fn new(set: Arc<RuleSet>, wiring: Arc<Wiring>, options: Options, store: S) -> Self {
        let owners = super::snapshot::owners(&set);
        let stations: Vec<Station> = wiring
            .order()
            .iter()
            .enumerate()
            .filter_map(|(rank, index)| {
                let rule = set.correlations.get(*index)?;
                let owner = owners.get(set.rules.len() + index).copied();
                let heard = !wiring.of_rank(rank).is_empty();
                let owner = owner.unwrap_or_default();
                Some(Station::new(rule, *index, rank, owner, S::KEEPS, heard))
            })
            .collect();
        let hints = set.rules.iter().map(|rule| &rule.hints);
        let hints = hints.chain(set.correlations.iter().map(|rule| &rule.hints));
        let variations = hints.flat_map(|hints| &hints.variations);
        let asked = variations.filter_map(|v| v.when_rule).collect();
        Correlator {
            counts: vec![Counts::default(); set.rules.len()],
            busy: vec![0; stations.len().div_ceil(64)],
            set,
            wiring,
            options,
            store,
            buffer: Buffer::default(),
            stations,
            suppressions: Suppressions::default(),
            begins: HashMap::new(),
            new_begins: Vec::new(),
            timers: BinaryHeap::new(),
            ring: Clock::default(),
            newest: Newest::default(),
            far: i64::MAX,
            clock: i64::MIN,
            hurried: 0,
            released: i64::MIN,
            arriving: None,
            fault: None,
            passed: Vec::new(),
            saved: 0,
            spoken_again: Vec::new(),
            asked,
            heard: 0,
            timer_room: 1024,
            items: Vec::new(),
            fired: Vec::new(),
            opened: Vec::new(),
        }
    }

    /// The store.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// The first error of the store, if there was one: what was said since may be wrong.
    pub fn fault(&self) -> Option<&StoreError> {
        self.fault.as_ref()
    }

    /// What happened to the observations and alerts of a rule or correlation.
    pub fn counts(&self, of: Reference) -> Counts {
        match of {
            Reference::Rule(rule) => self.counts.get(rule.index()).copied().unwrap_or_default(),
            Reference::Correlation(index) => {
                let Some(station) = self.stations.get(self.wiring.rank(index)) else {
                    return Counts::default();
                };
                let baseline = station.baseline.as_ref();
                Counts {
                    forgotten: station.counts.forgotten
                        + baseline.map_or(0, |(baseline, _)| baseline.forgotten),
                    ..station.counts
                }
            }
        }
    }

    /// How many observations went on before their time, since too many waited.
    pub fn hurried(&self) -> u64 {
        self.hurried
    }

    /// How many groups a correlation has, and about how many bytes they take.
    pub fn groups(&self, correlation: usize) -> (usize, usize) {
        let station = self.stations.get(self.wiring.rank(correlation));
        station.map_or((0, 0), |s| (s.groups.len(), s.groups.bytes()))
    }

    /// The groups of a correlation that something is in at the newest instant, in no order.
    pub fn open_groups(&self, correlation: usize) -> impl Iterator<Item = OpenGroup> {
        let station = self.stations.get(self.wiring.rank(correlation));
        let rule = self.set.correlations.get(correlation);
        let groups = station.zip(rule);
        let groups = groups.map(|(station, rule)| station.open(rule, self.clock));
        groups.into_iter().flatten()
    }

    /// How many terms of a `new_terms` correlation are in memory.
    pub fn terms(&self, correlation: usize) -> usize {
        let station = self.stations.get(self.wiring.rank(correlation));
        let baseline = station.and_then(|station| station.baseline.as_ref());
        baseline.map_or(0, |(baseline, _)| baseline.len())
    }

    /// Notes the time of one of the first events of a log: it began with the earliest of them.
    pub fn begin(&mut self, begin: Begin) {
        let scope = begin.scope;
        let is_full = self.is_full_of_logs();
        match self.begins.get_mut(&scope) {
            Some((known, events)) if *events < FIRST => {
                known.time = known.time.min(begin.time);
                *events += 1;
            }
            None if !is_full => {
                self.begins.insert(scope, (begin, 1));
            }
            _ => return,
        }
        self.new_begins.push(scope);
    }

    /// True where no further log is remembered.
    pub(super) fn is_full_of_logs(&self) -> bool {
        self.begins.len() >= MOST_LOGS
    }

    /// Takes in an observation, and says what follows from those of other events that need
    /// not wait longer.
    pub fn push(&mut self, observation: Observation, say: &mut dyn FnMut(Speech<'_>)) {
        // an event that several rules match comes in parts, which go on together
        if self.arriving.replace(observation.event) != Some(observation.event) {
            self.let_go(say);
            self.ring.see(observation.time);
            self.newest.see(observation.time, observation.event);
        }
        self.buffer.push(observation);
    }

    /// Takes in the time of an event that is not observed, in its place among the others, and
    /// says what need not wait longer. Where the bound is [`Lateness::All`] it changes nothing.
    pub fn tick(&mut self, event: u64, time: i64, say: &mut dyn FnMut(Speech<'_>)) {
        if self.arriving.replace(event) != Some(event) {
            self.let_go(say);
            self.ring.see(time);
            self.let_go(say);
        }
    }

    /// The input is another than that of the run before: its events say nothing of what time
    /// it is.
    pub fn start_anew(&mut self) {
        self.ring = Clock::default();
        self.newest = Newest::default();
        self.arriving = None;
    }

    /// What is later than this is far in the future.
    pub(super) fn limit(&self) -> i64 {
        let limit = match self.options.lateness {
            Lateness::Within(lateness) => self.ring.limit(lateness),
            Lateness::All => self.newest.limit(),
        };
        limit.unwrap_or(self.far)
    }

    /// Lets go what need not wait for older ones, and what there is no room for.
    fn let_go(&mut self, say: &mut dyn FnMut(Speech<'_>)) {
        if let Lateness::Within(lateness) = self.options.lateness
            && let Some(clock) = self.ring.time()
        {
            let before = clock.saturating_sub(lateness);
            self.release(before, say);
            while let Some(end) = self.next_end().filter(|end| *end < before) {
                self.instant(end, say);
            }
        }
        if self
            .buffer
            .first()
            .is_some_and(|first| first <= self.released)
        {
            self.release(self.released.saturating_add(1), say);
        }
        let many = self.buffer.len() > self.options.waiting
            || self.buffer.bytes() > self.options.waiting_bytes;
        if many && let Some(middle) = self.buffer.middle() {
            let before = self.buffer.len();
            self.released = self.released.max(middle.min(self.limit()));
            self.release(middle.saturating_add(1), say);
            self.hurried += before.saturating_sub(self.buffer.len()) as u64;
        }
    }

    /// The end of the input: all that waits counts, and every open window is judged.
    pub fn finish(&mut self, say: &mut dyn FnMut(Speech<'_>)) {
        while let Some(first) = self.buffer.first() {
            self.go_to(first, say);
        }
        while let Some(end) = self.next_end() {
            self.instant(end, say);
        }
    }

    /// Shows events, matched or not, as far as they are among the newest: where state is kept,
    /// [`Correlator::pause`] tells by them which dates to believe, if the bound is
    /// [`Lateness::All`]; else by the events that came last.
    pub fn see(&mut self, newest: Newest) {
        self.newest.join(newest);
    }

    /// The end of the input for now: all that waits counts; windows stay open. Where state is
    /// kept, what is dated far beyond the other events waits for the next run: it neither ends
    /// the present nor makes late what is to come.
    pub fn pause(&mut self, say: &mut dyn FnMut(Speech<'_>)) {
        let limit = if S::KEEPS { self.limit() } else { i64::MAX };
        while let Some(first) = self.buffer.first().filter(|first| *first <= limit) {
            self.go_to(first, say);
        }
    }

    /// How many events wait to be put in order.
    pub fn waiting(&self) -> usize {
        let events = self.buffer.iter().map(|waiting| waiting.observation.event);
        events.collect::<HashSet<u64>>().len()
    }

    /// Lets go what is older than `before`.
    fn release(&mut self, before: i64, say: &mut dyn FnMut(Speech<'_>)) {
        while let Some(first) = self.buffer.first().filter(|first| *first < before) {
            self.go_to(first, say);
        }
    }

    /// When the next window ends.
    fn next_end(&self) -> Option<i64> {
        self.timers.peek().map(|Reverse((end, ..))| *end)
    }

    /// Closes the windows that end before `time`, then runs that instant.
    fn go_to(&mut self, time: i64, say: &mut dyn FnMut(Speech<'_>)) {
        while let Some(end) = self.next_end().filter(|end| *end < time) {
            self.instant(end, say);
        }
        self.instant(time, say);
    }

    /// Runs an instant: what waits of that time, and the windows that end then.
    fn instant(&mut self, time: i64, say: &mut dyn FnMut(Speech<'_>)) {
        self.clock = self.clock.max(time);
        self.gather(time);
        self.correlate(time);
        self.speak(time, say);
        self.items.clear();
        self.fired.clear();
    }

    fn gather(&mut self, time: i64) {
        while let Some(waiting) = self.buffer.pop_at(time) {
            if S::KEEPS && waiting.number < self.saved {
                self.passed.push(waiting.number);
            }
            let observation = waiting.observation;
            self.admit(Item {
                source: Reference::Rule(observation.rule),
                observation,
                behind: None,
            });
        }
        while let Some(Reverse((end, rank, id))) = self.timers.peek().copied()
            && end <= time
        {
            self.timers.pop();
            if let Some(station) = self.stations.get_mut(rank as usize) {
                station.due.push(id);
                mark(&mut self.busy, rank as usize);
            }
        }
    }

    /// Hands an item to those who hear its source.
    fn admit(&mut self, item: Item) {
        self.heard += u64::from(item.behind.is_some());
        let place = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        if item.observation.counts {
            for (index, link) in self.wiring.of(item.source).iter().enumerate() {
                if let Some(station) = self.stations.get_mut(link.rank) {
                    station.todo.push(Todo {
                        event: match item.behind {
                            None => item.observation.event,
                            Some(_) => ALERTS | self.heard,
                        },
                        reference: link.reference,
                        item: place,
                        link: u32::try_from(index).unwrap_or(u32::MAX),
                    });
                    mark(&mut self.busy, link.rank);
                }
            }
        }
        self.items.push(item);
    }

    /// Drops the timers of windows that were given up.
    fn drop_timers(&mut self) {
        let stations = &self.stations;
        self.timers.retain(|Reverse((end, rank, id))| {
            let station = stations.get(*rank as usize);
            station.is_some_and(|station| {
                let group = station.groups.get(*id);
                group.is_some_and(|g| g.on && g.since.saturating_add(station.span) == *end)
            })
        });
        self.timer_room = 2 * self.timers.len() + 1024;
    }

    fn correlate(&mut self, time: i64) {
        while let Some(rank) = take_first(&mut self.busy) {
            let before = self.fired.len();
            if let Some(station) = self.stations.get_mut(rank)
                && let Some(rule) = self.set.correlations.get(station.correlation)
            {
                let mut instant = Instant {
                    time,
                    wiring: &self.wiring,
                    items: &self.items,
                    fired: &mut self.fired,
                    store: &mut self.store,
                    room: Room {
                        groups: self.options.groups,
                        bytes: self.options.memory,
                    },
                    held: self.options.held,
                    terms: self.options.terms,
                    opened: &mut self.opened,
                };
                if let Err(error) = station.run(rule, &mut instant) {
                    self.fault.get_or_insert(error);
                }
            }
            let rank32 = u32::try_from(rank).unwrap_or(u32::MAX);
            for (end, id) in self.opened.drain(..) {
                self.timers.push(Reverse((end, rank32, id)));
            }
            if self.timers.len() > self.timer_room {
                self.drop_timers();
            }
            if !self.wiring.of_rank(rank).is_empty() {
                for index in before..self.fired.len() {
                    if let Some(item) = self.fired.get(index).map(|fired| chained(fired, index)) {
                        self.admit(item);
                    }
                }
            }
        }
    }
}

/// An alert as an observation of its correlation.
fn chained(fired: &Fired, index: usize) -> Item {
    let alert = &fired.alert;
    let values = alert.group.iter().chain(&alert.term);
    Item {
        source: Reference::Correlation(alert.correlation),
        behind: u32::try_from(index).ok(),
        observation: Observation {
            time: alert.time,
            fields: Fields::pack(values.map(|(_, value)| [value.as_str()])),
            counts: true,
            text: None,
            ..fired.last.observation
        },
    }
}

fn mark(busy: &mut [u64], rank: usize) {
    if let Some(word) = busy.get_mut(rank / 64) {
        *word |= 1 << (rank % 64);
    }
}

/// The lowest rank that is marked; its mark is taken away.
fn take_first(busy: &mut [u64]) -> Option<usize> {
    let (index, word) = busy.iter_mut().enumerate().find(|(_, word)| **word != 0)?;
    let bit = word.trailing_zeros() as usize;
    *word &= *word - 1;
    Some(index * 64 + bit)
}
