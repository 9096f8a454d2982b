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
            event.leaves(node, &mut |leaf| {
                let value = event.value(leaf);
                let kind = match value {
                    Value::Number(_) => Kind::Number,
                    Value::Bool(_) => Kind::Bool,
                    Value::Object(_) => Kind::Object,
                    _ => Kind::Text,
                };
                if let Some(text) = value.text() {
                    cell.values.push((kind, text.to_owned()));
                }
            });
        });
        cell
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
