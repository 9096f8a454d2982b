//! One file of data per language.

mod elastic;
mod eql;
mod esql;
mod kql;
mod lucene;
mod ppl;
mod quickwit;
mod splunk;

use crate::dialect::Dialect;

/// All languages, in the order they are listed to people.
pub const DIALECTS: [&Dialect; 8] = [
    &splunk::SPLUNK,
    &lucene::LUCENE,
    &eql::EQL,
    &esql::ESQL,
    &kql::KQL,
    &lucene::OPENSEARCH,
    &ppl::PPL,
    &quickwit::QUICKWIT,
];

/// What the reference calls some of them.
const ALIASES: [(&str, &str); 4] = [
    ("elasticsearch", "lucene"),
    ("opensearch", "opensearch_lucene"),
    ("opensearch-ppl", "opensearch_ppl"),
    ("ppl", "opensearch_ppl"),
];

/// The language of that name, or of a name the reference has for it.
pub fn find(name: &str) -> Option<&'static Dialect> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name, |(_, name)| name);
    DIALECTS.into_iter().find(|dialect| dialect.name == name)
}
