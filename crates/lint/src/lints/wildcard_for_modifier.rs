use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use crate::wildcards::wildcards;
use sigwright_syntax::ast::{Modifier, Value};
use sigwright_syntax::{Edit, Fix, modifier};

pub static LINT: Lint = Lint {
    name: "wildcard-for-modifier",
    group: Group::Style,
    level: Level::Warning,
    summary: "stars stand where `contains`, `startswith` or `endswith` would",
    page: "\
`field|endswith: '\\cmd.exe'` says at a glance what `field: '*\\cmd.exe'` hides, and no backslash before a star needs
doubling. The modifier fits where every value of the list has its stars at the same end.",
    check: Check::Item(check),
};

/// Where the stars of a value stand.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ends {
    start: bool,
    end: bool,
}

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let linked = |modifier: Modifier| {
        let group = modifier.row().group;
        group == modifier::Group::Placeholder
            || group == modifier::Group::Link
            || group == modifier::Group::Case
            || modifier == Modifier::WinDash
    };
    if item.field().is_none() || !item.item.modifiers.iter().all(|m| linked(m.value)) {
        return;
    }
    let mut ends = None;
    for value in &item.item.values {
        let Value::Str(text) = &value.value else {
            return;
        };
        let Some(own) = stars(text).filter(|own| ends.is_none_or(|known| known == *own)) else {
            return;
        };
        ends = Some(own);
    }
    let name = match ends {
        Some(Ends {
            start: true,
            end: true,
        }) => "contains",
        Some(Ends {
            start: true,
            end: false,
        }) => "endswith",
        Some(Ends {
            start: false,
            end: true,
        }) => "startswith",
        _ => return,
    };
    let said = at(item.item.key, format!("`{name}` says this more plainly"));
    let said = said.help(format!("write `|{name}` and leave the stars out"));
    sink.report(match fix(item, name) {
        Some(fix) => said.fix(fix),
        None => said,
    });
}

/// Where the stars stand, if there are no other wildcards and something besides.
fn stars(text: &str) -> Option<Ends> {
    let mut ends = Ends {
        start: false,
        end: false,
    };
    for (at, sign) in wildcards(text) {
        if at == 0 && sign == '*' && text.len() > 1 {
            ends.start = true;
        } else if at + 1 == text.len() && sign == '*' {
            ends.end = true;
        } else {
            return None;
        }
    }
    let rest = text.len() - usize::from(ends.start) - usize::from(ends.end);
    (rest > 0 && (ends.start || ends.end)).then_some(ends)
}

fn fix(item: &ItemCx<'_>, name: &str) -> Option<Fix> {
    // behind the name: modifiers that link or mind case may stand anywhere after it
    let field = item.field()?;
    let key = item
        .cx
        .letters(item.cx.text(item.item.key), item.item.key)?;
    let place = item.cx.text(key).strip_prefix(field.value.as_str())?;
    let ordered = item.has(Modifier::WinDash) || item.has(Modifier::Expand);
    if ordered || !(place.is_empty() || place.starts_with('|')) {
        return None;
    }
    let at = field.value.len();
    let mut edits = vec![Edit::replace(key.slice(at, at), format!("|{name}"))];
    for value in &item.item.values {
        let Value::Str(text) = &value.value else {
            return None;
        };
        let letters = item.cx.letters(text, value.span)?;
        let quoted = letters != value.span;
        // `\` before the star was doubled; alone at the end it is one
        if !quoted || text.ends_with("\\\\*") || text.ends_with("\\*") {
            return None;
        }
        let ends = stars(text)?;
        if ends.start {
            edits.push(Edit::remove(letters.slice(0, 1)));
        }
        if ends.end {
            edits.push(Edit::remove(letters.slice(text.len() - 1, text.len())));
        }
    }
    Some(Fix::safe(format!("use `{name}`"), edits))
}
