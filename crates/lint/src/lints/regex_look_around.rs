use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Modifier, Value};

pub static LINT: Lint = Lint {
    name: "regex-look-around",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a regular expression has a construct that many engines lack",
    page: "\
Look-ahead, look-behind and atomic groups are not part of the expressions that every backend has; public rules do without.
Sigwright runs them.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    if !item.has(Modifier::Re) {
        return;
    }
    for value in &item.item.values {
        let Value::Str(text) = &value.value else {
            continue;
        };
        let Some((start, group)) = construct(text) else {
            continue;
        };
        let span = match item.cx.letters(text, value.span) {
            Some(letters) => letters.slice(start, start + group.len()),
            None => value.span,
        };
        let said = at(span, format!("many engines do not know `{group}`"));
        sink.report(said.help("search for the rest in a selection of its own"));
    }
}

/// The first such group, and where it begins; those in a class or escaped are none.
fn construct(text: &str) -> Option<(usize, &'static str)> {
    const GROUPS: [&str; 5] = ["(?<=", "(?<!", "(?=", "(?!", "(?>"];
    let (mut escaped, mut class) = (false, false);
    for (at, sign) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match sign {
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => {
                let rest = text.get(at..)?;
                let group = GROUPS.into_iter().find(|group| rest.starts_with(group));
                if let Some(group) = group {
                    return Some((at, group));
                }
            }
            _ => {}
        }
    }
    None
}
