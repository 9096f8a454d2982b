//! Comma-separated values with a header (RFC 4180): each row becomes an object whose members
//! are named by the header. Semicolons, tabs and bars separate too.
//!
//! A row with too many or too few cells is reported and read all the same; cells beyond the
//! header are named `column_5` by their place.

use super::Framer;
use crate::batch::{Batch, FaultCode};
use crate::limits::Limits;
use crate::window::Window;
use csv::{ByteRecord, ReaderBuilder};

/// What may separate cells, in the order of preference.
const SEPARATORS: &[u8] = b",;\t|";

/// The longest name of a column. Every row repeats it, so it multiplies the work.
const LONGEST_NAME: usize = 1024;

pub(super) struct Csv {
    limits: Limits,
    separator: u8,
    /// The names of the columns, as JSON strings.
    header: Option<Vec<String>>,
    row: ByteRecord,
}

impl Csv {
    pub(super) fn new(limits: &Limits) -> Self {
        Csv {
            limits: *limits,
            separator: b',',
            header: None,
            row: ByteRecord::new(),
        }
    }

    /// Reads the rows that are complete in `text` and returns how much of it they take up, and
    /// whether the next one is a quote that is never closed. `whole` says that there is no
    /// more text.
    fn rows(
        &mut self,
        text: &[u8],
        whole: bool,
        mut line: u64,
        batch: &mut Batch,
    ) -> (usize, bool) {
        if self.header.is_none() {
            self.separator = separator(text);
        }
        let mut reader = ReaderBuilder::new()
            .delimiter(self.separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(text);
        let mut used = 0;
        // Reading from memory cannot fail, and rows of any length are accepted.
        while let Ok(true) = reader.read_byte_record(&mut self.row) {
            let end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
            if end >= text.len() && !whole && !ended(&self.row, text) {
                break;
            }
            let taken = text.get(used..end).unwrap_or_default();
            if end >= text.len() && unclosed(&self.row, taken) {
                return (used, true);
            }
            // The reader takes line ends after a row along, and blank lines before one.
            let blank = taken
                .iter()
                .take_while(|b| matches!(b, b'\n' | b'\r'))
                .copied();
            let first = line + blank.filter(|b| *b == b'\n').count() as u64;
            self.row(first, batch);
            line += memchr::memchr_iter(b'\n', taken).count() as u64;
            used = end;
            if batch.len() >= self.limits.batch {
                return (used, false);
            }
        }
        (if whole { text.len() } else { used }, false)
    }

    fn row(&mut self, line: u64, batch: &mut Batch) {
        let Some(header) = &self.header else {
            self.header = Some(self.names(line, batch));
            return;
        };
        if self.row.len() != header.len() {
            batch.fault(
                Some(line),
                FaultCode::RaggedRow,
                format!(
                    "the row has {} cells, the header {}",
                    self.row.len(),
                    header.len()
                ),
            );
        }
        let mut text = String::from("{");
        let mut lossy = false;
        for (index, cell) in self.row.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            match header.get(index) {
                Some(name) => text.push_str(name),
                None => text.push_str(&nameless(index)),
            }
            text.push(':');
            lossy |= std::str::from_utf8(cell).is_err();
            text.push_str(&json_string(cell));
        }
        text.push('}');
        if lossy {
            batch.report_utf8(line);
        }
        batch.push(text.as_bytes(), line);
    }
}

impl Csv {
    /// The names of the columns, from the first row.
    fn names(&self, line: u64, batch: &mut Batch) -> Vec<String> {
        let mut long = 0;
        let names = self.row.iter().enumerate().map(|(index, cell)| {
            let name = cell.trim_ascii();
            if name.len() > LONGEST_NAME {
                long += 1;
                nameless(index)
            } else {
                json_string(name)
            }
        });
        let names = names.collect();
        if long > 0 {
            let message =
                format!("{long} columns have names longer than {LONGEST_NAME} bytes and lose them");
            batch.fault(Some(line), FaultCode::RecordTooLong, message);
        }
        names
    }
}

impl Framer for Csv {
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        loop {
            let whole = window.ended();
            let line = window.line();
            let (used, unclosed) = self.rows(window.rest(), whole, line, batch);
            window.consume(used);
            if unclosed {
                self.first_line(window, batch);
                return true;
            }
            if whole && window.rest().is_empty() {
                return false;
            }
            if batch.len() >= self.limits.batch || (used > 0 && !batch.is_empty()) {
                return true;
            }
            if used == 0 && window.rest().len() > self.limits.document {
                self.first_line(window, batch);
                return true;
            }
            window.fill();
        }
    }
}

impl Csv {
    /// Reads the line alone that begins a row without end.
    fn first_line(&mut self, window: &mut Window, batch: &mut Batch) {
        let blank = window.rest().iter();
        let blank = blank.take_while(|b| matches!(b, b'\n' | b'\r')).count();
        window.consume(blank);
        let rest = window.rest();
        let line = window.line();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        batch.fault(
            Some(line),
            FaultCode::UnfinishedDocument,
            "a quote is opened and not closed; the line is read alone",
        );
        let text = rest.get(..end).unwrap_or_default().to_vec();
        self.rows(&text, true, line, batch);
        window.consume(end);
    }
}

/// What a column without a name is called.
fn nameless(index: usize) -> String {
    format!("\"column_{}\"", index + 1)
}

/// Whether the last row of a text is sure to be complete: there is a line end after it that
/// is not inside quotes.
fn ended(row: &ByteRecord, text: &[u8]) -> bool {
    let last = row.iter().next_back().unwrap_or_default();
    text.ends_with(b"\n") && !last.ends_with(b"\n")
}

/// Whether the last row of a text ends inside quotes: a line end in a cell that has no quote
/// behind it.
fn unclosed(row: &ByteRecord, text: &[u8]) -> bool {
    let last = row.iter().next_back().unwrap_or_default();
    last.contains(&b'\n') && text.trim_ascii_end().last() != Some(&b'"')
}

fn json_string(bytes: &[u8]) -> String {
    serde_json::Value::from(String::from_utf8_lossy(bytes)).to_string()
}

/// The separator most frequent in the first line.
fn separator(text: &[u8]) -> u8 {
    let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |separator: u8| line.iter().filter(|b| **b == separator).count();
    // Of equals, the first is preferred; `max_by_key` would take the last.
    let best = SEPARATORS.iter().rev().max_by_key(|s| count(**s));
    best.copied().unwrap_or(b',')
}

/// Whether a text looks like a table: a first line of names, and a second with as many cells.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let mut header = ByteRecord::new();
    let mut row = ByteRecord::new();
    let Ok(true) = reader.read_byte_record(&mut header) else {
        return false;
    };
    let name = |cell: &[u8]| {
        let cell = cell.trim_ascii();
        let first = cell.first().copied().unwrap_or(b' ');
        cell.len() <= 100
            && (first.is_ascii_alphabetic() || b"_@#$".contains(&first) || !first.is_ascii())
            && !cell.iter().any(|b| b"=<>{}[]".contains(b))
    };
    if header.len() < 2 || !header.iter().all(name) {
        return false;
    }
    match reader.read_byte_record(&mut row) {
        Ok(true) => row.len() == header.len(),
        _ => true,
    }
}
