//! The events of one rule.

use crate::disjuncts::Disjuncts;
use crate::search::{Assignment, Failure, Search};
use crate::shape::{self, Dress, Shape};
use crate::value::Slot;
use crate::wish::{self, Path, Wish};
use crate::{Case, Coverage, Gap, Made, Options, Reader};
use serde_json::Value;
use sigwright_engine::{Event, naive};
use sigwright_ir::{Expr, ExprId, Exprs, Rule, Subject};
use std::collections::HashMap;

/// How many assignments that are right by themselves are dressed before it is given up.
const DRESSED: usize = 12;
/// How many events made before are looked at whether they will do.
const RECENT: usize = 64;
/// Longest list of questions in a reason, in characters.
const WHY: usize = 160;

/// One rule at work.
pub(crate) struct Work<'a> {
    pub rule: &'a Rule,
    pub reader: &'a dyn Reader,
    /// The rule sees events of any log.
    pub any_log: bool,
    shapes: Vec<&'static Shape>,
    /// What its events looked like last.
    last: Option<(&'static Shape, Dress)>,
    read: Vec<String>,
    /// Events were made that no log has.
    nowhere: bool,
}

/// An event that came out.
pub(crate) struct Found {
    pub event: Value,
    pub flat: Value,
    pub shape: &'static Shape,
}

impl<'a> Work<'a> {
    pub fn new(exprs: &Exprs, rule: &'a Rule, reader: &'a dyn Reader, any_log: bool) -> Self {
        let read = exprs.reads([rule.root]).into_iter();
        Work {
            rule,
            reader,
            any_log,
            shapes: shape::of(&rule.logsource),
            last: None,
            read: read
                .map(|field| exprs.field_name(field).to_owned())
                .collect(),
            nowhere: false,
        }
    }

    /// The rule, or whoever asks for its events, looks at what these wishes ask, too.
    pub fn also_reads(&mut self, exprs: &Exprs, wishes: &[Wish]) {
        let asked = wishes.iter().filter_map(|wish| match wish {
            Wish::Is(expr, _) => Some(*expr),
            Wish::Within(..) => None,
        });
        let more = exprs.reads(asked).into_iter();
        let more = more.map(|field| exprs.field_name(field).to_owned());
        self.read.extend(more);
    }

    /// Whether all of it is so for an event as the rule sees it.
    pub fn is_so(&self, exprs: &Exprs, event: &Value, holds: &[(ExprId, bool)]) -> bool {
        let (mut events, mut so) = (0usize, true);
        let text = event.to_string();
        self.reader
            .seen(self.rule, &text, self.any_log, &mut |event| {
                events += 1;
                so &= holds
                    .iter()
                    .all(|(e, wanted)| naive::holds(exprs, *e, event) == *wanted);
            });
        events == 1 && so
    }

    /// [`Work::event`], where it need only hold as the log would have it.
    pub fn event_in_log(
        &mut self,
        search: &mut Search,
        wishes: &[Wish],
        holds: &[(ExprId, bool)],
    ) -> Result<Found, Failure> {
        self.search(search, wishes, None, holds, false)
    }

    /// Looks for an event with these wishes, for which all of `holds` are as said, both as
    /// its fields are and as the log would have it.
    pub fn event(
        &mut self,
        search: &mut Search,
        wishes: &[Wish],
        miss: Option<ExprId>,
        holds: &[(ExprId, bool)],
    ) -> Result<Found, Failure> {
        self.search(search, wishes, miss, holds, true)
    }

    fn search(
        &mut self,
        search: &mut Search,
        wishes: &[Wish],
        miss: Option<ExprId>,
        holds: &[(ExprId, bool)],
        also_flat: bool,
    ) -> Result<Found, Failure> {
        let mut found = None;
        let mut dressed = 0;
        let ended = search.find(wishes, miss, &mut |exprs, made| {
            let flat = made.flat();
            let right = |event: &Event| {
                holds
                    .iter()
                    .all(|(expr, wanted)| naive::holds(exprs, *expr, event) == *wanted)
            };
            if also_flat && !Event::from_json(&flat.to_string()).is_ok_and(|event| right(&event)) {
                return false;
            }
            dressed += 1;
            let keep = miss.and_then(|miss| asked_of(exprs, miss));
            if let Some((event, shape, dress)) = self.dress(made, keep, &right) {
                self.last = Some((shape, dress));
                found = Some(Found { event, flat, shape });
            }
            found.is_some() || dressed >= DRESSED
        });
        match (found, ended) {
            (Some(found), _) => Ok(found),
            (None, Err(failure)) if dressed == 0 => Err(failure),
            (None, _) => {
                self.nowhere = true;
                let why = "no event of the log was found that has it";
                Err(Failure::NotFound(why.to_owned()))
            }
        }
    }

