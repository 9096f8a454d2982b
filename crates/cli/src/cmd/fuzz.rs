//! `sigwright fuzz`.

use super::{complain, report};
use crate::args::{ColorWhen, FuzzArgs};
use crate::load;
use crate::render::escape;
use crate::settings::{Look, Outcome, Stream};
use sigwright_convert::rule;
use sigwright_ir::RuleId;
use sigwright_syntax::Severity;
use sigwright_verify::fuzz::{Disagreement, Fuzz};
use sigwright_verify::sqlite::Sqlite;
use std::io::{self, Write};
use std::time::Instant;

/// Makes events as long as is asked for, and prints where something disagrees.
pub fn run(args: &FuzzArgs, color: ColorWhen) -> io::Result<Outcome> {
    let err_look = Look::of(Stream::Err, color);
    let loaded = load::load(&args.rules, &args.lists.lists);
    report(&loaded, Severity::Error, color)?;
    let set = &loaded.set;
    if set.rules.is_empty() {
        complain(&mut io::stderr().lock(), err_look, "no rule here")?;
        return Ok(Outcome::Broken);
    }
    let begun = Instant::now();
    let goes_on = || args.time.is_some_and(|time| begun.elapsed() < time);
    let mut out = io::stdout().lock();
    let (mut rounds, mut events, mut program, mut rows) = (0u64, 0usize, 0usize, 0usize);
    let (mut wrong, mut not_asked) = (0usize, 0usize);
    'rounds: loop {
        let rules = rule::rules(&loaded.documents, set, &loaded.context);
        let rules = rules.into_iter().map(Result::ok);
        let mut database = Sqlite;
        let seed = args.seed.wrapping_add(rounds);
        let mut fuzz = Fuzz::new(set, rules, seed, &mut database);
        rounds += 1;
        for index in 0..set.rules.len() {
            let round = fuzz.round(RuleId::from(index));
            events += round.events;
            program += round.program;
            rows += round.rows;
            not_asked += usize::from(round.not_asked.is_some());
            for one in &round.disagreements {
                wrong += 1;
                let path = set
                    .rule(one.rule)
                    .map_or("", |rule| loaded.path(rule.source));
                shown(path, seed, one, &mut out)?;
            }
            if args.time.is_some() && !goes_on() {
                break 'rounds;
            }
        }
        if !goes_on() {
            break;
        }
    }
    writeln!(
        io::stderr().lock(),
        "{rounds} rounds, {} rules: {events} events, {program} verdicts of the program and {rows} \
         rows of SQLite compared; {wrong} disagreements; {not_asked} times without a query",
        set.rules.len()
    )?;
    Ok(if !loaded.unreadable.is_empty() {
        Outcome::Broken
    } else if wrong > 0 || loaded.worst() == Some(Severity::Error) {
        Outcome::Failed
    } else {
        Outcome::Clean
    })
}

fn shown(path: &str, seed: u64, one: &Disagreement, out: &mut dyn Write) -> io::Result<()> {
    let says = |matches: bool| if matches { "match" } else { "no match" };
    writeln!(
        out,
        "{}: judge: {}, {}: {} (seed {seed})\n  event  {}",
        escape::line(path),
        says(one.judge),
        one.who,
        says(!one.judge),
        escape::line(&one.event),
    )?;
    for query in &one.queries {
        writeln!(out, "  query  {}", escape::line(query))?;
    }
    Ok(())
}
