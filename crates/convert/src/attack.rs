//! MITRE ATT&CK: what a rule's tags stand for.

use std::sync::LazyLock;

/// A tactic or technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Such as `TA0002` or `T1059.001`.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    /// The short names of the tactics it belongs to; its own, for a tactic.
    pub tactics: Vec<&'static str>,
}

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let lines = include_str!("../data/attack.tsv").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.filter_map(entry).collect()
});

fn entry(line: &'static str) -> Option<Entry> {
    let mut columns = line.split('\t');
    Some(Entry {
        id: columns.next()?,
        name: columns.next()?,
        tactics: columns.next()?.split_whitespace().collect(),
    })
}

/// The technique of that id, in any case.
pub fn technique(id: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.id.eq_ignore_ascii_case(id))
}

/// The tactic of that short name.
pub fn tactic(name: &str) -> Option<&'static Entry> {
    let is = |entry: &&Entry| entry.id.starts_with("TA") && entry.tactics.contains(&name);
    TABLE.iter().find(is)
}

/// A technique that a rule is tagged with: its parent, and the sub-technique where it is one.
pub type Tagged = (&'static Entry, Option<&'static Entry>);

/// What tags stand for: tactics with the techniques tagged that belong to them, in the order
/// of the tags. A technique none of whose tactics is tagged stands under its first. What
/// ATT&CK does not know is left out.
pub fn threats<'t>(tags: impl Iterator<Item = &'t str>) -> Vec<(&'static Entry, Vec<Tagged>)> {
    let names: Vec<&str> = tags.filter_map(|tag| tag.strip_prefix("attack.")).collect();
    let mut threats: Vec<(&Entry, Vec<Tagged>)> = Vec::new();
    for name in &names {
        if let Some(tactic) = tactic(&name.replace('_', "-")) {
            threats.push((tactic, Vec::new()));
        }
    }
    for name in &names {
        let Some(tagged) = technique(name).filter(|entry| !entry.id.starts_with("TA")) else {
            continue;
        };
        let one: Tagged = match tagged.id.split_once('.') {
            Some((parent, _)) => match technique(parent) {
                Some(parent) => (parent, Some(tagged)),
                None => continue,
            },
            None => (tagged, None),
        };
        let mut found = false;
        for (tactic, techniques) in &mut threats {
            if tactic
                .tactics
                .iter()
                .any(|name| tagged.tactics.contains(name))
            {
                techniques.push(one);
                found = true;
            }
        }
        let first = tagged.tactics.first().and_then(|name| tactic(name));
        if let (false, Some(first)) = (found, first) {
            threats.push((first, vec![one]));
        }
    }
    threats
}
