//! The part of a stream that is held in memory.

use crate::batch::{Batch, Fault, FaultCode, Place};
use std::io::Read;
use std::sync::Arc;

/// How many bytes it takes to tell the format.
const SAMPLE: usize = 4096;

/// How many bytes are added at most to what is held.
const GROWTH: usize = 8 << 20;

/// Bytes of a stream from where it has been used up to as far as it was read.
pub(crate) struct Window {
    stream: Box<dyn Read + Send>,
    file: Arc<str>,
    bytes: Vec<u8>,
    at: usize,
    line: u64,
    ended: bool,
    /// How many bytes are read at a time.
    chunk: usize,
    /// Hand over what is there instead of waiting for a full chunk.
    live: bool,
    faults: Vec<Fault>,
}

impl Window {
    pub(crate) fn new(
        stream: Box<dyn Read + Send>,
        file: Arc<str>,
        chunk: usize,
        live: bool,
    ) -> Self {
        Window {
            stream,
            file,
            bytes: Vec::new(),
            at: 0,
            line: 1,
            ended: false,
            chunk,
            live,
            faults: Vec::new(),
        }
    }

    /// What was read and not used yet.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The line the rest begins on, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// True where nothing comes after [`Window::rest`].
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads enough to tell the format and leaves out a byte-order mark. Whoever writes just
    /// now is not waited for beyond the first line.
    pub(crate) fn begin(&mut self) {
        while self.rest().len() < SAMPLE && !(self.live && self.rest().contains(&b'\n')) {
            if !self.fill() {
                break;
            }
        }
        if self.rest().starts_with("\u{FEFF}".as_bytes()) {
            self.at = 3;
        }
    }

    /// What went wrong with reading.
    pub(crate) fn report(&mut self, batch: &mut Batch) {
        batch.take_faults(&mut self.faults);
    }

    /// Reads on by at least one byte; false at the end of the stream.
    pub(crate) fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        let old = self.bytes.len();
        // Doubling keeps the cost of growing linear, up to where memory counts for more; zeroing
        // is cheap beside reading.
        let more = self.chunk.max(old.min(GROWTH));
        if old + more < self.bytes.capacity() / 4 {
            self.bytes.shrink_to(old + more);
        }
        self.bytes.reserve_exact(more);
        self.bytes.resize(old + more, 0);
        let mut end = old;
        while let Some(room) = self.bytes.get_mut(end..).filter(|room| !room.is_empty()) {
            match self.stream.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => {
                    end += n;
                    if self.live {
                        break;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.faults.push(stream_fault(&self.file, &error));
                    break;
                }
            }
        }
        self.bytes.truncate(end);
        end > old
    }

    /// The next byte; `None` at the end of the stream.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        if self.rest().is_empty() {
            self.fill();
        }
        self.rest().first().copied()
    }

    /// True where reading on may have to wait for whoever writes.
    pub(crate) fn idle(&self) -> bool {
        self.live && self.rest().is_empty()
    }

    /// Uses up `n` bytes.
    pub(crate) fn consume(&mut self, n: usize) {
        let end = (self.at + n).min(self.bytes.len());
        let used = self.bytes.get(self.at..end).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', used).count() as u64;
        self.at = end;
    }

    /// Uses up the rest of the line without keeping it.
    pub(crate) fn skip_line(&mut self) {
        loop {
            let rest = self.rest();
            let end = memchr::memchr(b'\n', rest);
            let used = end.unwrap_or(rest.len());
            self.consume(used);
            if end.is_some() || !self.fill() {
                return;
            }
        }
    }

    /// Uses up `n` bytes and makes their lines records, without copying them.
    pub(crate) fn lines(&mut self, n: usize, batch: &mut Batch) {
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        let mut memory = batch.take_memory();
        memory.extend_from_slice(self.bytes.get(n..).unwrap_or_default());
        self.bytes.truncate(n);
        std::mem::swap(&mut memory, &mut self.bytes);
        self.line = batch.lines(memory, self.line);
    }
}

fn stream_fault(file: &Arc<str>, error: &std::io::Error) -> Fault {
    // Decoders report damage as invalid data, the system has numbers for its errors.
    let (code, message) = if error.kind() == std::io::ErrorKind::InvalidData {
        let message = format!("{error}; what came before is read");
        (FaultCode::BrokenCompression, message)
    } else {
        let message = format!("cannot be read any further: {error}");
        (FaultCode::Unreadable, message)
    };
    Fault {
        place: Place {
            file: file.clone(),
            line: None,
        },
        code,
        message: message.into(),
    }
}
