use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Modifier, Value};
use sigwright_syntax::{Edit, Fix, Span};

pub static LINT: Lint = Lint {
    name: "cased-regex",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "case counts in a regular expression about something to which it makes no difference",
    page: "\
Sigma's plain values match in any case, regular expressions do not. Windows runs `NET  USER` as it runs `net user`, and
PowerShell reads a script in any case; a regular expression about a command line or a script that asks for a word in small
letters is passed by with one capital letter. Add `i`, or say `(?i)` in front.

Expressions that choose the case of letters themselves, such as `[Pp]ublic`, and words in mixed case are left alone.",
    check: Check::Item(check),
};

/// Fields of Windows events whose values mean the same in any case.
const FIELDS: &[&str] = &[
    "CommandLine",
    "CurrentDirectory",
    "HostApplication",
    "Image",
    "ImagePath",
    "ParentCommandLine",
    "ParentImage",
    "ProcessCommandLine",
    "ScriptBlockText",
    "ServiceFileName",
];

/// A shorter word may be an option, whose case does count for many programs.
const SHORTEST: usize = 3;

fn check(cx: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let has = |wanted: Modifier| cx.item.modifiers.iter().any(|m| m.value == wanted);
    let product = cx.cx.logsource().and_then(|l| l.product.as_ref());
    let field = cx.field().map_or("", |field| field.value.as_str());
    if !has(Modifier::Re)
        || has(Modifier::IgnoreCase)
        || product.is_none_or(|product| product.value != "windows")
        || !FIELDS.contains(&field)
    {
        return;
    }
    let after: Option<Span> = cx
        .item
        .modifiers
        .iter()
        .find(|m| m.value == Modifier::Re)
        .map(|m| m.span);
    for value in &cx.item.values {
        let Value::Str(pattern) = &value.value else {
            continue;
        };
        let Some(word) = word(pattern) else { continue };
        let mut said = at(
            value.span,
            format!(
                "case counts here, and does not in `{field}`: `{word}` is not found in capitals"
            ),
        )
        .help(format!("write `{field}|re|i`"));
        // the modifier is about all values of the item
        if let (Some(re), [_]) = (after, cx.item.values.as_slice()) {
            let edits = vec![Edit::replace(re, "re|i")];
            said = said.fix(Fix::risky("let case not count", edits));
        }
        sink.report(said);
    }
}

/// The first word in small letters that a regular expression asks for as it stands. None
/// where it minds case by itself.
fn word(pattern: &str) -> Option<String> {
    if pattern.contains("(?i") {
        return None;
    }
    let (mut found, mut run) = (None, String::new());
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '\\' => {
                // of a class such as `\s`, or of an escaped character, the letter is no text
                chars.next();
                None
            }
            '[' => {
                let mut class = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => class.extend(chars.next()),
                        ']' if !class.is_empty() => break,
                        c => class.push(c),
                    }
                }
                let both =
                    |c: char| c.is_ascii_lowercase() && class.contains(c.to_ascii_uppercase());
                if class.chars().any(both) || class.contains("A-Za-z") {
                    return None;
                }
                None
            }
            c if c.is_ascii_alphabetic() => Some(c),
            _ => None,
        };
        match literal {
            Some(c) => run.push(c),
            None => {
                let whole = std::mem::take(&mut run);
                found = found.or_else(|| small(whole));
            }
        }
    }
    found.or_else(|| small(run))
}

/// A word long enough, in small letters throughout.
fn small(run: String) -> Option<String> {
    (run.len() >= SHORTEST && run.chars().all(|c| c.is_ascii_lowercase())).then_some(run)
}
