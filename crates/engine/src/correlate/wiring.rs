//! Who hears whom: which rules feed which correlations, where their fields stand, and in
//! which order correlations run.

use sigwright_ir::correlation::{Aggregate, KeyField, Kind};
use sigwright_ir::{CorrelationRule, Reference, RuleId, RuleSet};
use std::collections::BTreeSet;

/// When a rule's finding is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// As soon as the rule matches.
    AtOnce,
    /// When the correlator says so: it depends on what came before.
    Waits,
    /// Never: correlations speak for it.
    Never,
}

/// What a correlation takes from an observation of one of its references.
#[derive(Debug, Clone, Default)]
pub(crate) struct Link {
    /// The hearing correlation, by its rank.
    pub rank: usize,
    /// Which of its references this is.
    pub reference: u32,
    /// Where the values of its group stand.
    pub group: Vec<usize>,
    /// Where the values of its measures stand.
    pub measures: Vec<Pick>,
}

/// Where the values of a measure stand.
#[derive(Debug, Clone)]
pub(crate) enum Pick {
    Nothing,
    Terms(Vec<usize>),
    Numbers(usize),
}

/// What is known of a rule.
#[derive(Debug, Clone)]
struct RuleLinks {
    voice: Voice,
    /// Asks for the stage of a request itself.
    asks_stage: bool,
    /// Has an activation, or feeds a correlation that has.
    scoped: bool,
    links: Vec<Link>,
}

/// The connections between rules and correlations of a rule set; shared by threads.
#[derive(Debug, Clone)]
pub struct Wiring {
    rules: Vec<RuleLinks>,
    /// Correlations, each behind those it refers to.
    order: Vec<usize>,
    ranks: Vec<usize>,
    /// By rank: who hears the correlation.
    links: Vec<Vec<Link>>,
    /// By rank: speaks for itself.
    speaks: Vec<bool>,
}

/// A place where no field stands.
const MISSING: usize = usize::MAX;

impl Wiring {
    /// Connects the rules of a set. With `generate`, rules that correlations refer to speak
    /// for themselves, whatever those say.
    pub fn new(set: &RuleSet, generate: bool) -> Self {
        let order = order(set);
        let mut ranks = vec![0; set.correlations.len()];
        for (rank, correlation) in order.iter().enumerate() {
            if let Some(place) = ranks.get_mut(*correlation) {
                *place = rank;
            }
        }
        let mut wiring = Wiring {
            rules: set.rules.iter().map(|_| RuleLinks::new()).collect(),
            links: vec![Vec::new(); order.len()],
            speaks: vec![true; order.len()],
            order,
            ranks,
        };
        wiring.connect(set);
        wiring.give_voice(set, generate);
        wiring.spread(set);
        wiring
    }

    fn connect(&mut self, set: &RuleSet) {
        for (index, correlation) in set.correlations.iter().enumerate() {
            let rank = self.rank(index);
            for (reference, source) in correlation.references.iter().enumerate() {
                let names = names(set, *source);
                let link = Link::new(correlation, reference, rank, &names);
                match source {
                    Reference::Rule(rule) => {
                        if let Some(rule) = self.rules.get_mut(rule.index()) {
                            rule.links.push(link);
                        }
                    }
                    Reference::Correlation(other) => {
                        let other = self.rank(*other);
                        if let Some(links) = self.links.get_mut(other) {
                            links.push(link);
                        }
                    }
                }
            }
        }
    }

    fn give_voice(&mut self, set: &RuleSet, generate: bool) {
        let mut heard: BTreeSet<(bool, usize)> = BTreeSet::new();
        let mut generated: BTreeSet<(bool, usize)> = BTreeSet::new();
        for correlation in &set.correlations {
            for source in &correlation.references {
                let source = match source {
                    Reference::Rule(rule) => (true, rule.index()),
                    Reference::Correlation(other) => (false, *other),
                };
                heard.insert(source);
                if generate || correlation.correlation.generate {
                    generated.insert(source);
                }
            }
        }
        let silent =
            |source: (bool, usize)| heard.contains(&source) && !generated.contains(&source);
        for (index, (links, rule)) in self.rules.iter_mut().zip(&set.rules).enumerate() {
            links.voice = match (silent((true, index)), rule.hints.stateful()) {
                (true, _) => Voice::Never,
                (false, true) => Voice::Waits,
                (false, false) => Voice::AtOnce,
            };
            let stage = |field| set.exprs.field_name(field) == "stage";
            links.asks_stage = set.exprs.reads([rule.root]).into_iter().any(stage);
        }
        for (index, rank) in self.ranks.iter().enumerate() {
            if let Some(speaks) = self.speaks.get_mut(*rank) {
                *speaks = !silent((false, index));
            }
        }
    }

    /// Which rules' events must say which log they are from.
    fn spread(&mut self, set: &RuleSet) {
        for (index, rule) in set.rules.iter().enumerate() {
            let mut scoped = rule.hints.activation.is_some();
            let links = |links: &[Link]| links.iter().map(|link| link.rank).collect::<Vec<_>>();
            let mut behind = self
                .rules
                .get(index)
                .map_or_else(Vec::new, |r| links(&r.links));
            let mut seen: BTreeSet<usize> = BTreeSet::new();
            while let Some(rank) = behind.pop() {
                if !seen.insert(rank) {
                    continue;
                }
                if let Some(correlation) = self.correlation(set, rank) {
                    scoped |= correlation.hints.activation.is_some();
                }
                behind.extend(self.links.get(rank).map_or_else(Vec::new, |l| links(l)));
            }
            if let Some(rule) = self.rules.get_mut(index) {
                rule.scoped = scoped;
            }
        }
    }

