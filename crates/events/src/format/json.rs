//! JSON values one after another, however they are laid out: pretty-printed, concatenated, or
//! the elements of an array.
//!
//! A value up to [`Limits::document`] is one record, as it stands. Of a longer object with a
//! list of objects among its members (an `EventList`, CloudTrail's `Records`), the elements
//! are handed over one by one, each as a document of the same shape: the members before the
//! list, and the list with this element alone. A longer value without such a list is one
//! record still, up to [`Limits::record`].

use super::Framer;
use super::scan::{Lines, Scan, loose_end};
use crate::batch::{Batch, FaultCode};
use crate::limits::Limits;
use crate::window::Window;

pub(super) struct Json {
    limits: Limits,
    /// Everything ends with its line.
    one_line: bool,
    /// The list whose elements are next, from the outside in.
    inside: Vec<Inside>,
    /// The white space the line begins with, while that is known.
    indent: Option<usize>,
}

enum Inside {
    /// A bare array.
    Array,
    /// The list of a document that is too long to be handed over whole.
    List(List),
}

struct List {
    /// The document up to and with the list's bracket.
    head: Vec<u8>,
    /// Elements that wait for others, because they are tiny beside the head that has to be
    /// repeated with them.
    run: Vec<u8>,
    line: u64,
}

/// How many times longer than its elements the head of a document may be.
const HEAD_SHARE: usize = 16;

impl List {
    fn flush(&mut self, batch: &mut Batch) {
        if !self.run.is_empty() {
            batch.push_joined(&[&self.head, &self.run, b"]}"], self.line);
            self.run.clear();
        }
    }
}

impl Framer for Json {
    fn read(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        while self.advance(window, batch) {
            if batch.len() >= self.limits.batch || (window.idle() && !batch.is_empty()) {
                return true;
            }
        }
        false
    }
}

impl Json {
    pub(super) fn new(limits: &Limits) -> Self {
        Json {
            limits: *limits,
            one_line: false,
            inside: Vec::new(),
            indent: Some(0),
        }
    }

    /// For one line only, which is very long.
    pub(super) fn of_line(limits: &Limits) -> Self {
        Json {
            one_line: true,
            ..Json::new(limits)
        }
    }

    /// Goes on by one step; false at the end.
    pub(super) fn advance(&mut self, window: &mut Window, batch: &mut Batch) -> bool {
        let Some(byte) = window.peek() else {
            self.unfinished(window, batch);
            return false;
        };
        match byte {
            b'\n' if self.one_line => {
                self.unfinished(window, batch);
                window.consume(1);
                return false;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.space(window);
                return true;
            }
            // Between values: commas even where there is no array, and the record separator
            // of RFC 7464.
            b',' | 0x1E => {
                window.consume(1);
                return true;
            }
            b'[' if self.inside.is_empty() => {
                self.inside.push(Inside::Array);
                window.consume(1);
                return true;
            }
            b']' if !self.inside.is_empty() => self.close(window, batch),
            b'{' | b'[' | b'"' => self.value(byte == b'{', window, batch),
            _ => self.loose(window, batch),
        }
        self.indent = None;
        true
    }

    fn space(&mut self, window: &mut Window) {
        let mut used = 0;
        for byte in window.rest() {
            match byte {
                b'\n' if self.one_line => break,
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' | b'\r' => self.indent = self.indent.map(|indent| indent + 1),
                _ => break,
            }
            used += 1;
        }
        window.consume(used);
    }

    fn lines(&self) -> Lines {
        match self.indent {
            _ if self.one_line => Lines::End,
            // Nobody indents further; it bounds how far a line is looked ahead.
            Some(indent) if indent < 1024 => Lines::Indented(indent),
            _ => Lines::Ignored,
        }
    }

    fn value(&mut self, object: bool, window: &mut Window, batch: &mut Batch) {
        let mut scan = Scan::new(self.lines());
        let nested = matches!(self.inside.last(), Some(Inside::List(_)));
        let mut limit = if object && !nested {
            self.limits.document.min(self.limits.record)
        } else {
            self.limits.record
        };
        loop {
            let rest = window.rest();
            let whole = window.ended() && rest.len() <= limit;
            let text = rest.get(..limit).unwrap_or(rest);
            if let Some(end) = scan.step(text, whole) {
                return self.deliver(end, window, batch);
            }
            if rest.len() < limit {
                let had = rest.len();
                if !window.fill() && whole {
                    // Cut off: its neighbours must not be lost with it.
                    if let Some(Inside::List(list)) = self.inside.last_mut() {
                        list.flush(batch);
                    }
                    return self.deliver(had, window, batch);
                }
            } else if limit < self.limits.record {
                if let Some(list) = scan.list().filter(|list| holds_objects(text, *list)) {
                    return self.enter(list, window);
                }
                limit = self.limits.record;
            } else if whole {
                let all = rest.len();
                return self.deliver(all, window, batch);
            } else {
                self.too_long(window, batch);
                if self.one_line {
                    window.skip_line();
                } else {
                    skip(scan, window);
                }
                return;
            }
        }
    }

