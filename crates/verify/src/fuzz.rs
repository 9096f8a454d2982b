//! Looks for events on which judge, program and SQL disagree, as long as one likes.
//!
//! Events are made out of each rule, some that match and some that just do not, and changed at
//! random. A disagreement is made as small as it can be.

use crate::{Database, Table};
use serde_json::Value;
use sigwright_convert::pipeline::convert;
use sigwright_convert::{Chain, Rule, dialects};
use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions, naive};
use sigwright_generate::mutate::{Random, mutated, smallest};
use sigwright_generate::{Generator, Options, Plain};
use sigwright_ir::{RuleId, RuleSet};
use std::sync::Arc;

/// Events made by change of each that was made out of the rule.
const CHANGES: usize = 4;
/// Other rules that are asked about each event.
const OTHERS: usize = 3;
/// Disagreements of one rule that are made small, in one round.
const SHOWN: usize = 3;

/// Two disagree about an event.
#[derive(Debug, Clone)]
pub struct Disagreement {
    /// The rule.
    pub rule: RuleId,
    /// Who says otherwise than the judge: `program` or `sqlite`.
    pub who: &'static str,
    /// The event, as small as it could be made.
    pub event: String,
    /// Whether the rule matches it, as the judge says.
    pub judge: bool,
    /// The query, where there is one.
    pub queries: Vec<String>,
}

/// What a round over one rule came to.
#[derive(Debug, Clone, Default)]
pub struct Round {
    /// How many events there were.
    pub events: usize,
    /// How many verdicts of the program were compared.
    pub program: usize,
    /// How many rows of the database.
    pub rows: usize,
    /// Why the database was not asked: the rule has no query, or the query fails.
    pub not_asked: Option<String>,
    /// Where they disagree.
    pub disagreements: Vec<Disagreement>,
}

/// Rules, and all that judges them.
pub struct Fuzz<'d> {
    set: Arc<RuleSet>,
    queries: Vec<Result<Vec<String>, String>>,
    program: Program,
    generator: Generator,
    random: Random,
    database: &'d mut dyn Database,
}

impl<'d> Fuzz<'d> {
    /// For the rules of a set, each as it is converted, and a database of SQLite's language.
    pub fn new(
        set: &Arc<RuleSet>,
        rules: impl IntoIterator<Item = Option<Rule>>,
        seed: u64,
        database: &'d mut dyn Database,
    ) -> Self {
        let options = ProgramOptions {
            ignore_logsource: true,
            ..ProgramOptions::default()
        };
        Fuzz {
            set: set.clone(),
            queries: rules.into_iter().map(query).collect(),
            program: Program::compile(set.clone(), Origins::new(Vec::new()), options),
            generator: Generator::new(
                set.clone(),
                Options {
                    seed,
                    most: 16,
                    limit: 64,
                    ..Options::default()
                },
            ),
            random: Random::new(seed),
            database,
        }
    }

    /// Makes events for a rule and compares.
    pub fn round(&mut self, id: RuleId) -> Round {
        let mut round = Round::default();
        let made = self.generator.rule(id, &Plain::default());
        let mut events: Vec<Value> = Vec::new();
        for case in made.cases {
            for _ in 0..CHANGES {
                events.push(mutated(&case.flat, &mut self.random));
            }
            events.push(case.flat);
        }
        round.events = events.len();
        let mut wrong = self.by_program(id, &events, &mut round);
        match self.queries.get(id.index()).cloned() {
            Some(Ok(queries)) => match self.by_database(id, &events, &queries) {
                Ok(found) => {
                    round.rows = events.len();
                    wrong.extend(found);
                }
                Err(message) => round.not_asked = Some(message),
            },
            Some(Err(message)) => round.not_asked = Some(message),
            None => {}
        }
        wrong.truncate(SHOWN);
        let small = wrong
            .into_iter()
            .map(|(rule, who, event)| self.small(rule, who, &event));
        round.disagreements = small.collect();
        round
    }

    /// Events on which the program says otherwise, of this rule and some others.
    fn by_program(
        &mut self,
        id: RuleId,
        events: &[Value],
        round: &mut Round,
    ) -> Vec<(RuleId, &'static str, Value)> {
        let mut wrong = Vec::new();
        let mut matcher = Matcher::new(&self.program);
        let mut found = Vec::new();
        for value in events {
            let Ok(event) = Event::from_json(&value.to_string()) else {
                continue;
            };
            matcher.matches(&event, &mut found);
            let mut asked = found.clone();
            asked.push(id);
            for _ in 0..OTHERS {
                asked.push(RuleId::from(self.random.below(self.set.rules.len())));
            }
            asked.sort_unstable();
            asked.dedup();
            for rule in asked {
                round.program += 1;
                if naive::matches(&self.set, rule, &event) != found.contains(&rule) {
                    wrong.push((rule, "program", value.clone()));
                }
            }
        }
        wrong
    }

    /// Events on which the database says otherwise.
    fn by_database(
        &mut self,
        id: RuleId,
        events: &[Value],
        queries: &[String],
    ) -> Result<Vec<(RuleId, &'static str, Value)>, String> {
        let texts: Vec<String> = events.iter().map(Value::to_string).collect();
        let judged: Vec<bool> = texts.iter().map(|text| self.judge(id, text)).collect();
        let found = self.database.find(Table::Json(&texts), queries)?;
        let wrong = events.iter().zip(judged).enumerate();
        let wrong = wrong.filter(|(place, (_, judge))| found.contains(place) != *judge);
        Ok(wrong
            .map(|(_, (event, _))| (id, "sqlite", event.clone()))
            .collect())
    }

    fn judge(&self, id: RuleId, text: &str) -> bool {
        Event::from_json(text).is_ok_and(|event| naive::matches(&self.set, id, &event))
    }

    /// A disagreement with as little as it takes.
    fn small(&mut self, rule: RuleId, who: &'static str, event: &Value) -> Disagreement {
        let queries = match (who, self.queries.get(rule.index())) {
            ("sqlite", Some(Ok(queries))) => queries.clone(),
            _ => Vec::new(),
        };
        let mut still = |event: &Value| {
            let text = event.to_string();
            let judge = self.judge(rule, &text);
            match who {
                "sqlite" => {
                    let texts = [text];
                    let found = self.database.find(Table::Json(&texts), &queries);
                    found.is_ok_and(|found| found.contains(&0) != judge)
                }
                _ => {
                    let mut matcher = Matcher::new(&self.program);
                    let mut found = Vec::new();
                    Event::from_json(&text).is_ok_and(|event| {
                        matcher.matches(&event, &mut found);
                        found.contains(&rule) != judge
                    })
                }
            }
        };
        let event = smallest(event, &mut still).to_string();
        Disagreement {
            rule,
            who,
            judge: self.judge(rule, &event),
            event,
            queries,
        }
    }
}

/// The queries of a rule over events as JSON.
fn query(rule: Option<Rule>) -> Result<Vec<String>, String> {
    let rule = rule.ok_or_else(|| "the rule cannot be converted".to_owned())?;
    let dialect = dialects::find("sqlite");
    let format = dialect.and_then(|d| d.formats.iter().find(|format| format.name == "json"));
    let (Some(dialect), Some(format)) = (dialect, format) else {
        return Err("there is no such dialect".to_owned());
    };
    let chain = Chain::new(dialect, format, Vec::new(), Default::default())?;
    convert(rule, dialect, format, &chain).map_err(|unsupported| unsupported.message)
}
