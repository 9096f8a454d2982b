//! Makes observations where rules match; one observer per thread.

use super::key::clip;
use super::machine::FIRST;
use super::observation::{FIELD_END, Fields, Observation, Place, VALUE_END};
use super::wiring::{Voice, Wiring};
use crate::event::Event;
use crate::naive;
use crate::origin::Origins;
use sigwright_ir::{RuleId, RuleSet};
use siphasher::sip128::{Hasher128, SipHasher24};
use std::collections::HashMap;
use std::hash::Hasher;

/// One of the first events with a time of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// The log, as [`Observation::scope`] has it.
    pub scope: u64,
    /// The log's names and its cluster, for people.
    pub name: String,
    /// The time of that event, in nanoseconds since 1970.
    pub time: i64,
}

/// What was matched and not observed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unseen {
    /// Events, once per rule, that say no time.
    pub untimed: u64,
    /// Lines, once per rule, that do not end their request.
    pub stages: u64,
    /// Events, once per rule, with a field of more values than are kept.
    pub cut: u64,
}

/// Makes observations of events.
#[derive(Debug)]
pub struct Observer<'p> {
    set: &'p RuleSet,
    wiring: &'p Wiring,
    origins: &'p Origins,
    /// Of each log, how many events were told of.
    begun: HashMap<u64, u8>,
    unseen: Unseen,
    packed: Vec<u8>,
}

/// Logs whose begin a thread remembers to have told.
const MOST_LOGS: usize = 100_000;
/// Values of one field that are kept.
const MOST_VALUES: usize = 100;

impl<'p> Observer<'p> {
    /// An observer for one thread.
    pub fn new(set: &'p RuleSet, wiring: &'p Wiring, origins: &'p Origins) -> Self {
        Observer {
            set,
            wiring,
            origins,
            begun: HashMap::new(),
            unseen: Unseen::default(),
            packed: Vec::new(),
        }
    }

    /// What was not observed so far.
    pub fn unseen(&self) -> Unseen {
        self.unseen
    }

    /// To be asked for every event, matched or not: the begin of its log, where this may be
    /// one of its first events. To be given to the correlator before the event's observations.
    pub fn begin(&mut self, event: &Event, time: Option<i64>) -> Option<Begin> {
        if !self.wiring.asks_begin() {
            return None;
        }
        let time = time?;
        let scope = scope(event, self.origins);
        if self.begun.len() >= MOST_LOGS && !self.begun.contains_key(&scope) {
            return None;
        }
        let told = self.begun.entry(scope).or_default();
        if *told >= FIRST {
            return None;
        }
        *told += 1;
        let name = scope_name(event, self.origins);
        Some(Begin { scope, name, time })
    }

    /// An observation of an event that a rule matched; `None` where there is nothing to
    /// observe, and the finding is to be shown as if the rule kept no state.
    pub fn observe(
        &mut self,
        rule: RuleId,
        event: &Event,
        time: Option<i64>,
        number: u64,
        place: Place,
    ) -> Option<Observation> {
        if !self.wiring.feeds(rule) {
            return None;
        }
        let Some(time) = time else {
            self.unseen.untimed += 1;
            return None;
        };
        let counts = self.wiring.asks_stage(rule) || ends_request(event);
        if !counts {
            self.unseen.stages += 1;
            if self.wiring.voice(rule) != Voice::Waits {
                return None;
            }
        }
        let mut variations = 0;
        let asked = self.set.rule(rule).map_or(&[][..], |rule| &rule.asked);
        for (bit, when) in asked.iter().take(64).enumerate() {
            if naive::holds(&self.set.exprs, *when, event) {
                variations |= 1 << bit;
            }
        }
        Some(Observation {
            time,
            event: number,
            place,
            rule,
            counts,
            scope: match self.wiring.asks_begin() {
                true => scope(event, self.origins),
                false => 0,
            },
            variations,
            fields: self.fields(rule, event),
            text: None,
        })
    }

    fn fields(&mut self, rule: RuleId, event: &Event) -> Fields {
        let packed = &mut self.packed;
        packed.clear();
        let names = self.set.rule(rule).map_or(&[][..], |rule| &rule.observed);
        let mut cut = false;
        for name in names {
            let mut values = 0;
            event.reach(name, &mut |node| {
                event.leaves(node, &mut |leaf| {
                    let Some(text) = event.value(leaf).text() else {
                        return;
                    };
                    values += 1;
                    cut |= values > MOST_VALUES;
                    // one more than are looked at, so that combinations are counted, too
                    if values <= MOST_VALUES + 1 {
                        packed.extend_from_slice(clip(text).as_bytes());
                        packed.push(VALUE_END);
                    }
                });
            });
            packed.push(FIELD_END);
        }
        self.unseen.cut += u64::from(cut);
        Fields(packed.as_slice().into())
    }
}

/// The first text a name reaches.
fn first<'e>(event: &'e Event, name: &str) -> Option<&'e str> {
    let mut found = None;
    event.reach(name, &mut |node| {
        event.leaves(node, &mut |leaf| {
            found = found.or_else(|| event.value(leaf).text());
        });
    });
    found
}

/// False for a line of a Kubernetes request that another line of the same request follows
/// (the stages of `audit.k8s.io/v1`).
fn ends_request(event: &Event) -> bool {
    let Some(stage) = first(event, "stage") else {
        return true;
    };
    match stage {
        "RequestReceived" | "ResponseStarted" => first(event, "auditID").is_none(),
        _ => true,
    }
}

/// The log an event is from, as a number that is the same in every run.
fn scope(event: &Event, origins: &Origins) -> u64 {
    let mut hasher = SipHasher24::new();
    if let Some(origin) = origins.get(event.origin) {
        for names in [&origin.products, &origin.categories, &origin.services] {
            for name in names {
                hasher.write(name.as_bytes());
                hasher.write_u8(VALUE_END);
            }
            hasher.write_u8(FIELD_END);
        }
    }
    hasher.write(first(event, "cluster.id").unwrap_or_default().as_bytes());
    hasher.finish128().h1
}

fn scope_name(event: &Event, origins: &Origins) -> String {
    let mut name = String::new();
    if let Some(origin) = origins.get(event.origin) {
        let names = origin.products.iter().chain(&origin.categories);
        for part in names.chain(&origin.services) {
            if !name.is_empty() {
                name.push('/');
            }
            name.push_str(part);
        }
    }
    if let Some(cluster) = first(event, "cluster.id") {
        name.push(' ');
        name.push_str(&clip(cluster));
    }
    name
}
