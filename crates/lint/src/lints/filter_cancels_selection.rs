use crate::cx::Rules;
use crate::meaning::named;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::proof::Claim;

pub static LINT: Lint = Lint {
    name: "filter-cancels-selection",
    group: Group::Correctness,
    level: Level::Warning,
    summary: "a filter takes away all that is selected",
    page: "\
Where everything that the selections find is also what a filter takes away, the rule finds nothing. The message shows
which line of the selection makes which line of the filter true. Narrow the filter, or ask for it in the selection.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    for (rule, remarks) in rules.meaning.reviews() {
        for remark in remarks.iter().filter(|r| r.claim == Claim::Cancels) {
            let filter = remark.part.children.first().unwrap_or(&remark.part);
            let message = format!("{} takes away all that is selected", named(filter));
            let said = at(remark.part.span, message)
                .help("narrow the filter: it must leave something of the selection");
            sink.report(rules.meaning.explain(said, &remark.proof, &[rule]));
        }
    }
}
