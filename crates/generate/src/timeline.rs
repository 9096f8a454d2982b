//! The timelines of one correlation: some on which it alerts, some that stop one short of it.

mod plot;

use crate::rule::Work;
use crate::search::{Failure, Search};
use crate::stage::{Moment, Said, Stage};
use crate::wish::{self, Wish};
use crate::{Gap, Options, Reader};
use plot::{Actor, Plot};
use serde_json::Value;
use sigwright_engine::{Event, Time};
use sigwright_ir::pred::{Anchor, Number, Pattern, StrOp};
use sigwright_ir::{
    CorrelationRule, ExprId, Op, Predicate, Reference, Rule, RuleId, RuleSet, Subject,
};
use std::collections::HashMap;
use std::sync::Arc;

/// 2026-01-05T10:20:30Z: when timelines begin.
const BEGIN: i64 = 1_767_608_430_000_000_000;
/// A second in nanoseconds.
const SECOND: i64 = 1_000_000_000;
/// Most events of one timeline.
const MOST: usize = 1_000;

/// A moment of a timeline.
#[derive(Debug, Clone)]
pub struct Step {
    /// When, in nanoseconds since 1970.
    pub time: i64,
    /// The event; none where only time passes.
    pub event: Option<Value>,
    /// What is said then, of the correlation's file.
    pub said: Vec<Reference>,
}

/// Events in the course of time.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The correlation alerts.
    pub hit: bool,
    /// What makes it alert, or not, on one line.
    pub why: String,
    /// Rules and correlations that only feed others speak, too.
    pub generate: bool,
    /// What an earlier run learned from.
    pub lessons: Vec<(i64, Value)>,
    /// In order.
    pub steps: Vec<Step>,
}

/// What became of a correlation.
#[derive(Debug, Clone, Default)]
pub struct Timelines {
    /// Those that alert first.
    pub timelines: Vec<Timeline>,
    /// No log is known in which the rules would see such events.
    pub any_log: bool,
    /// What has none.
    pub gaps: Vec<Gap>,
}

/// Makes the timelines of a correlation.
pub(crate) fn make(
    search: &mut Search,
    set: &Arc<RuleSet>,
    index: usize,
    options: &Options,
    reader: &dyn Reader,
) -> Timelines {
    let Some(rule) = set.correlations.get(index) else {
        return Timelines::default();
    };
    let mut last = Timelines::default();
    let ways = [(false, false), (false, true), (true, false), (true, true)];
    for (any_log, generate) in ways {
        let stage = Stage::new(set, index, reader, any_log, generate);
        let mut theatre = Theatre {
            search,
            stage,
            reader,
            any_log,
            generate,
            index,
            made: HashMap::new(),
        };
        let timelines = theatre.all(rule, options);
        if timelines.timelines.iter().any(|timeline| timeline.hit) {
            return timelines;
        }
        // what is said of events that are seen tells more
        if last.gaps.is_empty() {
            last = timelines;
        }
    }
    last
}

struct Theatre<'a> {
    search: &'a mut Search,
    stage: Stage<'a>,
    reader: &'a dyn Reader,
    any_log: bool,
    generate: bool,
    index: usize,
    /// Events that were made, by their rule and what was wished for.
    made: HashMap<(RuleId, Vec<Wish>), Result<Value, Failure>>,
}

