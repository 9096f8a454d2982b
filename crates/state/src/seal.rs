//! Seals: a hash beside each row, and of all rows together, so that a changed bit or a lost
//! row is noticed. They guard against accidents, not against someone who forges them.

use twox_hash::XxHash3_64;

/// The hash of a row: of its parts and their lengths. SQLite's whole numbers are signed.
pub(crate) fn of(parts: &[&[u8]]) -> i64 {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    XxHash3_64::oneshot(&bytes).cast_signed()
}

/// How many rows there are, and the sum of their seals: whatever their order, a row more, a
/// row less or another row gives another total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Total {
    pub(crate) rows: i64,
    pub(crate) sum: i64,
    /// Not a total: the number from which the next run counts what it reads.
    pub(crate) next: i64,
}

impl Total {
    pub(crate) fn add(&mut self, seal: i64) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(seal);
    }

    pub(crate) fn take(&mut self, seal: i64) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(seal);
    }

    /// The seal of the total itself.
    pub(crate) fn seal(self) -> i64 {
        let Total { rows, sum, next } = self;
        let numbers = [rows, sum, next].map(i64::to_le_bytes);
        of(&[b"total", numbers.as_flattened()])
    }
}
