//! Each format, and what is wrong with inputs, from bytes in memory. `docs/limits.md` names
//! these tests.

use super::{Format, detect};
use crate::{Batch, FaultCode, Limits, ReadOptions, Reader};
use sigwright_engine::Event;
use std::io::Read;

/// What an input gives: records with their lines, and faults.
#[derive(Debug, Default, PartialEq)]
struct Read_ {
    records: Vec<(u64, String)>,
    faults: Vec<(Option<u64>, FaultCode)>,
}

const SMALL: Limits = Limits {
    record: 4096,
    document: 512,
    batch: 64,
};

fn read_with(name: &str, bytes: impl Read + Send + 'static, limits: Limits) -> Read_ {
    read_as(None, name, bytes, limits)
}

fn read_as(
    format: Option<Format>,
    name: &str,
    bytes: impl Read + Send + 'static,
    limits: Limits,
) -> Read_ {
    let options = ReadOptions { format, limits };
    let mut reader = Reader::of_stream(name, Box::new(bytes), options);
    let mut batch = Batch::new();
    let mut all = Read_::default();
    while reader.read(&mut batch) {
        // as a decoder would, refused records in their place
        let refused = batch.decode(|record| Event::from_json(record.text).map(|_| ()));
        let mut refused = refused.into_iter().map(|(record, _)| record).peekable();
        let _ = batch.decode(|record| {
            let read = Event::from_json(record.text).map(|_| ());
            if read.is_ok() || refused.next_if_eq(&record).is_some() {
                all.records.push((record.line, record.text.to_owned()));
            }
            read
        });
        let faults = batch.faults().iter();
        all.faults.extend(faults.map(|f| (f.place.line, f.code)));
    }
    all
}

/// Reads `bytes` in pieces of several sizes, and demands that they all give the same.
fn read_named(name: &str, bytes: &[u8], limits: Limits) -> Read_ {
    let whole = read_with(name, std::io::Cursor::new(bytes.to_vec()), limits);
    // In pieces, the first line may be all there is to tell the format from.
    let text = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    let format = detect(text, name).ok();
    for size in [1, 3, 7, 100] {
        let pieces = Pieces {
            bytes: bytes.to_vec(),
            at: 0,
            size,
        };
        let read = read_as(format, name, pieces, limits);
        assert_eq!(read, whole, "in pieces of {size}");
    }
    whole
}

fn read(bytes: impl AsRef<[u8]>) -> Read_ {
    read_named("log", bytes.as_ref(), SMALL)
}

/// Hands over a few bytes at a time.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    size: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let size = if (4..64).contains(&self.at) {
            64
        } else {
            self.size
        };
        let n = rest.len().min(size).min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

fn texts(read: &Read_) -> Vec<&str> {
    read.records.iter().map(|(_, text)| text.as_str()).collect()
}

fn lines(read: &Read_) -> Vec<u64> {
    read.records.iter().map(|(line, _)| *line).collect()
}

fn malformed(read: &Read_) -> Vec<u64> {
    let bad = |text: &str| Event::from_json(text).is_err();
    let bad = read.records.iter().filter(|(_, text)| bad(text));
    bad.map(|(line, _)| *line).collect()
}

