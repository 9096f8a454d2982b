use crate::cx::ItemCx;
use crate::lints::literal_wildcard;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::pred::{Part, Pattern};
use sigwright_syntax::ast::{Modifier, Value};

pub static LINT: Lint = Lint {
    name: "wildcard-only",
    group: Group::Style,
    level: Level::Note,
    summary: "a value is nothing but wildcards",
    page: "\
A value of `*` alone holds for any text, the empty one too: it asks whether the field is there. Say `exists: true`
(which null satisfies as well), or `field: null` under a `not`, so that readers and back ends need not guess. Beside
other values it makes them pointless; as a keyword it holds for every event that has a value.",
    check: Check::Item(check),
};

fn check(cx: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let text = |modifier: Modifier| {
        use Modifier::{All, Cased, Contains, EndsWith, Neq, StartsWith};
        matches!(
            modifier,
            All | Cased | Contains | EndsWith | Neq | StartsWith
        )
    };
    if !cx.item.modifiers.iter().all(|m| text(m.value)) || literal_wildcard::meant(cx) {
        return;
    }
    for value in &cx.item.values {
        let Value::Str(text) = &value.value else {
            continue;
        };
        let pattern = Pattern::parse(text);
        let parts = pattern.parts();
        let wild = |part: &Part| matches!(part, Part::Many | Part::One);
        if parts.contains(&Part::Many) && parts.iter().all(wild) {
            let most = parts.iter().filter(|part| **part == Part::One).count();
            let message = match (most, cx.field()) {
                (0, Some(field)) => {
                    format!("`{text}` only asks whether `{}` has a value", field.value)
                }
                (0, None) => format!("`{text}` is found in every event that has a value"),
                (1, _) => format!("`{text}` only asks for a text that is not empty"),
                (n, _) => format!("`{text}` only asks for a text of {n} characters or more"),
            };
            let help = match cx.field() {
                Some(field) if most == 0 => format!("write `{}|exists: true`", field.value),
                _ => "ask for what tells the event apart".to_owned(),
            };
            sink.report(at(value.span, message).help(help));
        }
    }
}
