//! MITRE ATT&CK: what a rule's tags stand for.

use sigwright_attack::Attack;
pub use sigwright_attack::Entry;

/// A technique that a rule is tagged with: its parent, and the sub-technique where it is one.
pub type Tagged = (&'static Entry, Option<&'static Entry>);

/// What tags stand for: tactics with the techniques tagged that belong to them, in the order
/// of the tags. A technique none of whose tactics is tagged stands under its first. What
/// ATT&CK does not know is left out.
pub fn threats<'t>(tags: impl Iterator<Item = &'t str>) -> Vec<(&'static Entry, Vec<Tagged>)> {
    let attack = Attack::built_in();
    let names: Vec<&str> = tags.filter_map(|tag| tag.strip_prefix("attack.")).collect();
    let mut threats: Vec<(&Entry, Vec<Tagged>)> = Vec::new();
    for name in &names {
        if let Some(tactic) = attack.tactic(&name.replace('_', "-")) {
            threats.push((tactic, Vec::new()));
        }
    }
    for name in &names {
        let Some(tagged) = attack.current(name) else {
            continue;
        };
        let one: Tagged = match tagged.id.split_once('.') {
            Some((parent, _)) => match attack.technique(parent) {
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
        let first = tagged.tactics.first().and_then(|name| attack.tactic(name));
        if let (false, Some(first)) = (found, first) {
            threats.push((first, vec![one]));
        }
    }
    threats
}
