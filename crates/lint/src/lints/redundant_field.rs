use crate::cx::ItemCx;
use crate::logsources;
use crate::table::{Check, Group, Level, Lint, Sink, at};

pub static LINT: Lint = Lint {
    name: "redundant-field",
    group: Group::Sigmahq,
    level: Level::Off,
    summary: "a field says what the log source has said",
    page: "\
`category: process_creation` stands for the event ids, channels and providers of process starts; pipelines add those of
the log at hand. Named in the rule they tie it to one log.",
    check: Check::Item(check),
};

fn check(item: &ItemCx<'_>, sink: &mut Sink<'_>) {
    let Some(field) = item.field() else {
        return;
    };
    let Some(known) = item.cx.logsource().and_then(logsources::known) else {
        return;
    };
    let name = field.value.as_str();
    let provider = name == "Provider_Name"
        && item
            .patterns()
            .any(|(text, _)| known.providers.contains(&text));
    if known.implied.contains(&name) || provider {
        let said = at(field.span, format!("the log source implies `{name}`"));
        sink.report(said.help("leave it out"));
    }
}
