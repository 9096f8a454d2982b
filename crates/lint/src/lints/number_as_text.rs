use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::Value;
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "number-as-text",
    group: Group::Style,
    level: Level::Note,
    summary: "a number stands between quotes",
    page: "\
Sigwright compares a quoted number with numbers and texts alike, by its spelling. Converted, the quotes decide the type,
and a database that keeps numbers finds nothing. Write numbers without quotes where the log holds numbers.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    if !item.item.modifiers.is_empty() || item.field().is_none() {
        return;
    }
    for value in &item.item.values {
        let Value::Str(text) = &value.value else {
            continue;
        };
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let number = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
        // leading zeros are no number's spelling
        let spelled = number && (unsigned.len() == 1 || !unsigned.starts_with('0'));
        let Some(letters) = item.cx.letters(text, value.span).filter(|_| spelled) else {
            continue;
        };
        if letters != value.span {
            let said = at(value.span, format!("`{text}` is text here"));
            let said = said.help("remove the quotes if the log holds a number");
            sink.report(said.fix(Fix::risky(
                "remove the quotes",
                vec![Edit::replace(value.span, text.clone())],
            )));
        }
    }
}
