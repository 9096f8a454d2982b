use crate::cx::ItemCx;
use crate::logsources;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "field-case",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "a field is spelled with capitals that the log source spells otherwise",
    page: "\
Names of fields mind case. `commandline` is not `CommandLine`, and finds nothing.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let Some(field) = item.field().filter(|_| !item.element) else {
        return;
    };
    let Some(known) = item.cx.logsource().and_then(logsources::known) else {
        return;
    };
    let name = field.value.as_str();
    if known.fields.contains(&name) {
        return;
    }
    let other = known
        .fields
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name));
    if let Some(proper) = other {
        let said = at(field.span, format!("this log source spells it `{proper}`"));
        let said = said.help("names of fields mind case");
        sink.report(match item.cx.letters(name, field.span) {
            Some(letters) => said.fix(Fix::risky(
                format!("write `{proper}`"),
                vec![Edit::replace(letters, *proper)],
            )),
            None => said,
        });
    }
}
