//! Whether references matched in order.
//!
//! What is kept is not events but starts: for each beginning of the sequence, the latest time
//! at which a run of it that is complete by now may have begun. Events of one instant may
//! stand in any order, so that they are taken together.

use super::present::Present;
use serde::{Deserialize, Serialize};
use sigwright_ir::correlation::{Bounds, Kind, Plan, Presence, PresenceExpr};

/// No start: before every other.
const NEVER: i64 = i64::MIN;

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) enum Sequence {
    /// One of these, whole.
    Whole(Vec<Course>),
    /// As many of these steps as can be found in their order.
    Longest(Vec<usize>, Bounds),
}

/// Steps in order, and references that must not have matched at all.
#[derive(Debug, Clone)]
pub(super) struct Course {
    steps: Vec<usize>,
    absent: Vec<usize>,
}

impl Sequence {
    /// What a plan looks for, if order matters to it.
    pub fn of(plan: &Plan) -> Option<Sequence> {
        let Kind::Ordered(presence) = &plan.kind else {
            return None;
        };
        let steps = &plan.steps;
        Some(match presence {
            Presence::AtLeast(bounds)
                if bounds.lower_only() && bounds.lower() == steps.len() as u64 =>
            {
                Sequence::Whole(vec![Course {
                    steps: steps.clone(),
                    absent: Vec::new(),
                }])
            }
            Presence::AtLeast(bounds) => Sequence::Longest(steps.clone(), bounds.clone()),
            Presence::Expr(expr) => Sequence::Whole(courses(expr, steps)),
        })
    }

    /// How many starts there are.
    fn starts(&self) -> usize {
        match self {
            Sequence::Whole(courses) => courses.iter().map(|course| course.steps.len()).sum(),
            Sequence::Longest(steps, _) => first(steps.len() + 1),
        }
    }
}

fn courses(expr: &PresenceExpr, steps: &[usize]) -> Vec<Course> {
    // rules with more alternatives than this are refused when they are read
    let alternatives = expr.disjuncts(64).unwrap_or_default();
    let course = |one: sigwright_ir::correlation::Disjunct| Course {
        steps: steps
            .iter()
            .copied()
            .filter(|step| one.present.contains(step))
            .collect(),
        absent: one.absent,
    };
    alternatives.into_iter().map(course).collect()
}

/// Where the starts for the first `steps` steps begin in a [`Sequence::Longest`]: there are
/// as many as steps, the first for one of them, the next for two, and so on.
fn first(steps: usize) -> usize {
    steps * steps.saturating_sub(1) / 2
}

/// The state of one group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ordered {
    present: Present,
    /// For [`Sequence::Whole`] one for each beginning of each course, the shortest first.
    starts: Box<[i64]>,
    /// Starts before this are over.
    floor: i64,
    /// The instant that is being taken in: how many events of which reference.
    instant: i64,
    matches: Vec<(usize, usize)>,
}

impl Ordered {
    /// Nothing matched yet.
    pub fn new(sequence: &Sequence, references: usize) -> Self {
        Ordered {
            present: Present::new(references),
            starts: vec![NEVER; sequence.starts()].into(),
            floor: NEVER,
            instant: NEVER,
            matches: Vec::new(),
        }
    }

    /// True where the reference matched.
    pub fn has(&self, reference: usize) -> bool {
        self.present.has(reference)
    }

