//! One file of data per language.

mod splunk;

use crate::dialect::Dialect;

/// All languages, in the order they are listed to people.
pub const DIALECTS: [&Dialect; 1] = [&splunk::SPLUNK];

/// The language of that name.
pub fn find(name: &str) -> Option<&'static Dialect> {
    DIALECTS.into_iter().find(|dialect| dialect.name == name)
}
