//! A run of records of one file, and what was wrong with the file around them.

use crate::format::values;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// How much memory a batch keeps from one filling to the next: one very long record must not
/// make every batch a large one.
const KEPT: usize = 8 << 20;

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file as it was named or found; `-` for standard input.
    pub file: Arc<str>,
    /// The line the record begins on, counted from 1; for files without lines (EVTX) the
    /// number of the record. `None` where the whole file is meant.
    pub line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// What kind of thing was wrong with an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultCode {
    /// Nothing of this name, or no file fits the pattern.
    NotFound,
    /// The file or directory could not be read, or reading failed half-way.
    Unreadable,
    /// The file has no bytes at all.
    EmptyFile,
    /// The content is of no format that can be read.
    UnknownFormat,
    /// The compressed stream ends too early or is damaged.
    BrokenCompression,
    /// The record is longer than [`crate::Limits::record`] and was skipped.
    RecordTooLong,
    /// The record has bytes that are no UTF-8; they were replaced by U+FFFD.
    InvalidUtf8,
    /// The record is malformed; only used by whoever decodes it.
    MalformedRecord,
    /// The row has more or fewer cells than the header.
    RaggedRow,
    /// A list or document ends before it is complete.
    UnfinishedDocument,
    /// Members after a long list, which the list's elements therefore could not be given.
    MembersAfterList,
    /// The chunk of an EVTX file is damaged.
    CorruptChunk,
    /// The record of an EVTX file is damaged.
    CorruptRecord,
}

