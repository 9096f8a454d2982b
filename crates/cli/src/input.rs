//! Logs to events: opening, decoding, the log source told by hand.

use crate::args::EventArgs;
use sigwright_engine::{Event, OriginId, Origins};
use sigwright_events::{
    Batch, Decoder, Fault, FaultCode, Format, Networks, Place, ReadOptions, Reader, Reads, origins,
};
use sigwright_ir::{Rule, RuleSet};
use sigwright_syntax::ast::LogSource;
use std::path::PathBuf;
use std::sync::Arc;

/// How the inputs of a run become events; shared by all threads.
#[derive(Debug)]
pub struct Input {
    /// The logs events may be from.
    pub origins: Origins,
    /// Every rule sees every event.
    pub ignore_logsource: bool,
    format: Option<Format>,
    decoder: Decoder,
}

impl Input {
    /// What the flags ask for, for events that these rules are to see; the error is a
    /// sentence.
    pub fn new(args: &EventArgs, rules: &Arc<RuleSet>) -> Result<Self, String> {
        let told = args.logsource.as_ref().map(|source| &source.0);
        let origins = origins(told.cloned());
        let mut decoder = Decoder::for_logs(reads(rules, &origins, args.ignore_logsource));
        if let Some(told) = told {
            decoder = decoder.with_origin(told);
        }
        if let Some(cluster) = &args.cluster {
            decoder = decoder.with_cluster(cluster.clone());
        }
        if let Some(path) = &args.networks {
            let networks =
                Networks::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
            decoder = decoder.with_networks(networks);
        }
        Ok(Input {
            origins,
            ignore_logsource: args.ignore_logsource,
            format: args.input_format,
            decoder,
        })
    }

    /// Opens files, directories, globs or standard input.
    pub fn open(&self, inputs: &[PathBuf]) -> Reader {
        let options = ReadOptions {
            format: self.format,
            ..ReadOptions::default()
        };
        Reader::open(inputs, options)
    }

    /// Calls `each` for every event in one record.
    ///
    /// # Errors
    /// What is wrong with the record.
    pub fn decode(
        &self,
        text: &str,
        event: &mut Event,
        each: &mut dyn FnMut(&mut Event),
    ) -> Result<(), String> {
        self.decoder
            .decode(text, event, each)
            .map_err(|error| error.to_string())
    }

    /// Of how many carriers the text inside was no JSON; each was an event by itself then.
    pub fn closed_carriers(&self) -> u64 {
        self.decoder.unreadable()
    }

    /// Calls `each` for every event of every input, with its file and line. Returns what was
    /// wrong with them.
    pub fn for_each(
        &self,
        inputs: &[PathBuf],
        each: &mut dyn FnMut(&mut Event, &str, u64),
    ) -> Vec<Fault> {
        let mut reader = self.open(inputs);
        let mut batch = Batch::new();
        let mut event = Event::new();
        let mut faults = Vec::new();
        while reader.read(&mut batch) {
            faults.extend_from_slice(batch.faults());
            let refused = batch.decode(|record| {
                self.decode(record.text, &mut event, &mut |event| {
                    each(event, batch.file(), record.line);
                })
            });
            let refused = refused.into_iter();
            faults.extend(refused.map(|(record, why)| malformed(&batch, record.line, why)));
        }
        faults
    }

    /// Calls `each` for every event in a JSON text. Returns what was wrong with it.
    pub fn for_each_in(&self, text: &str, each: &mut dyn FnMut(&mut Event)) -> Option<Fault> {
        let mut event = Event::new();
        let decoded = self.decode(text, &mut event, each);
        decoded.err().map(|message| Fault {
            place: Place {
                file: "the event".into(),
                line: None,
            },
            code: FaultCode::MalformedRecord,
            message: message.into(),
        })
    }

    /// Whether a rule gets to see an event.
    pub fn sees(&self, rule: &Rule, event: &Event) -> bool {
        self.sees_of(&rule.logsource, event)
    }

    /// Whether rules for a log source get to see an event.
    pub fn sees_of(&self, logsource: &LogSource, event: &Event) -> bool {
        self.ignore_logsource || self.origins.sees(logsource, event.origin)
    }

    /// Whether the log the event is from is not known.
    pub fn is_unknown(&self, event: &Event) -> bool {
        !self.ignore_logsource && event.origin == OriginId::default()
    }

    /// The products of the log the event is from.
    pub fn products(&self, event: &Event) -> &[String] {
        self.origins
            .get(event.origin)
            .map_or(&[], |origin| &origin.products)
    }
}

/// What the rules that see a log read of its events.
fn reads(rules: &Arc<RuleSet>, origins: &Origins, all: bool) -> Reads {
    let (rules, origins) = (rules.clone(), origins.clone());
    Box::new(move |origin| {
        let seen = rules
            .rules
            .iter()
            .filter(|rule| all || origins.sees(&rule.logsource, origin));
        // the log an observation is from has it in its name
        let cluster = std::iter::once("cluster.id".to_owned());
        let reads = rules.reads(seen).into_iter();
        match rules.correlations.is_empty() && rules.stateful().next().is_none() {
            true => reads.collect(),
            false => reads.chain(cluster).collect(),
        }
    })
}

/// The fault of a record that could not be decoded.
pub fn malformed(batch: &Batch, line: u64, message: String) -> Fault {
    Fault {
        place: batch.place(line),
        code: FaultCode::MalformedRecord,
        message: message.into(),
    }
}

/// Whether a fault means that an input could not be read, not that its content is damaged.
pub fn is_io(fault: &Fault) -> bool {
    matches!(fault.code, FaultCode::NotFound | FaultCode::Unreadable)
}
