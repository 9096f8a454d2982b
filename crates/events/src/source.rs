//! Where bytes come from: files, directories, globs, standard input.

use crate::batch::{Fault, FaultCode};
use crate::reader::fault;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One stream of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// How it is called in messages.
    pub(crate) name: Arc<str>,
    /// Its stored size, where known.
    pub(crate) size: Option<u64>,
    /// `None` for standard input.
    path: Option<PathBuf>,
}

impl Source {
    pub(crate) fn is_stdin(&self) -> bool {
        self.path.is_none()
    }

    /// Opens the stream; what is read is counted in `read`.
    pub(crate) fn open(&self, read: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.path {
            Some(path) => Box::new(Counted {
                stream: File::open(path)?,
                read,
            }),
            None => Box::new(Counted {
                stream: io::stdin(),
                read,
            }),
        })
    }
}

struct Counted<R> {
    stream: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// The files the inputs name, in the order of the inputs.
pub(crate) fn find(inputs: &[PathBuf], faults: &mut Vec<Fault>) -> Vec<Source> {
    let mut sources = Vec::new();
    for input in inputs {
        let name = input.to_string_lossy();
        if name == "-" {
            sources.push(Source {
                name: Arc::from("-"),
                size: None,
                path: None,
            });
            continue;
        }
        match input.metadata() {
            Ok(data) => sources.push(Source {
                name: Arc::from(&*name),
                size: Some(data.len()),
                path: Some(input.clone()),
            }),
            Err(error) => {
                let code = if error.kind() == io::ErrorKind::NotFound {
                    FaultCode::NotFound
                } else {
                    FaultCode::Unreadable
                };
                faults.push(fault(&name, code, format!("cannot be read: {error}")));
            }
        }
    }
    sources
}
