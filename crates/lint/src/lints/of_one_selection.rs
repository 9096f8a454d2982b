use crate::conditions::{each, place, selected};
use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Condition, Selector};

pub static LINT: Lint = Lint {
    name: "of-one-selection",
    group: Group::Style,
    level: Level::Warning,
    summary: "`them` or a pattern stands for a single selection",
    page: "\
`1 of them` with one selection reads as if there were more, or as if some had been lost. Patterns that begin with
`selection` or `filter` are left alone: public rules keep them ready for more.",
    check: Check::Rule(check),
};

fn check(rule: &RuleCx<'_>, sink: &mut Sink<'_>) {
    let detection = &rule.rule.detection;
    each(detection, &mut |condition| {
        let Condition::Of(_, selector) = &condition.value else {
            return;
        };
        let ready = match selector {
            Selector::Them => false,
            Selector::Pattern(pattern) => {
                !pattern.contains('*')
                    || pattern.starts_with("selection")
                    || pattern.starts_with("filter")
            }
        };
        let mut names = selected(selector, detection);
        if let (false, Some(one), None) = (ready, names.next(), names.next()) {
            let said = at(
                place(rule, condition),
                format!("this is `{one}` and no more"),
            );
            sink.report(said.help(format!("write `{one}`")));
        }
    });
}