#[test]
fn ndjson_has_a_record_per_line() {
    let read = read("{\"a\":1}\n\n  {\"a\":2}\r\n\t\n{\"a\":3}");
    assert_eq!(texts(&read), ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
    assert_eq!(lines(&read), [1, 3, 5]);
    assert_eq!(read.faults, []);
}

#[test]
fn byte_order_mark_is_left_out() {
    let read = read("\u{FEFF}{\"a\":1}\n{\"a\":2}\n");
    assert_eq!(texts(&read), ["{\"a\":1}", "{\"a\":2}"]);
    assert_eq!(read.faults, []);
}

#[test]
fn utf_16_is_read() {
    for big in [false, true] {
        let text = "\u{FEFF}{\"a\":\"ä𐐷\"}\r\n{\"a\":2}\r\n";
        let bytes: Vec<u8> = text
            .encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect();
        let read = read(bytes);
        assert_eq!(texts(&read), ["{\"a\":\"ä𐐷\"}", "{\"a\":2}"]);
        assert_eq!(read.faults, []);
    }
}

#[test]
fn two_values_on_a_line_are_two_records() {
    let read = read("{\"a\":1}\n{\"a\":2}{\"a\":3} {\"a\":\"}{\"}\n{\"a\":\"}{\"}\n");
    assert_eq!(lines(&read), [1, 2, 2, 2, 3]);
    assert!(malformed(&read).is_empty());
    assert_eq!(texts(&read)[3], "{\"a\":\"}{\"}");
}

#[test]
fn array_on_a_line_is_split() {
    let read = read("{\"a\":1}\n[{\"a\":2},{\"a\":[{}]}]\n{\"a\":4}\n");
    assert_eq!(
        texts(&read),
        ["{\"a\":1}", "{\"a\":2}", "{\"a\":[{}]}", "{\"a\":4}"]
    );
}

#[test]
fn trailing_bytes_after_a_value_are_malformed_alone() {
    let read = read("{\"a\":1}\n{\"a\":2} and more\n{\"a\":3}\n");
    assert_eq!(lines(&read), [1, 2, 3]);
    assert_eq!(malformed(&read), [2]);
}

#[test]
fn malformed_line_is_handed_over_and_hurts_no_other() {
    let read = read("{\"a\": \n{\"a\":2}\nnonsense\n{\"a\":4}\n");
    assert_eq!(lines(&read), [1, 2, 3, 4]);
    assert_eq!(malformed(&read), [1, 3]);
    let read = self::read("nonsense\n{\"a\":2}\n{\"a\":4}\n");
    assert_eq!(malformed(&read), [1]);
}

#[test]
fn invalid_utf_8_is_replaced_and_reported() {
    let read = read(b"{\"a\":1}\n{\"a\":\"\xFFb\"}\n{\"a\":3}\n");
    assert_eq!(
        texts(&read),
        ["{\"a\":1}", "{\"a\":\"\u{FFFD}b\"}", "{\"a\":3}"]
    );
    assert_eq!(read.faults, [(Some(2), FaultCode::InvalidUtf8)]);
}

#[test]
fn odd_json_is_handed_over_as_it_is() {
    let odd = [
        "{\"a\":1e999}",
        "{\"a\":123456789012345678901234567890}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\\ud800\"}",
    ];
    let ndjson = read(odd.join("\n"));
    assert_eq!(texts(&ndjson), odd);
    let array = read(format!("[{}]", odd.join(",\n")));
    assert_eq!(texts(&array), odd);
    assert!(malformed(&array).is_empty());
}

#[test]
fn deep_nesting_is_one_malformed_record() {
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let read = read(format!("{{\"a\":1}}\n{{\"a\":{deep}}}\n{{\"a\":3}}\n"));
    assert_eq!(lines(&read), [1, 2, 3]);
    assert_eq!(malformed(&read), [2]);
    let deep = "{\"a\":".repeat(1000);
    let read = self::read(format!("[{{\"a\":1}},{deep}1{}]", "}".repeat(1000)));
    assert_eq!(read.records.len(), 1);
    assert_eq!(read.faults, [(Some(1), FaultCode::RecordTooLong)]);
}

#[test]
fn very_deep_nesting_is_read_in_time() {
    let deep = "[".repeat(100_000);
    let closed = format!("{deep}{}", "]".repeat(100_000));
    let text = format!("[{{\"a\":1}},{closed},{{\"a\":3}}]");
    let read = read_with("log", std::io::Cursor::new(text), Limits::default());
    assert_eq!(read.records.len(), 3);
    assert_eq!(malformed(&read).len(), 1);
    let text = format!("{{\"a\":1}}\n{deep}\n{{\"a\":{deep}\n{{\"a\":4}}\n");
    let read = read_with("log", std::io::Cursor::new(text), Limits::default());
    assert_eq!(lines(&read), [1, 2, 3, 4]);
    assert_eq!(malformed(&read), [2, 3]);
}

#[test]
fn line_longer_than_a_record_is_skipped() {
    for long in [
        format!("{{\"a\":\"{}\"}}", "x".repeat(5000)),
        format!("{{\"a\":{}", "\"x".repeat(5000)),
        "x".repeat(5000),
        format!("{{\"a\":[{}]}}", "1,".repeat(5000)),
    ] {
        let read = read(format!("{{\"a\":1}}\n{long}\n{{\"a\":3}}\n"));
        assert_eq!(lines(&read), [1, 3]);
        assert_eq!(read.faults, [(Some(2), FaultCode::RecordTooLong)]);
    }
}

#[test]
fn hundred_megabytes_on_a_line_are_skipped() {
    let start = std::io::Cursor::new("{\"a\":1}\n{\"a\":\"");
    let long = std::io::repeat(b'x').take(100 << 20);
    let end = std::io::Cursor::new("\"}\n{\"a\":3}\n");
    let read = read_with("log", start.chain(long).chain(end), Limits::default());
    assert_eq!(texts(&read), ["{\"a\":1}", "{\"a\":3}"]);
    assert_eq!(read.faults, [(Some(2), FaultCode::RecordTooLong)]);
}

#[test]
fn line_longer_than_a_document_without_a_list_is_one_record() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(1000));
    let read = read(format!("{{\"a\":1}}\n{long}\n{{\"a\":3}}\n"));
    assert_eq!(texts(&read), ["{\"a\":1}", &long, "{\"a\":3}"]);
}

