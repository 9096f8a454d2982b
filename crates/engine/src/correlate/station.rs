//! One correlation at work: takes in what its references saw at an instant and says which
//! groups fire.

use super::alert::{Alert, Firing};
use super::baseline::Baseline;
use super::group::{Group, Groups, Room, Stage, Tail};
use super::key::{Found, Keys, MOST_COMBINATIONS, folded_key, stable_hash, texts};
use super::machine::{Counts, Item};
use super::observation::{Fields, Place};
use super::store::{Store, StoreError};
use super::window::{Gauge, Number, Reading, Sample};
use super::wiring::{Link, Pick, Wiring};
use sigwright_ir::CorrelationRule;
use sigwright_ir::correlation::{Bounds, Kind};
use sigwright_ir::hints::Refire;

/// An observation, or an alert, that waits to be absorbed at this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Todo {
    pub event: u64,
    pub reference: u32,
    pub item: u32,
    /// Which of the links of the item's source.
    pub link: u32,
}

/// A correlation's condition became true; whether it may be said is another question.
#[derive(Debug)]
pub(crate) struct Fired {
    pub rank: usize,
    pub alert: Alert,
    /// Its group, hashed.
    pub key: u128,
    /// The last event it rests on.
    pub last: Item,
    /// The numbers of the input's events that were absorbed at this instant.
    pub newest: Vec<u64>,
}

/// What a group has gathered so far.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenGroup {
    /// Names and values, as first seen.
    pub group: Vec<(String, String)>,
    /// What is measured now, by name.
    pub values: Vec<(String, f64)>,
    /// Which of the correlation's references are in the window, where that is what counts;
    /// empty otherwise.
    pub matched: Vec<bool>,
    /// The condition holds now.
    pub holds: bool,
    /// How near it is to alerting: 0 not at all, 1 there.
    pub progress: f32,
    /// The window's first and last moment, in nanoseconds since 1970. The last is still to
    /// come where the condition is judged when the window closes.
    pub window: (i64, i64),
    /// The newest events, oldest first: time, place, and which of the correlation's
    /// references matched.
    pub events: Vec<(i64, Place, u32)>,
}

/// What all stations share at an instant.
pub(crate) struct Instant<'a, S> {
    pub time: i64,
    pub wiring: &'a Wiring,
    pub items: &'a [Item],
    pub fired: &'a mut Vec<Fired>,
    pub store: &'a mut S,
    pub room: Room,
    pub held: usize,
    pub terms: usize,
    /// Windows that opened: when they end, and whose they are.
    pub opened: &'a mut Vec<(i64, u32)>,
}

/// One correlation.
#[derive(Debug)]
pub(crate) struct Station {
    pub correlation: usize,
    pub rank: usize,
    pub owner: u128,
    pub span: i64,
    pub slides: bool,
    pub gauge: Gauge,
    refire: Refire,
    /// Keeps the last event of each window that is open.
    remembers: bool,
    pub groups: Groups,
    pub baseline: Option<(Baseline, Bounds)>,
    pub counts: Counts,
    /// What is to be absorbed at this instant.
    pub todo: Vec<Todo>,
    /// Groups whose window ends at this instant.
    pub due: Vec<u32>,
    /// Groups, and how many bytes they took before.
    pub(super) touched: Vec<(u32, u32)>,
    absorbed: Vec<(u32, u32)>,
    keys: Keys,
    pub(super) tuples: Keys,
    readings: Vec<Reading>,
    pub(super) terms: Vec<Seen>,
}

/// An occurrence of a term at this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub of_group: u128,
    pub term: u128,
    pub event: u64,
    pub group: u32,
    pub todo: Todo,
    pub tuple: u32,
}

impl Station {
    pub fn new(
        rule: &CorrelationRule,
        correlation: usize,
        rank: usize,
        owner: u128,
        keeps: bool,
        heard: bool,
    ) -> Self {
        let plan = &rule.plan;
        let refire = rule.hints.refire;
        let baseline = match &plan.kind {
            Kind::NewTerms { bounds, .. } => {
                let baseline = Baseline::new(owner, plan.timespan, bounds);
                Some((baseline, bounds.clone()))
            }
            _ => None,
        };
        Station {
            correlation,
            rank,
            owner,
            span: plan.timespan,
            slides: plan.kind.slides(),
            gauge: Gauge::new(plan, refire),
            refire,
            remembers: !plan.kind.slides() && (heard || asks_last(rule)),
            groups: Groups::new(keeps),
            baseline,
            counts: Counts::default(),
            todo: Vec::new(),
            due: Vec::new(),
            touched: Vec::new(),
            absorbed: Vec::new(),
            keys: Keys::default(),
            tuples: Keys::default(),
            readings: Vec::new(),
            terms: Vec::new(),
        }
    }

