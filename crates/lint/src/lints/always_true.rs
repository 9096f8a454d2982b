use crate::cx::Rules;
use crate::meaning::named;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::proof::Claim;

pub static LINT: Lint = Lint {
    name: "always-true",
    group: Group::Correctness,
    level: Level::Warning,
    summary: "a condition or a part of it holds for every event",
    page: "\
A condition that every event satisfies tells nothing apart: the rule reports the whole log. As a part of a condition
such a thing either swallows the rest (after `or`) or asks nothing (after `and`). Often a `not` stands in the wrong
place. A correlation whose threshold every number meets is reported too.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    for (rule, remarks) in rules.meaning.reviews() {
        for remark in remarks.iter().filter(|r| r.claim == Claim::Always) {
            let whole = remark.part.span == rule.outline.span;
            let message = match whole {
                true => "this condition holds for every event".to_owned(),
                false => format!("{} holds for every event", named(&remark.part)),
            };
            let said = at(remark.part.span, message);
            sink.report(rules.meaning.explain(said, &remark.proof, &[rule]));
        }
    }
}
