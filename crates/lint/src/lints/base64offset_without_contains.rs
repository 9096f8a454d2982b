use crate::cx::ItemCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::Modifier;
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "base64offset-without-contains",
    group: Group::Style,
    level: Level::Warning,
    summary: "`base64offset` stands without `contains`",
    page: "\
What `base64offset` makes is a piece out of a longer text; it equals nothing. Sigwright looks for it anywhere, other
tools do so only with `|base64offset|contains`.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let offset = item
        .item
        .modifiers
        .iter()
        .find(|m| m.value == Modifier::Base64Offset);
    if let Some(offset) = offset.filter(|_| !item.has(Modifier::Contains)) {
        let end = offset.span.slice(offset.span.len(), offset.span.len());
        let said = at(offset.span, "other tools find nothing without `contains`");
        sink.report(said.help("write `|base64offset|contains`").fix(Fix::safe(
            "add `contains`",
            vec![Edit::replace(end, "|contains")],
        )));
    }
}
