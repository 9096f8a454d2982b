//! Scalars: plain text to null, truth value, number or text; and from a place in a value back
//! to the place in the file.
//!
//! Quoted and block scalars are always text. A plain scalar is typed only where YAML 1.1 and
//! YAML 1.2 (core schema) agree on the type *and* it is spelled in decimal; everything else is
//! text exactly as spelled, for a log spells it so too:
//!
//! | plain scalar | read as | why |
//! | --- | --- | --- |
//! | nothing, `~`, `null`, `Null`, `NULL` | null | both agree |
//! | `true`, `True`, `TRUE`, `false`, … | truth value | both agree |
//! | `0`, `17`, `-3`, `+5` | whole number | both agree |
//! | `1.5`, `-.5`, `5.`, `1.0e+3` | number | both agree |
//! | whole numbers beyond 128 bits | number (float) | nearest |
//! | `yes`, `no`, `on`, `off` | text | 1.1 reads a truth value, 1.2 text |
//! | `010`, `00000429`, `0o17`, `0b11` | text | 1.1 and 1.2 read different numbers |
//! | `1e3` | text | 1.1 reads text, 1.2 a number; often a hash or an id |
//! | `1_000`, `12:30:45` | text | 1.1 reads a number, 1.2 text |
//! | `0x1F` | text | logs write hexadecimal as text |
//! | `.inf`, `.nan` | text | no log holds such a number |
//! | `2024-01-31`, `2024-01-31T10:00:00Z` | text | 1.1 reads a date, 1.2 text |
//! | `=`, `<<` as a value | text | as spelled |
//!
//! Sources: YAML 1.2.2 section 10.3.2 (core schema); YAML 1.1 type repository.

use crate::ast::Value;
use crate::span::Span;
use crate::yaml::Style;

/// Gives a scalar its type by the table above.
pub fn resolve(text: &str, style: Style) -> Value {
    if style != Style::Plain {
        return Value::Str(text.to_owned());
    }
    typed(text).unwrap_or_else(|| Value::Str(text.to_owned()))
}

/// Like [`resolve`], keeping the text where it stays text.
pub(crate) fn into_value(text: String, style: Style) -> Value {
    if style != Style::Plain {
        return Value::Str(text);
    }
    typed(&text).unwrap_or(Value::Str(text))
}

/// True for `null`, `~` and nothing, unquoted.
pub fn is_null(text: &str, style: Style) -> bool {
    style == Style::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// A value's type, for messages.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Str(_) => "text",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::Bool(_) => "a truth value",
        Value::Null => "null",
    }
}

/// The type of a plain scalar that is not text.
fn typed(text: &str) -> Option<Value> {
    match text.as_bytes().first() {
        None => Some(Value::Null),
        Some(b'~' | b'n' | b'N') if is_null(text, Style::Plain) => Some(Value::Null),
        Some(b't' | b'T') if matches!(text, "true" | "True" | "TRUE") => Some(Value::Bool(true)),
        Some(b'f' | b'F') if matches!(text, "false" | "False" | "FALSE") => {
            Some(Value::Bool(false))
        }
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => number(text),
        _ => None,
    }
}

/// Decimal numbers that both versions of YAML read alike.
fn number(text: &str) -> Option<Value> {
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits(unsigned);
    let (integer, rest) = unsigned.split_at_checked(whole)?;
    if integer.len() > 1 && integer.starts_with('0') {
        return None;
    }
    if rest.is_empty() {
        if integer.is_empty() {
            return None;
        }
        return match text.parse::<i128>() {
            Ok(number) => Some(Value::Int(number)),
            Err(_) => text.parse().ok().map(Value::Float),
        };
    }
    let rest = rest.strip_prefix('.')?;
    let (fraction, rest) = rest.split_at_checked(digits(rest))?;
    if integer.is_empty() && fraction.is_empty() {
        return None;
    }
    if !rest.is_empty() {
        // YAML 1.1 wants the sign of an exponent.
        let exponent = rest
            .strip_prefix(['e', 'E'])
            .and_then(|r| r.strip_prefix(['-', '+']))?;
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
    }
    text.parse::<f64>()
        .ok()
        .filter(|f| f.is_finite())
        .map(Value::Float)
}

/// What a YAML 1.1 or 1.2 reader may take a plain scalar for that is text here.
pub fn other_reading(text: &str) -> Option<&'static str> {
    let first = *text.as_bytes().first()?;
    if !matches!(first, b'0'..=b'9' | b'-' | b'+' | b'.')
        && !matches!(first | 0x20, b'y' | b'n' | b'o')
    {
        return None;
    }
    if ["yes", "no", "on", "off"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
    {
        return Some("a truth value");
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |s: &str, f: fn(u8) -> bool| !s.is_empty() && s.bytes().all(f);
    if is_date(text) {
        return Some("a date");
    }
    let is_number = if let Some(hex) = unsigned.strip_prefix("0x") {
        all(hex, |b| b.is_ascii_hexdigit() || b == b'_')
    } else if let Some(octal) = unsigned.strip_prefix("0o") {
        all(octal, |b| matches!(b, b'0'..=b'7'))
    } else if let Some(binary) = unsigned.strip_prefix("0b") {
        all(binary, |b| matches!(b, b'0' | b'1' | b'_'))
    } else if all(unsigned, |b| b.is_ascii_digit() || b == b'_') {
        true
    } else if let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) {
        all(mantissa, |b| b.is_ascii_digit() || b == b'.')
            && all(exponent.strip_prefix(['-', '+']).unwrap_or(exponent), |b| {
                b.is_ascii_digit()
            })
    } else if unsigned.contains(':') {
        let mut parts = unsigned.split(':');
        parts.next().is_some_and(|p| all(p, |b| b.is_ascii_digit()))
            && parts.all(|p| p.len() <= 2 && all(p, |b| b.is_ascii_digit()))
    } else {
        matches!(
            unsigned,
            ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN"
        )
    };
    is_number.then_some("a number")
}