#[test]
fn array_of_json_has_a_record_per_element() {
    let read = read("[\n  {\"a\": 1},\n  {\n    \"a\": 2\n  }\n, {\"a\": [3]}\n]\n");
    assert_eq!(
        texts(&read),
        ["{\"a\": 1}", "{\n    \"a\": 2\n  }", "{\"a\": [3]}"]
    );
    assert_eq!(lines(&read), [2, 3, 6]);
    assert_eq!(read.faults, []);
}

#[test]
fn pretty_printed_values_follow_one_another() {
    let read = read("{\n  \"a\": \"}\\\"{\"\n}\n{\n  \"a\": {\n    \"b\": []\n  }\n}{\n}\n");
    assert_eq!(lines(&read), [1, 4, 8]);
    assert!(malformed(&read).is_empty());
}

#[test]
fn values_without_indentation_are_read() {
    let read = read("{\n\"items\":\n[\n{\n\"a\":1\n},\n{\n\"a\":2\n}\n]\n}\n{\n\"a\":3\n}\n");
    assert_eq!(lines(&read), [1, 12]);
    assert!(malformed(&read).is_empty());
}

#[test]
fn broken_pretty_printed_value_ends_where_the_next_begins() {
    let good = "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n";
    for broken in [
        "{\n  \"a\": {\n    \"b\": 1,\n",
        "{\n  \"a\": {\n    \"b\":\n",
        "{\n  \"a\": {\n    \"b\": 1\n}\n",
        "{\n  \"a\": {\n    \"b\": \"cut o\n",
        "{\n  \"a\": [\n    \"b\",\n",
        "{\n  \"a\": [ }\n",
        "{\n  \"a\": tru }\n",
        "{\n  \"a\"  \n",
    ] {
        let read = read(format!("{good}{broken}{good}{good}"));
        assert_eq!(malformed(&read), [6], "{broken}: {read:?}");
        assert_eq!(read.records.len(), 4, "{broken}: {read:?}");
        let read = self::read(format!("[\n{good},\n{broken}{good},\n{good}]"));
        assert_eq!(malformed(&read), [8], "{broken}: {read:?}");
        assert_eq!(read.records.len(), 4, "{broken}: {read:?}");
    }
}

#[test]
fn broken_element_hurts_no_other() {
    let read = read("[{\"a\":1},{\"a\":[2},{\"a\":3},nonsense,{\"a\":4,{\"a\":5}}},{\"a\":6}]");
    let bad: Vec<_> = texts(&read)
        .into_iter()
        .filter(|text| Event::from_json(text).is_err())
        .collect();
    assert_eq!(bad, ["{\"a\":[2}", "nonsense", "{\"a\":4,", "}}"]);
    assert_eq!(read.records.len(), 8);
    assert_eq!(read.faults, []);
}

#[test]
fn array_that_ends_early_is_reported() {
    let read = read("[\n{\"a\":1},\n{\"a\":2},\n{\"a\":");
    assert_eq!(texts(&read), ["{\"a\":1}", "{\"a\":2}", "{\"a\":"]);
    assert_eq!(read.faults, [(Some(4), FaultCode::UnfinishedDocument)]);
}

#[test]
fn short_document_is_handed_over_whole() {
    let text = "{\"kind\":\"EventList\",\"items\":[{\"a\":1},{\"a\":2}]}";
    assert_eq!(texts(&read(text)), [text]);
}

#[test]
fn long_document_is_handed_over_by_element() {
    let elements: Vec<_> = (0..100).map(|n| format!("{{\"a\":{n}}}")).collect();
    let head = "{\"kind\":\"EventList\",\"meta\":{\"x\":[{}]},\"items\":[";
    let expected: Vec<_> = elements.iter().map(|e| format!("{head}{e}]}}")).collect();
    let after = "{\"a\":\"after\"}";
    // On one line among others, and over many lines.
    let one_line = format!("{head}{}]}}\n{after}\n", elements.join(","));
    let read = read(&one_line);
    assert_eq!(read.records.len(), 101);
    assert!(texts(&read).iter().zip(&expected).all(|(a, b)| a == b));
    assert_eq!(read.records[100], (2, after.to_owned()));
    assert_eq!(read.faults, []);
    let head = head.replace("kind", "\nkind");
    let many = format!("{head}\n{}\n]\n}}\n{after}\n", elements.join(",\n"));
    let read = self::read(&many);
    assert_eq!(lines(&read), (3..103).chain([105]).collect::<Vec<_>>());
    assert_eq!(read.faults, []);
}