    /// Takes in what is to be done at an instant, and puts the groups that fire into
    /// `instant.fired`.
    ///
    /// # Errors
    /// Where the store of terms fails.
    pub fn run<S: Store>(
        &mut self,
        rule: &CorrelationRule,
        instant: &mut Instant<'_, S>,
    ) -> Result<(), StoreError> {
        let mut todo = std::mem::take(&mut self.todo);
        if todo.len() > 1 {
            todo.sort_unstable();
        }
        for todo in &todo {
            let Some(item) = instant.items.get(todo.item as usize) else {
                continue;
            };
            let links = instant.wiring.of(item.source);
            if let Some(link) = links.get(todo.link as usize) {
                self.take(item, todo, link, instant);
            }
        }
        todo.clear();
        self.todo = todo;
        let result = match self.baseline.is_some() {
            true => self.judge_terms(rule, instant),
            false => {
                self.judge(rule, instant);
                Ok(())
            }
        };
        self.close_due(rule, instant);
        self.absorbed.clear();
        if !self.touched.is_empty() {
            for (id, before) in self.touched.drain(..) {
                if let Some(group) = self.groups.get_mut(id) {
                    group.stage = Stage::Before;
                }
                self.groups.settle(id, before);
            }
            self.trim(instant.time, instant.room);
        }
        result
    }

    /// Absorbs one observation.
    fn take<S>(&mut self, item: &Item, todo: &Todo, link: &Link, instant: &mut Instant<'_, S>) {
        self.counts.observed += 1;
        match self.keys.find(&item.observation.fields, &link.group) {
            Found::None => {
                self.counts.ungrouped += 1;
                return;
            }
            Found::Clipped => self.counts.clipped += 1,
            Found::All => {}
        }
        if !self.read(&item.observation.fields, link) {
            self.counts.unmeasured += 1;
            return;
        }
        for index in 0..self.keys.len() {
            let (raw, folded) = self.keys.get(index);
            let id = self.groups.find(raw, folded);
            let of_group = match self.baseline {
                Some(_) => stable_hash([folded]),
                None => 0,
            };
            if !self.enter(id, instant) {
                continue;
            }
            match self.baseline {
                Some(_) => self.note(id, of_group, todo),
                None => self.absorb(id, item, todo, instant),
            }
        }
    }

    /// Reads the values of the measures. False where a correlation that measures a field
    /// finds none.
    fn read(&mut self, fields: &Fields, link: &Link) -> bool {
        if link.measures.is_empty() {
            return true;
        }
        let single = link.measures.len() == 1;
        self.readings.resize(link.measures.len(), Reading::Nothing);
        let mut any = false;
        for (pick, reading) in link.measures.iter().zip(&mut self.readings) {
            match pick {
                Pick::Nothing => {
                    any = true;
                    *reading = Reading::Nothing;
                }
                Pick::Terms(places) => {
                    let mut terms = match std::mem::replace(reading, Reading::Nothing) {
                        Reading::Terms(terms) => terms,
                        _ => Vec::new(),
                    };
                    terms.clear();
                    match self.tuples.find(fields, places) {
                        Found::None => continue,
                        Found::Clipped => self.counts.clipped += 1,
                        Found::All => {}
                    }
                    let hashes = 0..self.tuples.len();
                    terms.extend(hashes.map(|tuple| stable_hash([self.tuples.get(tuple).1])));
                    any = true;
                    *reading = Reading::Terms(terms);
                }
                Pick::Numbers(place) => {
                    let mut numbers = match std::mem::replace(reading, Reading::Nothing) {
                        Reading::Numbers(numbers) => numbers,
                        _ => Vec::new(),
                    };
                    numbers.clear();
                    let values = fields.values(*place).take(MOST_COMBINATIONS);
                    numbers.extend(values.filter_map(Number::parse));
                    if !numbers.is_empty() {
                        any = true;
                        *reading = Reading::Numbers(numbers);
                    }
                }
            }
        }
        any || !single
    }

