//! The command a request runs in a container.

use super::{Tools, add, said};
use crate::logsource::Family;
use sigwright_engine::Event;

const NAME: &str = "k8s.exec.command";

pub(super) fn derive(event: &mut Event, _: Family, _: &Tools) {
    // GKE does not keep the URI; it has the command in a label.
    if let Some(label) = said(event, "annotations.command.gke.io/command") {
        add(event, NAME, label);
        return;
    }
    let Some(uri) = said(event, "requestURI").and_then(|node| event.str(node)) else {
        return;
    };
    let Some((path, query)) = uri.split_once('?') else {
        return;
    };
    if !path.ends_with("/exec") && !path.contains("/exec/") {
        return;
    }
    if let Some(command) = command(query) {
        let node = event.add_text(&command);
        add(event, NAME, node);
    }
}

/// The values of all `command` parameters, decoded, with spaces between.
fn command(query: &str) -> Option<String> {
    let mut words: Option<String> = None;
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if decode(name) != "command" {
            continue;
        }
        let word = decode(value);
        match &mut words {
            Some(words) => {
                words.push(' ');
                words.push_str(&word);
            }
            None => words = Some(word),
        }
    }
    words
}

/// `+` is a space and `%XX` a byte (WHATWG URL, application/x-www-form-urlencoded). A `%`
/// without two hex digits stays; bytes that are no UTF-8 become U+FFFD.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let hex = |b: &u8| {
            char::from(*b)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        match (byte, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, tail @ ..]) => match (hex(high), hex(low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = tail;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(*byte),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}
