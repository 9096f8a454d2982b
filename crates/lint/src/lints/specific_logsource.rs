use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use crate::windows;
use sigwright_syntax::ast::Value;

pub static LINT: Lint = Lint {
    name: "specific-logsource",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "an event id of one log names what a category stands for",
    page: "\
`service: sysmon` with `EventID: 1` finds process starts only where Sysmon is installed. `category: process_creation`
finds them in every log that tells of them; pipelines know which those are.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let Some(logsource) = item.cx.logsource() else {
        return;
    };
    let is = |part: &Option<sigwright_syntax::Spanned<String>>, name: &str| {
        part.as_ref().is_some_and(|part| part.value == name)
    };
    if item.field().is_none_or(|field| field.value != "EventID")
        || !item.item.modifiers.is_empty()
        || logsource.category.is_some()
        || logsource
            .product
            .as_ref()
            .is_some_and(|product| product.value != "windows")
    {
        return;
    }
    let services = ["sysmon", "security"];
    let Some(service) = services
        .into_iter()
        .find(|name| is(&logsource.service, name))
    else {
        return;
    };
    for value in &item.item.values {
        let id = match &value.value {
            Value::Int(id) => u32::try_from(*id).ok(),
            Value::Str(id) => id.parse().ok(),
            _ => None,
        };
        let Some(id) = id else {
            continue;
        };
        let categories = windows::categories(service, id);
        let listed: Vec<String> = categories
            .map(|category| format!("`category: {category}`"))
            .collect();
        if !listed.is_empty() {
            let said = at(value.span, format!("event {id} has a category of its own"));
            sink.report(said.help(format!("write {}", listed.join(" or "))));
        }
    }
}
