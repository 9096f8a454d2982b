use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "title-case",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a word of the title begins with a small letter",
    page: "\
Titles of public rules are in title case: `Suspicious Office Child Process`. Articles, prepositions, names of files and
commands are left as they are.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some(title) = &cx.document.meta.title else {
        return;
    };
    let letters = cx.letters(&title.value, title.span);
    let mut at_byte = 0;
    for word in title.value.split(' ') {
        let start = at_byte;
        at_byte += word.len() + 1;
        let small = word.chars().any(char::is_alphabetic) && !word.chars().any(char::is_uppercase);
        let digit = word.starts_with(|c: char| c.is_ascii_digit());
        if !small || digit || word.contains(['.', '/', '_']) || SMALL.contains(&word) {
            continue;
        }
        let span = letters.map_or(title.span, |letters| {
            letters.slice(start, start + word.len())
        });
        let said = at(span, format!("`{word}` begins with a small letter"));
        sink.report(said.help("write titles in title case"));
    }
}

const SMALL: [&str; 20] = [
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "new", "of", "on", "or", "over",
    "the", "through", "to", "via", "with", "without",
];
