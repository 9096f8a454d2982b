use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{suggest, yaml::Node};

pub static LINT: Lint = Lint {
    name: "unknown-logsource-key",
    group: Group::Correctness,
    level: Level::Warning,
    summary: "`logsource` has a key that says nothing about the log",
    page: "\
A log source is told by `product`, `category` and `service`; `definition` explains it. Another key has no effect: the
rule sees more logs than it seems to.",
    check: Check::Document(check),
};

const KNOWN: [&str; 4] = ["product", "category", "service", "definition"];

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let Some((_, Node::Mapping(entries, _))) = cx.attribute("logsource") else {
        return;
    };
    for (key, _) in entries {
        if !KNOWN.contains(&key.value.as_str()) {
            let said = at(key.span, format!("`{}` does not choose a log", key.value));
            sink.report(said.help(match suggest::closest(&key.value, KNOWN) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "there are `product`, `category` and `service`".to_owned(),
            }));
        }
    }
}
