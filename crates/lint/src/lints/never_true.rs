use crate::cx::Rules;
use crate::meaning::named;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::proof::Claim;

pub static LINT: Lint = Lint {
    name: "never-true",
    group: Group::Correctness,
    level: Level::Warning,
    summary: "a condition or a part of it holds for no event",
    page: "\
A rule whose condition cannot hold finds nothing, and nobody notices. The same goes for a selection that asks for
opposites, and for one branch of an `or`. The message shows the lines that exclude each other.

On Windows, where a field has one value, two different values of one field exclude each other. In logs that hold
arrays they do not, and nothing is said.

A threshold of a correlation that no number of events meets is reported too.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    for (rule, remarks) in rules.meaning.reviews() {
        for remark in remarks.iter().filter(|r| r.claim == Claim::Never) {
            let whole = remark.part.span == rule.outline.span;
            let message = match whole {
                true => "this condition holds for no event".to_owned(),
                false => format!("{} holds for no event", named(&remark.part)),
            };
            let said = at(remark.part.span, message);
            sink.report(rules.meaning.explain(said, &remark.proof, &[rule]));
        }
    }
}
