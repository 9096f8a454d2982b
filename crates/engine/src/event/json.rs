//! JSON text (RFC 8259) to nodes, in one pass and without recursion.
//!
//! Accepted beyond the RFC, so that no event is lost over it: control characters inside
//! strings. A lone surrogate is read as U+FFFD and remembered ([`Event::is_lossy`]).

use super::{Event, Key, Kind, Node, NodeId, to_u32};
use wide::u8x16;

/// Why a text is no JSON value, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// Lower-case, without the place.
    pub message: &'static str,
    /// Byte offset in the text.
    pub offset: usize,
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for JsonError {}

impl Event {
    /// How deep arrays and objects may be nested.
    pub const MAX_DEPTH: usize = 256;
    /// How long the text of one event may be, in bytes.
    pub const MAX_LENGTH: usize = 1 << 30;

    /// Parses `self.text[start..]` to its end.
    pub(super) fn parse(&mut self, start: usize) -> Result<NodeId, JsonError> {
        self.text.push_str(PADDING);
        let text = std::mem::take(&mut self.text);
        let first = self.nodes.len();
        let mut parser = Parser {
            bytes: text.as_bytes(),
            text: &text,
            at: start,
            event: self,
        };
        let end = text.len() - PADDING.len();
        let result = parser.document().map_err(|message| JsonError {
            message,
            offset: parser.at.min(end).saturating_sub(start),
        });
        self.text = text;
        match result {
            Ok(()) => Ok(NodeId(to_u32(first))),
            Err(error) => {
                self.nodes.truncate(first);
                Err(error)
            }
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    event: &'a mut Event,
}

/// Stands behind every text, so that a block can be read from any place inside it.
const PADDING: &str = "                ";

/// A string with escapes this long is left out where the text is searched: it is searched as
/// decoded.
const LONG: usize = 64;

/// What a backslash and one byte stand for; 0 for all but RFC 8259's eight, section 7.
#[expect(clippy::indexing_slicing, reason = "the compiler works it out")]
static SHORT: [u8; 256] = {
    let mut short = [0; 256];
    short[b'"' as usize] = b'"';
    short[b'\\' as usize] = b'\\';
    short[b'/' as usize] = b'/';
    short[b'n' as usize] = b'\n';
    short[b't' as usize] = b'\t';
    short[b'r' as usize] = b'\r';
    short[b'b' as usize] = 8;
    short[b'f' as usize] = 12;
    short
};

type Step = Result<(), &'static str>;

/// The containers that are open.
struct Open {
    /// The innermost; its node's `end` is the one around it until it is closed.
    at: u32,
    depth: usize,
    object: bool,
}

impl Parser<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other,
            }
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind, start: usize, len: usize, end: u32, key: Key) {
        self.event.nodes.push(Node {
            kind,
            start: short(start),
            len: short(len),
            end,
            key,
        });
    }

    /// Adds a value without others inside.
    #[inline]
    fn leaf(&mut self, kind: Kind, start: usize, len: usize, key: Key) {
        let end = short(self.event.nodes.len()) + 1;
        self.push(kind, start, len, end, key);
    }

    fn document(&mut self) -> Step {
        if self.bytes.len() > Event::MAX_LENGTH {
            return Err("too long");
        }
        let mut open = Open {
            at: u32::MAX,
            depth: 0,
            object: false,
        };
        let mut byte = self.skip_space();
        let mut key = Key::default();
        loop {
            match byte {
                Some(b'"') => self.string(key)?,
                Some(b'{') => {
                    self.open(Kind::Object, &mut open, key)?;
                    byte = self.skip_space();
                    if byte != Some(b'}') {
                        (key, byte) = self.key(byte)?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open(Kind::Array, &mut open, key)?;
                    key = Key::default();
                    byte = self.skip_space();
                    if byte != Some(b']') {
                        continue;
                    }
                }
                Some(b't') => self.word("true", Kind::True, key)?,
                Some(b'f') => self.word("false", Kind::False, key)?,
                Some(b'n') => self.word("null", Kind::Null, key)?,
                Some(b'-' | b'0'..=b'9') => self.number(key)?,
                Some(_) => return Err("expected a value"),
                None => return Err("ends too early"),
            }
            // behind a value
            loop {
                byte = self.skip_space();
                if open.depth == 0 {
                    return match byte {
                        None => Ok(()),
                        Some(_) => Err("more text after the value"),
                    };
                }
                match byte {
                    Some(b',') => {
                        self.at += 1;
                        byte = self.skip_space();
                        key = Key::default();
                        if open.object {
                            (key, byte) = self.key(byte)?;
                        }
                        break;
                    }
                    Some(b'}') if open.object => self.close(&mut open),
                    Some(b']') if !open.object => self.close(&mut open),
                    None => return Err("ends too early"),
                    Some(_) if open.object => return Err("expected `,` or `}`"),
                    Some(_) => return Err("expected `,` or `]`"),
                }
            }
        }
    }

    /// Opens an array or object.
    #[inline]
    fn open(&mut self, kind: Kind, open: &mut Open, key: Key) -> Step {
        if open.depth >= Event::MAX_DEPTH {
            return Err("nested too deeply");
        }
        let index = short(self.event.nodes.len());
        self.push(kind, self.at, 0, open.at, key);
        *open = Open {
            at: index,
            depth: open.depth + 1,
            object: kind == Kind::Object,
        };
        self.at += 1;
        Ok(())
    }

    /// At the bracket that closes the innermost.
    #[inline]
    fn close(&mut self, open: &mut Open) {
        self.at += 1;
        let end = short(self.event.nodes.len());
        let Some(node) = self.event.nodes.get_mut(open.at as usize) else {
            return;
        };
        node.len = short(self.at) - node.start;
        open.at = std::mem::replace(&mut node.end, end);
        open.depth -= 1;
        open.object = self
            .event
            .nodes
            .get(open.at as usize)
            .is_some_and(|n| n.kind == Kind::Object);
    }

    /// Reads a key that begins with `byte`, up to the first byte of its value.
    #[inline(always)]
    fn key(&mut self, byte: Option<u8>) -> Result<(Key, Option<u8>), &'static str> {
        if byte != Some(b'"') {
            return Err("expected a key");
        }
        let (kind, start, len) = self.text_at()?;
        let key = Key::new(short(start), short(len), kind == Kind::Decoded);
        if self.skip_space() != Some(b':') {
            return Err("expected `:`");
        }
        self.at += 1;
        Ok((key, self.skip_space()))
    }

    fn word(&mut self, word: &str, kind: Kind, key: Key) -> Step {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) {
            return Err("expected a value");
        }
        self.leaf(kind, self.at, word.len(), key);
        self.at = end;
        Ok(())
    }

    fn digits(&mut self) -> Step {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == from {
            return Err("expected a digit");
        }
        Ok(())
    }

    fn number(&mut self, key: Key) -> Step {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.leaf(Kind::Number, start, self.at - start, key);
        Ok(())
    }

    #[inline]
    fn string(&mut self, key: Key) -> Step {
        let (kind, start, len) = self.text_at()?;
        self.leaf(kind, start, len, key);
        Ok(())
    }

    /// Reads a string: where its text is, and how long it is.
    #[inline]
    fn text_at(&mut self) -> Result<(Kind, usize, usize), &'static str> {
        self.at += 1;
        let start = self.at;
        self.at = find_special(self.bytes, start);
        match self.peek() {
            Some(b'"') => {
                let len = self.at - start;
                self.at += 1;
                Ok((Kind::Plain, start, len))
            }
            Some(_) => self.escaped(start),
            None => Err("string without end"),
        }
    }

    #[cold]
    fn escaped(&mut self, start: usize) -> Result<(Kind, usize, usize), &'static str> {
        let begin = self.event.decoded.len();
        let mut run = start;
        loop {
            let piece = self.text.get(run..self.at).unwrap_or_default();
            self.event.decoded.push_str(piece);
            match self.peek() {
                Some(b'"') => {
                    if self.at - start >= LONG {
                        self.event.escaped.push(start..self.at);
                    }
                    self.at += 1;
                    return Ok((Kind::Decoded, begin, self.event.decoded.len() - begin));
                }
                Some(_) => {
                    self.at += 1;
                    let c = match self.peek().and_then(|byte| SHORT.get(usize::from(byte))) {
                        Some(short) if *short != 0 => {
                            self.at += 1;
                            char::from(*short)
                        }
                        _ => self.escape()?,
                    };
                    self.event.decoded.push(c);
                    run = self.at;
                    self.at = find_special(self.bytes, run);
                }
                None => return Err("string without end"),
            }
        }
    }

    /// Reads what follows a backslash and is not in [`SHORT`].
    fn escape(&mut self) -> Result<char, &'static str> {
        let Some(byte) = self.peek() else {
            return Err("string without end");
        };
        self.at += 1;
        Ok(match byte {
            b'u' => {
                let unit = self.hex()?;
                if !(0xD800..0xE000).contains(&unit) {
                    return Ok(char::from_u32(unit).unwrap_or('\u{FFFD}'));
                }
                if unit < 0xDC00 && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.hex()?;
                    if (0xDC00..0xE000).contains(&low) {
                        let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        return Ok(char::from_u32(code).unwrap_or('\u{FFFD}'));
                    }
                    self.at = back;
                }
                self.event.lossy = true;
                '\u{FFFD}'
            }
            _ => {
                self.at -= 1;
                return Err("unknown escape");
            }
        })
    }

    fn hex(&mut self) -> Result<u32, &'static str> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))
            .ok_or("expected four hex digits")?;
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| "expected four hex digits")
    }
}

/// A place in a text that is no longer than [`Event::MAX_LENGTH`]: to look each time would be felt.
#[inline]
fn short(place: usize) -> u32 {
    place as u32
}

/// The next quote or backslash at or after `at`; the end of the bytes where there is none.
#[inline]
fn find_special(bytes: &[u8], mut at: usize) -> usize {
    let (quote, slash) = (u8x16::splat(b'"'), u8x16::splat(b'\\'));
    let (blocks, _) = bytes.get(at..).unwrap_or_default().as_chunks::<16>();
    for block in blocks {
        let block = u8x16::new(*block);
        let hits = (block.simd_eq(quote) | block.simd_eq(slash)).to_bitmask();
        if hits != 0 {
            return at + hits.trailing_zeros() as usize;
        }
        at += 16;
    }
    bytes.len()
}
