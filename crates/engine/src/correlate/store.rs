//! Where state outlives a run: the machine knows it as this trait alone.

use std::collections::BTreeMap;
use std::fmt;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// The clock and the counters of the whole machine; one record.
    Machine = 0,
    /// A rule or correlation that keeps state: its title and its counters.
    Owner = 1,
    /// A group of a correlation.
    Group = 2,
    /// A term that a `new_terms` correlation has seen. The only kind that is not held in
    /// memory as a whole.
    Term = 3,
    /// A key that is silent for a while.
    Suppression = 4,
    /// When a log began.
    Begin = 5,
    /// An observation that waits to be put in order.
    Waiting = 6,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Kind::Machine,
        Kind::Owner,
        Kind::Group,
        Kind::Term,
        Kind::Suppression,
        Kind::Begin,
        Kind::Waiting,
    ];
}

/// The name of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What it is about.
    pub kind: Kind,
    /// Whose it is: the fingerprint of a rule or correlation; 0 where it is nobody's own.
    pub owner: u128,
    /// Which of the owner's: a hash, or a number.
    pub id: u128,
}

impl Key {
    /// How many bytes a key takes.
    pub const LEN: usize = 33;

    /// As bytes that sort by kind, then owner, then id.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let parts = std::iter::once(self.kind as u8)
            .chain(self.owner.to_be_bytes())
            .chain(self.id.to_be_bytes());
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        bytes
    }

    /// From what [`Key::to_bytes`] gave; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Key> {
        let (kind, rest) = bytes.split_first()?;
        let (owner, id) = rest.split_at_checked(16)?;
        Some(Key {
            kind: *Kind::ALL.get(usize::from(*kind))?,
            owner: u128::from_be_bytes(owner.try_into().ok()?),
            id: u128::from_be_bytes(id.try_into().ok()?),
        })
    }
}

/// Why a store could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// Keeps records. What is put becomes durable when the store's owner commits; until then it
/// must be seen by `get`.
pub trait Store {
    /// False for a store that keeps nothing: then nothing is written, and terms are
    /// forgotten where they do not fit in memory.
    const KEEPS: bool = true;

    /// The record under a key.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn get(&mut self, key: &Key) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts a record in place of any that is there.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn put(&mut self, key: &Key, value: &[u8]) -> Result<(), StoreError>;

    /// Removes a record, if it is there.
    ///
    /// # Errors
    /// Where the store cannot be written.
    fn remove(&mut self, key: &Key) -> Result<(), StoreError>;

    /// Calls `each` with every record of a kind, in the order of keys.
    ///
    /// # Errors
    /// Where the store cannot be read, and what `each` returns.
    #[expect(clippy::type_complexity, reason = "written out once")]
    fn each(
        &mut self,
        kind: Kind,
        each: &mut dyn FnMut(&Key, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoStore;

impl Store for NoStore {
    const KEEPS: bool = false;

    fn get(&mut self, _: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn put(&mut self, _: &Key, _: &[u8]) -> Result<(), StoreError> {
        Ok(())
    }

    fn remove(&mut self, _: &Key) -> Result<(), StoreError> {
        Ok(())
    }

    fn each(
        &mut self,
        _: Kind,
        _: &mut dyn FnMut(&Key, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Keeps records in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<Key, Vec<u8>>);

impl Store for Memory {
    fn get(&mut self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).cloned())
    }

    fn put(&mut self, key: &Key, value: &[u8]) -> Result<(), StoreError> {
        self.0.insert(*key, value.to_vec());
        Ok(())
    }

    fn remove(&mut self, key: &Key) -> Result<(), StoreError> {
        self.0.remove(key);
        Ok(())
    }

    fn each(
        &mut self,
        kind: Kind,
        each: &mut dyn FnMut(&Key, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let of_kind = self.0.iter().filter(|(key, _)| key.kind == kind);
        for (key, value) in of_kind {
            each(key, value)?;
        }
        Ok(())
    }
}
