//! One file of data per language.

pub mod correlations;
mod elastic;
mod eql;
mod esql;
mod kql;
mod kusto;
mod logscale;
mod loki;
mod lucene;
mod ppl;
mod quickwit;
mod splunk;
pub mod sql;

pub(crate) use splunk::comparisons;

use crate::dialect::Dialect;

/// All languages, in the order they are listed to people.
pub const DIALECTS: [&Dialect; 17] = [
    &splunk::SPLUNK,
    &lucene::LUCENE,
    &eql::EQL,
    &esql::ESQL,
    &kql::KQL,
    &lucene::OPENSEARCH,
    &ppl::PPL,
    &quickwit::QUICKWIT,
    &kusto::KUSTO,
    &logscale::LOGSCALE,
    &loki::LOKI,
    &sql::sqlite::SQLITE,
    &sql::postgres::POSTGRES,
    &sql::duckdb::DUCKDB,
    &sql::clickhouse::CLICKHOUSE,
    &sql::databricks::DATABRICKS,
    &sql::athena::ATHENA,
];

/// What the reference calls some of them.
const ALIASES: [(&str, &str); 5] = [
    ("elasticsearch", "lucene"),
    ("opensearch", "opensearch_lucene"),
    ("opensearch-ppl", "opensearch_ppl"),
    ("ppl", "opensearch_ppl"),
    ("log_scale", "logscale"),
];

/// The language of that name, or of a name the reference has for it.
pub fn find(name: &str) -> Option<&'static Dialect> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name, |(_, name)| name);
    DIALECTS.into_iter().find(|dialect| dialect.name == name)
}
