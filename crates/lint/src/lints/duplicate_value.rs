use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use indexmap::IndexMap;
use sigwright_syntax::ast::{Modifier, Value};
use sigwright_syntax::{Fix, Span};

pub static LINT: Lint = Lint {
    name: "duplicate-value",
    group: Group::Style,
    level: Level::Warning,
    summary: "a value is listed twice",
    page: "\
The second says nothing the first has not said; case does not count unless a modifier makes it. Often another value
was meant and lost while copying.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let values = &item.item.values;
    if values.len() < 2 {
        return;
    }
    const MIND: [Modifier; 5] = [
        Modifier::Re,
        Modifier::Cased,
        Modifier::Base64,
        Modifier::Base64Offset,
        Modifier::FieldRef,
    ];
    let cased = MIND.into_iter().any(|modifier| item.has(modifier));
    let mut seen: IndexMap<Key, Vec<Span>> = IndexMap::with_capacity(values.len());
    for value in values {
        let key = match &value.value {
            Value::Str(text) if cased => Key::Text(text.clone()),
            Value::Str(text) => Key::Text(text.to_lowercase()),
            Value::Int(number) => Key::Whole(*number),
            _ => continue,
        };
        seen.entry(key).or_default().push(value.span);
    }
    for places in seen.values() {
        let [first, again @ ..] = places.as_slice() else {
            continue;
        };
        let Some(second) = again.first() else {
            continue;
        };
        let said = at(*second, "this value is already in the list").also(*first, "first here");
        let said = match again.len() {
            1 => said.help("remove one of the two"),
            more => said.help(format!("remove all but one of the {}", more + 1)),
        };
        let edits = again.iter().map(|span| item.cx.without_line(*span));
        sink.report(match edits.collect::<Option<Vec<_>>>() {
            Some(edits) => said.fix(Fix::safe("keep the first alone", edits)),
            None => said,
        });
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(String),
    Whole(i128),
}
