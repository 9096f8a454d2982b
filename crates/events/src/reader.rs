//! Inputs in, batches of records out.

use crate::batch::{Batch, Fault, FaultCode, Place};
use crate::format::{Format, Framer, detect};
use crate::limits::Limits;
use crate::source::{self, Origin, Source};
use crate::window::Window;
use std::collections::VecDeque;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How inputs are read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The format of every input; `None` to tell it from the content.
    pub format: Option<Format>,
    /// What bounds memory.
    pub limits: Limits,
}

/// How far reading has come, in bytes as they are stored (compressed or not).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read so far.
    pub read: u64,
    /// Bytes of all inputs together; `None` where that is not known (standard input).
    pub total: Option<u64>,
}

/// Reads inputs one after another, as batches of records.
///
/// An input is a file, a directory (every file below it, sorted by name), a glob (where no file
/// has that very name) or `-`, standard input.
pub struct Reader {
    options: ReadOptions,
    sources: VecDeque<Source>,
    faults: Vec<Fault>,
    open: Option<Open>,
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

struct Open {
    file: Arc<str>,
    window: Window,
    framer: Box<dyn Framer>,
}

impl Reader {
    /// Reads one stream, which is called `name` in messages. It may be compressed.
    pub fn of_stream(name: &str, stream: Box<dyn Read + Send>, options: ReadOptions) -> Self {
        let source = Source {
            name: Arc::from(name),
            size: None,
            origin: Origin::Stream(stream),
        };
        Reader::new(vec![source], Vec::new(), options)
    }

    /// Finds the files the inputs name. What cannot be found or read comes as a fault of the
    /// first batches; the rest goes on.
    pub fn open(inputs: &[PathBuf], options: ReadOptions) -> Self {
        let mut faults = Vec::new();
        let sources = source::find(inputs, &mut faults);
        Reader::new(sources, faults, options)
    }

    fn new(sources: Vec<Source>, faults: Vec<Fault>, options: ReadOptions) -> Self {
        Reader {
            options,
            total: sources.iter().map(|source| source.size).sum(),
            sources: sources.into(),
            faults,
            open: None,
            read: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Reads the next batch into `batch`, whose memory is reused; false after the last one.
    pub fn read(&mut self, batch: &mut Batch) -> bool {
        if !self.faults.is_empty() {
            batch.start(&Arc::from(""));
            batch.take_faults(&mut self.faults);
            return true;
        }
        loop {
            if let Some(open) = &mut self.open {
                batch.start(&open.file);
                let more = open.framer.read(&mut open.window, batch);
                open.window.report(batch);
                if !more {
                    self.open = None;
                }
                if !batch.is_empty() {
                    return true;
                }
                continue;
            }
            let Some(source) = self.sources.pop_front() else {
                return false;
            };
            batch.start(&source.name);
            self.start(source, batch);
            if !batch.is_empty() {
                return true;
            }
        }
    }

    fn start(&mut self, source: Source, batch: &mut Batch) {
        let limits = &self.options.limits;
        let (name, live) = (source.name.clone(), source.is_live());
        let stream = match source.open(self.read.clone()) {
            Ok(stream) => stream,
            Err(error) => {
                batch.fault(
                    None,
                    FaultCode::Unreadable,
                    format!("cannot be read: {error}"),
                );
                return;
            }
        };
        let mut window = Window::new(stream, name.clone(), limits.batch, live);
        window.begin();
        if window.rest().is_empty() {
            window.report(batch);
            if batch.is_empty() {
                batch.fault(None, FaultCode::EmptyFile, "the file is empty");
            }
            return;
        }
        let format = match self.options.format {
            Some(format) => format,
            None => match detect(window.rest(), &name) {
                Ok(format) => format,
                Err(what) => {
                    let message = format!("the file is skipped, for it is {what}");
                    batch.fault(None, FaultCode::UnknownFormat, message);
                    window.report(batch);
                    return;
                }
            },
        };
        if let Some(framer) = format.open(limits) {
            self.open = Some(Open {
                file: name,
                window,
                framer,
            });
        }
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress {
        Progress {
            read: self.read.load(Ordering::Relaxed),
            total: self.total,
        }
    }
}

pub(crate) fn fault(file: &str, code: FaultCode, message: String) -> Fault {
    Fault {
        place: Place {
            file: Arc::from(file),
            line: None,
        },
        code,
        message: message.into(),
    }
}
