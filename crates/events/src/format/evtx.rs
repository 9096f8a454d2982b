//! Windows event logs (EVTX): a header of 4 KiB, then chunks of 64 KiB, each of which can be
//! read by itself. A record becomes the JSON object `{"Event": …}` with attributes under
//! `#attributes`.

use super::Framer;
use crate::batch::{Batch, FaultCode};
use crate::limits::Limits;
use crate::window::Window;
use evtx::{EvtxChunkData, ParserSettings};
use std::sync::Arc;

const HEADER: usize = 4096;
const CHUNK: usize = 65536;

pub(super) struct Evtx {
    settings: Arc<ParserSettings>,
    /// How many chunks were read; `None` before the header.
    chunks: Option<u64>,
}

impl Evtx {
    pub(super) fn new(_limits: &Limits) -> Self {
        Evtx {
            settings: Arc::new(ParserSettings::new().indent(false)),
            chunks: None,
        }
    }

    fn chunk(&self, bytes: &[u8], number: u64, batch: &mut Batch) {
        // Files are grown ahead of need: such a chunk was never used.
        if bytes.iter().all(|b| *b == 0) {
            return;
        }
        let broken = |error: &dyn std::fmt::Display, batch: &mut Batch| {
            batch.fault(
                None,
                FaultCode::CorruptChunk,
                format!("chunk {number} of the event log cannot be read: {error}"),
            );
        };
        // A bad checksum is no reason to drop records that can be read.
        let mut data = match EvtxChunkData::new(bytes.to_vec(), false) {
            Ok(data) => data,
            Err(error) => return broken(&error, batch),
        };
        data.number = Some(number);
        let mut chunk = match data.parse(self.settings.clone()) {
            Ok(chunk) => chunk,
            Err(error) => return broken(&error, batch),
        };
        for record in chunk.iter() {
            let record = record.and_then(|record| record.into_json());
            match record {
                Ok(record) => batch.push(record.data.as_bytes(), record.event_record_id),
                Err(error) => batch.fault(
                    None,
                    FaultCode::CorruptRecord,
                    format!("a record of the event log cannot be read: {error}"),
                ),
            }
        }
    }
}

impl Framer for Evtx {
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        let size = if self.chunks.is_some() { CHUNK } else { HEADER };
        while window.rest().len() < size && window.fill() {}
        let rest = window.rest();
        if rest.is_empty() {
            return false;
        }
        let mut padded = Vec::new();
        let bytes = rest.get(..size).unwrap_or_else(|| {
            batch.fault(
                None,
                FaultCode::CorruptChunk,
                "the event log ends inside a chunk; the records before that are read",
            );
            padded.extend_from_slice(rest);
            padded.resize(size, 0);
            &padded
        });
        match &mut self.chunks {
            None => self.chunks = Some(0),
            Some(number) => {
                let this = *number;
                *number += 1;
                self.chunk(bytes, this, batch);
            }
        }
        window.consume(size);
        true
    }
}