    /// An assignment as an event of the log. What such a log has anyway, or what follows from
    /// it, is left as it is where that will do, but for the field `keep`.
    fn dress(
        &self,
        made: &Assignment,
        keep: Option<&str>,
        right: &dyn Fn(&Event) -> bool,
    ) -> Option<(Value, &'static Shape, Dress)> {
        let all = self
            .shapes
            .iter()
            .flat_map(|shape| Dress::ALL.map(|dress| (*shape, dress)));
        let usual = self.last.map(|(shape, _)| (shape, Dress::Usual));
        for (shape, dress) in usual.into_iter().chain(self.last).chain(all) {
            let Some(mut event) = self.fits(shape, made, dress, right) else {
                continue;
            };
            if dress == Dress::Usual {
                let mut fewer = made.clone();
                for (name, slot) in &made.fields {
                    if !matches!(slot, Slot::Is(_)) || keep == Some(name) {
                        continue;
                    }
                    fewer.fields.insert(name.clone(), Slot::Free);
                    match self.fits(shape, &fewer, dress, right) {
                        Some(simpler) => event = simpler,
                        None => {
                            fewer.fields.insert(name.clone(), slot.clone());
                        }
                    }
                }
            }
            return Some((event, shape, dress));
        }
        None
    }

    /// An assignment in this shape, where it is right then.
    fn fits(
        &self,
        shape: &'static Shape,
        made: &Assignment,
        dress: Dress,
        right: &dyn Fn(&Event) -> bool,
    ) -> Option<Value> {
        let event = shape.event(made, &self.read, dress)?;
        let (mut events, mut fits) = (0usize, true);
        self.reader
            .seen(self.rule, &event.to_string(), self.any_log, &mut |event| {
                events += 1;
                fits &= right(event);
            });
        (events == 1 && fits).then_some(event)
    }
}

/// The field a question is about.
fn asked_of(exprs: &Exprs, expr: ExprId) -> Option<&str> {
    let Expr::Pred(pred) = exprs.get(expr) else {
        return None;
    };
    match exprs.predicate(*pred)?.subject {
        Subject::Field(field) => Some(exprs.field_name(field)),
        Subject::AnyValue | Subject::Element => None,
    }
}

/// Makes the events of a rule.
pub(crate) fn make(
    search: &mut Search,
    rule: &Rule,
    options: &Options,
    reader: &dyn Reader,
) -> Made {
    search.forget();
    let mut work = Work::new(&search.exprs, rule, reader, false);
    let made = in_log(search, &mut work, options);
    if made.hits.made > 0 || !work.nowhere {
        return made;
    }
    // no log is known that has such events: then the rule is shown any
    let mut work = Work::new(&search.exprs, rule, reader, true);
    in_log(search, &mut work, options)
}

fn in_log(search: &mut Search, work: &mut Work<'_>, options: &Options) -> Made {
    let mut made = Made {
        any_log: work.any_log,
        ..Made::default()
    };
    hits(search, work, options, &mut made);
    if !options.hits_only {
        near_misses(search, work, options, &mut made);
    }
    made
}

/// An event for each way the condition can hold.
fn hits(search: &mut Search, work: &mut Work<'_>, options: &Options, made: &mut Made) {
    let root = work.rule.root;
    let Some(disjuncts) = Disjuncts::of(&search.exprs, root) else {
        made.gaps.push(Gap {
            what: "the condition".to_owned(),
            why: Failure::NotFound("it is nested too deep".to_owned()),
        });
        return;
    };
    let most = options.most as u128;
    made.ways = disjuncts.count();
    made.every_way = made.ways <= most;
    let terms: Vec<Vec<Wish>> = match made.every_way {
        true => (0..made.ways).map(|n| disjuncts.term(n)).collect(),
        false => (0..disjuncts.width().min(options.limit as u128))
            .map(|n| disjuncts.diagonal(n))
            .collect(),
    };
    // a way on which the same holds and does not hold is none
    let terms: Vec<Vec<Wish>> = terms
        .into_iter()
        .filter(|t| !contradicts_itself(t))
        .collect();
    let mut events: Vec<Event> = Vec::new();
    let total = terms.len();
    made.hits.total = total;
    for (number, wishes) in terms.iter().enumerate() {
        if covered(&search.exprs, wishes, &events) {
            made.hits.made += 1;
            continue;
        }
        let what = || {
            format!(
                "way {} of {total}: {}",
                number + 1,
                shown(&search.exprs, wishes)
            )
        };
        let what = what();
        let mut found = work.event(search, wishes, None, &[(root, true)]);
        if found.is_err() && !made.every_way {
            // the alternatives put together may not go together: each by itself, then
            found = apart(search, work, wishes).unwrap_or(found);
        }
        match found {
            Ok(found) => {
                made.hits.made += 1;
                remember(work, &found.event, &mut events);
                made.push(true, what, found);
            }
            Err(why) => {
                made.hits.fail(&why);
                made.gaps.push(Gap { what, why });
            }
        }
    }
}

