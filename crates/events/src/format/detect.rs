//! Tells the format of a file from its first bytes. The name is only asked where text could be
//! anything.

use super::Format;
use super::csv;
use super::scan::{Lines, Scan};
use std::path::Path;

/// First bytes of formats that are known and not read, and what to do about them.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xFD7zXZ\0", "compressed with xz; unpack it first"),
    (b"\x04\x22\x4D\x18", "compressed with lz4; unpack it first"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive; unpack it first"),
    (b"PAR1", "a Parquet file; convert it to JSON first"),
    (b"Obj\x01", "an Avro file; convert it to JSON first"),
    (b"SQLite format 3\0", "an SQLite database; export it first"),
    (b"<", "XML; convert it to JSON first"),
];

/// Names that plain text without any further structure goes by.
const TEXT_NAMES: &[&str] = &["log", "txt", "raw", "syslog", "out"];

/// The format of a file that begins with `sample`.
///
/// # Errors
/// What the file is instead, in words.
pub(crate) fn detect(sample: &[u8], name: &str) -> Result<Format, &'static str> {
    if sample.starts_with(b"ElfFile\0") {
        return Ok(Format::Evtx);
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| sample.starts_with(magic)) {
        return Err(what);
    }
    let text = sample.trim_ascii_start();
    // A log of JSON stays one where a crash left zeros in it.
    if sample.contains(&0) && !begins_object(text) && !begins_json_list(text) {
        return Err("binary");
    }
    match text.first() {
        Some(b'[') if begins_json_list(text) => return Ok(Format::Json),
        Some(b'{') => return Ok(ndjson_or_json(text)),
        // The record separator of RFC 7464.
        Some(0x1E) => return Ok(Format::Json),
        _ => {}
    }
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    if matches!(extension, Some("csv" | "tsv")) {
        return Ok(Format::Csv);
    }
    if mostly_json_lines(text) {
        return Ok(Format::Ndjson);
    }
    if csv::looks_like(text) {
        return Ok(Format::Csv);
    }
    let rotated = |e: &str| e.bytes().all(|b| b.is_ascii_digit());
    match extension {
        None => Ok(Format::Text),
        Some(e) if rotated(e) || TEXT_NAMES.contains(&e) => Ok(Format::Text),
        Some(_) => Err("text of no known format"),
    }
}

/// `{` begins an object with a key, or an empty one.
fn begins_object(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    inside.is_some_and(|inside| matches!(inside.first(), Some(b'"' | b'}')))
}

/// `[` begins an array of values, and not a line such as `[info] started`.
fn begins_json_list(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    inside.is_some_and(|inside| matches!(inside.first(), Some(b'{' | b'[' | b'"' | b']') | None))
}

/// For text that begins with `{`: a value that ends on its line is one of many lines.
fn ndjson_or_json(text: &[u8]) -> Format {
    let Some(line_end) = memchr::memchr(b'\n', text) else {
        return Format::Ndjson;
    };
    let (first, rest) = text.split_at(line_end);
    if Scan::new(Lines::End)
        .step(text, true)
        .is_some_and(|end| end < line_end)
    {
        return Format::Ndjson;
    }
    // Either laid out over several lines, or a line that is broken off with others after it.
    let next = rest.trim_ascii_start().first();
    let opens = matches!(first.trim_ascii_end().last(), Some(b'{' | b'[' | b','));
    let whole = Scan::new(Lines::Ignored).step(first, true) == Some(first.trim_ascii_end().len());
    if whole || (!opens && next == Some(&b'{')) {
        Format::Ndjson
    } else {
        Format::Json
    }
}

/// For text that begins with something else: at least half of its lines are objects.
fn mostly_json_lines(text: &[u8]) -> bool {
    let lines = text
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .take(100);
    let (all, json) = lines.fold((0, 0), |(all, json), line| {
        (all + 1, json + usize::from(line.starts_with(b"{\"")))
    });
    json > 0 && json * 2 >= all
}
