//! Where bytes come from: files, directories, globs, standard input; compressed or not.

mod find;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use find::find;

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One stream of bytes.
pub(crate) struct Source {
    /// How it is called in messages.
    pub(crate) name: Arc<str>,
    /// Its stored size, where known.
    pub(crate) size: Option<u64>,
    pub(crate) origin: Origin,
}

/// What a stream is read from.
pub(crate) enum Origin {
    File(PathBuf),
    Stdin,
    Stream(Box<dyn Read + Send>),
}

impl Source {
    /// Opens the stream, uncompressed and in UTF-8; the stored bytes read are counted in
    /// `read`.
    pub(crate) fn open(self, read: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let stream: Box<dyn Read + Send> = match self.origin {
            Origin::File(path) => Box::new(File::open(path)?),
            Origin::Stdin => Box::new(io::stdin()),
            Origin::Stream(stream) => stream,
        };
        stream::open(Box::new(Counted { stream, read }))
    }

    /// True where the bytes may come slowly, from someone who writes them just now.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.origin, Origin::File(_)) || self.size.is_none()
    }
}

struct Counted {
    stream: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
