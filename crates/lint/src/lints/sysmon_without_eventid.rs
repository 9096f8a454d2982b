use crate::cx::RuleCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "sysmon-without-eventid",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a rule for the Sysmon log does not say which event it means",
    page: "\
Events of Sysmon have fields of the same name and another meaning. A rule with `service: sysmon` names an `EventID`;
better is the category of the event.",
    check: Check::Rule(check),
};

fn check(rule: &RuleCx<'_>, sink: &mut Sink<'_>) {
    let Some(service) = &rule.rule.logsource.service else {
        return;
    };
    if service.value != "sysmon" {
        return;
    }
    let mut named = false;
    rule.cx
        .items(&mut |item| named |= item.field().is_some_and(|field| field.value == "EventID"));
    if !named {
        let said = at(service.span, "no `EventID` says which event is meant");
        sink.report(said.help("name the `EventID`, or use the category of the event"));
    }
}