    fn loose(&mut self, window: &mut Window, batch: &mut Batch) {
        let in_array = !self.inside.is_empty();
        loop {
            let rest = window.rest();
            let text = rest.get(..self.limits.record).unwrap_or(rest);
            let whole = window.ended() && text.len() == rest.len();
            if let Some(end) = loose_end(text, in_array, whole) {
                return self.deliver(end, window, batch);
            }
            if rest.len() >= self.limits.record {
                break;
            }
            window.fill();
        }
        self.too_long(window, batch);
        while !window.rest().is_empty() {
            // The byte before stands for the one that `loose_end` takes for granted.
            let last = window.rest().len().saturating_sub(1);
            if let Some(end) = loose_end(window.rest(), in_array, false) {
                return window.consume(end);
            }
            window.consume(last);
            if !window.fill() {
                return window.consume(1);
            }
        }
    }

    fn deliver(&mut self, end: usize, window: &mut Window, batch: &mut Batch) {
        let text = window.rest().get(..end).unwrap_or_default();
        let text = text.trim_ascii_end();
        let line = window.line();
        match self.inside.last_mut() {
            Some(Inside::List(list)) => {
                if list.run.is_empty() {
                    list.line = line;
                } else {
                    list.run.push(b',');
                }
                list.run.extend_from_slice(text);
                if list.run.len() * HEAD_SHARE >= list.head.len() {
                    list.flush(batch);
                }
            }
            _ => batch.push(text, line),
        }
        window.consume(end);
    }

    fn enter(&mut self, list: usize, window: &mut Window) {
        let head = window.rest().get(..=list).unwrap_or_default().to_vec();
        window.consume(head.len());
        self.inside.push(Inside::List(List {
            head,
            run: Vec::new(),
            line: 0,
        }));
    }

    /// At the `]` of a list.
    fn close(&mut self, window: &mut Window, batch: &mut Batch) {
        window.consume(1);
        let Some(Inside::List(mut list)) = self.inside.pop() else {
            return;
        };
        list.flush(batch);
        let line = window.line();
        let lines = if self.one_line {
            Lines::End
        } else {
            Lines::Ignored
        };
        let rest = skip(Scan::in_object(lines), window);
        if rest.members {
            batch.fault(
                Some(line),
                FaultCode::MembersAfterList,
                "the members after a list this long are not known to its elements",
            );
        }
        if !rest.ended {
            unfinished(line, batch);
        }
    }

    fn unfinished(&mut self, window: &Window, batch: &mut Batch) {
        while let Some(inside) = self.inside.pop() {
            if let Inside::List(mut list) = inside {
                list.flush(batch);
            }
            unfinished(window.line(), batch);
        }
    }

    fn too_long(&self, window: &Window, batch: &mut Batch) {
        batch.fault(
            Some(window.line()),
            FaultCode::RecordTooLong,
            format!(
                "the record is longer than {} bytes and is skipped",
                self.limits.record
            ),
        );
    }
}

fn unfinished(line: u64, batch: &mut Batch) {
    batch.fault(
        Some(line),
        FaultCode::UnfinishedDocument,
        "the text ends inside a list or document; what came before is read",
    );
}

fn holds_objects(text: &[u8], list: usize) -> bool {
    let inside = text.get(list + 1..).unwrap_or_default();
    inside.trim_ascii_start().first() == Some(&b'{')
}

struct Skipped {
    /// There was a string in it, so there were members.
    members: bool,
    /// The end was found.
    ended: bool,
}

/// Uses up a value to its end without keeping it.
fn skip(mut scan: Scan, window: &mut Window) -> Skipped {
    let mut members = false;
    loop {
        let rest = window.rest();
        let end = scan.step(rest, window.ended());
        let used = end.unwrap_or(scan.seen().min(rest.len()));
        members |= memchr::memchr(b'"', rest.get(..used).unwrap_or_default()).is_some();
        window.consume(used);
        scan.forget(used);
        if end.is_some() {
            return Skipped {
                members,
                ended: true,
            };
        }
        if !window.fill() {
            let rest = window.rest().len();
            window.consume(rest);
            return Skipped {
                members,
                ended: false,
            };
        }
    }
}
