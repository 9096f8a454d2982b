//! Which references matched.

use serde::{Deserialize, Serialize};
use sigwright_ir::correlation::Presence;

/// No time: before every other.
const NEVER: i64 = i64::MIN;

/// When each reference matched last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Present(Box<[i64]>);

impl Present {
    /// For so many references.
    pub fn new(references: usize) -> Self {
        Present(vec![NEVER; references].into())
    }

    /// Takes in a match.
    pub fn absorb(&mut self, time: i64, reference: usize) {
        if let Some(last) = self.0.get_mut(reference) {
            *last = time;
        }
    }

    /// Forgets what is older than `before`.
    pub fn expire(&mut self, before: i64) {
        for last in &mut self.0 {
            if *last < before {
                *last = NEVER;
            }
        }
    }

    /// True where the reference matched.
    pub fn has(&self, reference: usize) -> bool {
        self.0.get(reference).is_some_and(|last| *last != NEVER)
    }

    /// How many references matched.
    pub fn value(&self) -> u64 {
        self.0.iter().filter(|last| **last != NEVER).count() as u64
    }

    /// Whether the condition holds.
    pub fn holds(&self, presence: &Presence) -> bool {
        match presence {
            Presence::AtLeast(bounds) => bounds.holds(self.value() as f64),
            Presence::Expr(expr) => expr.holds(&|reference| self.has(reference)),
        }
    }

    /// How many bytes it takes beside itself.
    pub fn heap(&self) -> usize {
        size_of_val(&*self.0)
    }
}
