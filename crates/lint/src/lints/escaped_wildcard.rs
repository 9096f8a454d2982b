use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use crate::wildcards::escaped;

pub static LINT: Lint = Lint {
    name: "escaped-wildcard",
    group: Group::Suspicious,
    level: Level::Note,
    summary: "a backslash makes a wildcard plain",
    page: "\
`C:\\Windows\\*` looks for a star, not for anything below `C:\\Windows`: the backslash belongs to the star. For a
backslash and a wildcard write `\\\\*`. Where a star is meant, all is well: allow it with a comment.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    for (text, span) in item.patterns() {
        let Some((at_byte, sign)) = escaped(text).next() else {
            continue;
        };
        let place = match item.cx.letters(text, span) {
            Some(letters) => letters.slice(at_byte, at_byte + 2),
            None => span,
        };
        let said = at(
            place,
            format!("this looks for a `{sign}`, not for any text"),
        );
        sink.report(said.help(format!("for a backslash and a wildcard write `\\\\{sign}`")));
    }
}
