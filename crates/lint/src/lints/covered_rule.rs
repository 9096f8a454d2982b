use crate::cx::Rules;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "covered-rule",
    group: Group::Suspicious,
    level: Level::Note,
    summary: "another rule finds all that a rule finds",
    page: "\
Whatever the rule finds, another rule of the set finds too, for the reason shown: every event is reported twice. That
may be meant, where the narrower rule has the higher level. Otherwise keep one of them, or let the broader one leave
out what the narrower one finds.",
    check: Check::Set(check),
};

fn check(rules: &Rules<'_>, sink: &mut Sink<'_>) {
    for pair in rules.meaning.within() {
        let (Some(narrow), Some(broad)) = (rules.set.rule(pair.narrow), rules.set.rule(pair.broad))
        else {
            continue;
        };
        let title =
            |rule: &sigwright_ir::Rule| rule.meta.title.as_ref().map_or(rule.span, |t| t.span);
        let said = match pair.equal {
            true => at(
                title(narrow),
                format!("this rule finds the same events as `{}`", broad.title()),
            ),
            false => at(
                title(narrow),
                format!("`{}` finds all that this rule finds", broad.title()),
            ),
        };
        let said = said.also(title(broad), "the other rule");
        sink.report(rules.meaning.explain(said, &pair.proof, &[narrow, broad]));
    }
}