impl Theatre<'_> {
    fn all(&mut self, rule: &CorrelationRule, options: &Options) -> Timelines {
        let mut timelines = Timelines {
            any_log: self.any_log,
            ..Timelines::default()
        };
        let cast = match self.cast(rule) {
            Ok(cast) => cast,
            Err(why) => {
                let what = "a timeline".to_owned();
                timelines.gaps.push(Gap { what, why });
                return timelines;
            }
        };
        for wanted in [true, false] {
            let plots = match wanted {
                true => plot::firing(&rule.plan, &rule.hints),
                false => plot::stopping_short(&rule.plan, &rule.hints),
            };
            if plots.is_empty() {
                timelines.gaps.push(Gap {
                    what: if wanted {
                        "an alert"
                    } else {
                        "one short of it"
                    }
                    .to_owned(),
                    why: Failure::NotFound(format!(
                        "it would take more than {MOST} events, or numbers that none was found for"
                    )),
                });
            }
            for group in plots {
                // of several ways to play the same, the first that comes out as told
                let mut failure = None;
                let mut played = false;
                for plot in &group.ways {
                    match self.play(rule, plot, &cast, wanted, &group.why) {
                        Ok(timeline) => {
                            timelines.timelines.push(timeline);
                            played = true;
                            break;
                        }
                        Err(why) => failure = Some(why),
                    }
                }
                if let (false, Some(why)) = (played, failure) {
                    timelines.gaps.push(Gap {
                        what: group.why.clone(),
                        why,
                    });
                }
            }
            if options.hits_only {
                break;
            }
        }
        timelines
    }

    /// The values that make a group, by its fields.
    fn cast(&mut self, rule: &CorrelationRule) -> Result<Vec<String>, Failure> {
        let mut values: Vec<String> = Vec::new();
        let names: Vec<_> = rule.plan.group_by.iter().collect();
        let Some(first) = self.leaf(rule, 0) else {
            return Err(Failure::NotFound(
                "what it refers to has no rule".to_owned(),
            ));
        };
        let (id, places) = first;
        let mut wishes = Vec::new();
        for _ in 0..2 {
            let event = self.event(id, &wishes)?;
            values.clear();
            for field in &names {
                let name = places(field);
                match self.value(id, &event, &name) {
                    Some(value) => values.push(value),
                    None => wishes.push(self.there(&name)),
                }
            }
            if values.len() == names.len() {
                return Ok(values);
            }
        }
        Err(Failure::NotFound(
            "an event has no value for a field of the group".to_owned(),
        ))
    }

    /// The first detection rule behind a reference, and what it calls a field of the group.
    fn leaf(
        &self,
        rule: &CorrelationRule,
        reference: usize,
    ) -> Option<(
        RuleId,
        impl Fn(&sigwright_ir::correlation::KeyField) -> String + use<>,
    )> {
        let mut path = vec![reference];
        let mut at = *rule.references.get(reference)?;
        let mut links: Vec<sigwright_ir::Plan> = Vec::new();
        for _ in 0..8 {
            match at {
                Reference::Rule(id) => {
                    let place = path.first().copied().unwrap_or_default();
                    let names = move |field: &sigwright_ir::correlation::KeyField| {
                        let mut name = field.in_reference.get(place).unwrap_or(&field.name).clone();
                        for plan in &links {
                            let inner = plan.group_by.iter().find(|inner| inner.name == name);
                            name = inner
                                .and_then(|inner| inner.in_reference.first())
                                .unwrap_or(&name)
                                .clone();
                        }
                        name
                    };
                    return Some((id, names));
                }
                Reference::Correlation(index) => {
                    let inner = self.stage.set.correlations.get(index)?;
                    links.push(inner.plan.clone());
                    path.push(0);
                    at = *inner.references.first()?;
                }
            }
        }
        None
    }

    /// Plays a plot, and sees whether the correlation says what is wanted.
    fn play(
        &mut self,
        rule: &CorrelationRule,
        plot: &Plot,
        cast: &[String],
        wanted: bool,
        why: &str,
    ) -> Result<Timeline, Failure> {
        let mut lessons: Vec<Moment> = Vec::new();
        for actor in &plot.lessons {
            self.enter(rule, actor, cast, &mut lessons, 0)?;
        }
        let mut moments: Vec<Moment> = Vec::new();
        for actor in &plot.actors {
            self.enter(rule, actor, cast, &mut moments, 0)?;
        }
        if let Some(end) = plot.end {
            moments.push((BEGIN + end, None));
        }
        if moments.len() > MOST {
            return Err(Failure::NotFound(format!(
                "it takes more than {MOST} events"
            )));
        }
        moments.sort_by_key(|(time, _)| *time);
        lessons.sort_by_key(|(time, _)| *time);
        for (time, event) in lessons.iter_mut().chain(&mut moments) {
            if let Some(event) = event {
                self.set_time(event, *time);
            }
        }
        let played = |moments: &[Moment]| {
            let unclear = || Failure::NotFound("its events tell other times".to_owned());
            self.stage.play(&lessons, moments).ok_or_else(unclear)
        };
        let mut said = played(&moments)?;
        let mut added = false;
        for one in &said {
            if Stage::moment(one, &moments).is_none() {
                moments.push((one.time, None));
                added = true;
            }
        }
        if added {
            moments.sort_by_key(|(time, event)| (*time, event.is_none()));
            said = played(&moments)?;
        }
        let own = |said: &&Said| said.by == Reference::Correlation(self.index);
        // of plots that say so, only the last event decides
        let counted = said
            .iter()
            .filter(own)
            .filter(|said| said.time >= BEGIN + plot.from);
        if (counted.count() > 0) != wanted {
            let why = match wanted {
                true => "it was played, and there was no alert",
                false => "it was played, and there was an alert",
            };
            return Err(Failure::NotFound(why.to_owned()));
        }
        let source = rule.source;
        let of_file = |by: &Reference| match by {
            Reference::Rule(id) => self.stage.set.rule(*id).map(|rule| rule.source),
            Reference::Correlation(at) => self.stage.set.correlations.get(*at).map(|c| c.source),
        };
        let mut steps: Vec<Step> = moments
            .iter()
            .map(|(time, event)| Step {
                time: *time,
                event: event.clone(),
                said: Vec::new(),
            })
            .collect();
        for one in said.iter().filter(|one| of_file(&one.by) == Some(source)) {
            let step = Stage::moment(one, &moments).and_then(|at| steps.get_mut(at));
            if let Some(step) = step {
                step.said.push(one.by);
            }
        }
        let lessons = lessons
            .into_iter()
            .filter_map(|(time, event)| Some((time, event?)));
        Ok(Timeline {
            hit: wanted,
            why: why.to_owned(),
            generate: self.generate,
            lessons: lessons.collect(),
            steps,
        })
    }

    /// Adds the events with which an actor's reference matches.
    fn enter(
        &mut self,
        rule: &CorrelationRule,
        actor: &Actor,
        cast: &[String],
        to: &mut Vec<Moment>,
        depth: usize,
    ) -> Result<(), Failure> {
        let reference = rule.references.get(actor.reference).copied();
        match reference {
            Some(Reference::Rule(id)) => {
                let mut wishes = Vec::new();
                for (place, field) in rule.plan.group_by.iter().enumerate() {
                    let name = field
                        .in_reference
                        .get(actor.reference)
                        .unwrap_or(&field.name);
                    if actor.other_group && place == 0 {
                        wishes.extend([self.there(name)]);
                        let value = cast.get(place).map_or("", String::as_str);
                        wishes.push(self.equal(name, value, false));
                        continue;
                    }
                    wishes.extend(cast.get(place).map(|value| self.equal(name, value, true)));
                }
                for (field, number) in &actor.distinct {
                    let name = field
                        .in_reference
                        .get(actor.reference)
                        .unwrap_or(&field.name);
                    let wish = self.distinct(id, name, *number, &wishes)?;
                    wishes.push(wish);
                }
                for (field, number) in &actor.numbers {
                    let name = field
                        .in_reference
                        .get(actor.reference)
                        .unwrap_or(&field.name);
                    wishes.push(self.number(name, *number));
                }
                let event = match actor.misses {
                    false => self.event(id, &wishes)?,
                    true => self.miss(id)?,
                };
                to.push((BEGIN + actor.at, Some(event)));
                Ok(())
            }
            Some(Reference::Correlation(index)) if depth < 4 => {
                let set = self.stage.set.clone();
                let inner = set.correlations.get(index);
                let nothing = || Failure::NotFound("what it hears cannot be played".to_owned());
                let inner = inner.ok_or_else(nothing)?;
                let plots = plot::firing(&inner.plan, &inner.hints);
                let plot = plots.first().and_then(|group| group.ways.first());
                let plot = plot.ok_or_else(nothing)?.clone();
                // the values of its group that this one speaks of; the others by themselves
                let mut values = Vec::new();
                let own = self.cast(inner)?;
                for (place, field) in inner.plan.group_by.iter().enumerate() {
                    let mine = rule.plan.group_by.iter().position(|mine| {
                        mine.in_reference.get(actor.reference) == Some(&field.name)
                    });
                    let value = mine.and_then(|mine| cast.get(mine)).or(own.get(place));
                    values.push(value.cloned().unwrap_or_default());
                }
                for inside in &plot.actors {
                    let mut inside = inside.clone();
                    inside.at += actor.at;
                    self.enter(inner, &inside, &values, to, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(Failure::NotFound(
                "it hears too much that hears others".to_owned(),
            )),
        }
    }

    /// An event that a rule matches, with these wishes besides.
    fn event(&mut self, id: RuleId, wishes: &[Wish]) -> Result<Value, Failure> {
        let key = (id, wishes.to_vec());
        if let Some(known) = self.made.get(&key) {
            return known.clone();
        }
        let found = self.find(id, wishes);
        self.made.insert(key, found.clone());
        found
    }

    fn find(&mut self, id: RuleId, wishes: &[Wish]) -> Result<Value, Failure> {
        let set = self.stage.set.clone();
        let rule = set
            .rule(id)
            .ok_or_else(|| Failure::NotFound("no such rule".to_owned()))?;
        let mut work = Work::new(&self.search.exprs, rule, self.reader, self.any_log);
        work.also_reads(&self.search.exprs, wishes);
        // as the log usually is, if that will do: it has values for groups already
        let mut all = vec![Wish::Is(rule.root, true)];
        let mut holds = vec![(rule.root, true)];
        holds.extend(wishes.iter().filter_map(|wish| match wish {
            Wish::Is(expr, wanted) => Some((*expr, *wanted)),
            Wish::Within(..) => None,
        }));
        let plain = work.event(self.search, &all, None, &[(rule.root, true)]);
        if let Ok(found) = plain
            && work.is_so(&self.search.exprs, &found.event, &holds)
        {
            return Ok(found.event);
        }
        // only what does not hold by itself is asked for
        let text = work
            .event(self.search, &all, None, &[(rule.root, true)])?
            .event;
        let missing = holds
            .iter()
            .skip(1)
            .filter(|one| !work.is_so(&self.search.exprs, &text, std::slice::from_ref(one)));
        let missing: Vec<Wish> = missing
            .map(|(expr, wanted)| Wish::Is(*expr, *wanted))
            .collect();
        all.extend(missing);
        let found = work.event_in_log(self.search, &all, &holds);
        if found.is_ok() {
            return found.map(|found| found.event);
        }
        let mut all = vec![Wish::Is(rule.root, true)];
        all.extend(wishes.iter().cloned());
        work.event_in_log(self.search, &all, &holds)
            .map(|found| found.event)
    }

    /// An event that a rule just misses.
    fn miss(&mut self, id: RuleId) -> Result<Value, Failure> {
        let set = self.stage.set.clone();
        let rule = set
            .rule(id)
            .ok_or_else(|| Failure::NotFound("no such rule".to_owned()))?;
        let mut work = Work::new(&self.search.exprs, rule, self.reader, self.any_log);
        let mut last = Failure::NotFound("it asks nothing".to_owned());
        for path in wish::paths(&self.search.exprs, rule.root) {
            let wishes = path.wishes(&self.search.exprs, !path.wanted);
            let miss = Some(path.leaf);
            match work.event(self.search, &wishes, miss, &[(rule.root, false)]) {
                Ok(found) => return Ok(found.event),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    /// A wish for the value number `number` of a field, none like those before it.
    fn distinct(
        &mut self,
        id: RuleId,
        name: &str,
        number: usize,
        others: &[Wish],
    ) -> Result<Wish, Failure> {
        let mut wishes = others.to_vec();
        wishes.push(self.there(name));
        let mut value = String::new();
        for _ in 0..=number {
            let event = self.event(id, &wishes)?;
            let found = self.value(id, &event, name);
            value = found.ok_or_else(|| Failure::NotFound(format!("`{name}` has no value")))?;
            wishes.push(self.equal(name, &value, false));
        }
        Ok(self.equal(name, &value, true))
    }

    /// The first value of a field, as the rule sees an event.
    fn value(&self, id: RuleId, event: &Value, name: &str) -> Option<String> {
        let rule: &Rule = self.stage.set.rule(id)?;
        let mut found = None;
        self.reader.seen(
            rule,
            &event.to_string(),
            self.any_log,
            &mut |event: &Event| {
                event.reach(name, &mut |node| {
                    event.leaves(node, &mut |leaf| {
                        let text = event.value(leaf).text();
                        if let (None, Some(text)) = (&found, text.filter(|text| !text.is_empty())) {
                            found = Some(text.to_owned());
                        }
                    });
                });
            },
        );
        found
    }

    fn asked(&mut self, name: &str, op: Op) -> ExprId {
        let subject = Subject::Field(self.search.exprs.field(name));
        self.search.exprs.pred(Predicate { subject, op })
    }

    fn there(&mut self, name: &str) -> Wish {
        Wish::Is(self.asked(name, Op::Null), false)
    }

    fn equal(&mut self, name: &str, value: &str, wanted: bool) -> Wish {
        let equal = Op::Str(StrOp {
            anchor: Anchor::Whole,
            pattern: Pattern::literal(value),
            cased: wanted,
        });
        Wish::Is(self.asked(name, equal), wanted)
    }

    fn number(&mut self, name: &str, number: f64) -> Wish {
        Wish::Is(self.asked(name, Op::Num(Number::from_f64(number))), true)
    }

    fn set_time(&self, event: &mut Value, time: i64) {
        if let Some(text) = Time::from_nanos(time).map(Time::to_rfc3339) {
            // each of the shapes the event may have
            for id in self.stage.rules() {
                if let Some(rule) = self.stage.set.rule(*id)
                    && let Some(shape) = crate::shape::like(&rule.logsource, event)
                {
                    shape.set_time(event, &text);
                    return;
                }
            }
        }
    }
}
