//! Why our queries for Splunk differ from the reference's: headings of `docs/differences.md`.
//!
//! Each is recognised by undoing what is ours: what then remains must be the reference's query,
//! or at least the same words of it.

use regex::{Captures, Regex};

/// `splunk-question-mark`
pub fn question_mark(ours: &str, theirs: &str) -> bool {
    let narrowed = ours.contains("(?is)^") && !theirs.contains("(?is)^");
    let undone = question_marks_undone(ours);
    narrowed && (undone == theirs || moved(&undone, theirs) || broad_first(&undone, theirs))
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

/// Whether the reference's search comes first, with `*` for `?`, and what it leaves out is
/// negated; commands and a narrower search follow.
fn broad_first(ours: &str, theirs: &str) -> bool {
    let Some((broad, narrow)) = ours.split_once("| eval ") else {
        return false;
    };
    let narrows = narrow.contains("=if(match('") && narrow.contains("| search ");
    let theirs = match theirs.split_once("| `drop_dm_object_name") {
        Some((theirs, _)) => theirs,
        None => theirs,
    };
    let (broad, theirs) = (opened(broad), opened(theirs));
    let (broad, theirs) = (broad.trim_end_matches([' ', '\\', '\n']), theirs.trim_end());
    let part = || {
        let theirs = words(theirs);
        words(broad).iter().all(|word| theirs.contains(word)) && theirs.contains(&"NOT")
    };
    narrows && (broad == theirs || part())
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

/// Without the regular expressions that narrow `*` to `?`.
fn question_marks_undone(ours: &str) -> String {
    let mut undone = String::new();
    let mut rest = ours;
    let start = |text: &str| {
        let forms = ["\n| regex ", " \\\n| regex ", " | regex "];
        forms
            .iter()
            .filter_map(|form| text.find(form).map(|at| (at, form.len())))
            .min()
    };
    while let Some((at, length)) = start(rest) {
        let (before, found) = rest.split_at(at);
        let is_ours = found[length..]
            .split_once("=\"")
            .is_some_and(|(_, regex)| regex.starts_with("(?is)^"));
        let end = found.find("$\"").map_or(found.len(), |end| end + 2);
        undone.push_str(before);
        if !is_ours {
            undone.push_str(&found[..end]);
        }
        rest = &found[end..];
    }
    undone + rest
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