impl FaultCode {
    /// The code in kebab-case.
    pub fn as_str(self) -> &'static str {
        match self {
            FaultCode::NotFound => "not-found",
            FaultCode::Unreadable => "unreadable",
            FaultCode::EmptyFile => "empty-file",
            FaultCode::UnknownFormat => "unknown-format",
            FaultCode::BrokenCompression => "broken-compression",
            FaultCode::RecordTooLong => "record-too-long",
            FaultCode::InvalidUtf8 => "invalid-utf-8",
            FaultCode::MalformedRecord => "malformed-record",
            FaultCode::RaggedRow => "ragged-row",
            FaultCode::UnfinishedDocument => "unfinished-document",
            FaultCode::MembersAfterList => "members-after-list",
            FaultCode::CorruptChunk => "corrupt-chunk",
            FaultCode::CorruptRecord => "corrupt-record",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something wrong with an input, and where. Everything that is not reported was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// What kind of thing it is.
    pub code: FaultCode,
    /// What it is, in words: lower-case, without the place.
    pub message: Cow<'static, str>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// One record: JSON text of an event, or of a carrier with events in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'b> {
    /// The JSON text, without space around it. It may be malformed: whoever decodes it reports
    /// that.
    pub text: &'b str,
    /// As [`Place::line`].
    pub line: u64,
}

/// Records of one file in their order, with the faults met on the way. Reuse it: the memory
/// is kept.
#[derive(Debug, Clone)]
pub struct Batch {
    file: Arc<str>,
    text: String,
    records: Vec<(Range<usize>, u64)>,
    /// Each record was a line by itself.
    lines: bool,
    faults: Vec<Fault>,
}

impl Default for Batch {
    fn default() -> Self {
        Batch {
            file: Arc::from(""),
            text: String::new(),
            records: Vec::new(),
            lines: false,
            faults: Vec::new(),
        }
    }
}

impl Batch {
    /// A batch without records.
    pub fn new() -> Self {
        Self::default()
    }

    /// The file its records are from.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The records, in the order of the file. What is no JSON may be several: [`Batch::decode`]
    /// finds them.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.records.iter().map(|(range, line)| Record {
            text: self.text.get(range.clone()).unwrap_or_default(),
            line: *line,
        })
    }

    /// Calls `decode` for every record, in the order of the file; where it refuses a line in
    /// which one value may follow another, for each of those. Returns the records refused.
    pub fn decode<'b, E>(
        &'b self,
        mut decode: impl FnMut(Record<'b>) -> Result<(), E>,
    ) -> Vec<(Record<'b>, E)> {
        let mut refused = Vec::new();
        for record in self.records() {
            let Err(error) = decode(record) else { continue };
            let parts = self.parts(record);
            if parts.is_empty() {
                refused.push((record, error));
            }
            for part in parts {
                if let Err(error) = decode(part) {
                    refused.push((part, error));
                }
            }
        }
        refused
    }

    /// The values of a line that has a seam between two.
    fn parts<'b>(&self, record: Record<'b>) -> Vec<Record<'b>> {
        let Record { text, line } = record;
        if !self.lines || !(text.contains("}{") || text.contains("} {")) {
            return Vec::new();
        }
        let parts = values(text.as_bytes()).into_iter();
        let part = |range| Record {
            text: text.get(range).unwrap_or_default(),
            line,
        };
        parts.map(part).collect()
    }

    /// Leaves out the first records; where none is left, what was wrong around them, too.
    pub fn skip(&mut self, records: usize) {
        self.records.drain(..records.min(self.records.len()));
        if self.records.is_empty() {
            self.faults.clear();
        }
    }

    /// What was wrong around these records, in the order of the file.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The place of a line of this batch's file.
    pub fn place(&self, line: u64) -> Place {
        Place {
            file: self.file.clone(),
            line: Some(line),
        }
    }

    /// True where there is neither a record nor a fault.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.faults.is_empty()
    }

    /// How many bytes of text it holds.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn start(&mut self, file: &Arc<str>) {
        self.file = file.clone();
        self.text.clear();
        self.text.shrink_to(KEPT);
        self.records.clear();
        self.lines = false;
        self.faults.clear();
    }

    pub(crate) fn fault(
        &mut self,
        line: Option<u64>,
        code: FaultCode,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.faults.push(Fault {
            place: Place {
                file: self.file.clone(),
                line,
            },
            code,
            message: message.into(),
        });
    }

    pub(crate) fn take_faults(&mut self, faults: &mut Vec<Fault>) {
        self.faults.append(faults);
    }

    /// Adds a record, replacing and reporting what is no UTF-8.
    pub(crate) fn push(&mut self, text: &[u8], line: u64) {
        let start = self.text.len();
        self.append(text, line);
        self.records.push((start..self.text.len(), line));
    }

    /// Adds a record from several pieces.
    pub(crate) fn push_joined(&mut self, pieces: &[&[u8]], line: u64) {
        let start = self.text.len();
        for piece in pieces {
            self.append(piece, line);
        }
        self.records.push((start..self.text.len(), line));
    }

    fn append(&mut self, text: &[u8], line: u64) {
        let text = self.text(text, line);
        self.text.push_str(&text);
    }

    /// A part of the file as text, replacing and reporting what is no UTF-8.
    pub(crate) fn text<'t>(&mut self, text: &'t [u8], line: u64) -> Cow<'t, str> {
        let text = String::from_utf8_lossy(text);
        if matches!(text, Cow::Owned(_)) {
            self.report_utf8(line);
        }
        text
    }

    pub(crate) fn report_utf8(&mut self, line: u64) {
        self.fault(
            Some(line),
            FaultCode::InvalidUtf8,
            "the record has bytes that are no UTF-8; they are read as U+FFFD",
        );
    }

    /// The memory of the text, empty, to be filled and given to [`Batch::lines`].
    pub(crate) fn take_memory(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.clear();
        bytes
    }

    /// Makes every line of `bytes` that is not blank a record, or, where it is an array, every
    /// element; the first is line `line` of the file. Returns the number of the line after the
    /// last.
    pub(crate) fn lines(&mut self, bytes: Vec<u8>, line: u64) -> u64 {
        debug_assert!(self.text.is_empty());
        self.lines = true;
        let next = self.whole_lines(bytes, line);
        self.enter_arrays();
        next
    }

    fn whole_lines(&mut self, bytes: Vec<u8>, mut line: u64) -> u64 {
        match String::from_utf8(bytes) {
            Ok(text) => self.text = text,
            Err(error) => return self.lossy_lines(error.as_bytes(), line),
        }
        let bytes = self.text.as_bytes();
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', bytes)
            .chain((bytes.last().is_some_and(|b| *b != b'\n')).then_some(bytes.len()));
        for end in ends {
            let range = trim(bytes, start..end);
            if !range.is_empty() {
                self.records.push((range, line));
            }
            line += 1;
            start = end + 1;
        }
        line
    }

    /// Replaces lines that are arrays by their elements.
    fn enter_arrays(&mut self) {
        let bytes = self.text.as_bytes();
        let is_array = |range: &Range<usize>| bytes.get(range.start) == Some(&b'[');
        if !self.records.iter().any(|(range, _)| is_array(range)) {
            return;
        }
        let mut records = Vec::with_capacity(self.records.len());
        for (range, line) in self.records.drain(..) {
            if is_array(&range) {
                let parts = values(bytes.get(range.clone()).unwrap_or_default());
                let place = |part: Range<usize>| range.start + part.start..range.start + part.end;
                records.extend(parts.into_iter().map(|part| (place(part), line)));
            } else {
                records.push((range, line));
            }
        }
        self.records = records;
    }

    fn lossy_lines(&mut self, bytes: &[u8], mut line: u64) -> u64 {
        for text in bytes.split_inclusive(|b| *b == b'\n') {
            let range = trim(text, 0..text.len());
            if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
                self.push(text, line);
            }
            line += 1;
        }
        line
    }
}

/// The range without JSON's white space at its ends.
fn trim(bytes: &[u8], mut range: Range<usize>) -> Range<usize> {
    let space = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n'));
    while range.start < range.end && space(range.end - 1) {
        range.end -= 1;
    }
    while range.start < range.end && space(range.start) {
        range.start += 1;
    }
    range
}
