use crate::cx::DocumentCx;
use crate::fields::asked;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_syntax::{Edit, Fix};

pub static LINT: Lint = Lint {
    name: "field-never-seen",
    group: Group::Suspicious,
    level: Level::Warning,
    summary: "no event of the log source in samples has a field (needs `--events`)",
    page: "\
`sigwright lint RULES --events LOG` looks at samples of your logs. Where at least 100 events of a rule's log source are
among them and none has a field that the rule asks for, the name is a slip, is spelled otherwise (names of fields mind
case) or belongs to another log. It may also be a field that is rare, or that your systems do not log. Items that hold
where there is nothing (`exists: false`, null) and keywords are left alone.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let seen = cx.logsource().and_then(|log| cx.rules.fields.of(log));
    let Some(seen) = seen.filter(|seen| !seen.missing.is_empty()) else {
        return;
    };
    for field in asked(cx.document) {
        let around = field.name.get(..field.outer).unwrap_or_default();
        // of what is in an array that is not there, the array is enough to tell
        let Some(nearest) = seen
            .missing
            .get(&field.name)
            .filter(|_| !seen.missing.contains_key(around))
        else {
            continue;
        };
        let message = format!(
            "none of {} events of this log source has `{}`",
            seen.events, field.name
        );
        let said = at(field.span, message);
        let Some(nearest) = nearest else {
            sink.report(said);
            continue;
        };
        if !nearest.eq_ignore_ascii_case(&field.name) {
            sink.report(said.help(format!("did you mean `{nearest}`?")));
            continue;
        }
        let said = said.help(format!("they have `{nearest}`; names of fields mind case"));
        let letters = (field.outer == 0)
            .then(|| cx.letters(&field.name, field.span))
            .flatten();
        sink.report(match letters {
            Some(letters) => said.fix(Fix::risky(
                format!("write `{nearest}`"),
                vec![Edit::replace(letters, nearest.as_str())],
            )),
            None => said,
        });
    }
}
