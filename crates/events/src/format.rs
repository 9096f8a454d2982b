//! The formats of log files: what is a record in each, and how a format is told from its
//! first bytes.

mod csv;
mod detect;
mod evtx;
mod json;
mod ndjson;
mod scan;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use detect::detect;
pub(crate) use scan::values;

use crate::batch::Batch;
use crate::limits::Limits;
use crate::window::Window;

/// A format of log files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON value per line.
    Ndjson,
    /// JSON values laid out in any way: pretty-printed, concatenated, in an array.
    Json,
    /// Comma-separated values with a header.
    Csv,
    /// Windows event logs.
    Evtx,
    /// Lines of plain text.
    Text,
}

/// Turns what a window shows into records.
pub(crate) trait Framer: Send {
    /// Adds records to a batch that was started; false where there is nothing more. A batch
    /// may stay empty.
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool;
}

/// A format, how it is called and how it is read.
struct Row {
    format: Format,
    /// The value of `--input-format`.
    name: &'static str,
    open: fn(&Limits) -> Box<dyn Framer>,
}

static FORMATS: &[Row] = &[
    Row {
        format: Format::Ndjson,
        name: "ndjson",
        open: |limits| Box::new(ndjson::Ndjson::new(limits)),
    },
    Row {
        format: Format::Json,
        name: "json",
        open: |limits| Box::new(json::Json::new(limits)),
    },
    Row {
        format: Format::Csv,
        name: "csv",
        open: |limits| Box::new(csv::Csv::new(limits)),
    },
    Row {
        format: Format::Evtx,
        name: "evtx",
        open: |limits| Box::new(evtx::Evtx::new(limits)),
    },
    Row {
        format: Format::Text,
        name: "text",
        open: |limits| Box::new(text::Text::new(limits)),
    },
];

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
