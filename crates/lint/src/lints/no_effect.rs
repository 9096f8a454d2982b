use crate::cx::Rules;
use crate::meaning::named;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_ir::proof::Claim;

pub static LINT: Lint = Lint {
    name: "no-effect",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "a selection or an item changes nothing",
    page: "\
Without the part pointed at the rule finds exactly the same events: what it asks for follows from what stands beside
it, or what it finds is found already. Either it can go, or something else was meant: another field, another value,
`and` instead of `or`. A filter that changes nothing takes away what was not selected in the first place.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    for (rule, remarks) in rules.meaning.reviews() {
        for remark in remarks.iter() {
            let name = named(&remark.part);
            let message = match remark.claim {
                Claim::Implied => format!("{name} changes nothing: it follows from the rest"),
                Claim::Covered => format!("{name} changes nothing: the rest finds it already"),
                _ => continue,
            };
            let said = at(remark.part.span, message).help("remove it, or ask for what was meant");
            sink.report(rules.meaning.explain(said, &remark.proof, &[rule]));
        }
    }
}
