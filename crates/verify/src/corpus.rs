//! Events as they are loaded.

use crate::cells::Cell;
use sigwright_engine::{Event, NodeId, Value};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::rc::Rc;

/// Events, each as one JSON text.
#[derive(Debug, Default)]
pub struct Corpus {
    texts: Vec<String>,
    events: Vec<Event>,
    columns: RefCell<HashMap<String, Rc<Column>>>,
}

impl Corpus {
    /// Of these JSON texts; what is no JSON is left out.
    pub fn of(texts: Vec<String>) -> Corpus {
        let mut corpus = Corpus::default();
        texts.iter().for_each(|text| {
            corpus.push(text);
        });
        corpus
    }

    /// Adds a JSON text. False where it is none.
    pub fn push(&mut self, text: &str) -> bool {
        let text = compact(text);
        let event = Event::from_json(&text);
        let is_json = event.is_ok();
        if let Ok(event) = event {
            self.texts.push(text);
            self.events.push(event);
        }
        is_json
    }

    /// Adds an event as the reader of a log made it, fields it added as members.
    pub fn push_event(&mut self, event: &Event) -> bool {
        let mut text = String::from("{");
        for root in event.roots() {
            let Value::Object(object) = event.value(*root) else {
                continue;
            };
            let inside = object.trim().trim_start_matches('{');
            let inside = inside.strip_suffix('}').unwrap_or(inside).trim();
            if !inside.is_empty() {
                separate(&mut text);
                text.push_str(inside);
            }
        }
        for (name, node) in event.fields() {
            separate(&mut text);
            quoted(name, &mut text);
            text.push(':');
            spell(event, node, &mut text);
        }
        text.push('}');
        self.push(&text)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The text of one.
    pub fn json(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", String::as_str)
    }

    /// One, read.
    pub fn event(&self, index: usize) -> Option<&Event> {
        self.events.get(index)
    }

    /// Whether an object of one has a key twice.
    pub(crate) fn repeats_a_key(&self, index: usize) -> bool {
        let Some(event) = self.event(index) else {
            return false;
        };
        let mut left = event.roots().to_vec();
        while let Some(node) = left.pop() {
            match event.value(node) {
                Value::Array => left.extend(event.elements(node)),
                Value::Object(_) => {
                    let mut keys = HashSet::new();
                    for (key, value) in event.members(node) {
                        if !keys.insert(key.to_owned()) {
                            return true;
                        }
                        left.push(value);
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// What a name reaches in each.
    pub(crate) fn column(&self, name: &str) -> Rc<Column> {
        let mut columns = self.columns.borrow_mut();
        let column = columns.entry(name.to_owned()).or_insert_with(|| {
            let mut column = Column::default();
            let mut known: HashMap<Rc<Cell>, u32> = HashMap::new();
            for event in &self.events {
                let cell = Rc::new(Cell::of(event, name));
                let next = u32::try_from(column.cells.len()).unwrap_or(u32::MAX);
                let id = *known.entry(Rc::clone(&cell)).or_insert(next);
                if id == next {
                    column.cells.push(cell);
                }
                column.ids.push(id);
            }
            Rc::new(column)
        });
        Rc::clone(column)
    }
}

/// What a name reaches in each event; equal cells are one.
#[derive(Debug, Default)]
pub(crate) struct Column {
    ids: Vec<u32>,
    cells: Vec<Rc<Cell>>,
}

impl Column {
    /// The number of an event's cell.
    pub fn id(&self, event: usize) -> u32 {
        self.ids.get(event).copied().unwrap_or_default()
    }

    /// An event's cell.
    pub fn cell(&self, event: usize) -> Option<Rc<Cell>> {
        self.cells.get(self.id(event) as usize).cloned()
    }
}

fn separate(text: &mut String) {
    if text.len() > 1 {
        text.push(',');
    }
}

fn quoted(text: &str, to: &mut String) {
    to.push_str(&serde_json::Value::from(text).to_string());
}

fn spell(event: &Event, node: NodeId, to: &mut String) {
    match event.value(node) {
        Value::Null => to.push_str("null"),
        Value::Bool(b) => {
            // writing to a string does not fail
            let _ = write!(to, "{b}");
        }
        Value::Number(text) | Value::Object(text) => to.push_str(text),
        Value::String(text) => quoted(text, to),
        Value::Array => {
            to.push('[');
            for (place, element) in event.elements(node).enumerate() {
                if place > 0 {
                    to.push(',');
                }
                spell(event, element, to);
            }
            to.push(']');
        }
    }
}

/// Without white space between tokens, which databases drop.
fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if in_string || !matches!(c, ' ' | '\t' | '\n' | '\r') {
            compact.push(c);
        }
        if in_string && !escaped && c == '\\' {
            escaped = true;
            continue;
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = false;
    }
    compact
}
