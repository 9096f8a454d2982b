//! What a log meant to correlations: it is run through, and looked at afterwards.

use crate::input::Input;
use crate::load::Loaded;
use indexmap::{IndexMap, IndexSet};
use sigwright_engine::correlate::{
    Alert, Correlator, Counts, Lateness, NoStore, Observer, OpenGroup, Options, Place, Speech,
    Wiring,
};
use sigwright_engine::{Event, Matcher, Program, ProgramOptions, Time};
use sigwright_events::Fault;
use sigwright_events::time::event_time;
use sigwright_ir::correlation::Bounds;
use sigwright_ir::{CorrelationRule, Hints, Kind, Reference, RuleId, RuleSet};
use sigwright_syntax::ast::Comparison;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// How many alerts of a correlation are kept.
const ALERTS: usize = 1_000;
/// How many open groups of a correlation are kept.
const GROUPS: usize = 1_000;
/// How many terms of a correlation are told apart.
const TERMS: usize = 100_000;

/// A log, as some correlations heard it.
#[derive(Debug, Default)]
pub struct History {
    /// Events read.
    pub events: u64,
    /// The inputs, by the numbers that places have.
    pub files: IndexSet<String>,
    /// What became of each rule's matches.
    pub rules: HashMap<RuleId, Matches>,
    /// Of each correlation asked about, in the order asked.
    pub correlations: IndexMap<usize, Heard>,
}

/// What became of a rule's matches.
#[derive(Debug, Default, Clone, Copy)]
pub struct Matches {
    /// Events that the rule matched.
    pub matched: u64,
    /// Those without a time.
    pub untimed: u64,
    /// Lines that do not end their request.
    pub stages: u64,
}

/// What a correlation made of a log.
#[derive(Debug, Default)]
pub struct Heard {
    /// What became of its observations and alerts.
    pub counts: Counts,
    /// The first of its alerts.
    pub alerts: Vec<Alert>,
    /// How many there are.
    pub alerted: u64,
    /// Of the groups that something is in at the end, the nearest to alerting, nearest first.
    pub groups: Vec<OpenGroup>,
    /// How many there are.
    pub open: usize,
    /// Group and term of a `new_terms` correlation, and when it occurred.
    pub terms: IndexMap<(Pairs, Pairs), Term>,
    /// Terms beyond those told apart.
    pub more_terms: bool,
}

/// Names and values.
pub type Pairs = Vec<(String, String)>;

/// The history of a term.
#[derive(Debug, Default, Clone, Copy)]
pub struct Term {
    /// At how many instants it occurred.
    pub occurred: u64,
    /// When it occurred last.
    pub last: i64,
    /// How often it had occurred in the timespan before.
    pub prior: f64,
}

impl History {
    /// Reads a log, or events given as JSON text, for correlations by their places in the set.
    pub fn read(
        loaded: &Loaded,
        input: &Input,
        asked: &[usize],
        source: &str,
    ) -> (History, Vec<Fault>) {
        let set = &loaded.set;
        let mut history = History {
            rules: rules_behind(set, asked),
            ..History::default()
        };
        for correlation in asked {
            history.correlations.insert(*correlation, Heard::default());
        }
        let options = ProgramOptions {
            ignore_logsource: input.ignore_logsource,
            ..ProgramOptions::default()
        };
        let program = Program::compile(set.clone(), input.origins.clone(), options);
        let wiring = Arc::new(Wiring::new(set, true));
        let mut run = Run {
            matcher: Matcher::new(&program),
            matched: Vec::new(),
            observer: Observer::new(set, &wiring, &input.origins),
            machine: machine(set.clone(), wiring.clone()),
            terms: terms_machine(set, asked),
            history,
        };
        let faults = if source.trim_start().starts_with(['{', '[']) {
            let mut each = |event: &mut Event| run.event(event, "the event given", 1);
            input.for_each_in(source, &mut each).into_iter().collect()
        } else {
            input.for_each(&[PathBuf::from(source)], &mut |event, file, line| {
                run.event(event, file, line);
            })
        };
        (run.end(), faults)
    }
}

/// Correlations while they hear a log.
struct Run<'p> {
    matcher: Matcher<'p>,
    matched: Vec<RuleId>,
    observer: Observer<'p>,
    machine: Correlator,
    /// Alerts on every term, seen before or not.
    terms: Option<Correlator>,
    history: History,
}

