//! How many events.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Runs from which on a queue is better than a list.
const FEW: usize = 16;

/// Events of one instant.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Run {
    time: i64,
    /// The last of them, hashed: one that several rules match comes several times in a row.
    event: u32,
    events: u32,
}

/// Thirty-two bits of an event's number in which near numbers are far apart.
fn mixed(event: u64) -> u32 {
    (event.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// Counts events, of old ones only as many as it takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Count(Runs);

/// Most groups see few events, and there may be a million groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Runs {
    Few(Vec<Run>),
    Many(Box<Many>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Many {
    runs: VecDeque<Run>,
    events: u64,
}

impl Default for Count {
    fn default() -> Self {
        Count(Runs::Few(Vec::new()))
    }
}

impl Count {
    /// Takes in an event; `merged` where its time does not matter, as nothing will expire.
    pub fn absorb(&mut self, time: i64, event: u64, merged: bool) {
        let event = mixed(event);
        let last = match &mut self.0 {
            Runs::Few(runs) => runs.last_mut(),
            Runs::Many(many) => many.runs.back_mut(),
        };
        if let Some(run) = last
            && (merged || run.time == time)
        {
            if (run.time, run.event) != (time, event) {
                (run.time, run.event) = (time, event);
                run.events = run.events.saturating_add(1);
                if let Runs::Many(many) = &mut self.0 {
                    many.events += 1;
                }
            }
            return;
        }
        let run = Run {
            time,
            event,
            events: 1,
        };
        match &mut self.0 {
            Runs::Few(runs) if runs.len() < FEW => {
                if runs.len() == runs.capacity() {
                    runs.reserve_exact(runs.len().max(2));
                }
                runs.push(run);
            }
            Runs::Few(runs) => {
                let mut many = Many {
                    events: runs.iter().map(|run| u64::from(run.events)).sum::<u64>() + 1,
                    runs: std::mem::take(runs).into(),
                };
                many.runs.push_back(run);
                self.0 = Runs::Many(Box::new(many));
            }
            Runs::Many(many) => {
                many.runs.push_back(run);
                many.events += 1;
            }
        }
    }

    /// Forgets what is older than `before`, and of the rest what more than `keep` newer ones
    /// make needless.
    pub fn expire(&mut self, before: i64, keep: u64) {
        match &mut self.0 {
            Runs::Few(runs) => {
                let mut events: u64 = runs.iter().map(|run| u64::from(run.events)).sum();
                let gone = runs.iter().take_while(|run| {
                    let goes = run.time < before || events - u64::from(run.events) >= keep;
                    if goes {
                        events -= u64::from(run.events);
                    }
                    goes
                });
                let gone = gone.count();
                runs.drain(..gone);
            }
            Runs::Many(many) => {
                while let Some(run) = many.runs.front()
                    && (run.time < before || many.events - u64::from(run.events) >= keep)
                {
                    many.events -= u64::from(run.events);
                    many.runs.pop_front();
                }
                if many.runs.is_empty() {
                    *self = Count::default();
                }
            }
        }
    }

    /// How many events there are.
    pub fn value(&self) -> u64 {
        match &self.0 {
            Runs::Few(runs) => runs.iter().map(|run| u64::from(run.events)).sum(),
            Runs::Many(many) => many.events,
        }
    }

    /// How many entries it holds.
    pub fn held(&self) -> usize {
        match &self.0 {
            Runs::Few(runs) => runs.len(),
            Runs::Many(many) => many.runs.len(),
        }
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        let runs = match &self.0 {
            Runs::Few(runs) => return runs.capacity() * size_of::<Run>(),
            Runs::Many(many) => &many.runs,
        };
        size_of::<Many>() + runs.capacity() * size_of::<Run>()
    }
}
