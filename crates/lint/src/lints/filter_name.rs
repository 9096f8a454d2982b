use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "filter-name",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a filter is not named `filter_main_…` or `filter_optional_…`",
    page: "\
Public rules name what they exclude by how it got there: `filter_main_…` for what belongs to the logic of the rule or is
there by default, `filter_optional_…` for what only some have installed.",
    check: Check::Rule(check),
};

fn check(rule: &RuleCx<'_>, sink: &mut Sink<'_>) {
    for selection in rule.rule.detection.selections.values() {
        let name = selection.name.value.as_str();
        let proper = name.starts_with("filter_main_") || name.starts_with("filter_optional_");
        if name.starts_with("filter") && !proper {
            let said = at(
                selection.name.span,
                format!("`{name}` does not say what kind of filter"),
            );
            sink.report(said.help("begin with `filter_main_` or `filter_optional_`"));
        }
    }
}
