//! JSON texts in, events out: carriers opened, logs recognised, names and derived fields
//! added.

use crate::carrier::shape::Shape;
use crate::carrier::{CARRIERS, Opened};
use crate::derive::{Derived, Tools, Wanted};
use crate::logsource::{Alias, Catalog, Family, LogId, Told};
use crate::networks::Networks;
use sigwright_engine::event::JsonError;
use sigwright_engine::{Event, NodeId, Origin, OriginId, Value};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Says which field names will be asked of events of a log.
pub type Reads = Box<dyn Fn(OriginId) -> Vec<String> + Send + Sync>;

/// Turns the records of logs into events. One serves all threads.
pub struct Decoder {
    catalog: Catalog,
    tools: Tools,
    reads: Reads,
    /// Per log, the unknown one first; made when its first event arrives.
    needs: Vec<OnceLock<Needs>>,
    unreadable: AtomicU64,
}

/// What is added to the events of a log.
#[derive(Debug)]
struct Needs {
    origin: OriginId,
    family: Family,
    aliases: Vec<Alias>,
    derived: Derived,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// A decoder for events of which these field names will be asked, by rules or by whoever
    /// shows or groups events: what costs work is derived only where a name is in need of it.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Decoder {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        Decoder::for_logs(Box::new(move |_| names.clone()))
    }

    /// [`Decoder::new`], where the names differ from log to log: those that the rules which
    /// see a log read.
    pub fn for_logs(reads: Reads) -> Decoder {
        let catalog = Catalog::new();
        Decoder {
            needs: (0..catalog.len()).map(|_| OnceLock::new()).collect(),
            catalog,
            tools: Tools::default(),
            reads,
            unreadable: AtomicU64::new(0),
        }
    }

    /// Every event has this origin, which [`crate::origins`] must have been told as well.
    /// Carriers are opened as ever; the names that rules for such a log use are added.
    #[must_use]
    pub fn with_origin(mut self, told: &Origin) -> Decoder {
        self.catalog.tell(told);
        self
    }

    /// What is known about networks, for `source.as.number` and the like.
    #[must_use]
    pub fn with_networks(mut self, networks: Networks) -> Decoder {
        self.tools.networks = Some(networks);
        self
    }

    /// The cluster of Kubernetes logs that do not say which they are from; else `unnamed`.
    #[must_use]
    pub fn with_cluster(mut self, name: String) -> Decoder {
        self.tools.cluster = Some(name);
        self
    }

    fn needs(&self, log: Option<LogId>) -> Option<&Needs> {
        let needs = self.needs.get(LogId::place(log))?;
        Some(needs.get_or_init(|| {
            let origin = self.catalog.origin(log);
            let wanted = Wanted::new((self.reads)(origin));
            let (family, aliases) = self.catalog.needs(log, &wanted);
            Needs {
                origin,
                family,
                aliases,
                derived: Derived::new(&wanted, family),
            }
        }))
    }

    /// Of how many carriers the text inside was no JSON. Each was an event by itself then.
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// Reads one JSON text into `event` and calls `each` for every event it holds: one for
    /// most, several for a carrier such as CloudTrail's `Records`.
    ///
    /// # Errors
    /// Where the text is no JSON.
    pub fn decode(
        &self,
        text: &str,
        event: &mut Event,
        each: &mut dyn FnMut(&mut Event),
    ) -> Result<(), JsonError> {
        let node = event.read_json(text)?;
        let mut walk = Walk {
            decoder: self,
            event,
            each,
            around: [None; MAX_DEPTH],
            depth: 0,
        };
        walk.record(node);
        Ok(())
    }
}

/// How many carriers may be inside one another; what is deeper is an event as it is.
const MAX_DEPTH: usize = 4;

/// A carrier that was opened: its members are fields of the events inside, but for one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    pub node: NodeId,
    /// The member that holds the events, where it holds several; else empty.
    pub but: &'static str,
}

/// The way from a record down to the events in it.
pub(crate) struct Walk<'a> {
    decoder: &'a Decoder,
    pub event: &'a mut Event,
    each: &'a mut dyn FnMut(&mut Event),
    around: [Option<Around>; MAX_DEPTH],
    depth: usize,
}

