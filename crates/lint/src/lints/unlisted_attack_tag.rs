use crate::cx::DocumentCx;
use crate::table::{Check, Group, Level, Lint, Sink, at};
use sigwright_attack::is_id;

pub static LINT: Lint = Lint {
    name: "unlisted-attack-tag",
    group: Group::Metadata,
    level: Level::Note,
    summary: "the table of MITRE ATT&CK does not know an id",
    page: "\
The id has the right form, so it may be newer than the table of ATT&CK that is built in, or a slip.
`sigwright attack update enterprise-attack.json -o attack.tsv` makes a table of a newer version from the file that
MITRE publishes; `attack = \"attack.tsv\"` under `[lint]` in the configuration uses it.",
    check: Check::Document(check),
};

fn check(cx: &DocumentCx<'_>, sink: &mut Sink<'_>) {
    let attack = cx.options.attack();
    for (name, span) in cx.tags("attack") {
        if is_id(name) && attack.get(name).is_none() && attack.lists(name) {
            let said = at(span, format!("ATT&CK {} has no `{name}`", attack.version));
            sink.report(said.help("it may be newer than the table, or a slip"));
        }
    }
}
