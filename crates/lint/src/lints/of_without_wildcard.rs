use crate::conditions::{each, place};
use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Condition, Selector};

pub static LINT: Lint = Lint {
    name: "of-without-wildcard",
    group: Group::Style,
    level: Level::Warning,
    summary: "`1 of` or `all of` names a selection outright",
    page: "\
`1 of selection` is `selection`. Usually a `*` was forgotten, and the selections that were meant besides do not count.",
    check: Check::Rule(check),
};

fn check(rule: &RuleCx<'_>, sink: &mut Sink<'_>) {
    each(&rule.rule.detection, &mut |condition| {
        if let Condition::Of(_, Selector::Pattern(name)) = &condition.value
            && !name.contains('*')
        {
            let said = at(
                place(rule, condition),
                format!("this is `{name}` and no more"),
            );
            sink.report(said.help(format!(
                "write `{name}`, or `{name}_*` if several are meant"
            )));
        }
    });
}
