//! Why our queries for Splunk differ from the reference's: headings of `docs/differences.md`.
//!
//! Each is recognised by undoing what is ours: what then remains must be the reference's query,
//! or at least the same words of it.

use regex::{Captures, Regex};
use sigwright_convert::dialect::{Dialect, Hooks};
use sigwright_convert::dialects;
use sigwright_ir::Written;
use sigwright_syntax::pattern::{Part, Pattern};

/// `splunk-question-mark`: a `?` is written as `*`, a literal `*` with a backslash, and nothing
/// keeps what is right.
pub fn question_mark(d: Dialect) -> Dialect {
    Dialect {
        hooks: Hooks {
            leaf: Some(|printer, leaf| {
                let one = |pattern: &Pattern| {
                    let mut parts = pattern.parts().iter();
                    parts.any(|part| match part {
                        Part::One => true,
                        Part::Text(text) => text.contains('*'),
                        _ => false,
                    })
                };
                match &leaf.value {
                    Written::Text { pattern, .. } if one(pattern) => None,
                    _ => dialects::find("splunk")?.hooks.leaf?(printer, leaf),
                }
            }),
            before: None,
            ..d.hooks
        },
        ..d
    }
}

/// `splunk-lists-of-one`
pub fn lists_of_one(ours: &str, theirs: &str) -> bool {
    let (ours, theirs) = (opened(ours), opened(theirs));
    ours == theirs
}

/// `splunk-variants-under-not`
pub fn variants_under_not(ours: &str, theirs: &str) -> bool {
    let flat = |query: &str| query.replace(['(', ')'], "");
    theirs.contains("NOT ") && flat(ours) == flat(theirs)
}

/// `splunk-regex-in-a-negated-group`
pub fn regex_in_a_negated_group(ours: &str, theirs: &str) -> bool {
    let regexes = theirs.contains("| regex ") && ours.contains("| rex ");
    regexes && without_commands(ours) == without_commands(theirs)
}

/// `splunk-fields-compared`
pub fn fields_compared(ours: &str, theirs: &str) -> bool {
    let ours = ours.replace("lower('", "'").replace("')", "'");
    ours == theirs
}

/// `splunk-first-command`
pub fn first_command(ours: &str, theirs: &str) -> bool {
    let search = theirs.split("search = ").last().unwrap_or(theirs);
    search
        .trim_start_matches([' ', '\\'])
        .starts_with("\n| rex ")
        && (moved(ours, theirs) || without_commands(ours) == without_commands(theirs))
}

/// `splunk-alternatives-stay-together`
pub fn alternatives_stay_together(ours: &str, theirs: &str) -> bool {
    !theirs.starts_with("\n| rex ") && !theirs.contains("tstats") && moved(ours, theirs)
}

/// `splunk-tstats-before-fields`
pub fn tstats_before_fields(ours: &str, theirs: &str) -> bool {
    theirs.contains("| tstats ") && moved_behind_tstats(ours, theirs)
}

/// With lists as alternatives: `a IN ("b", "c")` as `a="b" OR a="c"`.
fn opened(query: &str) -> String {
    let list = Regex::new(r#"("[^"]+"|[\w.]+) IN \(((?:"(?:[^"\\]|\\.)*"(?:, )?)+)\)"#).unwrap();
    let value = Regex::new(r#""(?:[^"\\]|\\.)*""#).unwrap();
    let open = |found: &Captures<'_>| {
        let values = value.find_iter(&found[2]);
        let values = values.map(|value| format!("{}={}", &found[1], value.as_str()));
        values.collect::<Vec<_>>().join(" OR ")
    };
    list.replace_all(query, open).into_owned()
}

/// Whether both are made of the same words and commands, in another order.
fn moved(ours: &str, theirs: &str) -> bool {
    theirs.contains("| rex ") && words(ours) == words(theirs)
}

fn words(query: &str) -> Vec<&str> {
    let mut words: Vec<&str> = query
        .split_whitespace()
        .filter(|word| !matches!(*word, "*" | "\\"))
        .collect();
    words.sort_unstable();
    words
}

/// The words of the searches, without the commands for regular expressions and what they make;
/// a command that negates counts as the word.
fn without_commands(query: &str) -> Vec<&str> {
    let made =
        |word: &&str| !word.contains("Condition") && !matches!(*word, "" | "*" | "OR" | "search");
    let commands = ["rex ", "eval ", "regex "];
    let is_command = |part: &str| commands.iter().any(|command| part.starts_with(command));
    let negating = query.split("| ").filter(|part| {
        let expression = part.strip_prefix("regex ");
        expression.is_some_and(|e| e.split('"').next().is_some_and(|e| e.ends_with("!=")))
    });
    let mut words: Vec<&str> = query
        .split("| ")
        .filter(|part| !is_command(part))
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_matches(['(', ')', '\\']))
        .filter(made)
        .chain(negating.map(|_| "NOT"))
        .collect();
    words.sort_unstable();
    words
}

/// Whether what we ask before and behind the commands is what they ask behind them.
fn moved_behind_tstats(ours: &str, theirs: &str) -> bool {
    let parts = |query: &str| -> Option<(String, String)> {
        let (_, rest) = query.split_once(" where ")?;
        let (first, rest) = rest.split_once(" by ")?;
        let (_, search) = rest.split_once("| search ")?;
        let (search, _) = search.split_once(" | `drop_dm_object_name")?;
        Some((first.to_owned(), search.to_owned()))
    };
    match (parts(ours), parts(theirs)) {
        (Some((first, rest)), Some((_, whole))) => {
            let negated: String = ours.matches("!=\"").map(|_| " NOT").collect();
            let ours = format!("{first} {rest}{negated}");
            words(&format!("{first} {rest}")) == words(&whole)
                || without_commands(&ours) == without_commands(&whole)
        }
        _ => false,
    }
}
