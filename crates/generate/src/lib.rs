//! Events out of rules: for each way a condition can hold one that matches, for each question
//! one that fails because of it alone.
//!
//! Comes in: a rule set, and a [`Reader`] that shows events to rules as a run would. Goes out:
//! [`Made`], whose every event was judged by [`sigwright_engine::naive`] before. What could not
//! be made is a [`Gap`] with its reason.

mod alone;
mod arrays;
mod contradiction;
mod disjuncts;
mod moment;
pub mod mutate;
mod network;
mod place;
mod regex;
mod rule;
mod search;
mod shape;
mod stage;
mod text;
mod timeline;
mod value;
mod wish;

pub use alone::alone;
pub use search::Failure;
pub use shape::Shape;
pub use timeline::{Step, Timeline, Timelines};

use search::Search;
use serde_json::Value;
use sigwright_engine::{Event, Origins};
use sigwright_ir::{Rule, RuleId, RuleSet};
use std::sync::Arc;

/// How much is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// Another number gives other events.
    pub seed: u64,
    /// Up to so many ways of a condition each gets an event; of more, every alternative is
    /// taken in one event at least. So many near misses are written; of more, those whose
    /// question no written one is about.
    pub most: usize,
    /// No rule gets more events that match than this.
    pub limit: usize,
    /// No near misses.
    pub hits_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 0,
            most: 64,
            limit: 10_000,
            hits_only: false,
        }
    }
}

/// Shows events to rules.
pub trait Reader {
    /// Calls `each` for every event in a JSON text that the rule sees; with `any_log`,
    /// wherever it is from.
    fn seen(&self, rule: &Rule, text: &str, any_log: bool, each: &mut dyn FnMut(&Event));

    /// The logs that events may be from.
    fn origins(&self) -> &Origins;

    /// The time an event says, in nanoseconds since 1970.
    fn time(&self, event: &Event) -> Option<i64>;
}

/// Takes every JSON text as one event that every rule sees.
#[derive(Debug, Clone)]
pub struct Plain(Origins);

impl Default for Plain {
    fn default() -> Self {
        Plain(Origins::new(Vec::new()))
    }
}

impl Reader for Plain {
    fn seen(&self, _: &Rule, text: &str, _: bool, each: &mut dyn FnMut(&Event)) {
        if let Ok(event) = Event::from_json(text) {
            each(&event);
        }
    }

    fn origins(&self) -> &Origins {
        &self.0
    }

    fn time(&self, _: &Event) -> Option<i64> {
        None
    }
}

/// An event, and whether the rule matches it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The rule matches.
    pub hit: bool,
    /// What makes it match, or not, on one line.
    pub why: String,
    /// As the log has it.
    pub event: Value,
    /// What the rule asks for, by the names the rule has.
    pub flat: Value,
    /// What events of the log look like.
    pub shape: &'static Shape,
}

/// Of how many there are events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// All.
    pub total: usize,
    /// Those with an event.
    pub made: usize,
    /// Those of which no event can exist.
    pub impossible: usize,
    /// The others: none was found.
    pub missing: usize,
}

/// What has no event, and why.
#[derive(Debug, Clone)]
pub struct Gap {
    /// The way, or the question.
    pub what: String,
    /// The reason.
    pub why: Failure,
}

/// What became of a rule.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// The events: those that match first.
    pub cases: Vec<Case>,
    /// How many ways there are in which the condition can hold.
    pub ways: u128,
    /// Each of them was to have an event; else every alternative.
    pub every_way: bool,
    /// Of ways (or combinations of alternatives) there are events that match.
    pub hits: Coverage,
    /// Of questions there are near misses.
    pub misses: Coverage,
    /// No log is known in which the rule would see such events: it must be shown them
    /// whatever log they are from.
    pub any_log: bool,
    /// What has none.
    pub gaps: Vec<Gap>,
}

/// Makes events for the rules of a set.
#[derive(Debug)]
pub struct Generator {
    set: Arc<RuleSet>,
    search: Search,
    options: Options,
}

impl Generator {
    /// For the rules of this set.
    pub fn new(set: Arc<RuleSet>, options: Options) -> Self {
        let turn = usize::try_from(options.seed % 1_000_003).unwrap_or_default();
        Generator {
            search: Search::new(set.exprs.clone(), turn),
            set,
            options,
        }
    }

    /// The events of a rule; nothing for an id of another set.
    pub fn rule(&mut self, id: RuleId, reader: &dyn Reader) -> Made {
        match self.set.rule(id) {
            Some(rule) => rule::make(&mut self.search, rule, &self.options, reader),
            None => Made::default(),
        }
    }
    /// The timelines of a correlation, by its place in the set.
    pub fn correlation(&mut self, index: usize, reader: &dyn Reader) -> Timelines {
        timeline::make(&mut self.search, &self.set, index, &self.options, reader)
    }
}
