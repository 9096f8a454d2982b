use crate::cx::Rules;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use std::collections::HashMap;

pub static LINT: Lint = Lint {
    name: "duplicate-title",
    group: Group::Metadata,
    level: Level::Warning,
    summary: "two rules have the same title",
    page: "\
An alert shows the title of its rule. Where two rules share one, nobody can tell which of them spoke.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    let mut seen = HashMap::new();
    for title in rules
        .documents
        .iter()
        .filter_map(|document| document.meta.title.as_ref())
    {
        match seen.entry(title.value.as_str()) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(title.span);
            }
            std::collections::hash_map::Entry::Occupied(first) => sink.report(
                at(
                    title.span,
                    format!("another rule is called `{}` already", title.value),
                )
                .also(*first.get(), "first here")
                .help("say in the title what sets this rule apart"),
            ),
        }
    }
}
