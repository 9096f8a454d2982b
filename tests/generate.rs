//! Events made out of rules: over the public rules nearly every way to match has one.
//!
//! Needs the folder that `SIGWRIGHT_SHARED` names; the shipped rules are looked at always.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use sigwright_engine::{Event, Matcher, Origins, Program, ProgramOptions};
use sigwright_events::time::event_time;
use sigwright_events::{Decoder, origins};
use sigwright_generate::{Failure, Generator, Options, Reader};
use sigwright_ir::{Context, Rule, RuleSet, lower};
use sigwright_syntax::Sources;
use sigwright_verify::fuzz::Fuzz;
use sigwright_verify::sqlite::Sqlite;
use sigwright_verify::{Database, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shows events as a run does.
struct Logs {
    decoder: Decoder,
    origins: Origins,
}

impl Logs {
    fn of(set: &RuleSet) -> Logs {
        Logs {
            decoder: Decoder::new(set.exprs.field_names().map(|(_, name)| name)),
            origins: origins(None),
        }
    }
}

impl Reader for Logs {
    fn seen(&self, rule: &Rule, text: &str, any_log: bool, each: &mut dyn FnMut(&Event)) {
        let decoded = self.decoder.decode(text, &mut Event::new(), &mut |event| {
            if any_log || self.origins.sees(&rule.logsource, event.origin) {
                each(event);
            }
        });
        decoded.unwrap();
    }

    fn origins(&self) -> &Origins {
        &self.origins
    }

    fn time(&self, event: &Event) -> Option<i64> {
        event_time(event).map(|time| time.as_nanos())
    }
}

/// All rules below a folder, and the path of each.
fn rules(folder: &Path) -> (Arc<RuleSet>, Vec<String>) {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "regression_data" {
                open.push(path);
            } else if name.ends_with(".yml") && !name.ends_with(".cases.yml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let id = sources.add(path.display().to_string(), text);
        documents.extend(sigwright_syntax::read(&sources, id).0);
    }
    // placeholders: any value will do
    let mut context = Context::default();
    for (_, source) in sources.iter() {
        for name in source.text.split('%').skip(1).step_by(2) {
            let values = vec!["one".to_owned(), "two".to_owned()];
            context.lists.insert(name.to_owned(), values);
        }
    }
    let (set, _) = lower(&documents, &context);
    let names = set.rules.iter().map(|rule| {
        let source = sources.get(rule.source);
        source.map_or_else(String::new, |source| source.name.clone())
    });
    let names = names.collect();
    (Arc::new(set), names)
}

/// Makes events for all rules, and has the program judge them, too. Gives how many rules have
/// an event for every way that was to have one, and of how many.
fn complete(
    set: &Arc<RuleSet>,
    names: &[String],
    options: Options,
    every: usize,
) -> (usize, usize) {
    let logs = Logs::of(set);
    let programs = [false, true].map(|ignore_logsource| {
        let options = ProgramOptions {
            ignore_logsource,
            ..ProgramOptions::default()
        };
        Program::compile(set.clone(), logs.origins.clone(), options)
    });
    let mut generator = Generator::new(set.clone(), options);
    let (mut tried, mut complete, mut events, mut beyond, mut any_log) = (0, 0, 0, 0, 0);
    let (mut ways, mut made_ways, mut impossible) = (0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for ((id, rule), path) in set.iter().zip(names).step_by(every) {
        tried += 1;
        let made = generator.rule(id, &logs);
        complete += usize::from(made.hits.missing == 0);
        beyond += usize::from(!made.every_way);
        any_log += usize::from(made.any_log);
        ways += made.hits.total;
        made_ways += made.hits.made;
        impossible += made.hits.impossible;
        let mut matcher = Matcher::new(&programs[usize::from(made.any_log)]);
        let mut found = Vec::new();
        for case in &made.cases {
            events += 1;
            let text = case.event.to_string();
            let mut hit = false;
            logs.seen(rule, &text, made.any_log, &mut |event| {
                matcher.matches(event, &mut found);
                hit |= found.contains(&id);
            });
            assert_eq!(hit, case.hit, "{path}: {}\n{text}", case.why);
        }
        for gap in made.gaps {
            let (Failure::Contradiction(why) | Failure::NotFound(why)) = &gap.why;
            println!("{path}: {}: {why}", gap.what);
            let kind = match &gap.why {
                Failure::Contradiction(_) => "cannot be",
                Failure::NotFound(_) => "not found",
            };
            *reasons.entry(kind.to_owned()).or_default() += 1;
        }
    }
    println!(
        "{tried} rules, {complete} complete; {made_ways} of {ways} ways ({impossible} cannot be); \
         {beyond} rules with more ways than that, {any_log} of no known log; {events} events; {reasons:?}"
    );
    (complete, tried)
}

#[test]
fn shipped_rules_are_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let (set, names) = rules(&folder);
    assert!(set.rules.len() > 10);
    let all = set.rules.len();
    assert_eq!(complete(&set, &names, Options::default(), 1), (all, all));
    let logs = Logs::of(&set);
    let mut generator = Generator::new(set.clone(), Options::default());
    for (index, rule) in set.correlations.iter().enumerate() {
        let timelines = generator.correlation(index, &logs).timelines;
        let silent = timelines.iter().any(|timeline| !timeline.hit);
        assert!(silent, "{}", rule.title());
    }
}

#[test]
fn public_rules_are_complete() {
    let Some(shared) = std::env::var_os("SIGWRIGHT_SHARED").map(PathBuf::from) else {
        println!("public_rules_are_complete: skipped, SIGWRIGHT_SHARED is not set");
        return;
    };
    let (set, names) = rules(&shared.join("corpus/sigmahq"));
    let options = Options {
        hits_only: true,
        ..Options::default()
    };
    assert!(set.rules.len() > 2_000);
    let (complete, tried) = complete(&set, &names, options, sigwright_tests::every());
    assert!(complete * 100 >= tried * 99, "{complete} of {tried}");
}

/// A database that finds nothing.
struct Blind;

impl Database for Blind {
    fn find(&mut self, _: Table<'_>, _: &[String]) -> Result<BTreeSet<usize>, String> {
        Ok(BTreeSet::new())
    }

    fn rows(&mut self, _: Table<'_>, _: &str) -> Result<Vec<Vec<String>>, String> {
        Ok(Vec::new())
    }
}

/// Judge, program and SQL over events made at a fixed seed; and a database that is wrong is
/// found out, with the smallest event that shows it.
#[test]
fn evaluators_agree() {
    let text = "title: T\nlogsource: { product: p }\ndetection:\n  sel:\n    a.b|endswith: '\\x.exe'\n    \
                c: [1, 2]\n  not: { d|contains: z }\n  condition: sel and not 1 of no*\n";
    let mut sources = Sources::default();
    let id = sources.add("rule.yml".to_owned(), text.to_owned());
    let (documents, _) = sigwright_syntax::read(&sources, id);
    let context = Context::default();
    let (set, _) = lower(&documents, &context);
    let set = Arc::new(set);
    let converted = || {
        let rules = sigwright_convert::rule::rules(&documents, &set, &context);
        rules.into_iter().map(Result::ok).collect::<Vec<_>>()
    };
    let first = set.iter().next().unwrap().0;
    for seed in 0..20 {
        let round = Fuzz::new(&set, converted(), seed, &mut Sqlite).round(first);
        assert!(round.events > 20 && round.rows == round.events);
        assert!(round.disagreements.is_empty(), "{:?}", round.disagreements);
    }
    let round = Fuzz::new(&set, converted(), 0, &mut Blind).round(first);
    let found = &round.disagreements[0];
    assert!(found.judge && found.who == "sqlite");
    let event: serde_json::Value = serde_json::from_str(&found.event).unwrap();
    assert_eq!(event.as_object().unwrap().len(), 2, "{event}");
}