impl Run<'_> {
    fn event(&mut self, event: &mut Event, file: &str, line: u64) {
        let History {
            events,
            files,
            rules,
            correlations,
        } = &mut self.history;
        *events += 1;
        let time = event_time(event).map(Time::as_nanos);
        if let Some(begin) = self.observer.begin(event, time) {
            self.machine.begin(begin);
        }
        self.matcher.matches(event, &mut self.matched);
        if self.matched.is_empty() {
            return;
        }
        let file = match files.get_index_of(file) {
            Some(known) => known,
            None => files.insert_full(file.to_owned()).0,
        };
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        for rule in &self.matched {
            let Some(matches) = rules.get_mut(rule) else {
                continue;
            };
            matches.matched += 1;
            let place = Place { file, line };
            let stages = self.observer.unseen().stages;
            let seen = self.observer.observe(*rule, event, time, *events, place);
            matches.stages += self.observer.unseen().stages - stages;
            matches.untimed += u64::from(time.is_none());
            let Some(seen) = seen else { continue };
            if let Some(terms) = &mut self.terms {
                terms.push(seen.clone(), &mut |speech| note_term(correlations, &speech));
            }
            self.machine
                .push(seen, &mut |speech| note_alert(correlations, speech));
        }
    }

    fn end(mut self) -> History {
        let correlations = &mut self.history.correlations;
        if let Some(mut terms) = self.terms {
            terms.finish(&mut |speech| note_term(correlations, &speech));
        }
        self.machine
            .pause(&mut |speech| note_alert(correlations, speech));
        for (index, heard) in correlations.iter_mut() {
            for group in self.machine.open_groups(*index) {
                heard.open += 1;
                heard.groups.push(group);
                if heard.groups.len() >= 2 * GROUPS {
                    nearest(&mut heard.groups);
                }
            }
            nearest(&mut heard.groups);
        }
        self.machine
            .finish(&mut |speech| note_alert(correlations, speech));
        for (index, heard) in correlations.iter_mut() {
            heard.counts = self.machine.counts(Reference::Correlation(*index));
        }
        self.history
    }
}

/// Puts groups in order, the nearest to alerting first and of equal ones the newest, and keeps
/// some.
fn nearest(groups: &mut Vec<OpenGroup>) {
    let newest = |group: &OpenGroup| group.events.last().map(|(time, ..)| *time);
    groups.sort_by(|a, b| {
        let nearer = b.progress.total_cmp(&a.progress);
        nearer
            .then_with(|| newest(b).cmp(&newest(a)))
            .then_with(|| a.group.cmp(&b.group))
    });
    groups.truncate(GROUPS);
}

fn note_alert(correlations: &mut IndexMap<usize, Heard>, speech: Speech<'_>) {
    let Speech::Alert(alert) = speech else { return };
    if let Some(heard) = correlations.get_mut(&alert.correlation) {
        heard.alerted += 1;
        if heard.alerts.len() < ALERTS {
            heard.alerts.push(*alert);
        }
    }
}

fn note_term(correlations: &mut IndexMap<usize, Heard>, speech: &Speech<'_>) {
    let Speech::Alert(alert) = speech else { return };
    let Some(heard) = correlations.get_mut(&alert.correlation) else {
        return;
    };
    if alert.term.is_empty() {
        return;
    }
    let key = (alert.group.clone(), alert.term.clone());
    if heard.terms.len() >= TERMS && !heard.terms.contains_key(&key) {
        heard.more_terms = true;
        return;
    }
    let term = heard.terms.entry(key).or_default();
    term.occurred += 1;
    term.last = alert.time;
    term.prior = alert.values.first().map_or(0.0, |(_, prior)| *prior);
}

fn machine(set: Arc<RuleSet>, wiring: Arc<Wiring>) -> Correlator {
    let options = Options {
        lateness: Lateness::All,
        ..Options::default()
    };
    Correlator::new(set, wiring, options, NoStore)
}

/// A machine in which `new_terms` correlations that are asked about alert on every term, so
/// that it tells what they have seen.
fn terms_machine(set: &Arc<RuleSet>, asked: &[usize]) -> Option<Correlator> {
    let mut all = RuleSet::clone(set);
    let mut any = false;
    for index in asked {
        if let Some(rule) = all.correlations.get_mut(*index)
            && let Kind::NewTerms { bounds, .. } = &mut rule.plan.kind
        {
            *bounds = Bounds(vec![(Comparison::Gte, 0.0)]);
            rule.hints = Hints::default();
            any = true;
        }
    }
    let all = Arc::new(all);
    let wiring = Arc::new(Wiring::new(&all, true));
    any.then(|| machine(all, wiring))
}

/// The rules that correlations rest on, through others as well.
fn rules_behind(set: &RuleSet, asked: &[usize]) -> HashMap<RuleId, Matches> {
    let mut rules = HashMap::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = asked.to_vec();
    while let Some(index) = open.pop() {
        let Some(rule) = set.correlations.get(index).filter(|_| seen.insert(index)) else {
            continue;
        };
        for reference in &rule.references {
            match reference {
                Reference::Rule(id) => {
                    rules.entry(*id).or_default();
                }
                Reference::Correlation(other) => open.push(*other),
            }
        }
    }
    rules
}

impl Term {
    /// Whether a correlation alerts on a term with this history.
    pub fn alerts(&self, rule: &CorrelationRule) -> bool {
        match &rule.plan.kind {
            Kind::NewTerms { bounds, .. } => bounds.holds(self.prior),
            _ => false,
        }
    }
}
