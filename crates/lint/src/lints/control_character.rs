use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Modifier, Value};

pub static LINT: Lint = Lint {
    name: "control-character",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "a value holds a control character, often a backslash gone wrong",
    page: "\
Between double quotes YAML reads `\\t` as a tab and `\\n` as a line break, so `\"C:\\temp\"` searches for a tab. Write
paths between single quotes: `'C:\\temp'`.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    if item.has(Modifier::Re) {
        return;
    }
    for value in &item.item.values {
        let Value::Str(text) = &value.value else {
            continue;
        };
        if let Some(sign) = text.chars().find(|c| c.is_control()) {
            let said = at(value.span, format!("this holds {}", named(sign)));
            sink.report(said.help("write paths and the like between single quotes"));
        }
    }
}

fn named(sign: char) -> String {
    match sign {
        '\t' => "a tab".to_owned(),
        '\n' => "a line break".to_owned(),
        '\r' => "a carriage return".to_owned(),
        sign => format!("the control character U+{:04X}", u32::from(sign)),
    }
}
