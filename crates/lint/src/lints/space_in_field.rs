use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "space-in-field",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "the name of a field has a blank",
    page: "\
Names of fields in public rules have `_` where the log has a blank; pipelines put the blank back.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    if let Some(field) = item.field().filter(|field| field.value.contains(' ')) {
        let proper = field.value.replace(' ', "_");
        let said = at(field.span, format!("`{}` has a blank", field.value));
        sink.report(said.help(format!("write `{proper}`")));
    }
}
