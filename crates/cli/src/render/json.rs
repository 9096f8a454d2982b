//! Values of events as JSON on one line, numbers and objects as the log spells them.

use sigwright_engine::{Event, NodeId, Value};

/// Appends a JSON string.
pub fn string(text: &str, out: &mut Vec<u8>) {
    // writing to a vector cannot fail
    let _ = serde_json::to_writer(out, text);
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
    fn arrays_are_written_element_by_element() {
        assert_eq!(written("[1, \"x\", [true]]"), r#"[1,"x",[true]]"#);
    }
}
