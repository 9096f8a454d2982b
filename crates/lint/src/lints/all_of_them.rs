use crate::conditions::{each, place};
use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::ast::{Condition, Quantifier, Selector};

pub static LINT: Lint = Lint {
    name: "all-of-them",
    group: Group::Style,
    level: Level::Warning,
    summary: "a condition asks for `all of them`",
    page: "\
A selection added later, a filter for instance, becomes part of `them` unseen and turns the rule round. Name what is
meant: `all of selection_*`.",
    check: Check::Rule(check),
};

fn check(rule: &RuleCx<'_>, sink: &mut Sink<'_>) {
    each(&rule.rule.detection, &mut |condition| {
        if let Condition::Of(Quantifier::All, Selector::Them) = condition.value {
            let said = at(place(rule, condition), "a selection added later counts too");
            sink.report(said.help("name what is meant: `all of selection_*`"));
        }
    });
}
