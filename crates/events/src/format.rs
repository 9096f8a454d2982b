//! The formats of log files: what is a record in each, and how a format is told from its
//! first bytes.

mod ndjson;

use crate::batch::Batch;
use crate::limits::Limits;
use crate::window::Window;

/// A format of log files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON value per line.
    Ndjson,
}

/// Turns what a window shows into records.
pub(crate) trait Framer: Send {
    /// Fills a batch that was started; false where there is nothing more.
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool;
}

/// A format, how it is called and how it is read.
pub(crate) struct Row {
    pub(crate) format: Format,
    /// The value of `--input-format`.
    pub(crate) name: &'static str,
    /// Opens a framer.
    pub(crate) open: fn(&Limits) -> Box<dyn Framer>,
}

pub(crate) static FORMATS: &[Row] = &[Row {
    format: Format::Ndjson,
    name: "ndjson",
    open: |limits| Box::new(ndjson::Ndjson::new(limits)),
}];

impl Format {
    /// Every format's name, as [`Format::from_name`] takes it.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|row| row.name)
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.format)
    }

    pub(crate) fn open(self, limits: &Limits) -> Option<Box<dyn Framer>> {
        FORMATS
            .iter()
            .find(|row| row.format == self)
            .map(|row| (row.open)(limits))
    }
}