    fn correlation<'s>(&self, set: &'s RuleSet, rank: usize) -> Option<&'s CorrelationRule> {
        set.correlations.get(*self.order.get(rank)?)
    }

    fn rule(&self, rule: RuleId) -> Option<&RuleLinks> {
        self.rules.get(rule.index())
    }

    /// When findings of a rule are to be shown.
    pub fn voice(&self, rule: RuleId) -> Voice {
        self.rule(rule).map_or(Voice::AtOnce, |rule| rule.voice)
    }

    /// True where what a rule matches is to be observed.
    pub fn feeds(&self, rule: RuleId) -> bool {
        self.rule(rule)
            .is_some_and(|rule| rule.voice == Voice::Waits || !rule.links.is_empty())
    }

    /// True where any rule is to be observed.
    pub fn is_used(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.voice == Voice::Waits || !rule.links.is_empty())
    }

    /// True where somebody asks when a log began.
    pub fn asks_begin(&self) -> bool {
        self.rules.iter().any(|rule| rule.scoped)
    }

    /// True where a correlation, by its place in the set, speaks for itself.
    pub fn speaks(&self, correlation: usize) -> bool {
        self.speaks.get(self.rank(correlation)).is_none_or(|s| *s)
    }

    pub(crate) fn asks_stage(&self, rule: RuleId) -> bool {
        self.rule(rule).is_some_and(|rule| rule.asks_stage)
    }

    /// Correlations by rank: each behind those it refers to.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(crate) fn rank(&self, correlation: usize) -> usize {
        self.ranks.get(correlation).copied().unwrap_or(MISSING)
    }

    /// Who hears a source.
    pub(crate) fn of(&self, source: Reference) -> &[Link] {
        match source {
            Reference::Rule(rule) => self.of_rule(rule),
            Reference::Correlation(other) => self.of_rank(self.rank(other)),
        }
    }

    /// Who hears a rule.
    pub(crate) fn of_rule(&self, rule: RuleId) -> &[Link] {
        self.rule(rule).map_or(&[], |rule| &rule.links)
    }

    /// Who hears the correlation of a rank.
    pub(crate) fn of_rank(&self, rank: usize) -> &[Link] {
        self.links.get(rank).map_or(&[], |links| links)
    }
}

impl RuleLinks {
    fn new() -> Self {
        RuleLinks {
            voice: Voice::AtOnce,
            asks_stage: false,
            scoped: false,
            links: Vec::new(),
        }
    }
}

impl Link {
    fn new(correlation: &CorrelationRule, reference: usize, rank: usize, names: &[&str]) -> Self {
        let plan = &correlation.plan;
        let place = |field: &KeyField| {
            let name = field.in_reference.get(reference).unwrap_or(&field.name);
            names.iter().position(|n| n == name).unwrap_or(MISSING)
        };
        let places = |fields: &[KeyField]| fields.iter().map(place).collect::<Vec<_>>();
        let measures = match &plan.kind {
            Kind::EventCount(_) | Kind::Temporal(_) | Kind::Ordered(_) => Vec::new(),
            Kind::ValueCount { fields, .. } | Kind::NewTerms { fields, .. } => {
                vec![Pick::Terms(places(fields))]
            }
            Kind::Number { field, .. } => vec![Pick::Numbers(place(field))],
            Kind::Stats { aggregates, .. } => aggregates
                .values()
                .map(|aggregate| match aggregate {
                    Aggregate::Count(_) => Pick::Nothing,
                    Aggregate::CountDistinct(fields) => Pick::Terms(places(fields)),
                    Aggregate::Sum(field)
                    | Aggregate::Avg(field)
                    | Aggregate::Min(field)
                    | Aggregate::Max(field) => Pick::Numbers(place(field)),
                })
                .collect(),
        };
        Link {
            rank,
            reference: u32::try_from(reference).unwrap_or(u32::MAX),
            group: places(&plan.group_by),
            measures,
        }
    }
}

/// The names of the fields an observation of a rule, or an alert of a correlation, carries.
pub(crate) fn names(set: &RuleSet, source: Reference) -> Vec<&str> {
    match source {
        Reference::Rule(rule) => set.rule(rule).map_or_else(Vec::new, |r| {
            r.observed.iter().map(String::as_str).collect()
        }),
        Reference::Correlation(other) => {
            let Some(correlation) = set.correlations.get(other) else {
                return Vec::new();
            };
            let group = correlation.plan.group_by.iter();
            let tuple: &[KeyField] = match &correlation.plan.kind {
                Kind::NewTerms { fields, .. } => fields,
                _ => &[],
            };
            group
                .chain(tuple)
                .map(|field| field.name.as_str())
                .collect()
        }
    }
}

/// Correlations, each behind those it refers to and those its variations ask.
fn order(set: &RuleSet) -> Vec<usize> {
    let mut depths: Vec<Option<usize>> = vec![None; set.correlations.len()];
    // references form no circle, and each round settles at least one more
    for _ in 0..=set.correlations.len() {
        let mut settled = true;
        for (index, correlation) in set.correlations.iter().enumerate() {
            if depths.get(index).is_some_and(Option::is_some) {
                continue;
            }
            let mut depth = Some(0);
            for source in &correlation.references {
                if let Reference::Correlation(other) = source {
                    let other = depths.get(*other).copied().flatten();
                    depth = depth.zip(other).map(|(mine, other)| mine.max(other + 1));
                }
            }
            settled &= depth.is_some();
            if let Some(place) = depths.get_mut(index) {
                *place = depth;
            }
        }
        if settled {
            break;
        }
    }
    let mut order: Vec<usize> = (0..set.correlations.len()).collect();
    order.sort_by_key(|index| depths.get(*index).copied().flatten().unwrap_or(usize::MAX));
    order
}
