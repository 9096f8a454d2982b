use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use crate::wildcards::wildcards;
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "double-wildcard",
    group: Group::Style,
    level: Level::Warning,
    summary: "two stars follow each other",
    page: "\
`*` stands for any run of characters; a second one adds nothing. Some databases are slow on it, and often `\\*` was meant
for one of the two.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    for (text, span) in item.patterns() {
        let stars: Vec<usize> = wildcards(text)
            .filter(|(_, sign)| *sign == '*')
            .map(|(at, _)| at)
            .collect();
        let second = |pair: &&[usize]| matches!(pair, [one, two] if one + 1 == *two);
        if !stars.windows(2).any(|pair| second(&pair)) {
            continue;
        }
        let said = at(span, "one star is as good as two").help("remove one of the two");
        let edits = item.cx.letters(text, span).map(|letters| {
            let spare = stars
                .windows(2)
                .filter(second)
                .filter_map(|pair| pair.get(1));
            spare
                .map(|at| Edit::remove(letters.slice(*at, at + 1)))
                .collect()
        });
        sink.report(match edits {
            Some(edits) => said.fix(Fix::safe("remove the second star", edits)),
            None => said,
        });
    }
}
