//! What MITRE ATT&CK and D3FEND call things, as tables: tactics, techniques, groups, software.
//!
//! Comes in: a table built in, or one made from a STIX file ([`stix::table`]). Goes out: what an
//! id stands for, to which tactics it belongs, and what took its place. No file is opened here.

pub mod stix;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A tactic, technique, group or piece of software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Such as `TA0002`, `T1059.001`, `G0016`, `S0002`; the short name of a tactic that is no more.
    pub id: String,
    /// In words.
    pub name: String,
    /// The short names of the tactics a technique belongs to; its own, for a tactic.
    pub tactics: Vec<String>,
    /// Whether it still holds.
    pub fate: Fate,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It holds.
    Current,
    /// These took its place: ids, or short names of tactics.
    Replaced(Vec<String>),
    /// Nothing took its place.
    Withdrawn,
}

/// A version of ATT&CK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attack {
    /// Such as `19.1`.
    pub version: String,
    entries: Vec<Entry>,
    /// Places in `entries`: by id in lower case, and by the short name of a tactic.
    places: HashMap<String, usize>,
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1; 0 for the table as a whole.
    pub line: usize,
    /// Lower-case, one idea.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl Attack {
    /// The table built in.
    pub fn built_in() -> &'static Attack {
        static TABLE: LazyLock<Attack> = LazyLock::new(|| {
            Attack::parse(include_str!("../data/attack.tsv")).unwrap_or_else(|_| Attack {
                version: String::new(),
                entries: Vec::new(),
                places: HashMap::new(),
            })
        });
        &TABLE
    }

    /// Reads a table: lines of id, name, tactics and fate with tabs between them; the first
    /// line is a comment that names the version, such as `# MITRE ATT&CK Enterprise v19.1`.
    pub fn parse(text: &str) -> Result<Attack, Fault> {
        let first = text.lines().next().unwrap_or_default();
        let version = first.split_whitespace().find_map(|word| {
            let digits = word.strip_prefix('v')?.trim_end_matches([',', ':', '.']);
            digits
                .starts_with(|c: char| c.is_ascii_digit())
                .then_some(digits)
        });
        let version = version
            .filter(|_| first.starts_with('#'))
            .ok_or_else(|| Fault {
                line: 1,
                message: "the first line names no version".to_owned(),
            })?;
        let mut table = Attack {
            version: version.to_owned(),
            entries: Vec::new(),
            places: HashMap::new(),
        };
        for (number, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = entry(line).ok_or_else(|| Fault {
                line: number + 1,
                message: "an entry has an id, a name, tactics and what became of it".to_owned(),
            })?;
            table.push(entry);
        }
        match table.entries.is_empty() {
            true => Err(Fault {
                line: 0,
                message: "the table is empty".to_owned(),
            }),
            false => Ok(table),
        }
    }

    fn push(&mut self, entry: Entry) {
        let place = self.entries.len();
        if entry.id.starts_with("TA") {
            for name in &entry.tactics {
                self.places.insert(name.clone(), place);
            }
        }
        self.places.insert(entry.id.to_ascii_lowercase(), place);
        self.entries.push(entry);
    }

    /// The entry of an id in any case, or of the short name of a tactic such as `execution`.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => *self.places.get(&name.to_ascii_lowercase())?,
        };
        self.entries.get(place)
    }

    /// The tactic of that short name.
    pub fn tactic(&self, name: &str) -> Option<&Entry> {
        self.get(name)
            .filter(|entry| entry.is_tactic() && entry.tactics.iter().any(|own| own == name))
    }

    /// The technique of that id, in any case.
    pub fn technique(&self, id: &str) -> Option<&Entry> {
        self.get(id).filter(|entry| entry.is_technique())
    }

    /// The technique of that id, or the one that took its place.
    pub fn current(&self, id: &str) -> Option<&Entry> {
        let entry = self.technique(id)?;
        match &entry.fate {
            Fate::Replaced(by) => by.first().and_then(|new| self.technique(new)),
            _ => Some(entry),
        }
    }

    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether the table has entries of the kind an id is of by its letters, so that an id it
    /// does not hold may be newer than it.
    pub fn lists(&self, id: &str) -> bool {
        let kind = kind(id);
        self.entries.iter().any(|entry| {
            entry.id.len() > kind.len() && self::kind(&entry.id).eq_ignore_ascii_case(kind)
        })
    }
}

impl Entry {
    /// Whether it is a tactic.
    pub fn is_tactic(&self) -> bool {
        kind(&self.id) == "TA"
    }

    /// Whether it is a technique or a sub-technique.
    pub fn is_technique(&self) -> bool {
        kind(&self.id) == "T"
    }
}

/// The letters an id begins with.
fn kind(id: &str) -> &str {
    let end = id.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(0);
    id.get(..end).unwrap_or_default()
}