impl Walk<'_> {
    /// Opens a record, or hands it on as an event.
    pub fn record(&mut self, node: NodeId) {
        let shape = Shape::of(self.event, node);
        if self.open(node, &shape) == Opened::No {
            self.view(node);
            let log = self.decoder.catalog.recognise(self.event, node, &shape);
            self.finish(log);
        }
    }

    /// [`Walk::record`], unless it is neither a carrier nor of a known log.
    fn record_if_known(&mut self, node: NodeId) -> Opened {
        let shape = Shape::of(self.event, node);
        if self.open(node, &shape) == Opened::Yes {
            return Opened::Yes;
        }
        self.view(node);
        match self.decoder.catalog.recognise(self.event, node, &shape) {
            Some(log) => {
                self.finish(Some(log));
                Opened::Yes
            }
            None => Opened::No,
        }
    }

    fn open(&mut self, node: NodeId, shape: &Shape) -> Opened {
        if self.depth < MAX_DEPTH {
            for carrier in &CARRIERS {
                if shape.fits(carrier.all, carrier.any)
                    && (carrier.open)(self, node, shape) == Opened::Yes
                {
                    return Opened::Yes;
                }
            }
        }
        Opened::No
    }

    /// Does something inside a carrier.
    pub fn within<T>(&mut self, around: Around, inside: impl FnOnce(&mut Self) -> T) -> T {
        if let Some(place) = self.around.get_mut(self.depth) {
            *place = Some(around);
        }
        self.depth += 1;
        let done = inside(self);
        self.depth -= 1;
        if let Some(place) = self.around.get_mut(self.depth) {
            *place = None;
        }
        done
    }

    /// Hands on the record in a carrier: an object, or the text of one.
    pub fn inner(&mut self, around: Around, node: NodeId) -> Opened {
        match self.object_in(node) {
            Some(inner) => {
                self.within(around, |walk| walk.record(inner));
                Opened::Yes
            }
            None => Opened::No,
        }
    }

    /// [`Walk::inner`] where it is of a known log. Text that is no JSON is just text then.
    pub fn inner_if_known(&mut self, around: Around, node: NodeId) -> Opened {
        let inner = match self.event.value(node) {
            Value::Object(_) => Some(node),
            Value::String(text) if text.trim_start().starts_with('{') => {
                self.event.add_json_in(node).ok()
            }
            _ => None,
        };
        match inner {
            Some(inner) => self.within(around, |walk| walk.record_if_known(inner)),
            None => Opened::No,
        }
    }

    /// An object, or the object that a text is JSON of. Other text is counted.
    pub fn object_in(&mut self, node: NodeId) -> Option<NodeId> {
        let inner = match self.event.value(node) {
            Value::Object(_) => return Some(node),
            Value::String(_) => self.event.add_json_in(node).ok(),
            _ => None,
        };
        let inner = inner.filter(|inner| matches!(self.event.value(*inner), Value::Object(_)));
        if inner.is_none() {
            self.decoder.unreadable.fetch_add(1, Ordering::Relaxed);
        }
        inner
    }

    /// Makes `node` the event, with the members of the carriers around it beside its own.
    pub fn view(&mut self, node: NodeId) {
        self.event.forget_view();
        self.event.set_root(node);
        for around in self.around.iter().flatten() {
            self.event.add_members(around.node, around.but, node);
        }
    }

    /// [`Walk::finish`] for a Windows event.
    pub fn finish_windows(&mut self, told: Told) {
        let log = self.decoder.catalog.windows(self.event, told);
        self.finish(log);
    }

    fn finish(&mut self, log: Option<LogId>) {
        if let Some(needs) = self.decoder.needs(log) {
            self.event.origin = needs.origin;
            for alias in &needs.aliases {
                alias.apply(self.event);
            }
            let tools = &self.decoder.tools;
            needs.derived.add(self.event, needs.family, tools);
        }
        (self.each)(self.event);
    }
}

#[cfg(test)]
mod tests;