    /// Takes in a match.
    pub fn absorb(&mut self, sequence: &Sequence, time: i64, reference: usize) {
        if self.instant != time {
            self.settle(sequence);
            self.instant = time;
        }
        self.present.absorb(time, reference);
        match self.matches.iter_mut().find(|(r, _)| *r == reference) {
            Some((_, events)) => *events += 1,
            None => self.matches.push((reference, 1)),
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, sequence: &Sequence, before: i64) {
        self.settle(sequence);
        self.present.expire(before);
        self.floor = self.floor.max(before);
    }

    /// Works out the starts once an instant is complete.
    pub fn settle(&mut self, sequence: &Sequence) {
        let time = self.instant;
        let matches = std::mem::take(&mut self.matches);
        match sequence {
            _ if matches.is_empty() => {}
            Sequence::Whole(courses) => {
                let mut rest = &mut *self.starts;
                for course in courses {
                    let Some((starts, others)) = rest.split_at_mut_checked(course.steps.len())
                    else {
                        break;
                    };
                    extend(starts, &course.steps, time, &matches);
                    rest = others;
                }
            }
            Sequence::Longest(steps, _) => lengthen(&mut self.starts, steps, time, &matches),
        }
        // keeps the room
        self.matches = matches;
        self.matches.clear();
    }

    fn valid(&self, start: Option<&i64>) -> bool {
        start.is_some_and(|start| *start != NEVER && *start >= self.floor)
    }

    /// Whether the condition holds; to be asked of settled instants.
    pub fn holds(&self, sequence: &Sequence) -> bool {
        match sequence {
            Sequence::Whole(courses) => {
                let mut rest = &*self.starts;
                courses.iter().any(|course| {
                    let Some((starts, others)) = rest.split_at_checked(course.steps.len()) else {
                        return false;
                    };
                    rest = others;
                    (starts.is_empty() || self.valid(starts.last()))
                        && !course.absent.iter().any(|r| self.present.has(*r))
                })
            }
            Sequence::Longest(steps, bounds) => bounds.holds(self.longest(steps) as f64),
        }
    }

    /// How many of the steps can be found in their order.
    fn longest(&self, steps: &[usize]) -> usize {
        let starts = self.starts.get(first(steps.len())..).unwrap_or_default();
        let found = starts.iter().take_while(|start| self.valid(Some(start)));
        found.count()
    }

    /// What is shown: steps in order where they are counted, else references that matched.
    pub fn value(&self, sequence: &Sequence, counted: bool) -> u64 {
        match sequence {
            Sequence::Longest(steps, _) => self.longest(steps) as u64,
            Sequence::Whole(courses) if counted => {
                let steps = courses.first().map_or(0, |course| course.steps.len());
                let starts = self.starts.iter().take(steps);
                starts.take_while(|start| self.valid(Some(start))).count() as u64
            }
            Sequence::Whole(_) => self.present.value(),
        }
    }

    /// How much of the sequence is there.
    pub fn progress(&self, sequence: &Sequence) -> f32 {
        match sequence {
            Sequence::Longest(steps, bounds) => {
                self.longest(steps) as f32 / bounds.lower().max(1) as f32
            }
            Sequence::Whole(courses) => {
                let mut rest = &*self.starts;
                let mut best: f32 = 0.0;
                for course in courses {
                    let Some((starts, others)) = rest.split_at_checked(course.steps.len()) else {
                        break;
                    };
                    rest = others;
                    let there = starts.iter().take_while(|s| self.valid(Some(s))).count();
                    best = best.max(there as f32 / starts.len().max(1) as f32);
                }
                best
            }
        }
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        self.present.heap()
            + size_of_val(&*self.starts)
            + self.matches.capacity() * size_of::<(usize, usize)>()
    }
}

/// The events of an instant there are for a step.
fn capacity(matches: &[(usize, usize)], step: usize) -> usize {
    let events = matches.iter().find(|(reference, _)| *reference == step);
    events.map_or(0, |(_, events)| *events)
}

/// Extends what was there of a course by the events of an instant.
///
/// The start for a beginning is that of the shortest beginning from which the instant's
/// events lead to it, since shorter ones start later; of none, it is the instant itself.
fn extend(starts: &mut [i64], steps: &[usize], time: i64, matches: &[(usize, usize)]) {
    if let [(reference, 1)] = matches {
        // the usual case needs no room: longest first, each takes up the one before
        for length in (1..=steps.len()).rev() {
            if steps.get(length - 1) == Some(reference) {
                let start = match length {
                    1 => Some(time),
                    _ => starts.get(length - 2).copied(),
                };
                if let (Some(start), Some(kept)) = (start, starts.get_mut(length - 1)) {
                    *kept = start;
                }
            }
        }
        return;
    }
    let before: Vec<i64> = starts.to_vec();
    let mut used: Vec<usize> = vec![0; matches.len()];
    let place = |step: usize| matches.iter().position(|(reference, _)| *reference == step);
    // the shortest beginning that this instant leads on from
    let mut from = 0;
    for (done, (step, start)) in steps.iter().zip(starts.iter_mut()).enumerate() {
        let Some(kind) = place(*step) else {
            from = done + 1;
            used.fill(0);
            continue;
        };
        if let Some(used) = used.get_mut(kind) {
            *used += 1;
        }
        while used.get(kind) > matches.get(kind).map(|(_, events)| events)
            && let Some(left) = steps.get(from)
        {
            if let Some(used) = place(*left).and_then(|kind| used.get_mut(kind)) {
                *used -= 1;
            }
            from += 1;
        }
        *start = match from {
            0 => time,
            from => before.get(from - 1).copied().unwrap_or(NEVER),
        };
    }
}

/// Extends what was there of as many steps as possible by the events of an instant.
fn lengthen(starts: &mut [i64], steps: &[usize], time: i64, matches: &[(usize, usize)]) {
    let before: Vec<i64> = starts.to_vec();
    let old = |among: usize, length: usize| match length {
        0 => time,
        length if length > among => NEVER,
        length => before
            .get(first(among) + length - 1)
            .copied()
            .unwrap_or(NEVER),
    };
    for among in 1..=steps.len() {
        let mut used: Vec<(usize, usize)> = Vec::new();
        let mut added = 0;
        // steps from `behind` on up to `among` are left to this instant
        for behind in (0..among).rev() {
            let Some(step) = steps.get(behind).copied() else {
                continue;
            };
            let events = capacity(matches, step);
            let taken = match used.iter_mut().find(|(other, _)| *other == step) {
                Some((_, taken)) => taken,
                None => {
                    used.push((step, 0));
                    match used.last_mut() {
                        Some((_, taken)) => taken,
                        None => continue,
                    }
                }
            };
            if *taken == events {
                continue;
            }
            *taken += 1;
            added += 1;
            for length in 1..=among {
                let start = old(behind, length.saturating_sub(added));
                if let Some(kept) = starts.get_mut(first(among) + length - 1) {
                    *kept = (*kept).max(start);
                }
            }
        }
    }
}
