//! Values of events as JSON on one line, numbers and objects as the log spells them.

use sigwright_engine::{Event, NodeId, Value};
use std::io::Write;
use wide::u8x16;

/// Appends a JSON string.
pub fn string(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    while let Some((plain, special, after)) = split_special(rest) {
        out.extend_from_slice(plain);
        escape(special, out);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// What comes before the first byte that a JSON string cannot hold as it is, the byte, and
/// what comes after it.
fn split_special(bytes: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (plain, special) = bytes.split_at_checked(special(bytes)?)?;
    let (special, after) = special.split_first()?;
    Some((plain, *special, after))
}

fn special(bytes: &[u8]) -> Option<usize> {
    let (quote, slash, control) = (u8x16::splat(b'"'), u8x16::splat(b'\\'), u8x16::splat(0x1f));
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (i, block) in blocks.iter().enumerate() {
        let block = u8x16::new(*block);
        let hits = block.simd_eq(quote) | block.simd_eq(slash) | block.min(control).simd_eq(block);
        let hits = hits.to_bitmask();
        if hits != 0 {
            return Some(i * 16 + hits.trailing_zeros() as usize);
        }
    }
    let special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    let at = rest.iter().position(special)?;
    Some(blocks.len() * 16 + at)
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        _ => {
            let _ = write!(out, "\\u{byte:04x}");
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends a whole number.
pub fn number(number: u64, out: &mut Vec<u8>) {
    // writing to a vector cannot fail
    let _ = serde_json::to_writer(out, &number);
}

/// Appends a JSON string, or `null`.
pub fn optional(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => string(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends a value of an event.
pub fn value(event: &Event, node: NodeId, out: &mut Vec<u8>) {
    match event.value(node) {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(text) => out.extend_from_slice(text.as_bytes()),
        Value::String(text) => string(text, out),
        Value::Object(text) => one_line(text, out),
        Value::Array => {
            out.push(b'[');
            for (i, element) in event.elements(node).enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                value(event, element, out);
            }
            out.push(b']');
        }
    }
}

/// Whether [`value`] writes the same for two places.
pub fn same(event: &Event, one: NodeId, other: NodeId) -> bool {
    match (event.value(one), event.value(other)) {
        _ if one == other => true,
        (Value::Array, Value::Array) | (Value::Object(_), Value::Object(_)) => {
            let written = |node| {
                let mut out = Vec::new();
                value(event, node, &mut out);
                out
            };
            written(one) == written(other)
        }
        (one, other) => one == other,
    }
}

/// Appends JSON text with the line ends between its tokens left out and control characters
/// inside its strings escaped, so that it is RFC 8259 on one line.
fn one_line(text: &str, out: &mut Vec<u8>) {
    if !text.bytes().any(|b| b < 0x20) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let (mut inside, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            0..0x20 if inside => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            0..0x20 => {}
            _ => out.push(byte),
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let event = Event::from_json(text).unwrap();
        let mut out = Vec::new();
        value(&event, event.whole().unwrap(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn objects_stay_as_spelled() {
        let text = r#"{"a": 1.50, "a": "\u00e9\\\"", "b":[1,{"c":null}]}"#;
        assert_eq!(written(text), text);
    }

    #[test]
    fn layout_and_raw_control_characters_do_not_break_the_line() {
        let out = written("{\n\t\"a\": \"x\ty\\\"\n\",\r\n\"b\": 1}");
        assert_eq!(out, "{\"a\": \"x\\u0009y\\\"\\u000a\",\"b\": 1}");
        serde_json::from_str::<serde_json::Value>(&out).unwrap();
    }

    #[test]
    fn strings_are_written_as_serde_json_does() {
        for byte in 0..=0x7f {
            for before in [0, 3, 15, 16, 31] {
                let text = "ä".repeat(before) + &char::from(byte).to_string() + "\"\\ü\u{2028}";
                let mut out = Vec::new();
                string(&text, &mut out);
                assert_eq!(
                    String::from_utf8(out).unwrap(),
                    serde_json::to_string(&text).unwrap()
                );
            }
        }
    }

    #[test]
    fn what_is_written_alike_is_the_same() {
        let event = Event::from_json("[1, 1.0, \"1\", 1, {\"a\":\n1}, {\"a\":1}, [2], [2 ], null]");
        let event = event.unwrap();
        let nodes: Vec<NodeId> = event.elements(event.whole().unwrap()).collect();
        for one in &nodes {
            for other in &nodes {
                let written = |node| {
                    let mut out = Vec::new();
                    value(&event, node, &mut out);
                    out
                };
                assert_eq!(same(&event, *one, *other), written(*one) == written(*other));
            }
        }
    }

    #[test]
    fn arrays_are_written_element_by_element() {
        assert_eq!(written("[1, \"x\", [true]]"), r#"[1,"x",[true]]"#);
    }
}
