//! How far an input was read.

use twox_hash::XxHash3_64;

/// How many records at the beginning of a file tell it from others.
pub const HEAD: usize = 16;

/// How far an input was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// How the input is called.
    pub file: String,
    /// How many of its records are done.
    pub records: u64,
    /// The hashes of its first records, [`HEAD`] at most: see [`head`].
    pub head: Vec<u64>,
}

/// The hash of a record's text, for [`Position::head`].
pub fn head(text: &[u8]) -> u64 {
    XxHash3_64::oneshot(text)
}

impl Position {
    /// False where the file that begins with records of these hashes is another one.
    pub fn fits(&self, head: &[u64]) -> bool {
        self.head
            .iter()
            .zip(head)
            .all(|(ours, theirs)| ours == theirs)
    }

    /// As bytes: the number of records, then the hashes.
    pub(crate) fn value(&self) -> Vec<u8> {
        std::iter::once(&self.records)
            .chain(&self.head)
            .flat_map(|number| number.to_le_bytes())
            .collect()
    }

    /// From what [`Position::value`] gave; `None` for anything else.
    pub(crate) fn of(file: String, value: &[u8]) -> Option<Position> {
        let (numbers, rest) = value.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let records = numbers.next().filter(|_| rest.is_empty())?;
        Some(Position {
            file,
            records,
            head: numbers.collect(),
        })
    }
}
