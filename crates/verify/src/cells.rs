//! What a name reaches in an event.

use sigwright_engine::{Event, Value};

/// All that a name reaches, null apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// Kind and text of each value, in order.
    pub values: Vec<(Kind, String)>,
    /// Anything is there, be it null or an empty array.
    pub there: bool,
}

/// Of what kind a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Text.
    Text,
    /// A number as spelled.
    Number,
    /// `true` or `false`.
    Bool,
    /// An object's JSON.
    Object,
}

impl Cell {
    /// What `name` reaches.
    pub fn of(event: &Event, name: &str) -> Cell {
        let mut cell = Cell {
            values: Vec::new(),
            there: false,
        };
        event.reach(name, &mut |node| {
            cell.there = true;
            event.leaves(node, &mut |leaf| cell.push(event.value(leaf)));
        });
        cell
    }

    /// The line of a log, which is the event's one value.
    pub fn line(event: &Event) -> Cell {
        let mut cell = Cell {
            values: Vec::new(),
            there: false,
        };
        event.every_value(&mut |node| cell.push(event.value(node)));
        cell
    }

    /// Whether spelling numbers anew changes one of them.
    pub fn has_respelled_number(&self) -> bool {
        let same = |text: &str| {
            let float = text.parse::<f64>().map(|n| n.to_string());
            text.parse::<i64>().is_ok_and(|n| n.to_string() == text)
                || text.len() <= 15 && text != "-0" && float.is_ok_and(|spelled| spelled == text)
        };
        let mut values = self.values.iter();
        values.any(|(kind, text)| *kind == Kind::Number && !same(text))
    }

    /// Whether an object is there, whose text its spelling decides.
    pub fn has_object(&self) -> bool {
        self.values.iter().any(|(kind, _)| *kind == Kind::Object)
    }

    fn push(&mut self, value: Value<'_>) {
        let kind = match value {
            Value::Number(_) => Kind::Number,
            Value::Bool(_) => Kind::Bool,
            Value::Object(_) => Kind::Object,
            _ => Kind::Text,
        };
        if let Some(text) = value.text() {
            self.values.push((kind, text.to_owned()));
        }
    }

    /// The text of a column.
    pub fn text(&self) -> Option<String> {
        self.values.first().map(|(_, text)| text.clone())
    }

    /// A number whose spelling is not the plain one, so that its text says less.
    pub fn has_odd_number(&self) -> bool {
        let plain = |text: &str| text.parse::<i64>().is_ok_and(|n| n.to_string() == text);
        let mut values = self.values.iter();
        values.any(|(kind, text)| *kind == Kind::Number && !plain(text))
    }
}
