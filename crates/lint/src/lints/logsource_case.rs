use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "logsource-case",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "a part of the log source has capitals or blanks",
    page: "\
Products, categories and services are written in lower case, and compared letter by letter: `Windows` is not `windows`.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some(logsource) = cx.logsource() else {
        return;
    };
    let parts = [&logsource.product, &logsource.category, &logsource.service];
    for part in parts.into_iter().flatten() {
        let proper = part.value.trim().to_lowercase().replace(' ', "_");
        if proper != part.value {
            let said = at(part.span, format!("`{}` is written `{proper}`", part.value));
            let said = said.help("log sources are in lower case");
            sink.report(said.fix(Fix::risky(
                format!("write `{proper}`"),
                vec![Edit::replace(cx.content(part.span), proper)],
            )));
        }
    }
}
