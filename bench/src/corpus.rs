//! Rule sets of any size.

use crate::Trouble;
use crate::inputs::{Dice, files, read};
use serde::Deserialize;
use serde_yaml::{Mapping, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules to take sets from, in an order that has nothing to do with their folders.
#[derive(Debug)]
pub struct Corpus {
    rules: Vec<String>,
    /// A few words on where they come from.
    pub title: String,
}

impl Corpus {
    /// Every rule file under a directory, recorded cases left out.
    ///
    /// # Errors
    /// Where files cannot be read.
    pub fn read(directory: &Path, title: &str) -> Result<Corpus, Trouble> {
        let mut rules = Vec::new();
        for path in files(directory, ".yml")? {
            let recorded = path
                .components()
                .any(|part| part.as_os_str() == "regression_data");
            if !recorded && !path.to_string_lossy().ends_with(".cases.yml") {
                rules.push(read(&path)?);
            }
        }
        if rules.is_empty() {
            return Err(Trouble::of(directory.display(), "no rules"));
        }
        Dice(2).shuffle(&mut rules);
        Ok(Corpus {
            rules,
            title: title.to_owned(),
        })
    }

    /// How many rule files there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Never.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Writes a set of so many rules and returns its directory: the first of the corpus, and once
    /// it is used up, copies of them with other literals. Beside them, a list of two values for
    /// each placeholder.
    ///
    /// # Errors
    /// Where files cannot be written.
    pub fn write(&self, count: usize, directory: &Path) -> Result<PathBuf, Trouble> {
        let directory = directory.join(format!("rules-{count}"));
        if directory.exists() {
            fs::remove_dir_all(&directory)
                .map_err(|error| Trouble::of(directory.display(), error))?;
        }
        fs::create_dir_all(&directory).map_err(|error| Trouble::of(directory.display(), error))?;
        let mut lists = BTreeSet::new();
        for (at, text) in self.set(count).enumerate() {
            lists.extend(placeholders(&text).map(str::to_owned));
            let path = directory.join(format!("{at:05}.yml"));
            fs::write(&path, text).map_err(|error| Trouble::of(path.display(), error))?;
        }
        // the site would fill them; an address serves as text and as network
        let beside = directory.join("lists");
        fs::create_dir_all(&beside).map_err(|error| Trouble::of(beside.display(), error))?;
        for list in lists {
            let path = beside.join(format!("{list}.txt"));
            fs::write(&path, "192.0.2.10\n192.0.2.11\n")
                .map_err(|error| Trouble::of(path.display(), error))?;
        }
        Ok(directory)
    }

    /// The texts of such a set.
    pub fn set(&self, count: usize) -> impl Iterator<Item = String> + '_ {
        let copies = (1..).flat_map(|copy| {
            let changed = self
                .rules
                .iter()
                .filter_map(move |rule| changed(rule, copy));
            // a corpus without any rule to change would be gone through for ever
            changed.chain((self.rules.is_empty()).then(String::new))
        });
        self.rules.iter().cloned().chain(copies).take(count)
    }
}

/// The rule with other literals and another id, its shape kept; `None` if it has no detection.
fn changed(rule: &str, copy: u64) -> Option<String> {
    let mut text = String::new();
    let mut any = false;
    for document in serde_yaml::Deserializer::from_str(rule) {
        let Ok(Value::Mapping(mut document)) = Value::deserialize(document) else {
            return None;
        };
        let Some(Value::Mapping(detection)) = document.get_mut("detection") else {
            continue;
        };
        any = true;
        for (name, selection) in detection.iter_mut() {
            if name.as_str() != Some("condition") {
                change(selection, "", copy);
            }
        }
        if let Some(Value::String(id)) = document.get_mut("id") {
            *id = other_id(id, copy);
        }
        if let Some(Value::String(name)) = document.get_mut("name") {
            name.push_str(&format!("_{copy}"));
        }
        if let Some(Value::String(title)) = document.get_mut("title") {
            title.push_str(&format!(" {copy}"));
        }
        // what refers to other rules would name the originals
        for related in ["related", "filter"] {
            document.remove(related);
        }
        text.push_str("---\n");
        text.push_str(&serde_yaml::to_string(&document).ok()?);
    }
    any.then_some(text)
}

