//! What is known of the log sources that public rules read: names of files, fields, and what a
//! log source already implies. The table says where it was learnt.

use sigwright_syntax::Spanned;
use sigwright_syntax::ast::LogSource;
use std::sync::LazyLock;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Known {
    /// What names of rule files begin with; empty where nothing is agreed.
    pub prefix: &'static str,
    /// Fields that tell nothing the log source has not told.
    pub implied: Vec<&'static str>,
    /// Values of `Provider_Name` that tell nothing more.
    pub providers: Vec<&'static str>,
    /// All fields; empty where they are not known.
    pub fields: Vec<&'static str>,
    /// Whether rules may read it, or the row only names files.
    pub read: bool,
}

type Key = (&'static str, &'static str, &'static str);

/// The rows, by key.
static TABLE: LazyLock<Vec<(Key, Known)>> = LazyLock::new(|| {
    let lines = include_str!("../data/logsources.tsv").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let mut rows: Vec<(Key, Known)> = lines.filter_map(row).collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
});

fn row(line: &'static str) -> Option<(Key, Known)> {
    let mut columns = line.split('\t');
    let mut part = || Some(columns.next()?).map(|text| if text == "-" { "" } else { text });
    let key = (part()?, part()?, part()?);
    let listed = |text: &'static str| text.split(',').filter(|name| !name.is_empty()).collect();
    let (prefix, implied, providers, fields) = (part()?, part()?, part()?, part()?);
    Some((
        key,
        Known {
            prefix,
            implied: listed(implied),
            providers: listed(providers),
            fields: if fields == "?" {
                Vec::new()
            } else {
                listed(fields)
            },
            read: fields != "?",
        },
    ))
}

fn part(part: &Option<Spanned<String>>) -> &str {
    part.as_ref().map_or("", |part| part.value.as_str())
}

/// What is known of a log source, by all three of its attributes.
pub(crate) fn known(logsource: &LogSource) -> Option<&'static Known> {
    let key = (
        part(&logsource.product),
        part(&logsource.category),
        part(&logsource.service),
    );
    get(key)
}

/// What is known of a product.
pub(crate) fn of_product(logsource: &LogSource) -> Option<&'static Known> {
    get((part(&logsource.product), "", ""))
}

fn get(key: (&str, &str, &str)) -> Option<&'static Known> {
    let place = TABLE.binary_search_by(|(known, _)| known.cmp(&key)).ok()?;
    TABLE.get(place).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert!(TABLE.len() > 140);
        let starts = get(("windows", "process_creation", "")).unwrap();
        assert_eq!(starts.prefix, "proc_creation_win_");
        assert_eq!(starts.implied, ["Channel", "EventID"]);
        assert!(starts.fields.contains(&"CommandLine") && starts.read);
        assert!(!get(("aws", "", "")).unwrap().read);
    }
}