/// Whether something is to hold and not to hold.
fn contradicts_itself(wishes: &[Wish]) -> bool {
    let mut wanted: HashMap<ExprId, bool> = HashMap::new();
    wishes.iter().any(|wish| match wish {
        Wish::Is(expr, is) => wanted.insert(*expr, *is) == Some(!is),
        Wish::Within(..) => false,
    })
}

/// Events in which each alternative of a term is taken, where all at once go not together.
fn apart(
    search: &mut Search,
    work: &mut Work<'_>,
    wishes: &[Wish],
) -> Option<Result<Found, Failure>> {
    let root = work.rule.root;
    let paths = wish::paths(&search.exprs, root);
    let mut last = None;
    for wish in wishes {
        let Wish::Is(leaf, true) = wish else { continue };
        let path = paths
            .iter()
            .find(|path| path.leaf == *leaf && path.wanted)?;
        let wishes = path.matching(&search.exprs);
        let found = work.event(search, &wishes, None, &[(root, true)]);
        if found.is_err() {
            return Some(found);
        }
        last = Some(found);
    }
    last
}

/// Keeps an event as the rule sees it.
fn remember(work: &Work<'_>, event: &Value, events: &mut Vec<Event>) {
    let text = event.to_string();
    work.reader
        .seen(work.rule, &text, work.any_log, &mut |event| {
            events.push(event.clone())
        });
}

/// Whether one of the events is already as wished.
fn covered(exprs: &Exprs, wishes: &[Wish], events: &[Event]) -> bool {
    // one made long ago has another alternative of each list
    events.iter().rev().take(RECENT).any(|event| {
        wishes.iter().all(|wish| match wish {
            Wish::Is(expr, wanted) => naive::holds(exprs, *expr, event) == *wanted,
            Wish::Within(..) => false,
        })
    })
}

/// For each question an event that fails because of it alone.
fn near_misses(search: &mut Search, work: &mut Work<'_>, options: &Options, made: &mut Made) {
    let root = work.rule.root;
    let paths = wish::paths(&search.exprs, root);
    made.misses.total = paths.len();
    let mut events: Vec<Event> = Vec::new();
    let mut written = 0;
    for path in &paths {
        let answered = wish::answered(&mut search.exprs, root, path.leaf, path.wanted);
        if written >= options.most {
            let exprs = &search.exprs;
            if events
                .iter()
                .any(|event| naive::holds(exprs, answered, event))
            {
                made.misses.made += 1;
                continue;
            }
        }
        let verb = if path.wanted { "all but" } else { "excluded:" };
        let what = format!(
            "{verb} {}",
            cut(&search.exprs.display(path.leaf).to_string())
        );
        match near_miss(search, work, path, answered) {
            Ok(found) => {
                made.misses.made += 1;
                remember(work, &found.event, &mut events);
                let known = made
                    .cases
                    .iter()
                    .any(|case| !case.hit && case.event == found.event);
                if !known {
                    written += 1;
                    made.push(false, what, found);
                }
            }
            Err(why) => {
                made.misses.fail(&why);
                made.gaps.push(Gap { what, why });
            }
        }
    }
}

fn near_miss(
    search: &mut Search,
    work: &mut Work<'_>,
    path: &Path,
    answered: ExprId,
) -> Result<Found, Failure> {
    let root = work.rule.root;
    let wishes = path.wishes(&search.exprs, !path.wanted);
    let holds = [(root, false), (answered, true)];
    let found = work.event(search, &wishes, Some(path.leaf), &holds);
    found.map_err(|why| match why {
        // what decides the one place may decide otherwise by another
        Failure::Contradiction(why) if path.again => Failure::NotFound(why),
        why => why,
    })
}

/// Wishes in words: what must be there.
fn shown(exprs: &Exprs, wishes: &[Wish]) -> String {
    let mut parts: Vec<String> = Vec::new();
    say(exprs, wishes, &mut parts);
    parts.dedup();
    if parts.is_empty() {
        return "nothing of what is excluded".to_owned();
    }
    cut(&parts.join(" and "))
}

fn say(exprs: &Exprs, wishes: &[Wish], parts: &mut Vec<String>) {
    for wish in wishes {
        match wish {
            Wish::Is(expr, true) => {
                let text = exprs.display(*expr).to_string();
                parts.push(text.lines().map(str::trim).collect::<Vec<_>>().join(" "));
            }
            Wish::Is(_, false) => {}
            Wish::Within(_, _, inner) => say(exprs, inner, parts),
        }
    }
}

/// On one line, and not too long.
fn cut(text: &str) -> String {
    let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WHY) {
        Some((end, _)) => format!("{} …", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

impl Made {
    fn push(&mut self, hit: bool, why: String, found: Found) {
        self.cases.push(Case {
            hit,
            why,
            event: found.event,
            flat: found.flat,
            shape: found.shape,
        });
    }
}

impl Coverage {
    fn fail(&mut self, why: &Failure) {
        match why {
            Failure::Contradiction(_) => self.impossible += 1,
            Failure::NotFound(_) => self.missing += 1,
        }
    }
}