/// Whether a name has the form of an ATT&CK id, in any case: `T1059`, `T1059.001`, `TA0002`,
/// `G0016`, `S0002`, `M1013`, `DS0001`, `A0001`, `C0001`.
pub fn is_id(name: &str) -> bool {
    let (main, sub) = match name.split_once('.') {
        Some((main, sub)) => (main, Some(sub)),
        None => (name, None),
    };
    let letters = kind(main);
    let known = ["T", "TA", "G", "S", "M", "DS", "A", "C"]
        .iter()
        .any(|kind| letters.eq_ignore_ascii_case(kind));
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    known
        && main
            .get(letters.len()..)
            .is_some_and(|rest| digits(rest, 4))
        && match sub {
            Some(sub) => letters.eq_ignore_ascii_case("T") && digits(sub, 3),
            None => true,
        }
}

fn entry(line: &str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let (id, name) = (columns.next()?, columns.next()?);
    let tactics = columns.next().unwrap_or_default();
    let fate = match columns.next().unwrap_or_default() {
        "" => Fate::Current,
        "-" => Fate::Withdrawn,
        fate => {
            let names = fate.strip_prefix('=')?.split_whitespace();
            Fate::Replaced(names.map(str::to_owned).collect())
        }
    };
    (!id.is_empty()).then(|| Entry {
        id: id.to_owned(),
        name: name.to_owned(),
        tactics: tactics.split_whitespace().map(str::to_owned).collect(),
        fate,
    })
}

/// Whether D3FEND has a tactic, technique or artifact of that name, as tags write it: `harden`,
/// `d3-am`, `d3f-AccessToken` (in any case).
pub fn is_d3fend(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let lines = include_str!("../data/d3fend.txt").lines();
        let names = lines.filter(|line| !line.starts_with('#'));
        names.map(str::to_ascii_lowercase).collect()
    });
    NAMES.contains(&name.to_ascii_lowercase())
}

/// The version of D3FEND that [`is_d3fend`] knows.
pub const D3FEND: &str = "0.16.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_built_in_is_whole() {
        let attack = Attack::built_in();
        assert_eq!(attack.version, "19.1");
        assert!(attack.entries().len() > 1_800);
        for entry in attack.entries() {
            assert!(!entry.name.is_empty(), "{}", entry.id);
            let sound = is_id(&entry.id) || !matches!(entry.fate, Fate::Current);
            assert!(sound, "{}", entry.id);
            for tactic in &entry.tactics {
                assert!(attack.tactic(tactic).is_some(), "{}: {tactic}", entry.id);
            }
            if let Fate::Replaced(by) = &entry.fate {
                for name in by {
                    let new = attack.get(name).map(|new| &new.fate);
                    assert_eq!(new, Some(&Fate::Current), "{} -> {name}", entry.id);
                }
            }
            if entry.is_technique() && entry.fate == Fate::Current {
                assert!(!entry.tactics.is_empty(), "{}", entry.id);
            }
        }
    }

    #[test]
    fn entries_are_found_by_id_and_tactics_by_name() {
        let attack = Attack::built_in();
        assert_eq!(attack.get("t1059.001").unwrap().name, "PowerShell");
        assert_eq!(attack.get("stealth").unwrap().id, "TA0005");
        assert!(attack.tactic("t1059").is_none());
        assert!(attack.technique("stealth").is_none());
        let fate = &attack.get("defense-evasion").unwrap().fate;
        let both = vec!["stealth".to_owned(), "defense-impairment".to_owned()];
        assert_eq!(fate, &Fate::Replaced(both));
        assert!(attack.lists("s9999") && !attack.lists("m1013"));
    }

    #[test]
    fn ids_have_letters_and_digits() {
        for id in [
            "T1059",
            "t1059.001",
            "ta0002",
            "G0016",
            "S0002",
            "m1013",
            "ds0001",
            "A0001",
        ] {
            assert!(is_id(id), "{id}");
        }
        for id in [
            "T105",
            "T1059.1",
            "G0016.001",
            "X1234",
            "execution",
            "",
            "T",
            ".001",
        ] {
            assert!(!is_id(id), "{id}");
        }
    }

    #[test]
    fn d3fend_is_known_in_any_case() {
        assert!(is_d3fend("d3-am") && is_d3fend("d3f-WindowsNtOpenFile") && is_d3fend("harden"));
        assert!(!is_d3fend("d3-nope"));
    }

    #[test]
    fn a_table_that_says_nothing_is_refused() {
        assert_eq!(Attack::parse("").unwrap_err().line, 1);
        assert_eq!(Attack::parse("# v1\n").unwrap_err().line, 0);
        assert_eq!(Attack::parse("# v1\nT1059\n").unwrap_err().line, 2);
        assert_eq!(
            Attack::parse("# v1\nT1059\tx\t\tT1060\n").unwrap_err().line,
            2
        );
    }
}