#[test]
fn elements_of_a_long_document_wait_where_they_are_tiny() {
    let head = format!("{{\"meta\":\"{}\",\"items\":[", "x".repeat(300));
    let text = format!("{head}{}{{\"a\":3}}]}}\n", "{},".repeat(400));
    let read = read(&text);
    assert!(malformed(&read).is_empty());
    let written: usize = texts(&read).iter().map(|text| text.len()).sum();
    assert!(written < text.len() * 20);
    let elements: usize = texts(&read)
        .iter()
        .map(|text| text.strip_prefix(&head).unwrap().matches('{').count())
        .sum();
    assert_eq!(elements, 401);
}

#[test]
fn members_after_a_long_list_are_reported() {
    let elements = vec!["{\"a\":\"b\"}"; 100].join(",");
    let tail = "\"kind\":\"EventList\",\"more\":[{},{}]";
    let read = read(format!("{{\"items\":[{elements}],{tail}}}\n{{\"a\":1}}\n"));
    assert_eq!(read.records.len(), 101);
    assert_eq!(read.faults, [(Some(1), FaultCode::MembersAfterList)]);
    assert_eq!(read.records[100], (2, "{\"a\":1}".to_owned()));
}

#[test]
fn long_document_that_ends_early_keeps_its_elements() {
    let elements = vec!["{\"a\":\"b\"}"; 100].join(",");
    let text = format!("{{\"items\":[{elements},{{\"a\":");
    let read = read(format!("{text}\n{{\"a\":2}}\n"));
    assert_eq!(read.records.len(), 102);
    assert_eq!(malformed(&read), [1]);
    assert_eq!(read.faults, [(Some(1), FaultCode::UnfinishedDocument)]);
    assert_eq!(self::read(&text).records.len(), 101);
}

#[test]
fn line_longer_than_a_document_ends_with_its_line() {
    let long = format!("{{\"items\":[{}", "{\"a\":\"b\"},".repeat(100));
    let read = read(format!("{{\"a\":1}}\n{long}\n{{\"a\":3}}\n"));
    assert_eq!(read.records.len(), 102);
    assert_eq!(read.faults, [(Some(2), FaultCode::UnfinishedDocument)]);
    assert_eq!(read.records[101].0, 3);
}

#[test]
fn csv_rows_become_objects() {
    let read = read("time,user name,\"a \"\"b\"\"\"\n1,\"x,\ny\",\"\"\"\"\n\n2,é,\r\n3,,z");
    assert_eq!(
        texts(&read),
        [
            r#"{"time":"1","user name":"x,\ny","a \"b\"":"\""}"#,
            r#"{"time":"2","user name":"é","a \"b\"":""}"#,
            r#"{"time":"3","user name":"","a \"b\"":"z"}"#,
        ]
    );
    assert_eq!(lines(&read), [2, 5, 6]);
    assert_eq!(read.faults, []);
}

#[test]
fn csv_lines_may_end_in_carriage_returns_and_cells_in_other_marks() {
    for mark in [";", "\t", "|"] {
        let read = read("a,b\r\n1,2\r\n3,4\r\n5,6\r\n".replace(',', mark));
        assert_eq!(lines(&read), [2, 3, 4]);
        assert_eq!(texts(&read)[2], r#"{"a":"5","b":"6"}"#);
    }
}

#[test]
fn ragged_rows_are_read_and_reported() {
    let read = read_named("x.csv", b"a,b\n1\n1,2,3\n1,2\n", SMALL);
    assert_eq!(
        texts(&read),
        [
            r#"{"a":"1"}"#,
            r#"{"a":"1","b":"2","column_3":"3"}"#,
            r#"{"a":"1","b":"2"}"#
        ]
    );
    let ragged = FaultCode::RaggedRow;
    assert_eq!(read.faults, [(Some(2), ragged), (Some(3), ragged)]);
}

#[test]
fn quote_that_is_never_closed_costs_one_line() {
    let rows = "1,2\n".repeat(300);
    for rows in ["1,2\n3,4\n", &rows] {
        let read = read(format!("a,b\n0,0\n5,\"6\n{rows}"));
        let expected = 2 + rows.lines().count();
        assert_eq!(read.records.len(), expected);
        assert_eq!(read.faults, [(Some(3), FaultCode::UnfinishedDocument)]);
        assert_eq!(read.records[2].0, 4);
    }
}

#[test]
fn what_is_written_just_now_is_handed_over_at_once() {
    struct Slow(Vec<&'static [u8]>);
    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some(piece) = self.0.first_mut() else {
                panic!("waits for more than it needs");
            };
            let n = piece.read(buffer)?;
            if piece.is_empty() {
                self.0.remove(0);
            }
            Ok(n)
        }
    }
    for pieces in [
        vec!["{\"a\":1}\n{\"a\":2}\n{"],
        vec!["a,b\n1,2\n3,4\n"],
        vec!["{\n  \"a\": 1\n}\n", "{\n  \"a\": 2\n}\n"],
        vec!["Jan 1 a\n", "Jan 2 b\n"],
    ] {
        let stream = Box::new(Slow(pieces.iter().map(|p| p.as_bytes()).collect()));
        let mut reader = Reader::of_stream("-", stream, ReadOptions::default());
        let mut batch = Batch::new();
        let mut records = 0;
        while records < 2 {
            assert!(reader.read(&mut batch));
            records += batch.records().len();
        }
        assert_eq!(records, 2, "{pieces:?}");
        assert_eq!(batch.faults(), []);
    }
}

