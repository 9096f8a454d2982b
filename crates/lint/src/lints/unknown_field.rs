use crate::cx::ItemCx;
use crate::logsources;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::suggest;

pub static LINT: Lint = Lint {
    name: "unknown-field",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a log source of the public rules has no such field",
    page: "\
The fields of this log source are known: from its documentation and from the rules that read it. A name that is not
among them is a slip or belongs to another log. The table holds what the public rules need; fields of your own logs are
not in it.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let Some(field) = item.field().filter(|_| !item.element) else {
        return;
    };
    let fields = item
        .cx
        .logsource()
        .and_then(logsources::known)
        .map(|known| &known.fields);
    let Some(fields) = fields.filter(|fields| !fields.is_empty()) else {
        return;
    };
    let name = field.value.as_str();
    let other_case = |known: &&str| known.eq_ignore_ascii_case(name);
    if fields.contains(&name) || fields.iter().any(other_case) {
        return;
    }
    let said = at(
        field.span,
        format!("events of this log source have no `{name}`"),
    );
    sink.report(match suggest::closest(name, fields.iter().copied()) {
        Some(close) => said.help(format!("did you mean `{close}`?")),
        None => said,
    });
}
