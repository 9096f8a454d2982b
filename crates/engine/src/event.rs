//! An event: JSON text on a flat tape of nodes, and what its names reach.
//!
//! One buffer holds the text, one the nodes; both are kept when the next event is read, so
//! that reading allocates nothing once warm. Dotted names, arrays and duplicate keys are
//! defined here, once, for every evaluator (see [`Event::reach`]).

mod json;
#[cfg(test)]
mod tests;

pub use json::JsonError;
use std::ops::Range;

/// The place of a value on an event's tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'e> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as the log spells it.
    Number(&'e str),
    /// Text, unescaped.
    String(&'e str),
    /// An array; see [`Event::elements`].
    Array,
    /// An object, as the log spells it; see [`Event::members`].
    Object(&'e str),
}

impl<'e> Value<'e> {
    /// The text string operations look at: a string's text, a number as spelled, `true` or
    /// `false`, an object's JSON. `None` for null and arrays.
    pub fn text(self) -> Option<&'e str> {
        match self {
            Value::String(text) | Value::Number(text) | Value::Object(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::Array => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Number,
    /// Text in the line.
    Plain,
    /// Text in the buffer of decoded strings.
    Decoded,
    Array,
    Object,
}

/// `start..start+len` is the text; `end` the node after the last one inside; `key` the key
/// it is the value of, empty outside objects.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    len: u32,
    end: u32,
    key: Key,
    kind: Kind,
}

/// The text of a key, in the line or in the buffer of decoded strings.
#[derive(Debug, Clone, Copy, Default)]
struct Key {
    start: u32,
    /// With [`Key::DECODED`] where it is in that buffer: a node in 24 bytes.
    len: u32,
}

impl Key {
    const DECODED: u32 = 1 << 31;

    fn new(start: u32, len: u32, decoded: bool) -> Self {
        let mark = if decoded { Self::DECODED } else { 0 };
        Key {
            start,
            len: len | mark,
        }
    }

    fn is_decoded(self) -> bool {
        self.len & Self::DECODED != 0
    }

    fn len(self) -> usize {
        (self.len & !Self::DECODED) as usize
    }
}

#[derive(Debug, Clone)]
enum Name {
    Static(&'static str),
    Decoded(Range<u32>),
    Spelled(NodeId),
    /// The key the value has where it stands.
    Key,
}

/// Which log an event was taken from; an index into the table of [`crate::Origins`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct OriginId(pub u16);

/// One event, ready to be asked. Reuse it: [`Event::clear`] keeps the memory.
#[derive(Debug, Clone, Default)]
pub struct Event {
    text: String,
    decoded: String,
    /// Where in the text long strings with escapes stand, in order.
    escaped: Vec<Range<usize>>,
    nodes: Vec<Node>,
    roots: Vec<NodeId>,
    fields: Vec<(Name, NodeId)>,
    whole: Option<NodeId>,
    lossy: bool,
    /// Which log it was taken from.
    pub origin: OriginId,
}

impl Event {
    /// An event without any value.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one JSON value that takes up all of `text`, as the event itself.
    ///
    /// # Errors
    /// Where the text is no JSON, is nested deeper than [`Event::MAX_DEPTH`] or goes on
    /// after the value.
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let mut event = Event::new();
        event.read_json(text)?;
        Ok(event)
    }

    /// How many members of a carrier are fields of each event in it.
    pub const MAX_CONTEXT: usize = 128;

    /// Forgets the event and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.decoded.clear();
        self.escaped.clear();
        self.nodes.clear();
        self.forget_view();
        self.lossy = false;
    }

    /// Forgets roots, added fields and origin, keeps the values: for the next record of a
    /// container that was read whole.
    pub fn forget_view(&mut self) {
        self.roots.clear();
        self.fields.clear();
        self.whole = None;
        self.origin = OriginId::default();
    }

    /// Clears, then reads one JSON value that takes up all of `text`, as the event itself.
    ///
    /// # Errors
    /// As [`Event::from_json`].
    pub fn read_json(&mut self, text: &str) -> Result<NodeId, JsonError> {
        self.clear();
        let node = self.add_json(text)?;
        self.set_root(node);
        Ok(node)
    }

    /// Adds another JSON text beside what is there, such as the event inside a carrier's
    /// string; returns its value.
    ///
    /// # Errors
    /// As [`Event::from_json`].
    pub fn add_json(&mut self, text: &str) -> Result<NodeId, JsonError> {
        let start = self.text.len();
        self.text.push_str(text);
        self.parse(start)
    }

    /// Reads the text of a string value as JSON, where it is JSON.
    ///
    /// # Errors
    /// As [`Event::from_json`].
    pub fn add_json_in(&mut self, string: NodeId) -> Result<NodeId, JsonError> {
        let start = self.text.len();
        let Some(node) = self.nodes.get(string.index()).copied() else {
            return self.parse(start);
        };
        let range = node.start as usize..(node.start + node.len) as usize;
        match node.kind {
            Kind::Decoded => {
                let text = self.decoded.get(range).unwrap_or_default();
                self.text.push_str(text);
            }
            _ => self.text.extend_from_within(range),
        }
        self.parse(start)
    }

    /// Adds a string value.
    pub fn add_text(&mut self, text: &str) -> NodeId {
        let start = self.decoded.len();
        self.decoded.push_str(text);
        self.push_leaf(Kind::Decoded, start, text.len())
    }

    /// Adds a number as it is to be spelled.
    pub fn add_number(&mut self, spelling: &str) -> NodeId {
        let start = self.text.len();
        self.text.push_str(spelling);
        self.push_leaf(Kind::Number, start, spelling.len())
    }

    /// Adds a truth value.
    pub fn add_bool(&mut self, value: bool) -> NodeId {
        self.push_leaf(if value { Kind::True } else { Kind::False }, 0, 0)
    }

    fn push_leaf(&mut self, kind: Kind, start: usize, len: usize) -> NodeId {
        let index = self.nodes.len();
        self.nodes.push(Node {
            kind,
            start: to_u32(start),
            len: to_u32(len),
            end: to_u32(index + 1),
            key: Key::default(),
        });
        NodeId(to_u32(index))
    }

    /// Makes `node` the event: its members are the fields, its values what keywords search.
    pub fn set_root(&mut self, node: NodeId) {
        self.roots.clear();
        self.roots.push(node);
        self.whole = Some(node);
    }

    /// Adds an object whose members are fields too (a Windows event has its `EventData`).
    pub fn add_root(&mut self, node: NodeId) {
        self.roots.push(node);
    }

    /// Forgets the objects whose members are fields; [`Event::whole`] stays.
    pub fn clear_roots(&mut self) {
        self.roots.clear();
    }

    /// Says which value is the event as a whole, for keywords and display.
    pub fn set_whole(&mut self, node: NodeId) {
        self.whole = Some(node);
    }

    /// Adds a field that reaches `node`, beside whatever the name reaches already.
    /// The name may be dotted.
    pub fn add_field(&mut self, name: &'static str, node: NodeId) {
        self.fields.push((Name::Static(name), node));
    }

    /// [`Event::add_field`] for a name made at run time.
    pub fn add_field_named(&mut self, name: &str, node: NodeId) {
        let start = to_u32(self.decoded.len());
        self.decoded.push_str(name);
        self.fields
            .push((Name::Decoded(start..to_u32(self.decoded.len())), node));
    }

    /// [`Event::add_field`] with the text of a string value for its name.
    pub fn add_field_spelled(&mut self, name: NodeId, node: NodeId) {
        self.fields.push((Name::Spelled(name), node));
    }

    /// Adds every member of an object as a field, apart from those with the key `but` and
    /// those whose key is also one of `behind`: a carrier's members, behind the event's own.
    /// At most the first [`Event::MAX_CONTEXT`], for a carrier may hold many events.
    pub fn add_members(&mut self, object: NodeId, but: &str, behind: NodeId) {
        let (mut at, end) = self.inside(object, Kind::Object);
        for _ in 0..Self::MAX_CONTEXT {
            let Some(node) = self.nodes.get(at as usize).filter(|_| at < end).copied() else {
                return;
            };
            let key = self.key(node.key);
            if key != but && self.member(behind, key).is_none() {
                self.fields.push((Name::Key, NodeId(at)));
            }
            at = node.end;
        }
    }

    /// Adds a string value that is a part of another, by its bytes, without copying.
    /// `None` where the part does not lie on the bounds of characters.
    pub fn add_part(&mut self, string: NodeId, part: Range<usize>) -> Option<NodeId> {
        self.str(string)?.get(part.clone())?;
        let whole = self.nodes.get(string.index()).copied()?;
        let start = whole.start as usize + part.start;
        Some(self.push_leaf(whole.kind, start, part.len()))
    }

    /// The event as a whole.
    pub fn whole(&self) -> Option<NodeId> {
        self.whole
    }

    /// The objects whose members are the fields.
    pub fn roots(&self) -> &[NodeId] {
        &self.roots
    }

    /// The fields added beside the roots' members.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&str, NodeId)> {
        self.fields.iter().map(|(name, node)| {
            let name = match name {
                Name::Static(name) => name,
                Name::Decoded(range) => self
                    .decoded
                    .get(range.start as usize..range.end as usize)
                    .unwrap_or_default(),
                Name::Spelled(name) => self.str(*name).unwrap_or_default(),
                Name::Key => self
                    .nodes
                    .get(node.index())
                    .map_or("", |node| self.key(node.key)),
            };
            (name, *node)
        })
    }

    /// True where a lone surrogate was replaced by U+FFFD.
    pub fn is_lossy(&self) -> bool {
        self.lossy
    }

    /// The value at a place; null for a place of another event.
    pub fn value(&self, node: NodeId) -> Value<'_> {
        let Some(node) = self.nodes.get(node.index()) else {
            return Value::Null;
        };
        match node.kind {
            Kind::Null => Value::Null,
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Number => Value::Number(self.plain(node)),
            Kind::Plain | Kind::Decoded => Value::String(self.string(node)),
            Kind::Array => Value::Array,
            Kind::Object => Value::Object(self.plain(node)),
        }
    }

    fn kind(&self, node: NodeId) -> Kind {
        let node = self.nodes.get(node.index());
        node.map_or(Kind::Null, |node| node.kind)
    }

    /// The JSON text of a value that was read as JSON, as the log spells it.
    pub fn raw(&self, node: NodeId) -> &str {
        match self.nodes.get(node.index()) {
            Some(node) => match node.kind {
                Kind::Null => "null",
                Kind::True => "true",
                Kind::False => "false",
                Kind::Decoded => self.string(node),
                _ => self.plain(node),
            },
            None => "null",
        }
    }

    fn plain(&self, node: &Node) -> &str {
        self.text
            .get(node.start as usize..(node.start + node.len) as usize)
            .unwrap_or_default()
    }

    fn string(&self, node: &Node) -> &str {
        let text = if node.kind == Kind::Decoded {
            &self.decoded
        } else {
            &self.text
        };
        text.get(node.start as usize..(node.start + node.len) as usize)
            .unwrap_or_default()
    }

    fn key(&self, key: Key) -> &str {
        let text = if key.is_decoded() {
            &self.decoded
        } else {
            &self.text
        };
        let start = key.start as usize;
        text.get(start..start + key.len()).unwrap_or_default()
    }

    /// The text of a string value; `None` for any other.
    pub fn str(&self, node: NodeId) -> Option<&str> {
        match self.value(node) {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object, duplicates included; nothing for other values.
    pub fn members(&self, object: NodeId) -> Members<'_> {
        let (at, end) = self.inside(object, Kind::Object);
        Members {
            event: self,
            at,
            end,
        }
    }

    /// The elements of an array; nothing for other values.
    pub fn elements(&self, array: NodeId) -> Elements<'_> {
        let (at, end) = self.inside(array, Kind::Array);
        Elements {
            event: self,
            at,
            end,
        }
    }

    fn inside(&self, node: NodeId, kind: Kind) -> (u32, u32) {
        match self.nodes.get(node.index()) {
            Some(found) if found.kind == kind => (node.0 + 1, found.end),
            _ => (0, 0),
        }
    }

    /// Whether a value is another, or stands somewhere inside it.
    pub fn holds(&self, outer: NodeId, inner: NodeId) -> bool {
        let end = self.nodes.get(outer.index()).map_or(0, |node| node.end);
        (outer.0..end).contains(&inner.0)
    }

    /// The first member of an object with this key.
    pub fn member(&self, object: NodeId, key: &str) -> Option<NodeId> {
        let (mut at, end) = self.inside(object, Kind::Object);
        while let Some(node) = self.nodes.get(at as usize).filter(|_| at < end) {
            if node.key.len() == key.len() && self.key(node.key) == key {
                return Some(NodeId(at));
            }
            at = node.end;
        }
        None
    }

    /// Follows keys from a value.
    pub fn at(&self, from: NodeId, keys: &[&str]) -> Option<NodeId> {
        keys.iter()
            .try_fold(from, |node, key| self.member(node, key))
    }

    /// Calls `hit` for every value the field name reaches in this event.
    ///
    /// A name reaches a value where the keys on the way to it, joined with dots, spell the
    /// name: `a.b.c` reaches `{"a":{"b":{"c":1}}}`, `{"a.b":{"c":1}}` and `{"a.b.c":1}`
    /// alike. Arrays on the way are entered; a key that occurs twice is followed twice.
    /// An array at the end is handed over whole.
    pub fn reach(&self, name: &str, hit: &mut dyn FnMut(NodeId)) {
        for root in &self.roots {
            self.reach_from(*root, name, hit);
        }
        for (field, node) in self.fields() {
            self.step(field, node, name, hit);
        }
    }

    /// [`Event::reach`], from a value instead of the event's roots. An array is entered.
    pub fn reach_from(&self, node: NodeId, name: &str, hit: &mut dyn FnMut(NodeId)) {
        let Some(outer) = self.nodes.get(node.index()) else {
            return;
        };
        let mut at = node.0 + 1;
        match outer.kind {
            Kind::Object => {
                while let Some(inner) = self.nodes.get(at as usize).filter(|_| at < outer.end) {
                    // most keys end elsewhere than at a dot of the name: one byte tells
                    let len = inner.key.len();
                    if len == name.len() || name.as_bytes().get(len) == Some(&b'.') {
                        self.step(self.key(inner.key), NodeId(at), name, hit);
                    }
                    at = inner.end;
                }
            }
            Kind::Array => {
                while let Some(inner) = self.nodes.get(at as usize).filter(|_| at < outer.end) {
                    self.reach_from(NodeId(at), name, hit);
                    at = inner.end;
                }
            }
            _ => {}
        }
    }

    fn step(&self, key: &str, value: NodeId, name: &str, hit: &mut dyn FnMut(NodeId)) {
        match name.strip_prefix(key) {
            Some("") => hit(value),
            Some(rest) => {
                if let Some(rest) = rest.strip_prefix('.') {
                    self.reach_from(value, rest, hit);
                }
            }
            None => {}
        }
    }

    /// Calls `hit` for the value itself, or, for an array, for what is in it, however deep.
    pub fn leaves(&self, node: NodeId, hit: &mut dyn FnMut(NodeId)) {
        match self.kind(node) {
            Kind::Array => {
                for element in self.elements(node) {
                    self.leaves(element, hit);
                }
            }
            _ => hit(node),
        }
    }

    /// Calls `hit` for every value of the whole event that is neither array nor object.
    pub fn every_value(&self, hit: &mut dyn FnMut(NodeId)) {
        if let Some(whole) = self.whole {
            self.values_in(whole, hit);
        }
    }

    /// Texts one of which holds the text of each value of the whole event: the event as the
    /// log spells it, but for long strings with escapes, and what it spells with escapes. `None`
    /// where the latter is mostly of other events in the same record.
    pub(crate) fn everything(&self) -> Option<impl Iterator<Item = &str>> {
        let whole = self.nodes.get(self.whole?.index())?;
        let (mut at, end) = match whole.kind {
            Kind::Array | Kind::Object => {
                (whole.start as usize, (whole.start + whole.len) as usize)
            }
            _ => return None,
        };
        if self.decoded.len() > 2 * (end - at) {
            return None;
        }
        let first = self.escaped.partition_point(|range| range.start < at);
        let mut escaped = self.escaped.iter().skip(first);
        let spelled = std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let from = at;
            let gap = escaped.next().filter(|range| range.start < end);
            at = gap.map_or(end, |range| range.end);
            self.text.get(from..gap.map_or(end, |range| range.start))
        });
        Some(spelled.chain([self.decoded.as_str()]))
    }

    fn values_in(&self, node: NodeId, hit: &mut dyn FnMut(NodeId)) {
        match self.kind(node) {
            Kind::Object => {
                for (_, value) in self.members(node) {
                    self.values_in(value, hit);
                }
            }
            Kind::Array => {
                for element in self.elements(node) {
                    self.values_in(element, hit);
                }
            }
            _ => hit(node),
        }
    }
}

/// The members of an object: key and value.
#[derive(Debug, Clone)]
pub struct Members<'e> {
    event: &'e Event,
    at: u32,
    end: u32,
}

impl<'e> Iterator for Members<'e> {
    type Item = (&'e str, NodeId);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let node = self.event.nodes.get(self.at as usize)?;
        let value = NodeId(self.at);
        self.at = node.end;
        Some((self.event.key(node.key), value))
    }
}

/// The elements of an array.
#[derive(Debug, Clone)]
pub struct Elements<'e> {
    event: &'e Event,
    at: u32,
    end: u32,
}

impl Iterator for Elements<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let node = self.at;
        self.at = self.event.nodes.get(node as usize)?.end;
        Some(NodeId(node))
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
