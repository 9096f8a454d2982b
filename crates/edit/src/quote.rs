//! How a text is written as a YAML scalar.

use sigwright_syntax::ast::Value;
use sigwright_syntax::scalar;
use sigwright_syntax::yaml::Style;

/// Whether a text may stand without quotes and every YAML reader takes it for that text; in a
/// flow collection some signs more need quotes.
pub fn plain(text: &str, flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let reserved = "-?:,[]{}#&*!|>'\"%@`=";
    let typed = !matches!(scalar::resolve(text, Style::Plain), Value::Str(_));
    !(reserved.contains(first)
        || text.starts_with("<<")
        || text.starts_with("...")
        || text.trim() != text
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
        || !text.chars().all(printable)
        || flow && text.contains([',', '[', ']', '{', '}', ':'])
        || typed
        || scalar::other_reading(text).is_some())
}

/// Whether a text can be written between single quotes on one line.
pub fn singly(text: &str) -> bool {
    text.chars().all(printable)
}

/// A text between single quotes.
pub fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text between double quotes: for texts that single quotes cannot hold.
pub fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if printable(c) => out.push(c),
            c => match u32::from(c) {
                code @ 0..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code @ 0..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    out.push('"');
    out
}

/// A text as `style` writes it, or with the quotes it needs where that style cannot.
pub fn write(text: &str, style: Style, flow: bool) -> String {
    match style {
        Style::Plain if plain(text, flow) => text.to_owned(),
        Style::Double => double(text),
        _ if singly(text) => single(text),
        _ => double(text),
    }
}

/// Characters that may stand for themselves on a line: YAML 1.2.2, section 5.1, without
/// breaks, tabs and what readers of YAML 1.1 take for a break.
fn printable(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}