/// `2024-01-31`, alone or with a time after it.
fn is_date(text: &str) -> bool {
    let day = text.split(['T', 't', ' ']).next().unwrap_or("");
    let mut parts = day.split('-');
    let mut digits = |least: usize, most: usize| {
        parts.next().is_some_and(|part| {
            (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        })
    };
    digits(4, 4) && digits(1, 2) && digits(1, 2) && parts.next().is_none()
}

/// Maps places in a scalar's value back to the file.
#[derive(Debug)]
pub(crate) struct Place {
    span: Span,
    map: Map,
}

#[derive(Debug)]
enum Map {
    /// The value stands in the file letter for letter, from this offset on.
    Same(u32),
    /// For each byte of the value its offset, and one more for its end.
    Each(Vec<u32>),
    /// The two differ: the whole scalar stands for every part.
    Whole,
}

impl Place {
    /// For the value `text` of a scalar that was written at `span` of a source as `raw`.
    pub(crate) fn new(text: &str, raw: &str, span: Span) -> Place {
        let quoted = raw.starts_with(['\'', '"']) && raw.len() >= 2 && raw != text;
        let inner = if quoted {
            raw.get(1..raw.len() - 1).unwrap_or("")
        } else {
            raw
        };
        let start = span.start + u32::from(quoted);
        let map = if inner.starts_with(text.trim_end_matches('\n')) {
            Map::Same(start)
        } else {
            align(text, inner, start, raw.starts_with('\'')).map_or(Map::Whole, Map::Each)
        };
        Place { span, map }
    }

    /// The part `from..to` of the value, as it stands in the file.
    pub(crate) fn part(&self, from: usize, to: usize) -> Span {
        if from >= to {
            // Nothing cannot be underlined.
            return self.span;
        }
        let clip = |at: u32| at.clamp(self.span.start, self.span.end);
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (start, end) = match &self.map {
            Map::Same(base) => (
                base.saturating_add(short(from)),
                base.saturating_add(short(to)),
            ),
            Map::Each(offsets) => {
                let Some(&start) = offsets.get(from) else {
                    return self.span;
                };
                // The end of a part is where its last byte ends, not where the next begins.
                let end = match to.checked_sub(1).and_then(|last| offsets.get(last)) {
                    Some(&last) => last + 1,
                    None => start,
                };
                (start, end)
            }
            Map::Whole => return self.span,
        };
        Span::new(self.span.source, clip(start), clip(end))
    }
}

/// Walks value and text side by side: what is not blank must be the same in both, blanks may
/// differ by line folding and indentation (YAML 1.2.2 section 6.5), and between single quotes
/// a quote is doubled. None where the two cannot be matched.
fn align(text: &str, raw: &str, start: u32, single: bool) -> Option<Vec<u32>> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let (text, raw) = (text.as_bytes(), raw.as_bytes());
    let mut at = 0;
    // Blanks before this place were found to stand inside a line.
    let mut inside = 0;
    let mut after_blank = false;
    for &byte in text {
        let is_blank = matches!(byte, b' ' | b'\t' | b'\n');
        if !is_blank && after_blank {
            at += all_blanks(raw, at);
        }
        offsets.push(start.checked_add(u32::try_from(at).ok()?)?);
        after_blank = is_blank;
        match byte {
            b'\n' => {
                at += blanks(raw, at);
                if raw.get(at) == Some(&b'\r') {
                    at += 1;
                }
                if raw.get(at) == Some(&b'\n') {
                    at += 1;
                }
                at += blanks(raw, at);
            }
            b' ' | b'\t' => {
                if at >= inside {
                    inside = at + blanks(raw, at);
                }
                let folds = matches!(raw.get(inside), Some(b'\r' | b'\n'));
                if folds {
                    at += all_blanks(raw, at);
                } else if at < inside {
                    at += 1;
                }
            }
            byte if raw.get(at) == Some(&byte) => {
                at += if single && byte == b'\'' { 2 } else { 1 };
            }
            _ => return None,
        }
    }
    offsets.push(start.checked_add(u32::try_from(at).ok()?)?);
    Some(offsets)
}

/// How many blanks and line breaks stand from `at` on.
fn all_blanks(raw: &[u8], at: usize) -> usize {
    raw.iter()
        .skip(at)
        .take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
        .count()
}

/// How many blanks stand from `at` on, within the line.
fn blanks(raw: &[u8], at: usize) -> usize {
    raw.iter()
        .skip(at)
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}
