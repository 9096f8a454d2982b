//! A rule set compiled for evaluation: immutable, shared by threads.
//!
//! Each log gets a `Plan` of its own, laid out when its first event arrives: rules
//! for other logs cost nothing, neither at load nor per event.

mod affixes;
mod code;
mod gate;
mod glob;
mod matcher;
mod memo;
mod plan;
mod question;
mod regexes;
mod required;
mod run;
mod scan;
mod scratch;
mod shape;
mod sketch;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod trie;

pub(crate) use glob::Glob;
pub use matcher::{Counters, Matcher};

use crate::event::OriginId;
use crate::origin::Origins;
use plan::Plan;
use regexes::Regexes;
use sigwright_ir::{RuleId, RuleSet};
use std::sync::{Arc, OnceLock};
use tables::AllQuestions;

/// What the program may use to be fast; all on but in tests, where each is switched off in
/// turn and the findings stay the same.
#[derive(Debug, Clone)]
pub struct ProgramOptions {
    /// Try only rules one of whose necessary predicates holds.
    pub candidates: bool,
    /// Answer string questions by one scan per field.
    pub literals: bool,
    /// Run a regular expression only where a literal it needs was found.
    pub regex_gates: bool,
    /// Remember what values were found to answer.
    pub memo: bool,
    /// Every rule sees every event, whatever its log source.
    pub ignore_logsource: bool,
}

impl Default for ProgramOptions {
    fn default() -> Self {
        ProgramOptions {
            candidates: true,
            literals: true,
            regex_gates: true,
            memo: true,
            ignore_logsource: false,
        }
    }
}

/// A compiled rule set.
///
/// ```
/// use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions};
/// use sigwright_syntax::Sources;
/// use std::sync::Arc;
///
/// let mut sources = Sources::new();
/// let id = sources.add("pod.yml", "
/// title: Pod Deleted
/// logsource: {product: kubernetes, service: audit}
/// detection:
///   selection: {verb: delete, objectRef.resource: pods}
///   condition: selection
/// ");
/// let (documents, _) = sigwright_syntax::read(&sources, id);
/// let (rules, diagnostics) = sigwright_ir::lower(&documents, &Default::default());
/// assert!(diagnostics.is_empty());
///
/// let program = Program::compile(Arc::new(rules), Origins::new(vec![]), ProgramOptions::default());
/// let mut matcher = Matcher::new(&program);
/// let event = Event::from_json(r#"{"verb":"delete","objectRef":{"resource":"pods"}}"#)?;
/// let mut found = Vec::new();
/// matcher.matches(&event, &mut found);
/// assert_eq!(found.len(), 1);
/// # Ok::<(), sigwright_engine::event::JsonError>(())
/// ```
#[derive(Debug)]
pub struct Program {
    set: Arc<RuleSet>,
    origins: Origins,
    options: ProgramOptions,
    regexes: Regexes,
    questions: AllQuestions,
    plans: Vec<OnceLock<Plan>>,
}

impl Program {
    /// Compiles a rule set for events of the logs in `origins`.
    pub fn compile(set: Arc<RuleSet>, origins: Origins, options: ProgramOptions) -> Self {
        let plans = if options.ignore_logsource {
            1
        } else {
            origins.len()
        };
        Program {
            regexes: Regexes::new(options.regex_gates),
            set,
            origins,
            options,
            questions: AllQuestions::default(),
            plans: (0..plans).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.set
    }

    /// The logs events may come from.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// The rules that see events of a log.
    pub fn visible(&self, origin: OriginId) -> impl Iterator<Item = RuleId> {
        self.set
            .iter()
            .filter(move |(_, rule)| {
                self.options.ignore_logsource || self.origins.sees(&rule.logsource, origin)
            })
            .map(|(id, _)| id)
    }

    /// Where the plan for a log is kept.
    fn place(&self, origin: OriginId) -> usize {
        let place = origin.0 as usize;
        if place < self.plans.len() { place } else { 0 }
    }

    fn plan(&self, place: usize) -> Option<&Plan> {
        let origin = OriginId(u16::try_from(place).unwrap_or(0));
        let plan = self.plans.get(place)?;
        Some(plan.get_or_init(|| {
            let rules: Vec<RuleId> = self.visible(origin).collect();
            Plan::new(self, &rules)
        }))
    }
}