/// Changes the values below a field with its modifiers.
fn change(value: &mut Value, field: &str, copy: u64) {
    match value {
        Value::Mapping(members) => change_members(members, copy),
        Value::Sequence(elements) => elements
            .iter_mut()
            .for_each(|element| change(element, field, copy)),
        Value::String(text) => {
            let mut modifiers = field.split('|').skip(1);
            if modifiers.clone().any(|modifier| modifier == "re") {
                *text = format!("(?:{text})k{copy}");
            } else if !modifiers.any(|modifier| KEPT.contains(&modifier)) {
                *text = other_text(text, copy);
            }
        }
        _ => {}
    }
}

/// Modifiers whose values are no literals, or only some would do.
const KEPT: [&str; 13] = [
    "cidr", "exists", "expand", "fieldref", "gt", "gte", "lt", "lte", "day", "hour", "minute",
    "month", "year",
];

fn change_members(members: &mut Mapping, copy: u64) {
    for (field, value) in members.iter_mut() {
        let field = field.as_str().unwrap_or_default().to_owned();
        change(value, &field, copy);
    }
}

/// Other letters from the third on; what may be a wildcard, an escape or a path stays as it is.
fn other_text(text: &str, copy: u64) -> String {
    let seed = text.bytes().fold(copy, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let mut dice = Dice(seed);
    let mut other = String::with_capacity(text.len());
    for (at, letter) in text.chars().enumerate() {
        let first = match letter {
            'a'..='z' => b'a',
            'A'..='Z' => b'A',
            _ => 0,
        };
        if first == 0 || at < 2 {
            other.push(letter);
        } else {
            other.push(char::from(first + dice.below(26) as u8));
        }
    }
    other
}

/// The id with its first eight digits drawn anew.
fn other_id(id: &str, copy: u64) -> String {
    let seed = id.bytes().fold(copy, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let kept = id.get(8..).unwrap_or_default();
    format!("{:08x}{kept}", Dice(seed).below(1 << 32))
}

/// Names between percent signs, where a rule fills placeholders.
fn placeholders(rule: &str) -> impl Iterator<Item = &str> {
    let named = |name: &&str| {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"_-.".contains(&letter);
        !name.is_empty() && name.bytes().all(plain)
    };
    let filled = if rule.contains("|expand") { rule } else { "" };
    filled
        .lines()
        .flat_map(|line| line.split('%').skip(1).step_by(2))
        .filter(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "\
title: Shell
id: 5e4a3b1c-0000-4000-8000-00000000aaaa
detection:
    selection:
        Image|endswith: '\\powershell.exe'
        CommandLine|re: 'a\\d+$'
        SourceIp|cidr: 10.0.0.0/8
        EventID: 4688
    condition: selection
";

    fn corpus() -> Corpus {
        Corpus {
            rules: vec![RULE.to_owned()],
            title: String::new(),
        }
    }

    #[test]
    fn copies_differ_in_literals_alone() {
        let set: Vec<_> = corpus().set(3).collect();
        let read = |text: &String| -> Value {
            serde_yaml::from_str(text.trim_start_matches("---\n")).unwrap()
        };
        let [original, first, second] = [0, 1, 2].map(|at| read(&set[at]));
        let selection = |rule: &Value, field: &str| rule["detection"]["selection"][field].clone();
        for kept in ["SourceIp|cidr", "EventID"] {
            assert_eq!(selection(&original, kept), selection(&first, kept));
        }
        let image = "Image|endswith";
        assert_ne!(selection(&original, image), selection(&first, image));
        assert_ne!(selection(&second, image), selection(&first, image));
        assert_eq!(selection(&first, image).as_str().map(str::len), Some(15));
        assert_eq!(
            selection(&first, "CommandLine|re").as_str(),
            Some("(?:a\\d+$)k1")
        );
        assert_ne!(original["id"], first["id"]);
    }

    #[test]
    fn the_same_set_every_time() {
        let corpus = corpus();
        assert!(corpus.set(9).eq(corpus.set(9)));
        assert_eq!(corpus.set(9).count(), 9);
    }

    #[test]
    fn placeholders_are_found() {
        let rule = "user|expand: '%admins%'\nhost|expand: ['x%a-b%', '%c d%']";
        assert_eq!(placeholders(rule).collect::<Vec<_>>(), ["admins", "a-b"]);
        assert_eq!(placeholders("path: '%appdata%'").count(), 0);
    }
}
