//! However values are laid out, compressed or cut into pieces, the same records come out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use sigwright_events::{Batch, Format, Limits, ReadOptions, Reader};
use std::io::Read;

/// Hands over `size` bytes at a time.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    size: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.bytes[self.at..];
        let n = rest.len().min(self.size).min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

fn read(text: &[u8], size: usize, format: Option<Format>, limits: Limits) -> (Vec<String>, usize) {
    let stream = Pieces {
        bytes: text.to_vec(),
        at: 0,
        size,
    };
    let mut reader = Reader::of_stream("log", Box::new(stream), ReadOptions { format, limits });
    let mut batch = Batch::new();
    let (mut records, mut malformed, mut faults) = (Vec::new(), Vec::new(), 0);
    while reader.read(&mut batch) {
        let refused = batch.decode(|record| {
            let read = serde_json::from_str::<Value>(record.text);
            read.map(|_| records.push(record.text.to_owned()))
        });
        malformed.extend(refused.iter().map(|(record, _)| record.text.to_owned()));
        faults += batch.faults().len() + refused.len();
    }
    records.append(&mut malformed);
    (records, faults)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z{}\\[\\]\",:\\\\ \n\u{e9}]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c{\"]{1,3}", inner), 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn event() -> impl Strategy<Value = Value> {
    prop::collection::vec(("[a-c{\"]{1,3}", value()), 1..5)
        .prop_map(|members| members.into_iter().collect())
}

fn small() -> Limits {
    Limits {
        record: 1 << 16,
        document: 1 << 12,
        batch: 100,
    }
}

fn compact(values: &[Value]) -> Vec<String> {
    values.iter().map(Value::to_string).collect()
}

fn pretty(values: &[Value]) -> Vec<String> {
    let pretty = |value| serde_json::to_string_pretty(value).unwrap();
    values.iter().map(pretty).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn layout_changes_nothing(events in prop::collection::vec(event(), 1..12), size in 1..40_usize) {
        let (compact, pretty) = (compact(&events), pretty(&events));
        let whole = serde_json::to_string_pretty(&json!(events)).unwrap();
        let layouts = [
            compact.join("\n"),
            compact.join("\r\n\r\n"),
            compact.concat(),
            compact.join(" "),
            format!("[{}]", compact.join(",")),
            format!("[\n{}\n]\n", compact.join(",\n")),
            pretty.join("\n"),
            pretty.concat(),
            pretty.join(",\n"),
            whole,
        ];
        for layout in &layouts {
            for (size, format) in [(usize::MAX, None), (size, Some(Format::Json))] {
                let (records, faults) = read(layout.as_bytes(), size, format, small());
                prop_assert_eq!(faults, 0);
                let read: Vec<Value> =
                    records.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
                prop_assert_eq!(&read, &events, "{}", layout);
            }
        }
    }

    #[test]
    fn cutting_a_long_document_loses_nothing(events in prop::collection::vec(event(), 1..40), size in 1..40_usize) {
        let limits = Limits { document: 200, ..small() };
        let document = json!({"kind": "List", "meta": {"items": [1]}, "items": events});
        for layout in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
            for format in [Format::Json, Format::Ndjson] {
                if format == Format::Ndjson && layout.contains('\n') {
                    continue;
                }
                let (records, faults) = read(layout.as_bytes(), size, Some(format), limits);
                prop_assert_eq!(faults, 0);
                let mut read = Vec::new();
                for text in &records {
                    let value: Value = serde_json::from_str(text).unwrap();
                    prop_assert_eq!(&value["kind"], "List");
                    read.extend(value["items"].as_array().unwrap().iter().cloned());
                }
                prop_assert_eq!(&read, &events);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_to_their_end(
        bytes in prop::collection::vec(prop::sample::select(&b"{}[]\",:\\ \n\rab1\xFF\x00"[..]), 0..400),
        size in 1..40_usize,
        format in prop::sample::select(Format::names().collect::<Vec<_>>()),
    ) {
        let limits = Limits { record: 60, document: 20, batch: 10 };
        let format = Format::from_name(format);
        let whole = read(&bytes, usize::MAX, format, limits);
        let pieces = read(&bytes, size, format, limits);
        // CSV looks for the end of a quote in what it holds, which is never less than this.
        if format != Some(Format::Csv) {
            prop_assert_eq!(&whole, &pieces);
        }
        for record in whole.0 {
            prop_assert!(record.len() <= 1000, "{}", record.len());
        }
    }
}
