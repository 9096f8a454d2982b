use crate::cx::Rules;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub static LINT: Lint = Lint {
    name: "duplicate-filename",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "two rule files have the same name",
    page: "\
Files of the public rules are told apart by their names alone, in whatever directory they are.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    let mut seen = HashMap::new();
    for file in rules.files {
        let Some(source) = rules.sources.get(file.source) else {
            continue;
        };
        let name = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let documents = rules.documents.get(file.documents.clone());
        let Some(document) = documents.and_then(|documents| documents.first()) else {
            continue;
        };
        let place = document.span.slice(0, 1);
        match seen.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(place);
            }
            Entry::Occupied(first) => sink.report(
                at(place, format!("another file is called `{name}`"))
                    .also(*first.get(), "this one")
                    .help("rename one of the two"),
            ),
        }
    }
}