    /// Prepares a group for this instant; false where it is over for the group.
    fn enter<S>(&mut self, id: u32, instant: &mut Instant<'_, S>) -> bool {
        let Some(group) = self.groups.get_mut(id) else {
            return false;
        };
        if group.stage != Stage::Before {
            return true;
        }
        if instant.time <= group.last {
            self.counts.late += 1;
            return false;
        }
        group.stage = Stage::Entered;
        // a new group is not accounted for yet
        let before = if group.last == i64::MIN {
            0
        } else {
            group.bytes()
        };
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        self.touched.push((id, before));
        if self.baseline.is_some() {
            return true;
        }
        if !self.slides {
            if !group.on {
                group.on = true;
                group.since = instant.time;
                group.window = self.gauge.open();
                group.forget();
                let end = instant.time.saturating_add(self.span);
                instant.opened.push((end, id));
            }
            return true;
        }
        if group.window.is_nothing() {
            group.window = self.gauge.open();
        } else {
            let before = instant.time.saturating_sub(self.span);
            group.window.expire(&self.gauge, before);
            group.on = group.on && group.window.holds(&self.gauge);
        }
        true
    }

    fn absorb<S>(&mut self, id: u32, item: &Item, todo: &Todo, instant: &Instant<'_, S>) {
        let Some(group) = self.groups.get_mut(id) else {
            return;
        };
        let first = group.stage == Stage::Entered;
        let after = match first && group.last != i64::MIN {
            true => instant.time.abs_diff(group.last),
            false => 0,
        };
        group.stage = Stage::Absorbed;
        group.last = instant.time;
        group.note(after, item.observation.place, todo.reference);
        self.absorbed.push((id, todo.item));
        if first && self.remembers {
            group.tail = Some(Box::new(Tail(item.without_text())));
        }
        if group.window.held() >= instant.held {
            self.counts.full += 1;
            return;
        }
        let sample = Sample {
            time: instant.time,
            event: todo.event,
            reference: todo.reference,
            readings: &self.readings,
        };
        group.window.absorb(&self.gauge, &sample);
    }

    /// Notes the occurrence of terms in a group.
    fn note(&mut self, id: u32, of_group: u128, todo: &Todo) {
        let [Reading::Terms(terms)] = self.readings.as_slice() else {
            return;
        };
        for (tuple, term) in terms.iter().enumerate() {
            let parts = [of_group.to_be_bytes(), term.to_be_bytes()];
            self.terms.push(Seen {
                group: id,
                term: stable_hash(parts.iter().map(|part| &part[..])),
                event: todo.event,
                of_group,
                tuple: u32::try_from(tuple).unwrap_or(u32::MAX),
                todo: *todo,
            });
        }
    }

    /// Judges the groups that absorbed something.
    fn judge<S>(&mut self, rule: &CorrelationRule, instant: &mut Instant<'_, S>) {
        let mut sorted = false;
        for (id, _) in &self.touched {
            let Some(group) = self.groups.get_mut(*id) else {
                continue;
            };
            group.last = instant.time;
            if !self.slides {
                continue;
            }
            if !group.window.holds(&self.gauge) {
                group.on = false;
                continue;
            }
            let again = match self.refire {
                Refire::Once => false,
                Refire::After(span) => instant.time.saturating_sub(group.since) >= span,
                Refire::Always => true,
            };
            if std::mem::replace(&mut group.on, true) && !again {
                continue;
            }
            group.since = instant.time;
            if !std::mem::replace(&mut sorted, true) {
                self.absorbed.sort_by_key(|(id, _)| *id);
            }
            let from = instant.time.saturating_sub(self.span);
            let newest = newest(&self.absorbed, *id, instant.items);
            let Some(last) = newest.first().map(|item| item.without_text()) else {
                continue;
            };
            let newest = events(&newest, instant.fired);
            let firing = Firing {
                correlation: self.correlation,
                rule,
                time: instant.time,
                from,
                group: group.key(),
                term: Vec::new(),
                term_key: &[],
            };
            let steps = group.steps();
            let values = group.window.values(&self.gauge);
            instant.fired.push(Fired {
                rank: self.rank,
                alert: firing.alert(values, &steps, group.window.events()),
                key: stable_hash([&*folded_key(group.key())]),
                last,
                newest,
            });
        }
    }

