//! ATT&CK as MITRE publishes it, a STIX 2.1 bundle, to a table.

use serde::Deserialize;
use std::collections::HashMap;
use std::fmt::Write;

#[derive(Deserialize)]
struct Bundle {
    objects: Vec<Object>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    external_references: Vec<External>,
    kill_chain_phases: Vec<Phase>,
    revoked: bool,
    x_mitre_deprecated: bool,
    x_mitre_shortname: String,
    x_mitre_version: String,
    relationship_type: String,
    source_ref: String,
    target_ref: String,
}

#[derive(Deserialize)]
struct External {
    #[serde(default)]
    source_name: String,
    #[serde(default)]
    external_id: String,
}

#[derive(Deserialize)]
struct Phase {
    kill_chain_name: String,
    phase_name: String,
}

/// The types of STIX object that have an ATT&CK id, in the order of the table.
const KINDS: [&str; 9] = [
    "x-mitre-tactic",
    "attack-pattern",
    "intrusion-set",
    "malware",
    "tool",
    "course-of-action",
    "x-mitre-data-source",
    "x-mitre-asset",
    "campaign",
];

/// The table of a STIX bundle such as `enterprise-attack.json`, as [`crate::Attack::parse`]
/// reads it; or why it is none.
pub fn table(json: &[u8]) -> Result<String, String> {
    let bundle: Bundle =
        serde_json::from_slice(json).map_err(|error| format!("this is no STIX bundle: {error}"))?;
    let version = bundle
        .objects
        .iter()
        .find(|o| o.kind == "x-mitre-collection");
    let version = version
        .map(|collection| collection.x_mitre_version.as_str())
        .filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        .ok_or("the bundle does not say which version of ATT&CK it holds")?;
    let by_stix: HashMap<&str, &Object> =
        bundle.objects.iter().map(|o| (o.id.as_str(), o)).collect();
    let successors: HashMap<&str, &str> = bundle
        .objects
        .iter()
        .filter(|o| o.relationship_type == "revoked-by")
        .map(|o| (o.source_ref.as_str(), o.target_ref.as_str()))
        .collect();
    let mut rows: Vec<(usize, &str, String)> = Vec::new();
    for object in &bundle.objects {
        let kind = KINDS.iter().position(|kind| *kind == object.kind);
        let (Some(kind), Some(id)) = (kind, object.attack_id()) else {
            continue;
        };
        let fate = if object.revoked {
            match successor(object, &by_stix, &successors) {
                Some(new) => format!("={new}"),
                None => "-".to_owned(),
            }
        } else if object.x_mitre_deprecated {
            "-".to_owned()
        } else {
            String::new()
        };
        let tactics = if fate.is_empty() {
            object.tactics()
        } else {
            String::new()
        };
        let name = object.name.replace(['\t', '\n', '\r'], " ");
        // malware and tools share their numbers
        let rank = if object.kind == "tool" {
            kind - 1
        } else {
            kind
        };
        let row = format!("{id}\t{name}\t{tactics}\t{fate}");
        rows.push((rank, id, row.trim_end_matches('\t').to_owned()));
    }
    if rows.is_empty() {
        return Err("the bundle holds nothing of ATT&CK".to_owned());
    }
    rows.sort();
    // an id may stand twice, once revoked: the one that holds comes first
    rows.dedup_by(|a, b| a.1 == b.1);
    let mut table = format!(
        "# MITRE ATT&CK v{version}, made by `sigwright attack update`.\n\
         # id, name, short names of its tactics, what became of it: =ID where another took its place, - where none did.\n\
         # (c) The MITRE Corporation, reproduced under https://attack.mitre.org/resources/legal-and-branding/terms-of-use/\n"
    );
    for (_, _, row) in rows {
        let _ = writeln!(table, "{row}");
    }
    Ok(table)
}

impl Object {
    fn attack_id(&self) -> Option<&str> {
        let references = self.external_references.iter();
        let mut own = references.filter(|r| r.source_name.starts_with("mitre-"));
        own.find_map(|r| crate::is_id(&r.external_id).then_some(r.external_id.as_str()))
    }

    fn tactics(&self) -> String {
        if self.kind == "x-mitre-tactic" {
            return self.x_mitre_shortname.clone();
        }
        let phases = self.kill_chain_phases.iter();
        let own = phases.filter(|phase| phase.kill_chain_name.starts_with("mitre-"));
        let mut names: Vec<&str> = own.map(|phase| phase.phase_name.as_str()).collect();
        names.sort_unstable();
        names.join(" ")
    }
}

/// The id of what took a revoked object's place, however often that was itself replaced.
fn successor<'b>(
    object: &'b Object,
    by_stix: &HashMap<&str, &'b Object>,
    successors: &HashMap<&str, &'b str>,
) -> Option<&'b str> {
    let mut at = object;
    for _ in 0..16 {
        at = by_stix.get(successors.get(at.id.as_str())?)?;
        if !at.revoked {
            return at.attack_id().filter(|_| !at.x_mitre_deprecated);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::{Attack, Fate};

    const BUNDLE: &str = r#"{"type": "bundle", "objects": [
      {"type": "x-mitre-collection", "id": "c", "name": "Enterprise", "x_mitre_version": "20.0"},
      {"type": "x-mitre-tactic", "id": "a", "name": "Execution", "x_mitre_shortname": "execution",
       "external_references": [{"source_name": "mitre-attack", "external_id": "TA0002"}]},
      {"type": "attack-pattern", "id": "b", "name": "Shell",
       "external_references": [{"source_name": "mitre-attack", "external_id": "T1059"}],
       "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}]},
      {"type": "attack-pattern", "id": "o1", "name": "Old", "revoked": true,
       "external_references": [{"source_name": "mitre-attack", "external_id": "T1001"}]},
      {"type": "attack-pattern", "id": "o2", "name": "Middle", "revoked": true,
       "external_references": [{"source_name": "mitre-attack", "external_id": "T1002"}]},
      {"type": "attack-pattern", "id": "o3", "name": "Gone", "x_mitre_deprecated": true,
       "external_references": [{"source_name": "mitre-attack", "external_id": "T1003"}]},
      {"type": "relationship", "id": "r1", "relationship_type": "revoked-by", "source_ref": "o1", "target_ref": "o2"},
      {"type": "relationship", "id": "r2", "relationship_type": "revoked-by", "source_ref": "o2", "target_ref": "b"},
      {"type": "tool", "id": "t", "name": "A\tB",
       "external_references": [{"source_name": "mitre-attack", "external_id": "S0001"}]}
    ]}"#;

    #[test]
    fn a_bundle_becomes_a_table_that_reads_back() {
        let attack = Attack::parse(&super::table(BUNDLE.as_bytes()).unwrap()).unwrap();
        assert_eq!(attack.version, "20.0");
        let fate = |id: &str| attack.get(id).unwrap().fate.clone();
        assert_eq!(fate("T1001"), Fate::Replaced(vec!["T1059".to_owned()]));
        assert_eq!(fate("T1002"), Fate::Replaced(vec!["T1059".to_owned()]));
        assert_eq!(fate("T1003"), Fate::Withdrawn);
        assert_eq!(attack.technique("t1059").unwrap().tactics, ["execution"]);
        assert_eq!(attack.get("s0001").unwrap().name, "A B");
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        assert!(super::table(b"[]").is_err());
        assert!(super::table(br#"{"objects": []}"#).is_err());
        let empty = br#"{"objects": [{"type": "x-mitre-collection", "x_mitre_version": "20.0"}]}"#;
        assert!(super::table(empty).is_err());
    }
}
