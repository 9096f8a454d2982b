//! Where a JSON value ends: brackets and strings only, a step at a time.
//!
//! Broken text ends somewhere too, so that what follows is not lost with it: a closing bracket
//! closes everything up to the opener of its kind, and where there is none the value ended
//! before it; an opener where none can stand begins the next value; and so does a `{` on a
//! line of its own that is indented just as the line the value began on, where the value's own
//! lines are indented further.

use std::ops::Range;

/// How many open brackets are told apart. No reader of events goes that deep; beyond, only their
/// number is kept.
const DEEPEST: usize = 1 << 16;

/// What the end of a line means to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lines {
    /// The value ends with its line.
    End,
    /// The value begins its line, after so many bytes of white space.
    Indented(usize),
    /// Nothing.
    Ignored,
}

/// The search for the end of one value.
#[derive(Debug)]
pub(super) struct Scan {
    /// The brackets that are open, up to [`DEEPEST`].
    open: Vec<u8>,
    /// How many more are open, of whatever kind.
    deeper: u64,
    /// The last byte that is neither space nor in a string; `v` after a string or a value.
    last: u8,
    in_string: bool,
    /// What was looked at so far.
    at: usize,
    /// Where the open list in the outermost object begins.
    list: Option<usize>,
    lines: Lines,
    /// Whether the value's own lines are indented further than its first.
    indented: Option<bool>,
}

enum LineEnd {
    Ends,
    GoesOn,
    Unknown,
}

impl Scan {
    pub(super) fn new(lines: Lines) -> Self {
        Scan {
            open: Vec::new(),
            deeper: 0,
            last: 0,
            in_string: false,
            at: 0,
            list: None,
            lines,
            indented: None,
        }
    }

    /// The search for the end of an object that is open already, after a member.
    pub(super) fn in_object(lines: Lines) -> Self {
        Scan {
            open: vec![b'{'],
            last: b'v',
            ..Scan::new(lines)
        }
    }

    /// Where the list begins that is a member of the outermost object and still open.
    pub(super) fn list(&self) -> Option<usize> {
        self.list
    }

    /// Looks on in `text`, which begins where it began at the last step and is longer now.
    /// Returns where the value ends, `None` where more text is needed. `whole` says that
    /// there is no more.
    pub(super) fn step(&mut self, text: &[u8], whole: bool) -> Option<usize> {
        loop {
            let rest = text.get(self.at..)?;
            if self.in_string {
                let Some(skip) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                    self.at = text.len();
                    return None;
                };
                self.at += skip;
            }
            let byte = *text.get(self.at)?;
            match byte {
                b'\n' => match self.line_end(text, whole) {
                    LineEnd::Ends => return Some(self.at),
                    LineEnd::Unknown => return None,
                    LineEnd::GoesOn => {}
                },
                b'"' if self.in_string => {
                    self.in_string = false;
                    self.last = b'v';
                    if self.open.is_empty() {
                        return Some(self.at + 1);
                    }
                }
                // A backslash: whatever it escapes is no end of the string.
                _ if self.in_string => self.at += 1,
                b' ' | b'\t' | b'\r' => {}
                b'"' => self.in_string = true,
                b'{' | b'[' if self.open.len() >= DEEPEST => {
                    self.deeper += 1;
                    self.last = byte;
                }
                b'}' | b']' if self.deeper > 0 => {
                    self.deeper -= 1;
                    self.last = b'v';
                }
                b'{' | b'[' => {
                    if !self.may_open() {
                        return Some(self.at);
                    }
                    if byte == b'[' && self.open == [b'{'] {
                        self.list = Some(self.at);
                    }
                    self.open.push(byte);
                    self.last = byte;
                }
                b'}' | b']' => {
                    let opener = if byte == b'}' { b'{' } else { b'[' };
                    let Some(depth) = self.open.iter().rposition(|open| *open == opener) else {
                        return Some(self.at);
                    };
                    self.open.truncate(depth);
                    self.last = b'v';
                    if depth <= 1 {
                        self.list = None;
                    }
                    if depth == 0 {
                        return Some(self.at + 1);
                    }
                }
                b',' | b':' => self.last = byte,
                _ => self.last = b'v',
            }
            self.at += 1;
        }
    }

    fn may_open(&self) -> bool {
        match self.open.last() {
            None => true,
            Some(b'{') => self.last == b':',
            Some(_) => matches!(self.last, b'[' | b','),
        }
    }

    fn line_end(&mut self, text: &[u8], whole: bool) -> LineEnd {
        let indent = match self.lines {
            Lines::End => return LineEnd::Ends,
            Lines::Ignored => return LineEnd::GoesOn,
            Lines::Indented(indent) => indent,
        };
        let next = text.get(self.at + 1..).unwrap_or_default();
        let space = next
            .iter()
            .take(indent + 1)
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        let Some(first) = next.get(space) else {
            return if whole || space > indent {
                LineEnd::GoesOn
            } else {
                LineEnd::Unknown
            };
        };
        if self.indented.is_none() && !self.in_string && !matches!(first, b'\r' | b'\n') {
            self.indented = Some(space > indent);
        }
        if self.indented == Some(true) && space == indent && *first == b'{' {
            LineEnd::Ends
        } else {
            LineEnd::GoesOn
        }
    }

    /// How far it looked.
    pub(super) fn seen(&self) -> usize {
        self.at
    }

    /// Forgets the first `n` bytes, which were looked at.
    pub(super) fn forget(&mut self, n: usize) {
        self.at = self.at.saturating_sub(n);
        self.list = None;
    }
}

/// The values in a text that is all there: of an array its elements.
pub(crate) fn values(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut in_array = false;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => at += 1,
            b'[' if !in_array => {
                in_array = true;
                at += 1;
            }
            b']' if in_array => {
                in_array = false;
                at += 1;
            }
            b'{' | b'[' | b'"' => {
                let rest = text.get(at..).unwrap_or_default();
                let end = Scan::new(Lines::Ignored)
                    .step(rest, true)
                    .unwrap_or(rest.len());
                found.push(at..at + end);
                at += end;
            }
            _ => {
                let rest = text.get(at..).unwrap_or_default();
                let end = loose_end(rest, in_array, true).unwrap_or(rest.len());
                found.push(at..at + end);
                at += end;
            }
        }
    }
    found
}

/// Where something ends that does not begin as a value with an end of its own: in an array
/// before the next comma, bracket or line, elsewhere before the next line.
pub(super) fn loose_end(text: &[u8], in_array: bool, whole: bool) -> Option<usize> {
    let rest = text.get(1..).unwrap_or_default();
    let end = if in_array {
        rest.iter()
            .position(|b| matches!(b, b',' | b']' | b'{' | b'\n'))
    } else {
        memchr::memchr(b'\n', rest)
    };
    end.map(|end| end + 1)
        .or_else(|| whole.then_some(text.len()))
}
