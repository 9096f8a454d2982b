use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::Fix;
use sigwright_syntax::ast::{Modifier, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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
    let mut seen = HashMap::with_capacity(values.len());
    for value in values {
        let key = match &value.value {
            Value::Str(text) if cased => Key::Text(text.clone()),
            Value::Str(text) => Key::Text(text.to_lowercase()),
            Value::Int(number) => Key::Whole(*number),
            _ => continue,
        };
        match seen.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(value.span);
            }
            Entry::Occupied(first) => {
                let said = at(value.span, "this value is already in the list");
                let said = said
                    .also(*first.get(), "first here")
                    .help("remove one of the two");
                sink.report(match item.cx.without_line(value.span) {
                    Some(edit) => said.fix(Fix::safe("remove the second", vec![edit])),
                    None => said,
                });
            }
        }
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(String),
    Whole(i128),
}