#[test]
fn column_with_an_endless_name_is_called_by_its_place() {
    let text = format!("a,{}\n1,2\n", "x".repeat(2000));
    let read = read_named("x.csv", text.as_bytes(), Limits::default());
    assert_eq!(texts(&read), [r#"{"a":"1","column_2":"2"}"#]);
    assert_eq!(read.faults, [(Some(1), FaultCode::RecordTooLong)]);
}

#[test]
fn csv_with_invalid_utf_8_is_reported() {
    let read = read(b"a,b\n1,\xFF\n2,3\n");
    assert_eq!(read.faults, [(Some(2), FaultCode::InvalidUtf8)]);
    assert_eq!(read.records.len(), 2);
}

#[test]
fn lines_of_text_become_messages() {
    let read = read("Jan 1 host app: \"hi\"\r\n\nJan 2 host app: \\o/\n");
    assert_eq!(
        texts(&read),
        [
            r#"{"message":"Jan 1 host app: \"hi\""}"#,
            r#"{"message":"Jan 2 host app: \\o/"}"#
        ]
    );
    assert_eq!(lines(&read), [1, 3]);
}

#[test]
fn long_line_of_text_is_skipped() {
    let long = "x y ".repeat(2000);
    let read = read(format!("Jan 1 a\n{long}\nJan 2 b\n"));
    assert_eq!(lines(&read), [1, 3]);
    assert_eq!(read.faults, [(Some(2), FaultCode::RecordTooLong)]);
}

#[test]
fn empty_file_is_reported() {
    assert_eq!(read("").faults, [(None, FaultCode::EmptyFile)]);
    assert_eq!(read("\u{FEFF}").faults, [(None, FaultCode::EmptyFile)]);
}

#[test]
fn binary_file_is_reported() {
    let binary: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    for bytes in [&binary, &b"PK\x03\x04abc".to_vec()] {
        let read = read(bytes);
        assert_eq!(read.records, []);
        assert_eq!(read.faults, [(None, FaultCode::UnknownFormat)]);
    }
    let yaml = read_named("rule.yml", b"title: x\nid: y\n", SMALL);
    assert_eq!(yaml.faults, [(None, FaultCode::UnknownFormat)]);
}

/// What a crash leaves: zeros where the last lines before it should be.
#[test]
fn zeros_inside_a_log_hurt_one_record() {
    let log = b"{\"a\":1}\n\0\0\0\0\0\0\n{\"a\":2}\n\0\0\0{\"a\":3}\n{\"a\":4}\n";
    let read = read(log);
    assert_eq!(read.faults, []);
    let texts: Vec<&str> = read.records.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "{\"a\":1}",
            "\0\0\0\0\0\0",
            "{\"a\":2}",
            "\0\0\0{\"a\":3}",
            "{\"a\":4}"
        ]
    );
}

#[test]
fn event_log_that_is_damaged_is_reported() {
    let mut log = b"ElfFile\0".to_vec();
    log.resize(4096, 0);
    log.extend([b'x'; 65536]);
    log.extend([0; 65536]);
    log.extend(b"ElfChnk\0");
    log.resize(log.len() + 100, 0);
    let read = read(log);
    let corrupt = FaultCode::CorruptChunk;
    assert_eq!(read.records, []);
    assert_eq!(read.faults[0], (None, corrupt));
    assert!(read.faults.len() >= 2);
}
