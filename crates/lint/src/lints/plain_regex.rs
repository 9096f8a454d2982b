use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::pred::{Anchor, Part, Regex, StrOp};
use sigwright_ir::proof::plain_regex;
use sigwright_syntax::ast::{Modifier, Value};
use sigwright_syntax::{Edit, Fix, Spanned};

pub static LINT: Lint = Lint {
    name: "plain-regex",
    group: Group::Style,
    level: Level::Warning,
    summary: "a regular expression asks what `contains` and its like ask",
    page: "\
A regular expression of plain characters is a `contains`; with `^` in front it is a `startswith`, with `$` at the end
an `endswith`. The plain form is read at a glance, converts to every back end and is faster everywhere. Case counts in
a regular expression, which `cased` says of the plain form; mostly it is not meant, and `cased` can go as well.",
    check: Check::Item(check),
};

fn check(cx: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let item = cx.item;
    let has = |wanted: Modifier| item.modifiers.iter().any(|m| m.value == wanted);
    // with an end opened or closed by a modifier the expression is another
    let others = item.modifiers.iter().any(|m| {
        use Modifier::{All, DotAll, IgnoreCase, MultiLine, Neq, Re};
        !matches!(m.value, Re | IgnoreCase | MultiLine | DotAll | All | Neq)
    });
    if !has(Modifier::Re) || others {
        return;
    }
    for value in &item.values {
        let Value::Str(pattern) = &value.value else {
            continue;
        };
        let regex = Regex {
            pattern: pattern.clone(),
            ignore_case: has(Modifier::IgnoreCase),
            multi_line: has(Modifier::MultiLine),
            dot_all: has(Modifier::DotAll),
        };
        let Some(plain) = plain_regex(&regex) else {
            continue;
        };
        if plain.pattern.is_empty() && plain.anchor != Anchor::Whole {
            continue;
        }
        report(cx, value, &plain, sink);
    }
}

fn report(cx: &ItemCx<'_>, value: &Spanned<Value>, plain: &StrOp, sink: &mut Sink<'_>) {
    let item = cx.item;
    let kind = match plain.anchor {
        Anchor::Whole => None,
        Anchor::Start => Some("startswith"),
        Anchor::End => Some("endswith"),
        Anchor::Contains => Some("contains"),
    };
    let text = spelled(plain);
    let cased = if plain.cased { "|cased" } else { "" };
    let question = match kind {
        Some(kind) => format!("|{kind}{cased}"),
        None => cased.to_owned(),
    };
    let name = cx.field().map_or("", |field| field.value.as_str());
    let what = match kind {
        Some(kind) => format!("this regular expression is a plain `{kind}`"),
        None => "this regular expression is a plain value".to_owned(),
    };
    let mut said =
        at(value.span, what).help(format!("write `{name}{question}: {}`", quoted(&text)));
    let kept: Vec<&str> = item
        .modifiers
        .iter()
        .filter(|m| matches!(m.value, Modifier::All | Modifier::Neq))
        .map(|m| m.value.name())
        .collect();
    let printable = text.chars().all(|c| !c.is_control());
    if let ([_], [first, ..], [.., last], true) = (
        item.values.as_slice(),
        item.modifiers.as_slice(),
        item.modifiers.as_slice(),
        printable && kept.is_empty() && kind.is_some() && !item.list,
    ) {
        let edits = vec![
            Edit::replace(first.span.to(last.span), question.trim_start_matches('|')),
            Edit::replace(value.span, quoted(&text)),
        ];
        said = said.fix(Fix::safe("say it without a regular expression", edits));
    }
    sink.report(said);
}

/// A pattern as a rule spells it.
fn spelled(plain: &StrOp) -> String {
    let mut text = String::new();
    for part in plain.pattern.parts() {
        match part {
            Part::Text(literal) => {
                let mut chars = literal.chars().peekable();
                while let Some(c) = chars.next() {
                    // a backslash needs one before it where the next would be taken by it
                    let next = chars.peek().copied();
                    let before = match c {
                        '*' | '?' => true,
                        '\\' => matches!(next, Some('*' | '?' | '\\') | None),
                        _ => false,
                    };
                    if before {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
            Part::One => text.push('?'),
            _ => text.push('*'),
        }
    }
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
