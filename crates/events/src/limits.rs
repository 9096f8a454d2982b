//! How much of an input is held in memory at once.

/// The sizes that bound memory, whatever the size of the input. The defaults are the
/// documented ones; tests use smaller ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest record, in bytes; a longer one is skipped to its end and reported.
    pub record: usize,
    /// The longest document that is handed over whole, in bytes. Of a longer one that wraps a
    /// list, each element becomes a document of the same shape.
    pub document: usize,
    /// How many bytes of records a batch collects before it is handed over. A batch has at
    /// least one record, however long.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            record: 64 << 20,
            document: 4 << 20,
            batch: 256 << 10,
        }
    }
}
