//! The tables. Every row of every table has a seal; `total` counts all rows but its own.

/// `SGWR`: says whose file this is, at byte 68 of it.
pub(crate) const APPLICATION: u32 = 0x5347_5752;

/// The format, at byte 60. Raise it with every change of a table, of a record's bytes in the
/// engine, or of what they mean.
pub(crate) const FORMAT: u32 = 3;

/// The statements that make the tables, as SQLite keeps them. The owner of a record is a
/// rule's fingerprint; since it is in every key, the key has the number of its row instead.
pub(crate) const TABLES: [&str; 4] = [
    "CREATE TABLE owner (number INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL, \
     seal INTEGER NOT NULL)",
    "CREATE TABLE position (number INTEGER PRIMARY KEY, file TEXT NOT NULL, \
     value BLOB NOT NULL, seal INTEGER NOT NULL)",
    "CREATE TABLE record (kind INTEGER NOT NULL, owner INTEGER NOT NULL, id BLOB NOT NULL, \
     value BLOB NOT NULL, seal INTEGER NOT NULL, \
     PRIMARY KEY (kind, owner, id)) WITHOUT ROWID",
    "CREATE TABLE total (only INTEGER PRIMARY KEY, rows INTEGER NOT NULL, \
     sum INTEGER NOT NULL, next INTEGER NOT NULL, seal INTEGER NOT NULL)",
];