    /// Judges the windows that end at this instant, and closes them.
    fn close_due<S>(&mut self, rule: &CorrelationRule, instant: &mut Instant<'_, S>) {
        let mut due = std::mem::take(&mut self.due);
        if due.len() > 1 {
            let groups = &self.groups;
            let key = |id: u32| groups.get(id).map(Group::key);
            due.sort_by(|a, b| key(*a).cmp(&key(*b)));
        }
        let mut sorted = false;
        for id in &due {
            let Some(group) = self.groups.get_mut(*id) else {
                continue;
            };
            let end = group.since.saturating_add(self.span);
            if !group.on || end != instant.time {
                continue;
            }
            // one that absorbed something at this instant is accounted for below
            if group.stage == Stage::Before {
                let before = u32::try_from(group.bytes()).unwrap_or(u32::MAX);
                self.touched.push((*id, before));
            }
            group.on = false;
            let mut window = std::mem::take(&mut group.window);
            let steps = group.steps();
            group.forget();
            group.last = end;
            let tail = group.tail.take();
            if window.holds(&self.gauge) {
                if !std::mem::replace(&mut sorted, true) {
                    self.absorbed.sort_by_key(|(id, _)| *id);
                }
                let here = newest(&self.absorbed, *id, instant.items);
                let firing = Firing {
                    correlation: self.correlation,
                    rule,
                    time: end,
                    from: group.since,
                    group: group.key(),
                    term: Vec::new(),
                    term_key: &[],
                };
                let values = window.values(&self.gauge);
                let last = tail.map_or_else(|| Item::nowhere(rule, end), |tail| tail.0);
                let newest = events(&here, instant.fired);
                instant.fired.push(Fired {
                    rank: self.rank,
                    alert: firing.alert(values, &steps, window.events()),
                    key: stable_hash([&*folded_key(group.key())]),
                    last,
                    newest,
                });
            }
        }
        self.due = due;
        self.due.clear();
    }

    /// The groups that something is in at the moment `now`.
    pub fn open(&self, rule: &CorrelationRule, now: i64) -> impl Iterator<Item = OpenGroup> {
        let groups = self.groups.iter().map(|(_, group)| group);
        let past = now.saturating_sub(self.span);
        let open = groups.filter(move |group| match self.slides {
            true => group.last >= past && !group.window.is_nothing(),
            false => group.on,
        });
        open.map(move |group| {
            let names = rule.plan.group_by.iter().map(|field| field.name.clone());
            let mut window = group.window.clone();
            let within = match self.slides {
                true => {
                    window.expire(&self.gauge, past);
                    (past, now)
                }
                false => (group.since, group.since.saturating_add(self.span)),
            };
            let steps = group.steps().into_iter();
            let steps = steps.filter(|step| step.time >= within.0);
            let references = 0..rule.references.len();
            OpenGroup {
                group: names.zip(texts(group.key()).map(str::to_owned)).collect(),
                values: window.values(&self.gauge),
                matched: references.map_while(|one| window.has(one)).collect(),
                holds: window.holds(&self.gauge),
                progress: window.progress(&self.gauge),
                window: within,
                events: steps.map(|s| (s.time, s.place, s.reference)).collect(),
            }
        })
    }

    /// Keeps to the limits.
    fn trim(&mut self, now: i64, room: Room) {
        let Station {
            groups,
            gauge,
            span,
            slides,
            baseline,
            ..
        } = self;
        let past = |group: &Group| match *slides {
            _ if baseline.is_some() => true,
            true => group.last.saturating_add(*span) < now,
            false => !group.on,
        };
        self.counts.evicted += groups.trim(room, past, |group| group.window.progress(gauge));
    }
}

/// Whether hints ask for values of the last event.
fn asks_last(rule: &CorrelationRule) -> bool {
    let hints = &rule.hints;
    hints.activation.is_some() || !hints.variations.is_empty() || hints.fields().next().is_some()
}

/// What a group absorbed at this instant, the first read first. `absorbed` is in the order
/// of groups.
fn newest<'i>(absorbed: &[(u32, u32)], group: u32, items: &'i [Item]) -> Vec<&'i Item> {
    let start = absorbed.partition_point(|(id, _)| *id < group);
    let rest = absorbed.get(start..).unwrap_or_default();
    rest.iter()
        .take_while(|(id, _)| *id == group)
        .filter_map(|(_, item)| items.get(*item as usize))
        .collect()
}

/// The numbers of the input's events behind items.
pub(super) fn events(items: &[&Item], fired: &[Fired]) -> Vec<u64> {
    let mut events: Vec<u64> = Vec::with_capacity(items.len());
    for item in items {
        match item.behind {
            None => events.push(item.observation.event),
            Some(alert) => {
                let alert = fired.get(alert as usize);
                events.extend(alert.iter().flat_map(|fired| &fired.newest));
            }
        }
    }
    events.sort_unstable();
    events.dedup();
    events
}
